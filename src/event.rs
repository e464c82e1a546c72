//! The doors: what Lambda hands in becomes a [`Request`], or is refused; ids are checked here.

mod bridge;
mod fields;
mod order;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use time::OffsetDateTime;

pub use self::fields::moment;
pub use self::order::message;
use crate::ids::{ConversationId, ParticipantId, TraceId, UserId};
use crate::json;

/// What the `detail-type` of a secure-pause event begins with; `{id}` stands there literally.
pub const TOPIC: &str = "v2.detail.events.conversation.{id}.secure_pause";

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
    /// `secure_pause_started`, or an order to pause.
    Started,
    /// `secure_pause_ended`, or an order to resume.
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

/// What Lambda hands in; null where it is no JSON. A name cut in the middle of a character must cost no pause:
/// see [`json::readable`].
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

/// Whether a payload asks what the function could do, instead of asking for it: `{"action": "preflight"}`.
pub fn is_preflight(payload: &Value) -> bool {
    payload.get("action").and_then(Value::as_str) == Some("preflight")
}

/// Reads a payload of the event door or the direct door.
///
/// # Errors
/// The reason why it cannot be served: it is of no known shape, from another source, or without a phase
/// or a conversation. Optional fields never are a reason; an unusable one is dropped and counted.
pub fn parse(payload: &Value, source_prefix: &str, now: OffsetDateTime) -> Result<Parsed, Refusal> {
    match door(payload) {
        Some(Door::Event) => bridge::read(payload, Door::Event, source_prefix, now),
        Some(Door::Direct) => order::call(payload, now).map(Parsed::Request),
        Some(Door::Watch) | None => {
            Err("the payload is no EventBridge event, no order and no batch, or no JSON that can be read")
        }
    }
}

/// Reads the body of a message of the watch queue, in which a text is the event itself, or the message that
/// [`message`] makes. `sent` is when SQS took it.
///
/// # Errors
/// As for [`parse`].
pub fn parse_message(body: &Value, source_prefix: &str, sent: OffsetDateTime) -> Result<Parsed, Refusal> {
    if body.get("watch").is_some() {
        order::watched(body, sent).map(Parsed::Request)
    } else if body.get("detail-type").is_some() {
        bridge::read(body, Door::Watch, source_prefix, sent)
    } else {
        Err("the message is no EventBridge event and no watch message, or no JSON that can be read")
    }
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
