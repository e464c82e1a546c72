//! What happened: what was asked for when, and what came of it.

use std::time::Duration;

use secure_pause::decide::outcome::Outcome;
use secure_pause::genesys::screen_recording::Action;

use super::call::{At, Life, Screen, State};
use crate::attempt;
use crate::draws::Agent;

/// A secure pause of an agent.
#[derive(Clone, Copy, Debug)]
pub struct Pause {
    pub agent: Agent,
    /// Whose screens are to be dark.
    pub wanted: [bool; 2],
    pub began: At,
    pub ended: Option<At>,
}

/// A card being taken by a secure flow.
#[derive(Clone, Copy, Debug)]
pub struct Taking {
    pub wanted: [bool; 2],
    /// Whether bodies show that a flow is under way.
    pub is_shown: bool,
    pub ordered: At,
    pub began: At,
    pub ended: At,
}

/// How an invocation ended; where with an answer, with which outcome, and whether it said `paused`.
pub type Ended = attempt::Ended<(Outcome, bool)>;
/// What an invocation was for.
pub type What = attempt::What<At>;
/// One invocation.
pub type Attempt = attempt::Attempt<At, (Outcome, bool)>;

/// Everything that is known of a schedule that was played.
#[derive(Debug, Default)]
pub struct Record {
    /// The call, since when.
    pub past: Vec<(At, State)>,
    pub pauses: Vec<Pause>,
    pub takings: Vec<Taking>,
    /// When the last order came that was for the voice, too. If the voice cannot be resumed, its secure pause goes on.
    pub voice_order: Option<At>,
    pub attempts: Vec<Attempt>,
    /// While a request that went wrong was not made good yet.
    pub disturbed: Vec<(At, At)>,
    /// When resumes were carried out that nobody waited for any more.
    pub late_resumes: Vec<At>,
    /// Whether SQS refused a message, or an order was killed before its message was posted.
    pub is_not_watched: bool,
    /// Messages of the watch that came to no end.
    pub endless: usize,
    /// Promises that were seen to be broken on the way.
    pub broken: Vec<String>,
    /// Screens that a check paused or resumed, and when.
    pub by_watch: Vec<(At, Action)>,
    /// Snapshots that were delivered.
    pub snapshots: usize,
    /// Requests of the function.
    pub requests: usize,
    /// What happened, in words; kept where somebody is to read it.
    pub account: Option<Vec<(At, String)>>,
}

impl Record {
    pub fn end(&self) -> State {
        self.past.last().map_or_else(State::taken, |(_, state)| *state)
    }

    /// The times within `from..to` in which this is true of the call.
    pub fn spans(&self, from: At, to: At, is: impl Fn(&State) -> bool) -> Vec<(At, At)> {
        let mut spans: Vec<(At, At)> = Vec::new();
        for (number, (since, state)) in self.past.iter().enumerate() {
            let until = self.past.get(number + 1).map_or(At::MAX, |(next, _)| *next);
            let (began, ended) = ((*since).max(from), until.min(to));
            if began >= ended || !is(state) {
                continue;
            }
            match spans.last_mut() {
                Some(last) if last.1 == began => last.1 = ended,
                _ => spans.push((began, ended)),
            }
        }
        spans
    }

    /// The times within `from..to` in which an agent was on the call with their screen recorded.
    pub fn recorded(&self, agent: Agent, from: At, to: At) -> Vec<(At, At)> {
        self.spans(from, to, |state| {
            let leg = state.leg(agent);
            leg.life == Life::Live && leg.screen == Screen::Active
        })
    }

    /// Since when this is true of the call without a break, where it is true then.
    pub fn since(past: &[(At, State)], then: At, is: impl Fn(&State) -> bool) -> Option<At> {
        let before = past.iter().rev().skip_while(|(since, _)| *since > then);
        before.take_while(|(_, state)| is(state)).last().map(|(since, _)| *since)
    }

    /// How long a span of time lasts, less what requests that went wrong took of it.
    pub fn undisturbed(&self, from: At, to: At) -> Duration {
        let mut cuts: Vec<(At, At)> =
            self.disturbed.iter().map(|(a, b)| ((*a).max(from), (*b).min(to))).collect();
        cuts.retain(|(a, b)| a < b);
        cuts.sort_unstable();
        let mut left = to.saturating_sub(from);
        let mut reached = from;
        for (began, ended) in cuts {
            let began = began.max(reached);
            left = left.saturating_sub(ended.saturating_sub(began));
            reached = reached.max(ended);
        }
        left
    }
}
