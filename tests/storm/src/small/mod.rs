//! The small storm: seeded schedules of everything that can go wrong, played against the real handler in the
//! simulated world, and then measured against what the product promises.
//!
//! | module | what it decides |
//! |---|---|
//! | `schedule` | what happens when, from a seed |
//! | `setting` | where it plays, and what is taken away |
//! | `time` | how much faster than life it is played |
//! | `lambda` | environments, invocations, retries, kills |
//! | `play` | how a schedule is played: the call, EventBridge, SQS, the secure flow |
//! | `history` | what was recorded when, and what was tried when |
//! | `promise` | what must hold of a history |
//!
//! Nothing differs from production but the times in [`secure_pause::config::Timing`], scaled down together.

mod history;
mod lambda;
mod play;
mod promise;
mod schedule;
mod setting;
mod time;

use std::time::Duration;

pub use history::History;
pub use schedule::Schedule;
use tokio::time::sleep;

use crate::{Broken, Tally};

/// The time between the beginnings of schedules that are played together.
const APART: Duration = Duration::from_millis(60);

/// A part of the product that is taken away, to see that the storm notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Without {
    /// Secure pause is taken for off wherever `securePause` is false, whatever else a body shows.
    Doubt,
    /// No watch queue.
    Watch,
}

/// Plays the schedule of a seed and measures it. Needs a `LocalSet`.
///
/// # Errors
/// What was promised and did not hold.
pub async fn storm(seed: u64, without: Option<Without>) -> Result<Tally, Broken> {
    let schedule = Schedule::of(seed);
    let history = play::play(&schedule, without).await;
    let (tally, faults) = promise::judge(&schedule, &history);
    if faults.is_empty() {
        Ok(tally)
    } else {
        Err(Broken { account: format!("{schedule}{history}"), faults })
    }
}

/// Plays the schedules of these seeds, `at_a_time` together on each of `threads`, and gives `done` each.
///
/// # Panics
/// If a thread of it does.
pub fn storms(
    seeds: &[u64],
    at_a_time: usize,
    threads: usize,
    without: Option<Without>,
    done: impl Fn(u64, Result<Tally, Broken>) + Sync,
) {
    use futures_util::stream::{self, StreamExt};
    let done = &done;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let own: Vec<u64> =
                (thread..).step_by(threads.max(1)).map_while(|number| seeds.get(number).copied()).collect();
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime can be had");
                let played = stream::iter(own.into_iter().enumerate())
                    .map(|(number, seed)| async move {
                        // Calls are not all taken in the same instant, nor are all environments started in it.
                        sleep(APART * u32::try_from(number % at_a_time).unwrap_or_default()).await;
                        done(seed, storm(seed, without).await);
                    })
                    .buffer_unordered(at_a_time)
                    .collect::<Vec<()>>();
                let all = async {
                    tokio::select! {
                        _ = played => {}
                        () = time::feel_the_pulse() => {}
                    }
                };
                tokio::task::LocalSet::new().block_on(&runtime, all);
            });
        }
    });
}
