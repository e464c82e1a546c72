//! The life of a call: who joins, who leaves, who is held, who wraps up.

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Genesys,
    state::{Call, Conversation, Participant, Purpose, ScreenState},
};

impl Genesys {
    /// A conversation with a connected customer leg.
    pub fn start_call(&self) -> Uuid {
        let mut conversation = Conversation::new(Uuid::new_v4());
        let id = conversation.id;
        conversation.participants.push(leg(Purpose::Customer, None, "connected"));
        self.begin(conversation);
        id
    }

    /// A live `ivr` leg, as in a secure flow; [`Genesys::end_leg`] ends it.
    pub fn ivr(&self, conversation: Uuid) -> Uuid {
        self.add(conversation, leg(Purpose::Ivr, None, "connected"))
    }

    /// A live `workflow` leg; [`Genesys::end_leg`] ends it.
    pub fn workflow(&self, conversation: Uuid) -> Uuid {
        self.add(conversation, leg(Purpose::Workflow, None, "connected"))
    }

    /// A live `acd` leg: the customer waits in a queue. It ends when an agent answers.
    pub fn queue(&self, conversation: Uuid) -> Uuid {
        self.add(conversation, leg(Purpose::Acd, None, "connected"))
    }

    /// A new leg of this user whose call is alerting.
    pub fn alert(&self, conversation: Uuid, user: Uuid) -> Uuid {
        self.add(conversation, leg(Purpose::Agent, Some(user), "alerting"))
    }

    /// The user takes the call: connected, and their screen recording is requested and then what
    /// [`super::Organization::screen_starts_as`] says.
    pub fn answer(&self, conversation: Uuid, participant: Uuid) {
        let starts_as = self.state().organization.screen_starts_as;
        self.change(conversation, |it| {
            let now = OffsetDateTime::now_utc();
            let leg = it.leg_mut(participant);
            leg.connected = Some(now);
            for call in leg.calls.iter_mut().filter(|call| call.is_live()) {
                "connected".clone_into(&mut call.state);
                call.connected = Some(now);
            }
            it.answered = true;
            it.screens.insert(participant, ScreenState::Requested);
            it.participants
                .iter_mut()
                .filter(|leg| leg.purpose == Purpose::Acd && leg.end.is_none())
                .for_each(|leg| disconnect(leg, "transfer"));
        });
        self.change(conversation, |it| it.screens.insert(participant, starts_as));
    }

    /// The user lets it ring or refuses: the leg is dead and stays in the list.
    pub fn decline(&self, conversation: Uuid, participant: Uuid) {
        self.change(conversation, |it| disconnect(it.leg_mut(participant), "client"));
    }

    /// [`Genesys::alert`] and [`Genesys::answer`].
    pub fn join(&self, conversation: Uuid, user: Uuid) -> Uuid {
        let participant = self.alert(conversation, user);
        self.answer(conversation, participant);
        participant
    }

    /// A consult transfer up to the talk: the second agent has answered, the first call is held, and the
    /// customer and both agents carry the customer's id as `consultParticipantId`.
    pub fn consult(&self, conversation: Uuid, from: Uuid, user: Uuid) -> Uuid {
        let second = self.alert(conversation, user);
        self.change(conversation, |it| {
            let customer = it.customer();
            for id in [customer, Some(from), Some(second)].into_iter().flatten() {
                it.leg_mut(id).consult = customer;
            }
            let first = it.leg_mut(from);
            first.consult_initiator = true;
            first.calls.iter_mut().for_each(|call| call.held = true);
        });
        self.answer(conversation, second);
        second
    }

    /// The consult transfer is done: the first agent leaves into wrap-up, the second stays.
    pub fn complete_transfer(&self, conversation: Uuid, from: Uuid) {
        self.leave_into_wrap_up(conversation, from, "transfer");
    }

    /// A leg ends without wrap-up; its screen recording stops.
    pub fn end_leg(&self, conversation: Uuid, participant: Uuid) {
        self.change(conversation, |it| {
            disconnect(it.leg_mut(participant), "client");
            stop_screen(it, participant);
        });
    }

    /// A leg ends and its agent writes up the call; the screen recording runs on.
    pub fn wrap_up(&self, conversation: Uuid, participant: Uuid) {
        self.leave_into_wrap_up(conversation, participant, "client");
    }

