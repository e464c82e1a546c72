//! The door `proof`: a message of its queue in, the recordings looked at, the lines and metrics that come of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use jsonschema::Validator;
use secure_pause::decide::proof::Verdict;
use serde_json::{Value, json};
use strum::VariantArray;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use world::{Fault, Files, On, PausedScreen, Rights, Service, World};

use crate::live::id;
use crate::stage::*;

const PAUSE: &str = "proof/secure_pause.json";
const CALL: &str = "proof/customer_end.json";
const QUEUE: &str = "c3f5e9c4-3d74-4e30-8c79-2f8d8150bc07";
const MINUTE: i64 = 60_000;
const HOUR: u64 = 3_600;

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&document("proof-record.schema.json")).unwrap());
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&SCHEMA).unwrap());

/// A batch of one message, as its queue hands it over so many seconds after it was sent, for the time that is given.
fn received(name: &str, seconds: u64, times: u32) -> Value {
    let mut batch = sent_ago(file(name), Duration::from_secs(seconds));
    batch["Records"][0]["attributes"]["ApproximateReceiveCount"] = times.to_string().into();
    batch
}

fn first(name: &str) -> Value {
    received(name, 900, 1)
}

fn last(name: &str) -> Value {
    received(name, 47 * HOUR, 27)
}

/// What came of a batch: whether it is done, its lines, and its metrics without those of every invocation.
#[derive(Debug)]
struct Looked {
    is_done: bool,
    lines: Vec<Value>,
    metrics: BTreeSet<String>,
}

impl Looked {
    fn verdicts(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line["verdict"].as_str().unwrap()).collect()
    }

    fn counts(&self) -> Vec<&str> {
        self.metrics.iter().map(String::as_str).collect()
    }
}

