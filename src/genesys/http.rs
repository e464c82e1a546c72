//! HTTP towards Genesys: timeouts, no redirects, and the one place where an answer gets its meaning.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::time::timeout;

use super::preconnect::EarlyClient;
use crate::error::{Answered, Error, Failure, Operation, Retry, What};
use crate::ids::TraceId;
use crate::json::{lenient, object};
use crate::transport::{BodyError, Tls, read_body};

/// Longest time of one attempt, from the first byte sent to the last received. Genesys answers in 50-300 ms, and a
/// screen is being recorded meanwhile.
const ATTEMPT: Duration = Duration::from_secs(2);
/// Longest time to connect. A connection, TLS included, takes up to 300 ms across an ocean.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest wait for the body of a failure of which only an id is read. It follows its head at once.
const FAILURE_BODY: Duration = Duration::from_millis(100);
/// The same for a body that decides what the failure means.
const DECISIVE_BODY: Duration = Duration::from_millis(300);
/// The longest `Retry-After` that is believed. No invocation has so much time left.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(24);
/// Longest `Retry-After` of a 5xx that is obeyed. An outage may be over sooner than it says, and a screen is being
/// recorded meanwhile.
const LONGEST_OUTAGE: Duration = Duration::from_secs(3);
/// The limit of a single token. Every other limit is the client's or the organization's.
///
/// Source: <https://developer.genesys.cloud/organization/organization/limits>.
const TOKEN_LIMIT: &str = "client.credentials.token.rate.per.minute";
/// What Genesys' own 404 says.
const NOT_FOUND: &str = "not.found";

/// The HTTP clients, with their pools of connections.
#[derive(Debug)]
pub(super) struct Http {
    current: Mutex<Pools>,
    tls: Tls,
    /// How far Genesys' clock is ahead, in milliseconds; `i64::MIN` if that is not known.
    clock_skew_ms: AtomicI64,
}

/// One client for each host. `number` counts how often they have been replaced.
#[derive(Clone, Debug)]
struct Pools {
    login: EarlyClient,
    api: EarlyClient,
    number: u64,
}

/// What Genesys' answer means, if another attempt would not change it.
pub(super) enum Meaning {
    /// Any 2xx.
    Success(Response),
    /// A status that will not change by itself: a 4xx, or a redirect, which is never followed.
    Refused(StatusCode, Answered),
    /// A 404 in Genesys' own words: what was asked for does not exist. Any other 404 may come from a gateway.
    NotFound(Answered),
}

/// What is read of Genesys' error body. Its message and details are not read, because they may hold a caller's data.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ErrorBody {
    #[serde(deserialize_with = "lenient")]
    context_id: String,
    #[serde(deserialize_with = "lenient")]
    code: String,
    #[serde(deserialize_with = "lenient")]
    limit: Limit,
}

/// The limit that was exceeded.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Limit {
    #[serde(deserialize_with = "lenient")]
    key: String,
}

impl Http {
    /// Clients with empty pools. Opens no connection.
    ///
    /// # Errors
    /// [`Error::Internal`] if TLS cannot be set up.
    pub(super) fn new(tls: Tls) -> Result<Self, Error> {
        let pools = Pools::new(&tls, 0).map_err(|_| Error::Internal("the HTTP client cannot be set up"))?;
        Ok(Self { current: Mutex::new(pools), tls, clock_skew_ms: AtomicI64::new(i64::MIN) })
    }

    /// Opens a connection to each host, in the background.
    pub(super) fn connect(&self, login_url: &str, api_url: &str) {
        let pools = self.pools();
        pools.login.connect(login_url);
        pools.api.connect(api_url);
    }

