//! The metrics: one line an invocation, in the form that CloudWatch reads, of the names that are documented.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use secure_pause::report::metrics::Metrics;
use serde_json::{Value, json};
use world::{Answer, sqs_batch};

use crate::stage::*;

/// The lines of metrics by now; an answer comes only after its own.
async fn lines(stage: &Stage, count: usize) -> Vec<Value> {
    let told = |lines: &[String]| lines.iter().filter(|line| is_metrics(line)).count();
    let lines = stage.function.logs_until(|lines| told(lines) >= count).await;
    assert_eq!(told(&lines), count, "one line an invocation: {lines:#?}");
    lines.iter().filter(|line| is_metrics(line)).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The metrics that CloudWatch makes of a line, held to its form.
fn metrics(line: &Value) -> BTreeSet<String> {
    let [directive] = &line["_aws"]["CloudWatchMetrics"].as_array().unwrap()[..] else { panic!("{line}") };
    assert_eq!(directive["Dimensions"], json!([["FunctionName"]]));
    assert!(line["FunctionName"].as_str().is_some_and(|name| !name.is_empty()), "{line}");
    assert!(line["_aws"]["Timestamp"].as_i64().is_some_and(|ms| ms > 1_700_000_000_000), "{line}");
    let definitions = directive["Metrics"].as_array().unwrap();
    let names: BTreeSet<_> = definitions
        .iter()
        .map(|it| {
            let name = text(&it["Name"]);
            let unit = if name.ends_with("Ms") { "Milliseconds" } else { "Count" };
            assert_eq!(it["Unit"], unit, "{name}");
            let values = line[&name].as_array().unwrap();
            assert!(!values.is_empty() && values.iter().all(Value::is_i64), "{name}: {line}");
            name
        })
        .collect();
    assert_eq!(names.len(), definitions.len(), "each once: {line}");
    let unknown: Vec<_> = names.iter().filter(|name| !Metrics::names().contains(&name.as_str())).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "no name that the runbook has not");
    // What is not declared would be kept as a property, for everybody to read.
    let others = ["timestamp", "level", "_aws", "FunctionName"];
    assert_eq!(line.as_object().unwrap().len(), names.len() + others.len(), "{line}");
    names
}

fn exposure(answer: &Answer) -> Value {
    answer.result.as_ref().unwrap()["exposureMs"].clone()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_pause_is_timed_and_counted_under_the_namespace_of_the_settings() {
    let stage = Stage::with(&[("METRICS_NAMESPACE", "Payments/Screens")]).await.reads_dark();
    let answer = stage.invoke(&fresh(STARTED)).await;
    stage.invoke(&fresh(STARTED)).await;
    let told = lines(&stage, 2).await;
    assert_eq!(told[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Payments/Screens");
    let usual = set(&["EventAgeMs", "ExposureMs", "Handled", "Paused", "VerifyMs"]);
    let cold = set(&["ColdStart", "TokenFetched"]);
    assert_eq!(metrics(&told[0]), &usual | &cold);
    assert_eq!(metrics(&told[1]), usual);
    assert_eq!(told[0]["ExposureMs"], json!([exposure(&answer)]));
    stage.end().await;
}

#[tokio::test]
async fn what_went_wrong_is_counted_by_its_name_and_by_what_it_put_at_risk() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[dark(AGENT_B, LEG_B)]));
    stage.invoke(&fresh(STARTED)).await;
    stage.serve(conversation(true, &[]));
    stage.invoke(&fresh(STARTED)).await;
    stage.invoke(&file("malformed/no_event.json")).await;
    stage.invoke(&file("other/audit.json")).await;
    stage.world.genesys.inject(world::On::Conversation, world::Fault::Status(403), 1);
    stage.invoke(&file("direct/status.json")).await;
    let told: Vec<_> = lines(&stage, 5).await.iter().map(metrics).collect();
    assert!(told[0].is_superset(&set(&["Paused", "UnresolvedInitiator"])), "{told:?}");
    assert!(told[1].is_superset(&set(&["NoTarget", "PauseFailed", "ExposureMs", "Handled"])), "{told:?}");
    assert_eq!(told[2], set(&["InvalidEvent"]), "nobody knows what it was about");
    assert_eq!(told[3], set(&["Handled", "Ignored"]));
    assert_eq!(told[4], set(&["Forbidden", "StatusFailed"]), "no card is at risk");
    stage.end().await;
}

