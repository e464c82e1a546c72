//! Secret and token: fetched in INIT, cached, renewed, one fetch at a time; and what is wrong with them.

use std::time::{Duration, Instant};

use world::{Fault, On, Service, World};

use crate::stage::*;

#[tokio::test]
async fn secret_and_token_are_fetched_in_init_and_never_twice() {
    let stage = Stage::new().await.reads_both_dark();
    assert_eq!((stage.count(Service::SecretsManager), stage.count(Service::Login)), (1, 1));
    for _ in 0..3 {
        assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    }
    assert_eq!((stage.count(Service::SecretsManager), stage.count(Service::Login)), (1, 1));
    stage.end().await;
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let world = World::start().await;
    world.genesys.organization(|organization| organization.token_ttl = Duration::from_secs(2));
    let stage = Stage::raised(world, &[]).await.reads_both_dark();
    tokio::time::sleep(Duration::from_millis(1900)).await;

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    assert_eq!(stage.count(Service::Login), 2);
    assert!(
        stage.world.requests().iter().all(|request| request.status != Some(401)),
        "no refusal was needed"
    );
    stage.end().await;
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_for_all_targets() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await.reads_both_dark();
    stage.world.genesys.inject(On::AnyScreenRecording, Fault::Status(401), 2);

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    assert_eq!((stage.count(Service::SecretsManager), stage.count(Service::Login)), (1, 2));
    stage.end().await;
}

#[tokio::test]
async fn a_revoked_token_costs_one_request() {
    let stage = Stage::new().await.reads_both_dark();
    stage.world.genesys.revoke_tokens();

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    assert_eq!(
        stage.new_acts(),
        [get(401), "POST /oauth/token -> 200".to_owned(), get(200), put(LEG_A, "pause", 202)]
    );
    stage.end().await;
}

#[tokio::test]
async fn a_token_refused_again_and_again_is_a_fault_of_the_credentials() {
    let stage = Stage::new().await.reads_both_dark();
    stage.world.genesys.inject(On::Conversation, Fault::Status(401), usize::MAX);

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "CredentialsRejected");
    let renewed = || [get(401), "POST /oauth/token -> 200".to_owned()];
    let mut wanted: Vec<_> = (0..4).flat_map(|_| renewed()).collect();
    wanted.push(put(LEG_A, "pause", 202));
    assert_eq!(stage.new_requests(), wanted, "the fourth in a row is final; paused unread");
    stage.end().await;
}

#[tokio::test]
async fn a_rotated_secret_is_read_again() {
    let stage = Stage::new().await.reads_both_dark();
    stage.world.genesys.rotate_secret_with(&stage.world.secrets);

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    let token = |status| format!("POST /oauth/token -> {status}");
    let wanted =
        [get(401), token(401), "POST / -> 200".to_owned(), token(200), get(200), put(LEG_A, "pause", 202)];
    assert_eq!(stage.new_acts(), wanted);

    stage.world.genesys.revoke_tokens();
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    let wanted = [get(401), token(200), get(200), put(LEG_A, "pause", 202)];
    assert_eq!(stage.new_acts(), wanted, "and kept from then on");
    stage.end().await;
}