    /// Sends one request and says what came back.
    ///
    /// # Errors
    /// A failure that another attempt may mend, or one that meets every request of this kind.
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
                self.compare_clocks(response.headers());
                meaning(operation, response).await
            }
            Err(error) => {
                self.distrust(&pools, &error);
                Err(broken(operation, &error))
            }
        }
    }

    /// See [`super::Genesys::clock_skew_ms`].
    pub(super) fn clock_skew_ms(&self) -> Option<i64> {
        Some(self.clock_skew_ms.load(Ordering::Relaxed)).filter(|ms| *ms != i64::MIN)
    }

    /// The `Date` of an answer names the second in which it was sent, so anything within that second is no difference.
    fn compare_clocks(&self, headers: &HeaderMap) {
        let Some(date) = date(headers, &DATE) else { return };
        let (now, end) = (OffsetDateTime::now_utc(), date.saturating_add(time::Duration::SECOND));
        let skew = if now < date { date - now } else { (end - now).min(time::Duration::ZERO) };
        let ms = i64::try_from(skew.whole_milliseconds()).unwrap_or_default();
        self.clock_skew_ms.store(ms, Ordering::Relaxed);
    }

    /// Replaces these pools if one of their connections has broken or fallen silent. After a freeze all of them may be
    /// dead, and each would cost an attempt.
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
    let asked_to_wait = retry_after(response.headers());
    let (correlation, said) = particulars(response).await;
    let answered = Answered { operation, what: What::Status(status.as_u16()), correlation };
    let (error, retry): (fn(Answered) -> Error, _) = match status {
        StatusCode::FORBIDDEN => (Error::Forbidden, Retry::Never),
        StatusCode::TOO_MANY_REQUESTS if said == Said::TokenLimit => {
            (Error::RateLimited, Retry::TokenLimit(asked_to_wait))
        }
        StatusCode::TOO_MANY_REQUESTS => (Error::RateLimited, Retry::After(asked_to_wait)),
        StatusCode::NOT_IMPLEMENTED => (Error::UpstreamUnavailable, Retry::Never),
        // The request was not read in time, or came too soon: neither says anything about what was asked for.
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => (Error::UpstreamUnavailable, Retry::Backoff),
        _ if status.is_server_error() => {
            (Error::UpstreamUnavailable, Retry::Later(asked_to_wait.min(LONGEST_OUTAGE)))
        }
        StatusCode::NOT_FOUND if said == Said::NotFound => return Ok(Meaning::NotFound(answered)),
        _ => return Ok(Meaning::Refused(status, answered)),
    };
    Err(Failure { error: error(answered), retry })
}

/// What the body of a failure adds to its status.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// What was asked for does not exist.
    NotFound,
    /// The token's own limit was exceeded.
    TokenLimit,
    /// Nothing.
    Nothing,
}

/// Genesys' id of a failed request, and what its body says. The body is read only if the headers are not enough.
async fn particulars(response: Response) -> (Option<TraceId>, Said) {
    let by_header = correlation(response.headers());
    let speaks = [StatusCode::TOO_MANY_REQUESTS, StatusCode::NOT_FOUND].contains(&response.status());
    if by_header.is_some() && !speaks {
        return (by_header, Said::Nothing);
    }
    let patience = if speaks { DECISIVE_BODY } else { FAILURE_BODY };
    let ErrorBody { context_id, code, limit } = match timeout(patience, read_body(response)).await {
        Ok(Ok(body)) => object(&String::from_utf8_lossy(&body)).unwrap_or_default(),
        Ok(Err(_)) | Err(_) => ErrorBody::default(),
    };
    let said = match () {
        () if limit.key == TOKEN_LIMIT => Said::TokenLimit,
        () if code == NOT_FOUND => Said::NotFound,
        () => Said::Nothing,
    };
    (by_header.or_else(|| TraceId::parse(&context_id)), said)
}

/// The body of a success.
///
/// # Errors
/// The connection broke or the time of the attempt was over before the body was whole, or the body is too large.
pub(super) async fn body(operation: Operation, response: Response) -> Result<impl AsRef<[u8]>, Failure> {
    let correlation = correlation(response.headers());
    read_body(response).await.map_err(|error| match error {
        BodyError::Broken(error) => broken(operation, &error),
        BodyError::TooLarge => {
            let answered = Answered { operation, what: What::TooLarge, correlation };
            Failure { error: Error::UpstreamUnavailable(answered), retry: Retry::Backoff }
        }
    })
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

/// `Retry-After` in either of its forms, whole seconds or a date. Zero if it is absent, neither, or past.
fn retry_after(headers: &HeaderMap) -> Duration {
    let seconds = || text(headers, &RETRY_AFTER)?.parse().ok().map(Duration::from_secs);
    let until = || Duration::try_from(date(headers, &RETRY_AFTER)? - now(headers)).ok();
    seconds().or_else(until).unwrap_or_default().min(LONGEST_RETRY_AFTER)
}

/// The time by the clock of the answering host, from the date in these headers. It may differ from ours.
fn now(headers: &HeaderMap) -> OffsetDateTime {
    date(headers, &DATE).unwrap_or_else(OffsetDateTime::now_utc)
}

/// A date of HTTP has a form that RFC 2822 allows.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text(headers, name)?, &Rfc2822).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
