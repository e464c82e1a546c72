//! Behaviour tests of the function: an event file in, the recorded requests out. They run the real binary
//! in the simulated world; only the decision tables and the settings are tested as what they are, pure.

mod audit;
mod cold;
mod config;
mod conversation;
mod credentials;
mod direct;
mod direct_watch;
mod event_door;
mod event_fields;
mod failures;
mod generated;
mod leaks;
mod live;
mod metrics;
mod modes;
mod pause;
mod plan_property;
mod plan_table;
mod plan_table_doors;
mod preflight;
mod race;
mod read_back;
mod refusals;
mod replan;
mod report;
mod resume;
mod runtime;
mod stage;
mod tls;
mod unread;
mod verify_pause;
mod verify_resume;
mod verify_table;
mod watch;
mod watch_batch;
