//! Orders of a secure call flow or an agent's script, and the watch messages that the function posts itself.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{Refusal, fields};
use crate::decide::request::{Door, Phase, Request};
use crate::genesys::Rank;
use crate::ids::{ConversationId, ParticipantId, UserId};
use crate::json::truth_of;

/// A direct call: `{"action": "pause" | "resume" | "status", "conversationId", "userId"?, "participantId"?, "voice"?}`.
pub(super) fn call(payload: &Value, now: OffsetDateTime) -> Result<Request, Refusal> {
    let phase = match payload.get("action").and_then(Value::as_str) {
        Some("pause") => Some(Phase::Started),
        Some("resume") => Some(Phase::Ended),
        Some("status") => None,
        _ => return Err("action is neither pause nor resume nor status"),
    };
    let order = payload.as_object().ok_or("the payload is no object")?;
    read(order, Door::Direct, phase, now).ok_or("conversationId is no UUID")
}

/// A message that [`message`] has written.
pub(super) fn watched(body: &Value, at: OffsetDateTime) -> Result<Request, Refusal> {
    let watch = body.get("watch").and_then(Value::as_object).ok_or("watch is no object")?;
    let is_of_order = watch.get("of").is_none();
    let request =
        read(watch, Door::Watch, Some(Phase::Started), at).ok_or("watch.conversationId is no UUID")?;
    Ok(Request { is_of_order, voice: false, ..request })
}

fn read(order: &Map<String, Value>, door: Door, phase: Option<Phase>, at: OffsetDateTime) -> Option<Request> {
    let conversation = order.get("conversationId").and_then(ConversationId::from_json)?;
    let mut dropped = 0;
    let user = fields::optional(order, "userId", UserId::from_json, &mut dropped);
    let participant = fields::optional(order, "participantId", ParticipantId::from_json, &mut dropped);
    // A template of a data action may write a boolean as a text.
    let voice = fields::optional(order, "voice", truth_of, &mut dropped).unwrap_or(false);
    let (is_of_order, rank) = (false, Rank::First);
    Some(Request { door, phase, voice, is_of_order, conversation, user, participant, at, rank, dropped })
}

/// The text of the watch message for a pause: `{"watch": {"conversationId", "userId"?, "participantId"?, "of"?}}`.
/// `of` is `pause` for one that no order stands behind.
pub fn message(request: &Request) -> String {
    let mut watch = Map::new();
    // A resume that was taken back is no order to pause.
    let stands = request.door == Door::Direct && request.phase == Some(Phase::Started);
    let of_pause = (!stands).then(|| "pause".to_owned());
    let members = [
        ("conversationId", Some(request.conversation.to_string())),
        ("userId", request.user.map(|user| user.to_string())),
        ("participantId", request.participant.map(|participant| participant.to_string())),
        ("of", of_pause),
    ];
    watch.extend(members.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))));
    json!({ "watch": watch }).to_string()
}
