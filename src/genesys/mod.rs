//! The Genesys Cloud client: the requests the function makes, authorized.

pub mod conversation;
pub mod grants;
mod http;
mod limit;
mod preconnect;
mod probe;
pub mod recordings;
pub mod screen_recording;
mod token;
pub mod topics;
mod voice_recording;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use reqwest::header::AUTHORIZATION;
use reqwest::{Client, RequestBuilder, StatusCode};
use tokio::time::{Instant, sleep};

use self::conversation::Conversation;
use self::http::{Http, Meaning};
use self::limit::ClientLimit;
pub use self::limit::Rank;
use self::token::{Token, Tokens};
use crate::aws::secret::Secret;
use crate::config::{Backoff, Config};
use crate::error::{Answered, Error, Failure, Operation, Retry, What};
use crate::ids::ConversationId;
use crate::retry::{self, Deadline};
use crate::transport::Tls;

/// A gateway's page in place of a conversation is often gone by the next reading; this many are tried.
const UNREADABLE_READINGS: u32 = 4;
/// The fourth 401 in a row is final. The ones before may only mean that two environments of one OAuth client have
/// invalidated each other's tokens.
pub const REFUSED_TOKENS: u32 = 4;
/// If a token is refused while it is younger than this, another environment may have fetched one and so invalidated it.
const YOUNG: Duration = Duration::from_secs(1);
/// How long to wait before such a token is replaced: a random number of these milliseconds. Without that wait two
/// environments would go on invalidating each other's tokens.
const STEP_ASIDE_MS: std::ops::Range<u64> = 30..300;

/// What Genesys' limits have cost an environment since it started.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Tokens that were fetched because the one before had used up its requests, or nearly.
    pub tokens: u64,
    /// Requests that were refused for any limit but a token's own.
    pub refusals: u64,
}

impl Limits {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { tokens: self.tokens + other.tokens, refusals: self.refusals + other.refusals }
    }
}

/// Genesys Cloud, as one organization's OAuth client sees it.
#[derive(Debug)]
pub struct Genesys {
    http: Arc<Http>,
    tokens: Arc<Tokens>,
    limit: Arc<ClientLimit>,
    login_url: String,
    api_url: String,
    screen_recording_path: String,
    backoff: Backoff,
}

