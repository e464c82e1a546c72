//! Error bodies in the form of Genesys.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Genesys;
use crate::wire::{HttpResponse, answer, json};

/// The code Genesys is known to give with a status.
pub(super) fn usual_code(status: u16) -> &'static str {
    match status {
        400 => "bad.request",
        401 => "bad.credentials",
        403 => "missing.permissions",
        404 => "not.found",
        405 => "method.not.allowed",
        408 | 504 => "request.timeout",
        409 => "conflict",
        429 => "too.many.requests",
        503 => "service.unavailable",
        _ => "internal.server.error",
    }
}

impl Genesys {
    /// `{message, code, status, contextId, details, errors}`; the message holds data of a caller, as real
    /// ones may, so that a message that reaches a log is found out. No error status, no body.
    pub(super) fn error(&self, status: u16, code: &str) -> HttpResponse {
        if status < 400 {
            return answer(status, "application/json", String::new());
        }
        json(status, &self.error_body(status, code))
    }

    /// The same with the limit that was exceeded.
    pub(super) fn too_many_requests(&self, key: &str, value: u32) -> HttpResponse {
        let mut body = self.error_body(429, "too.many.requests");
        body["limit"] = json!({ "key": key, "namespace": "platform.api", "value": value });
        json(429, &body)
    }

    fn error_body(&self, status: u16, code: &str) -> Value {
        let message = format!("{} ({code})", self.caller().upstream);
        json!({
            "message": message,
            "code": code,
            "status": status,
            "contextId": Uuid::new_v4(),
            "details": [],
            "errors": [],
        })
    }
}
