//! When the conversation is read: at once, then on a schedule that begins anew with each leg's first request.

use std::time::Duration;

use super::history::Moment;
use crate::config::Timing;
use crate::error::Error;

/// Two moments that are closer than this share one reading.
const NEAR: Duration = Duration::from_millis(250);

/// The readings of one request. At most one is under way.
#[derive(Debug, Default)]
pub struct Readings {
    /// Whether one is under way.
    pub is_under_way: bool,
    /// How the last one failed, if no later one succeeded.
    pub failed: Option<Error>,
    /// When the last one that succeeded arrived.
    pub arrived: Option<Moment>,
    /// No reading begins before this moment: it would show nothing that matters.
    pub not_before: Moment,
    anchor: Moment,
    begun: usize,
}

impl Readings {
    /// When the next one begins. `decisive`: a reading that begins then, or later, can end something.
    pub fn next(&self, decisive: Option<Moment>, timing: &Timing) -> Moment {
        let scheduled = (self.anchor + offset(self.begun, timing)).max(self.not_before);
        match decisive.filter(|at| *at >= self.not_before) {
            Some(at) if at < scheduled + NEAR => at,
            _ => scheduled,
        }
    }

    /// Notes that one begins now.
    pub fn begin(&mut self, now: Moment, timing: &Timing) {
        // A reading that began late, or early for a decisive moment, does not shift the later ones.
        while self.anchor + offset(self.begun, timing) <= now {
            self.begun += 1;
        }
        (self.is_under_way, self.not_before) = (true, now);
    }

    /// Begins the schedule anew: its first wait runs from now.
    pub fn restart(&mut self, now: Moment) {
        (self.anchor, self.begun) = (now, 1);
    }
}

/// When the reading of this number begins: the waits add up, and the last one is repeated.
fn offset(number: usize, timing: &Timing) -> Duration {
    let waits = &timing.read_back;
    let last = waits.last().copied().unwrap_or(timing.lag);
    let listed: Duration = waits.iter().take(number).sum();
    listed + last * u32::try_from(number.saturating_sub(waits.len())).unwrap_or(u32::MAX)
}
