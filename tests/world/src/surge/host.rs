//! Whether the machine itself was the limit: its processors, its memory, and how late this very program came to its work.

use std::{
    fs,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use tokio::time::{MissedTickBehavior, interval};

/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(20);
/// Of how long a sample tells.
const SAMPLE: Duration = Duration::from_secs(1);
/// A second in which the processors were busy for this share of it was too much for them.
const BUSY: f64 = 0.95;
/// A timer's own grain, which is no delay.
const GRAIN: Duration = Duration::from_millis(5);
/// So late the program's own timers may be: more, and the simulated services answer late.
const LATE: Duration = Duration::from_millis(100);
const KIB: u64 = 1024;

/// A second of the machine.
#[derive(Clone, Copy, Debug)]
struct Sample {
    from: SystemTime,
    to: SystemTime,
    /// Share of the processors' time that anybody used.
    busy: f64,
    /// The latest that a timer of this program was.
    late: Duration,
    /// All that its timers were late, one after the other: so long nothing of it went on.
    held_up: Duration,
    /// Bytes that were free for new processes.
    memory: u64,
}

impl Sample {
    fn is_saturated(&self) -> bool {
        self.busy >= BUSY || self.late >= LATE
    }
}

/// What was seen of the machine, second by second. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Host {
    samples: Arc<Mutex<Vec<Sample>>>,
}

/// What a run asked of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strain {
    pub(crate) seconds: usize,
    pub(crate) saturated: usize,
    pub(crate) busy: f64,
    pub(crate) latest: Duration,
    pub(crate) least_memory: u64,
}

impl Host {
    /// Looks until this is dropped.
    pub(crate) async fn watch(self) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut before = Instant::now();
        let (mut from, mut used) = (SystemTime::now(), processor_time());
        let (mut late, mut held_up) = (Duration::ZERO, Duration::ZERO);
        loop {
            ticks.tick().await;
            let excess = before.elapsed().saturating_sub(TICK);
            late = late.max(excess);
            held_up += excess.saturating_sub(GRAIN);
            before = Instant::now();
            let to = SystemTime::now();
            if to.duration_since(from).unwrap_or_default() < SAMPLE {
                continue;
            }
            let now = processor_time();
            let sample = Sample { from, to, busy: share(used, now), late, held_up, memory: memory() };
            self.samples.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
            (from, used, late, held_up) = (to, now, Duration::ZERO, Duration::ZERO);
        }
    }

    /// How long this program was held up in the seconds of this time: its events, the starts of processes, and every
    /// answer of the simulated services on the way to a pause.
    pub(crate) fn held_up(&self, from: SystemTime, to: SystemTime) -> Duration {
        self.samples().iter().filter(|it| it.from <= to && it.to >= from).map(|it| it.held_up).sum()
    }

    /// All of it.
    pub(crate) fn strain(&self) -> Strain {
        let samples = self.samples();
        let busy: f64 = samples.iter().map(|it| it.busy).sum();
        Strain {
            seconds: samples.len(),
            saturated: samples.iter().filter(|it| it.is_saturated()).count(),
            busy: busy / samples.len().max(1) as f64,
            latest: samples.iter().map(|it| it.late).max().unwrap_or_default(),
            least_memory: samples.iter().map(|it| it.memory).min().unwrap_or_default(),
        }
    }

    fn samples(&self) -> Vec<Sample> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Of all processors since the machine's start: the time that was used, and all time.
fn processor_time() -> (u64, u64) {
    times(&fs::read_to_string("/proc/stat").unwrap_or_default())
}

/// The first line of /proc/stat: user, nice, system, idle, iowait and what is used besides.
fn times(stat: &str) -> (u64, u64) {
    let line = stat.lines().next().unwrap_or_default();
    // What guests use is in the time of users already.
    let fields: Vec<u64> = line.split_whitespace().skip(1).take(8).filter_map(|it| it.parse().ok()).collect();
    let all: u64 = fields.iter().sum();
    let idle: u64 = fields.iter().skip(3).take(2).sum();
    (all - idle, all)
}

fn share(before: (u64, u64), now: (u64, u64)) -> f64 {
    let (used, all) = (now.0.saturating_sub(before.0), now.1.saturating_sub(before.1));
    if all == 0 { 0.0 } else { used as f64 / all as f64 }
}

fn memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    line.and_then(|it| it.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() * KIB
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_a_disk_is_not_work() {
        let (before, now) = ("cpu  10 0 10 70 10 0 0 0 5 0\ncpu0 1 1", "cpu  40 0 30 110 20 0 0 0 9 0");
        assert_eq!(times(before), (20, 100));
        assert!((share(times(before), times(now)) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn what_held_the_program_up_adds_up_and_seconds_that_were_too_much_are_counted() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let sample = |from, busy, late| {
            let late = Duration::from_millis(late);
            Sample { from: at(from), to: at(from + 1), busy, late, held_up: late, memory: 0 }
        };
        let host = Host::default();
        *host.samples.lock().unwrap() = vec![sample(0, 0.5, 3), sample(10, 0.99, 3), sample(20, 0.5, 300)];
        let held_up = |from, to| host.held_up(at(from), at(to)).as_millis();
        assert_eq!((held_up(0, 8), held_up(5, 10), held_up(0, 25), held_up(30, 31)), (3, 3, 306, 0));
        assert_eq!(host.strain().saturated, 2);
    }
}