#[tokio::test]
async fn a_recording_that_was_ended_and_one_that_nobody_tells_of_are_counted() {
    let stage = Stage::in_secure_pause().await;
    stage.world.genesys.organization(|organization| organization.tells_screen_state = false);
    stage.invoke(&fresh(STARTED)).await;
    stage.after("pause", Duration::ZERO, |genesys| {
        let stopped = screen(leg(AGENT_A, LEG_A, "connected"), "stopped");
        genesys.serve(CONVERSATION.parse().unwrap(), conversation(true, &[stopped]));
    });
    stage.invoke(&fresh(STARTED)).await;
    let told: Vec<_> = lines(&stage, 2).await.iter().map(metrics).collect();
    assert!(told[0].contains("Unverifiable") && !told[0].contains("RecordingTerminated"), "{told:?}");
    assert!(told[1].contains("RecordingTerminated") && !told[1].contains("Unverifiable"), "{told:?}");
    stage.end().await;
}

#[tokio::test]
async fn a_batch_is_told_in_one_line() {
    let stage = Stage::new().await.reads_dark();
    let started = file(STARTED).to_string();
    let batch = sqs_batch(&[("one", &started), ("two", &started), ("three", &"junk".to_owned())]);
    stage.check(&batch).await;
    let told = lines(&stage, 1).await;
    assert!(metrics(&told[0]).is_superset(&set(&["Watching", "UnreadableMessage", "InvalidEvent"])));
    assert_eq!(told[0]["Watching"], json!([1, 1]));
    assert!(told[0].get("Handled").is_none(), "checks are no events: {told:?}");
    stage.end().await;
}

#[test]
fn the_names_are_those_of_the_runbook() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let document = std::fs::read_to_string(path).unwrap();
    let section = document.split_once("\n## Metrics\n").unwrap().1.split_once("\n## ").unwrap().0;
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" | ").map(|it| it.0));
    let documented: BTreeSet<_> = cells.flat_map(|cell| cell.trim_matches('`').split("`, `")).collect();
    assert_eq!(documented, Metrics::names().into_iter().collect());
}

#[tokio::test]
async fn a_failure_is_counted_by_what_was_attempted_and_not_by_the_event_that_called_for_it() {
    let stage = Stage::new().await;
    let genesys = &stage.world.genesys;
    genesys.inject(world::On::Pause, world::Fault::Status(403), usize::MAX);
    let ended = file(ENDED).to_string();
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    stage.check(&sqs_batch(&[("a check of the end pauses", &ended)])).await;
    genesys.clear_faults();
    genesys.inject(world::On::Resume, world::Fault::Status(403), usize::MAX);
    let started = file(STARTED).to_string();
    stage.serve(conversation(false, &[dark(AGENT_A, LEG_A)]));
    stage.check(&sqs_batch(&[("a check of the start resumes", &started)])).await;
    let told: Vec<_> = lines(&stage, 2).await.iter().map(metrics).collect();
    assert!(told[0].contains("PauseFailed") && !told[0].contains("ResumeFailed"), "{told:?}");
    assert!(told[1].contains("ResumeFailed") && !told[1].contains("PauseFailed"), "{told:?}");
    assert!(told.iter().all(|names| !names.contains("ExposureMs")), "a check knows of none: {told:?}");
    stage.end().await;
}

#[tokio::test]
async fn faulty_settings_count_as_failed_pauses_under_the_namespace_of_the_alarms() {
    let stage = Stage::with(&[("MODE", "off"), ("METRICS_NAMESPACE", "Payments")]).await;
    stage.invoke(&fresh(STARTED)).await;
    let told = lines(&stage, 1).await;
    assert_eq!(told[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Payments");
    assert!(metrics(&told[0]).is_superset(&set(&["InvalidConfig", "PauseFailed"])), "{told:?}");
    stage.end().await;
}
