//! Genesys fails: what is tried again, what is given up, and under which name.

use std::time::Duration;

use serde_json::json;
use world::{Fault, On, Recorded, Service, World};

use crate::bodies::HUGE;
use crate::stage::*;

#[tokio::test]
async fn a_failure_that_passes_is_ridden_out() {
    let cases = [
        (On::Conversation, Fault::Reset, "the connection is reset"),
        (On::Conversation, Fault::Close, "the connection is closed without an answer"),
        (On::Conversation, Fault::Hang, "no answer comes"),
        (On::Conversation, Fault::Status(503), "an upstream is restarting"),
        (On::Conversation, Fault::Html(502), "a gateway's page"),
        (On::Conversation, Fault::Html(200), "a gateway's page in place of a conversation"),
        (On::Conversation, Fault::Status(408), "Genesys ran out of time itself"),
        (On::Conversation, Fault::Status(425), "too early for it"),
        (On::Conversation, Fault::Huge(200, HUGE), "a body without an end"),
        (On::Conversation, Fault::Huge(502, HUGE), "a failure's body without an end"),
        (On::Conversation, Fault::RetryAfter(1), "too many requests"),
        (On::Pause, Fault::Reset, "the connection is reset"),
        (On::Pause, Fault::Close, "the connection is closed without an answer"),
        (On::Pause, Fault::AckThenReset, "acknowledged, but the answer is lost"),
        (On::Pause, Fault::Status(500), "an internal error"),
        (On::Pause, Fault::Html(504), "a gateway's page"),
        (On::Pause, Fault::Status(408), "Genesys ran out of time itself"),
        (On::Pause, Fault::Status(425), "too early for it"),
        (On::Pause, Fault::RetryAfter(1), "too many requests"),
        (On::Pause, Fault::Status(429), "too many requests, and not told for how long"),
    ];
    let stage = Stage::new().await.reads_dark();
    for (on, fault, reason) in cases {
        let what = format!("{on:?}: {fault:?}: {reason}");
        stage.world.genesys.inject(on, fault, 1);
        let answer = stage.invoke(&fresh(STARTED)).await;
        assert_eq!(outcome(&answer), "paused", "{what}");
        let requests = stage.new_acts();
        assert_eq!(requests.len(), 3, "{what}: {requests:#?}");
        assert_eq!(requests[2], put(LEG_A, "pause", 202), "{what}");
    }
    stage.end().await;
}

#[tokio::test]
async fn after_a_freeze_dead_connections_cost_one_attempt_and_one_connection() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await.reads_both_dark();
    // Two messages at once leave two connections in the pool; both are dead by the next event.
    stage.world.genesys.organization(|organization| organization.latency = Duration::from_millis(200));
    stage.world.genesys.inject(On::Conversation, Fault::AnswerThenDead, 2);
    stage.check(&world::sqs_batch(&["1", "2"].map(|id| (id, file(STARTED).to_string())))).await;
    stage.world.genesys.organization(|organization| organization.latency = Duration::ZERO);
    assert_eq!(stage.new_requests(), [get(200), get(200)]);

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");

    let mut requests = stage.new_acts();
    assert_eq!(requests.len(), 4, "{requests:#?}");
    requests[2..].sort();
    assert_eq!(requests[1..], [get(200), put(LEG_A, "pause", 202), put(LEG_B, "pause", 202)]);
    assert!(requests[0].ends_with("no answer"), "{requests:#?}");
    let all = stage.world.requests();
    let reading = all.iter().filter(|it| it.line() == get(200)).nth(2).unwrap();
    let mut pauses = all.iter().filter(|it| it.method == "PUT");
    assert!(pauses.any(|it| it.connection == reading.connection), "it is used on: {all:#?}");
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
    let stage = Stage::new().await.reads_dark();
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
async fn an_established_refusal_survives_the_readings_that_follow() {
    let stage = Stage::new().await.reads_dark();
    stage.world.genesys.inject(On::Pause, Fault::Status(404), usize::MAX);
    stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 2);
    stage.world.genesys.inject(On::Conversation, Fault::Status(503), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "EndpointMissing");
    stage.end().await;
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let cases = [
        (On::Conversation, 302, "ConversationUnreadable", "the token would go there too"),
        (On::Pause, 307, "Rejected", "and a pause that went there would pause nothing"),
    ];
    let stage = Stage::new().await.reads_dark();
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    let elsewhere = format!("{}/elsewhere", stage.world.env()["GENESYS_API_URL"]);
    for (on, status, name, reason) in cases {
        let headers = vec![("location".to_owned(), elsewhere.clone())];
        let redirect = Fault::StatusWith { status, headers, body: String::new() };
        stage.world.genesys.inject(on, redirect, usize::MAX);
        assert_eq!(outcome(&stage.invoke(&fresh(BY_USER)).await), name, "{reason}");
        stage.world.genesys.clear_faults();
        let requests = stage.new_requests();
        assert!(!requests.iter().any(|line| line.contains("elsewhere")), "{reason}: {requests:#?}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used_towards_genesys() {
    let world = World::start().await;
    let by_name = |url: &str| world.env()[url].replace("127.0.0.1", "localhost");
    let (api, login) = (by_name("GENESYS_API_URL"), by_name("GENESYS_LOGIN_URL"));
    let proxied = [("HTTP_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", "127.0.0.1")];
    let hosts = [("GENESYS_API_URL", api.as_str()), ("GENESYS_LOGIN_URL", &login)];
    let stage = Stage::raised(world, &[proxied, hosts].concat()).await.reads_dark();
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn one_targets_failure_neither_stops_nor_hides_anothers() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await.reads_both_dark();
    stage.world.genesys.inject(On::Participant(LEG_A.parse().unwrap()), Fault::Status(503), usize::MAX);

    let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(3)).await;

    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    let requests = stage.world.requests();
    let pause_of_b = |request: &&Recorded| request.path.contains(LEG_B) && request.status == Some(202);
    assert_eq!(requests.iter().filter(pause_of_b).count(), 1);
    let line = stage.line(&answer);
    assert_eq!(line["paused"], false);
    assert_eq!(targets(&line).len(), 2);
    let failed = target(&line, LEG_A);
    assert_eq!((&failed["state"], &failed["error"]), (&json!("failed"), &json!("UpstreamUnavailable")));
    stage.end().await;
}

#[tokio::test]
async fn of_several_failures_the_first_by_precedence_is_returned() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await.reads_both_dark();
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