impl Genesys {
    /// The client for these settings. Sends nothing yet.
    ///
    /// # Errors
    /// [`Error::Internal`] where TLS cannot be set up.
    pub fn new(config: &Config, aws: &SdkConfig, tls: Tls) -> Result<Self, Error> {
        let secret = Secret::new(aws, config.secret_id.clone());
        let http = Arc::new(Http::new(tls)?);
        let backoff = config.policy.timing.backoff;
        let limit = Arc::<ClientLimit>::default();
        let tokens = Tokens::new(&config.login_url, Arc::clone(&http), secret, Arc::clone(&limit), backoff);
        Ok(Self {
            http,
            tokens: Arc::new(tokens),
            limit,
            login_url: config.login_url.clone(),
            api_url: config.api_url.clone(),
            screen_recording_path: config.screen_recording_path.clone(),
            backoff,
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

    /// How many tokens were fetched until now.
    pub fn tokens_fetched(&self) -> u64 {
        self.tokens.granted()
    }

    /// What Genesys' limits have cost until now.
    pub fn limits(&self) -> Limits {
        Limits { tokens: self.tokens.for_limit(), refusals: self.limit.times() }
    }

    /// How many milliseconds Genesys' clock is ahead of ours, by its last answer; none where none had a date. Its
    /// answers name whole seconds, so that less than one cannot be seen.
    pub fn clock_skew_ms(&self) -> Option<i64> {
        self.http.clock_skew_ms()
    }

    /// `GET /api/v2/conversations/{id}`; `None` where Genesys knows no such conversation: a 404 in Genesys' own words.
    /// Gives when the request that was answered was sent, too.
    ///
    /// # Errors
    /// [`Error::ConversationUnreadable`] for another 4xx or a body that is none; else how the token or the
    /// request failed.
    pub async fn conversation(
        &self,
        id: ConversationId,
        rank: Rank,
        deadline: Deadline,
    ) -> (Instant, Result<Option<Conversation>, Error>) {
        let url = format!("{}/api/v2/conversations/{id}", self.api_url);
        let (sent, unreadable) = (Cell::new(Instant::now()), Cell::new(0));
        let request = |client: &Client| {
            sent.set(Instant::now());
            client.get(&url)
        };
        let failure =
            |answered, retry| Err(Failure { error: Error::ConversationUnreadable(answered), retry });
        let read =
            self.authorized(
                Operation::Conversation,
                rank,
                deadline,
                request,
                async |meaning| match meaning {
                    Meaning::Success(response) => {
                        let correlation = http::correlation(response.headers());
                        let body = http::body(Operation::Conversation, response).await?;
                        if let Some(conversation) = Conversation::from_body(body.as_ref()) {
                            return Ok(Some(conversation));
                        }
                        unreadable.set(unreadable.get() + 1);
                        let is_last = unreadable.get() >= UNREADABLE_READINGS;
                        let (operation, what) = (Operation::Conversation, What::Unreadable);
                        let answered = Answered { operation, what, correlation };
                        failure(answered, if is_last { Retry::Never } else { Retry::Backoff })
                    }
                    Meaning::NotFound(_) => Ok(None),
                    // A gateway's 404 says nothing of the conversation.
                    Meaning::Refused(StatusCode::NOT_FOUND, answered) => failure(answered, Retry::Backoff),
                    Meaning::Refused(_, answered) => failure(answered, Retry::Never),
                },
            );
        let read = read.await;
        (sent.get(), read)
    }

    /// Sends a request with a token, again and again while that may help.
    async fn authorized<T>(
        &self,
        operation: Operation,
        rank: Rank,
        deadline: Deadline,
        request: impl Fn(&Client) -> RequestBuilder,
        finish: impl AsyncFn(Meaning) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let refused = Cell::new(0);
        let (request, finish, refused) = (&request, &finish, &refused);
        retry::until(deadline, self.backoff, operation, || async move {
            if rank == Rank::Later && self.limit.is_reached() {
                return Err(limit::gives_way(operation, None));
            }
            let token = match self.tokens.get(deadline).await {
                Err(Error::RateLimited(it)) if rank == Rank::Later => {
                    return Err(limit::gives_way(it.operation, it.correlation));
                }
                token => token.map_err(|error| Failure { error, retry: Retry::Never })?,
            };
            let answer = self.send_with(&token, operation, deadline, request).await;
            let is_refused = matches!(&answer, Err(Failure { error: Error::CredentialsRejected(_), .. }));
            refused.set(if is_refused { refused.get() + 1 } else { 0 });
            match answer {
                Err(Failure { error, .. }) if refused.get() >= REFUSED_TOKENS => {
                    Err(Failure { error, retry: Retry::Never })
                }
                Err(Failure { error, retry }) if rank == Rank::Later && leaves(retry, deadline) => {
                    Err(limit::gives_way(operation, error.answered().and_then(|it| it.correlation.clone())))
                }
                answer => finish(answer?).await,
            }
        })
        .await
    }

    /// Sends a request once. A token that Genesys refuses, or wants no more requests with, is replaced: the next
    /// request may follow at once.
    async fn send_with(
        &self,
        token: &Token,
        operation: Operation,
        deadline: Deadline,
        request: impl FnOnce(&Client) -> RequestBuilder,
    ) -> Result<Meaning, Failure> {
        self.tokens.count(token);
        let authorized = |client: &Client| request(client).header(AUTHORIZATION, token.header.clone());
        match self.http.send(operation, authorized).await {
            Err(Failure { error, retry: Retry::TokenLimit(asked) }) => {
                Err(Failure { error, retry: self.tokens.relieve(token, asked, deadline).await })
            }
            Err(Failure { error, retry: Retry::After(asked) }) => {
                self.limit.met(asked);
                Err(Failure { error, retry: Retry::After(asked) })
            }
            Ok(Meaning::Refused(StatusCode::UNAUTHORIZED, answered)) => {
                if token.age() < YOUNG {
                    sleep(Duration::from_millis(fastrand::u64(STEP_ASIDE_MS))).await;
                }
                self.tokens.forget(token);
                Err(Failure { error: Error::CredentialsRejected(answered), retry: Retry::Now })
            }
            answer => answer,
        }
    }
}

/// Whether a later request gives way for such a failure: at the client's limit at once, at its token's own only if there
/// is no time to wait.
fn leaves(retry: Retry, deadline: Deadline) -> bool {
    match retry {
        Retry::After(_) => true,
        Retry::TokenLimit(wait) => wait >= deadline.left(),
        _ => false,
    }
}
