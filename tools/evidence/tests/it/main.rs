//! Log lines in, figures, page and CSV out.

mod command;
mod failures;
mod forms;
mod made;
mod observations;
mod page;
mod proof;
mod purges;
mod secure_pauses;
mod told;
mod words;
