//! What an event's fields say: when it happened, and which end of a secure pause it is.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::stage::*;

const TOPIC: &str = "v2.detail.events.conversation.{id}.secure_pause";

/// The time in `minutes` from now, as RFC 3339.
fn ahead(minutes: u64) -> String {
    let at = OffsetDateTime::from(SystemTime::now() + Duration::from_secs(60 * minutes));
    at.replace_microsecond(0).unwrap().format(&Rfc3339).unwrap()
}

/// Sets a field, or takes it away.
fn set(object: &mut Value, name: &str, value: Option<Value>) {
    let object = object.as_object_mut().unwrap();
    match value {
        Some(value) => object.insert(name.to_owned(), value),
        None => object.remove(name),
    };
}

#[tokio::test]
async fn an_event_happened_when_it_says_and_else_when_it_was_sent() {
    const MS: &str = "2025-11-02T12:00:00.123Z";
    const SENT: &str = "2025-11-02T12:00:00.31Z";
    const PASSED: &str = "2025-11-02T12:00:01Z";
    let (soon, too_far) = (ahead(4), ahead(6));
    let sent = || Some(json!(SENT));
    #[rustfmt::skip] // A row a line.
    let cases = [
        (Some(json!(1_762_084_800_123_i64)), sent(), MS, 0, "milliseconds"),
        (Some(json!(1_762_084_800_123.5)), sent(), MS, 0, "milliseconds with a fraction"),
        (Some(json!("1762084800123")), sent(), MS, 0, "milliseconds in digits"),
        (Some(json!("2025-11-02T12:00:00.123Z")), sent(), MS, 0, "text"),
        (Some(json!("2025-11-02T17:30:00.123+05:30")), sent(), MS, 0, "text with an offset"),
        (Some(json!(soon)), sent(), &soon, 0, "the other cloud's clock is ahead"),
        (Some(json!(too_far)), sent(), SENT, 1, "no clock is so far ahead"),
        (Some(json!("9999-12-31T23:59:59-01:00")), sent(), SENT, 1, "the end of time, and an hour"),
        (Some(json!(1_762_084_800)), sent(), SENT, 1, "seconds, which would be in 1970"),
        (Some(json!(null)), sent(), SENT, 1, "null"),
        (None, sent(), SENT, 0, "not told: when Genesys sent it"),
        (None, None, PASSED, 0, "nor that: when it passed EventBridge"),
        (None, Some(json!(too_far)), PASSED, 0, "sent so far ahead"),
    ];
    let stage = Stage::new().await;
    // It is over, so that nothing is to be done, whatever the event's age.
    let mut over = conversation(false, &[leg(AGENT_A, LEG_A, "terminated")]);
    over["endTime"] = json!("2025-11-02T12:10:00Z");
    stage.serve(over);
    for (event_time, timestamp, wanted, dropped, reason) in cases {
        let mut event = file(STARTED);
        set(&mut event["detail"]["eventBody"], "eventTime", event_time);
        set(&mut event["detail"], "timestamp", timestamp);
        event["time"] = json!(PASSED);

        let answer = stage.invoke(&event).await;

        assert_eq!(outcome(&answer), "conversation_over", "{reason}");
        let line = stage.line(&answer);
        let told = OffsetDateTime::parse(line["eventTime"].as_str().unwrap(), &Rfc3339).unwrap();
        assert_eq!(told, OffsetDateTime::parse(wanted, &Rfc3339).unwrap(), "{reason}: {line}");
        assert_eq!(line["droppedFields"], dropped, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn the_event_type_tells_the_phase_and_only_without_one_the_topic_does() {
    let (started, ended) = (format!("{TOPIC}_started"), format!("{TOPIC}_ended"));
    let (none, null) = (None, Some(json!(null)));
    let by_topic = "secure_pause/started_named_by_topic.json";
    let by_type = STARTED;
    #[rustfmt::skip] // A row a line.
    let cases = [
        (by_topic, null.clone(), TOPIC, "paused", "a type that is null is no type: the topic's name tells it"),
        (by_type, none.clone(), &*started, "paused", "no type: the end of detail-type tells it"),
        (by_type, none.clone(), &*ended, "resumed", "no type: the end of detail-type tells it"),
        (by_type, null, &*ended, "resumed", "the same with null"),
        (by_type, none, TOPIC, "InvalidEvent", "nothing tells it"),
        (by_type, Some(json!("secure_pause_paused")), &*started, "InvalidEvent", "a type nobody announced is not talked over"),
        (by_type, Some(json!("secure_pause_started")), &*ended, "paused", "the type wins"),
    ];
    let stage = Stage::new().await;
    // Secure pause is off: a pause that nothing confirms, or a resume.
    stage.serve(conversation(false, &[leg(AGENT_A, LEG_A, "connected")]));
    for (name, event_type, detail_type, wanted, reason) in cases {
        let mut event = fresh(name);
        set(&mut event["detail"]["eventBody"], "eventType", event_type);
        event["detail-type"] = json!(detail_type);

        let answer = stage.invoke(&event).await;

        assert_eq!(outcome(&answer), wanted, "{reason}");
        let phase = match wanted {
            "paused" => json!("started"),
            "resumed" => json!("ended"),
            _ => Value::Null,
        };
        assert_eq!(stage.line(&answer)["phase"], phase, "{reason}");
    }
    stage.end().await;
}
