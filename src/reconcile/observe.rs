//! What is only observed (`MODE=observe`, `ACT_FOR`): logs what would have been done, and what three later readings
//! show. In this way an owner learns what the bodies of their organization hold.

use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;

use super::Context;
use crate::decide::Command;
use crate::decide::outcome::Outcome;
use crate::decide::request::{Door, Phase, Request};
use crate::decide::targets::Resolution;
use crate::genesys::conversation::{Conversation, Life, Recording, Screen, SecurePause};
use crate::genesys::screen_recording::Action;
use crate::ids::{ConversationId, ParticipantId};
use crate::report::log;
use crate::retry::Deadline;

/// Three readings, a second apart, see everything by which reads may lag.
const READINGS: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// What both kinds of lines have in their field `kind`.
const KIND: &str = "secure_pause_observed";

/// What would have been done.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Plan {
    /// Pause or resume these legs.
    Act { action: Action, targets: Vec<ParticipantId>, resolution: Resolution },
    /// Nothing, and it would have ended so.
    Nothing(Outcome),
}

impl Plan {
    /// What these commands would send.
    pub(super) fn of(commands: &[Command], resolution: Resolution) -> Self {
        let sent = |command: &Command| match command {
            Command::Send(leg, action) => Some((*leg, *action)),
            _ => None,
        };
        let (targets, actions): (Vec<_>, Vec<_>) = commands.iter().filter_map(sent).unzip();
        let action = actions.first().copied().unwrap_or(Action::Pause);
        Self::Act { action, targets, resolution }
    }
}

/// What both kinds of lines begin with.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    message: &'static str,
    kind: &'static str,
    door: Door,
    phase: Phase,
    #[serde(with = "time::serde::rfc3339")]
    event_time: OffsetDateTime,
    conversation_id: ConversationId,
}

/// The plan.
#[derive(Serialize)]
struct Planned<'a> {
    #[serde(flatten)]
    head: Head,
    plan: &'a Plan,
}

/// What one reading shows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    #[serde(flatten)]
    head: Head,
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

/// Logs the plan, and three readings.
pub(super) async fn read_on(context: &Context, request: &Request, deadline: Deadline, plan: &Plan) {
    let Request { conversation: conversation_id, door, phase, at: event_time, .. } = *request;
    let head = |message| Head { message, kind: KIND, door, phase, event_time, conversation_id };
    log::line("INFO", &Planned { head: head("plan, not carried out"), plan });
    for reading in 1..=READINGS {
        if !deadline.wait(BETWEEN).await {
            return tracing::warn!(%conversation_id, reading, "no time left to read on");
        }
        let (_, read) = context.genesys.conversation(conversation_id, deadline).await;
        let not_read = match &read {
            Ok(Some(_)) => None,
            Ok(None) => Some("no such conversation"),
            Err(error) => Some(error.name()),
        };
        let conversation = read.ok().flatten();
        let seen = Seen {
            head: head("read"),
            reading,
            secure_pause: conversation.as_ref().map(Conversation::secure_pause),
            recording_state: conversation.as_ref().map(Conversation::voice),
            legs: conversation.as_ref().map(legs).unwrap_or_default(),
            not_read,
        };
        log::line("INFO", &seen);
    }
}

fn legs(conversation: &Conversation) -> Vec<SeenLeg> {
    let seen = conversation.agent_legs().map(|leg| SeenLeg {
        participant_id: leg.id(),
        life: leg.life(),
        in_wrap_up: leg.is_in_wrap_up(),
        screen: leg.screen(),
    });
    seen.collect()
}
