//! How a request ends: if nothing is sent, once every target has ended, and at the deadline.

use std::collections::BTreeSet;

use super::history::{Fate, History, Leg};
use super::outcome::{Outcome, State};
use super::request::Door;
use super::tables::{End, Rule};
use crate::error::{Answered, Error, Operation, What};
use crate::genesys::conversation::Screen;
use crate::genesys::screen_recording::Action;

/// What was under way at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Nothing was sent.
    Looking,
    /// A pause was sent.
    Pausing,
    /// A resume was sent.
    Resuming,
    /// A pause was sent that takes a resume back.
    Withdrawing,
}

/// How it ends once every target has ended: the first error, else the outcome. `rule` is what the last reading called
/// for. `unread` is the error of a reading that was needed and could not be had.
///
/// # Errors
/// The first by precedence of the targets' errors and `unread`; else the reason why it is no success.
pub fn conclude(
    (door, course, rule): (Door, Course, Option<Rule>),
    history: &History,
    unread: Option<&Error>,
    require_verified: bool,
) -> Result<Outcome, Error> {
    let errors = history.legs.iter().filter_map(Leg::error).chain(unread);
    let first = errors.min_by_key(|error| error.precedence()).cloned();
    let legs = &history.legs;
    let is_all = |state: fn(&Leg) -> bool| legs.iter().all(state);
    let is_all_gone = is_all(|leg| leg.state() == Some(State::Gone));
    let is_reached = !is_all_gone || legs.iter().any(|leg| leg.current.accepted > 0);
    let is_check = door == Door::Watch;
    match (first, course, rule) {
        (Some(error), ..) => Err(error),
        (_, Course::Withdrawing, _) => Ok(Outcome::ResumeWithdrawn),
        (_, _, Some(Rule::End(end))) if is_all_gone => ends(end),
        (_, Course::Resuming, _) if is_all(|leg| !is_recorder(leg)) => Ok(Outcome::NothingPaused),
        (_, Course::Resuming, _) => Ok(if is_check { Outcome::Recovered } else { Outcome::Resumed }),
        // A pause that no reading can confirm is sent again at every check, so it is not reported as a repair. Nor is
        // the pause of a screen that was not recorded.
        _ if is_check && is_all(|leg| !was_recorded(leg)) => Ok(Outcome::Watching),
        _ if is_check => Ok(Outcome::Repaired),
        // Somebody else's screen is not dark, and nothing can be sent for it.
        _ if history.is_out_of_reach => Err(Error::NoTarget),
        // Of many snapshots, one that finds nobody is no failure.
        _ if !is_reached && door == Door::Snapshot => Ok(Outcome::Ignored),
        _ if !is_reached => Err(Error::NoTarget),
        // A flow may ask for the card only if a screen is known to be dark.
        _ if door == Door::Direct && is_all_gone => Err(Error::NoTarget),
        _ if door == Door::Direct && !history.is_paused(door, require_verified) => Err(Error::NotPaused),
        _ => Ok(Outcome::Paused),
    }
}

/// How it ends if nothing is sent.
///
/// # Errors
/// The error that this end stands for.
pub fn ends(end: End) -> Result<Outcome, Error> {
    match end {
        End::Outcome(outcome) => Ok(outcome),
        End::NoTarget => Err(Error::NoTarget),
        End::NoConversation => {
            let (operation, what) = (Operation::Conversation, What::Status(404));
            Err(Error::ConversationUnreadable(Answered { operation, what, correlation: None }))
        }
    }
}

fn is_recorder(leg: &Leg) -> bool {
    !matches!(leg.state(), Some(State::Gone | State::NotRecording))
}

fn was_recorded(leg: &Leg) -> bool {
    !matches!(leg.state(), Some(State::Gone | State::Unverifiable | State::NotRecording))
}

/// How a leg ends at the deadline. `unread` is the error if no reading shows it.
pub fn last_word(
    leg: &Leg,
    door: Door,
    unread: &Error,
    not_recorded: &BTreeSet<u16>,
) -> (State, Option<Error>) {
    let is_direct = door == Door::Direct;
    let failed = |error: Error| (State::Failed, Some(error));
    let is_recording = matches!(leg.before, Screen::Active | Screen::Paused | Screen::Requested);
    match (leg.action, leg.seen, &leg.current.fate) {
        (Action::Pause, Some(Screen::Active), Some(Fate::Accepted)) => failed(Error::NotPaused),
        (Action::Pause, Some(Screen::Requested), Some(Fate::Accepted)) if is_direct => {
            failed(Error::NotPaused) // about to be recorded
        }
        (Action::Pause, Some(Screen::Stopped | Screen::Error | Screen::Timeout), Some(Fate::Accepted)) => {
            (State::Unverifiable, Some(unread.clone())) // a second recording may have begun
        }
        (Action::Pause, Some(_), Some(Fate::Accepted)) if !is_direct => (State::Unverifiable, None),
        (Action::Resume, Some(Screen::Paused), Some(Fate::Accepted)) => failed(Error::NotResumed),
        (_, _, Some(Fate::Accepted)) => (State::Unverifiable, Some(unread.clone())), // no reading was late enough
        (_, None, Some(Fate::Refused(answered))) if !is_recording && answered.is_status_of(not_recorded) => {
            (State::NotRecording, None)
        }
        (_, None, Some(Fate::Refused(Answered { what: What::Status(404 | 405), .. }))) => {
            failed(unread.clone()) // the path or the leg may be missing
        }
        (_, _, Some(Fate::Refused(answered))) => failed(answered.refusal().or_sooner(Some(unread.clone()))),
        (_, _, Some(Fate::Failed(error))) => failed(error.clone()),
        (_, _, None) => failed(Error::DeadlineExceeded(leg.action.operation())),
    }
}
