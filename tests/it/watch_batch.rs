//! The batches of the watch's queue: each message has a line of its own, and never an error of the invocation.

use serde_json::json;
use world::{Service, sqs_batch};

use crate::stage::*;

fn ids(batch: &serde_json::Value) -> Vec<String> {
    batch["Records"].as_array().unwrap().iter().map(|record| text(&record["messageId"])).collect()
}

#[tokio::test]
async fn the_messages_of_a_batch_are_told_one_by_one_and_come_back_one_by_one() {
    let stage = Stage::in_secure_pause().await;
    stage.set_screen(LEG_A, world::ScreenState::Paused);
    let batch = file("watch/several.json");
    let ids = ids(&batch);

    let checked = stage.check(&batch).await;

    // The last one is of a user who is not on the call: everyone's screen, and that is dark.
    let wanted = ["watching", "InvalidEvent", "ignored", "watching"];
    for (id, wanted) in ids.iter().zip(wanted) {
        assert_eq!(checked.outcome(id), wanted, "{id}");
    }
    assert_eq!(checked.undone, [ids[0].as_str(), &ids[1], &ids[3]]);
    stage.end().await;
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_told_and_never_done() {
    let stage = Stage::new().await;
    let batch = file("watch/unreadable.json");
    let checked = stage.check(&batch).await;
    assert_eq!(checked.undone, ids(&batch));
    for line in &checked.lines {
        assert_eq!((&line["errorType"], &line["level"]), (&json!("InvalidEvent"), &json!("ERROR")), "{line}");
    }
    assert_eq!(stage.new_requests(), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn an_event_of_another_topic_has_nothing_to_be_watched_for() {
    let stage = Stage::new().await;
    let checked = stage.check(&file("watch/other_topic.json")).await;
    assert_eq!(checked.only_outcome(), "ignored");
    assert_eq!(checked.undone, Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn a_message_without_an_id_brings_the_whole_batch_back() {
    let stage = Stage::in_secure_pause().await;
    let checked = stage.check(&file("watch/without_message_id.json")).await;
    assert_eq!(checked.undone, [""]);
    assert_eq!(checked.only_outcome(), "repaired");
    stage.end().await;
}

#[tokio::test]
async fn faulty_settings_let_every_message_come_back() {
    let stage = Stage::with(&[("MODE", "off")]).await;
    for name in ["watch/several.json", "watch/ended.json", "watch/other_topic.json"] {
        let batch = file(name);
        let checked = stage.check(&batch).await;
        assert_eq!(checked.undone, ids(&batch), "{name}");
        for line in &checked.lines {
            assert_eq!(line["errorType"], "InvalidConfig", "{name}");
        }
    }
    assert_eq!(stage.count(Service::Api), 0);
    stage.end().await;
}

#[tokio::test]
async fn the_mode_holds_for_the_watch_too() {
    use world::ScreenState::{Active, Paused};
    #[rustfmt::skip] // A row a line.
    let cases = [
        ("observe", true, Active, "observed", true, Active, "nothing is sent, and nothing to wait for"),
        ("observe", false, Paused, "observed", true, Paused, "nothing is sent, and nothing to wait for"),
        ("pause-only", true, Active, "repaired", false, Paused, "the brake lets pauses pass"),
        ("pause-only", false, Paused, "pause_only", false, Paused, "held back until it is released"),
        ("pause-only", false, Active, "nothing_paused", true, Active, "there is nothing to hold back"),
    ];
    for (mode, on, before, wanted, done, after, reason) in cases {
        let stage = Stage::with(&[("MODE", mode)]).await;
        stage.call(&[(AGENT_A, LEG_A)]);
        stage.secure_pause(on);
        stage.set_screen(LEG_A, before);

        let checked = stage.check(&file("watch/started.json")).await;

        assert_eq!(checked.only_outcome(), wanted, "{mode}: {reason}");
        assert_eq!(checked.undone.is_empty(), done, "{mode}: {reason}");
        assert_eq!(stage.screen(LEG_A), Some(after), "{mode}: {reason}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_batch_as_the_world_makes_it_is_one_as_the_event_files_have_it() {
    let given = file("watch/started.json");
    let made = sqs_batch(&[("id", text(&given["Records"][0]["body"]))]);
    let names = |batch: &serde_json::Value| -> Vec<String> {
        batch["Records"][0].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names(&given), names(&made));
    for name in ["body", "md5OfBody", "eventSource", "eventSourceARN"] {
        assert_eq!(given["Records"][0][name], made["Records"][0][name], "{name}");
    }
}

#[tokio::test]
async fn nothing_of_a_message_but_its_ids_is_written_down() {
    let stage = Stage::with(&[("AWS_LAMBDA_LOG_LEVEL", "TRACE"), ("RUST_LOG", "trace")]).await;
    let mut event = file(STARTED);
    event["detail"]["eventBody"]["remoteName"] = json!("Sentinel Caller");
    event["id"] = json!("4111111111111111");
    let bodies = [event.to_string(), "Sentinel Caller 4111111111111111".to_owned()];
    let messages = [("Sentinel Caller", &bodies[0]), ("4111111111111111", &bodies[1])];
    let answer = stage.function.invoke(&sqs_batch(&messages)).await;
    let logs =
        stage.function.logs_until(|lines| lines.iter().filter(|it| it.contains("eventTime")).count() > 1);
    let logs = logs.await.join("\n");
    for secret in ["Sentinel Caller", "4111111111111111"] {
        assert!(!logs.contains(secret), "{secret} in {logs}");
    }
    assert!(answer.result.is_ok(), "the answer alone names the messages as SQS does: {answer:?}");
    stage.end().await;
}
