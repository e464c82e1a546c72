//! Genesys fails: what is tried again, what is given up, and under which name.

use std::time::{Duration, Instant};

use serde_json::json;
use world::{Fault, On, Recorded, Service};

use crate::stage::*;

const STARTED: &str = "secure_pause/started.json";
/// Has no participant, so that nothing is paused unread.
const BY_USER: &str = "secure_pause/started_without_participant.json";

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    stage
}

#[tokio::test]
async fn a_failure_that_passes_is_ridden_out() {
    let cases = [
        (On::Conversation, Fault::Reset, "the connection is reset"),
        (On::Conversation, Fault::Close, "the connection is closed without an answer"),
        (On::Conversation, Fault::Hang, "no answer comes"),
        (On::Conversation, Fault::Status(503), "an upstream is restarting"),
        (On::Conversation, Fault::Html(502), "a gateway's page"),
        (On::Conversation, Fault::Html(200), "a gateway's page in place of a conversation"),
        (On::Conversation, Fault::RetryAfter(1), "too many requests"),
        (On::Pause, Fault::Reset, "the connection is reset"),
        (On::Pause, Fault::Close, "the connection is closed without an answer"),
        (On::Pause, Fault::AckThenReset, "acknowledged, but the answer is lost"),
        (On::Pause, Fault::Hang, "no answer comes"),
        (On::Pause, Fault::Status(500), "an internal error"),
        (On::Pause, Fault::Html(504), "a gateway's page"),
        (On::Pause, Fault::RetryAfter(1), "too many requests"),
    ];
    let stage = stage().await;
    for (on, fault, reason) in cases {
        let what = format!("{on:?}: {fault:?}: {reason}");
        stage.world.genesys.inject(on, fault, 1);
        let answer = stage.invoke(&fresh(STARTED)).await;
        assert_eq!(outcome(&answer), "paused", "{what}");
        let requests = stage.new_requests();
        assert_eq!(requests.len(), 3, "{what}: {requests:#?}");
        assert_eq!(requests[2], put(LEG_A, "pause", 202), "{what}");
    }
    stage.end().await;
}

#[tokio::test]
async fn after_a_freeze_dead_connections_cost_one_attempt_and_one_connection() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected"), leg(AGENT_B, LEG_B, "connected")]));
    // Two targets at once leave two connections in the pool; both are dead by the next event.
    stage.world.genesys.inject(On::AnyScreenRecording, Fault::AnswerThenDead, 2);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.new_requests();

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");

    let mut requests = stage.new_requests();
    assert_eq!(requests.len(), 4, "{requests:#?}");
    requests[2..].sort();
    assert_eq!(requests[1..], [get(200), put(LEG_A, "pause", 202), put(LEG_B, "pause", 202)]);
    assert!(requests[0].ends_with("no answer"), "{requests:#?}");
    let connections: Vec<_> = stage.world.requests().iter().rev().take(3).map(|r| r.connection).collect();
    assert!(connections[..2].contains(&connections[2]), "the fresh connection is used on: {connections:?}");
    stage.end().await;
}

#[tokio::test]
async fn what_does_not_pass_is_named_by_its_cause() {
    let cases = [
        (On::Conversation, Fault::Status(403), "Forbidden", 1, "no permission to read"),
        (On::Conversation, Fault::Status(400), "ConversationUnreadable", 1, "another refusal"),
        (On::Conversation, Fault::Status(501), "UpstreamUnavailable", 1, "never retried"),
        (On::Conversation, Fault::RetryAfter(60), "RateLimited", 1, "longer than the time left"),
        (
            On::Conversation,
            Fault::Html(200),
            "ConversationUnreadable",
            4,
            "a page in place of a conversation",
        ),
        (On::Conversation, Fault::Status(302), "ConversationUnreadable", 1, "redirects are not followed"),
        (On::Pause, Fault::Status(403), "Forbidden", 2, "no permission to pause"),
        (On::Pause, Fault::Status(501), "UpstreamUnavailable", 2, "never retried"),
        (On::Pause, Fault::RetryAfter(60), "RateLimited", 2, "longer than the time left"),
    ];
    let stage = stage().await;
    for (on, fault, name, requests, reason) in cases {
        let what = format!("{on:?}: {fault:?}: {reason}");
        stage.world.genesys.inject(on, fault, usize::MAX);
        let answer = stage.invoke(&fresh(BY_USER)).await;
        stage.world.genesys.clear_faults();
        assert_eq!(outcome(&answer), name, "{what}");
        assert_eq!(stage.new_requests().len(), requests, "{what}");
    }
    stage.end().await;
}

#[tokio::test]
async fn an_outage_is_tried_until_shortly_before_the_deadline_and_no_longer() {
    let stage = stage().await;
    for fault in [Fault::Status(503), Fault::Reset] {
        let what = format!("{fault:?}");
        stage.world.genesys.inject(On::Pause, fault, usize::MAX);
        let started = Instant::now();
        let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(3)).await;
        stage.world.genesys.clear_faults();
        assert_eq!(outcome(&answer), "UpstreamUnavailable", "{what}");
        assert!(started.elapsed() < Duration::from_secs(3), "{what}: Lambda would have killed it");
        assert!(stage.new_requests().len() > 3, "{what}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_deadline_that_passes_before_any_answer_is_named() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::Hang, usize::MAX);
    let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_millis(1200)).await;
    assert_eq!(outcome(&answer), "DeadlineExceeded");
    stage.end().await;
}

