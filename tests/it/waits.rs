//! How long a failing Genesys is waited for: as it asks, no longer than there is time, and with time left to report.

use std::time::{Duration, Instant};

use serde_json::Value;
use world::{Fault, On};

use crate::stage::*;

#[tokio::test]
async fn a_wait_told_as_a_date_is_kept_by_the_clock_that_told_it() {
    let stage = Stage::new().await.reads_dark();
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
    let stage = Stage::new().await.reads_dark();
    let date = ("date".to_owned(), "Fri, 31 Dec 9999 23:59:59 GMT".to_owned());
    let fault = Fault::StatusWith { status: 503, headers: vec![date], body: String::new() };
    stage.world.genesys.inject(On::Conversation, fault, 1);
    assert_eq!(outcome(&stage.invoke(&fresh(BY_USER)).await), "paused");
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

#[tokio::test]
async fn an_upstream_that_asks_for_no_wait_is_not_hammered() {
    let stage = Stage::new().await.reads_dark();
    stage.world.genesys.inject(On::Pause, Fault::RetryAfter(0), usize::MAX);
    let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_secs(2)).await;
    assert_eq!(outcome(&answer), "RateLimited");
    let requests = stage.new_requests().len();
    assert!(requests < 15, "{requests}");
    stage.end().await;
}

#[tokio::test]
async fn an_outage_is_tried_until_shortly_before_the_deadline_and_no_longer() {
    let stage = Stage::new().await.reads_dark();
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
async fn time_is_kept_back_to_report_in() {
    let stage = Stage::new().await.reads_dark();
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
async fn a_deadline_that_passes_before_any_answer_is_named() {
    let stage = Stage::new().await.reads_dark();
    stage.world.genesys.inject(On::Conversation, Fault::Hang, usize::MAX);
    let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_millis(1200)).await;
    assert_eq!(outcome(&answer), "DeadlineExceeded");
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
