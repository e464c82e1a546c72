//! What is so in a conversation at this moment, whatever a read would tell.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    Genesys,
    state::{Participant, ScreenState},
};

impl Genesys {
    /// Whether the conversation is in a secure pause.
    pub fn is_in_secure_pause(&self, conversation: Uuid) -> bool {
        self.state().now(conversation).secure_pause
    }

    /// Whether a leg has a call that is not over; one that is alerting is live.
    pub fn leg_is_live(&self, conversation: Uuid, participant: Uuid) -> bool {
        self.of_leg(conversation, participant, Participant::is_live)
    }

    /// Whether the agent of a leg writes up the call.
    pub fn leg_is_in_wrap_up(&self, conversation: Uuid, participant: Uuid) -> bool {
        self.of_leg(conversation, participant, Participant::in_wrap_up)
    }

    /// The state of a screen recording; none where the screen is not recorded.
    pub fn screen(&self, conversation: Uuid, participant: Uuid) -> Option<ScreenState> {
        let state = self.state();
        state.conversations.get(&conversation)?.now.screens.get(&participant).copied()
    }

    /// Every screen recording of a conversation, by participant; none where there is no such conversation.
    pub fn screens(&self, conversation: Uuid) -> Option<BTreeMap<Uuid, ScreenState>> {
        self.state().conversations.get(&conversation).map(|it| it.now.screens.clone())
    }

    fn of_leg(&self, conversation: Uuid, participant: Uuid, ask: impl FnOnce(&Participant) -> bool) -> bool {
        let state = self.state();
        ask(state.now(conversation).leg(participant).expect("a participant of this conversation"))
    }
}
