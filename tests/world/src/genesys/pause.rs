//! The secure pause itself, and screen recordings that change by themselves.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Genesys, state::ScreenState};

impl Genesys {
    /// A user begins a secure pause: the voice recording is paused. Returns the event of it, exactly as
    /// Lambda receives it; the screen recordings run on until they are told.
    pub fn secure_pause(&self, conversation: Uuid, user: Uuid) -> Value {
        self.change(conversation, |it| it.secure_pause = true);
        self.secure_pause_event(conversation, user, "secure_pause_started")
    }

    /// A user ends a secure pause: the voice is recorded again. Returns the event of it.
    pub fn end_secure_pause(&self, conversation: Uuid, user: Uuid) -> Value {
        self.change(conversation, |it| it.secure_pause = false);
        self.secure_pause_event(conversation, user, "secure_pause_ended")
    }

    /// Makes a screen recording what it is to be; none: not recorded, and no body tells a state.
    pub fn set_screen(&self, conversation: Uuid, participant: Uuid, state: Option<ScreenState>) {
        self.change(conversation, |it| match state {
            Some(state) => it.screens.insert(participant, state),
            None => it.screens.remove(&participant),
        });
    }

    fn secure_pause_event(&self, conversation: Uuid, user: Uuid, event_type: &str) -> Value {
        let leg = {
            let state = self.state();
            state.conversations.get(&conversation).and_then(|it| it.now.live_leg_of(user))
        };
        let mut body = json!({
            "eventType": event_type,
            "userId": user,
            "sessionId": Uuid::new_v4(),
            "mediaType": "VOICE",
            "provider": "Edge",
            "direction": "INBOUND",
            "ani": format!("tel:{}", self.caller().ani),
            "dnis": format!("tel:{}", self.caller().dnis),
        });
        if let Some(leg) = leg {
            body["participantId"] = json!(leg);
        }
        self.event(conversation, "secure_pause", body)
    }
}
