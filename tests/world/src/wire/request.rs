//! A request, as the services see it.

use std::time::Instant;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{HeaderMap, body::Incoming};

/// A request, read to its end.
pub(crate) struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub connection: u64,
    /// When it began to come.
    pub arrived: Instant,
    /// An earlier answer on this connection was [`Ending::AnswerThenDead`].
    pub doomed: bool,
}

impl Request {
    /// Reads a request to its end; none where that does not come.
    pub(super) async fn read(
        request: hyper::Request<Incoming>,
        connection: u64,
        arrived: Instant,
        doomed: bool,
    ) -> Option<Self> {
        let (head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or_else(|| head.uri.to_string(), ToString::to_string);
        Some(Self {
            method: head.method.to_string(),
            path,
            headers: head.headers,
            body: body.collect().await.ok()?.to_bytes(),
            connection,
            arrived,
            doomed,
        })
    }

    /// A header as text; none where it is absent or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
