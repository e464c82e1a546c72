//! Log lines in, figures, page and CSV out.

mod command;
mod forms;
mod made;
mod observations;
mod page;
mod secure_pauses;
