//! The conversation is read again: what a later reading changes, and what it cannot take back.

use std::time::Duration;

use serde_json::Value;
use world::{Fault, On};

use crate::stage::*;

/// Two agents on a call, whose legs are in these states.
fn two(a: &str, b: &str) -> Value {
    conversation(true, &[leg(AGENT_A, LEG_A, a), leg(AGENT_B, LEG_B, b)])
}

/// The pause of the first agent's leg finds it gone; that of the second one ends as `b` says.
async fn gone_beside(b: Option<Fault>, later: Value) -> Stage {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    let genesys = &stage.world.genesys;
    stage.serve_in_turn(vec![two("connected", "connected"), two("terminated", "connected"), later]);
    genesys.inject(On::Participant(LEG_A.parse().unwrap()), Fault::Status(404), 1);
    if let Some(fault) = b {
        genesys.inject(On::Participant(LEG_B.parse().unwrap()), fault, usize::MAX);
    }
    stage
}

#[tokio::test]
async fn a_stale_reading_that_shows_only_a_leg_known_to_be_gone_finds_nobody() {
    let stage = Stage::new().await;
    let live = conversation(true, &[leg(AGENT_A, LEG_A, "connected")]);
    let gone = conversation(true, &[leg(AGENT_A, LEG_A, "terminated")]);
    stage.serve_in_turn(vec![live.clone(), gone, live]);
    stage.world.genesys.inject(On::Pause, Fault::Status(404), 1);

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "NoTarget");
    assert_eq!(stage.new_acts(), [get(200), put(LEG_A, "pause", 404)]);
    stage.end().await;
}

#[tokio::test]
async fn nobody_more_to_pause_is_no_failure_where_another_screen_is_dark() {
    let stage = gone_beside(None, two("terminated", "terminated")).await;
    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();
    assert_eq!(answer["outcome"], "paused");
    assert_eq!(targets(&answer).len(), 2);
    stage.end().await;
}

#[tokio::test]
async fn planning_anew_that_fails_is_told_whatever_the_other_screens_are() {
    let cases = [
        (None, "another screen is dark"),
        (Some(Fault::Status(501)), "a permission comes before an outage of another target"),
    ];
    for (b, reason) in cases {
        let stage = gone_beside(b, two("terminated", "connected")).await;
        stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 2);
        stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
        assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "Forbidden", "{reason}");
        stage.end().await;
    }
}

#[tokio::test]
async fn where_one_screen_is_gone_and_the_other_not_recorded_nothing_was_paused() {
    let stage = Stage::with(&[("NOT_RECORDED_STATUS", "409")]).await;
    let view = |a| {
        let first = screen(leg(AGENT_A, LEG_A, a), "paused");
        conversation(false, &[first, leg(AGENT_B, LEG_B, "connected")])
    };
    stage.serve_in_turn(vec![view("connected"), view("terminated")]);
    stage.world.genesys.inject(On::Resume, Fault::Status(409), usize::MAX);

    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();

    assert_eq!(answer["outcome"], "nothing_paused");
    let mut states: Vec<_> = targets(&answer).iter().map(|it| &it["state"]).collect();
    states.sort_by_key(ToString::to_string);
    assert_eq!(states, ["gone", "not_recording"]);
    stage.end().await;
}

#[tokio::test]
async fn a_later_reading_that_fails_tells_more_than_one_that_found_nothing() {
    let stage = Stage::new().await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(404), 1);
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(BY_USER)).await), "Forbidden");
    assert_eq!(stage.new_requests(), [get(404), get(403)]);
    stage.end().await;
}

#[tokio::test]
async fn a_later_reading_that_never_comes_leaves_what_the_earlier_told() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "terminated")]));
    stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 1);
    stage.world.genesys.inject(On::Conversation, Fault::Hang, usize::MAX);
    let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_millis(1600)).await;
    assert_eq!(outcome(&answer), "NoTarget");
    stage.end().await;
}
