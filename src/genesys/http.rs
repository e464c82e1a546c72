//! HTTP towards Genesys: timeouts, no redirects, and the one place where an answer gets its meaning.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;

use super::early::EarlyClient;
use crate::attempts::Reply;
use crate::error::{Answered, Error, Operation, What};
use crate::ids::TraceId;
use crate::retry::{Failure, Retry};
use crate::tls::Tls;

/// One attempt, from the first byte sent to the last received. Genesys answers in 50-300 ms; a screen is
/// being recorded meanwhile.
const ATTEMPT: Duration = Duration::from_secs(2);
/// A connection, TLS included, takes up to 300 ms across an ocean.
const CONNECT: Duration = Duration::from_secs(1);

/// The HTTP clients, with their pools of connections.
#[derive(Debug)]
pub(super) struct Http {
    current: Mutex<Pools>,
    tls: Tls,
}

/// A client for each host, and which ones in the row of clients they are.
#[derive(Clone, Debug)]
struct Pools {
    login: EarlyClient,
    api: EarlyClient,
    number: u64,
}

/// What Genesys' answer means, where trying again is not the way to find out.
pub(super) enum Meaning {
    /// Any 2xx.
    Success(Response),
    /// A status that will not change by itself: a 4xx, or a redirect, which is never followed.
    Refused(StatusCode, Answered),
}

/// The only field of Genesys' error body that is read; message and details may hold a caller's data.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody {
    context_id: String,
}

impl Http {
    /// Clients with empty pools. Opens no connection.
    ///
    /// # Errors
    /// [`Error::Internal`] where TLS cannot be set up.
    pub(super) fn new(tls: Tls) -> Result<Self, Error> {
        let pools = Pools::new(&tls, 0).map_err(|_| Error::Internal("the HTTP client cannot be set up"))?;
        Ok(Self { current: Mutex::new(pools), tls })
    }

    /// Opens a connection to each host, beside whatever else goes on.
    pub(super) fn connect(&self, login_url: &str, api_url: &str) {
        let pools = self.pools();
        pools.login.connect(login_url);
        pools.api.connect(api_url);
    }

    /// Sends one request and says what came back.
    ///
    /// # Errors
    /// A failure that another attempt may mend, or one that no request of this kind can get past.
    pub(super) async fn send(
        &self,
        operation: Operation,
        request: impl FnOnce(&Client) -> RequestBuilder,
    ) -> Result<Meaning, Failure> {
        let pools = self.pools().clone();
        let host = if operation == Operation::Token { &pools.login } else { &pools.api };
        let started = tokio::time::Instant::now();
        match request(&host.client).send().await {
            Ok(response) => {
                let (status, ms) = (response.status().as_u16(), started.elapsed().as_millis());
                tracing::debug!(%operation, status, ms, "answered");
                meaning(operation, response).await
            }
            Err(error) => {
                self.distrust(&pools, &error);
                Err(broken(operation, &error))
            }
        }
    }

    /// Starts new pools where a connection of these has broken or fallen silent. After a freeze all of
    /// them may be dead, and each would cost an attempt.
    fn distrust(&self, pools: &Pools, error: &reqwest::Error) {
        if error.is_connect() || error.is_builder() {
            return;
        }
        let mut current = self.pools();
        if current.number == pools.number
            && let Ok(fresh) = Pools::new(&self.tls, pools.number + 1)
        {
            *current = fresh;
        }
    }

    fn pools(&self) -> MutexGuard<'_, Pools> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pools {
    fn new(tls: &Tls, number: u64) -> reqwest::Result<Self> {
        let client = || {
            EarlyClient::build(
                tls.client()
                    .timeout(ATTEMPT)
                    .connect_timeout(CONNECT)
                    .no_proxy()
                    .user_agent(concat!("secure-pause/", env!("CARGO_PKG_VERSION"))),
            )
        };
        Ok(Self { login: client()?, api: client()?, number })
    }
}

/// The one place where a status gets its meaning.
async fn meaning(operation: Operation, response: Response) -> Result<Meaning, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(Meaning::Success(response));
    }
    let mut correlation = correlation(response.headers());
    let asked_to_wait = retry_after(response.headers());
    if correlation.is_none() {
        correlation = context_id(response).await;
    }
    let answered = Answered { operation, what: What::Status(status.as_u16()), correlation };
    match status {
        StatusCode::FORBIDDEN => Err(Failure { error: Error::Forbidden(answered), retry: Retry::Never }),
        StatusCode::TOO_MANY_REQUESTS => Err(Failure {
            error: Error::RateLimited(answered),
            retry: asked_to_wait.map_or(Retry::Backoff, Retry::After),
        }),
        StatusCode::NOT_IMPLEMENTED => {
            Err(Failure { error: Error::UpstreamUnavailable(answered), retry: Retry::Never })
        }
        _ if status.is_server_error() => {
            Err(Failure { error: Error::UpstreamUnavailable(answered), retry: Retry::Backoff })
        }
        _ => Ok(Meaning::Refused(status, answered)),
    }
}

/// What came back for a request, as the audit record tells it.
pub(super) fn reply(answer: &Result<Meaning, Failure>) -> Reply {
    let answered = match answer {
        Ok(Meaning::Success(response)) => {
            let status = Some(response.status().as_u16());
            return Reply { status, correlation_id: correlation(response.headers()) };
        }
        Ok(Meaning::Refused(_, answered)) => Some(answered),
        Err(failure) => failure.error.answered(),
    };
    let status = answered.and_then(|answered| match answered.what {
        What::Status(status) => Some(status),
        What::Unreachable | What::Broken | What::TimedOut | What::Unreadable => None,
    });
    Reply { status, correlation_id: answered.and_then(|answered| answered.correlation.clone()) }
}

/// The body of a success.
///
/// # Errors
/// The connection broke, or the time of the attempt was over, before it was whole.
pub(super) async fn body(operation: Operation, response: Response) -> Result<impl AsRef<[u8]>, Failure> {
    response.bytes().await.map_err(|error| broken(operation, &error))
}

/// Genesys' id of the request, under either of its names.
pub(super) fn correlation(headers: &HeaderMap) -> Option<TraceId> {
    ["inin-correlation-id", "genesys-correlation-id"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok().and_then(TraceId::parse))
}

fn broken(operation: Operation, error: &reqwest::Error) -> Failure {
    let what = match error {
        _ if error.is_builder() => {
            let error = Error::Internal("a request cannot be built from the settings");
            return Failure { error, retry: Retry::Never };
        }
        _ if error.is_connect() => What::Unreachable,
        _ if error.is_timeout() => What::TimedOut,
        _ => What::Broken,
    };
    let answered = Answered { operation, what, correlation: None };
    Failure { error: Error::UpstreamUnavailable(answered), retry: Retry::Reconnect }
}

/// `Retry-After` in whole seconds, the only form Genesys uses.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

async fn context_id(response: Response) -> Option<TraceId> {
    let body = response.bytes().await.ok()?;
    let error: ErrorBody = serde_json::from_slice(&body).ok()?;
    TraceId::parse(&error.context_id)
}
