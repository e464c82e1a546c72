//! How much faster than life a schedule is played.

use std::time::Duration;

use secure_pause::config::Timing;

/// A minute is played in six seconds. Much faster, and what a busy machine takes for a request would pass
/// for the lag of reads.
pub const FASTER: f64 = 10.0;

/// So many seconds of life, as they are played.
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
        after_resume,
        unread_after,
        direct_budget,
        direct_settled,
    } = Timing::default();
    Timing {
        fresh: scale(fresh),
        old: scale(old),
        lag: scale(lag),
        read_back: read_back.into_iter().map(scale).collect(),
        after_resume: scale(after_resume),
        unread_after: scale(unread_after),
        direct_budget: scale(direct_budget),
        direct_settled: scale(direct_settled),
    }
}
