//! Which failures are tried again, when, and never past the deadline.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::{Instant, sleep, timeout_at};

use crate::error::{Error, Operation};

/// Kept back from Lambda's time, to report in: Lambda would kill the function without a word.
const REPORTING: Duration = Duration::from_millis(500);
/// Lambda lets no invocation take longer.
const LONGEST_INVOCATION: Duration = Duration::from_mins(15);
/// The timeout that the template gives the function, for want of a deadline.
const USUAL_TIME: Duration = Duration::from_secs(30);
/// How waits between attempts grow, before jitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait: a blip of a gateway is often over by then.
    pub first: Duration,
    /// The longest: a screen is being recorded, so never sit still for long.
    pub longest: Duration,
}

/// The moment by which an attempt must have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
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

/// A failed attempt, and whether another may follow.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What to report if none follows.
    pub error: Error,
    /// When the next may be made.
    pub retry: Retry,
}

/// When a failed attempt may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never: the answer will not change.
    Never,
    /// At once: the attempt itself has mended the cause.
    Now,
    /// At once the first time, then after a backoff: a connection broke, and the next is a fresh one.
    Reconnect,
    /// After a backoff: exponential with jitter.
    Backoff,
    /// When the upstream asks to, and no sooner than after a backoff.
    After(Duration),
    /// The same with the same token; at once with another one, whose requests are counted apart.
    TokenLimit(Duration),
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::config::Timing;
    use crate::error::{Answered, What};

    fn failure(retry: Retry) -> Failure {
        let answered =
            Answered { operation: Operation::Conversation, what: What::Status(503), correlation: None };
        Failure { error: Error::UpstreamUnavailable(answered), retry }
    }

    async fn attempts_until_success_after(failures: &[Retry], deadline: Duration) -> (usize, bool) {
        let made = Cell::new(0);
        let result =
            until(Deadline::after(deadline), Timing::default().backoff, Operation::Conversation, || {
                let retry = failures.get(made.get()).copied();
                made.set(made.get() + 1);
                async move { retry.map_or(Ok(()), |retry| Err(failure(retry))) }
            })
            .await;
        (made.get(), result.is_ok())
    }

    #[tokio::test(start_paused = true)]
    async fn each_failure_is_tried_again_as_its_kind_allows() {
        let ten = Duration::from_secs(10);
        let cases: [(&[Retry], usize, bool, &str); 5] = [
            (&[Retry::Never], 1, false, "an answer that will not change"),
            (&[Retry::Now, Retry::Backoff, Retry::Backoff], 4, true, "a gateway's blip"),
            (&[Retry::After(Duration::from_secs(9))], 2, true, "a Retry-After that fits"),
            (&[Retry::After(Duration::from_secs(11))], 1, false, "a Retry-After past the deadline"),
            (&[Retry::Backoff; 500], 0, false, "an outage, until the deadline"),
        ];
        for (failures, wanted, succeeds, reason) in cases {
            let started = Instant::now();
            let (made, succeeded) = attempts_until_success_after(failures, ten).await;
            assert!(wanted == 0 || made == wanted, "{reason}: {made} attempts");
            assert_eq!(succeeded, succeeds, "{reason}");
            assert!(started.elapsed() <= ten, "{reason}: past the deadline");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_broken_connection_is_tried_again_at_once_but_only_once() {
        let started = Instant::now();
        assert!(attempts_until_success_after(&[Retry::Reconnect], Duration::from_secs(1)).await.1);
        assert_eq!(started.elapsed(), Duration::ZERO);
        assert!(attempts_until_success_after(&[Retry::Reconnect; 2], Duration::from_secs(1)).await.1);
        assert!(started.elapsed() >= Timing::default().backoff.first);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_kept_and_one_that_cannot_be_is_replaced() {
        let now = SystemTime::now();
        let cases = [
            (now + Duration::from_secs(10), 9_400..=9_500, "ten seconds, less half of one to report"),
            (now + Duration::from_millis(300), 0..=0, "no time to do anything"),
            (now - Duration::from_secs(5), 0..=0, "just passed"),
            (SystemTime::UNIX_EPOCH + Duration::from_mins(10), 29_400..=29_500, "an emulator's constant"),
        ];
        for (deadline, left, reason) in cases {
            assert!(left.contains(&Deadline::of_invocation(deadline).left().as_millis()), "{reason}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_is_named_only_where_nothing_else_is_known() {
        let silent = || std::future::pending::<Result<(), Failure>>();
        let result = until(
            Deadline::after(Duration::from_secs(1)),
            Timing::default().backoff,
            Operation::Pause,
            silent,
        )
        .await;
        assert!(matches!(result, Err(Error::DeadlineExceeded(Operation::Pause))));

        let failed = Cell::new(false);
        let result = until(
            Deadline::after(Duration::from_secs(1)),
            Timing::default().backoff,
            Operation::Pause,
            || {
                let silent = failed.replace(true);
                async move {
                    if silent { std::future::pending().await } else { Err::<(), _>(failure(Retry::Now)) }
                }
            },
        )
        .await;
        assert!(matches!(result, Err(Error::UpstreamUnavailable(_))));
    }
}
