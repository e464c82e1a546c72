//! How long things take that the function waits for or judges by. No settings: production has one set of
//! them, and the storm (tests/storm) scales all of them down together.

use std::time::Duration;

/// How waits between attempts grow, before jitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait: a blip of a gateway is often over by then.
    pub first: Duration,
    /// The longest: a screen is being recorded, so never sit still for long.
    pub longest: Duration,
}

/// The times that the decision and its verification go by; [`Timing::default`] is production.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// An event is fresh up to this age: 30 s. It is believed although readings may not show it yet.
    pub fresh: Duration,
    /// An event is old beyond this age: 10 min. What it reports has most likely ended by then.
    pub old: Duration,
    /// How far readings may lag behind writes: 3 s.
    pub lag: Duration,
    /// Waits between readings, together a little more than [`Timing::lag`]: the first are short, since
    /// most readings are only a little late. 150, 300, 600, 1000, 1000 ms.
    pub read_back: Vec<Duration>,
    /// How long the first reading is waited for before the leg that the event names is paused unread: one
    /// attempt that hangs, and the next. 2.5 s.
    pub unread_after: Duration,
    /// How long the direct door may take: a caller is on the line. 8 s.
    pub direct_budget: Duration,
    /// A resume is sent only with this much time left: the lag, and a second each for a reading and a pause, as they
    /// usually take. 5 s.
    pub afterwards: Duration,
    /// What is left of that for the pause, where no reading can be had. 1 s.
    pub last_pause: Duration,
    /// How long a check of the watch may take: an outage must not hold its slot. 8 s.
    pub watch_budget: Duration,
    /// How long after its acknowledgement a pause is read back at the direct door at the least, since a
    /// resume on its way may still overtake it. 1 s.
    pub direct_settled: Duration,
    /// A pause that ends up to this long after its event is seen by the check of the event's own message. The
    /// template delays that message for 8 s at the least, and its reading may be [`Timing::lag`] old: half a
    /// second is to spare. 4.5 s.
    pub unchecked: Duration,
    /// Between attempts at a request of Genesys: from 50 ms to 1 s.
    pub backoff: Backoff,
}

impl Default for Timing {
    fn default() -> Self {
        let lag = Duration::from_secs(3);
        Self {
            fresh: Duration::from_secs(30),
            old: Duration::from_mins(10),
            lag,
            read_back: [150, 300, 600, 1000, 1000].map(Duration::from_millis).to_vec(),
            unread_after: Duration::from_millis(2500),
            direct_budget: Duration::from_secs(8),
            afterwards: Duration::from_secs(5),
            last_pause: Duration::from_secs(1),
            watch_budget: Duration::from_secs(8),
            direct_settled: Duration::from_secs(1),
            unchecked: Duration::from_millis(4500),
            backoff: Backoff { first: Duration::from_millis(50), longest: Duration::from_secs(1) },
        }
    }
}
