//! Calls whose ids are given, so that an event that names them can be replayed.

use uuid::Uuid;

use super::{
    Genesys,
    life::leg,
    state::{Conversation, Participant, Purpose},
};

impl Genesys {
    /// [`Genesys::start_call`] with this id.
    pub fn start_call_as(&self, conversation: Uuid) {
        let mut call = Conversation::new(conversation);
        call.participants.push(leg(Purpose::Customer, None, "connected"));
        self.begin(call);
    }

    /// [`Genesys::join`] with this participant's id.
    pub fn join_as(&self, conversation: Uuid, user: Uuid, participant: Uuid) {
        let alerting = leg(Purpose::Agent, Some(user), "alerting");
        self.add(conversation, Participant { id: participant, ..alerting });
        self.answer(conversation, participant);
    }
}
