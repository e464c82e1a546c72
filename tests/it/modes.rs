//! `MODE`: what is done with a plan.

use serde_json::{Value, json};

use crate::stage::*;

#[tokio::test]
async fn observing_logs_the_plan_reads_three_times_more_and_sends_nothing() {
    let stage = Stage::with(&[("MODE", "observe")]).await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));

    let answer = stage.invoke(&fresh(STARTED)).await;

    assert_eq!(outcome(&answer), "observed");
    assert_eq!(stage.new_requests(), vec![get(200); 4]);
    let lines =
        stage.function.logs().into_iter().filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    let plans: Vec<_> = lines.filter(|line| !line["plan"].is_null()).collect();
    let act = json!({"action": "pause", "targets": [LEG_A], "resolution": "user"});
    assert_eq!(plans.iter().map(|line| &line["plan"]["act"]).collect::<Vec<_>>(), [&act], "{plans:#?}");
    let answer = answer.result.unwrap();
    assert_eq!((&answer["paused"], &answer["targets"]), (&false.into(), &serde_json::json!([])));

    stage.serve(conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "paused")]));
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "observed");
    assert_eq!(stage.new_requests(), vec![get(200); 4]);
    stage.end().await;
}

#[tokio::test]
async fn what_is_observed_is_logged_at_every_level_even_where_nothing_would_be_sent() {
    let stage = Stage::with(&[("MODE", "observe"), ("AWS_LAMBDA_LOG_LEVEL", "ERROR")]).await;
    stage.serve(conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "active")]));
    assert_eq!(outcome(&stage.invoke(&file(STARTED)).await), "observed");
    let logs = stage.function.logs().join("\n");
    for wanted in [r#""plan":{"nothing":"stale"}"#, r#""securePause":"off""#, r#""screen":"active""#] {
        assert!(logs.contains(wanted), "{wanted} in {logs}");
    }
    stage.end().await;
}

#[tokio::test]
async fn every_line_that_is_observed_has_what_the_evidence_report_reads() {
    let stage = Stage::with(&[("MODE", "observe")]).await;
    stage.serve(conversation(true, &[screen(leg(AGENT_A, LEG_A, "connected"), "active")]));
    stage.invoke(&fresh(STARTED)).await;
    let lines = stage.function.logs().into_iter().filter(|line| line.contains("secure_pause_observed"));
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(&line).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    for (place, line) in lines.iter().enumerate() {
        assert_eq!((&line["kind"], &line["door"]), (&json!("secure_pause_observed"), &json!("event")));
        assert_eq!((&line["phase"], &line["conversationId"]), (&json!("started"), &json!(CONVERSATION)));
        for time in ["eventTime", "timestamp"] {
            assert!(line[time].as_str().is_some_and(|time| time.ends_with('Z')), "{time}: {line}");
        }
        if place == 0 {
            assert_eq!(line["plan"]["act"]["action"], "pause", "{line}");
        } else {
            let told = (&line["reading"], &line["securePause"], &line["recordingState"]);
            assert_eq!(told, (&json!(place), &json!("on"), &json!("paused")), "{line}");
            let seen = &line["legs"][0];
            assert_eq!((&seen["participantId"], &seen["life"]), (&json!(LEG_A), &json!("live")), "{line}");
            assert_eq!((&seen["inWrapUp"], &seen["screen"]), (&json!(false), &json!("active")), "{line}");
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn observing_pauses_nothing_unread_either() {
    let stage = Stage::with(&[("MODE", "observe")]).await;
    stage.world.genesys.inject(world::On::Conversation, world::Fault::Status(403), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "Forbidden");
    assert_eq!(stage.new_requests(), [get(403)]);
    stage.end().await;
}

#[tokio::test]
async fn the_brake_pauses_and_never_resumes() {
    let stage = Stage::with(&[("MODE", "pause-only")]).await.reads_dark();
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    assert_eq!(stage.new_acts(), [get(200), put(LEG_A, "pause", 202)]);

    stage.serve(conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "paused")]));
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "pause_only");
    assert_eq!(stage.new_requests(), [get(200)]);
    stage.end().await;
}
