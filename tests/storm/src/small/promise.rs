//! What must hold of a history:
//!
//! 1. no screen of the initiator is recorded during a secure pause longer than the delivery of its event, plus
//!    the requests it takes, plus the lag of reads;
//! 2. where an invocation fails altogether, no longer than the watch's delay and one visibility timeout more; where
//!    the check that was to heal that fails too, twice as long;
//! 3. while a secure flow takes a card, no agent's screen is recorded longer than the lag and the requests, as long
//!    as no invocation is killed meanwhile: one that resumes for an earlier event and is killed before it has read
//!    back is the watch's to heal, and the watch does so only where bodies report screens;
//! 4. once things are quiet, each agent's screen is paused exactly while the conversation is in secure pause.

use std::time::{Duration, SystemTime};

use world::{Happening, ScreenState};

use super::history::{Attempt, Ended, History, Pause, What, since};
use super::play::{DELAY, VISIBILITY};
use super::schedule::{Schedule, Step};
use super::time::{life, stalled};
use crate::attempt::{Start, in_vain};
use crate::draws::Agent;
use crate::tally::Tally;

/// How far reads may trail writes, in seconds of life.
const LAG: f64 = 3.0;
/// What requests may take, faults and their backoff included, in seconds of life. It is half a second as it is
/// played, since the machine is no faster than in life.
const REQUESTS: f64 = 5.0;
/// Errors that faults and kills lead to. Any other is a defect.
const EXPECTED: [&str; 8] = [
    "ConversationUnreadable",
    "CredentialsUnavailable",
    "NoTarget",
    "NotPaused",
    "NotResumed",
    "RateLimited",
    "UpstreamUnavailable",
    "DeadlineExceeded",
];

/// Measures a history. Gives what it counts for, and each promise that it breaks.
pub fn judge(schedule: &Schedule, history: &History) -> (Tally, Vec<String>) {
    let mut judge = Judge { history, tally: Tally::default(), faults: history.complaints.clone() };
    judge.count(schedule);
    for number in 0..history.pauses.len() {
        judge.secure_pause(number);
    }
    judge.flows();
    judge.quiet();
    judge.watch();
    (judge.tally, judge.faults)
}

struct Judge<'a> {
    history: &'a History,
    tally: Tally,
    faults: Vec<String>,
}