impl Stage {
    /// Hands the function one message of the proof queue.
    async fn look(&self, batch: &Value) -> Looked {
        let before = self.mark().await.len();
        let answer = self.function.invoke(batch).await;
        let logs = self.mark().await.split_off(before);
        let parsed = || logs.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let is_own = |line: &Value| line["requestId"] == answer.request_id.as_str();
        let lines: Vec<_> =
            parsed().filter(|line| is_own(line) && line["kind"] == "secure_pause_proof").collect();
        for line in &lines {
            let faults: Vec<_> = VALIDATOR.iter_errors(line).map(|it| it.to_string()).collect();
            assert!(faults.is_empty(), "{faults:#?} in {line:#}");
        }
        let told = parsed().filter(|line| line.get("_aws").is_some() && line.get("Ignored").is_none());
        let names = told.flat_map(|line| line.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        let usual = ["_aws", "timestamp", "level", "FunctionName", "ColdStart", "TokenFetched"];
        let metrics = names.filter(|name| !usual.contains(&name.as_str())).collect();
        let undone = answer.result.expect("a batch is never answered with an error");
        Looked { is_done: undone == json!({"batchItemFailures": []}), lines, metrics }
    }

    /// Has the function ignore an event: all lines of what came before are in the log then. Gives the log.
    async fn mark(&self) -> Vec<String> {
        let end = self.function.invoke(&file("other/audit.json")).await.request_id;
        let is_told = |lines: &[String]| {
            let mut after = lines.iter().skip_while(|line| !line.contains(&end));
            after.any(|line| is_metrics(line))
        };
        self.function.logs_until(is_told).await
    }

    /// A call of the first agent that ended a day and more ago, of which this was recorded.
    fn recorded(self, recordings: &[Value]) -> Self {
        self.serve(ended_call());
        self.world.genesys.serve_recordings(id(CONVERSATION), json!(recordings));
        self
    }
}

/// A moment of a call that began thirty hours ago, in milliseconds from then.
fn at(ms: i64) -> Value {
    let began = (OffsetDateTime::now_utc() - time::Duration::hours(30)).replace_nanosecond(0).unwrap();
    json!((began + time::Duration::milliseconds(ms)).format(&Rfc3339).unwrap())
}

fn ended_call() -> Value {
    let mut call = conversation(false, &[leg(AGENT_A, LEG_A, "disconnected")]);
    (call["startTime"], call["endTime"]) = (at(0), at(10 * MINUTE));
    call["participants"][0]["queueId"] = QUEUE.into();
    call
}

/// Ten minutes of voice with these secure pauses.
fn voice(pauses: &[(i64, i64)]) -> Value {
    let noted = |(from, to): &(i64, i64)| json!({"type": "pause", "reason": "SecurePause", "realtimeLocation": from, "durationMs": to - from});
    json!({
        "id": "7b1f6f0e-0000-4000-8000-00000000a001", "media": "audio", "mediaSubtype": "Trunk",
        "fileState": "AVAILABLE", "startTime": at(0), "endTime": at(10 * MINUTE), "outputDurationMs": 10 * MINUTE,
        "annotations": pauses.iter().map(noted).collect::<Vec<_>>(),
    })
}

/// As much of a screen, of which so much is missing.
fn screen_file(missing: i64) -> Value {
    json!({
        "id": "7b1f6f0e-0000-4000-8000-00000000a002", "media": "screen", "mediaSubtype": "Screen",
        "fileState": "AVAILABLE", "startTime": at(0), "endTime": at(10 * MINUTE),
        "outputDurationMs": 10 * MINUTE - missing, "annotations": [], "exportedDate": at(20 * MINUTE),
    })
}

const P: (i64, i64) = (MINUTE, 2 * MINUTE);

/// Settings, a message, what was recorded, the verdict, what is counted.
type Row<'a> = (&'a [(&'a str, &'a str)], Value, Vec<Value>, &'a str, &'a [&'a str]);

#[tokio::test]
async fn a_call_whose_screen_was_paused_is_proven_and_the_other_one_is_exposed() {
    for (stores, served, wanted, count) in [
        (PausedScreen::Cut, true, "cut-out", "Proven"),
        (PausedScreen::Cut, false, "exposed", "Exposed"),
        (PausedScreen::Untouched, true, "exposed", "Exposed"),
    ] {
        let stage = Stage::in_organization(|it| it.paused_screen = stores, &[("PAUSED_SCREEN", "cut")])
            .await
            .begins_secure_pause();
        // A lost event is found as well.
        if served {
            stage.invoke(&fresh(STARTED)).await;
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        stage.secure_pause(false);
        if served {
            stage.invoke(&fresh(ENDED)).await;
        }
        stage.world.genesys.customer_end(id(CONVERSATION));
        stage.new_requests();

        let looked = stage.look(&first(CALL)).await;

        assert_eq!(looked.verdicts(), [wanted], "{looked:#?}");
        assert!(looked.is_done);
        assert_eq!(looked.counts(), [count]);
        let list = format!("GET /api/v2/conversations/{CONVERSATION}/recordings?maxWaitMs=5000 -> 200");
        assert_eq!(stage.new_requests(), [get(200), list]);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_record_tells_what_was_seen_and_by_which_settings() {
    let stage = Stage::with(&[("PAUSED_SCREEN", "cut"), ("PROOF_TOLERANCE_MS", "2000")]).await;
    let stage = stage.recorded(&[voice(&[P, (3 * MINUTE, 4 * MINUTE)]), screen_file(2 * MINUTE)]);
    let looked = stage.look(&first(PAUSE)).await;
    assert_eq!(looked.verdicts(), ["cut-out", "cut-out"]);
    let line = &looked.lines[0];
    let recordings = json!([
        {
            "id": "7b1f6f0e-0000-4000-8000-00000000a001", "media": "audio", "fileState": "available",
            "start": at(0), "end": at(10 * MINUTE), "outputDurationMs": 600_000, "missingMs": 0, "marks": 2,
            "exported": false,
        },
        {
            "id": "7b1f6f0e-0000-4000-8000-00000000a002", "media": "screen", "fileState": "available",
            "start": at(0), "end": at(10 * MINUTE), "outputDurationMs": 480_000, "missingMs": 120_000, "marks": 0,
            "exported": true,
        },
    ]);
    let message_id = file(PAUSE)["Records"][0]["messageId"].clone();
    for (field, wanted) in [
        ("level", json!("INFO")),
        ("conversationId", json!(CONVERSATION)),
        ("messageId", message_id),
        ("from", at(MINUTE)),
        ("to", at(2 * MINUTE)),
        ("look", json!("first")),
        ("expected", json!(false)),
        ("queueIds", json!([QUEUE])),
        ("userIds", json!([AGENT_A])),
        ("source", json!("secure_pause")),
        ("eventTime", json!("2025-11-02T12:01:30Z")),
        ("pausedScreen", json!("cut")),
        ("toleranceMs", json!(2_000)),
        ("recordings", recordings),
    ] {
        assert_eq!(line[field], wanted, "{field}: {line:#}");
    }
    assert_eq!(looked.lines[1]["from"], at(3 * MINUTE));
    stage.end().await;
}

#[tokio::test]
async fn queues_and_agents_are_named_by_ids_only_and_not_without_end() {
    let mut call = ended_call();
    let legs = call["participants"].as_array_mut().unwrap();
    let id = |kind: u8, number: usize| format!("00000000-0000-4000-8000-{kind:02x}00{number:08x}");
    for number in 0..60 {
        let mut agent = leg(&id(1, number), &id(2, number), "disconnected");
        agent["queueId"] = id(3, number / 2).into();
        legs.push(agent);
    }
    let mut customer = leg(&id(4, 1), &id(4, 2), "disconnected");
    (customer["purpose"], customer["queueId"]) = ("customer".into(), "Sentinel Queue".into());
    let mut odd = leg("Sentinel Agent 4111111111111111", &id(4, 3), "disconnected");
    odd["queueId"] = 4111.into();
    legs.splice(0..0, [customer, odd]);
    let stage = Stage::new().await.recorded(&[voice(&[P]), screen_file(MINUTE)]);
    stage.serve(call);
    let looked = stage.look(&first(PAUSE)).await;
    let line = &looked.lines[0];
    let wanted = |kind, first: &str| {
        json!([first.to_owned()].into_iter().chain((0..19).map(|it| id(kind, it))).collect::<Vec<_>>())
    };
    assert_eq!(line["userIds"], wanted(1, AGENT_A));
    assert_eq!(line["queueIds"], wanted(3, QUEUE), "none twice");
    stage.serve(Value::Null);
    let looked = stage.look(&last(PAUSE)).await;
    assert_eq!([&looked.lines[0]["queueIds"], &looked.lines[0]["userIds"]], [&Value::Null; 2]);
    stage.end().await;
}

#[tokio::test]
async fn what_was_stored_decides_the_verdict_and_what_is_counted() {
    let marked = {
        let mut marked = screen_file(0);
        marked["annotations"] = voice(&[P])["annotations"].clone();
        marked
    };
    let named: &[(&str, &str)] = &[("PAYMENT_QUEUES", QUEUE)];
    #[rustfmt::skip] // A row a line.
    let rows: Vec<Row<'_>> = vec![
        (&[], first(PAUSE), vec![voice(&[P]), screen_file(0)], "not-provable", &["NotProvable"]),
        (&[("PAUSED_SCREEN", "cut")], first(PAUSE), vec![voice(&[P]), marked], "exposed", &["Exposed"]),
        (&[], received(PAUSE, 25 * HOUR, 14), vec![voice(&[P])], "no-screen-recording", &["Proven"]),
        (&[], first(PAUSE), vec![voice(&[]), screen_file(0)], "unconfirmed", &[]),
        (&[], first(CALL), vec![voice(&[]), screen_file(0)], "no-secure-pause", &[]),
        (named, first(CALL), vec![voice(&[]), screen_file(0)], "no-secure-pause", &["NoPauseOnPaymentCall"]),
        (named, first(CALL), vec![voice(&[P]), screen_file(MINUTE)], "cut-out", &["Proven"]),
        (&[], received(CALL, 2 * HOUR, 2), vec![], "no-recording", &[]),
        (&[], last(CALL), vec![screen_file(0)], "unknown", &["ProofLate", "ProofUnknown"]),
    ];
    for (settings, batch, recordings, wanted, counts) in rows {
        let stage = Stage::with(settings).await.recorded(&recordings);
        let looked = stage.look(&batch).await;
        assert_eq!((looked.verdicts(), looked.is_done), (vec![wanted], true), "{recordings:#?}");
        assert_eq!(looked.counts(), counts, "{wanted}");
        assert_eq!(looked.lines[0]["expected"], !settings.is_empty() && settings == named, "{wanted}");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_is_not_ready_is_looked_at_again_and_unknown_only_in_the_end() {
    let stage = Stage::new().await.begins_secure_pause();
    let genesys = stage.world.genesys.clone();
    let files = |files| genesys.organization(|it| it.files = files);
    let quiet = |looked: &Looked| !looked.is_done && looked.lines.is_empty() && looked.metrics.is_empty();
    assert!(quiet(&stage.look(&first(CALL)).await), "the call goes on");
    stage.secure_pause(false);
    genesys.customer_end(id(CONVERSATION));
    for state in [Files::Absent, Files::Transcoding, Files::Uploading, Files::ScreensFailed] {
        files(state);
        assert!(quiet(&stage.look(&first(CALL)).await), "{state:?}");
        let looked = stage.look(&last(CALL)).await;
        let is_none = state == Files::Absent;
        assert_eq!((looked.verdicts(), looked.is_done), (vec!["unknown"], true), "{state:?}");
        assert_eq!(looked.counts(), ["ProofLate", "ProofUnknown"], "{state:?}");
        assert_eq!(looked.lines[0]["level"], "WARN");
        assert!(
            !is_none || looked.lines[0]["reason"].as_str().unwrap().contains("right"),
            "a screen was recorded"
        );
    }
    files(Files::Available);
    assert_eq!(stage.look(&last(CALL)).await.verdicts(), ["not-provable"]);
    stage.end().await;
}

#[tokio::test]
async fn an_exposed_one_is_told_at_once_while_another_is_waited_for() {
    let mut arriving = screen_file(MINUTE);
    (arriving["startTime"], arriving["fileState"]) = (at(5 * MINUTE), json!("ERROR"));
    let mut early = screen_file(0);
    (early["endTime"], early["outputDurationMs"]) = (at(5 * MINUTE), json!(5 * MINUTE));
    let pauses = voice(&[P, (6 * MINUTE, 7 * MINUTE)]);
    let stage = Stage::with(&[("PAUSED_SCREEN", "cut")]).await.recorded(&[pauses, early, arriving]);
    let looked = stage.look(&first(PAUSE)).await;
    assert_eq!((looked.verdicts(), looked.is_done), (vec!["exposed"], false));
    assert_eq!((looked.counts(), &looked.lines[0]["level"]), (vec!["Exposed"], &json!("ERROR")));
    let looked = stage.look(&last(PAUSE)).await;
    assert_eq!((looked.verdicts(), looked.is_done), (vec!["exposed", "unknown"], true));
    stage.end().await;
}

#[tokio::test]
async fn a_receipt_between_two_looks_asks_nothing_and_is_not_done() {
    let stage = Stage::new().await.recorded(&[voice(&[P]), screen_file(MINUTE)]);
    for (seconds, times) in [(900 + 2 * 6_300, 3), (23 * HOUR, 13), (27 * HOUR, 15), (46 * HOUR, 26)] {
        let looked = stage.look(&received(PAUSE, seconds, times)).await;
        assert!(!looked.is_done && looked.lines.is_empty(), "{seconds} s: {looked:?}");
    }
    assert_eq!(stage.new_requests(), Vec::<String>::new());
    assert!(stage.look(&received(PAUSE, 24 * HOUR, 14)).await.is_done, "the first after a day");
    stage.end().await;
}

#[tokio::test]
async fn a_client_of_its_own_is_made_for_the_first_look_and_does_nothing_else() {
    let world = World::start().await;
    world.genesys.organization(|it| it.rights = Rights::NONE);
    let stage = Stage::raised(world, &[World::recordings_env()]).await;
    let stage = stage.recorded(&[voice(&[P]), screen_file(MINUTE)]);
    assert_eq!(
        (stage.count(Service::SecretsManager), stage.count(Service::Login)),
        (1, 1),
        "INIT pays for none"
    );
    for _ in 0..2 {
        assert_eq!(stage.look(&first(PAUSE)).await.verdicts(), ["cut-out"]);
    }
    assert_eq!((stage.count(Service::SecretsManager), stage.count(Service::Login)), (2, 2), "one more, once");
    // The world complains of a pause by the client that reads recordings.
    stage.serve(conversation(true, &[dark(AGENT_A, LEG_A)]));
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}

#[tokio::test]
async fn without_the_right_nothing_is_proven_and_the_log_says_why() {
    let world = World::start().await;
    world.genesys.organization(|it| it.recordings_rights = Rights::NONE);
    let stage = Stage::raised(world, &[World::recordings_env()]).await;
    let stage = stage.recorded(&[voice(&[P]), screen_file(MINUTE)]);
    let looked = stage.look(&first(PAUSE)).await;
    assert!(!looked.is_done && looked.lines.is_empty(), "{looked:?}");
    let logs = stage.function.logs();
    let told = logs.iter().find(|line| line.contains("recordings not looked at")).unwrap();
    assert!(told.contains("Forbidden") && told.contains(CONVERSATION), "{told}");
    let told: Value = serde_json::from_str(told).unwrap();
    assert!(told["messageId"].is_string() && told["requestId"].is_string(), "{told}");
    let is_counted = |line: &String| line.contains("ProofFailed") && line.contains("Forbidden");
    assert!(logs.iter().any(|line| is_metrics(line) && is_counted(line)), "{logs:#?}");
    let looked = stage.look(&last(PAUSE)).await;
    assert_eq!(looked.verdicts(), ["unknown"]);
    // The conversation was read: its queues and agents are known.
    let line = &looked.lines[0];
    assert_eq!(line["reason"], "the recordings are not ready, or cannot be read");
    let known = [&line["expected"], &line["queueIds"], &line["userIds"]];
    assert_eq!(known, [&json!(false), &json!([QUEUE]), &json!([AGENT_A])]);

    // With one of two rights only half of it is shown, and nothing good comes of half.
    for (voices, screens) in [(true, false), (false, true)] {
        let mut call = ended_call();
        call["participants"][0]["screenRecordingState"] = "stopped".into();
        stage.serve(call);
        stage
            .world
            .genesys
            .organization(|it| it.recordings_rights = Rights { voices, screens, ..Rights::ALL });
        let looked = stage.look(&last(PAUSE)).await;
        assert_eq!(looked.verdicts(), ["unknown"], "{voices}, {screens}");
    }
    stage.end().await;
}

#[tokio::test]
async fn an_outage_is_waited_out_and_ends_unknown() {
    let stage = Stage::new().await.recorded(&[voice(&[P]), screen_file(MINUTE)]);
    let genesys = &stage.world.genesys;
    for fault in [Fault::Status(400), Fault::Html(200), Fault::Status(501), Fault::Status(404)] {
        genesys.inject(On::Recordings, fault.clone(), usize::MAX);
        let looked = stage.look(&first(PAUSE)).await;
        assert!(!looked.is_done && looked.lines.is_empty(), "{fault:?}: {looked:?}");
        assert_eq!(stage.look(&last(PAUSE)).await.verdicts(), ["unknown"], "{fault:?}");
        genesys.clear_faults();
    }
    genesys.inject(On::Recordings, Fault::Delay(Duration::from_secs(6)), 1);
    assert_eq!(stage.look(&first(PAUSE)).await.verdicts(), ["cut-out"], "Genesys waits for the media itself");
    stage.end().await;
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_told_and_never_done() {
    let stage = Stage::new().await;
    let batch = file("proof/unreadable.json");
    let answer = stage.function.invoke(&batch).await.result.unwrap();
    let ids = batch["Records"].as_array().unwrap().iter().map(|record| &record["messageId"]);
    let undone: Vec<_> = ids.map(|id| json!({"itemIdentifier": id})).collect();
    assert_eq!(answer, json!({"batchItemFailures": undone}));
    let is_told = |line: &&String| line.contains("InvalidEvent") && line.contains("secure_pause_audit");
    let logs = stage.function.logs_until(|lines| lines.iter().filter(is_told).count() == 4).await;
    let metrics = logs.iter().find(|line| is_metrics(line)).unwrap();
    assert!(metrics.contains("UnreadableMessage") && !metrics.contains("PauseFailed"), "{metrics}");
    assert_eq!(stage.new_requests(), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn nothing_of_a_recording_but_ids_times_and_states_is_written_down() {
    const PLANTED: &str = "Sentinel Caller 4111111111111111";
    let stage = Stage::with(&[("AWS_LAMBDA_LOG_LEVEL", "TRACE"), ("RUST_LOG", "trace")]).await;
    let places =
        ["id", "media", "mediaSubtype", "fileState", "startTime", "name", "path", "outputDurationMs"];
    let spoilt = places.map(|place| {
        let mut recording = voice(&[P]);
        recording[place] = PLANTED.into();
        (recording["annotations"][0]["description"], recording["users"]) = (PLANTED.into(), json!([PLANTED]));
        recording
    });
    let stage = stage.recorded(&spoilt);
    let mut message = last(PAUSE);
    let body = json!({"proof": {"conversationId": CONVERSATION, "source": "secure_pause", "at": PLANTED}});
    message["Records"][0]["body"] = body.to_string().into();
    assert!(!stage.look(&message).await.lines.is_empty());
    let refused = json!({"proof": {"conversationId": CONVERSATION, "source": PLANTED}});
    message["Records"][0]["body"] = refused.to_string().into();
    stage.look(&message).await;
    let logs = stage.function.logs().join("\n");
    assert!(!logs.contains("Sentinel") && !logs.contains("4111111111111111"), "{logs}");
    stage.end().await;
}

#[tokio::test]
async fn faulty_settings_let_a_message_come_back() {
    let stage = Stage::with(&[("PAUSED_SCREEN", "dark")]).await;
    for batch in [first(PAUSE), last(PAUSE)] {
        let looked = stage.function.invoke(&batch).await.result.unwrap();
        assert_eq!(looked["batchItemFailures"].as_array().unwrap().len(), 1);
    }
    stage.end().await;
}

#[test]
fn every_field_is_documented_and_every_verdict_is_in_the_schema() {
    let text = document("proof-record.md");
    let (fields, verdicts) = text.split_once("## Fields").unwrap().1.split_once("## Verdicts").unwrap();
    let cells = |text: &str| -> BTreeSet<String> {
        let cells =
            text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" | ").map(|it| it.0));
        cells.flat_map(|cell| cell.trim_matches('`').split("`, `")).map(str::to_owned).collect()
    };
    let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let there = &names(&SCHEMA["properties"]) | &names(&SCHEMA["$defs"]["recording"]["properties"]);
    assert_eq!(cells(fields), there);
    let words: BTreeSet<_> = Verdict::VARIANTS.iter().map(text_of).collect();
    assert_eq!(cells(verdicts), words);
    let schema = SCHEMA["properties"]["verdict"]["enum"].as_array().unwrap();
    assert_eq!(schema.iter().map(text_of).collect::<BTreeSet<_>>(), words);
}

fn text_of(word: &impl serde::Serialize) -> String {
    text(&serde_json::to_value(word).unwrap())
}
