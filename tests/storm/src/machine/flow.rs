//! A secure flow: the card is asked for only if the answer says that the screen is dark, and the resume is ordered
//! whatever happened before.

use std::time::Duration;

use secure_pause::decide::request::{Door, Phase, Request};
use secure_pause::genesys::screen_recording::Action;

use super::call::{self, At};
use super::delivery::Task;
use super::play::{Event, Play, secs};
use super::record::{Taking, What};
use super::schedule::Flow;
use crate::draws::Agent;

/// A flow under way.
pub struct UnderWay {
    flow: Flow,
    ordered: At,
    taking: Option<At>,
}

impl Play<'_> {
    pub fn begin_flow(&mut self, flow: Flow) {
        self.change(|state| {
            state.has_flow = flow.has_leg;
            state.secure_pause |= flow.is_secure_pause;
        });
        self.flow = Some(UnderWay { flow, ordered: self.now, taking: None });
        if flow.voice {
            self.record.voice_order = Some(self.now);
        }
        self.order(Action::Pause, flow.killed, flow);
    }

    fn order(&mut self, action: Action, killed: Option<f64>, flow: Flow) {
        let phase = if action == Action::Pause { Phase::Started } else { Phase::Ended };
        let user = flow.names_user.then(|| call::user(Agent::A));
        let request = Request { door: Door::Direct, voice: flow.voice, user, ..self.request(phase) };
        self.begin(Task {
            what: What::Order(action),
            request,
            at: self.now,
            killed,
            tries: 0,
            message: None,
        });
    }

    pub fn pause_answered(&mut self, is_paused: bool) {
        let now = self.now;
        let Some(under_way) = &mut self.flow else { return };
        let takes = if is_paused {
            under_way.taking = Some(now);
            secs(under_way.flow.takes)
        } else {
            Duration::ZERO
        };
        self.push(now + takes, Event::Taken);
    }

    pub fn taken(&mut self) {
        let Some(UnderWay { flow, ordered, taking }) = self.flow else { return };
        if let Some(began) = taking {
            let is_everyone = self.schedule.all_agents || !flow.names_user;
            let wanted = self.wanted(|agent| is_everyone || agent == Agent::A);
            let is_shown = flow.has_leg || flow.is_secure_pause;
            self.record.takings.push(Taking { wanted, is_shown, ordered, began, ended: self.now });
        }
        self.order(Action::Resume, None, flow);
    }

    pub fn end_flow(&mut self) {
        let Some(UnderWay { flow, .. }) = self.flow.take() else { return };
        self.change(|state| {
            state.has_flow = false;
            if flow.is_secure_pause {
                state.secure_pause = false;
            }
        });
    }
}
