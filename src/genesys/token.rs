//! The client-credentials token. It is cached, and replaced before it expires and before it has used up the requests
//! that Genesys allows a token in a minute. There is one fetch at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::header::HeaderValue;
use reqwest::{Client, Response, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use super::http::{self, Http, Meaning};
use super::limit::ClientLimit;
use crate::aws::secret::{ClientCredentials, Secret};
use crate::config::Backoff;
use crate::error::{Answered, Error, Failure, Operation, Retry, What};
use crate::retry::{self, Deadline};

/// A token is replaced this long before it expires: one that expires under way costs a round trip.
const MARGIN: Duration = Duration::from_mins(1);
/// A token that lives for less than ten margins (Genesys allows 300 s) is replaced after nine tenths of its life.
const MARGIN_SHARE: u32 = 10;
/// The life of a token if Genesys names none, or an impossible one: the shortest that Genesys can be set to.
const SHORTEST_LIFE: Duration = Duration::from_mins(5);
/// After this many requests with one token in a [`MINUTE`], the next token is fetched. Genesys allows 300; the others
/// are for requests that are sent until the next token is there.
const REQUESTS_A_TOKEN: u32 = 240;
/// How long Genesys counts a token's requests before it starts again from zero.
const MINUTE: Duration = Duration::from_mins(1);
/// The least time between two tokens that are fetched because of Genesys' limit. An environment hardly sends 300
/// requests in less. If the limit is met again sooner, another token does not help.
const RELIEVED_EVERY: Duration = Duration::from_secs(10);
/// How long a fetch in the background may take. After that, the limit has been met anyway.
const BESIDE: Duration = Duration::from_secs(10);
/// The least time given to fetch, or to wait for, a token that replaces one whose limit is used up: as long as one
/// attempt that hangs.
const LEAST_RELIEF: Duration = Duration::from_secs(2);

/// A token, ready to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// `Bearer …`, marked sensitive, so that no Debug output shows it.
    pub(super) header: HeaderValue,
    life: Duration,
    asked_at: SystemTime,
    refresh_at: SystemTime,
    /// Also identifies the token: two are the same if they share this allocation. Their texts are not compared.
    requests: Arc<Mutex<Requests>>,
}

/// The requests that were sent with a token, within the minute that began with the first of them.
///
/// Two numbers are enough, without a list of times: Genesys, too, counts for a minute and then starts again from zero
/// (`inin-ratelimit-reset`). Its minutes need not begin with ours. So one of them may cover the end of one of ours and
/// the beginning of the next, and get more than 300 requests. Then its 429 brings the next token, and costs that
/// request.
#[derive(Debug)]
struct Requests {
    since: SystemTime,
    count: u32,
}

/// The tokens of one OAuth client.
#[derive(Debug)]
pub(super) struct Tokens {
    url: String,
    http: Arc<Http>,
    secret: Secret,
    limit: Arc<ClientLimit>,
    backoff: Backoff,
    /// The token that requests are sent with. Never locked across a fetch: this token serves until the next one is
    /// there.
    current: Mutex<Option<Token>>,
    /// Locked across a fetch, so that there is one at a time.
    source: tokio::sync::Mutex<Source>,
    /// How many fetches have ended that a request had to wait for.
    fetches: AtomicU64,
    /// How many tokens were granted.
    granted: AtomicU64,
    /// How many of these were fetched because the one before had used up its requests, or nearly.
    for_limit: AtomicU64,
}

/// What tokens are made from.
#[derive(Debug, Default)]
struct Source {
    credentials: Option<ClientCredentials>,
    /// Why the last fetch failed that a request had to wait for, if it failed.
    failed: Option<Error>,
    /// When a token was last fetched for Genesys' limit.
    relieved: Option<SystemTime>,
}

/// `POST /oauth/token`; <https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials>.
#[derive(Deserialize)]
struct Grant {
    access_token: String,
    /// Seconds. The documentation says that it is a number.
    #[serde(default)]
    expires_in: Value,
}

impl Requests {
    /// None sent yet.
    fn none() -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self { since: SystemTime::UNIX_EPOCH, count: 0 }))
    }

    /// Counts one, and returns how many there were in this minute. By the wall clock, because Lambda may freeze the
    /// function. A clock that was set back begins a new minute.
    fn count(&mut self, now: SystemTime) -> u32 {
        let is_running = now.duration_since(self.since).is_ok_and(|age| age < MINUTE);
        if !is_running {
            *self = Self { since: now, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count
    }
}

impl Token {
    /// How long ago it was asked for.
    pub(super) fn age(&self) -> Duration {
        self.asked_at.elapsed().unwrap_or_default()
    }

    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.requests, &other.requests)
    }
}

impl Tokens {
    /// Tokens from the login host at `login_url`, for the client in `secret`. Sends nothing yet.
    pub(super) fn new(
        login_url: &str,
        http: Arc<Http>,
        secret: Secret,
        limit: Arc<ClientLimit>,
        backoff: Backoff,
    ) -> Self {
        Self {
            url: format!("{login_url}/oauth/token"),
            http,
            secret,
            limit,
            backoff,
            current: Mutex::default(),
            source: tokio::sync::Mutex::default(),
            fetches: AtomicU64::new(0),
            granted: AtomicU64::new(0),
            for_limit: AtomicU64::new(0),
        }
    }

