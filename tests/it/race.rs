//! Two invocations at once, in two processes, as Lambda runs them: of two that race, each repairs the other.

use std::time::Duration;

use tokio::time::sleep;
use world::{Fault, On, ScreenState};

use crate::stage::*;

fn ms(time: u64) -> Duration {
    Duration::from_millis(time)
}

/// One world with two processes, and a call in a secure pause that its readings show, which trail.
async fn two(read_lag: Duration) -> (Stage, Stage) {
    let first = Stage::in_secure_pause().await;
    first.set_screen(LEG_A, ScreenState::Paused);
    first.world.genesys.settle();
    first.world.genesys.organization(|organization| organization.read_lag = read_lag);
    let second = Stage::raised(first.world.clone(), &[]).await;
    (first, second)
}

#[tokio::test]
async fn a_late_end_that_resumes_into_the_next_secure_pause_darkens_the_screen_again() {
    let (first, second) = two(ms(2000)).await;
    // Readings show it off from 2 s to 3.5 s from now on, when the next one has long begun.
    first.secure_pause(false);
    sleep(ms(1500)).await;
    first.secure_pause(true);

    let (started, ended) = (fresh(STARTED), fresh(ENDED));
    let late = async {
        sleep(ms(1000)).await;
        second.invoke(&ended).await
    };
    let (started, ended) = tokio::join!(first.invoke(&started), late);

    assert_eq!(outcome(&started), "paused", "its screen was dark when it was read back");
    assert_eq!(outcome(&ended), "resume_withdrawn");
    assert_eq!((first.sent("resume", LEG_A), first.screen(LEG_A)), (1, Some(ScreenState::Paused)));
    second.end().await;
    first.end().await;
}

#[tokio::test]
async fn a_late_pause_that_lands_after_the_resume_is_undone_by_it() {
    // Short of a second, so that the reading after the answer shows the resume, which is sent on one made at 1.05 s.
    let (first, second) = two(ms(900)).await;
    // The start comes late, its readings trail, and its pause is on the way for long.
    first.world.genesys.inject(On::Pause, Fault::Delay(ms(1800)), 1);
    first.secure_pause(false);

    let (started, ended) = (fresh(STARTED), fresh(ENDED));
    let (started, ended) = tokio::join!(first.invoke(&started), second.invoke(&ended));

    assert_eq!(outcome(&started), "paused", "its screen was dark when it was read back");
    assert_eq!(outcome(&ended), "resumed");
    assert_eq!((first.sent("resume", LEG_A), first.screen(LEG_A)), (2, Some(ScreenState::Active)));
    second.end().await;
    first.end().await;
}

#[tokio::test]
async fn a_resume_that_lands_after_the_pause_is_made_up_for_by_whichever_sees_it_first() {
    let (first, second) = two(Duration::ZERO).await;
    first.secure_pause(false);
    first.world.genesys.inject(On::Resume, Fault::Delay(ms(800)), 1);

    let (started, ended) = (fresh(STARTED), fresh(ENDED));
    let next = async {
        sleep(ms(300)).await;
        second.secure_pause(true);
        first.invoke(&started).await
    };
    let (ended, started) = tokio::join!(second.invoke(&ended), next);

    assert_eq!(outcome(&started), "paused");
    assert_eq!(outcome(&ended), "resume_withdrawn");
    assert_eq!(first.screen(LEG_A), Some(ScreenState::Paused));
    second.end().await;
    first.end().await;
}

#[tokio::test]
async fn an_event_that_is_delivered_twice_at_once_is_harmless() {
    let (first, second) = two(ms(500)).await;
    first.set_screen(LEG_A, ScreenState::Active);
    let started = fresh(STARTED);
    let (one, other) = tokio::join!(first.invoke(&started), second.invoke(&started));
    assert_eq!((outcome(&one), outcome(&other)), ("paused".to_owned(), "paused".to_owned()));
    assert_eq!(first.screen(LEG_A), Some(ScreenState::Paused));

    first.secure_pause(false);
    let ended = fresh(ENDED);
    let (one, other) = tokio::join!(first.invoke(&ended), second.invoke(&ended));
    let done = [outcome(&one), outcome(&other)];
    assert!(done.contains(&"resumed".to_owned()), "{done:?}");
    assert!(done.iter().all(|it| ["resumed", "nothing_paused"].contains(&it.as_str())), "{done:?}");
    assert_eq!(first.screen(LEG_A), Some(ScreenState::Active));
    second.end().await;
    first.end().await;
}
