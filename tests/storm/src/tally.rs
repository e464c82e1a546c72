//! What schedules came to, added up.

use std::fmt;

/// What was counted and measured; times in seconds of life.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Schedules played.
    pub schedules: usize,
    /// Deliveries of events, doubled ones counted twice.
    pub events: usize,
    /// Invocations of the function, by whatever door.
    pub invocations: usize,
    /// Requests to Genesys, of schedules in virtual time.
    pub requests: usize,
    /// Schedules in which SQS refused a message.
    pub unwatched: usize,
    /// Those that were killed.
    pub killed: usize,
    /// Those that ended with an error.
    pub failed: usize,
    /// Secure pauses of agents.
    pub pauses: usize,
    /// Cards taken by secure flows.
    pub flows: usize,
    /// From the delivery of a secure pause's event until its screen was dark for the first time.
    pub exposures: Vec<f64>,
    /// Whatever was recorded after that, before it was noticed and paused again.
    pub reopened: Vec<f64>,
    /// Secure pauses that the first invocation failed to darken at all, and how long after their delivery the
    /// watch, or Lambda's retry, did.
    pub healed: Vec<f64>,
    /// Screens that the watch paused, and how long after the start of the secure pause.
    pub repaired: Vec<f64>,
    /// Screens that the watch resumed, and how long after its end.
    pub recovered: Vec<f64>,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.events += other.events;
        self.invocations += other.invocations;
        self.requests += other.requests;
        self.unwatched += other.unwatched;
        self.killed += other.killed;
        self.failed += other.failed;
        self.pauses += other.pauses;
        self.flows += other.flows;
        self.exposures.extend(other.exposures);
        self.reopened.extend(other.reopened);
        self.healed.extend(other.healed);
        self.repaired.extend(other.repaired);
        self.recovered.extend(other.recovered);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "schedules    {}", self.schedules)?;
        writeln!(f, "events       {}", self.events)?;
        writeln!(f, "pauses       {} by agents, {} by secure flows", self.pauses, self.flows)?;
        writeln!(
            f,
            "invocations  {}, of which {} failed and {} were killed",
            self.invocations, self.failed, self.killed
        )?;
        if self.requests > 0 {
            writeln!(
                f,
                "requests     {}; in {} schedules a watch message was refused, or its invocation killed before it",
                self.requests, self.unwatched
            )?;
        }
        writeln!(f)?;
        writeln!(f, "seconds of life                            times   median    worst")?;
        row(f, "exposure beyond delivery", &self.exposures)?;
        row(f, "recorded again, until paused again", &self.reopened)?;
        row(f, "exposure where the invocation failed", &self.healed)?;
        row(f, "repaired by the watch, after the start", &self.repaired)?;
        row(f, "recovered by the watch, after the end", &self.recovered)
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, times: &[f64]) -> fmt::Result {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(median), Some(worst)) => {
            writeln!(f, "{name:<40} {:>7} {median:>8.2} {worst:>8.2}", sorted.len())
        }
        _ => writeln!(f, "{name:<40} {:>7} {:>8} {:>8}", 0, "–", "–"),
    }
}
