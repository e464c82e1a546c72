//! Reading back: what a leg's state says about a request that was sent for it. Acknowledged is not done.

use std::time::Duration;

use crate::case::Case;
use crate::config::Timing;
use crate::error::{Answered, Error};
use crate::event::{Action, Door};
use crate::genesys::conversation::{Conversation, Life, Participant, Screen, SecurePause};
use crate::ids::ParticipantId;
use crate::outcome::State;
use crate::retry::Deadline;

/// What a refusal is looked into for beyond the lag of reads: the readings themselves.
const LOOKING: Duration = Duration::from_secs(2);

/// What one reading says about a target whose request was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// All there is to know.
    Ended(State),
    /// The request did not hold: send it again.
    Again,
    /// Nothing yet: read again.
    Open,
}

/// How long before a reading began the request had been acknowledged: the first time, and the last.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// The first acknowledgement.
    pub first: Duration,
    /// The last one.
    pub last: Duration,
}

/// What a reading says after a pause. A leg that it does not list is one that it does not know yet.
pub fn after_pause(leg: Option<&Participant>, since: Since, door: Door, timing: &Timing) -> Finding {
    let settled = if door == Door::Direct { timing.direct_settled } else { Duration::ZERO };
    match leg.map_or(Screen::Unknown, Participant::screen) {
        _ if leg.is_some_and(is_gone) => Finding::Ended(State::Gone),
        Screen::Paused if since.last >= settled => Finding::Ended(State::Verified),
        Screen::Active => Finding::Again,
        Screen::Stopped | Screen::Error | Screen::Timeout if since.last >= settled => {
            Finding::Ended(State::Terminated)
        }
        Screen::Requested | Screen::Unknown if since.first >= timing.lag => {
            Finding::Ended(State::Unverifiable)
        }
        Screen::Paused
        | Screen::Stopped
        | Screen::Error
        | Screen::Timeout
        | Screen::Requested
        | Screen::Unknown => Finding::Open,
    }
}

/// What a reading says after a resume: nothing before reads can trail no more, since until then a new
/// secure pause may have begun that they do not show.
pub fn after_resume(leg: Option<&Participant>, since: Since, timing: &Timing) -> Finding {
    match leg.map_or(Screen::Unknown, Participant::screen) {
        _ if leg.is_some_and(is_gone) => Finding::Ended(State::Gone),
        _ if since.last < timing.after_resume => Finding::Open,
        Screen::Paused => Finding::Again,
        Screen::Active | Screen::Requested => Finding::Ended(State::Verified),
        Screen::Stopped | Screen::Error | Screen::Timeout => Finding::Ended(State::Terminated),
        Screen::Unknown => Finding::Ended(State::Unverifiable),
    }
}

/// Whether a reading takes a pause's ground away: secure pause is off, and was seen on, or would be by now.
/// Not at the direct door, whose order stands until the next one.
pub fn is_pause_over(case: &Case<'_>, conversation: &Conversation, since_sent: Duration) -> bool {
    let certain = case.has_seen_on() || since_sent >= case.config.timing.lag;
    case.request.door != Door::Direct && certain && conversation.secure_pause() == SecurePause::Off
}

/// Whether a reading takes a resume's ground away: secure pause is on. So it is most likely, too, where a
/// reading that trails the resume no more shows the voice paused or a flow under way: organizations that tell
/// secure pause by the voice alone show a new one only so. In doubt, pause.
///
/// Not at the direct door: there, secure pause being on is what kept the resume from being sent.
pub fn is_resume_over(case: &Case<'_>, conversation: &Conversation, is_last: bool) -> bool {
    let on =
        conversation.secure_pause() == SecurePause::On || is_last && conversation.may_be_in_secure_pause();
    case.request.door != Door::Direct && on
}

/// Whether a reading keeps a resume from being sent once more: secure pause is on, which at the direct door
/// does not undo an order, and does not let it be repeated either.
pub fn is_repeat_held(action: Action, conversation: Option<&Conversation>) -> bool {
    let is_on = conversation.is_some_and(|conversation| conversation.secure_pause() == SecurePause::On);
    action == Action::Resume && is_on
}

fn is_gone(leg: &Participant) -> bool {
    leg.life() == Life::Dead && !leg.is_in_wrap_up()
}

/// Finds out why Genesys refused to pause or resume a screen: because the leg is gone, because there is
/// no recording, or for a reason that somebody has to mend. Reads may trail, so it looks for three seconds
/// before it calls for somebody.
///
/// # Errors
/// [`Error::EndpointMissing`] for 404 and 405 where the conversation could be read, [`Error::Rejected`] for
/// another status; or how the reading failed, by precedence.
pub async fn refused(
    case: &Case<'_>,
    participant: ParticipantId,
    status: u16,
    answered: Answered,
) -> Result<State, Error> {
    let timing = &case.config.timing;
    let deadline = case.deadline.min(Deadline::after(timing.lag + LOOKING));
    let mut unread = None;
    for wait in [Duration::ZERO].into_iter().chain(timing.read_back.iter().copied()) {
        if !deadline.wait(wait).await {
            break;
        }
        let conversation = match case.read(deadline).await {
            Ok(conversation) => conversation,
            Err(error) => {
                // One reading tells enough; without any, the failure to read is told too.
                unread = (wait == Duration::ZERO).then_some(error);
                break;
            }
        };
        match conversation.as_ref().and_then(|conversation| conversation.agent_leg(participant)) {
            None => return Ok(State::Gone),
            Some(leg) if is_gone(leg) => return Ok(State::Gone),
            Some(leg) if leg.screen() == Screen::Stopped => return Ok(State::NotRecording),
            Some(_) if case.config.not_recorded.contains(&status) => return Ok(State::NotRecording),
            Some(_) => {}
        }
    }
    Err(match (unread, status) {
        // Whether the path or the conversation is missing cannot be told apart unread.
        (Some(error), 404 | 405) => error,
        (None, 404 | 405) => Error::EndpointMissing(answered),
        (unread, _) => Error::Rejected(answered).or_sooner(unread),
    })
}

/// What a refusal means where the conversation cannot be read: nothing, for 404 and 405, since the leg may
/// be gone or the path wrong.
///
/// # Errors
/// [`Error::Rejected`] for a status that no reading would explain.
pub fn refused_unread(case: &Case<'_>, status: u16, answered: Answered) -> Result<State, Error> {
    match status {
        status if case.config.not_recorded.contains(&status) => Ok(State::NotRecording),
        404 | 405 => Ok(State::Failed),
        _ => Err(Error::Rejected(answered)),
    }
}
