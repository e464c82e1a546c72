//! The runtime API and the process, with a hand-written function in place of the real one.

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde_json::{Value, json};
use world::{Function, Lost};

async fn start(env: &[(&str, &str)]) -> Function {
    let env: BTreeMap<String, String> =
        env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Function::start(Path::new(env!("CARGO_BIN_EXE_stand-in")), env).await
}

#[tokio::test]
async fn events_are_answered_one_after_the_other() {
    let function = start(&[]).await;
    function.ready().await;
    for number in 0..3 {
        let event = json!({ "number": number });
        let answer = function.invoke(&event).await;
        assert_eq!(answer.result.expect("a response"), event);
        assert!(answer.took < Duration::from_secs(5));
    }
    let failure = function.invoke(&json!({ "order": "fail" })).await.result.expect_err("a failure");
    assert_eq!((failure.error_type.as_str(), failure.error_message.as_str()), ("Asked", "for it"));
    let logs = function.logs_until(|lines| lines.len() >= 5).await;
    assert_eq!(logs[0], "started");
    assert_eq!(logs.len(), 5);
    assert!(function.is_running());
    function.stop().await;
}

#[tokio::test]
async fn any_bytes_arrive_as_they_are_with_the_headers_of_lambda() {
    let function = start(&[]).await;
    for payload in [&b""[..], b"\xff\xfe", b"{"] {
        let answer = function.invoke_bytes(payload.to_vec(), Duration::from_secs(5)).await;
        assert_eq!(answer.result.expect("a response"), json!(payload));
    }
    let answer = function.invoke(&json!({ "order": "headers" })).await;
    let headers = answer.result.expect("a response").to_string();
    assert!(headers.contains(&answer.request_id));
    for name in ["deadline-ms", "invoked-function-arn", "trace-id"] {
        assert!(headers.contains(&format!("lambda-runtime-{name}: ")), "{name}");
    }
}

#[tokio::test]
async fn the_environment_is_what_was_given_and_what_lambda_adds() {
    let function = start(&[("GIVEN", "yes"), ("_HANDLER", "other")]).await;
    let answer = function.invoke(&json!({ "order": "environment" })).await;
    let pairs: Vec<(String, String)> =
        serde_json::from_value(answer.result.expect("a response")).expect("pairs");
    let env: BTreeMap<String, String> = pairs.into_iter().collect();
    assert_eq!((env["GIVEN"].as_str(), env["_HANDLER"].as_str()), ("yes", "other"));
    assert!(env.contains_key("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
    assert!(!env.contains_key("PATH"), "nothing of ours");
}

#[tokio::test]
async fn a_failed_initialization_and_a_death_are_seen() {
    let function = start(&[("FAIL_INIT", "1")]).await;
    let lost = function.try_invoke(Vec::new(), Duration::from_secs(5)).await;
    assert_eq!(lost.expect_err("no answer"), Lost::ProcessEnded);
    assert_eq!(function.init_error().map(|it| it["errorType"].clone()), Some(Value::from("InitFailed")));

    let function = start(&[]).await;
    let order = json!({ "order": "die" }).to_string().into_bytes();
    let lost = function.try_invoke(order, Duration::from_secs(5)).await;
    assert_eq!(lost.expect_err("no answer"), Lost::ProcessEnded);
    assert!(!function.is_running());
}
