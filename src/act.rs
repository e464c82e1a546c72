//! Carries out a plan: every target at once, and anew where a leg has gone meanwhile.

use std::cell::Cell;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use time::OffsetDateTime;

use crate::case::Case;
use crate::error::{Answered, Error};
use crate::event::Action;
use crate::genesys::Answer;
use crate::ids::ParticipantId;
use crate::outcome::{State, Target};
use crate::plan::{Outcome, Plan};
use crate::verify;

/// Something that came to its end while a plan was carried out.
enum Step {
    /// A target.
    Landed(Target),
    /// The planning that a gone leg called for.
    Replanned(Result<Plan, Error>),
}

/// Pauses or resumes the targets. One target's failure neither stops nor hides another's.
///
/// Gives how each target ended, and how all of it did: the first error by precedence, if any.
pub async fn carry_out(
    case: &Case<'_>,
    action: Action,
    targets: Vec<ParticipantId>,
) -> (Vec<Target>, Result<Outcome, Error>) {
    let mut tried = targets.clone();
    let mut landed = Vec::new();
    let mut replanned = None;
    let mut steps: FuturesUnordered<LocalBoxFuture<'_, Step>> = FuturesUnordered::new();
    let send = |participant| -> LocalBoxFuture<'_, Step> {
        Box::pin(async move { Step::Landed(land(case, action, participant).await) })
    };
    steps.extend(targets.into_iter().map(send));
    while let Some(step) = steps.next().await {
        match step {
            Step::Landed(target) => {
                if target.state == State::Gone {
                    steps.push(Box::pin(async { Step::Replanned(case.settle().await) }));
                }
                landed.push(target);
            }
            Step::Replanned(Ok(Plan::Act { action: again, targets, .. })) if again == action => {
                let new: Vec<_> = targets.into_iter().filter(|target| !tried.contains(target)).collect();
                tried.extend(&new);
                steps.extend(new.into_iter().map(send));
            }
            Step::Replanned(plan) => replanned = Some(plan),
        }
    }
    let result = conclude(action, &landed, replanned);
    (landed, result)
}

/// The error that stands first, else the outcome. Where every leg has gone, the last plan has the word.
fn conclude(
    action: Action,
    landed: &[Target],
    replanned: Option<Result<Plan, Error>>,
) -> Result<Outcome, Error> {
    let any_left = landed.iter().any(|target| target.state != State::Gone);
    let any_recorded = landed.iter().any(|target| !matches!(target.state, State::Gone | State::NotRecording));
    let end = match (replanned, any_left) {
        // Somebody else's screen was reached; that nobody more is found is then no failure.
        (Some(Err(Error::NoTarget) | Ok(_)) | None, true) => Ok(match action {
            Action::Pause => Outcome::Paused,
            Action::Resume if any_recorded => Outcome::Resumed,
            Action::Resume => Outcome::NothingPaused,
        }),
        (Some(Err(error)), _) => Err(error),
        (Some(Ok(Plan::Nothing(outcome))), false) => Ok(outcome),
        (Some(Ok(Plan::Act { .. })) | None, false) => match action {
            Action::Pause => Err(Error::NoTarget),
            Action::Resume => Ok(Outcome::NothingPaused),
        },
    };
    let first = landed.iter().filter_map(|target| target.error.clone()).min_by_key(Error::precedence);
    match (first, end) {
        (None, end) => end,
        (Some(error), Ok(_)) => Err(error),
        (Some(error), Err(other)) => Err(error.or_sooner(Some(other))),
    }
}

/// Pauses a leg of a conversation that cannot be read, so that a refusal cannot be looked into.
pub async fn unread(case: &Case<'_>, participant: ParticipantId, sent: &Cell<u32>) -> Target {
    let refused = async |status, answered| verify::refused_unread(case, status, answered);
    send(case, Action::Pause, participant, sent, refused).await
}

async fn land(case: &Case<'_>, action: Action, participant: ParticipantId) -> Target {
    let refused = async |status, answered| verify::refused(case, participant, status, answered).await;
    send(case, action, participant, &Cell::new(0), refused).await
}

/// Sends the request for one target. An acknowledgement is not proof; until it is read back, its state is
/// unverifiable.
async fn send(
    case: &Case<'_>,
    action: Action,
    participant_id: ParticipantId,
    sent: &Cell<u32>,
    refused: impl AsyncFnOnce(u16, Answered) -> Result<State, Error>,
) -> Target {
    let conversation = case.request.conversation;
    let ended = match case
        .genesys
        .screen_recording(action, conversation, participant_id, case.deadline, sent)
        .await
    {
        Ok(Answer::Acknowledged) => Ok(State::Unverifiable),
        Ok(Answer::Refused(status, answered)) => refused(status.as_u16(), answered).await,
        Err(error) => Err(error),
    };
    let (state, error) = ended.map_or_else(|error| (State::Failed, Some(error)), |state| (state, None));
    Target { participant_id, action, state, attempts: sent.get(), error, at: OffsetDateTime::now_utc() }
}
