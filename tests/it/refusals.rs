//! Genesys refuses to pause a screen: what the conversation, read again, makes of it.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use world::{Fault, On};

use crate::live::id;
use crate::stage::*;

async fn refused(status: u16, body: Value, settings: &[(&str, &str)]) -> (String, Value, usize) {
    let stage = Stage::with(settings).await;
    stage.serve(body);
    stage.world.genesys.inject(On::Pause, Fault::Status(status), usize::MAX);
    let answer = stage.invoke(&fresh(STARTED)).await;
    let (ended, line) = (outcome(&answer), stage.line(&answer));
    let readings = stage.new_requests().into_iter().filter(|line| line.starts_with("GET")).count();
    stage.end().await;
    (ended, line, readings)
}

#[tokio::test]
async fn a_refusal_the_conversation_does_not_explain_is_a_fault_to_mend() {
    let talking = || leg(AGENT_A, LEG_A, "connected");
    let mut wrap_up = leg(AGENT_A, LEG_A, "terminated");
    wrap_up["startAcwTime"] = "2025-11-02T12:05:00.000Z".into();
    let cases = [
        (404, talking(), "EndpointMissing", "the path is wrong"),
        (405, talking(), "EndpointMissing", "the path takes no PUT"),
        (409, talking(), "Rejected", "a conflict nobody has explained yet"),
        (422, talking(), "Rejected", "another refusal"),
        (409, screen(talking(), "active"), "Rejected", "it is being recorded"),
        (409, wrap_up, "Rejected", "the screen is recorded on in wrap-up"),
    ];
    let looked_into = cases.map(|(status, leg, name, reason)| async move {
        let (ended, line, readings) = refused(status, conversation(true, &[leg]), &[]).await;
        assert_eq!(ended, name, "{reason}");
        assert_eq!(line["targets"][0]["state"], "failed", "{reason}");
        assert_eq!(line["targets"][0]["error"], name, "{reason}");
        assert!((6..=8).contains(&readings), "{reason}: reads may lag by three seconds: {readings}");
        assert!(line["targets"][0]["attempts"].as_u64().unwrap() > 3, "{reason}: sent again: {line}");
    });
    join_all(looked_into).await;
}

#[tokio::test]
async fn a_refusal_that_cannot_be_looked_into_is_told_by_precedence() {
    let cases = [
        (404, 503, "UpstreamUnavailable", "whether path or conversation is missing is not known"),
        (409, 503, "Rejected", "an outage explains no conflict"),
        (409, 403, "Forbidden", "the lost permission is to be mended first"),
    ];
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    for (pause, reading, name, reason) in cases {
        stage.world.genesys.inject(On::Pause, Fault::Status(pause), usize::MAX);
        stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 1);
        stage.world.genesys.inject(On::Conversation, Fault::Status(reading), usize::MAX);
        let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(2)).await;
        stage.world.genesys.clear_faults();
        assert_eq!(outcome(&answer), name, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_refusal_is_looked_into_for_five_seconds_at_the_most() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    stage.world.genesys.inject(On::Pause, Fault::Status(409), usize::MAX);
    stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 1);
    stage.world.genesys.inject(On::Conversation, Fault::Hang, usize::MAX);
    let answer = stage.invoke(&fresh(STARTED)).await;
    assert_eq!(outcome(&answer), "Rejected");
    assert!(answer.took < Duration::from_secs(8), "{:?}", answer.took);
    stage.end().await;
}

#[tokio::test]
async fn a_refusal_is_explained_by_the_refused_leg_and_no_other() {
    let stage = Stage::new().await;
    let stopped = screen(leg(AGENT_B, LEG_B, "connected"), "stopped");
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected"), stopped]));
    stage.world.genesys.inject(On::Pause, Fault::Status(409), 1);
    let answer = stage.invoke(&fresh("secure_pause/started_consult_transfer.json")).await.result.unwrap();
    assert_eq!(answer["targets"][0]["participantId"], LEG_B);
    assert_eq!(answer["targets"][0]["state"], "not_recording");
    stage.end().await;
}

#[tokio::test]
async fn a_screen_that_is_not_recorded_counts_as_paused() {
    let told = conversation(true, &[screen(leg(AGENT_A, LEG_A, "connected"), "stopped")]);
    let untold = conversation(true, &[leg(AGENT_A, LEG_A, "connected")]);
    let learned = [("NOT_RECORDED_STATUS", "409, 422")];
    let cases = [
        (409, &told, &[][..], "the state says stopped"),
        (409, &untold, &learned, "the organization says so by 409"),
        (422, &untold, &learned, "or by 422"),
    ];
    for (status, body, settings, reason) in cases {
        let (ended, line, readings) = refused(status, body.clone(), settings).await;
        assert_eq!(ended, "paused", "{reason}");
        assert_eq!(line["targets"][0]["state"], "not_recording", "{reason}");
        assert_eq!(line["paused"], true, "{reason}");
        assert!(readings >= 5, "{reason}: a second recording may begin: {readings}");
    }
}

#[tokio::test]
async fn a_leg_that_went_meanwhile_is_planned_anew() {
    let stage = Stage::in_secure_pause().await;
    let genesys = &stage.world.genesys;
    // The reading trails: it still shows the first leg live, when the agent is on a new one already.
    genesys.organization(|organization| organization.read_lag = Duration::from_millis(700));
    genesys.settle();
    genesys.end_leg(id(CONVERSATION), id(LEG_A));
    genesys.join_as(id(CONVERSATION), id(AGENT_A), id(LEG_B));

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!(answer["outcome"], "paused");
    assert_eq!(stage.screen(LEG_B), Some(world::ScreenState::Paused));
    assert_eq!(states(&answer), [(LEG_A, "gone"), (LEG_B, "verified")]);
    stage.end().await;
}

#[tokio::test]
async fn a_call_that_ended_meanwhile_is_over() {
    let stage = Stage::new().await;
    let genesys = &stage.world.genesys;
    let user = AGENT_A.parse().unwrap();
    let call = genesys.start_call();
    genesys.join(call, user);
    let started = genesys.secure_pause(call, user);
    genesys.organization(|organization| organization.read_lag = Duration::from_millis(700));
    genesys.settle();
    genesys.hang_up(call);

    let answer = stage.invoke(&started).await.result.unwrap();

    assert_eq!(answer["outcome"], "conversation_over");
    assert_eq!(answer["paused"], false);
    assert_eq!(answer["exposureMs"], Value::Null, "no screen was left to be exposed");
    assert_eq!(answer["targets"][0]["state"], "gone");
    stage.end().await;
}

#[tokio::test]
async fn the_named_endpoint_missing_everywhere_is_no_paused_screen() {
    let stage = Stage::new().await;
    let genesys = &stage.world.genesys;
    genesys.organization(|organization| organization.endpoint_missing = true);
    let user = AGENT_A.parse().unwrap();
    let call = genesys.start_call();
    genesys.join(call, user);
    let started = genesys.secure_pause(call, user);
    assert_eq!(outcome(&stage.invoke(&started).await), "EndpointMissing");
    stage.end().await;
}
