//! The rate limits: so many requests in a window of time for a token, and for the OAuth client with all its
//! tokens; then 429 with the seconds to wait. The token host counts for neither.

use std::time::{Instant, SystemTime};

use super::{Genesys, State, organization::RateLimit};
use crate::wire::{HttpResponse, with_header};

/// What Genesys calls the limit of a client-credentials token, and that of an OAuth client.
const OF_TOKEN: &str = "client.credentials.token.rate.per.minute";
const OF_CLIENT: &str = "org.app.user.rate.per.minute";

/// A request that one of the limits refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// When.
    pub at: SystemTime,
    /// The path with its query.
    pub path: String,
    /// Whether it was the limit of the token; else it was that of the OAuth client.
    pub is_of_token: bool,
}

/// The window that is running.
pub(super) struct Window {
    began: Instant,
    requests: u32,
}

/// What has been used of a limit.
#[derive(Clone, Copy)]
pub(super) struct Usage {
    pub(super) key: &'static str,
    pub(super) allowed: u32,
    count: u32,
    /// Whole seconds until the next window, at least one.
    reset: u64,
}

impl Genesys {
    /// Every request that a limit refused, in order. Those that a fault refused are none of them.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.state().refusals.clone()
    }

    pub(super) fn note_refusal(&self, usage: Usage, path: &str) {
        let is_of_token = usage.key == OF_TOKEN;
        self.state().refusals.push(Refusal { at: SystemTime::now(), path: path.to_owned(), is_of_token });
    }
}

impl State {
    /// Counts a request with this token. Gives the limit it exceeds, else the token's; none where there is no
    /// limit, or the token is not good. What a token's own limit refuses takes nothing from the client's.
    pub(super) fn count(&mut self, token: &str) -> Option<Usage> {
        let window = self.login.window(token)?;
        let of_token = self.organization.token_limit.map(|limit| Usage::count(OF_TOKEN, limit, window));
        if of_token.is_some_and(Usage::is_exceeded) {
            return of_token;
        }
        let reads_recordings = self.login.reads_recordings(token);
        let window = if reads_recordings { &mut self.recordings_window } else { &mut self.window };
        let of_client = self.organization.client_limit.map(|limit| Usage::count(OF_CLIENT, limit, window));
        of_client.filter(|usage| usage.is_exceeded()).or(of_token).or(of_client)
    }
}

impl Usage {
    fn count(key: &'static str, limit: RateLimit, window: &mut Option<Window>) -> Self {
        let now = Instant::now();
        if window.as_ref().is_some_and(|it| now.duration_since(it.began) >= limit.window) {
            *window = None;
        }
        let window = window.get_or_insert(Window { began: now, requests: 0 });
        window.requests = window.requests.saturating_add(1);
        let left = limit.window.saturating_sub(now.duration_since(window.began));
        let reset = (left.as_secs() + u64::from(left.subsec_nanos() > 0)).max(1);
        Self { key, allowed: limit.requests, count: window.requests, reset }
    }

    pub(super) fn is_exceeded(self) -> bool {
        self.count > self.allowed
    }

    /// The headers Genesys adds to every answer, and the one for a refusal.
    pub(super) fn dress(self, response: HttpResponse) -> HttpResponse {
        let response = with_header(response, "inin-ratelimit-count", &self.count.to_string());
        let response = with_header(response, "inin-ratelimit-allowed", &self.allowed.to_string());
        let response = with_header(response, "inin-ratelimit-reset", &self.reset.to_string());
        if self.is_exceeded() {
            with_header(response, "retry-after", &self.reset.to_string())
        } else {
            response
        }
    }
}
