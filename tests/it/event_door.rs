//! Payloads that call for nothing, and payloads that are refused: nothing is sent, the next is served.

use std::time::Duration;

use serde_json::json;

use crate::stage::*;

fn names(folder: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("events").join(folder);
    let mut names: Vec<_> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap()))
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
}

#[tokio::test]
async fn events_of_other_topics_are_ignored_without_a_request() {
    let stage = Stage::new().await;
    for name in names("other") {
        let answer = stage.invoke(&file(&name)).await;
        assert_eq!(outcome(&answer), "ignored", "{name}");
        assert_eq!(answer.result.unwrap()["door"], "event", "{name}");
    }
    assert_eq!(stage.new_requests(), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn malformed_events_are_refused_by_name_and_the_next_event_is_served() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    for name in names("malformed") {
        assert_eq!(outcome(&stage.invoke(&file(&name)).await), "InvalidEvent", "{name}");
        assert_eq!(stage.new_requests(), Vec::<String>::new(), "{name}");
    }
    assert_eq!(outcome(&stage.invoke(&fresh("secure_pause/started.json")).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn the_doors_of_later_versions_are_refused_clearly_and_named_in_the_log() {
    let batch = json!([{"eventSource": "aws:sqs", "messageId": "1", "body": "{}"}]);
    #[rustfmt::skip] // A row a line.
    let cases = [
        (json!({"action": "pause", "conversationId": CONVERSATION}), "direct", "a secure call flow"),
        (json!({"action": "pause"}), "direct", "the action alone tells it"),
        (json!({"Records": batch}), "watch", "the watch queue"),
        (json!({"Records": batch, "action": "pause"}), "watch", "a batch, whatever else it holds"),
    ];
    let stage = Stage::new().await;
    for (payload, door, reason) in cases {
        let answer = stage.invoke(&payload).await;
        assert_eq!(outcome(&answer), "InvalidEvent", "{reason}");
        assert_eq!(stage.line(&answer)["door"], door, "{reason}");
    }
    assert_eq!(stage.new_requests(), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn after_a_payload_that_is_no_json_the_next_event_is_served() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    for payload in [&b"{\"detail-type\": "[..], b"", b"<html>", b"\xff\xfe"] {
        let answer = stage.function.invoke_bytes(payload.to_vec(), Duration::from_secs(5)).await;
        assert_eq!(outcome(&answer), "InvalidEvent", "{payload:?}");
    }
    assert_eq!(outcome(&stage.invoke(&fresh("secure_pause/started.json")).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn an_event_from_elsewhere_is_refused_unless_the_settings_name_its_source() {
    let mut event = fresh("secure_pause/started.json");
    event["source"] = json!("simulate.aws.partner/genesys.com/cloud/test");
    let stage = Stage::new().await;
    assert_eq!(outcome(&stage.invoke(&event).await), "InvalidEvent");
    stage.end().await;

    let stage = Stage::with(&[("EVENT_SOURCE_PREFIX", "simulate.aws.partner/genesys.com/")]).await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    assert_eq!(outcome(&stage.invoke(&event).await), "paused");
    stage.end().await;
}
