//! Orders of a secure call flow: the direct call, and the message by which it is watched over.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{Door, Phase, Refusal, Request, fields};
use crate::ids::{ConversationId, ParticipantId, UserId};

/// A direct call: `{"action": "pause" | "resume", "conversationId", "userId"?, "participantId"?}`.
pub(super) fn call(payload: &Value, now: OffsetDateTime) -> Result<Request, Refusal> {
    let phase = match payload.get("action").and_then(Value::as_str) {
        Some("pause") => Phase::Started,
        Some("resume") => Phase::Ended,
        _ => return Err("action is neither pause nor resume"),
    };
    let order = payload.as_object().ok_or("the payload is no object")?;
    read(order, Door::Direct, phase, now).ok_or("conversationId is no UUID")
}

/// The watch message that the direct door's pause posts; see [`message`].
pub(super) fn watched(body: &Value, at: OffsetDateTime) -> Result<Request, Refusal> {
    let order = body.get("watch").and_then(Value::as_object).ok_or("watch is no object")?;
    read(order, Door::Watch, Phase::Started, at).ok_or("watch.conversationId is no UUID")
}

fn read(order: &Map<String, Value>, door: Door, phase: Phase, at: OffsetDateTime) -> Option<Request> {
    let conversation = order.get("conversationId").and_then(ConversationId::from_json)?;
    let mut dropped = 0;
    let user = fields::optional(order, "userId", UserId::from_json, &mut dropped);
    let participant = fields::optional(order, "participantId", ParticipantId::from_json, &mut dropped);
    Some(Request { door, phase, conversation, user, participant, at, dropped })
}

/// The text of the watch message for a pause that was ordered:
/// `{"watch": {"conversationId", "userId"?, "participantId"?}}`.
pub fn message(request: &Request) -> String {
    let mut watch = Map::new();
    let ids = [
        ("conversationId", Some(request.conversation.to_string())),
        ("userId", request.user.map(|user| user.to_string())),
        ("participantId", request.participant.map(|participant| participant.to_string())),
    ];
    watch.extend(ids.into_iter().filter_map(|(name, id)| Some((name.to_owned(), id?.into()))));
    json!({ "watch": watch }).to_string()
}
