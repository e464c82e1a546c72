//! Observing (`MODE=observe`, `ACT_FOR`): logs what would have been done, and what three later readings show. From this
//! an owner learns what their organization's conversations hold.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::Context;
use crate::decide::Command;
use crate::decide::outcome::Outcome;
use crate::decide::request::Request;
use crate::decide::targets::Resolution;
use crate::genesys::conversation::{Conversation, Participant};
use crate::genesys::screen_recording::Action;
use crate::ids::ParticipantId;
use crate::report::log;
use crate::retry::Deadline;

/// Three readings, a second apart, cover the time by which reads may lag.
const READINGS: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// The field `kind` of both kinds of lines.
const KIND: &str = "secure_pause_observed";

/// What would have been done.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Plan {
    /// Pause or resume these legs, and the voice if that is ordered.
    Act {
        action: Action,
        targets: Vec<ParticipantId>,
        resolution: Resolution,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        voice: bool,
    },
    /// Send nothing, and end with this outcome.
    Nothing(Outcome),
}

impl Plan {
    /// What these commands would send.
    pub(super) fn of(commands: &[Command], resolution: Resolution) -> Self {
        let sent = |command: &Command| match command {
            Command::Send(leg, action) => Some((Some(*leg), *action)),
            Command::SendVoice(action) => Some((None, *action)),
            _ => None,
        };
        let (targets, actions): (Vec<_>, Vec<_>) = commands.iter().filter_map(sent).unzip();
        let action = actions.first().copied().unwrap_or(Action::Pause);
        let voice = targets.contains(&None);
        Self::Act { action, targets: targets.into_iter().flatten().collect(), resolution, voice }
    }
}

/// Logs the plan, and three readings.
pub(super) async fn read_on(context: &Context, request: &Request, deadline: Deadline, plan: &Plan) {
    let Request { conversation: conversation_id, door, phase, .. } = *request;
    let event_time = request.at.format(&Rfc3339).ok();
    let line = |message: &str, mut fields: Value| {
        fields["message"] = json!(message);
        fields["kind"] = json!(KIND);
        fields["door"] = json!(door);
        fields["phase"] = json!(phase);
        fields["eventTime"] = json!(event_time);
        fields["conversationId"] = json!(conversation_id);
        log::line("INFO", &fields);
    };
    line("plan, not carried out", json!({ "plan": plan }));
    for reading in 1..=READINGS {
        if !deadline.wait(BETWEEN).await {
            return tracing::warn!(%conversation_id, reading, "no time left to read on");
        }
        let (_, read) = context.genesys.conversation(conversation_id, request.rank, deadline).await;
        let not_read = match &read {
            Ok(Some(_)) => None,
            Ok(None) => Some("no such conversation"),
            Err(error) => Some(error.name()),
        };
        let mut seen = shown(read.ok().flatten().as_ref());
        if let Some(reason) = not_read {
            seen["notRead"] = json!(reason);
        }
        seen["reading"] = json!(reading);
        line("read", seen);
    }
}

/// What one reading shows, as fields of a log line. Without a conversation they are null.
fn shown(conversation: Option<&Conversation>) -> Value {
    let leg = |leg: &Participant| {
        json!({
            "participantId": leg.id(),
            "life": leg.life(),
            "inWrapUp": leg.is_in_wrap_up(),
            "screen": leg.screen(),
        })
    };
    json!({
        "securePause": conversation.map(Conversation::secure_pause),
        "recordingState": conversation.map(Conversation::voice),
        "legs": conversation.into_iter().flat_map(Conversation::agent_legs).map(leg).collect::<Vec<_>>(),
    })
}
