//! Genesys' own limits: how many requests a minute with one token, and how many of the OAuth client with all of
//! its tokens.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;
use world::{Fault, On, Organization, RateLimit, ScreenState, Service, World};

use crate::stage::*;

/// What the token's limit costs nobody.
const IN_TIME: Duration = Duration::from_millis(1500);
/// How far apart the tokens are that the limit asks for.
const RELIEVED_EVERY: Duration = Duration::from_secs(10);

async fn limited(change: impl FnOnce(&mut Organization), settings: &[(&str, &str)]) -> Stage {
    let world = World::start().await;
    world.genesys.organization(change);
    Stage::raised(world, settings).await.reads_dark()
}

/// A 429 for a limit of this name.
fn over(key: &str, seconds: u64) -> Fault {
    let limit = json!({"key": key, "namespace": "platform.api", "value": 300});
    let body = json!({"message": "m", "code": "too.many.requests", "status": 429, "limit": limit});
    let headers = vec![("retry-after".to_owned(), seconds.to_string())];
    Fault::StatusWith { status: 429, headers, body: body.to_string() }
}

fn over_the_tokens(seconds: u64) -> Fault {
    over("client.credentials.token.rate.per.minute", seconds)
}

/// A conversation of `size` agents, whose screens all read paused.
fn crowd(size: usize) -> Value {
    let dark = || dark(&Uuid::new_v4().to_string(), &Uuid::new_v4().to_string());
    conversation(true, &std::iter::repeat_with(dark).take(size).collect::<Vec<_>>())
}

/// Has the screen paused. Gives how long that took.
async fn pause(stage: &Stage) -> Duration {
    let answer = stage.invoke(&fresh(STARTED)).await;
    assert_eq!(outcome(&answer), "paused");
    answer.took
}

/// A message as its queue hands it over for the time that is given.
fn received(name: &str, receipt: u32) -> Value {
    let mut batch = file(name);
    batch["Records"][0]["attributes"]["ApproximateReceiveCount"] = receipt.to_string().into();
    batch
}

/// The sum of a metric until now.
fn counted(stage: &Stage, metric: &str) -> i64 {
    let logs = stage.function.logs();
    let lines = logs.iter().filter(|line| is_metrics(line)).map(|line| serde_json::from_str(line).unwrap());
    let values = lines.flat_map(|line: Value| line[metric].as_array().cloned().unwrap_or_default());
    values.map(|value| value.as_i64().unwrap()).sum()
}

fn refused(stage: &Stage) -> usize {
    stage.world.requests().iter().filter(|request| request.status == Some(429)).count()
}

#[tokio::test]
async fn a_few_hundred_pauses_in_a_row_never_meet_the_limit_of_a_token() {
    let stage = limited(|_| {}, &[]).await;
    let started = Instant::now();
    for number in 1..=205 {
        let took = pause(&stage).await;
        assert!(took < IN_TIME, "pause {number} took {took:?}");
    }
    assert_eq!(refused(&stage), 0);
    assert!(stage.count(Service::Api) > 600, "one token would have met it twice");
    let tokens = stage.count(Service::Login);
    assert!(tokens <= 3, "INIT's, and one for every 240 requests: {tokens}");
    assert!(tokens == 3 || started.elapsed() > Duration::from_mins(1), "{tokens}: all were in one minute");
    stage.end().await;
}

