//! What a pause or a resume of a screen recording does, and how a conversation is read.

use std::time::Instant;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Genesys, body,
    state::{Conversation, ScreenState},
};
use crate::wire::{self, HttpResponse};

impl Genesys {
    /// The conversation as a read sees it: as it was a read lag ago.
    pub(super) fn read(&self, conversation: Uuid) -> HttpResponse {
        let found = {
            let state = self.state();
            let lag = state.organization.read_lag;
            state.conversations.get(&conversation).and_then(|tracked| {
                let seen = if lag.is_zero() {
                    Some(&tracked.now)
                } else {
                    // A machine that is younger than the lag has no state that old.
                    Instant::now().checked_sub(lag).and_then(|moment| tracked.at(moment))
                };
                seen.map(|seen| body::render(seen, &state.organization, self.caller()))
            })
        };
        match found {
            Some(body) => wire::json(200, &body),
            None => self.error(404, "not.found"),
        }
    }

    /// Pauses or resumes a screen recording as it truly is, without lag; or only answers so, where it is not
    /// to take effect.
    pub(super) fn steer(
        &self,
        conversation: Uuid,
        participant: Uuid,
        pause: bool,
        takes_effect: bool,
    ) -> HttpResponse {
        let mut state = self.state();
        let missing = state.organization.endpoint_missing;
        let takes_effect = takes_effect && state.organization.pause_takes_effect;
        let status = state.organization.pause_status;
        let now = state.conversations.get(&conversation).filter(|_| !missing).map(|it| &it.now);
        let Some(now) = now.filter(|now| is_there(now, participant)) else {
            drop(state);
            return self.error(404, "not.found");
        };
        let screen = now.screens.get(&participant).copied();
        let next = match (screen, pause) {
            _ if now.served.is_some() => {
                if pause {
                    ScreenState::Paused
                } else {
                    ScreenState::Active
                }
            }
            (Some(ScreenState::Requested | ScreenState::Active | ScreenState::Paused), true) => {
                ScreenState::Paused
            }
            (Some(ScreenState::Paused), false) => ScreenState::Active,
            (Some(running @ (ScreenState::Requested | ScreenState::Active)), false) => running,
            _ => {
                drop(state);
                return self.error(409, "conflict");
            }
        };
        if takes_effect && screen != Some(next) {
            state.change(conversation, |it| it.screens.insert(participant, next));
        }
        if status == 204 {
            wire::answer(status, "application/json", String::new())
        } else {
            wire::json(status, &json!({ "id": participant, "state": next.word() }))
        }
    }
}

/// Whether the participant can still have a screen recording: live, or writing up the call.
fn is_there(conversation: &Conversation, participant: Uuid) -> bool {
    if let Some(body) = &conversation.served {
        let id = participant.to_string();
        let participants = body["participants"].as_array();
        let listed = |it: &Value| it["id"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(&id));
        return participants.is_some_and(|all| all.iter().any(listed));
    }
    conversation.leg(participant).is_some_and(|leg| leg.is_live() || leg.in_wrap_up())
}
