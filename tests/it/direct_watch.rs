//! A pause that the watch does not know of posts a message to the watch's queue.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use world::{Fault, On, ScreenState, Service};

use crate::stage::*;

const PAUSE: &str = "direct/pause_with_user.json";

fn messages(stage: &Stage) -> Vec<Value> {
    let parsed = stage.world.queue.messages().into_iter().map(|text| serde_json::from_str(&text).unwrap());
    parsed.collect()
}

/// The metric of the only invocation.
async fn not_watched(stage: &Stage) -> Value {
    let logs = stage.function.logs_until(|lines| lines.iter().any(|line| is_metrics(line))).await;
    let lines: Vec<_> = logs.iter().filter(|line| is_metrics(line)).collect();
    let [line] = lines[..] else { panic!("one line of metrics: {logs:#?}") };
    serde_json::from_str::<Value>(line).unwrap()["NotWatched"].clone()
}

/// The errors that say so.
fn told(stage: &Stage) -> usize {
    let is_told = |line: &&String| {
        line.contains("watch message not sent") && line.contains("ERROR") && line.contains(CONVERSATION)
    };
    stage.function.logs().iter().filter(is_told).count()
}

#[tokio::test]
async fn every_pause_that_is_ordered_posts_one_message_with_the_ids_it_was_given() {
    let bare = json!({"watch": {"conversationId": CONVERSATION}});
    let with_user = json!({"watch": {"conversationId": CONVERSATION, "userId": AGENT_A}});
    let with_leg = json!({"watch": {"conversationId": CONVERSATION, "participantId": LEG_A}});
    let with_both =
        json!({"watch": {"conversationId": CONVERSATION, "userId": AGENT_A, "participantId": LEG_A}});
    let mut unusable = file("direct/pause.json");
    unusable["userId"] = json!("Robin");
    let cases = [
        (file("direct/pause.json"), bare.clone(), "nobody named"),
        (file("direct/pause_with_user.json"), with_user, "a user"),
        (file("direct/pause_with_participant.json"), with_leg, "a leg"),
        (file("direct/pause_with_user_and_participant.json"), with_both, "both"),
        (unusable, bare, "an id that cannot be used is not passed on"),
    ];
    let stage = Stage::new().await.reads_dark();
    for (count, (order, message, reason)) in cases.into_iter().enumerate() {
        assert_eq!(outcome(&stage.invoke(&order).await), "paused", "{reason}");
        let messages = messages(&stage);
        assert_eq!(messages.len(), count + 1, "{reason}");
        assert_eq!(messages[count], message, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn the_message_that_is_posted_is_one_that_the_watch_can_read() {
    let stage = Stage::in_secure_pause().await;
    assert_eq!(outcome(&stage.invoke(&file(PAUSE)).await), "paused");
    let [message] = &stage.world.queue.messages()[..] else { panic!("one message") };

    let checked = stage.check(&world::sqs_batch(&[("1", message)])).await;
    assert_eq!(checked.outcome("1"), "watching");
    stage.secure_pause(false);
    let checked = stage.check(&world::sqs_batch(&[("1", message)])).await;
    assert_eq!(
        checked.outcome("1"),
        "watching",
        "an order stands for ten minutes: its flow may show nowhere"
    );
    let later = sent_ago(world::sqs_batch(&[("1", message)]), Duration::from_secs(601));
    let checked = stage.check(&later).await;
    assert_eq!(checked.outcome("1"), "recovered");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Active));
    stage.end().await;
}

#[tokio::test]
async fn a_late_pause_on_a_secure_pause_that_is_over_is_watched_over_anew() {
    let off = conversation(false, &[leg(AGENT_A, LEG_A, "connected")]);
    let on = conversation(true, &[dark(AGENT_A, LEG_A)]);
    let late = aged(STARTED, Duration::from_secs(12));
    let mut unnamed = late.clone();
    unnamed["detail"]["eventBody"]["userId"] = Value::Null;
    let mut unclear = off.clone();
    unclear["recordingState"] = "NONE".into();
    let (of, both) =
        ("pause", json!({"conversationId": CONVERSATION, "userId": AGENT_A, "participantId": LEG_A}));
    let both = json!({"watch": {"conversationId": both["conversationId"], "userId": both["userId"], "participantId": both["participantId"], "of": of}});
    let with_leg = json!({"watch": {"conversationId": CONVERSATION, "participantId": LEG_A, "of": of}});
    #[rustfmt::skip] // A row a line.
    let cases = [
        (&off, late.clone(), "superseded", Some(both.clone()), "its own message may have been deleted before"),
        (&off, unnamed, "superseded", Some(with_leg), "with the ids that could be used"),
        (&off, fresh(STARTED), "paused", None, "the reading may trail"),
        (&on, late.clone(), "paused", None, "it goes on, and so does its message"),
        (&unclear, late, "paused", Some(both.clone()), "it may be over, and its message deleted"),
    ];
    let posted = cases.map(|(body, event, wanted, message, reason)| async move {
        let stage = Stage::new().await;
        stage.serve(body.clone());
        assert_eq!(outcome(&stage.invoke(&event).await), wanted, "{reason}");
        assert_eq!(messages(&stage), message.into_iter().collect::<Vec<_>>(), "{reason}");
        stage.end().await;
    });
    join_all(posted).await;
}

#[tokio::test]
async fn a_pause_that_lands_long_after_its_secure_pause_is_watched_over_anew() {
    let stage = Stage::in_secure_pause().await;
    let event = fresh(STARTED);
    stage.world.genesys.inject(On::Pause, Fault::Status(503), usize::MAX);
    let genesys = stage.world.genesys.clone();
    let later = async move {
        tokio::time::sleep(Duration::from_secs(7)).await;
        crate::live::secure_pause(&genesys, false);
    };
    let (answer, ()) = tokio::join!(stage.invoke(&event), later);
    assert_eq!(outcome(&answer), "superseded");
    assert_eq!(messages(&stage).len(), 1, "the event's own may have been deleted at the first check");
    stage.end().await;
}

#[tokio::test]
async fn an_order_that_hangs_is_watched_over_too_and_so_is_one_that_nobody_can_read() {
    let cases = [(On::Pause, "it may have landed"), (On::Conversation, "it was paused unread")];
    for (on, reason) in cases {
        let stage = Stage::in_secure_pause().await;
        stage.world.genesys.inject(on, Fault::Hang, usize::MAX);
        assert!(stage.invoke(&file("direct/pause_with_participant.json")).await.result.is_err(), "{reason}");
        assert_eq!(messages(&stage).len(), 1, "{reason}");
        stage.end().await;
    }
}

#[tokio::test]
async fn nothing_else_posts_a_message() {
    let cases = [
        ("direct/resume.json", "resumed", "a resume"),
        ("direct/resume_with_user.json", "resumed", "of a user"),
        (STARTED, "stale", "an event: the second rule sends it to the queue itself"),
        ("malformed/order_conversation_absent.json", "InvalidEvent", "no order"),
    ];
    let stage = Stage::new().await;
    for (name, wanted, reason) in cases {
        stage.left_dark();
        assert_eq!(outcome(&stage.invoke(&file(name)).await), wanted, "{reason}");
        assert_eq!(stage.count(Service::Queue), 0, "{reason}");
    }
    stage.end().await;

    let stage = Stage::with(&[("MODE", "observe")]).await.reads_dark();
    assert_eq!(outcome(&stage.invoke(&file(PAUSE)).await), "observed");
    assert_eq!(stage.count(Service::Queue), 0, "nothing was paused");
    stage.end().await;
}

#[tokio::test]
async fn the_message_is_posted_beside_the_pause_and_never_before_it() {
    let stage = Stage::in_secure_pause().await;
    stage.world.queue.inject(Fault::Delay(Duration::from_millis(700)), 1);

    let answer = stage.invoke(&file(PAUSE)).await;

    assert_eq!(outcome(&answer), "paused");
    assert_eq!(messages(&stage).len(), 1, "it is with the queue before the answer is given");
    assert_eq!(not_watched(&stage).await, Value::Null);
    let requests = stage.world.requests();
    let at = |service, method| {
        requests.iter().find(|request| request.service == service && request.method == method).unwrap().at
    };
    let paused = at(Service::Api, "PUT").duration_since(at(Service::Api, "GET")).unwrap();
    assert!(paused < Duration::from_millis(600), "the pause does not wait for it: {paused:?}");
    stage.end().await;
}

#[tokio::test]
async fn a_message_that_cannot_be_posted_does_not_fail_the_pause_and_is_told_and_counted() {
    let long = Duration::from_secs(30);
    #[rustfmt::skip] // A row a line.
    let cases = [
        (Fault::Status(403), long, "the role may not send"),
        (Fault::Status(500), long, "SQS fails"),
        (Fault::Reset, long, "the connection breaks"),
        (Fault::Hang, long, "SQS never answers"),
        (Fault::Hang, Duration::from_secs(2), "no time is left to wait for SQS"),
    ];
    let posted = cases.map(|(fault, deadline, reason)| async move {
        let stage = Stage::in_secure_pause().await;
        stage.world.queue.inject(fault, usize::MAX);

        let answer = stage.invoke_within(&file(PAUSE), deadline).await;

        assert_eq!(outcome(&answer), "paused", "{reason}");
        assert!(answer.took < Duration::from_secs(5), "{reason}: {:?}", answer.took);
        assert_eq!(answer.result.unwrap()["verified"], true, "{reason}");
        assert_eq!(told(&stage), 1, "{reason}: {:#?}", stage.function.logs());
        assert_eq!(not_watched(&stage).await, json!([1]), "{reason}");
        stage.end().await;
    });
    join_all(posted).await;
}

#[tokio::test]
async fn a_late_pause_whose_message_cannot_be_posted_is_counted_too() {
    let stage = Stage::new().await;
    stage.serve(conversation(false, &[leg(AGENT_A, LEG_A, "connected")]));
    stage.world.queue.inject(Fault::Status(403), usize::MAX);
    let late = aged(STARTED, Duration::from_secs(12));
    assert_eq!(outcome(&stage.invoke(&late).await), "superseded");
    assert_eq!((told(&stage), not_watched(&stage).await), (1, json!([1])));
    stage.end().await;
}

#[tokio::test]
async fn without_a_queue_the_pause_is_carried_out_and_that_nobody_watches_is_told() {
    let stage = Stage::with(&[("WATCH_QUEUE_URL", "")]).await.reads_dark();
    assert_eq!(outcome(&stage.invoke(&file(PAUSE)).await), "paused");
    assert_eq!(stage.count(Service::Queue), 0);
    let logs = stage.function.logs().join("\n");
    assert!(logs.contains("WATCH_QUEUE_URL is not set"), "{logs}");
    assert_eq!(not_watched(&stage).await, Value::Null, "no queue is set: none was wanted");
    stage.end().await;
}