#[tokio::test]
async fn credentials_that_genesys_refuses_are_read_once_more_and_then_rejected() {
    for (id, secret, reason) in [("unknown-id", "x", "400"), ("", "", "an empty pair is unavailable")] {
        let world = World::start().await;
        world.secrets.set(id, secret);
        let stage = Stage::raised(world, &[]).await.reads_both_dark();
        let answer = stage.invoke(&fresh(STARTED)).await;
        let name = if id.is_empty() { "CredentialsUnavailable" } else { "CredentialsRejected" };
        assert_eq!(outcome(&answer), name, "{reason}");
        assert_eq!(stage.count(Service::Api), 0, "{reason}");
        if !id.is_empty() {
            let token = "POST /oauth/token -> 400".to_owned();
            let secret = "POST / -> 200".to_owned();
            assert_eq!(stage.new_requests(), [secret.clone(), token.clone(), secret, token], "{reason}");
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn all_who_wait_for_a_token_share_one_failure() {
    let world = World::start().await;
    world.genesys.organization(|organization| organization.token_ttl = Duration::from_secs(1));
    let stage = Stage::raised(world, &[("PAUSE_SCOPE", "all-agents")]).await;
    // Read while the token is good; by the answer it has to be renewed, for both targets at once.
    let body = conversation(true, &[leg(AGENT_A, LEG_A, "connected"), leg(AGENT_B, LEG_B, "connected")]);
    let answer = Fault::StatusWith { status: 200, headers: Vec::new(), body: body.to_string() };
    stage.world.genesys.inject(On::Conversation, answer, 1);
    stage.world.genesys.inject(On::Token, Fault::Status(401), usize::MAX);
    stage.world.genesys.organization(|organization| organization.latency = Duration::from_secs(1));

    let answer = stage.invoke(&fresh(STARTED)).await;
    assert_eq!(outcome(&answer), "CredentialsRejected");
    let asked = stage.new_requests().into_iter().filter(|line| line.starts_with("POST /oauth")).count();
    assert_eq!(asked, 2, "once, and once with the secret read again");
    let line = stage.line(&answer);
    assert_eq!(line["firstSentAt"], serde_json::Value::Null, "no pause was sent: {line}");
    for target in targets(&line) {
        assert_eq!((&target["attempts"], &target["sentAt"]), (&0.into(), &serde_json::Value::Null), "{line}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_wrong_login_host_is_no_fault_of_the_secret() {
    let stage = Stage::new().await.reads_both_dark();
    stage.world.genesys.revoke_tokens();
    stage.world.genesys.inject(On::Token, Fault::Status(404), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "UpstreamUnavailable");
    assert_eq!(stage.count(Service::SecretsManager), 1);
    stage.end().await;
}

#[tokio::test]
async fn a_token_whose_life_is_told_oddly_is_kept_all_the_same() {
    let world = World::start().await;
    let first = Stage::raised(world.clone(), &[]).await;
    let token = world.secrets.secret_values().pop().unwrap();
    first.end().await;
    // The last two are durations, but no times that a clock could show.
    for life in ["86400.0", "\"86400\"", "null", "-1", "1e300", "0", "-0.0", "0.5", "1e19", "9.3e18"] {
        let body = format!("{{\"access_token\":\"{token}\",\"expires_in\":{life}}}");
        world.genesys.inject(On::Token, Fault::StatusWith { status: 200, headers: Vec::new(), body }, 1);
        let stage = Stage::raised(world.clone(), &[]).await.reads_both_dark();
        let asked = stage.count(Service::Login);
        for _ in 0..2 {
            assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused", "{life}");
        }
        assert_eq!(stage.count(Service::Login), asked, "{life}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_failed_init_never_stops_the_function() {
    let world = World::start().await;
    world.secrets.deny(true);
    let stage = Stage::raised(world, &[]).await.reads_both_dark();
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "CredentialsUnavailable");

    stage.world.secrets.deny(false);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn an_upstream_that_hangs_in_init_does_not_keep_the_first_event_waiting_for_long() {
    let world = World::start().await;
    world.genesys.inject(On::Token, Fault::Hang, 2);
    let stage = Stage::raised(world, &[]).await.reads_both_dark();
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn an_upstream_that_never_answers_does_not_use_up_the_time_of_init() {
    let world = World::start().await;
    world.genesys.inject(On::Token, Fault::Hang, usize::MAX);
    let started = Instant::now();
    let stage = Stage::raised(world, &[]).await;
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    stage.end().await;
}

#[tokio::test]
async fn a_secret_that_never_comes_is_given_up_and_one_that_hangs_once_is_asked_for_again() {
    let cases = [
        (usize::MAX, 3, "CredentialsUnavailable", "until shortly before the deadline"),
        (1, 8, "paused", "one attempt hangs"),
    ];
    let world = World::start().await;
    // INIT is refused at once, so that the event is the first to wait.
    world.secrets.deny(true);
    let stage = Stage::raised(world, &[]).await;
    stage.world.secrets.deny(false);
    let stage = stage.reads_both_dark();
    for (times, seconds, name, reason) in cases {
        stage.world.secrets.inject(Fault::Hang, times);
        let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(seconds)).await;
        stage.world.secrets.clear_faults();
        assert_eq!(outcome(&answer), name, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn secrets_that_cannot_be_used_are_named_without_being_shown() {
    let unusable =
        ["not json", "[]", "{\"client_id\":\"only-an-id\"}", "{\"client_id\":7,\"client_secret\":8}"];
    for text in unusable {
        let world = World::start().await;
        world.secrets.set_raw(text);
        let stage = Stage::raised(world, &[]).await.reads_both_dark();
        let answer = stage.invoke(&fresh(STARTED)).await;
        assert_eq!(outcome(&answer), "CredentialsUnavailable", "{text}");
        assert!(!stage.function.logs().join("\n").contains("only-an-id"), "{text}");
        stage.end().await;
    }
}

#[tokio::test]
async fn both_spellings_of_the_secret_are_read() {
    let world = World::start().await;
    let (id, secret) = world.genesys.client();
    world.secrets.set_raw(&format!("{{\"clientId\":\"{id}\",\"clientSecret\":\"{secret}\"}}"));
    let stage = Stage::raised(world, &[]).await.reads_both_dark();
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn a_token_endpoint_that_fails_for_a_moment_is_ridden_out() {
    let faults = [
        Fault::Status(503),
        Fault::Status(408),
        Fault::Status(425),
        Fault::HeadOnly(503),
        Fault::Reset,
        Fault::Close,
        Fault::RetryAfter(1),
        Fault::Html(200),
        Fault::Html(404),
        Fault::Html(405),
    ];
    for fault in faults {
        let what = format!("{fault:?}");
        let stage = Stage::new().await.reads_both_dark();
        stage.world.genesys.revoke_tokens();
        stage.world.genesys.inject(On::Token, fault, 1);
        assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused", "{what}");
        stage.end().await;
    }
}

#[tokio::test]
async fn secrets_manager_failing_for_a_moment_is_ridden_out() {
    let world = World::start().await;
    world.secrets.inject(Fault::Status(500), 2);
    world.secrets.inject(Fault::Reset, 1);
    let stage = Stage::raised(world, &[]).await.reads_both_dark();
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}
#[tokio::test]
async fn a_refusal_during_a_fetch_shares_that_fetch() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await.reads_both_dark();
    let genesys = &stage.world.genesys;
    let body = conversation(true, &[leg(AGENT_A, LEG_A, "connected"), leg(AGENT_B, LEG_B, "connected")]);
    let answer = Fault::StatusWith { status: 200, headers: Vec::new(), body: body.to_string() };
    genesys.inject(On::Conversation, answer, 1);
    genesys.rotate_secret();
    genesys.inject(On::Participant(LEG_B.parse().unwrap()), Fault::Delay(Duration::from_millis(200)), 1);
    genesys.inject(On::Token, Fault::Delay(Duration::from_millis(500)), 4);

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "CredentialsRejected");
    let asked = stage.new_requests();
    assert_eq!(asked.iter().filter(|line| line.starts_with("POST /oauth")).count(), 2, "{asked:#?}");
    stage.end().await;
}
