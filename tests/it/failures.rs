//! Genesys fails: what is tried again, what is given up, and under which name.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use world::{Fault, On, Recorded, Service, World};

use crate::stage::*;

const STARTED: &str = "secure_pause/started.json";
/// Has no participant, so that nothing is paused unread.
const BY_USER: &str = "secure_pause/started_without_participant.json";

/// More than half of what the function has.
const HUGE: usize = 150_000_000;

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[dark(AGENT_A, LEG_A)]));
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
    let stage = stage().await;
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
async fn no_body_takes_the_functions_memory() {
    let world = World::start().await;
    world.secrets.inject(Fault::Huge(200, HUGE), 1);
    let stage = Stage::raised(world, &[]).await;
    stage.serve(conversation(true, &[dark(AGENT_A, LEG_A)]));
    for (on, status) in
        [(On::Conversation, 200), (On::Conversation, 429), (On::Conversation, 503), (On::Pause, 409)]
    {
        stage.world.genesys.inject(on, Fault::Huge(status, HUGE), 1);
        stage.invoke(&fresh(STARTED)).await;
    }
    stage.world.genesys.revoke_tokens();
    stage.world.genesys.inject(On::Token, Fault::Huge(200, HUGE), 1);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    let most = peak_memory(stage.function.pid());
    assert!(most < HUGE / 2, "{most} bytes");
    stage.end().await;
}

#[tokio::test]
async fn a_body_that_stays_too_large_is_an_upstream_that_fails() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::Huge(200, 3_000_000), usize::MAX);
    let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_secs(2)).await;
    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    let message = answer.result.unwrap_err().error_message;
    assert!(message.contains("more than 2 MiB"), "{message}");
    stage.end().await;
}

#[tokio::test]
async fn a_failures_body_is_not_waited_for() {
    let stage = stage().await;
    for (on, status, name) in [
        (On::Conversation, 503, "paused"),
        (On::Conversation, 429, "paused"),
        (On::Conversation, 409, "ConversationUnreadable"),
        (On::Pause, 503, "paused"),
        (On::Pause, 429, "paused"),
    ] {
        stage.world.genesys.inject(on, Fault::HeadOnly(status), 1);
        let answer = stage.invoke(&fresh(BY_USER)).await;
        assert_eq!(outcome(&answer), name, "{on:?} {status}");
        assert!(answer.took < Duration::from_millis(1500), "{on:?} {status}: {:?}", answer.took);
    }
    stage.end().await;
}

#[tokio::test]
async fn a_wait_told_as_a_date_is_kept_by_the_clock_that_told_it() {
    let stage = stage().await;
    for (seconds, least, most) in [(2, 2000, 4000), (0, 0, 1000)] {
        stage.world.genesys.inject(On::Conversation, Fault::RetryAfterDate(seconds), 1);
        let answer = stage.invoke(&fresh(BY_USER)).await;
        assert_eq!(outcome(&answer), "paused");
        let took = answer.took.as_millis();
        assert!((least..most).contains(&took), "{seconds} s: {took} ms");
    }
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfterDate(60), 1);
    assert_eq!(outcome(&stage.invoke(&fresh(BY_USER)).await), "RateLimited", "longer than the time left");
    stage.end().await;
}

#[tokio::test]
async fn an_answer_dated_at_the_end_of_time_costs_no_pause() {
    let stage = stage().await;
    let date = ("date".to_owned(), "Fri, 31 Dec 9999 23:59:59 GMT".to_owned());
    let fault = Fault::StatusWith { status: 503, headers: vec![date], body: String::new() };
    stage.world.genesys.inject(On::Conversation, fault, 1);
    assert_eq!(outcome(&stage.invoke(&fresh(BY_USER)).await), "paused");
    stage.end().await;
}

/// The most memory that a process has had at a time, in bytes.
fn peak_memory(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn after_a_freeze_dead_connections_cost_one_attempt_and_one_connection() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.serve(conversation(true, &[dark(AGENT_A, LEG_A), dark(AGENT_B, LEG_B)]));
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
async fn an_established_refusal_survives_the_readings_that_follow() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Pause, Fault::Status(404), usize::MAX);
    stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 2);
    stage.world.genesys.inject(On::Conversation, Fault::Status(503), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "EndpointMissing");
    stage.end().await;
}

#[tokio::test]
async fn time_is_kept_back_to_report_in() {
    let stage = stage().await;
    for on in [On::Conversation, On::Pause] {
        stage.world.genesys.inject(on, Fault::Hang, usize::MAX);
        let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_secs(3)).await;
        stage.world.genesys.clear_faults();
        assert_eq!(outcome(&answer), "UpstreamUnavailable", "{on:?}");
        assert!(answer.took < Duration::from_millis(2800), "{on:?}: {:?}", answer.took);
    }
    stage.end().await;
}

#[tokio::test]
async fn an_upstream_that_asks_for_no_wait_is_not_hammered() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Pause, Fault::RetryAfter(0), usize::MAX);
    let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_secs(2)).await;
    assert_eq!(outcome(&answer), "RateLimited");
    let requests = stage.new_requests().len();
    assert!(requests < 15, "{requests}");
    stage.end().await;
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let cases = [
        (On::Conversation, 302, "ConversationUnreadable", "the token would go there too"),
        (On::Pause, 307, "Rejected", "and a pause that went there would pause nothing"),
    ];
    let stage = stage().await;
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
    let stage = Stage::raised(world, &[proxied, hosts].concat()).await;
    stage.serve(conversation(true, &[dark(AGENT_A, LEG_A)]));
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
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
async fn one_targets_failure_neither_stops_nor_hides_anothers() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.serve(conversation(true, &[dark(AGENT_A, LEG_A), dark(AGENT_B, LEG_B)]));
    stage.world.genesys.inject(On::Participant(LEG_A.parse().unwrap()), Fault::Status(503), usize::MAX);

    let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(3)).await;

    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    let requests = stage.world.requests();
    let pause_of_b = |request: &&Recorded| request.path.contains(LEG_B) && request.status == Some(202);
    assert_eq!(requests.iter().filter(pause_of_b).count(), 1);
    let line = stage.line(&answer);
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
    stage.serve(conversation(true, &[dark(AGENT_A, LEG_A), dark(AGENT_B, LEG_B)]));
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

#[tokio::test]
async fn an_outage_that_says_how_long_it_takes_is_waited_for_but_not_for_long() {
    let down = |seconds: &str| {
        let headers = vec![("retry-after".to_owned(), seconds.to_owned())];
        Fault::StatusWith { status: 503, headers, body: "{}".to_owned() }
    };
    for (on, seconds) in
        [(On::Conversation, "2"), (On::Pause, "2"), (On::Conversation, "60"), (On::Pause, "60")]
    {
        let stage = Stage::in_secure_pause().await;
        stage.world.genesys.inject(on, down(seconds), 1);
        let mut event = fresh(STARTED);
        event["detail"]["eventBody"]["participantId"] = Value::Null;
        let answer = stage.invoke(&event).await;
        assert_eq!(outcome(&answer), "paused", "{on:?}, {seconds} s");
        assert!(answer.took >= Duration::from_secs(2), "{on:?}, {seconds} s: {:?}", answer.took);
        assert!(answer.took < Duration::from_secs(8), "{on:?}, {seconds} s: {:?}", answer.took);
        stage.end().await;
    }
}
