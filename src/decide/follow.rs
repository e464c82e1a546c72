//! Which pauses post a watch message of their own.
//!
//! The pause of an order or a snapshot does, because no rule sends these to the queue. A late pause does (P7), because the
//! event's own message may already have been checked and deleted. It is not needed while a reading shows secure pause on.

use std::time::Duration;

use super::history::{Fate, History, Leg, Moment};
use super::request::{Door, Request};
use crate::config::Timing;
use crate::error::{Answered, Error, What};
use crate::genesys::conversation::SecurePause;
use crate::genesys::screen_recording::Action;

/// A request that takes longer than this hangs. The message waits until the first request has ended or hangs, because
/// it must not delay it. The message of a late pause also waits this long for a reading.
pub const HANGING: Duration = Duration::from_secs(1);

/// Whether the message must be posted now. `is_end`: nothing more will be known.
pub fn is_needed(
    request: &Request,
    history: &History,
    age: time::Duration,
    now: Moment,
    is_end: bool,
    timing: &Timing,
) -> bool {
    let mut pauses = history.legs.iter().filter(|leg| leg.action == Action::Pause);
    match request.door {
        // A resume that is taken back pauses, too.
        Door::Direct | Door::Snapshot => {
            pauses.any(|leg| is_end || leg.current.ended().is_some() || now >= leg.sent + HANGING)
        }
        Door::Event => pauses.any(|leg| is_late(leg, history, age, now, is_end, timing)),
        Door::Watch => false,
    }
}

fn is_late(
    leg: &Leg,
    history: &History,
    age: time::Duration,
    now: Moment,
    is_end: bool,
    timing: &Timing,
) -> bool {
    let sent = &leg.current;
    let ended = sent.ended().unwrap_or(sent.last);
    let is_late = age + ended > timing.unchecked;
    let has_failed_silently = matches!(&sent.fate, Some(Fate::Failed(error)) if is_silence(error));
    let is_unanswered = sent.is_under_way || sent.is_overtaken || has_failed_silently;
    let is_read = now >= ended + HANGING && (is_late || !sent.is_under_way);
    let is_time = is_end || !leg.is_open() || is_read;
    // A request without an answer has no end. Then its sending counts.
    let since = if is_unanswered { sent.last } else { ended };
    let is_on = history.last.as_ref().is_some_and(|seen| {
        seen.secure_pause == SecurePause::On && seen.began >= since && now < seen.began + timing.lag
    });
    sent.may_have_landed() && (is_late || is_unanswered) && is_time && !is_on
}

/// Whether another message must be posted at the end, after one at this moment. That one may be checked, and deleted,
/// before a pause lands that went out later.
pub fn is_needed_again(
    request: &Request,
    history: &History,
    age: time::Duration,
    now: Moment,
    posted: Moment,
    timing: &Timing,
) -> bool {
    let is_later = |leg: &&Leg| leg.action == Action::Pause && leg.current.last > posted;
    let mut later = history.legs.iter().filter(is_later);
    request.door == Door::Event && later.any(|leg| is_late(leg, history, age, now, true, timing))
}

/// Whether nobody knows what became of the request. A gateway that gave up waiting does not know either.
fn is_silence(error: &Error) -> bool {
    let answer = error.answered().map(|Answered { what, .. }| *what);
    matches!(answer, Some(What::TimedOut | What::Broken | What::Unreachable | What::Status(408 | 504)))
}
