//! How much faster than life a schedule is played.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use secure_pause::config::Backoff;
use secure_pause::config::Timing;
use tokio::time::{Instant, sleep};

/// A minute is played in six seconds. Much faster, and what a busy machine takes for a request would pass
/// for the lag of reads.
pub const FASTER: f64 = 10.0;

/// Seconds of life, as they are played.
pub fn played(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds / FASTER)
}

/// A played time in seconds of life.
pub fn life(played: Duration) -> f64 {
    played.as_secs_f64() * FASTER
}

/// The times of production, scaled down.
pub fn timing() -> Timing {
    let scale = |time: Duration| time.div_f64(FASTER);
    let Timing {
        fresh,
        old,
        lag,
        read_back,
        unread_after,
        direct_budget,
        afterwards,
        last_pause,
        watch_budget,
        direct_settled,
        unchecked,
        backoff,
    } = Timing::default();
    Timing {
        fresh: scale(fresh),
        old: scale(old),
        lag: scale(lag),
        read_back: read_back.into_iter().map(scale).collect(),
        unread_after: scale(unread_after),
        direct_budget: scale(direct_budget),
        afterwards: scale(afterwards),
        last_pause: scale(last_pause),
        watch_budget: scale(watch_budget),
        direct_settled: scale(direct_settled),
        unchecked: scale(unchecked),
        backoff: Backoff { first: scale(backoff.first), longest: scale(backoff.longest) },
    }
}

/// How often the machine is felt the pulse of.
const BEAT: Duration = Duration::from_millis(5);

thread_local! {
    /// When this thread came late to what it had to do, and how late.
    static STALLS: RefCell<Vec<(SystemTime, Duration)>> = RefCell::default();
}

/// Feels the pulse of this thread for ever: a machine that is busy elsewhere keeps requests waiting, and no
/// promise is about that.
pub async fn feel_the_pulse() {
    loop {
        let due = Instant::now() + BEAT;
        sleep(BEAT).await;
        let late = due.elapsed();
        if late > BEAT {
            STALLS.with_borrow_mut(|stalls| stalls.push((SystemTime::now(), late)));
        }
    }
}

/// How much of this span of time the thread that asks has been kept from its work.
pub fn stalled(from: SystemTime, to: SystemTime) -> Duration {
    STALLS.with_borrow(|stalls| {
        let within = stalls.iter().filter(|(at, late)| from < *at && *at - *late < to);
        within.map(|(_, late)| *late).sum()
    })
}
