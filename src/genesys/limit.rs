//! Who gives way while Genesys refuses the OAuth client more requests.
//!
//! Genesys allows a client 3,000 requests a minute, whatever its tokens. An environment cannot see what the others send.
//! It learns of the limit from its own 429s: from all but those for a token's own limit.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::error::{Answered, Error, Failure, Operation, Retry, What};
use crate::ids::TraceId;

/// How long later work gives way at the most, and if Genesys does not say how long to wait: the limit counts by the minute.
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
pub(super) struct ClientLimit(Mutex<Option<Met>>);

#[derive(Clone, Copy, Debug)]
struct Met {
    at: SystemTime,
    asked: Duration,
    times: u64,
}

impl ClientLimit {
    /// Notes that Genesys has refused a request for it, and asks to wait for this long; zero if it does not say.
    pub(super) fn met(&self, asked: Duration) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = if asked.is_zero() { GIVES_WAY } else { asked.min(GIVES_WAY) };
        let times = met.map_or(0, |met| met.times) + 1;
        *met = Some(Met { at: SystemTime::now(), asked, times });
    }

    /// Whether later work gives way. By the wall clock, because Lambda may freeze the function.
    pub(super) fn is_reached(&self) -> bool {
        self.now().is_some_and(|met| met.at.elapsed().is_ok_and(|age| age < met.asked))
    }

    /// How many requests were refused for it until now.
    pub(super) fn times(&self) -> u64 {
        self.now().map_or(0, |met| met.times)
    }

    fn now(&self) -> Option<Met> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The failure of a later request: it is not tried again.
pub(super) fn gives_way(operation: Operation, correlation: Option<TraceId>) -> Failure {
    let answered = Answered { operation, what: What::LimitReached, correlation };
    Failure { error: Error::RateLimited(answered), retry: Retry::Never }
}
