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

mod attempt;
mod draws;
pub mod machine;
pub mod small;
mod tally;

use std::fmt;
use std::sync::Mutex;

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

/// What is to be called with each seed that was played, and what came of it.
pub type Done<'a> = &'a (dyn Fn(u64, Result<Tally, Broken>) + Sync);

/// Plays a whole storm, and gathers what its schedules came to.
///
/// # Panics
/// If a thread of it does.
pub fn gather(play: impl FnOnce(Done<'_>)) -> (Tally, Vec<Broken>) {
    let gathered = Mutex::new((Tally::default(), Vec::new()));
    play(&|_, result| {
        let (tally, broken) = &mut *gathered.lock().expect("no thread has panicked");
        match result {
            Ok(one) => tally.add(one),
            Err(fault) => broken.push(fault),
        }
    });
    gathered.into_inner().expect("no thread has panicked")
}
