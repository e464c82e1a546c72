//! What one reading says about a request that was sent for a leg. A row a line, with its reason.
//!
//! An answer is one proof, a reading another. A reading says something about a request only if it began after its
//! sending.

use std::collections::BTreeSet;
use std::time::Duration;

use super::history::{Fate, Leg, Moment, Sent};
use super::outcome::State;
use super::request::Door;
use crate::config::Timing;
use crate::error::Error;
use crate::genesys::conversation::{Life, Participant, Screen};
use crate::genesys::screen_recording::Action;

/// After this time, a first request without an answer is replaced by another, if a reading shows that it had no effect.
/// The next requests get [`super::SILENCE`]: if every pause takes longer, one of them must be allowed to finish.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// If the screen is still paused after this many acknowledged resumes, the resume has failed.
const RESUMES: u32 = 2;

/// What one reading says about a target.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// It has ended: nothing more will be known.
    Ended(State),
    /// It failed for good.
    Failed(Error),
    /// Send the request again.
    Again,
    /// Give up the request under way, and send another.
    Instead,
    /// Nothing yet: read again.
    Open,
}

/// The circumstances of a reading.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// When it began.
    pub began: Moment,
    /// When it arrived.
    pub now: Moment,
    /// The door of the request.
    pub door: Door,
    /// `NOT_RECORDED_STATUS`.
    pub not_recorded: &'a BTreeSet<u16>,
    /// The times to go by.
    pub timing: &'a Timing,
}

/// What a reading says after a pause; `seen` is the leg as it shows it.
pub fn after_pause(leg: &Leg, seen: Option<&Participant>, reading: Reading<'_>) -> Finding {
    let sent = &leg.current;
    let screen = seen.map_or(Screen::Unknown, Participant::screen);
    let caught_up = reading.began >= sent.first + reading.timing.lag;
    // The first answer counts. Otherwise a screen whose state is never reported would be paused without end.
    let accepted_long_ago = leg.is_acknowledged()
        && reading.began >= sent.last
        && sent.first_accepted.is_some_and(|at| reading.began >= at + reading.timing.lag);
    let is_direct = reading.door == Door::Direct;
    // A screen that was resumed first may read paused from before that.
    let is_witnessed = !leg.was_resumed && (sent.accepted > 0 || leg.was_not_paused);
    let no_second_file = leg.no_second_file_at(reading.timing).is_some_and(|at| reading.began >= at);
    match screen {
        _ if reading.began < sent.first => Finding::Open, // it began before the request
        _ if seen.is_some_and(is_gone) => Finding::Ended(State::Gone), // whatever its screen reads
        _ if seen.is_none() && accepted_long_ago => Finding::Ended(State::Gone), // no agent has this leg
        // A second proof, or no other explanation. At the direct door a resume may still overtake the pause.
        Screen::Paused if is_settled(sent, reading) && (is_witnessed || caught_up) => {
            Finding::Ended(State::Verified)
        }
        Screen::Paused if is_witnessed || caught_up => Finding::Open, // another request would unsettle it again
        Screen::Stopped | Screen::Error | Screen::Timeout if no_second_file && is_settled(sent, reading) => {
            Finding::Ended(if was_running(leg) && sent.may_have_landed() {
                State::Terminated // the pause ended the recording
            } else {
                State::NotRecording // it was over before
            })
        }
        Screen::Requested if is_direct && accepted_long_ago => Finding::Open, // about to be recorded
        Screen::Requested | Screen::Unknown if accepted_long_ago => Finding::Ended(State::Unverifiable),
        _ => unless_refused_for_good(leg, seen, reading).unwrap_or_else(|| again(sent, screen, reading)),
    }
}

/// Whether a screen that was known to be dark is being recorded: readings go on while other legs are open.
pub fn is_recorded_again(leg: &Leg, seen: Option<&Participant>, reading: Reading<'_>) -> bool {
    let was_dark = !matches!(leg.state(), Some(State::Gone | State::Failed) | None);
    let is_later = leg.current.ended().is_some_and(|at| reading.began >= at);
    let is_active = seen.is_some_and(|leg| leg.screen() == Screen::Active && !is_gone(leg));
    leg.action == Action::Pause && was_dark && is_later && is_active
}

