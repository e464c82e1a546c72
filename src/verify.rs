//! Reading back: what the state of a leg says about a request that was sent for it.

use crate::case::{Case, READ_BACK};
use crate::error::{Answered, Error};
use crate::genesys::conversation::{Life, Screen};
use crate::ids::ParticipantId;
use crate::outcome::State;

/// Finds out why Genesys refused to pause or resume a screen: because the leg is gone, because there is
/// no recording, or for a reason that somebody has to mend. Reads may trail, so it looks for three seconds
/// before it calls for somebody.
///
/// # Errors
/// [`Error::EndpointMissing`] for 404 and 405, else [`Error::Rejected`]; or how the reading failed.
pub async fn refused(
    case: &Case<'_>,
    participant: ParticipantId,
    status: u16,
    answered: Answered,
) -> Result<State, Error> {
    for wait in [None].into_iter().chain(READ_BACK.map(Some)) {
        if let Some(wait) = wait
            && !case.deadline.wait(wait).await
        {
            break;
        }
        let conversation = case.genesys.conversation(case.request.conversation, case.deadline).await?;
        let leg = conversation.as_ref().and_then(|conversation| conversation.agent_leg(participant));
        match leg {
            None => return Ok(State::Gone),
            Some(leg) if leg.life() == Life::Dead && !leg.is_in_wrap_up() => return Ok(State::Gone),
            Some(leg) if leg.screen() == Screen::Stopped => return Ok(State::NotRecording),
            Some(_) if case.config.not_recorded.contains(&status) => return Ok(State::NotRecording),
            Some(_) => {}
        }
    }
    Err(refusal(status, answered))
}

/// The error of a refusal that the conversation does not explain.
pub const fn refusal(status: u16, answered: Answered) -> Error {
    match status {
        404 | 405 => Error::EndpointMissing(answered),
        _ => Error::Rejected(answered),
    }
}
