//! Readings after a pause that show another conversation than the one it was planned on, or none at all.

use std::time::Duration;

use serde_json::{Value, json};
use world::{Fault, On, ScreenState};

use crate::live::id;
use crate::stage::*;

#[tokio::test]
async fn the_initiator_whom_the_first_reading_did_not_show_yet_is_paused_by_a_later_one() {
    let stage = Stage::new().await;
    stage.call(&[(AGENT_B, LEG_B)]);
    let genesys = &stage.world.genesys;
    genesys.settle();
    genesys.organization(|organization| organization.read_lag = Duration::from_millis(900));
    genesys.join_as(id(CONVERSATION), id(AGENT_A), id(LEG_A));
    stage.secure_pause(true);

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!((&answer["outcome"], &answer["verified"]), (&json!("paused"), &json!(true)));
    assert_eq!(states(&answer), [(LEG_A, "verified"), (LEG_B, "verified")]);
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    assert_eq!(stage.screen(LEG_B), Some(ScreenState::Paused), "until then, in doubt, everyone's");
    stage.end().await;
}

#[tokio::test]
async fn an_agent_who_joins_while_a_pause_is_read_back_is_paused_where_the_scope_is_everyone() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await.begins_secure_pause();
    stage.after("pause", Duration::ZERO, |genesys| {
        genesys.join_as(id(CONVERSATION), id(AGENT_B), id(LEG_B));
    });

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!(states(&answer), [(LEG_A, "verified"), (LEG_B, "verified")]);
    stage.end().await;
}

#[tokio::test]
async fn a_leg_that_ends_after_its_pause_was_acknowledged_was_dark_to_its_end() {
    let stage = Stage::in_secure_pause().await;
    stage.after("pause", Duration::ZERO, |genesys| genesys.end_leg(id(CONVERSATION), id(LEG_A)));

    let answer = stage.invoke(&fresh(STARTED)).await;

    assert!(answer.took >= Duration::from_secs(3), "somebody is looked for in its place: {:?}", answer.took);
    let answer = answer.result.unwrap();
    assert_eq!((&answer["outcome"], &answer["paused"]), (&json!("paused"), &json!(false)));
    assert_eq!(states(&answer), [(LEG_A, "gone")]);
    assert_eq!(answer["exposureMs"], Value::Null, "no screen was left to be exposed");
    stage.end().await;
}

#[tokio::test]
async fn whoever_takes_the_call_over_is_paused_in_place_of_a_leg_that_ended() {
    let stage = Stage::in_secure_pause().await;
    stage.after("pause", Duration::ZERO, |genesys| {
        genesys.join_as(id(CONVERSATION), id(AGENT_B), id(LEG_B));
        genesys.end_leg(id(CONVERSATION), id(LEG_A));
    });

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!(answer["outcome"], "paused");
    assert_eq!(states(&answer), [(LEG_A, "gone"), (LEG_B, "verified")]);
    assert_eq!(stage.screen(LEG_B), Some(ScreenState::Paused));
    stage.end().await;
}

#[tokio::test]
async fn a_call_that_ends_while_its_pause_is_read_back_is_over() {
    let stage = Stage::in_secure_pause().await;
    stage.after("pause", Duration::ZERO, |genesys| genesys.hang_up(id(CONVERSATION)));

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!(answer["outcome"], "conversation_over");
    assert_eq!(answer["paused"], false);
    stage.end().await;
}

#[tokio::test]
async fn a_pause_that_no_reading_confirms_is_the_failure_of_the_readings() {
    let cases = [
        (Fault::Status(403), "Forbidden", 0, "the permission is gone: no later reading can succeed"),
        (Fault::Status(503), "UpstreamUnavailable", 2, "an outage is ridden out to the deadline"),
    ];
    let stage = Stage::in_secure_pause().await;
    for (fault, name, seconds, reason) in cases {
        stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 1);
        stage.world.genesys.inject(On::Conversation, fault, usize::MAX);

        let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(5)).await;
        stage.world.genesys.clear_faults();

        assert_eq!(outcome(&answer), name, "{reason}");
        assert!(answer.took >= Duration::from_secs(seconds), "{reason}: {:?}", answer.took);
        assert!(answer.took < Duration::from_secs(5), "{reason}: {:?}", answer.took);
        let line = stage.line(&answer);
        assert_eq!(states(&line), [(LEG_A, "unverifiable")], "{reason}");
        assert_eq!(line["targets"][0]["error"], name, "{reason}");
        assert_eq!((&line["paused"], &line["verified"]), (&json!(true), &json!(false)), "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_reading_that_fails_once_is_made_again() {
    let stage = Stage::in_secure_pause().await;
    stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 1);
    stage.world.genesys.inject(On::Conversation, Fault::Status(503), 5);

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!((&answer["outcome"], &answer["verified"]), (&json!("paused"), &json!(true)));
    assert_eq!(stage.sent("pause", LEG_A), 1);
    stage.end().await;
}

#[tokio::test]
async fn a_reading_that_is_to_come_later_is_made_no_sooner() {
    let stage = Stage::in_secure_pause().await;
    stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 1);
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(4), 1);

    let answer = stage.invoke(&fresh(STARTED)).await;

    assert_eq!(outcome(&answer), "paused");
    assert!(answer.took >= Duration::from_secs(4), "as Genesys asked: {:?}", answer.took);
    let readings = stage.new_requests().into_iter().filter(|request| request.starts_with("GET")).count();
    assert_eq!(readings, 3, "to decide, refused, and read back");
    stage.end().await;
}
