//! An event of EventBridge, in the envelope that Genesys Cloud's partner event source sends.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{Refusal, fields};
use crate::decide::request::{Door, Phase, Request};
use crate::genesys::Rank;
use crate::ids::{ConversationId, ParticipantId, UserId};

/// What the `detail-type` of a secure-pause event begins with; `{id}` stands there literally.
pub const TOPIC: &str = "v2.detail.events.conversation.{id}.secure_pause";

/// Reads an event of EventBridge, handed over by the rule's door or by the watch queue's. Nothing is asked by an event
/// of another topic.
pub(super) fn read(
    payload: &Value,
    door: Door,
    source_prefix: &str,
    now: OffsetDateTime,
) -> Result<Option<Request>, Refusal> {
    let detail_type = payload.get("detail-type").and_then(Value::as_str).ok_or("detail-type is no text")?;
    if !detail_type.starts_with(TOPIC) {
        return Ok(None);
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
    let phase = Some(phase(body, &event)?);

    let mut dropped = 0;
    let user = fields::optional(body, "userId", UserId::from_json, &mut dropped);
    let participant = fields::optional(body, "participantId", ParticipantId::from_json, &mut dropped);
    let sensible = |value: &Value| fields::moment(value, now);
    let at = fields::optional(body, "eventTime", sensible, &mut dropped)
        .or_else(|| event.detail.get("timestamp").and_then(sensible))
        .or_else(|| payload.get("time").and_then(sensible))
        .unwrap_or(now);
    let (voice, is_of_order, rank) = (false, false, Rank::First);
    Ok(Some(Request { door, phase, voice, is_of_order, conversation, user, participant, at, rank, dropped }))
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
    let named = |name: &str| match name.to_ascii_lowercase().as_str() {
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