    /// The cached token, or a new one. A request that comes while one is being fetched waits for that one, and shares
    /// its failure, too.
    ///
    /// # Errors
    /// [`Error::CredentialsUnavailable`] if the secret cannot be read; [`Error::CredentialsRejected`] if Genesys
    /// refuses it even after it was read again; else how the token endpoint failed.
    pub(super) async fn get(&self, deadline: Deadline) -> Result<Token, Error> {
        let before = self.fetches.load(Ordering::Relaxed);
        if let Some(token) = self.unexpired() {
            return Ok(token);
        }
        let mut source = self.source.lock().await;
        if let Some(token) = self.unexpired() {
            return Ok(token);
        }
        let has_failed = before != self.fetches.load(Ordering::Relaxed);
        if let Some(error) = source.failed.as_ref().filter(|_| has_failed) {
            return Err(error.clone());
        }
        let fetched = self.replace(&mut source, deadline).await;
        self.fetches.fetch_add(1, Ordering::Relaxed);
        source.failed = fetched.as_ref().err().cloned();
        fetched
    }

    /// Whether there is a token already, so that none has to be fetched.
    pub(super) fn is_at_hand(&self) -> bool {
        self.unexpired().is_some()
    }

    /// Counts a request that is sent with this token. The request that nearly fills the token's minute starts a fetch
    /// of the next token in the background. If the function is frozen meanwhile, the fetch goes on once it is thawed.
    pub(super) fn count(self: &Arc<Self>, token: &Token) {
        if lock(&token.requests).count(SystemTime::now()) == REQUESTS_A_TOKEN {
            let (tokens, token) = (Arc::clone(self), token.clone());
            tokio::spawn(async move { tokens.fetch_next(&token).await });
        }
    }

    async fn fetch_next(&self, token: &Token) {
        let mut source = self.source.lock().await;
        if !self.is_current(token) {
            return;
        }
        match self.replace(&mut source, Deadline::after(BESIDE)).await {
            Ok(_) => _ = self.for_limit.fetch_add(1, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(error_type = error.name(), error_message = %error, "no next token yet");
            }
        }
    }

    /// Replaces a token whose limit is used up, in one fetch for all requests that ask. `asked` is how long Genesys
    /// asks to wait. Returns when the refused request may be sent again: at once, or, if no other token can be had or
    /// may be asked for yet, no later than Genesys asks. The old token is then kept, because it serves again in the
    /// next minute.
    pub(super) async fn relieve(&self, spent: &Token, asked: Duration, deadline: Deadline) -> Retry {
        let deadline = deadline.min(Deadline::after(asked.max(LEAST_RELIEF)));
        // A fetch in the background may hang for longer than Genesys asks to wait.
        let Ok(mut source) = timeout(deadline.left(), self.source.lock()).await else {
            return Retry::TokenLimit(asked);
        };
        if !self.is_current(spent) {
            return Retry::Now;
        }
        let now = SystemTime::now();
        let since = source.relieved.and_then(|at| now.duration_since(at).ok());
        if let Some(early) = since.and_then(|since| RELIEVED_EVERY.checked_sub(since)) {
            return Retry::TokenLimit(early.min(asked));
        }
        source.relieved = Some(now);
        match self.replace(&mut source, deadline).await {
            Ok(_) => {
                self.for_limit.fetch_add(1, Ordering::Relaxed);
                Retry::Now
            }
            Err(error) => {
                tracing::warn!(error_type = error.name(), error_message = %error, "no other token");
                Retry::TokenLimit(asked)
            }
        }
    }

    /// Reads the secret, and keeps nothing of it.
    ///
    /// # Errors
    /// [`Error::CredentialsUnavailable`].
    pub(super) async fn read_secret(&self, deadline: Deadline) -> Result<(), Error> {
        self.secret.read(deadline).await.map(|_credentials| ())
    }

    /// Fetches a token with what the secret holds now, whatever is cached. Returns how long it lives.
    ///
    /// # Errors
    /// As [`Tokens::get`].
    pub(super) async fn renew(&self, deadline: Deadline) -> Result<Duration, Error> {
        let mut source = self.source.lock().await;
        // If no new token can be had, the current one is kept.
        let mut fresh = Source::default();
        let token = self.replace(&mut fresh, deadline).await?;
        source.credentials = fresh.credentials;
        Ok(token.life)
    }

    /// How many tokens were fetched until now.
    pub(super) fn granted(&self) -> u64 {
        self.granted.load(Ordering::Relaxed)
    }

    /// How many of these were fetched for the limit of a token.
    pub(super) fn for_limit(&self) -> u64 {
        self.for_limit.load(Ordering::Relaxed)
    }

