//! What Lambda sees of the process: its log lines, its settings' faults, and its start by hand.

use std::process::Command;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use world::Service;

use crate::stage::*;

#[tokio::test]
async fn every_line_of_the_log_is_json_with_level_and_timestamp() {
    let stage = Stage::with(&[("AWS_LAMBDA_LOG_LEVEL", "DEBUG")]).await.reads_dark();
    stage.world.genesys.inject(world::On::Pause, world::Fault::Reset, 1);
    stage.invoke(&fresh(STARTED)).await;
    stage.invoke(&file("malformed/no_event.json")).await;

    let logs = stage.function.logs();
    assert!(logs.len() > 5, "{logs:#?}");
    for line in logs {
        let parsed: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        let timestamp = parsed["timestamp"].as_str().unwrap();
        assert!(OffsetDateTime::parse(timestamp, &Rfc3339).is_ok(), "{line}");
        let level = parsed["level"].as_str().unwrap();
        assert!(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level), "{line}");
    }
    stage.end().await;
}

#[tokio::test]
async fn the_line_of_an_outcome_is_written_at_every_level() {
    for level in ["ERROR", "FATAL"] {
        let stage = Stage::with(&[("AWS_LAMBDA_LOG_LEVEL", level)]).await.reads_dark();
        stage.invoke(&fresh(STARTED)).await;
        let logs = stage.function.logs();
        assert!(logs[0].contains("secure_pause_audit"), "{level}: {logs:#?}");
        assert!(logs[1..].iter().all(|line| is_metrics(line)), "{level}: {logs:#?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_level_that_is_none_of_lambdas_is_told_once_and_means_info() {
    let stage = Stage::with(&[("AWS_LAMBDA_LOG_LEVEL", "LOUD")]).await;
    stage.invoke(&file("other/audit.json")).await;
    let logs = stage.function.logs();
    let at = |level: &str| {
        let level = format!("\"level\":\"{level}\"");
        logs.iter().filter(|line| line.contains(&level)).collect::<Vec<_>>()
    };
    let [warning] = at("WARN")[..] else { panic!("one warning: {logs:#?}") };
    assert!(warning.contains("AWS_LAMBDA_LOG_LEVEL"), "{warning}");
    assert!(at("INFO").iter().any(|line| line.contains("starting")), "at INFO: {logs:#?}");
    assert!(at("DEBUG").is_empty(), "at INFO: {logs:#?}");
    stage.end().await;
}

#[tokio::test]
async fn the_runtime_adds_no_line_of_its_own_to_a_failure() {
    let stage = Stage::new().await;
    // An event's line is waited for, so that whatever was written before it is there.
    stage.invoke(&file("other/audit.json")).await;
    let metrics = |count: usize| {
        stage.function.logs_until(move |lines| lines.iter().filter(|line| is_metrics(line)).count() >= count)
    };
    let before = metrics(1).await.len();
    for name in ["malformed/no_event.json", "other/audit.json"] {
        stage.invoke(&file(name)).await;
    }
    let logs = stage.function.logs();
    let new: Vec<_> = logs.iter().skip(before).filter(|line| !is_metrics(line)).collect();
    assert_eq!(new.len(), 2, "one line an event: {logs:#?}");
    assert!(!logs.iter().any(|line| line.contains("\"target\":\"lambda_runtime")), "{logs:#?}");
    stage.end().await;
}

#[tokio::test]
async fn faulty_settings_answer_every_event_and_name_every_variable() {
    let settings = [("MODE", "off"), ("GENESYS_REGION", "example.com"), ("PAUSE_SCOPE", "")];
    let stage = Stage::with(&settings).await;
    for name in [STARTED, "other/audit.json", "malformed/payload_null.json"] {
        let answer = stage.invoke(&file(name)).await;
        assert_eq!(outcome(&answer), "InvalidConfig");
        let message = answer.result.unwrap_err().error_message;
        assert!(settings.iter().all(|(name, _)| message.contains(name)), "{message}");
    }
    let logs = stage.function.logs();
    assert!(
        logs[0].contains("\"version\"") && logs[0].contains("\"commit\""),
        "what it is comes first: {logs:#?}"
    );
    assert!(logs[1].contains("GENESYS_REGION"), "told at start: {logs:#?}");
    assert_eq!(stage.count(Service::SecretsManager), 0);
    stage.end().await;
}

#[tokio::test]
async fn an_environment_that_is_shut_down_is_no_error() {
    let stage = Stage::new().await;
    stage.invoke(&file("other/audit.json")).await;
    let logs = stage.function.stop().await;
    let last = logs.last().unwrap();
    assert!(last.contains("the runtime API is gone") && last.contains("\"level\":\"INFO\""), "{logs:#?}");
    assert!(!logs.iter().any(|line| line.contains("\"level\":\"ERROR\"")), "{logs:#?}");
}

#[test]
fn started_by_hand_it_says_what_it_is() {
    const LAMBDA: [&str; 4] = [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
    ];
    for empty in [&LAMBDA[..0], &LAMBDA] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_secure-pause"));
        let output = command.env_clear().envs(empty.iter().map(|name| (name, ""))).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{empty:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("AWS_LAMBDA_RUNTIME_API") && text.contains("make demo"), "{text}");
    }
}
