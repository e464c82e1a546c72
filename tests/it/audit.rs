//! The audit record: what is in it, and that nothing else can be.

use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use secure_pause::decide::history::History;
use secure_pause::decide::outcome::Outcome;
use secure_pause::error::Error;
use secure_pause::ids::TraceId;
use secure_pause::report::audit::{Circumstances, Record};
use secure_pause::report::{Origin, Report};
use secure_pause::request::{Asked, Incoming, classify};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::stage::*;

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&document("audit-record.schema.json")).unwrap());

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&SCHEMA).unwrap());

/// Holds a line to the schema.
pub fn assert_is_a_record(line: &Value) {
    let faults: Vec<_> =
        VALIDATOR.iter_errors(line).map(|fault| format!("{fault} at {}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?} in {line:#}");
}

#[tokio::test]
async fn a_record_tells_who_what_when_whether_it_succeeded_whence_and_what_was_affected() {
    let stage = Stage::new().await.reads_dark();
    let started = fresh(STARTED);
    let record = stage.line(&stage.invoke(&started).await);
    for (field, wanted) in [
        ("kind", json!("secure_pause_audit")),
        ("userId", json!(AGENT_A)),
        ("conversationId", json!(CONVERSATION)),
        ("eventId", started["id"].clone()),
        ("correlationId", started["detail"]["metadata"]["CorrelationId"].clone()),
        ("outcome", json!("paused")),
        ("mode", json!("act")),
        ("coldStart", json!(true)),
        ("tokenFetched", json!(true)),
    ] {
        assert_eq!(record[field], wanted, "{field}");
    }
    let target = &record["targets"][0];
    assert_eq!((&target["participantId"], &target["action"]), (&json!(LEG_A), &json!("pause")));
    assert_eq!(target["answers"][0]["status"], 202);
    assert!(target["answers"][0]["correlationId"].is_string(), "{target}");
    let moments = ["eventTime", "receivedAt", "firstSentAt", "acknowledgedAt", "verifiedAt", "timestamp"];
    let moments = moments.map(|name| {
        let text = record[name].as_str().unwrap_or_else(|| panic!("{name}: {record:#}"));
        OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap()
    });
    assert!(moments.is_sorted(), "each after the one before: {record:#}");
    let exposure = (moments[3] - moments[0]).whole_milliseconds();
    assert_eq!(record["exposureMs"], json!(i64::try_from(exposure).unwrap()));

    let second = stage.line(&stage.invoke(&started).await);
    assert_eq!((&second["coldStart"], &second["tokenFetched"]), (&json!(false), &json!(false)));
    stage.end().await;
}

#[tokio::test]
async fn a_record_of_a_failure_tells_every_answer_and_what_to_do() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    stage.world.genesys.inject(world::On::Pause, world::Fault::Reset, 1);
    stage.world.genesys.inject(world::On::Pause, world::Fault::Status(403), usize::MAX);
    let record = stage.line(&stage.invoke(&fresh(STARTED)).await);
    assert_eq!(record["errorType"], "Forbidden");
    let (message, remedy) = (text(&record["errorMessage"]), text(&record["remedy"]));
    assert!(message.ends_with(&remedy) && remedy.contains("permission"), "{message}");
    let target = &record["targets"][0];
    assert_eq!((&target["state"], &target["attempts"]), (&json!("failed"), &json!(2)));
    let statuses: Vec<_> = target["answers"].as_array().unwrap().iter().map(|it| &it["status"]).collect();
    assert_eq!(statuses, [&Value::Null, &json!(403)]);
    assert!(record["acknowledgedAt"].is_null() && record["firstSentAt"].is_string(), "{record:#}");
    stage.end().await;
}

#[test]
fn every_field_is_documented_and_every_documented_field_is_there() {
    let text = document("audit-record.md");
    let fields = text.split_once("## Fields").unwrap().1;
    let cells = fields.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" | ").map(|it| it.0));
    let mut told: Vec<_> = cells.flat_map(|cell| cell.trim_matches('`').split("`, `")).collect();
    let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut there = names(&SCHEMA["properties"]);
    there.extend(names(&SCHEMA["$defs"]["target"]["properties"]));
    there.sort();
    told.sort_unstable();
    assert_eq!(told, there);
}

/// Texts that must never be found in a record, wherever a payload has them.
const PLANTED: [&str; 7] = [
    "Sentinel Caller",
    "4111111111111111",
    "4111-1111-1111-1111",
    "+1 317 555 0100",
    "sentinel@example.com",
    "5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11 sentinel",
    "<script>sentinel</script>",
];

/// Any JSON: planted texts as values and as names.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => proptest::sample::select(&PLANTED[..]).prop_map(Value::from),
        1 => Just(json!(4_111_111_111_111_111_i64)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let names = proptest::sample::select(&PLANTED[..]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((names, inner), 0..4).prop_map(|fields| {
                let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
                Value::Object(fields.collect::<Map<_, _>>())
            }),
        ]
    })
}

/// Places of an event that something is put into.
const PLACES: [&str; 12] = [
    "/id",
    "/source",
    "/detail-type",
    "/time",
    "/detail/topicName",
    "/detail/timestamp",
    "/detail/metadata/CorrelationId",
    "/detail/eventBody/eventType",
    "/detail/eventBody/eventTime",
    "/detail/eventBody/conversationId",
    "/detail/eventBody/userId",
    "/detail/eventBody/participantId",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_payload_gets_into_a_record_but_ids_and_times(
        planted in proptest::collection::vec((proptest::sample::select(&PLACES[..]), anything()), 1..5),
        request_id in proptest::sample::select(&PLANTED[..]),
        fails in any::<bool>(),
    ) {
        let mut payload = file(STARTED);
        for (place, value) in planted {
            if let Some(found) = payload.pointer_mut(place) {
                *found = value;
            }
        }
        payload["detail"]["eventBody"][request_id] = json!(request_id);
        let received = OffsetDateTime::now_utc();
        let Incoming::One(asked) = classify(&payload, "aws.partner/genesys.com/cloud/", received) else {
            panic!("an event is no batch");
        };
        let Asked { door, trace, request } = asked;
        let origin =
            Origin { request_id: TraceId::parse(request_id), message_id: None, trace, door, received };
        let result = match &request {
            Ok(Some(_)) if fails => Err(Error::NoTarget),
            Ok(Some(_)) => Ok(Outcome::Stale),
            Ok(None) => Ok(Outcome::Ignored),
            Err(refusal) => Err(Error::InvalidEvent(refusal)),
        };
        let ended = (std::time::Duration::ZERO, false);
        let report = Report::of(origin, request.ok().flatten(), History::default(), result, ended);
        let circumstances = Circumstances {
            function_version: Some("7"),
            mode: None,
            cold_start: true,
            token_fetched: false,
            clock_skew_ms: Some(0),
        };
        let record = Record::of(&report, circumstances);
        let mut line = serde_json::to_value(&record).unwrap();
        line["level"] = record.level().into();
        line["timestamp"] = line["receivedAt"].clone();
        assert_is_a_record(&line);
        let text = line.to_string();
        for secret in PLANTED {
            prop_assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
