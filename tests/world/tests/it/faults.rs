//! Each fault, as a client sees it.

use std::{error::Error, io, time::Duration};

use serde_json::Value;
use uuid::Uuid;
use world::{Fault, On, ScreenState};

use crate::client::Caller;

const ALWAYS: usize = usize::MAX;

/// What the kernel or hyper said was wrong.
fn cause(error: &reqwest::Error) -> String {
    let mut source = error.source();
    let mut last = error.to_string();
    while let Some(inner) = source {
        last = match inner.downcast_ref::<io::Error>() {
            Some(io) => format!("{:?}", io.kind()),
            None => inner.to_string(),
        };
        source = inner.source();
    }
    last
}

#[tokio::test]
async fn a_status_comes_before_authentication_in_the_form_of_genesys() {
    let mut caller = Caller::start().await;
    let call = caller.world.genesys.start_call();
    caller.token = "no token at all".to_owned();
    caller.world.genesys.inject(On::Conversation, Fault::Status(503), 1);
    let answer = caller.get(call).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 503);
    let body: Value = answer.json().await.expect("a body");
    assert_eq!((&body["code"], &body["status"]), (&"service.unavailable".into(), &503.into()));
    for field in ["message", "contextId", "details", "errors"] {
        assert!(body.get(field).is_some(), "{field}");
    }
    assert_eq!(caller.status(caller.get(call)).await, 401, "the fault is used up");
}

#[tokio::test]
async fn the_answers_are_as_injected() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.inject(On::Any, Fault::RetryAfter(7), 1);
    let answer = caller.get(call).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &"7".parse().unwrap()));

    genesys.inject(On::Any, Fault::Html(502), 1);
    let answer = caller.get(call).send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (502, &"text/html".parse().unwrap())
    );

    let headers = vec![("x-odd".to_owned(), "1".to_owned())];
    genesys.inject(On::Any, Fault::StatusWith { status: 418, headers, body: "tea".to_owned() }, 1);
    let answer = caller.get(call).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), &answer.headers()["x-odd"]), (418, &"1".parse().unwrap()));
    assert_eq!(answer.text().await.expect("a body"), "tea");

    genesys.inject(On::Any, Fault::Delay(Duration::from_millis(120)), 1);
    let since = std::time::Instant::now();
    caller.read(call).await;
    assert!(since.elapsed() >= Duration::from_millis(120));

    let (least, most) = (Duration::from_millis(60), Duration::from_millis(80));
    genesys.inject(On::Any, Fault::DelayBetween(least, most), 1);
    let since = std::time::Instant::now();
    caller.read(call).await;
    assert!(since.elapsed() >= least);
}

#[tokio::test]
async fn a_reset_is_a_reset_and_a_close_is_a_close() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.inject(On::Any, Fault::Reset, 1);
    let error = caller.get(call).send().await.expect_err("a reset");
    assert_eq!(cause(&error), "ConnectionReset");
    genesys.inject(On::Any, Fault::Close, 1);
    let error = caller.get(call).send().await.expect_err("a close");
    assert!(cause(&error).contains("closed"), "{}", cause(&error));
    assert_eq!(caller.status(caller.get(call)).await, 200);
    let lines: Vec<String> = caller.world.requests()[1..].iter().map(world::Recorded::line).collect();
    let get = format!("GET /api/v2/conversations/{call}");
    assert_eq!(
        lines,
        [format!("{get} -> no answer"), format!("{get} -> no answer"), format!("{get} -> 200")]
    );
}

#[tokio::test]
async fn a_hang_lasts_until_the_client_gives_up() {
    let caller = Caller::start().await;
    let call = caller.world.genesys.start_call();
    caller.world.genesys.inject(On::Any, Fault::Hang, 1);
    let patience = Duration::from_millis(400);
    let error = caller.get(call).timeout(patience).send().await.expect_err("silence");
    assert!(error.is_timeout());
    assert_eq!(caller.world.requests().last().and_then(|it| it.status), None);
}

#[tokio::test]
async fn an_act_without_its_answer_has_been_acted_upon() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let agent = genesys.join(call, Uuid::new_v4());
    genesys.inject(On::Pause, Fault::AckThenReset, 1);
    let error = caller.put(call, agent, "pause").send().await.expect_err("a reset");
    assert_eq!(cause(&error), "ConnectionReset");
    assert_eq!(genesys.screen(call, agent), Some(ScreenState::Paused));
    genesys.inject(On::Resume, Fault::AckThenHang, 1);
    let request = caller.put(call, agent, "resume").timeout(Duration::from_millis(400));
    assert!(request.send().await.expect_err("silence").is_timeout());
    assert_eq!(genesys.screen(call, agent), Some(ScreenState::Active));
}

#[tokio::test]
async fn an_answer_without_its_act_is_that_of_a_success_and_changes_nothing() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let agent = genesys.join(call, Uuid::new_v4());
    for (action, before, after) in [
        ("pause", ScreenState::Active, ScreenState::Paused),
        ("resume", ScreenState::Paused, ScreenState::Active),
    ] {
        let mut answers = Vec::new();
        genesys.inject(On::AnyScreenRecording, Fault::AckWithoutEffect, 1);
        for state in [before, after] {
            let answer = caller.put(call, agent, action).send().await.expect("an answer");
            answers.push((answer.status(), answer.json::<Value>().await.expect("a body")));
            assert_eq!(genesys.screen(call, agent), Some(state), "{action}");
        }
        assert_eq!(answers[0], answers[1], "{action}");
    }
    genesys.inject(On::Any, Fault::AckWithoutEffect, 2);
    assert_eq!(caller.read(call).await["id"], call.to_string());
    assert_eq!(caller.pause(call, Uuid::new_v4()).await, 404, "a refusal stays one");
    assert_eq!(caller.world.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_can_die_after_its_answer() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.inject(On::Any, Fault::AnswerThenDead, 1);
    caller.read(call).await;
    let error = caller.get(call).send().await.expect_err("a dead connection");
    assert_eq!(cause(&error), "ConnectionReset");
    caller.read(call).await;

    genesys.inject(On::Any, Fault::AnswerThenClose, 1);
    let answer = caller.get(call).send().await.expect("an answer");
    assert!(!answer.headers().contains_key("connection"), "it promises to stay");
    drop(answer.text().await);
    tokio::time::sleep(Duration::from_millis(50)).await;
    caller.read(call).await;
    let connections: Vec<u64> = caller.world.requests()[1..].iter().map(|it| it.connection).collect();
    let [first, dead, second, closed, third] = connections[..] else { panic!("{connections:?}") };
    assert_eq!((first, second), (dead, closed));
    assert!(first < second && second < third);
}

#[tokio::test]
async fn a_fault_meets_only_the_requests_it_is_meant_for() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let one = genesys.join(call, Uuid::new_v4());
    let other = genesys.join(call, Uuid::new_v4());
    genesys.inject(On::Participant(one), Fault::Status(500), ALWAYS);
    genesys.inject(On::Resume, Fault::Status(502), 1);
    assert_eq!(caller.pause(call, one).await, 500);
    assert_eq!(caller.pause(call, other).await, 202);
    assert_eq!(caller.resume(call, one).await, 500, "the oldest that fits");
    assert_eq!(caller.resume(call, other).await, 502);
    assert_eq!(caller.resume(call, other).await, 202);
    caller.read(call).await;
    genesys.inject(On::AnyScreenRecording, Fault::Status(504), 1);
    assert_eq!(caller.pause(call, other).await, 504);
    genesys.clear_faults();
    assert_eq!(caller.pause(call, one).await, 202);
}
