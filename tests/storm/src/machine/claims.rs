//! Promises that are kept or broken on the way, while a schedule is played; `promise` measures the others at its end.

use std::time::Duration;

use secure_pause::decide::outcome::{Outcome, State as LegState};
use secure_pause::decide::request::{Door, Phase};
use secure_pause::genesys::screen_recording::Action;

use super::call::{At, Life, Screen, State, participant};
use super::play::{Play, secs};
use super::record::{Ended, Record, What};
use super::schedule::Reports;
use crate::draws::Agent;

/// How old the reading may be that allows a resume.
const LOOK: Duration = Duration::from_secs(2);
/// The checks of an event's own message see every pause that lands by then.
const UNCHECKED: Duration = Duration::from_millis(4500);
/// By then an unread pause is out.
const UNREAD: Duration = Duration::from_millis(2600);

impl Play<'_> {
    /// Whether an invocation that is killed now leaves a pause behind that no message follows: an order's, a snapshot's,
    /// or one that may land after the checks of its event's own message.
    pub fn is_left(&self, number: usize) -> bool {
        let run = &self.runs[number];
        let is_late = self.now.saturating_sub(run.task.at) > UNCHECKED;
        let is_unanswered = run.sends.iter().any(Option::is_some);
        let is_left = match run.task.what {
            What::Order(action) => action == Action::Pause,
            What::Event { .. } if run.task.request.door == Door::Snapshot => true,
            What::Event { is_started, .. } => is_started && (is_late || is_unanswered),
            What::Check { .. } | What::Follow => false,
        };
        is_left && run.first_put.is_some() && !run.has_posted
    }

    /// P2, and no resume for a leg in wrap-up.
    pub fn check_resume(&mut self, number: usize, agent: Agent) {
        let (now, may) = (self.now, secs(self.schedule.lag) + LOOK);
        let door = self.runs[number].task.request.door;
        let is_silent = door == Door::Direct && self.schedule.reports == Reports::VoiceOnly;
        let is_direct = door == Door::Direct;
        let past = self.call.past();
        let on = Record::since(past, now, |state| state.secure_pause || (state.has_flow && !is_direct));
        let gone = Record::since(past, now, |state| !state.is_live(agent));
        let late = |since: Option<At>| since.filter(|since| now - *since > may);
        if let Some(since) = late(on).filter(|_| !is_silent) {
            self.breaks(number, format!("a resume is sent {:?} after a secure pause began", now - since));
        }
        if let Some(since) = late(gone) {
            self.breaks(number, format!("a resume is sent {:?} after {agent:?} left", now - since));
        }
    }

    /// What an invocation says at its end: P6, P8, and P1 by what it has done.
    pub fn check_claims(&mut self, number: usize, ended: Ended) {
        let (now, lag) = (self.now, secs(self.schedule.lag));
        let run = &mut self.runs[number];
        let request = &run.task.request;
        let (began, door) = (run.began, request.door);
        let may_pause_unread =
            request.participant.is_some() && request.phase == Some(Phase::Started) && door != Door::Watch;
        let is_by_then = |at: Option<At>| at.is_some_and(|at| at <= began + UNREAD);
        let is_due = may_pause_unread && now > began + UNREAD && !run.lacked_token;
        if is_due && !is_by_then(run.first_put) && !is_by_then(run.first_reading) {
            self.breaks(number, "nothing is paused though nothing can be read".to_owned());
        }
        // A flow asks for the card on the answer. An event's is about its own secure pause.
        let on = Record::since(self.call.past(), now, |state| state.secure_pause);
        let is_still_on = door == Door::Direct || on.is_some_and(|on| on <= began);
        match ended {
            Ended::Answered((Outcome::ConversationOver, _)) if !self.call.now().is_over => {
                self.breaks(number, "the conversation is called over".to_owned());
            }
            Ended::Answered((_, true)) if self.schedule.reports != Reports::NoScreens && is_still_on => {
                let history = self.runs[number].decider.history();
                let is_target = |agent: &Agent| {
                    let leg = history.leg(participant(*agent));
                    leg.is_some_and(|leg| !matches!(leg.state(), Some(LegState::Gone)))
                };
                let targets: Vec<Agent> = Agent::BOTH.into_iter().filter(is_target).collect();
                for agent in targets {
                    let recorded = |state: &State| {
                        let leg = state.leg(agent);
                        leg.screen == Screen::Active && matches!(leg.life, Life::Live)
                    };
                    let since = Record::since(self.call.past(), now, recorded);
                    if let Some(since) = since.filter(|since| now - *since > lag + LOOK) {
                        let claimed =
                            format!("paused is claimed of {agent:?}, recorded for {:?}", now - since);
                        self.breaks(number, claimed);
                    }
                }
            }
            _ => {}
        }
    }

    fn breaks(&mut self, number: usize, what: String) {
        let broken = format!("#{number}, {:?}, at {:.2?}: {what}", self.runs[number].task.what, self.now);
        self.tell(|| format!("BROKEN: {broken}"));
        self.record.broken.push(broken);
    }
}