/// What a reading says after a resume. It concludes nothing before reads have caught up with the last request:
/// until then, a secure pause may have started that this reading does not show yet.
pub fn after_resume(leg: &Leg, seen: Option<&Participant>, reading: Reading<'_>) -> Finding {
    let sent = &leg.current;
    let screen = seen.map_or(Screen::Unknown, Participant::screen);
    let caught_up = sent.ended().is_some_and(|at| reading.began >= at + reading.timing.lag);
    let is_dark = matches!(screen, Screen::Paused | Screen::Unknown);
    let is_in_wrap_up = seen.is_some_and(Participant::is_in_wrap_up);
    match screen {
        _ if reading.began < sent.first => Finding::Open, // it began before the request
        _ if seen.is_some_and(is_gone) => Finding::Ended(State::Gone), // whatever its screen reads
        _ if !caught_up && is_in_wrap_up => Finding::Open, // it may yet have to be paused again
        _ if is_dark && is_in_wrap_up => Finding::Ended(State::Gone), // in wrap-up, the screen stays dark
        _ if sent.has_failed() && is_dark => unless_refused_for_good(leg, seen, reading)
            .unwrap_or_else(|| if reading.began >= sent.due { Finding::Again } else { Finding::Open }),
        _ if !caught_up => Finding::Open, // its answer included: one request at a time
        Screen::Paused if sent.accepted >= RESUMES => Finding::Failed(Error::NotResumed),
        Screen::Paused => Finding::Again, // it did not hold
        Screen::Active | Screen::Requested => Finding::Ended(State::Verified),
        Screen::Stopped | Screen::Error | Screen::Timeout => Finding::Ended(State::Terminated),
        Screen::Unknown => Finding::Ended(State::Unverifiable),
    }
}

/// Whether a leg has ended, its wrap-up included.
pub(super) fn is_gone(leg: &Participant) -> bool {
    leg.life() == Life::Dead && !leg.is_in_wrap_up()
}

/// At the direct door a reading counts only if it began a second after the answer, or after the sending if there is no
/// answer: a resume on its way may still overtake the pause.
fn is_settled(sent: &Sent, reading: Reading<'_>) -> bool {
    let since = sent.ended().unwrap_or(sent.last);
    reading.door != Door::Direct || reading.began >= since + reading.timing.direct_settled
}

/// Whether there was a recording before the first request. A screen whose state no reading shows counts as one.
fn was_running(leg: &Leg) -> bool {
    !matches!(leg.before, Screen::Stopped | Screen::Error | Screen::Timeout)
}

/// What a refusal means once readings have not explained it for as long as they may lag.
fn unless_refused_for_good(leg: &Leg, seen: Option<&Participant>, reading: Reading<'_>) -> Option<Finding> {
    let sent = &leg.current;
    let (Some(Fate::Refused(answered)), Some(refused)) = (&sent.fate, sent.first_refused) else {
        return None;
    };
    if sent.is_under_way || reading.began < refused + reading.timing.lag {
        return None;
    }
    let screen = seen.map_or(Screen::Unknown, Participant::screen);
    let is_recording = matches!(screen, Screen::Active | Screen::Paused | Screen::Requested);
    Some(match seen {
        None => Finding::Ended(State::Gone),
        _ if leg.action == Action::Resume && screen == Screen::Unknown && !leg.is_own => {
            Finding::Ended(State::NotRecording) // it may never have been paused
        }
        _ if !is_recording && answered.is_status_of(reading.not_recorded) => {
            Finding::Ended(State::NotRecording)
        }
        Some(_) => Finding::Failed(answered.refusal()),
    })
}

/// Whether the pause is sent again.
pub(super) fn again(sent: &Sent, screen: Screen, reading: Reading<'_>) -> Finding {
    let is_active = screen == Screen::Active;
    match sent.fate {
        _ if sent.is_under_way => {
            let is_first = sent.last == sent.first;
            let is_silent = is_first && reading.now >= sent.last + PATIENCE && reading.began >= sent.last;
            if is_active && is_silent { Finding::Instead } else { Finding::Open }
        }
        Some(Fate::Accepted) => {
            let is_after = sent.ended().is_some_and(|at| reading.began >= at);
            if is_active && is_after { Finding::Again } else { Finding::Open }
        }
        // After a failure, every reading that does not end the leg sends again, whatever it shows.
        _ if reading.began >= sent.last && reading.now >= sent.due => Finding::Again,
        _ => Finding::Open,
    }
}