    /// The agent is done writing up; the screen recording stops.
    pub fn end_wrap_up(&self, conversation: Uuid, participant: Uuid) {
        self.change(conversation, |it| {
            it.leg_mut(participant).wrap_up_end = Some(OffsetDateTime::now_utc());
            stop_screen(it, participant);
        });
    }

    /// Everyone leaves at once, nobody wraps up, the conversation is over.
    pub fn hang_up(&self, conversation: Uuid) {
        self.change(conversation, |it| {
            for leg in &mut it.participants {
                disconnect(leg, "peer");
                if leg.in_wrap_up() {
                    leg.wrap_up_end = leg.end;
                }
            }
            for id in it.screens.keys().copied().collect::<Vec<_>>() {
                stop_screen(it, id);
            }
            it.end = Some(OffsetDateTime::now_utc());
            it.secure_pause = false;
        });
    }

    /// [`Genesys::hang_up`]. Returns the event of the customer's end, exactly as EventBridge receives it.
    pub fn customer_end(&self, conversation: Uuid) -> Value {
        self.hang_up(conversation);
        self.event(conversation, "customer.end", json!({ "mediaType": "VOICE", "disconnectType": "PEER" }))
    }

    /// The customer leaves and the conversation has its `endTime`; every agent who was live wraps up.
    pub fn hang_up_into_wrap_up(&self, conversation: Uuid) {
        self.change(conversation, |it| {
            for leg in &mut it.participants {
                let wraps_up = leg.purpose == Purpose::Agent && leg.is_live();
                disconnect(leg, "peer");
                if wraps_up {
                    leg.wrap_up_start = leg.end;
                }
            }
            it.end = Some(OffsetDateTime::now_utc());
            it.secure_pause = false;
        });
    }

    /// The agents put the customer on hold, or take them back.
    pub fn hold(&self, conversation: Uuid, on: bool) {
        self.change(conversation, |it| {
            let agents = it.participants.iter_mut().filter(|leg| leg.purpose == Purpose::Agent);
            let calls = agents.flat_map(|leg| &mut leg.calls);
            calls.filter(|call| call.is_live()).for_each(|call| call.held = on);
        });
    }

    /// One more call in that participant, in that state.
    pub fn add_media(&self, conversation: Uuid, participant: Uuid, state: &str) {
        self.change(conversation, |it| {
            let call = call(state, "connected");
            it.leg_mut(participant).calls.push(call);
        });
    }

    pub(super) fn add(&self, conversation: Uuid, leg: Participant) -> Uuid {
        let id = leg.id;
        self.change(conversation, |it| it.participants.push(leg));
        id
    }

    fn leave_into_wrap_up(&self, conversation: Uuid, participant: Uuid, how: &'static str) {
        self.change(conversation, |it| {
            let leg = it.leg_mut(participant);
            disconnect(leg, how);
            leg.wrap_up_start = leg.end;
            leg.wrap_up_end = None;
        });
    }
}

pub(super) fn leg(purpose: Purpose, user: Option<Uuid>, state: &'static str) -> Participant {
    let initial = if purpose == Purpose::Agent { "alerting" } else { "offering" };
    let call = call(state, initial);
    Participant {
        id: Uuid::new_v4(),
        purpose,
        user,
        start: call.start,
        connected: call.connected,
        end: None,
        wrap_up_start: None,
        wrap_up_end: None,
        consult: None,
        consult_initiator: false,
        calls: vec![call],
    }
}

fn call(state: &str, initial: &'static str) -> Call {
    let now = OffsetDateTime::now_utc();
    let mut call = Call {
        id: Uuid::new_v4(),
        state: state.to_owned(),
        initial,
        held: false,
        start: now,
        connected: (state == "connected").then_some(now),
        end: None,
        disconnect: None,
    };
    if !call.is_live() {
        call.end = Some(now);
        call.disconnect = Some("peer");
    }
    call
}

fn disconnect(leg: &mut Participant, how: &'static str) {
    let now = OffsetDateTime::now_utc();
    for call in leg.calls.iter_mut().filter(|call| call.is_live()) {
        "terminated".clone_into(&mut call.state);
        call.held = false;
        call.end = Some(now);
        call.disconnect = Some(how);
    }
    leg.end.get_or_insert(now);
}

fn stop_screen(conversation: &mut Conversation, participant: Uuid) {
    if let Some(screen) = conversation.screens.get_mut(&participant)
        && matches!(screen, ScreenState::Requested | ScreenState::Active | ScreenState::Paused)
    {
        *screen = ScreenState::Stopped;
    }
}
