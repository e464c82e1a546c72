//! What a request for the voice recording does: it begins and ends the secure pause itself.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Genesys, Voice};
use crate::wire::{self, HttpResponse};

/// Whether a body asks for a pause or for the voice to go on; none where it asks for anything else, or for more.
pub(super) fn asked(body: &[u8]) -> Option<bool> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let asks = |state: &str| body == json!({ "recordingState": state });
    (asks("paused") || asks("active")).then(|| asks("paused"))
}

impl Genesys {
    /// Pauses or resumes the voice recording as it truly is, without lag; or only answers so, where it is not to take
    /// effect. The client needs `conversation:recording:pauseOthers`.
    pub(super) fn steer_voice(&self, conversation: Uuid, pause: bool, takes_effect: bool) -> HttpResponse {
        let (may, found) = {
            let state = self.state();
            let organization = &state.organization;
            let now = state.conversations.get(&conversation).map(|it| &it.now);
            let found = now.filter(|now| now.end.is_none());
            let voice = found.map(|now| (now.served.is_some(), now.voice(organization.hold_suppression)));
            (organization.may_pause_others, voice)
        };
        match found {
            _ if !may => self.error(403, "missing.permissions"),
            None => self.error(404, "not.found"),
            Some((false, Voice::None)) => self.error(409, "conflict"),
            Some((is_served, _)) => {
                if takes_effect && !is_served {
                    self.change(conversation, |it| it.secure_pause = pause);
                }
                wire::answer(202, "application/json", String::new())
            }
        }
    }
}
