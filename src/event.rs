//! The doors: what Lambda hands in becomes a [`Request`], or is refused; ids are checked here.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::ids::{ConversationId, ParticipantId, TraceId, UserId};

/// What the `detail-type` of a secure-pause event begins with; `{id}` stands there literally.
pub const TOPIC: &str = "v2.detail.events.conversation.{id}.secure_pause";

/// Before this, Genesys Cloud did not exist: an earlier event time is in another unit, or not set.
const EARLIEST: i64 = 1_388_534_400; // 2014-01-01T00:00:00Z, in seconds
/// Clocks of two clouds may differ; an event time further ahead than this is wrong.
const CLOCK_SKEW: time::Duration = time::Duration::minutes(5);

/// What the function is asked to do, whichever door it came by.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The door it came by.
    pub door: Door,
    /// What happened.
    pub phase: Phase,
    /// The conversation it happened on.
    pub conversation: ConversationId,
    /// The user who did it, where the event names them usably.
    pub user: Option<UserId>,
    /// The leg it was done on, where the event names it usably.
    pub participant: Option<ParticipantId>,
    /// When it happened: the event's own time, or the nearest thing to it.
    pub at: OffsetDateTime,
    /// How many optional fields were there but unusable.
    pub dropped: u32,
}

/// How a payload reached the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// An EventBridge event.
    Event,
    /// A synchronous call by a secure call flow.
    Direct,
    /// A batch of the watch queue.
    Watch,
}

/// The two ends of a secure pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// `secure_pause_started`.
    Started,
    /// `secure_pause_ended`.
    Ended,
}

/// What can be done to a screen recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Stop storing the screen.
    Pause,
    /// Store it again.
    Resume,
}

/// A payload, understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// Something to decide about.
    Request(Request),
    /// An EventBridge event of another topic: none of this function's business.
    OtherTopic,
}

/// What Lambda hands in; null where it is no JSON that can be read.
///
/// Taking that as a value keeps it in our own hands: the runtime's error for it would quote the payload's
/// keys, in the log and to the caller.
#[derive(Clone, Debug)]
pub struct Payload(pub Value);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Value::deserialize(deserializer).unwrap_or_default()))
    }
}

/// Why a payload is refused: our own words, never the payload's.
pub type Refusal = &'static str;

/// Which door a payload came by, told by its shape alone; `None` for a shape that none of them has.
pub fn door(payload: &Value) -> Option<Door> {
    let from_queue = |record: &Value| record.get("eventSource").and_then(Value::as_str) == Some("aws:sqs");
    let records = payload.get("Records").and_then(Value::as_array);
    if records.is_some_and(|records| records.iter().any(from_queue)) {
        Some(Door::Watch)
    } else if payload.get("action").is_some() {
        Some(Door::Direct)
    } else {
        payload.get("detail-type").map(|_| Door::Event)
    }
}

/// Reads a payload.
///
/// # Errors
/// The reason why it cannot be served: it is of no known shape, from another source, or without a phase
/// or a conversation. Optional fields never are a reason; an unusable one is dropped and counted.
pub fn parse(payload: &Value, source_prefix: &str, now: OffsetDateTime) -> Result<Parsed, Refusal> {
    match door(payload) {
        Some(Door::Event) => from_event_bridge(payload, source_prefix, now),
        Some(Door::Direct | Door::Watch) => Err("this version serves EventBridge events only"),
        None => Err("the payload is no EventBridge event, or no JSON that can be read"),
    }
}

