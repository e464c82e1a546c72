//! One look at the recordings of a conversation: two readings, and what they prove.

use std::time::Duration;

use time::OffsetDateTime;

use super::Context;
use crate::decide::proof::{Look, Looked, Request, Seen, findings, is_final};
use crate::error::Error;
use crate::genesys::conversation::Conversation;
use crate::genesys::recordings::{OwnClient, Recording};
use crate::genesys::{Genesys, Rank};
use crate::retry::Deadline;

impl Context {
    /// The client that reads recordings.
    ///
    /// # Errors
    /// As [`Genesys::new`].
    pub fn recordings_client(&self) -> Result<&Genesys, Error> {
        self.recordings.as_ref().map_or(Ok(&self.genesys), OwnClient::get)
    }
}

/// What one look may take, two attempts at the recordings included: an outage must not hold its slot.
const BUDGET: Duration = Duration::from_secs(20);

/// Looks once. Gives what that proves; the conversation, `None` if it was not read; and at the last look, why nothing
/// could be read.
///
/// # Errors
/// Why nothing could be read. At the last look that is a finding.
pub async fn look(
    context: &Context,
    request: &Request,
    look: Look,
    deadline: Deadline,
) -> Result<(Looked, Option<Conversation>, Option<Error>), Error> {
    let deadline = deadline.min(Deadline::after(BUDGET));
    let (conversation, recordings) = read(context, request, deadline).await;
    let (recordings, failed) = match recordings {
        // At the client's limit even the last look is left for later, as long as its message comes again.
        Err(error) if look == Look::Last && !(error.is_for_later() && request.comes_again()) => {
            (None, Some(error))
        }
        recordings => (recordings?, None),
    };
    let rules = &context.config.proof;
    let seen = Seen {
        look,
        source: request.source,
        now: OffsetDateTime::now_utc(),
        conversation: conversation.as_ref(),
        recordings: recordings.as_deref(),
    };
    let findings = findings(&seen, rules);
    let is_expected = conversation.as_ref().map(|conversation| conversation.involves(&rules.payment_queues));
    let is_final = is_final(look, &findings);
    let recordings = recordings.unwrap_or_default();
    Ok((Looked { look, findings, is_final, is_expected, recordings }, conversation, failed))
}

/// The conversation and, once it is over, its recordings; `None` for what does not exist. If the recordings cannot be
/// read, the conversation is returned all the same, because the last record names its queues and agents.
async fn read(
    context: &Context,
    request: &Request,
    deadline: Deadline,
) -> (Option<Conversation>, Result<Option<Vec<Recording>>, Error>) {
    let client = match context.recordings_client() {
        Ok(client) => client,
        Err(error) => return (None, Err(error)),
    };
    match client.conversation(request.conversation, Rank::Later, deadline).await.1 {
        Ok(Some(conversation)) if conversation.is_over() => {
            let recordings = client.recordings(request.conversation, Rank::Later, deadline).await;
            (Some(conversation), recordings)
        }
        Ok(conversation) => (conversation, Ok(None)),
        Err(error) => (None, Err(error)),
    }
}
