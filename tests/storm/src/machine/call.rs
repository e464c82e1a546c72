//! The call as Genesys knows it: who is on it, what is recorded, and what a body shows of it, also a while ago.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use secure_pause::genesys::conversation::Conversation;
use secure_pause::genesys::screen_recording::Action;
use secure_pause::ids::{ConversationId, ParticipantId, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::schedule::Reports;
use crate::draws::Agent;

/// A point in time: how long after the call was taken.
pub type At = Duration;

/// Where an agent's leg is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    Absent,
    Live,
    WrapUp,
    Dead,
}

/// A screen recording. Where it is on, a file is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Screen {
    Active,
    Paused,
    Stopped,
}

/// An agent's leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Leg {
    pub life: Life,
    pub screen: Screen,
    pub listens_in: bool,
}

/// The call at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub secure_pause: bool,
    pub is_held: bool,
    pub is_over: bool,
    /// Whether a flow is on the call whose leg says so.
    pub has_flow: bool,
    pub legs: [Leg; 2],
}

impl State {
    /// The first agent has taken the call.
    pub fn taken() -> Self {
        let leg = |life, screen| Leg { life, screen, listens_in: false };
        Self {
            secure_pause: false,
            is_held: false,
            is_over: false,
            has_flow: false,
            legs: [leg(Life::Live, Screen::Active), leg(Life::Absent, Screen::Stopped)],
        }
    }

    pub fn leg(&self, agent: Agent) -> &Leg {
        &self.legs[agent as usize]
    }

    pub fn leg_mut(&mut self, agent: Agent) -> &mut Leg {
        &mut self.legs[agent as usize]
    }

    pub fn is_live(&self, agent: Agent) -> bool {
        self.leg(agent).life == Life::Live
    }

    /// The leg ends; its agent writes up the call, or does not.
    pub fn leave(&mut self, agent: Agent, wraps_up: bool) {
        let leg = self.leg_mut(agent);
        if leg.life == Life::Live && wraps_up {
            leg.life = Life::WrapUp;
        } else if leg.life != Life::Absent {
            (leg.life, leg.screen) = (Life::Dead, Screen::Stopped);
        }
    }

    /// What a request does that is carried out now: the status of its answer, and the state of the screen after it.
    pub fn steer(&self, agent: Agent, action: Action) -> (u16, Screen) {
        let leg = self.leg(agent);
        match (leg.life, leg.screen, action) {
            (Life::Absent | Life::Dead, screen, _) => (404, screen),
            (_, Screen::Stopped, _) => (409, Screen::Stopped),
            (_, _, Action::Pause) => (200, Screen::Paused),
            (_, _, Action::Resume) => (200, Screen::Active),
        }
    }
}

/// The call now, and how it was.
pub struct Call {
    reports: Reports,
    /// How it was, and since when.
    past: Vec<(At, State)>,
}

impl Call {
    pub fn taken(reports: Reports) -> Self {
        Self { reports, past: vec![(At::ZERO, State::taken())] }
    }

    pub fn now(&self) -> State {
        self.past[self.past.len() - 1].1
    }

    pub fn change(&mut self, now: At, change: impl FnOnce(&mut State)) {
        let mut state = self.now();
        change(&mut state);
        if state != self.now() {
            self.past.push((now, state));
        }
    }

    pub fn past(&self) -> &[(At, State)] {
        &self.past
    }

    /// The body that shows the call as it was then.
    pub fn seen(&self, then: At) -> State {
        self.past.iter().rev().find(|(since, _)| *since <= then).map_or(self.past[0].1, |(_, state)| *state)
    }

    /// Without signs: as it would be read by somebody who takes `securePause: false` alone for off.
    pub fn read(&self, then: At, without_signs: bool) -> Rc<Conversation> {
        let mut state = self.seen(then);
        let mut reports = self.reports;
        if without_signs {
            state.has_flow = false;
            state.is_held = false;
            if reports == Reports::VoiceOnly {
                (state.secure_pause, reports) = (false, Reports::Everything);
            }
        }
        parsed(state, reports)
    }
}

pub fn conversation() -> ConversationId {
    Uuid::from_u128(0xCA11).into()
}

pub fn user(agent: Agent) -> UserId {
    Uuid::from_u128(0xA0 + agent as u128).into()
}

pub fn participant(agent: Agent) -> ParticipantId {
    Uuid::from_u128(0xF0 + agent as u128).into()
}

pub fn agent_of(participant_id: ParticipantId) -> Agent {
    if participant_id == participant(Agent::A) { Agent::A } else { Agent::B }
}

/// The real parser's word on a body. There are few different ones, and they are parsed once.
fn parsed(state: State, reports: Reports) -> Rc<Conversation> {
    thread_local! {
        static KNOWN: RefCell<HashMap<(State, Reports), Rc<Conversation>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        let parse = || {
            let body = body(&state, reports).to_string();
            Rc::new(Conversation::from_body(body.as_bytes()).expect("a body of a conversation"))
        };
        Rc::clone(known.entry((state, reports)).or_insert_with(parse))
    })
}

fn body(state: &State, reports: Reports) -> Value {
    let voice = match state {
        State { is_over: true, .. } => "none",
        State { secure_pause: true, .. } | State { is_held: true, .. } => "paused",
        _ => "active",
    };
    let says_so = state.secure_pause && reports != Reports::VoiceOnly;
    let call = |is_live: bool, is_recorded: bool| {
        let (state, recorded) = if is_live { ("connected", voice) } else { ("terminated", "none") };
        let recorded = if is_recorded { recorded } else { "none" };
        json!([{ "state": state, "recordingState": recorded, "securePause": says_so && is_live }])
    };
    let customer =
        json!({ "id": Uuid::from_u128(1), "purpose": "customer", "calls": call(!state.is_over, true) });
    let flow =
        json!({ "id": Uuid::from_u128(2), "purpose": "workflow", "calls": call(state.has_flow, false) });
    let mut participants = vec![customer, flow];
    for agent in Agent::BOTH {
        let leg = state.leg(agent);
        if leg.life == Life::Absent {
            continue;
        }
        let mut told = json!({
            "id": participant(agent),
            "userId": user(agent),
            "purpose": "agent",
            "mediaRoles": [if leg.listens_in { "monitor" } else { "full" }],
            "connectedTime": "2026-01-01T00:00:00.000Z",
            "calls": call(leg.life == Life::Live, true),
        });
        if leg.life != Life::Live {
            told["endTime"] = json!("2026-01-01T00:01:00.000Z");
        }
        if leg.life == Life::WrapUp {
            told["startAcwTime"] = json!("2026-01-01T00:01:00.000Z");
        }
        if reports != Reports::NoScreens {
            told["screenRecordingState"] = json!(format!("{:?}", leg.screen).to_lowercase());
        }
        participants.push(told);
    }
    let mut body = json!({
        "recordingState": voice.to_uppercase(),
        "securePause": says_so,
        "participants": participants,
    });
    if state.is_over {
        body["endTime"] = json!("2026-01-01T00:01:00.000Z");
    }
    body
}
