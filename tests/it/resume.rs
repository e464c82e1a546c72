//! A secure pause ends: which screens are resumed, and when none is.

use std::time::Duration;

use world::{Fault, On, ScreenState};

use crate::live::id;
use crate::stage::*;

#[tokio::test]
async fn an_ended_event_resumes_the_paused_screen() {
    let stage = Stage::in_the_dark().await;

    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();

    assert_eq!(stage.new_acts(), [get(200), put(LEG_A, "resume", 202)]);
    assert_eq!(answer["outcome"], "resumed");
    assert_eq!(answer["paused"], false, "a resumed screen is not dark");
    assert!(answer["exposureMs"].is_null());
    stage.end().await;
}

#[tokio::test]
async fn while_another_secure_pause_is_on_nothing_is_resumed() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[screen(leg(AGENT_A, LEG_A, "connected"), "paused")]));

    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "still_on");
    assert_eq!(stage.new_requests(), vec![get(200); 6], "read for three seconds");
    stage.end().await;
}

#[tokio::test]
async fn a_reading_that_trails_the_end_is_waited_for() {
    let stage = Stage::in_secure_pause().await;
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    let genesys = &stage.world.genesys;
    genesys.organization(|organization| organization.read_lag = Duration::from_millis(800));
    genesys.settle();
    stage.secure_pause(false);

    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "resumed");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Active));
    stage.end().await;
}

#[tokio::test]
async fn a_reading_is_as_old_as_its_last_attempt_and_not_as_its_first() {
    let stage = Stage::in_the_dark().await;
    // Longer than a reading may be old that allows a resume.
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);

    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "resumed");
    assert_eq!(stage.new_acts(), [get(429), get(200), put(LEG_A, "resume", 202)]);
    stage.end().await;
}

#[tokio::test]
async fn in_doubt_nothing_is_resumed() {
    let mut unclear = conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "paused")]);
    unclear["recordingState"] = "NONE".into();
    let stage = Stage::new().await;
    stage.serve(unclear);

    let late = aged(ENDED, Duration::from_secs(40));
    assert_eq!(outcome(&stage.invoke(&late).await), "doubtful");
    assert_eq!(stage.new_requests(), [get(200)]);
    stage.end().await;
}

#[tokio::test]
async fn a_screen_that_is_not_paused_is_not_resumed() {
    for state in ["active", "requested", "stopped", "error", "timeout"] {
        let stage = Stage::new().await;
        stage.serve(conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), state)]));

        assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "nothing_paused", "{state}");
        assert_eq!(stage.new_requests(), [get(200)], "{state}");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_end_of_an_ended_or_unknown_call_calls_for_nothing() {
    let stage = Stage::new().await;
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "conversation_over");

    let mut over = conversation(false, &[screen(leg(AGENT_A, LEG_A, "terminated"), "paused")]);
    over["endTime"] = "2025-11-02T12:10:00.000Z".into();
    stage.serve(over);
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "conversation_over");
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "conversation_over");
    stage.end().await;
}

#[tokio::test]
async fn where_no_screen_was_recorded_none_is_resumed() {
    let stage = Stage::with(&[("NOT_RECORDED_STATUS", "409")]).await;
    stage.serve(conversation(false, &[leg(AGENT_A, LEG_A, "connected")]));
    stage.world.genesys.inject(world::On::Resume, world::Fault::Status(409), usize::MAX);
    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();
    assert_eq!(answer["outcome"], "nothing_paused");
    assert_eq!(answer["targets"][0]["state"], "not_recording");
    stage.end().await;
}

#[tokio::test]
async fn a_screen_in_wrap_up_stays_dark_and_whoever_is_live_is_resumed() {
    let stage = Stage::new().await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.secure_pause(true);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.set_screen(LEG_B, ScreenState::Paused);
    stage.world.genesys.wrap_up(id(CONVERSATION), id(LEG_A));
    stage.secure_pause(false);

    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "resumed");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "the card may still be typed there");
    assert_eq!(stage.screen(LEG_B), Some(ScreenState::Active));
    stage.end().await;
}
