//! `MODE=observe`: instead of acting, logs the plan and what three later readings tell.

use std::time::Duration;

use crate::case::Case;
use crate::genesys::conversation::Conversation;
use crate::ids::ParticipantId;
use crate::plan::Action;

/// So many readings, so far apart, see everything that reads may trail by.
const READINGS: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// Logs what would have been done, and how the conversation looks meanwhile: in this way an owner learns
/// what the bodies of their organization tell. Sends nothing but readings.
pub async fn watch(case: &Case<'_>, action: Action, targets: &[ParticipantId]) {
    let conversation_id = case.request.conversation;
    let participants: Vec<_> = targets.iter().map(ToString::to_string).collect();
    tracing::info!(%conversation_id, ?action, participants = participants.join(" "), "would have been sent");
    for reading in 1..=READINGS {
        if !case.deadline.wait(BETWEEN).await {
            return tracing::warn!(%conversation_id, reading, "no time left to read on");
        }
        match case.genesys.conversation(conversation_id, case.deadline).await {
            Ok(Some(conversation)) => {
                let secure_pause = conversation.secure_pause();
                tracing::info!(%conversation_id, reading, ?secure_pause, screens = screens(&conversation), "read");
            }
            Ok(None) => tracing::info!(%conversation_id, reading, "no such conversation"),
            Err(error) => {
                tracing::warn!(%conversation_id, reading, error_type = error.name(), %error, "not read");
            }
        }
    }
}

/// Every agent leg with its life and the state of its screen.
fn screens(conversation: &Conversation) -> String {
    let one = |leg: &crate::genesys::conversation::Participant| {
        leg.id().map(|id| format!("{id} {:?} {:?}", leg.life(), leg.screen()))
    };
    conversation.agent_legs().filter_map(one).collect::<Vec<_>>().join(", ")
}