#[tokio::test]
async fn a_conversation_that_cannot_be_read_is_paused_by_its_participant_and_still_fails() {
    let cases = [
        (Fault::Status(403), "Forbidden", "no permission to read"),
        (Fault::Status(400), "ConversationUnreadable", "another refusal"),
        (Fault::RetryAfter(60), "RateLimited", "longer than the time left"),
        (Fault::Status(503), "UpstreamUnavailable", "an outage"),
        (Fault::Hang, "UpstreamUnavailable", "no answer ever comes"),
    ];
    let stage = stage().await;
    for (fault, name, reason) in cases {
        stage.world.genesys.inject(On::Conversation, fault, usize::MAX);
        let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(6)).await;
        stage.world.genesys.clear_faults();

        assert_eq!(outcome(&answer), name, "{reason}");
        let pauses: Vec<_> =
            stage.new_requests().into_iter().filter(|line| line.starts_with("PUT")).collect();
        assert_eq!(pauses, [put(LEG_A, "pause", 202)], "{reason}");
        let line = stage.function.logs().into_iter().rfind(|line| line.contains(&answer.request_id)).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["resolution"], "unread", "{reason}");
        assert_eq!(line["targets"][0]["participantId"], LEG_A, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_reading_that_comes_late_still_has_the_word() {
    let stage = stage().await;
    stage.serve(conversation(true, &[leg(AGENT_B, LEG_B, "connected"), leg(AGENT_A, LEG_A, "connected")]));
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);

    let answer = stage.invoke(&fresh("secure_pause/started_consult_transfer.json")).await;

    assert_eq!(outcome(&answer), "paused");
    let wanted = [get(429), put(LEG_B, "pause", 202), get(200), put(LEG_B, "pause", 202)];
    assert_eq!(stage.new_requests(), wanted);
    stage.end().await;
}

#[tokio::test]
async fn a_leg_paused_unread_is_reported_whatever_the_reading_then_says() {
    let stage = Stage::new().await;
    stage.serve(conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "active")]));
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);

    let late = aged(STARTED, Duration::from_mins(1));
    let answer = stage.invoke(&late).await.result.unwrap();

    assert_eq!(answer["outcome"], "stale");
    assert_eq!(answer["resolution"], "unread");
    assert_eq!(answer["targets"][0]["participantId"], LEG_A);
    assert_eq!(answer["targets"][0]["state"], "unverifiable");
    stage.end().await;
}

#[tokio::test]
async fn an_outage_is_not_mistaken_for_a_missing_endpoint() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(503), usize::MAX);
    stage.world.genesys.inject(On::Pause, Fault::Status(404), usize::MAX);
    let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(5)).await;
    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    stage.end().await;
}

#[tokio::test]
async fn an_established_refusal_survives_the_readings_that_follow() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Pause, Fault::Status(404), usize::MAX);
    stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 2);
    stage.world.genesys.inject(On::Conversation, Fault::Status(503), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "EndpointMissing");
    stage.end().await;
}

#[tokio::test]
async fn a_deadline_that_cuts_the_readings_short_leaves_what_they_told() {
    let stage = Stage::new().await;
    stage.world.genesys.organization(|organization| organization.latency = Duration::from_millis(100));
    for name in [BY_USER, STARTED] {
        let answer = stage.invoke_within(&fresh(name), Duration::from_millis(1750)).await;
        assert_eq!(outcome(&answer), "ConversationUnreadable", "{name}");
    }
    stage.end().await;
}

#[tokio::test]
async fn giving_up_ends_the_exposure() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "terminated")]));
    let answer = stage.invoke(&aged(STARTED, Duration::from_secs(10))).await;
    assert_eq!(outcome(&answer), "NoTarget");
    let line = stage.function.logs().into_iter().rfind(|line| line.contains(&answer.request_id)).unwrap();
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(line["exposureMs"].as_u64().unwrap() >= 13_000, "{line}");
    stage.end().await;
}

#[tokio::test]
async fn an_ended_event_is_never_acted_upon_unread() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh("secure_pause/ended.json")).await), "Forbidden");
    assert_eq!(stage.new_requests(), [get(403)]);
    stage.end().await;
}

#[tokio::test]
async fn one_targets_failure_neither_stops_nor_hides_anothers() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected"), leg(AGENT_B, LEG_B, "connected")]));
    stage.world.genesys.inject(On::Participant(LEG_A.parse().unwrap()), Fault::Status(503), usize::MAX);

    let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(3)).await;

    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    let requests = stage.world.requests();
    let pause_of_b = |request: &&Recorded| request.path.contains(LEG_B) && request.status == Some(202);
    assert_eq!(requests.iter().filter(pause_of_b).count(), 1);
    let line = stage.function.logs().into_iter().rfind(|line| line.contains(&answer.request_id)).unwrap();
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["paused"], false);
    assert_eq!(line["targets"].as_array().unwrap().len(), 2);
    let failed = line["targets"].as_array().unwrap().iter().find(|target| target["participantId"] == LEG_A);
    assert_eq!(failed.unwrap()["state"], "failed");
    assert_eq!(failed.unwrap()["error"], "UpstreamUnavailable");
    stage.end().await;
}

#[tokio::test]
async fn of_several_failures_the_first_by_precedence_is_returned() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected"), leg(AGENT_B, LEG_B, "connected")]));
    stage.world.genesys.inject(On::Participant(LEG_A.parse().unwrap()), Fault::Status(501), usize::MAX);
    stage.world.genesys.inject(On::Participant(LEG_B.parse().unwrap()), Fault::Status(403), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "Forbidden");
    stage.end().await;
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_unavailable() {
    let stage = Stage::with(&[("GENESYS_API_URL", "http://127.0.0.1:9")]).await;
    let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_secs(2)).await;
    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    assert_eq!(stage.count(Service::Api), 0);
    let other =
        json!({"detail-type": "something else", "source": "aws.partner/genesys.com/cloud/x", "detail": {}});
    assert_eq!(outcome(&stage.invoke(&other).await), "ignored");
    stage.end().await;
}
