//! The decision, tested as what it is: pure. Tables a row a line, each with its reason.

mod fixtures;
mod follow;
mod generated;
mod history;
mod outcome;
mod play;
mod promises;
mod proof;
mod properties;
mod read_back;
mod scenes;
mod schedule;
mod stage;
mod story;
mod tables;
mod targets;
