//! Genesys refuses to pause a screen: what the conversation, read again, makes of it.

use serde_json::Value;
use world::{Fault, On};

use crate::stage::*;

const STARTED: &str = "secure_pause/started.json";

async fn refused(status: u16, body: Value, settings: &[(&str, &str)]) -> (String, Value, usize) {
    let stage = Stage::with(settings).await;
    stage.serve(body);
    stage.world.genesys.inject(On::Pause, Fault::Status(status), 1);
    let answer = stage.invoke(&fresh(STARTED)).await;
    let line = stage.function.logs().into_iter().rfind(|line| line.contains(&answer.request_id)).unwrap();
    let ended = outcome(&answer);
    let readings = stage.new_requests().into_iter().filter(|line| line.starts_with("GET")).count();
    stage.end().await;
    (ended, serde_json::from_str(&line).unwrap(), readings)
}

#[tokio::test]
async fn a_refusal_the_conversation_does_not_explain_is_a_fault_to_mend() {
    let cases = [
        (404, "EndpointMissing", "the path is wrong"),
        (405, "EndpointMissing", "the path takes no PUT"),
        (409, "Rejected", "a conflict nobody has explained yet"),
        (422, "Rejected", "another refusal"),
    ];
    for (status, name, reason) in cases {
        let body = conversation(true, &[leg(AGENT_A, LEG_A, "connected")]);
        let (ended, line, readings) = refused(status, body, &[]).await;
        assert_eq!(ended, name, "{reason}");
        assert_eq!(line["targets"][0]["state"], "failed", "{reason}");
        assert_eq!(line["targets"][0]["error"], name, "{reason}");
        assert_eq!(readings, 7, "{reason}: reads may trail by three seconds");
    }
}

#[tokio::test]
async fn a_screen_that_is_not_recorded_counts_as_paused() {
    let told = conversation(true, &[screen(leg(AGENT_A, LEG_A, "connected"), "stopped")]);
    let untold = conversation(true, &[leg(AGENT_A, LEG_A, "connected")]);
    let learned = [("NOT_RECORDED_STATUS", "404, 409")];
    let cases = [
        (409, &told, &[][..], "the state says stopped"),
        (409, &untold, &learned, "the organization says so by 409"),
        (404, &untold, &learned, "or by 404"),
    ];
    for (status, body, settings, reason) in cases {
        let (ended, line, readings) = refused(status, body.clone(), settings).await;
        assert_eq!(ended, "paused", "{reason}");
        assert_eq!(line["targets"][0]["state"], "not_recording", "{reason}");
        assert_eq!(line["paused"], true, "{reason}");
        assert_eq!(readings, 2, "{reason}");
    }
}

#[tokio::test]
async fn a_leg_that_went_meanwhile_is_planned_anew() {
    let stage = Stage::new().await;
    let genesys = &stage.world.genesys;
    let user = AGENT_A.parse().unwrap();
    let call = genesys.start_call();
    let first = genesys.join(call, user);
    let started = genesys.secure_pause(call, user);
    // The reading trails: it still shows the first leg live, when the agent is on a new one already.
    genesys.organization(|organization| organization.read_lag = std::time::Duration::from_millis(700));
    genesys.settle();
    genesys.end_leg(call, first);
    let second = genesys.join(call, user);

    let answer = stage.invoke(&started).await.result.unwrap();

    assert_eq!(answer["outcome"], "paused");
    assert_eq!(genesys.screen(call, second), Some(world::ScreenState::Paused));
    let ended_as = |leg: uuid::Uuid| {
        let targets = answer["targets"].as_array().unwrap();
        targets
            .iter()
            .find(|target| target["participantId"] == leg.to_string())
            .map(|target| target["state"].clone())
    };
    assert_eq!(ended_as(first), Some("gone".into()));
    assert_eq!(ended_as(second), Some("unverifiable".into()));
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
    genesys.organization(|organization| organization.read_lag = std::time::Duration::from_millis(700));
    genesys.settle();
    genesys.hang_up(call);

    let answer = stage.invoke(&started).await.result.unwrap();

    assert_eq!(answer["outcome"], "conversation_over");
    assert_eq!(answer["paused"], false);
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
