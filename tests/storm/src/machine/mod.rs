//! The storm on the machine: schedules played in virtual time against [`secure_pause::decide::Decider`], without
//! sockets and without waiting.
//!
//! | module | what it decides |
//! |---|---|
//! | `schedule` | what happens when |
//! | `plot` | how that is drawn from a seed |
//! | `call` | what Genesys knows, and what a body shows of it |
//! | `play` | the events in their order |
//! | `steps` | what the steps of a schedule do to the call |
//! | `delivery` | EventBridge, SQS, Lambda |
//! | `flow` | the secure flow |
//! | `driver` | how commands of the machine are carried out |
//! | `reading` | how readings go wrong, and are made again |
//! | `sending` | how pauses and resumes go wrong, and are answered |
//! | `voice` | the same of the voice |
//! | `claims` | what must hold on the way |
//! | `record` | what happened |
//! | `promise` | what must hold of it in the end |

mod call;
mod claims;
mod delivery;
mod driver;
mod flow;
mod play;
mod plot;
mod promise;
mod reading;
mod record;
mod schedule;
mod sending;
mod steps;
mod voice;

use std::fmt::Write as _;

pub use schedule::Schedule;

use crate::{Broken, Tally};

/// A protection that is taken away, to see that the storm notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Without {
    /// P1: no pause unread.
    Unread,
    /// P2: a resume that failed is repeated without a look.
    Look,
    /// P2: a stale reading is handed out as a fresh one.
    Freshness,
    /// P3: a resume is done once it is acknowledged.
    Afterwards,
    /// P4: bodies do not show what is a sign of a secure pause.
    Signs,
    /// P5 and P8: a pause is done once it is acknowledged.
    Verification,
    /// P6: one reading that misses the conversation counts as two.
    SecondMiss,
    /// P7: no message for a late pause, nor for an order.
    Follow,
    /// P9: a recorder that has ended its file is not looked at again.
    Lag,
    /// No watch queue.
    Watch,
    /// A snapshot is done with its first reading.
    SecondLook,
}

/// Plays the schedule of a seed and measures it.
///
/// # Errors
/// What was promised and did not hold.
pub fn storm(seed: u64, without: Option<Without>) -> Result<Tally, Broken> {
    let schedule = Schedule::of(seed);
    let record = play::play(&schedule, without, false);
    let (tally, faults) = promise::judge(&schedule, &record);
    if faults.is_empty() { Ok(tally) } else { Err(Broken { account: account(seed, without), faults }) }
}

/// What is played for a seed, and what comes of it, to be read by somebody who looks for the cause.
pub fn account(seed: u64, without: Option<Without>) -> String {
    let schedule = Schedule::of(seed);
    let record = play::play(&schedule, without, true);
    let mut account = schedule.to_string();
    for (at, what) in record.account.iter().flatten() {
        let _ = writeln!(account, "  {:9.3} s  {what}", at.as_secs_f64());
    }
    account
}

/// Plays the schedules of these seeds on `threads`, and gives `done` each.
///
/// # Panics
/// If a thread of it does.
pub fn storms(
    seeds: std::ops::Range<u64>,
    threads: u64,
    without: Option<Without>,
    done: impl Fn(u64, Result<Tally, Broken>) + Sync,
) {
    let (done, step) = (&done, threads.max(1));
    std::thread::scope(|scope| {
        for thread in 0..step {
            let own = (seeds.start + thread..seeds.end).step_by(usize::try_from(step).unwrap_or(1));
            scope.spawn(move || own.for_each(|seed| done(seed, storm(seed, without))));
        }
    });
}