    /// Forgets a token that Genesys has refused, unless another one has replaced it already.
    pub(super) fn forget(&self, refused: &Token) {
        let mut current = lock(&self.current);
        if current.as_ref().is_some_and(|token| token.is_same(refused)) {
            *current = None;
        }
    }

    /// By the wall clock: a frozen function's monotonic clock may have stood still.
    fn unexpired(&self) -> Option<Token> {
        lock(&self.current).clone().filter(|token| SystemTime::now() < token.refresh_at)
    }

    fn is_current(&self, token: &Token) -> bool {
        lock(&self.current).as_ref().is_some_and(|current| current.is_same(token))
    }

    /// Fetches a token and replaces the current one by it. If the fetch fails, the current one stays.
    async fn replace(&self, source: &mut Source, deadline: Deadline) -> Result<Token, Error> {
        // Boxed, because it is seldom needed and would make the future of every request larger.
        let token = Box::pin(self.fetch(source, deadline)).await?;
        self.granted.fetch_add(1, Ordering::Relaxed);
        *lock(&self.current) = Some(token.clone());
        Ok(token)
    }

    async fn fetch(&self, source: &mut Source, deadline: Deadline) -> Result<Token, Error> {
        let known = match &source.credentials {
            Some(credentials) => credentials,
            None => source.credentials.insert(self.secret.read(deadline).await?),
        };
        match self.grant(known, deadline).await {
            Err(Error::CredentialsRejected(_)) => {}
            granted_or_failed => return granted_or_failed,
        }
        // The secret may have been rotated since it was read. If it has not, nothing is kept, and the next event reads
        // it again.
        source.credentials = None;
        let fresh = self.secret.read(deadline).await?;
        let token = self.grant(&fresh, deadline).await?;
        source.credentials = Some(fresh);
        Ok(token)
    }

    async fn grant(&self, client: &ClientCredentials, deadline: Deadline) -> Result<Token, Error> {
        retry::until(deadline, self.backoff, Operation::Token, || async move {
            let asked_at = SystemTime::now();
            let request = |http: &Client| {
                http.post(&self.url)
                    .basic_auth(&client.client_id, Some(client.client_secret.expose_secret()))
                    .form(&[("grant_type", "client_credentials")])
            };
            let answer = self.http.send(Operation::Token, request).await;
            if let Err(Failure { retry: Retry::After(asked), .. }) = answer {
                self.limit.met(asked);
            }
            let (error, retry) = match answer? {
                Meaning::Success(response) => return read(response, asked_at).await,
                // 400 for an unknown id, 401 for a wrong secret.
                Meaning::Refused(StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED, answered) => {
                    (Error::CredentialsRejected(answered), Retry::Never)
                }
                // The page of a gateway says nothing about the token endpoint.
                Meaning::Refused(StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, answered) => {
                    (Error::UpstreamUnavailable(answered), Retry::Backoff)
                }
                // There is no token endpoint at this address.
                Meaning::Refused(_, answered) | Meaning::NotFound(answered) => {
                    (Error::UpstreamUnavailable(answered), Retry::Never)
                }
            };
            Err(Failure { error, retry })
        })
        .await
    }
}

async fn read(response: Response, asked_at: SystemTime) -> Result<Token, Failure> {
    let correlation = http::correlation(response.headers());
    let unreadable = || Failure {
        error: Error::UpstreamUnavailable(Answered {
            operation: Operation::Token,
            what: What::Unreadable,
            correlation: correlation.clone(),
        }),
        retry: Retry::Backoff,
    };
    let body = http::body(Operation::Token, response).await?;
    let grant: Grant = serde_json::from_slice(body.as_ref()).map_err(|_| unreadable())?;
    let mut header =
        HeaderValue::try_from(format!("Bearer {}", grant.access_token)).map_err(|_| unreadable())?;
    header.set_sensitive(true);
    let named = grant.expires_in.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let life = named.filter(|life| is_life(asked_at, *life)).unwrap_or(SHORTEST_LIFE);
    let margin = MARGIN.min(life / MARGIN_SHARE);
    let refresh_at = asked_at.checked_add(life.saturating_sub(margin)).unwrap_or(asked_at);
    Ok(Token { header, life, asked_at, refresh_at, requests: Requests::none() })
}

/// Whether a token can have this life: at least a second, and not beyond what the clock can hold. Otherwise every
/// request would fetch a token.
fn is_life(asked_at: SystemTime, life: Duration) -> bool {
    life.as_secs() > 0 && asked_at.checked_add(life).is_some()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_the_minute_that_begins_with_the_first() {
        let start = SystemTime::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let cases = [
            (after(0), 1, "the first"),
            (after(59), 2, "within its minute"),
            (after(60), 1, "the next minute"),
            (after(61), 2, "within that"),
            (after(3_600), 1, "thawed after an hour"),
            (after(10), 1, "the clock was set back"),
            (after(11), 2, "and goes on"),
        ];
        let requests = Requests::none();
        for (now, count, reason) in cases {
            assert_eq!(lock(&requests).count(now), count, "{reason}");
        }
    }
}
