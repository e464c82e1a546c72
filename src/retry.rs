//! Which failures are tried again, when, and never past the deadline.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::Backoff;
use crate::error::{Error, Failure, Operation, Retry};

/// Kept back from Lambda's time, to report in: Lambda would kill the function without a word.
const REPORTING: Duration = Duration::from_millis(500);
/// Lambda lets no invocation take longer.
const LONGEST_INVOCATION: Duration = Duration::from_mins(15);
/// The timeout that the template gives the function, for want of a deadline.
const USUAL_TIME: Duration = Duration::from_secs(30);

/// The moment by which an attempt must have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// This moment.
    pub const fn at(moment: Instant) -> Self {
        Self(moment)
    }

    /// This long from now.
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Lambda's own deadline, less what reporting needs. One that is further in the past than an invocation
    /// can take is none: the emulator of cargo-lambda tells every invocation ten minutes into 1970.
    pub fn of_invocation(deadline: SystemTime) -> Self {
        let left = match deadline.duration_since(SystemTime::now()) {
            Ok(left) => left,
            Err(passed) if passed.duration() > LONGEST_INVOCATION => USUAL_TIME,
            Err(_) => Duration::ZERO,
        };
        Self::after(left.saturating_sub(REPORTING))
    }

    /// What is left of the time; zero once it has passed.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Waits, if time is left afterwards; otherwise says so at once.
    pub async fn wait(self, time: Duration) -> bool {
        let fits = time < self.left();
        if fits {
            sleep(time).await;
        }
        fits
    }
}

/// Makes attempts until one succeeds, one fails for good, or no other would fit before the deadline.
///
/// # Errors
/// The last failure; [`Error::DeadlineExceeded`] only where the deadline cut the first attempt short.
pub async fn until<T, Fut>(
    deadline: Deadline,
    backoff: Backoff,
    operation: Operation,
    mut attempt: impl FnMut() -> Fut,
) -> Result<T, Error>
where
    Fut: Future<Output = Result<T, Failure>>,
{
    let mut waits = ExponentialBuilder::new()
        .with_min_delay(backoff.first)
        .with_max_delay(backoff.longest)
        .with_jitter()
        .without_max_times()
        .build();
    let mut cause = Error::DeadlineExceeded(operation);
    let mut reconnected = false;
    loop {
        let failure = match timeout_at(deadline.0, attempt()).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(failure)) => failure,
            Err(_elapsed) => return Err(cause),
        };
        tracing::debug!(error = failure.error.name(), detail = %failure.error, retry = ?failure.retry, "attempt failed");
        cause = failure.error;
        let wait = match failure.retry {
            Retry::Never => None,
            Retry::Now => Some(Duration::ZERO),
            Retry::Reconnect if !reconnected => Some(Duration::ZERO),
            Retry::Reconnect | Retry::Backoff => waits.next(),
            // If there is no time for the upstream's wait, ours is used: the outage may be over by then.
            Retry::Later(asked) => {
                waits.next().map(|own| if asked < deadline.left() { own.max(asked) } else { own })
            }
            // Never sooner than the backoff, lest an upstream that says "0" is hammered.
            Retry::After(asked) | Retry::TokenLimit(asked) => waits.next().map(|own| own.max(asked)),
        };
        reconnected |= failure.retry == Retry::Reconnect;
        match wait {
            Some(wait) if deadline.wait(wait).await => {}
            _ => return Err(cause),
        }
    }
}