impl Judge<'_> {
    fn count(&mut self, schedule: &Schedule) {
        let tally = &mut self.tally;
        tally.schedules = 1;
        tally.pauses = self.history.pauses.len();
        tally.flows = self.history.takings.len();
        for (_, step) in &schedule.steps {
            if let Step::Started(_, deliveries) | Step::Ended(_, deliveries) = step {
                tally.events += deliveries.len();
            }
        }
        self.faults.extend(self.tally.count(&self.history.attempts, &EXPECTED));
    }

    fn secure_pause(&mut self, number: usize) {
        let history = self.history;
        let Pause { agent, ended, .. } = history.pauses[number];
        let ended = ended.unwrap_or_else(|| self.end());
        let start = Start::of(number, &history.attempts);
        let unanswered = u32::from(!start.is_answered());
        let Some(due) = start.due() else { return };
        for (from, to) in history.recorded(agent, due, ended) {
            let (exposed, at) = (exposure(self.history, from, to), history.at(from));
            if exposed
                > LAG + REQUESTS + f64::from(self.failures(from, to).max(unanswered)) * (DELAY + VISIBILITY)
            {
                self.faults.push(format!(
                    "secure pause {number}: the screen of {agent:?} was recorded for {exposed:.1} s from {at:.1} s on, \
                     though its event was due at {:.1} s",
                    history.at(due),
                ));
            }
        }
        if let Some(delivered) = start.delivered().filter(|delivered| *delivered < ended) {
            let recorded = history.recorded(agent, delivered, ended);
            self.tally.note(&start, recorded, |from, to| exposure(history, from, to));
        }
    }

    fn flows(&mut self) {
        for taking in &self.history.takings {
            let is_killed_meanwhile = |attempt: &Attempt| {
                attempt.is_meanwhile(taking.ordered, taking.ended) && matches!(attempt.ended, Ended::Killed)
            };
            if self.history.attempts.iter().any(is_killed_meanwhile) {
                continue;
            }
            let was_live = |agent: &Agent| self.was_live(*agent, taking.began);
            let present: Vec<Agent> = Agent::BOTH.into_iter().filter(was_live).collect();
            for agent in present {
                for (from, to) in self.history.recorded(agent, taking.began, taking.ended) {
                    let (exposed, at) = (exposure(self.history, from, to), self.history.at(from));
                    self.tally.reopened.push(exposed);
                    if exposed > LAG + REQUESTS {
                        self.faults.push(format!(
                            "secure flow: the screen of {agent:?} was recorded for {exposed:.1} s from {at:.1} s on"
                        ));
                    }
                }
            }
        }
    }

    fn quiet(&mut self) {
        let history = self.history;
        let state = |agent: &Agent| history.legs.get(agent).and_then(|leg| history.screens.get(leg));
        let is_dark = |agent: &Agent| state(agent) == Some(&ScreenState::Paused);
        if history.endless > 0 {
            self.faults.push("in the end: a message of the watch comes to no end".to_owned());
        }
        let wanted: Vec<Agent> = match history.pauses.last() {
            Some(last) if history.is_on && history.present.contains(&last.agent) => vec![last.agent],
            _ if history.is_on => history.present.clone(),
            _ => Vec::new(),
        };
        for agent in &history.present {
            if wanted.contains(agent) && !is_dark(agent) {
                self.faults.push(format!(
                    "in the end: the screen of {agent:?} is {:?} during a secure pause",
                    state(agent)
                ));
            }
            if !history.is_on && is_dark(agent) {
                self.faults
                    .push(format!("in the end: the screen of {agent:?} is paused without a secure pause"));
            }
        }
    }

    /// What only a check of the watch can have done.
    fn watch(&mut self) {
        let history = self.history;
        for moment in &history.timeline {
            let Happening::Screen { state: Some(state), .. } = moment.happening else { continue };
            let under_way =
                history.attempts.iter().filter(|it| it.began <= moment.at && moment.at <= it.ended_at);
            let (checks, others): (Vec<_>, Vec<_>) =
                under_way.partition(|it| matches!(it.what, What::Check { .. } | What::Follow));
            let Some(What::Check { pause, .. }) = checks.first().map(|check| check.what) else { continue };
            if !others.is_empty() {
                continue;
            }
            let pause = history.pauses[pause];
            match (state, pause.ended) {
                (ScreenState::Paused, _) => {
                    self.tally.repaired.push(life(since(pause.began, moment.at)));
                }
                (ScreenState::Active, Some(ended)) => {
                    self.tally.recovered.push(life(since(ended, moment.at)));
                }
                _ => {}
            }
        }
    }

    fn was_live(&self, agent: Agent, at: SystemTime) -> bool {
        let Some(own) = self.history.legs.get(&agent) else { return false };
        let before = self.history.timeline.iter().take_while(|moment| moment.at <= at);
        let of_leg = before.filter_map(|moment| match moment.happening {
            Happening::Leg { participant, live } if participant == *own => Some(live),
            _ => None,
        });
        of_leg.last().unwrap_or(false)
    }

    /// The end of everything.
    fn end(&self) -> SystemTime {
        let tried = self.history.attempts.iter().map(|attempt| attempt.ended_at);
        let happened = self.history.timeline.iter().map(|moment| moment.at);
        tried.chain(happened).max().unwrap_or_else(SystemTime::now)
    }

    /// How many invocations failed altogether in a span of time, two at the most: one may have been to pause, or
    /// have resumed for an earlier event and not read back; the other the check that was to heal that.
    fn failures(&self, from: SystemTime, to: SystemTime) -> u32 {
        u32::try_from(in_vain(&self.history.attempts, from, to)).map_or(2, |failures| failures.min(2))
    }
}

/// Seconds of life in which a screen was recorded, less those in which nothing could be had of Genesys, and those in
/// which the machine was busy elsewhere.
fn exposure(history: &History, from: SystemTime, to: SystemTime) -> f64 {
    let outages = history
        .outages
        .iter()
        .map(|outage| since(outage.began.max(from), outage.ended.unwrap_or(to).min(to)));
    let excused = outages.sum::<Duration>() + stalled(from, to);
    life(since(from, to).saturating_sub(excused))
}
