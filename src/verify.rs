//! Reading back: what the state of a leg says about a request that was sent for it.

use std::time::Duration;

use crate::case::{Case, READ_BACK};
use crate::error::{Answered, Error};
use crate::genesys::conversation::{Life, Screen};
use crate::ids::ParticipantId;
use crate::outcome::State;
use crate::retry::Deadline;

/// How long a refusal is looked into: the three seconds that reads may trail, and the readings themselves.
const LOOKING: Duration = Duration::from_secs(5);

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
    let deadline = case.deadline.min(Deadline::after(LOOKING));
    let mut unread = None;
    for wait in [Duration::ZERO].into_iter().chain(READ_BACK) {
        if !deadline.wait(wait).await {
            break;
        }
        let conversation = match case.genesys.conversation(case.request.conversation, deadline).await {
            Ok(conversation) => conversation,
            Err(error) => {
                // One reading tells enough; without any, the failure to read is told too.
                unread = (wait == Duration::ZERO).then_some(error);
                break;
            }
        };
        let leg = conversation.as_ref().and_then(|conversation| conversation.agent_leg(participant));
        match leg {
            None => return Ok(State::Gone),
            Some(leg) if leg.life() == Life::Dead && !leg.is_in_wrap_up() => return Ok(State::Gone),
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
