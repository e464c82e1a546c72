//! What Lambda hands in becomes a [`Request`], or is refused. The only place that looks at shapes; ids are checked
//! here.

mod eventbridge;
mod fields;
mod order;
mod queue;
mod snapshot;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use time::OffsetDateTime;

pub use self::eventbridge::TOPIC;
pub use self::order::message;
pub use self::queue::{Asks, Message, answer};
use crate::decide::request::{Door, Request};
use crate::ids::TraceId;
use crate::json;

/// What Lambda hands in; null where it is no JSON. A name cut in the middle of a character must cost no pause: see
/// [`json::readable`].
///
/// Taking what is no JSON as a value keeps it in our own hands: the runtime's error for it would quote the payload's
/// keys, in the log and to the caller.
#[derive(Clone, Debug)]
pub struct Payload(pub Value);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer);
        Ok(Self(raw.map(|raw| json::readable(raw.get())).unwrap_or_default()))
    }
}

/// A payload, classified.
#[derive(Debug)]
pub enum Incoming {
    /// `{"action": "preflight"}`: what could the function do?
    Preflight,
    /// A batch of the watch queue, or of the proof queue.
    Batch(Vec<Message>),
    /// One event, snapshot or order.
    One(Asked),
}

/// One event, snapshot, order or message.
#[derive(Debug)]
pub struct Asked {
    /// The door; none for a shape that none of them has.
    pub door: Option<Door>,
    /// The ids by which it is found again.
    pub trace: Trace,
    /// What is asked. Nothing, for an EventBridge event of another topic.
    pub request: Result<Option<Request>, Refusal>,
}

/// Why a payload is refused: our own words, never the payload's.
pub type Refusal = &'static str;

const UNKNOWN: Refusal =
    "the payload is no EventBridge event, no snapshot, no order and no batch, or no JSON that can be read";

/// Classifies a payload. Events must come from a source that begins with `source_prefix`.
///
/// A request is refused if it is of no known shape, from another source, or without a phase or a conversation.
/// Optional fields never are a reason; an unusable one is dropped and counted.
pub fn classify(payload: &Value, source_prefix: &str, now: OffsetDateTime) -> Incoming {
    let trace = Trace::of(payload);
    let one = |door, request| Incoming::One(Asked { door, trace, request });
    if let Some(records) = queue::records(payload) {
        let read = |record| Message::read(record, source_prefix, now);
        return Incoming::Batch(records.iter().map(read).collect());
    }
    match payload.get("action") {
        Some(Value::String(action)) if action == "preflight" => Incoming::Preflight,
        Some(_) => one(Some(Door::Direct), order::call(payload, now).map(Some)),
        None if payload.get("detail-type").is_some() => {
            one(Some(Door::Event), eventbridge::read(payload, Door::Event, source_prefix, now))
        }
        None => match payload.get("snapshot") {
            Some(snapshot) => one(Some(Door::Snapshot), snapshot::read(snapshot, now).map(Some)),
            None => one(None, Err(UNKNOWN)),
        },
    }
}

/// The ids by which an event is found again in EventBridge and in Genesys; either may be missing.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The envelope's `id`; of a snapshot, what the rule has kept of it.
    pub event_id: Option<TraceId>,
    /// Genesys' `detail.metadata.CorrelationId`.
    pub correlation_id: Option<TraceId>,
}

impl Trace {
    /// The ids of a payload, whatever else is wrong with it.
    fn of(payload: &Value) -> Self {
        let event_id = payload.get("id").or_else(|| payload.pointer("/snapshot/eventId"));
        Self {
            event_id: event_id.and_then(TraceId::from_json),
            correlation_id: payload.pointer("/detail/metadata/CorrelationId").and_then(TraceId::from_json),
        }
    }
}
