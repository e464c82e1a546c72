//! What is tried again, when, and never past the deadline.

use std::time::{Duration, SystemTime};

use secure_pause::retry::{Deadline, until};
use std::cell::Cell;
use tokio::time::Instant;

use secure_pause::config::Timing;
use secure_pause::error::{Answered, Error, Failure, Operation, Retry, What};

fn failure(retry: Retry) -> Failure {
    let answered =
        Answered { operation: Operation::Conversation, what: What::Status(503), correlation: None };
    Failure { error: Error::UpstreamUnavailable(answered), retry }
}

async fn attempts_until_success_after(failures: &[Retry], deadline: Duration) -> (usize, bool) {
    let made = Cell::new(0);
    let result = until(Deadline::after(deadline), Timing::default().backoff, Operation::Conversation, || {
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
    let cases: [(&[Retry], usize, bool, &str); 7] = [
        (&[Retry::Never], 1, false, "an answer that will not change"),
        (&[Retry::Now, Retry::Backoff, Retry::Backoff], 4, true, "a gateway's blip"),
        (&[Retry::After(Duration::from_secs(9))], 2, true, "a Retry-After that fits"),
        (&[Retry::After(Duration::from_secs(11))], 1, false, "a Retry-After past the deadline"),
        (&[Retry::Later(Duration::from_secs(4)); 2], 3, true, "an outage that says how long it takes"),
        (
            &[Retry::Later(Duration::from_secs(11))],
            2,
            true,
            "one that takes longer than there is time may not",
        ),
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
    let result =
        until(Deadline::after(Duration::from_secs(1)), Timing::default().backoff, Operation::Pause, silent)
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
