//! On what is measured, and how busy it is.

use std::{fs, thread};

use time::OffsetDateTime;

/// A load of more than this for each processor is somebody else's work.
const BUSY: f64 = 0.5;

/// What a table of figures must say about its origin.
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) processor: String,
    pub(crate) processors: usize,
    /// How many processes wanted to run in the minute before; none where the system does not tell.
    pub(crate) load: Option<f64>,
}

impl Machine {
    /// This one, now.
    pub(crate) fn now() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            date: OffsetDateTime::now_utc().date().to_string(),
            processor: name.map_or("a processor without a name", |(_, name)| name.trim()).to_owned(),
            processors,
            load: load.split_whitespace().next().and_then(|load| load.parse().ok()),
        }
    }

    /// Whether others were at work, so that figures are worse than they need be.
    pub(crate) fn is_busy(&self) -> bool {
        self.load.is_some_and(|load| load > BUSY * self.processors as f64)
    }
}
