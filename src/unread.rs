//! A conversation that cannot be read, or not soon enough: the leg the event names is paused unread.
//! Better the wrong screen dark than the right one recorded.

use std::pin::pin;
use std::rc::Rc;

use futures_util::future::{Either, select};
use tokio::time::timeout;

use crate::act;
use crate::attempts::Attempts;
use crate::case::Case;
use crate::config::Mode;
use crate::error::Error;
use crate::event::{Action, Door, Phase, Request};
use crate::ids::ParticipantId;
use crate::outcome::Target;
use crate::plan::Plan;

/// Settles the case. Gives the plan, or how reading failed, and the leg that was paused unread, if one was.
///
/// Where a reading comes after all, the plan has the word, and carries itself out as if nothing had been
/// sent; the leg is reported beside its targets.
pub async fn settle(case: &Case<'_>) -> (Result<Plan, Error>, Option<Target>) {
    let mut settling = pin!(case.settle());
    let Some(participant) = named(case) else { return (settling.await, None) };
    let sent = Rc::<Attempts>::default();
    let settled =
        match timeout(case.config.timing.unread_after.min(case.deadline.left() / 2), &mut settling).await {
            Ok(settled) => settled,
            Err(_elapsed) if case.is_answered() => settling.await,
            Err(_elapsed) => {
                return match select(settling, pin!(act::unread(case, participant, Rc::clone(&sent)))).await {
                    Either::Right((target, settling)) => (settling.await, Some(target)),
                    Either::Left((Err(error), pausing)) => (Err(error), Some(pausing.await)),
                    Either::Left((Ok(plan), _abandoned)) => (Ok(plan), Some(abandoned(participant, &sent))),
                };
            }
        };
    match settled {
        Err(error) if is_unread(&error) => {
            let target = act::unread(case, participant, Rc::clone(&sent)).await;
            (Err(error), Some(target))
        }
        settled => (settled, None),
    }
}

/// The leg to pause unread, where the event names one and it may be paused.
fn named(case: &Case<'_>) -> Option<ParticipantId> {
    let Request { door, phase, participant, .. } = case.request;
    // The watch has time to read again, and darkens nobody's screen on a message's word.
    let may = *door != Door::Watch && *phase == Phase::Started && case.config.mode != Mode::Observe;
    participant.filter(|_| may)
}

/// Whether the conversation could not be read, for another reason than that there is none, and a request
/// could be sent all the same.
fn is_unread(error: &Error) -> bool {
    let read = match error {
        Error::NoTarget => true,
        Error::ConversationUnreadable(answered) => answered.is_not_found(),
        _ => false,
    };
    !read && !error.is_without_token()
}

/// A pause that was under way when the reading came. Whether it has landed is not known.
fn abandoned(participant: ParticipantId, sent: &Attempts) -> Target {
    Target::of(participant, Action::Pause, sent)
}
