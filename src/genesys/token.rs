//! The client-credentials token: cached, refreshed before it expires, one fetch at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use reqwest::header::HeaderValue;
use reqwest::{Client, Response, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::http::{self, Http, Meaning};
use crate::credentials::{ClientCredentials, Secret};
use crate::error::{Answered, Error, Operation, What};
use crate::retry::{self, Backoff, Deadline, Failure, Retry};

/// A token is replaced this long before it expires: one that dies under way costs a round trip.
const MARGIN: Duration = Duration::from_mins(1);
/// Lives shorter than ten margins (Genesys allows 300 s) keep their first nine tenths.
const MARGIN_SHARE: u32 = 10;
/// Where Genesys does not say how long a token lives: the least it can be set to.
const SHORTEST_LIFE: Duration = Duration::from_mins(5);

/// A token, ready to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// `Bearer …`, marked sensitive, so that no Debug output shows it.
    pub(super) header: HeaderValue,
    life: Duration,
    refresh_at: SystemTime,
    /// Told apart from its successor by being the same allocation, not by its text.
    identity: Arc<()>,
}

/// The tokens of one OAuth client.
#[derive(Debug)]
pub(super) struct Tokens {
    url: String,
    secret: Secret,
    backoff: Backoff,
    cache: Mutex<Cache>,
    /// How many fetches have ended.
    fetches: AtomicU64,
    /// How many of them gave a token.
    granted: AtomicU64,
}

#[derive(Debug, Default)]
struct Cache {
    credentials: Option<ClientCredentials>,
    token: Option<Token>,
    /// Why the last fetch failed, if it did.
    failed: Option<Error>,
}

/// `POST /oauth/token`; <https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials>.
#[derive(Deserialize)]
struct Grant {
    access_token: String,
    /// Seconds; a number, by the documentation.
    #[serde(default)]
    expires_in: Value,
}

impl Tokens {
    /// Tokens from the login host at `login_url`, for the client in `secret`. Sends nothing yet.
    pub(super) fn new(login_url: &str, secret: Secret, backoff: Backoff) -> Self {
        Self {
            url: format!("{login_url}/oauth/token"),
            secret,
            backoff,
            cache: Mutex::default(),
            fetches: AtomicU64::new(0),
            granted: AtomicU64::new(0),
        }
    }

    /// The cached token, or a new one. Whoever comes while one is being fetched waits for that one, and
    /// shares its failure too.
    ///
    /// # Errors
    /// [`Error::CredentialsUnavailable`] without a secret; [`Error::CredentialsRejected`] where Genesys
    /// refuses it even when read again; else how the token endpoint failed.
    pub(super) async fn get(&self, http: &Http, deadline: Deadline) -> Result<Token, Error> {
        let before = self.fetches.load(Ordering::Relaxed);
        let mut cache = self.cache.lock().await;
        // By the wall clock: a frozen function's monotonic clock may have stood still.
        if let Some(token) = cache.token.as_ref().filter(|token| SystemTime::now() < token.refresh_at) {
            return Ok(token.clone());
        }
        if let Some(error) = cache.failed.as_ref().filter(|_| before != self.fetches.load(Ordering::Relaxed))
        {
            return Err(error.clone());
        }
        let fetched = self.fetch(http, &mut cache, deadline).await;
        self.fetches.fetch_add(1, Ordering::Relaxed);
        self.granted.fetch_add(u64::from(fetched.is_ok()), Ordering::Relaxed);
        cache.token = fetched.as_ref().ok().cloned();
        cache.failed = fetched.as_ref().err().cloned();
        fetched
    }

    /// Reads the secret, and keeps nothing of it.
    ///
    /// # Errors
    /// [`Error::CredentialsUnavailable`].
    pub(super) async fn read_secret(&self, deadline: Deadline) -> Result<(), Error> {
        self.secret.read(deadline).await.map(|_credentials| ())
    }

    /// Fetches a token with what the secret holds now, whatever is cached. Gives how long it lives.
    ///
    /// # Errors
    /// As [`Tokens::get`].
    pub(super) async fn renew(&self, http: &Http, deadline: Deadline) -> Result<Duration, Error> {
        let mut cache = self.cache.lock().await;
        // One that still serves is kept where there is no new one to be had.
        let mut fresh = Cache::default();
        let token = self.fetch(http, &mut fresh, deadline).await?;
        self.granted.fetch_add(1, Ordering::Relaxed);
        let life = token.life;
        *cache = Cache { token: Some(token), ..fresh };
        Ok(life)
    }

    /// How many tokens were fetched so far.
    pub(super) fn granted(&self) -> u64 {
        self.granted.load(Ordering::Relaxed)
    }

    /// Forgets a token that Genesys has refused, unless another has taken its place already.
    pub(super) fn forget(&self, refused: &Token) {
        // Locked means that a fetch is under way: the token is being replaced already, and whoever waited
        // here would come too late to share that fetch.
        let Ok(mut cache) = self.cache.try_lock() else { return };
        if cache.token.as_ref().is_some_and(|token| Arc::ptr_eq(&token.identity, &refused.identity)) {
            cache.token = None;
        }
    }

    async fn fetch(&self, http: &Http, cache: &mut Cache, deadline: Deadline) -> Result<Token, Error> {
        let known = match &cache.credentials {
            Some(credentials) => credentials,
            None => cache.credentials.insert(self.secret.read(deadline).await?),
        };
        match self.grant(http, known, deadline).await {
            Err(Error::CredentialsRejected(_)) => {}
            granted_or_failed => return granted_or_failed,
        }
        // The secret may have been rotated since it was read. If it has not, nothing is kept: the next
        // event reads it anew.
        cache.credentials = None;
        let fresh = self.secret.read(deadline).await?;
        let token = self.grant(http, &fresh, deadline).await?;
        cache.credentials = Some(fresh);
        Ok(token)
    }

    async fn grant(
        &self,
        http: &Http,
        client: &ClientCredentials,
        deadline: Deadline,
    ) -> Result<Token, Error> {
        retry::until(deadline, self.backoff, Operation::Token, || async move {
            let asked_at = SystemTime::now();
            let request = |http: &Client| {
                http.post(&self.url)
                    .basic_auth(&client.client_id, Some(client.client_secret.expose_secret()))
                    .form(&[("grant_type", "client_credentials")])
            };
            let error = match http.send(Operation::Token, request).await? {
                Meaning::Success(response) => return read(response, asked_at).await,
                // 400 for an unknown id, 401 for a wrong secret.
                Meaning::Refused(StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED, answered) => {
                    Error::CredentialsRejected(answered)
                }
                // There is no token endpoint at this place.
                Meaning::Refused(_, answered) => Error::UpstreamUnavailable(answered),
            };
            Err(Failure { error, retry: Retry::Never })
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
    let told = grant.expires_in.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let life = told.unwrap_or(SHORTEST_LIFE);
    let margin = MARGIN.min(life / MARGIN_SHARE);
    let refresh_at = asked_at.checked_add(life.saturating_sub(margin)).unwrap_or(asked_at);
    Ok(Token { header, life, refresh_at, identity: Arc::new(()) })
}
