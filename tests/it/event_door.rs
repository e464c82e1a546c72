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
    let stage = Stage::new().await.reads_dark();
    for name in names("malformed") {
        assert_eq!(outcome(&stage.invoke(&file(&name)).await), "InvalidEvent", "{name}");
        assert_eq!(stage.new_requests(), Vec::<String>::new(), "{name}");
    }
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn a_refusal_names_the_door_that_the_payload_came_by_and_what_is_wrong_with_it() {
    #[rustfmt::skip] // A row a line.
    let cases = [
        ("malformed/order_action_unknown.json", json!("direct"), "action is neither pause nor resume"),
        ("malformed/order_action_null.json", json!("direct"), "action is neither pause nor resume"),
        ("malformed/order_conversation_absent.json", json!("direct"), "conversationId is no UUID"),
        ("malformed/order_conversation_path_trick.json", json!("direct"), "conversationId is no UUID"),
        ("malformed/snapshot_null.json", json!("snapshot"), "snapshot is no object"),
        ("malformed/snapshot_conversation_absent.json", json!("snapshot"), "snapshot.conversationId is no UUID"),
        ("malformed/snapshot_conversation_path_trick.json", json!("snapshot"), "snapshot.conversationId is no UUID"),
        ("malformed/phase_unknown.json", json!("event"), "eventType"),
        ("malformed/batch_empty.json", json!(null), "no EventBridge event, no snapshot, no order and no batch"),
        ("malformed/batch_of_another_service.json", json!(null), "no EventBridge event, no snapshot, no order and no batch"),
    ];
    let stage = Stage::new().await;
    for (name, door, reason) in cases {
        let answer = stage.invoke(&file(name)).await;
        assert_eq!(stage.line(&answer)["door"], door, "{name}");
        let message = answer.result.unwrap_err().error_message;
        assert!(message.contains(reason), "{name}: {message}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_batch_is_a_batch_whatever_else_it_holds() {
    let stage = Stage::new().await;
    let mut batch = file("watch/other_topic.json");
    batch["action"] = json!("pause");
    batch["detail-type"] = json!("anything");
    let checked = stage.check(&batch).await;
    assert_eq!(checked.only_outcome(), "ignored");
    assert_eq!(stage.new_requests(), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn after_a_payload_that_is_no_json_the_next_event_is_served() {
    let stage = Stage::new().await.reads_dark();
    for payload in [&b"{\"detail-type\": "[..], b"", b"<html>", b"\xff\xfe"] {
        let answer = stage.function.invoke_bytes(payload.to_vec(), Duration::from_secs(5)).await;
        assert_eq!(outcome(&answer), "InvalidEvent", "{payload:?}");
    }
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn an_event_from_elsewhere_is_refused_unless_the_settings_name_its_source() {
    let mut event = fresh(STARTED);
    event["source"] = json!("simulate.aws.partner/genesys.com/cloud/test");
    let stage = Stage::new().await;
    assert_eq!(outcome(&stage.invoke(&event).await), "InvalidEvent");
    stage.end().await;

    let stage =
        Stage::with(&[("EVENT_SOURCE_PREFIX", "simulate.aws.partner/genesys.com/")]).await.reads_dark();
    assert_eq!(outcome(&stage.invoke(&event).await), "paused");
    stage.end().await;
}
