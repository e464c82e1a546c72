//! The pause and the resume of a screen recording: one request at a time. [`crate::decide`] decides what follows from
//! the answer, because a resume must never be repeated without another reading.

use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, HeaderValue};
use reqwest::{Client, RequestBuilder};
use serde::Serialize;

use super::Genesys;
use super::http::{self, Meaning};
use super::token::Token;
use crate::error::{Answered, Error, Failure, Operation, Retry, What};
use crate::ids::{ConversationId, ParticipantId, TraceId};
use crate::retry::Deadline;

/// A pause or resume may be answered slowly. The machine gives it up after 4 s.
pub(super) const SLOW: Duration = Duration::from_millis(4500);

/// What can be done to a screen recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Stop storing the screen.
    Pause,
    /// Store it again.
    Resume,
}

impl Action {
    /// The request, as error texts name it.
    pub const fn operation(self) -> Operation {
        match self {
            Self::Pause => Operation::Pause,
            Self::Resume => Operation::Resume,
        }
    }
}

/// How Genesys answers a request to pause or resume a screen recording.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Any 2xx. Acknowledged does not mean done.
    Acknowledged,
    /// 404, 405, 409 or another 4xx: a reading may say why.
    Refused(Answered),
}

/// What came back for a request, for the record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// The HTTP status; none if no answer came.
    pub status: Option<u16>,
    /// Genesys' own id of the request.
    pub correlation_id: Option<TraceId>,
}

impl Genesys {
    /// `PUT {SCREEN_RECORDING_PATH}` with an empty body, for one leg, once.
    ///
    /// A resume is not sent if a token has to be fetched first, because the reading that allowed it would be old by
    /// then.
    pub async fn screen_recording(
        &self,
        action: Action,
        conversation: ConversationId,
        participant: ParticipantId,
        deadline: Deadline,
    ) -> (Reply, Result<Answer, Failure>) {
        let had_token = self.tokens.is_at_hand();
        let token = match self.tokens.get(deadline).await {
            Ok(token) if had_token || action == Action::Pause => token,
            Ok(_) => {
                let error = Error::DeadlineExceeded(action.operation());
                return (Reply::default(), Err(Failure { error, retry: Retry::Now }));
            }
            Err(error) => return (Reply::default(), Err(Failure { error, retry: Retry::Never })),
        };
        let url = self.screen_recording_url(action, conversation, participant);
        let request = |client: &Client| {
            client.put(&url).timeout(SLOW).header(CONTENT_LENGTH, HeaderValue::from_static("0"))
        };
        self.send_once(&token, action.operation(), deadline, request).await
    }

    /// Sends a pause or resume, once.
    pub(super) async fn send_once(
        &self,
        token: &Token,
        operation: Operation,
        deadline: Deadline,
        request: impl FnOnce(&Client) -> RequestBuilder,
    ) -> (Reply, Result<Answer, Failure>) {
        let answer = self.send_with(token, operation, deadline, request).await;
        let reply = reply(&answer);
        let answer = answer.map(|meaning| match meaning {
            Meaning::Success(_) => Answer::Acknowledged,
            Meaning::Refused(_, answered) | Meaning::NotFound(answered) => Answer::Refused(answered),
        });
        (reply, answer)
    }

    pub(super) fn screen_recording_url(
        &self,
        action: Action,
        conversation: ConversationId,
        participant: ParticipantId,
    ) -> String {
        let verb = match action {
            Action::Pause => "pause",
            Action::Resume => "resume",
        };
        let path = self
            .screen_recording_path
            .replace("{conversationId}", &conversation.to_string())
            .replace("{participantId}", &participant.to_string())
            .replace("{action}", verb);
        format!("{}{path}", self.api_url)
    }
}

/// What came back for a request.
fn reply(answer: &Result<Meaning, Failure>) -> Reply {
    let answered = match answer {
        Ok(Meaning::Success(response)) => {
            let status = Some(response.status().as_u16());
            return Reply { status, correlation_id: http::correlation(response.headers()) };
        }
        Ok(Meaning::Refused(_, answered) | Meaning::NotFound(answered)) => Some(answered),
        Err(failure) => failure.error.answered(),
    };
    let status = answered.and_then(|answered| match answered.what {
        What::Status(status) => Some(status),
        What::Unreachable
        | What::Broken
        | What::TimedOut
        | What::TooLarge
        | What::Unreadable
        | What::LimitReached => None,
    });
    Reply { status, correlation_id: answered.and_then(|answered| answered.correlation.clone()) }
}
