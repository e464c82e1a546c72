//! The storm: seeded schedules of everything that can go wrong, and what the product promises of them.
//!
//! Most of it is played in virtual time against the machine that decides ([`machine`]); some of it in the simulated
//! world against the real handler ([`small`]), HTTP and all, so that machine and driver are proven together.

#![allow(
    clippy::unchecked_time_subtraction,
    clippy::struct_excessive_bools,
    clippy::needless_pass_by_value,
    clippy::single_match_else,
    reason = "virtual time never runs backwards; a simulation is state that is told apart by what it is"
)]

mod draws;
pub mod machine;
pub mod small;
mod tally;

use std::fmt;

pub use tally::Tally;

/// A schedule that ended otherwise than promised.
#[derive(Debug)]
pub struct Broken {
    /// What was played, and what came of it, to be read by somebody who looks for the cause.
    pub account: String,
    /// Each promise that was broken.
    pub faults: Vec<String>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.account)?;
        self.faults.iter().try_for_each(|fault| writeln!(f, "  BROKEN: {fault}"))
    }
}
