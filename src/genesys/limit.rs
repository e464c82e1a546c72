//! Who gives way once Genesys refuses the OAuth client more requests.
//!
//! Genesys allows a client 3,000 requests a minute, whatever its tokens. An environment cannot see what the others send.
//! It learns of the limit from its own 429s.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How long later work gives way after a 429. The limit counts by the minute: what was refused in one comes first in the
/// next.
const GIVES_WAY: Duration = Duration::from_mins(1);

/// What a request does where the client's limit is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rank {
    /// It waits as long as Genesys asks, if there is time: a pause, a resume, and their readings.
    #[default]
    First,
    /// It is not sent. Its message comes again.
    Later,
}

/// The limit, as this environment has met it.
#[derive(Debug, Default)]
pub(super) struct ClientLimit(Mutex<Met>);

#[derive(Clone, Copy, Debug, Default)]
struct Met {
    last: Option<SystemTime>,
    times: u64,
}

impl ClientLimit {
    /// Notes that Genesys has refused a request for it.
    pub(super) fn met(&self) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *met = Met { last: Some(SystemTime::now()), times: met.times + 1 };
    }

    /// Whether later work gives way. By the wall clock, because Lambda may freeze the function.
    pub(super) fn is_reached(&self) -> bool {
        let last = self.now().last;
        last.and_then(|last| last.elapsed().ok()).is_some_and(|age| age < GIVES_WAY)
    }

    /// How many requests were refused for it until now.
    pub(super) fn times(&self) -> u64 {
        self.now().times
    }

    fn now(&self) -> Met {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
