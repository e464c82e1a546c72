//! What an invocation reports of itself: for how long a screen was exposed, how often it was tried, and the
//! ids to find everything else by.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use world::{Fault, On};

use crate::stage::*;

async fn stage() -> Stage {
    Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await.reads_both_dark()
}

#[tokio::test]
async fn the_exposure_begins_with_the_secure_pause() {
    let stage = stage().await;
    let answer = stage.invoke(&aged(STARTED, Duration::from_secs(10))).await.result.unwrap();
    let exposure = answer["exposureMs"].as_u64().unwrap();
    assert!((10_000..13_000).contains(&exposure), "{answer}");
    stage.end().await;
}

#[tokio::test]
async fn the_exposure_lasts_until_the_last_screen_is_dark() {
    let stage = stage().await;
    let slow = Fault::Delay(Duration::from_secs(1));
    stage.world.genesys.inject(On::Participant(LEG_B.parse().unwrap()), slow, 1);
    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();
    assert!(answer["exposureMs"].as_u64().unwrap() >= 1000, "{answer}");
    stage.end().await;
}

#[tokio::test]
async fn a_clock_that_is_ahead_makes_no_exposure_below_zero() {
    let stage = stage().await;
    let mut event = fresh(STARTED);
    let ahead = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(20);
    event["detail"]["eventBody"]["eventTime"] = u64::try_from(ahead.as_millis()).unwrap().into();
    assert_eq!(stage.invoke(&event).await.result.unwrap()["exposureMs"], 0);
    stage.end().await;
}

#[tokio::test]
async fn giving_up_ends_the_exposure() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "terminated")]));
    let answer = stage.invoke(&aged(STARTED, Duration::from_secs(10))).await;
    assert_eq!(outcome(&answer), "NoTarget");
    let line = stage.line(&answer);
    assert!(line["exposureMs"].as_u64().unwrap() >= 13_000, "{line}");
    stage.end().await;
}

#[tokio::test]
async fn a_failed_resume_exposes_nothing() {
    let stage = Stage::new().await;
    stage.serve(conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "paused")]));
    let cases = [
        (On::Resume, Fault::Status(501), "UpstreamUnavailable", "the resume fails"),
        (On::Conversation, Fault::Status(403), "Forbidden", "the reading fails"),
    ];
    for (on, fault, name, reason) in cases {
        stage.world.genesys.inject(on, fault, 1);
        let answer = stage.invoke(&fresh(ENDED)).await;
        assert_eq!(outcome(&answer), name, "{reason}");
        assert_eq!(stage.line(&answer)["exposureMs"], Value::Null, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn every_request_for_a_target_is_counted() {
    let stage = Stage::new().await.reads_dark();
    stage.world.genesys.inject(On::Pause, Fault::Status(503), 2);
    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();
    assert_eq!(answer["targets"][0]["attempts"], 3);
    stage.end().await;
}

#[tokio::test]
async fn the_line_carries_the_ids_and_the_time_of_the_event() {
    let stage = stage().await;
    let answer = stage.invoke(&file(STARTED)).await;
    let line = stage.line(&answer);
    let cases = [
        ("eventId", "e5d1a0b7-6a1c-4e8e-9d51-5f0c2b7a9e05", "to find it in EventBridge"),
        ("correlationId", "c7e3b9d1-8f42-4a65-b0d7-6e1f3c5a8b06", "to find it in Genesys"),
        ("eventTime", "2025-11-02T12:00:00.123Z", "the event's own, not the envelope's"),
    ];
    for (field, wanted, reason) in cases {
        assert_eq!(line[field], wanted, "{reason}");
    }
    stage.end().await;
}

/// The address of an API that refuses one request, with this header and this body and nothing else.
fn refusing(header: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let length = body.len();
    let answer = format!("HTTP/1.1 403 Forbidden\r\n{header}content-length: {length}\r\n\r\n{body}");
    thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            connection.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        connection.write_all(answer.as_bytes()).unwrap();
    });
    url
}

#[tokio::test]
async fn a_failure_names_the_request_as_genesys_does() {
    let cases = [
        ("inin-correlation-id: word-of-genesys\r\n", "", "the usual header"),
        ("genesys-correlation-id: word-of-genesys\r\n", "", "its other name"),
        ("", r#"{"contextId": "word-of-genesys", "message": "no"}"#, "no header, but the body"),
    ];
    for (header, body, reason) in cases {
        let stage = Stage::with(&[("GENESYS_API_URL", &refusing(header, body))]).await;
        let answer = stage.invoke(&fresh(BY_USER)).await;
        assert_eq!(outcome(&answer), "Forbidden", "{reason}");
        let message = answer.result.unwrap_err().error_message;
        assert!(message.contains("(correlation id word-of-genesys)"), "{reason}: {message}");
        stage.end().await;
    }
}
