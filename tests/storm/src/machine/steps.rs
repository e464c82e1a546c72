//! The steps of a schedule as they happen to the call.

use super::call::{self, Life, Screen};
use super::play::{Play, secs};
use super::record::Pause;
use super::schedule::{Names, Step};
use crate::draws::{Agent, Delivery};

impl Play<'_> {
    pub fn step(&mut self, number: usize) {
        let schedule = self.schedule;
        let step = &schedule.steps[number].1;
        self.is_over = number + 1 == schedule.steps.len();
        self.tell(|| format!("{step:?}"));
        match step {
            Step::Consult { listens_in } => self.change(|state| {
                let leg = state.leg_mut(Agent::B);
                (leg.life, leg.screen, leg.listens_in) = (Life::Live, Screen::Active, *listens_in);
            }),
            Step::Transfer => self.change(|state| state.leave(Agent::A, true)),
            Step::WrapUpEnds(agent) => {
                if self.call.now().leg(*agent).life == Life::WrapUp {
                    self.change(|state| state.leave(*agent, false));
                }
            }
            Step::Started(agent, names, deliveries) => self.started(*agent, *names, deliveries),
            Step::Ended(_, names, deliveries) => {
                self.change(|state| state.secure_pause = false);
                let now = self.now;
                if let Some(pause) = self.record.pauses.last_mut() {
                    pause.ended.get_or_insert(now);
                }
                self.deliver(false, *names, deliveries);
            }
            Step::Flow(flow) => self.begin_flow(*flow),
            Step::Hold(is_held) => self.change(|state| state.is_held = *is_held),
            Step::Fault(on, fault, times) => self.faults.push((*on, *fault, *times)),
            Step::Outage(on, fault, takes) => self.outages.push((*on, *fault, self.now + secs(*takes))),
            Step::HangUp { wraps_up } => self.hang_up(*wraps_up),
        }
    }

    pub fn change(&mut self, change: impl FnOnce(&mut call::State)) {
        let before = self.call.now();
        self.call.change(self.now, change);
        let after = self.call.now();
        if before != after {
            self.send_snapshots(false);
        }
        if self.record.account.is_some() {
            for agent in Agent::BOTH.into_iter().filter(|agent| before.leg(*agent) != after.leg(*agent)) {
                self.tell(|| {
                    format!("{agent:?}: {:?}, screen {:?}", after.leg(agent).life, after.leg(agent).screen)
                });
            }
        }
    }

    fn started(&mut self, agent: Agent, names: Names, deliveries: &[Delivery]) {
        self.call.change(self.now, |state| state.secure_pause = true);
        let state = self.call.now();
        let is_everyone =
            self.schedule.all_agents || self.schedule.by_snapshots || state.leg(agent).listens_in;
        let pause = Pause {
            agent,
            wanted: self.wanted(|it| is_everyone || it == agent),
            began: self.now,
            ended: None,
        };
        self.record.pauses.push(pause);
        self.send_snapshots(true);
        self.deliver(true, names, deliveries);
    }

    pub fn wanted(&self, is_wanted: impl Fn(Agent) -> bool) -> [bool; 2] {
        Agent::BOTH.map(|agent| is_wanted(agent) && self.call.now().is_live(agent))
    }

    fn hang_up(&mut self, wraps_up: bool) {
        self.change(|state| {
            state.leave(Agent::A, wraps_up && state.is_live(Agent::A));
            state.leave(Agent::B, wraps_up && state.is_live(Agent::B));
            (state.secure_pause, state.is_over, state.has_flow) = (false, true, false);
        });
        let now = self.now;
        if let Some(pause) = self.record.pauses.last_mut() {
            pause.ended.get_or_insert(now);
        }
    }

    pub fn begin_second_file(&mut self, agent: Agent) {
        if matches!(self.call.now().leg(agent).life, Life::Live | Life::WrapUp) {
            self.change(|state| state.leg_mut(agent).screen = Screen::Active);
        }
    }
}
