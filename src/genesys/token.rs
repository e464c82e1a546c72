//! The client-credentials token: cached, refreshed before it expires, one fetch at a time.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::Response;
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::http::{self, Http, Meaning};
use crate::credentials::{ClientCredentials, Secret};
use crate::error::{Error, Operation, What};
use crate::retry::{self, Deadline, Failure, Retry};

/// A token is replaced this long before it expires: one that dies under way costs a round trip.
const MARGIN: Duration = Duration::from_mins(1);
/// Lives shorter than ten margins (Genesys allows 300 s) keep their first nine tenths.
const MARGIN_SHARE: u32 = 10;
/// Where Genesys does not say how long a token lives: the least it can be set to.
const SHORTEST_LIFE: u64 = 300;

/// A token, ready to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// `Bearer …`, marked sensitive, so that no Debug output shows it.
    pub(super) header: HeaderValue,
    refresh_at: SystemTime,
    /// Told apart from its successor by being the same allocation, not by its text.
    identity: Arc<()>,
}

/// The tokens of one OAuth client.
#[derive(Debug)]
pub(super) struct Tokens {
    url: String,
    secret: Secret,
    cache: Mutex<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    credentials: Option<ClientCredentials>,
    token: Option<Token>,
}

/// `POST /oauth/token`; <https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials>.
#[derive(Deserialize)]
struct Grant {
    access_token: String,
    expires_in: Option<u64>,
}

impl Tokens {
    /// Tokens from the login host at `login_url`, for the client in `secret`. Sends nothing yet.
    pub(super) fn new(login_url: &str, secret: Secret) -> Self {
        Self { url: format!("{login_url}/oauth/token"), secret, cache: Mutex::default() }
    }

    /// The cached token, or a new one. Whoever comes while one is being fetched waits for that one.
    ///
    /// # Errors
    /// [`Error::CredentialsUnavailable`] without a secret; [`Error::CredentialsRejected`] where Genesys
    /// refuses it even when read again; else how the token endpoint failed.
    pub(super) async fn get(&self, http: &Http, deadline: Deadline) -> Result<Token, Error> {
        let mut cache = self.cache.lock().await;
        match &cache.token {
            // By the wall clock: a frozen function's monotonic clock may have stood still.
            Some(token) if SystemTime::now() < token.refresh_at => Ok(token.clone()),
            _ => {
                let token = self.fetch(http, &mut cache, deadline).await?;
                cache.token = Some(token.clone());
                Ok(token)
            }
        }
    }

    /// Forgets a token that Genesys has refused, unless another has taken its place already.
    pub(super) async fn forget(&self, refused: &Token) {
        let mut cache = self.cache.lock().await;
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
        retry::until(deadline, Operation::Token, |attempt| async move {
            let asked_at = SystemTime::now();
            let request = http
                .client(attempt)
                .post(&self.url)
                .basic_auth(&client.client_id, Some(client.client_secret.expose_secret()))
                .form(&[("grant_type", "client_credentials")]);
            match http::send(Operation::Token, request).await? {
                Meaning::Success(response) => read(response, asked_at).await,
                // 400 for an unknown id, 401 for a wrong secret; any other refusal is no better.
                Meaning::Refused(_, answered) => {
                    Err(Failure { error: Error::CredentialsRejected(answered), retry: Retry::Never })
                }
            }
        })
        .await
    }
}

async fn read(response: Response, asked_at: SystemTime) -> Result<Token, Failure> {
    let correlation = http::correlation(response.headers());
    let unreadable = || Failure {
        error: Error::UpstreamUnavailable(http::answered(
            Operation::Token,
            What::Unreadable,
            correlation.clone(),
        )),
        retry: Retry::Backoff,
    };
    let body = http::body(Operation::Token, response).await?;
    let grant: Grant = serde_json::from_slice(body.as_ref()).map_err(|_| unreadable())?;
    let mut header =
        HeaderValue::try_from(format!("Bearer {}", grant.access_token)).map_err(|_| unreadable())?;
    header.set_sensitive(true);
    let life = Duration::from_secs(grant.expires_in.unwrap_or(SHORTEST_LIFE));
    let margin = MARGIN.min(life / MARGIN_SHARE);
    let refresh_at = asked_at.checked_add(life.saturating_sub(margin)).unwrap_or(asked_at);
    Ok(Token { header, refresh_at, identity: Arc::new(()) })
}
