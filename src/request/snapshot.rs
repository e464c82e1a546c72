//! A snapshot of a conversation, as far as the rule lets it through: `{"snapshot": {"conversationId", "at", "eventId"}}`.
//! Names and attributes, of which a snapshot is full, stay with EventBridge.

use serde_json::Value;
use time::OffsetDateTime;

use super::{Refusal, fields};
use crate::decide::request::{Door, Request};
use crate::genesys::Rank;
use crate::ids::ConversationId;

/// Reads the member `snapshot` of a payload. It has no phase: how the conversation reads decides.
pub(super) fn read(snapshot: &Value, now: OffsetDateTime) -> Result<Request, Refusal> {
    let body = snapshot.as_object().ok_or("snapshot is no object")?;
    let conversation = body
        .get("conversationId")
        .and_then(ConversationId::from_json)
        .ok_or("snapshot.conversationId is no UUID")?;
    let mut dropped = 0;
    let at = fields::optional(body, "at", |value| fields::moment(value, now), &mut dropped).unwrap_or(now);
    Ok(Request {
        door: Door::Snapshot,
        phase: None,
        voice: false,
        is_of_order: false,
        conversation,
        user: None,
        participant: None,
        at,
        rank: Rank::First,
        dropped,
    })
}