#[tokio::test]
async fn the_next_token_is_fetched_beside_the_work_and_waited_for_by_nobody() {
    let cases = [
        (Fault::Delay(Duration::from_millis(1800)), "it takes longer than a pause"),
        (Fault::Status(503), "it is not to be had"),
    ];
    for (fault, reason) in cases {
        let stage = limited(|_| {}, &[("PAUSE_SCOPE", "all-agents")]).await;
        stage.serve(crowd(60));
        stage.world.genesys.inject(On::Token, fault, usize::MAX);
        for _ in 0..4 {
            let took = pause(&stage).await;
            assert!(took < IN_TIME, "{reason}: {took:?}");
        }
        assert!((240..300).contains(&stage.count(Service::Api)), "{reason}");
        assert!(stage.count(Service::Login) >= 2, "{reason}");
        assert_eq!(refused(&stage), 0, "{reason}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_token_whose_limit_is_met_is_replaced_at_once_but_only_once_in_ten_seconds() {
    let limit = RateLimit::a_minute(10);
    let stage = limited(|it| it.token_limit = Some(limit), &[]).await;
    // Three requests each: ten do not do for the fourth.
    for _ in 0..3 {
        pause(&stage).await;
    }
    stage.new_requests();
    assert!(pause(&stage).await < IN_TIME);
    let relieved = Instant::now();
    let token = "POST /oauth/token -> 200".to_owned();
    let wanted = [get(200), put(LEG_A, "pause", 429), token, put(LEG_A, "pause", 202)];
    assert_eq!(stage.new_acts(), wanted);

    // Its successor has two of its ten behind it.
    for _ in 0..2 {
        assert!(pause(&stage).await < IN_TIME);
    }
    assert_eq!(stage.count(Service::Login), 2);
    pause(&stage).await;
    let late = relieved.elapsed();
    assert!(late.abs_diff(RELIEVED_EVERY) < IN_TIME, "{late:?}, not a minute");
    assert_eq!(stage.count(Service::Login), 3);
    stage.end().await;
}

#[tokio::test]
async fn all_requests_that_wait_for_another_token_share_one_fetch() {
    let stage = limited(|_| {}, &[("PAUSE_SCOPE", "all-agents")]).await;
    stage.serve(crowd(8));
    stage.world.genesys.inject(On::Pause, over_the_tokens(60), 8);
    stage.world.genesys.inject(On::Token, Fault::Delay(Duration::from_millis(300)), 1);

    assert!(pause(&stage).await < IN_TIME);
    assert_eq!((refused(&stage), stage.count(Service::Login)), (8, 2));
    stage.end().await;
}

#[tokio::test]
async fn every_other_limit_goes_by_retry_after_and_with_the_same_token() {
    let cases = [
        (over("org.app.user.rate.per.minute", 1), "the client's"),
        (over("token.rate.per.minute", 1), "one that is named nearly so"),
        (Fault::RetryAfter(1), "none is named"),
    ];
    let stage = limited(|_| {}, &[]).await;
    for (fault, reason) in cases {
        for on in [On::Conversation, On::Pause] {
            stage.world.genesys.inject(on, fault.clone(), 1);
            let took = pause(&stage).await;
            assert!(took > Duration::from_secs(1), "{reason}: {on:?}: {took:?}");
        }
    }
    assert_eq!(stage.count(Service::Login), 1);
    stage.end().await;
}

#[tokio::test]
async fn the_limit_of_the_client_is_waited_for() {
    let limit = RateLimit { requests: 1, window: Duration::from_millis(1500) };
    let stage = limited(|it| it.client_limit = Some(limit), &[]).await;
    let took = pause(&stage).await;
    assert!(took > limit.window, "{took:?}");
    let requests = stage.new_acts();
    assert_eq!(requests, [get(200), put(LEG_A, "pause", 429), put(LEG_A, "pause", 202)]);
    assert_eq!(stage.count(Service::Login), 1);
    stage.end().await;
}

#[tokio::test]
async fn where_no_other_token_is_to_be_had_the_old_one_is_good_for_the_next_minute() {
    let stage = limited(|_| {}, &[]).await;
    stage.world.genesys.inject(On::Pause, over_the_tokens(1), 1);
    stage.world.genesys.inject(On::Token, Fault::Status(503), usize::MAX);
    let took = pause(&stage).await;
    assert!(took > Duration::from_secs(1) && took < Duration::from_secs(5), "{took:?}");

    let asked = stage.count(Service::Login);
    pause(&stage).await;
    assert_eq!(stage.count(Service::Login), asked, "and from then on as if nothing had been");
    stage.end().await;
}

#[tokio::test]
async fn a_prefetch_that_hangs_holds_nobody_up_who_may_go_by_retry_after() {
    for on in [On::Conversation, On::Pause] {
        let stage = limited(|_| {}, &[("PAUSE_SCOPE", "all-agents")]).await;
        stage.serve(crowd(60));
        stage.world.genesys.inject(On::Token, Fault::Hang, usize::MAX);
        for _ in 0..4 {
            pause(&stage).await;
        }
        assert_eq!(stage.count(Service::Login), 2, "{on:?}: the prefetch is under way");
        stage.serve(conversation(true, &[dark(AGENT_A, LEG_A)]));
        stage.new_requests();

        stage.world.genesys.inject(on, over_the_tokens(1), 1);
        let took = pause(&stage).await;
        assert!(took > Duration::from_secs(1) && took < Duration::from_millis(3900), "{on:?}: {took:?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_secure_pause_of_a_minute_takes_nine_requests() {
    let stage = limited(|_| {}, &[]).await;
    stage.call(&[(AGENT_A, LEG_A)]);
    let (started, ended) = (file("watch/started.json"), file("watch/ended.json"));
    let mut before = 0;
    let mut requests = |expected: usize, what: &str| {
        let asked = stage.count(Service::Api);
        assert_eq!(asked - before, expected, "{what}: {:#?}", stage.world.requests());
        before = asked;
    };

    stage.secure_pause(true);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    requests(3, "the start");
    stage.check(&started).await;
    requests(1, "the check of the start");
    stage.secure_pause(false);
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "resumed");
    requests(3, "the end");
    for (message, what) in [(&started, "the last check of the start"), (&ended, "the check of the end")] {
        assert!(stage.check(message).await.undone.is_empty(), "{what}");
        requests(1, what);
    }
    stage.end().await;
}

#[tokio::test]
async fn on_the_clients_limit_later_checks_and_proof_are_left_for_later_and_pauses_are_not() {
    let stage = limited(|_| {}, &[]).await;
    stage.call(&[(AGENT_A, LEG_A)]);
    stage.secure_pause(true);
    stage.set_screen(LEG_A, ScreenState::Paused);
    let check = |receipt: u32| received("watch/started.json", receipt);
    let over_the_clients = over("org.app.user.rate.per.minute", 30);
    stage.new_requests();

    stage.world.genesys.inject(On::Conversation, over_the_clients, 1);
    let met = stage.check(&check(3)).await;
    assert_eq!((met.only_outcome(), met.undone.len()), ("left_for_later", 1));
    assert_eq!(stage.new_acts(), [get(429)], "refused once, and not tried again");

    assert_eq!(stage.check(&check(4)).await.only_outcome(), "left_for_later");
    let look = serde_json::to_vec(&received("proof/customer_end.json", 1)).unwrap();
    let answer = stage.function.invoke_bytes(look, Duration::from_secs(30)).await.result.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().map(Vec::len), Some(1));
    assert_eq!(stage.new_acts(), [""; 0], "within the minute, neither asks anything");
    assert_eq!(counted(&stage, "LeftForLater"), 3);
    for receipt in [1, 2] {
        assert_eq!(stage.check(&check(receipt)).await.only_outcome(), "watching", "check {receipt}");
    }
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn a_token_that_is_refused_for_the_limit_makes_later_checks_give_way_too() {
    let stage = limited(|_| {}, &[]).await;
    stage.call(&[(AGENT_A, LEG_A)]);
    let genesys = &stage.world.genesys;
    genesys.inject(On::Conversation, Fault::Status(401), 1);
    genesys.inject(On::Token, Fault::RetryAfter(30), 1);
    let left = stage.check(&received("watch/started.json", 3)).await;
    assert_eq!((left.only_outcome(), left.undone.len()), ("left_for_later", 1));
    assert_eq!(counted(&stage, "ClientLimitReached"), 1);
    stage.end().await;
}

#[tokio::test]
async fn the_tokens_own_limit_leaves_nothing_for_later() {
    let stage = limited(|_| {}, &[]).await;
    stage.call(&[(AGENT_A, LEG_A)]);
    stage.secure_pause(true);
    stage.set_screen(LEG_A, ScreenState::Paused);
    // The second comes too soon after the first for another token.
    stage.world.genesys.inject(On::Conversation, over_the_tokens(1), 2);
    assert_eq!(stage.check(&received("watch/started.json", 3)).await.only_outcome(), "watching");
    assert_eq!(counted(&stage, "LeftForLater"), 0);
    stage.world.genesys.inject(On::Conversation, over_the_tokens(60), 2);
    let left = stage.check(&received("watch/started.json", 3)).await;
    assert_eq!(left.only_outcome(), "left_for_later", "it cannot wait so long");
    stage.end().await;
}

#[tokio::test]
async fn a_limit_is_read_from_a_body_that_comes_a_little_later() {
    let stage = limited(|_| {}, &[]).await;
    let late = Fault::LateBody(Box::new(over_the_tokens(60)), Duration::from_millis(130));
    stage.world.genesys.inject(On::Pause, late, 1);
    let took = pause(&stage).await;
    assert!(took < Duration::from_secs(2), "with another token: {took:?}");
    assert_eq!(stage.count(Service::Login), 2);
    stage.end().await;
}

#[tokio::test]
async fn a_wait_without_end_is_refused_like_any_that_is_too_long() {
    let stage = limited(|_| {}, &[]).await;
    for on in [On::Conversation, On::Pause] {
        for fault in [over("org.app.user.rate.per.minute", u64::MAX), over_the_tokens(u64::MAX)] {
            stage.world.genesys.inject(on, fault.clone(), usize::MAX);
            stage.world.genesys.inject(On::Token, Fault::Status(503), usize::MAX);
            let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_secs(3)).await;
            stage.world.genesys.clear_faults();
            assert_eq!(outcome(&answer), "RateLimited", "{on:?}: {fault:?}");
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn what_the_limits_cost_is_counted() {
    let stage = limited(|_| {}, &[]).await;
    for fault in [over("org.app.user.rate.per.minute", 1), over_the_tokens(60)] {
        stage.world.genesys.inject(On::Pause, fault, 1);
    }
    pause(&stage).await;
    pause(&stage).await; // which counts nothing twice
    assert_eq!((counted(&stage, "ClientLimitReached"), counted(&stage, "TokenRenewedForLimit")), (1, 1));
    stage.end().await;
}

#[tokio::test]
async fn a_later_check_does_not_wait_although_there_would_be_time() {
    let stage = limited(|_| {}, &[]).await;
    stage.call(&[(AGENT_A, LEG_A)]);
    stage.world.genesys.inject(On::Conversation, over("org.app.user.rate.per.minute", 2), 1);
    let begun = Instant::now();
    assert_eq!(stage.check(&received("watch/started.json", 3)).await.only_outcome(), "left_for_later");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    stage.end().await;
}

#[tokio::test]
async fn a_later_check_that_has_resumed_looks_after_it_although_the_limit_is_reached() {
    let stage = limited(|_| {}, &[]).await;
    stage.call(&[(AGENT_A, LEG_A)]);
    stage.set_screen(LEG_A, ScreenState::Paused);
    stage.world.genesys.inject(On::Resume, over("org.app.user.rate.per.minute", 1), 1);
    assert_eq!(stage.check(&received("watch/started.json", 3)).await.only_outcome(), "recovered");
    stage.end().await;
}

#[tokio::test]
async fn what_is_only_observed_is_left_for_later_too() {
    let stage = limited(|_| {}, &[("MODE", "observe")]).await;
    stage.world.genesys.inject(On::Conversation, over("org.app.user.rate.per.minute", 30), 1);
    let left = stage.check(&received("watch/started.json", 3)).await;
    assert_eq!((left.only_outcome(), left.undone.len()), ("left_for_later", 1));
    stage.end().await;
}
