//! The Genesys Cloud client: the two requests the function makes, authorized.

pub mod conversation;
mod early;
mod http;
mod lenient;
mod probe;
mod token;

use std::cell::Cell;
use std::sync::Arc;

use aws_config::SdkConfig;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use reqwest::{Client, RequestBuilder, StatusCode};

use self::conversation::Conversation;
use self::http::{Http, Meaning};
use self::token::Tokens;
use crate::attempts::Attempts;
use crate::config::Config;
use crate::credentials::Secret;
use crate::error::{Answered, Error, Operation, What};
use crate::event::Action;
use crate::ids::{ConversationId, ParticipantId};
use crate::retry::{self, Backoff, Deadline, Failure, Retry};
use crate::tls::Tls;

/// A gateway's page in place of a conversation is often gone by the next reading; so many are tried.
const UNREADABLE_READINGS: u32 = 4;

/// Genesys Cloud, as one organization's OAuth client sees it.
#[derive(Debug)]
pub struct Genesys {
    http: Arc<Http>,
    tokens: Arc<Tokens>,
    login_url: String,
    api_url: String,
    screen_recording_path: String,
    backoff: Backoff,
}

/// How Genesys takes a request to pause or resume a screen recording.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Any 2xx. Acknowledged, which is not yet done.
    Acknowledged,
    /// 404, 405, 409 or another 4xx: reading the conversation again may tell why.
    Refused(StatusCode, Answered),
}

impl Genesys {
    /// The client for these settings. Sends nothing yet.
    ///
    /// # Errors
    /// [`Error::Internal`] where TLS cannot be set up.
    pub fn new(config: &Config, aws: &SdkConfig, tls: Tls) -> Result<Self, Error> {
        let secret = Secret::new(aws, config.secret_id.clone());
        let http = Arc::new(Http::new(tls)?);
        let tokens = Tokens::new(&config.login_url, Arc::clone(&http), secret, config.timing.backoff);
        Ok(Self {
            http,
            tokens: Arc::new(tokens),
            login_url: config.login_url.clone(),
            api_url: config.api_url.clone(),
            screen_recording_path: config.screen_recording_path.clone(),
            backoff: config.timing.backoff,
        })
    }

    /// Fetches secret and token, and opens the connections beside them, so that the first event finds them.
    ///
    /// # Errors
    /// As for any other request; the next one simply tries again.
    pub async fn prepare(&self, deadline: Deadline) -> Result<(), Error> {
        self.http.connect(&self.login_url, &self.api_url);
        self.tokens.get(deadline).await.map(|_token| ())
    }

    /// How many tokens were fetched so far.
    pub fn tokens_fetched(&self) -> u64 {
        self.tokens.granted()
    }

    /// `GET /api/v2/conversations/{id}`; `None` where Genesys knows no such conversation (404).
    ///
    /// # Errors
    /// [`Error::ConversationUnreadable`] for another 4xx or a body that is none; else how the token or the
    /// request failed.
    pub async fn conversation(
        &self,
        id: ConversationId,
        deadline: Deadline,
    ) -> Result<Option<Conversation>, Error> {
        let url = format!("{}/api/v2/conversations/{id}", self.api_url);
        let unreadable = Cell::new(0);
        let request = |client: &Client| client.get(&url);
        self.authorized(Operation::Conversation, deadline, request, None, async |meaning| match meaning {
            Meaning::Success(response) => {
                let correlation = http::correlation(response.headers());
                let body = http::body(Operation::Conversation, response).await?;
                Conversation::from_body(body.as_ref()).map(Some).ok_or_else(|| {
                    unreadable.set(unreadable.get() + 1);
                    let again = unreadable.get() < UNREADABLE_READINGS;
                    let (operation, what) = (Operation::Conversation, What::Unreadable);
                    let answered = Answered { operation, what, correlation };
                    let retry = if again { Retry::Backoff } else { Retry::Never };
                    Failure { error: Error::ConversationUnreadable(answered), retry }
                })
            }
            Meaning::Refused(StatusCode::NOT_FOUND, _) => Ok(None),
            Meaning::Refused(_, answered) => {
                Err(Failure { error: Error::ConversationUnreadable(answered), retry: Retry::Never })
            }
        })
        .await
    }

    /// `PUT {SCREEN_RECORDING_PATH}` with an empty body, for one leg. `sent` notes every request and what came
    /// back for it.
    ///
    /// # Errors
    /// How the token or the request failed, after all attempts that fit before the deadline.
    pub async fn screen_recording(
        &self,
        action: Action,
        conversation: ConversationId,
        participant: ParticipantId,
        deadline: Deadline,
        sent: &Attempts,
    ) -> Result<Answer, Error> {
        let operation = match action {
            Action::Pause => Operation::Pause,
            Action::Resume => Operation::Resume,
        };
        let url = self.screen_recording_url(action, conversation, participant);
        let request = |client: &Client| {
            sent.sent();
            client.put(&url).header(CONTENT_LENGTH, HeaderValue::from_static("0"))
        };
        self.authorized(operation, deadline, request, Some(sent), async |meaning| match meaning {
            Meaning::Success(_) => Ok(Answer::Acknowledged),
            Meaning::Refused(status, answered) => Ok(Answer::Refused(status, answered)),
        })
        .await
    }

    fn screen_recording_url(
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

    /// Sends a request with a token; once more with a new one where Genesys refuses that, and with another
    /// one where it wants no more requests with that.
    async fn authorized<T>(
        &self,
        operation: Operation,
        deadline: Deadline,
        request: impl Fn(&Client) -> RequestBuilder,
        sent: Option<&Attempts>,
        finish: impl AsyncFn(Meaning) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let renewed = Cell::new(false);
        let (request, finish, renewed) = (&request, &finish, &renewed);
        retry::until(deadline, self.backoff, operation, || async move {
            let token = self.tokens.get(deadline).await;
            let token = token.map_err(|error| Failure { error, retry: Retry::Never })?;
            self.tokens.count(&token);
            let authorized = |client: &Client| request(client).header(AUTHORIZATION, token.header.clone());
            let answer = self.http.send(operation, authorized).await;
            if let Some(sent) = sent {
                sent.replied(http::reply(&answer));
            }
            match answer {
                Err(Failure { error, retry: Retry::TokenLimit(asked) }) => {
                    Err(Failure { error, retry: self.tokens.relieve(&token, asked, deadline).await })
                }
                Ok(Meaning::Refused(StatusCode::UNAUTHORIZED, answered)) => {
                    // A new token refused at once is kept: another new one would fare no better.
                    let retry = if renewed.replace(true) {
                        Retry::Never
                    } else {
                        self.tokens.forget(&token);
                        Retry::Now
                    };
                    Err(Failure { error: Error::CredentialsRejected(answered), retry })
                }
                answer => finish(answer?).await,
            }
        })
        .await
    }
}