fn from_event_bridge(payload: &Value, source_prefix: &str, now: OffsetDateTime) -> Result<Parsed, Refusal> {
    let detail_type = payload.get("detail-type").and_then(Value::as_str).ok_or("detail-type is no text")?;
    if !detail_type.starts_with(TOPIC) {
        return Ok(Parsed::OtherTopic);
    }
    let event = envelope(payload).ok_or("source is no text, or detail is missing")?;
    if !event.source.starts_with(source_prefix) {
        return Err("source does not begin with EVENT_SOURCE_PREFIX");
    }
    let body =
        event.detail.get("eventBody").and_then(Value::as_object).ok_or("detail.eventBody is no object")?;
    let conversation = body
        .get("conversationId")
        .and_then(ConversationId::from_json)
        .ok_or("detail.eventBody.conversationId is no UUID")?;
    let phase = phase(body, &event)?;

    let mut dropped = 0;
    let user = optional(body, "userId", UserId::from_json, &mut dropped);
    let participant = optional(body, "participantId", ParticipantId::from_json, &mut dropped);
    let sensible = |value: &Value| moment(value).filter(|at| is_sensible(*at, now));
    let at = optional(body, "eventTime", sensible, &mut dropped)
        .or_else(|| event.detail.get("timestamp").and_then(sensible))
        .or_else(|| payload.get("time").and_then(sensible))
        .unwrap_or(now);
    Ok(Parsed::Request(Request { door: Door::Event, phase, conversation, user, participant, at, dropped }))
}

/// The envelope, less the members that a pause can do without: a bad one there must not cost a pause.
fn envelope(payload: &Value) -> Option<EventBridgeEvent> {
    let needed = |(name, value): (&String, &Value)| {
        ["detail-type", "source", "detail"].contains(&name.as_str()).then(|| (name.clone(), value.clone()))
    };
    let members: Map<String, Value> = payload.as_object()?.iter().filter_map(needed).collect();
    serde_json::from_value(Value::Object(members)).ok()
}

/// The phase by `eventType`; where that is absent, by the end of the topic's name or of `detail-type`.
fn phase(body: &Map<String, Value>, event: &EventBridgeEvent) -> Result<Phase, Refusal> {
    const UNKNOWN: Refusal =
        "detail.eventBody.eventType is neither secure_pause_started nor secure_pause_ended";
    let named = |name: &str| match name {
        "secure_pause_started" => Some(Phase::Started),
        "secure_pause_ended" => Some(Phase::Ended),
        _ => None,
    };
    match body.get("eventType") {
        Some(Value::String(name)) => named(name),
        None | Some(Value::Null) => {
            [event.detail.get("topicName").and_then(Value::as_str), Some(&event.detail_type)]
                .into_iter()
                .flatten()
                .find_map(|topic| topic.rsplit('.').next().and_then(named))
        }
        Some(_) => None,
    }
    .ok_or(UNKNOWN)
}

/// An optional field: an absent one is nothing; one that cannot be used, null included, is dropped and
/// counted.
fn optional<T>(
    body: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Value) -> Option<T>,
    dropped: &mut u32,
) -> Option<T> {
    let value = body.get(name)?;
    let read = read(value);
    *dropped += u32::from(read.is_none());
    read
}

/// A point in time: epoch milliseconds, as a number or in digits, or RFC 3339 text.
fn moment(value: &Value) -> Option<OffsetDateTime> {
    let from_millis = |ms: i64| OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok();
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)).and_then(from_millis),
        Value::String(text) => match text.parse() {
            Ok(ms) => from_millis(ms),
            Err(_) => OffsetDateTime::parse(text, &Rfc3339).ok(),
        },
        _ => None,
    }
}

/// Milliseconds written with a fraction or an exponent, cut to whole ones.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from f64 saturates, and is_sensible refuses the ends"
)]
fn whole(ms: f64) -> Option<i64> {
    ms.is_finite().then_some(ms as i64)
}

fn is_sensible(at: OffsetDateTime, now: OffsetDateTime) -> bool {
    at.unix_timestamp() >= EARLIEST && at <= now + CLOCK_SKEW
}

/// The ids by which an event is found again in EventBridge and in Genesys; either may be missing.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The envelope's `id`.
    pub event_id: Option<TraceId>,
    /// Genesys' `detail.metadata.CorrelationId`.
    pub correlation_id: Option<TraceId>,
}

impl Trace {
    /// The ids of a payload, whatever else is wrong with it.
    pub fn of(payload: &Value) -> Self {
        Self {
            event_id: payload.get("id").and_then(TraceId::from_json),
            correlation_id: payload.pointer("/detail/metadata/CorrelationId").and_then(TraceId::from_json),
        }
    }
}
