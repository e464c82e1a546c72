//! `MODE=observe`: instead of acting, logs the plan and what three later readings tell.

use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;

use crate::case::Case;
use crate::event::{Door, Phase, Request};
use crate::genesys::conversation::{Conversation, Life, Recording, Screen, SecurePause};
use crate::ids::{ConversationId, ParticipantId};
use crate::plan::Plan;
use crate::telemetry;

/// So many readings, so far apart, see everything that reads may trail by.
const READINGS: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// What both kinds of lines have in their field `kind`.
const KIND: &str = "secure_pause_observed";

/// What would have been done.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Planned<'a> {
    message: &'static str,
    kind: &'static str,
    door: Door,
    phase: Phase,
    #[serde(with = "time::serde::rfc3339")]
    event_time: OffsetDateTime,
    conversation_id: ConversationId,
    plan: &'a Plan,
}

/// What one reading tells.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    message: &'static str,
    kind: &'static str,
    door: Door,
    phase: Phase,
    #[serde(with = "time::serde::rfc3339")]
    event_time: OffsetDateTime,
    conversation_id: ConversationId,
    reading: u32,
    secure_pause: Option<SecurePause>,
    recording_state: Option<Recording>,
    legs: Vec<SeenLeg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_read: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeenLeg {
    participant_id: Option<ParticipantId>,
    life: Life,
    in_wrap_up: bool,
    screen: Screen,
}

/// Logs the plan, and how the conversation looks meanwhile: in this way an owner learns what the bodies of
/// their organization tell. Sends nothing but readings.
pub async fn watch(case: &Case<'_>, plan: &Plan) {
    let Request { conversation: conversation_id, door, phase, at: event_time, .. } = *case.request;
    telemetry::line(
        "INFO",
        &Planned {
            message: "plan, not carried out",
            kind: KIND,
            door,
            phase,
            event_time,
            conversation_id,
            plan,
        },
    );
    for reading in 1..=READINGS {
        if !case.deadline.wait(BETWEEN).await {
            return tracing::warn!(%conversation_id, reading, "no time left to read on");
        }
        let read = case.genesys.conversation(conversation_id, case.deadline).await;
        let not_read = match &read {
            Ok(Some(_)) => None,
            Ok(None) => Some("no such conversation"),
            Err(error) => Some(error.name()),
        };
        let conversation = read.ok().flatten();
        telemetry::line(
            "INFO",
            &Seen {
                message: "read",
                kind: KIND,
                door,
                phase,
                event_time,
                conversation_id,
                reading,
                secure_pause: conversation.as_ref().map(Conversation::secure_pause),
                recording_state: conversation.as_ref().map(Conversation::voice),
                legs: conversation.as_ref().map(legs).unwrap_or_default(),
                not_read,
            },
        );
    }
}

fn legs(conversation: &Conversation) -> Vec<SeenLeg> {
    conversation
        .agent_legs()
        .map(|leg| SeenLeg {
            participant_id: leg.id(),
            life: leg.life(),
            in_wrap_up: leg.is_in_wrap_up(),
            screen: leg.screen(),
        })
        .collect()
}
