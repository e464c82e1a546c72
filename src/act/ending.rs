//! How the carrying out of a plan comes to its end.

use futures_util::stream::FuturesUnordered;

use super::Work;
use crate::error::{Error, Operation};
use crate::event::{Action, Door};
use crate::outcome::{State, Target};
use crate::plan::Outcome;
use crate::pursuit::Pursuit;

impl Work<'_> {
    /// The ground was taken away: nothing more is sent.
    pub(super) fn end_as(&mut self, outcome: Outcome) {
        self.instead = Some(outcome);
        if self.action == Action::Pause {
            self.case.has_paused();
        }
        self.steps = FuturesUnordered::new();
        self.search = None;
        self.give_up(false);
    }

    pub(super) fn no_more_readings(&mut self) {
        self.reading.is_over = true;
        if self.search.take().is_some() {
            self.end = self.reading.failed.clone().map(Err);
        }
        self.give_up(true);
    }

    /// Ends what waits for a reading by what is known. What was acknowledged and could not be read is an
    /// error then; at the direct door, what was not read late enough.
    fn give_up(&mut self, is_time_up: bool) {
        let is_direct = self.case.request.door == Door::Direct;
        let too_late = Error::DeadlineExceeded(Operation::Conversation);
        let unread = match &self.reading.failed {
            Some(error) => Some(error),
            None => (is_direct && is_time_up).then_some(&too_late),
        };
        let is_strict = is_direct || self.action == Action::Resume;
        for target in self.targets.iter_mut().filter(|target| !is_time_up || target.awaits_reading()) {
            target.give_up(self.action, is_time_up, unread, is_strict);
        }
    }

    pub(super) fn is_all(&self, state: State) -> bool {
        self.targets.iter().all(|target| target.state() == Some(state))
    }

    /// The error that stands first, else the outcome. Where every leg has gone, the last plan has the word.
    pub(super) fn conclude(mut self) -> (Vec<Target>, Result<Outcome, Error>) {
        self.give_up(true);
        let is_any = |wanted: fn(State) -> bool| self.targets.iter().filter_map(Pursuit::state).any(wanted);
        let is_any_left = is_any(|state| state != State::Gone);
        let is_any_recorded = is_any(|state| !matches!(state, State::Gone | State::NotRecording));
        // A leg that has gone after its pause was acknowledged was dark to its end.
        let is_any_reached = is_any_left || self.targets.iter().any(Pursuit::is_acknowledged);
        let is_check = self.case.request.door == Door::Watch;
        let end = match (self.action, self.end.take()) {
            _ if self.instead.is_some() => Ok(self.instead.unwrap_or(Outcome::Superseded)),
            (_, Some(Err(error))) if !matches!(error, Error::NoTarget) => Err(error),
            (_, Some(Ok(outcome))) if !is_any_left => Ok(outcome),
            (Action::Pause, _) if !is_any_reached => Err(Error::NoTarget),
            (Action::Pause, _) => Ok(if is_check { Outcome::Repaired } else { Outcome::Paused }),
            (Action::Resume, _) if !is_any_recorded => Ok(Outcome::NothingPaused),
            (Action::Resume, _) => Ok(if is_check { Outcome::Recovered } else { Outcome::Resumed }),
        };
        let first = self.targets.iter().filter_map(Pursuit::error).min_by_key(|error| error.precedence());
        let result = match (first.cloned(), end) {
            (None, end) => end,
            (Some(error), Ok(_)) => Err(error),
            (Some(error), Err(other)) => Err(error.or_sooner(Some(other))),
        };
        (self.targets.into_iter().map(|target| target.into_target(self.action)).collect(), result)
    }
}
