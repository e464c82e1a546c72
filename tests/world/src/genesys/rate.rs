//! The rate limit: so many requests in a window of time, then 429 with the seconds to wait.

use std::time::{Duration, Instant};

use crate::wire::{HttpResponse, with_header};

/// The window that is running.
pub(super) struct Window {
    began: Instant,
    requests: u32,
}

/// Where a request stands in its window.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    count: u32,
    allowed: u32,
    /// Whole seconds until the next window, at least one.
    reset: u64,
}

impl Standing {
    pub(super) fn count(window: &mut Option<Window>, allowed: u32, length: Duration) -> Self {
        let now = Instant::now();
        if window.as_ref().is_some_and(|it| now.duration_since(it.began) >= length) {
            *window = None;
        }
        let window = window.get_or_insert(Window { began: now, requests: 0 });
        window.requests = window.requests.saturating_add(1);
        let left = length.saturating_sub(now.duration_since(window.began));
        let reset = (left.as_secs() + u64::from(left.subsec_nanos() > 0)).max(1);
        Self { count: window.requests, allowed, reset }
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
