//! The one port of the services of AWS: which of them a request is for, and what makes it a good one.

use std::io;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    journal::Journal,
    network::Line,
    queue::Queue,
    secrets::SecretsManager,
    wire::{self, HttpResponse, Request, Server, answer, with_header},
};

/// The credentials a caller signs with.
pub(crate) const ACCESS_KEY_ID: &str = "ASIAMADEUPFORTESTS00";
/// Where everything is.
pub(crate) const REGION: &str = "us-east-1";
/// Whose everything is.
pub(crate) const ACCOUNT: &str = "123456789012";

/// What begins the target of every request to SQS.
const SQS: &str = "AmazonSQS.";

/// The dialect of AWS JSON that a service speaks.
pub(crate) struct Protocol {
    /// What a complaint calls the service.
    pub service: &'static str,
    /// Its name in the scope of a signature.
    pub scope: &'static str,
    /// The operations there are, as `X-Amz-Target` has them.
    pub operations: &'static [&'static str],
    /// The type of all bodies.
    pub content_type: &'static str,
}

impl Protocol {
    /// Whether the request is one that the service acts upon; complains of everything that is wrong with it.
    pub(crate) fn accepts(&self, request: &Request, journal: &Journal) -> bool {
        let Self { service, scope, operations, content_type } = self;
        let operation = request.header("x-amz-target").unwrap_or_default();
        let authorization = request.header("authorization").unwrap_or_default();
        let signed = format!("AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/");
        let faults = [
            (request.method != "POST" || request.path != "/", "the protocol is POST /".to_owned()),
            (!operations.contains(&operation), format!("the operations are {}", operations.join(", "))),
            (request.header("content-type") != Some(content_type), format!("the type is {content_type}")),
            (authorization.starts_with("Bearer "), format!("a token was sent to {service}")),
            (
                !authorization.starts_with(&signed),
                "not signed with the credentials of the environment".to_owned(),
            ),
            (!authorization.contains(&format!("/{scope}/aws4_request")), format!("not signed for {service}")),
            (request.header("x-amz-date").is_none(), "no X-Amz-Date".to_owned()),
            (request.header("x-amz-security-token").is_none(), "no X-Amz-Security-Token".to_owned()),
            (request.header("user-agent").is_none(), "no User-Agent".to_owned()),
        ];
        let wrong: Vec<&String> = faults.iter().filter(|(wrong, _)| *wrong).map(|it| &it.1).collect();
        for fault in &wrong {
            journal.complain(request, fault);
        }
        wrong.is_empty()
    }

    /// An answer of the service.
    pub(crate) fn answer(&self, status: u16, body: &Value) -> HttpResponse {
        let id = Uuid::new_v4().to_string();
        with_header(answer(status, self.content_type, body.to_string()), "x-amzn-requestid", &id)
    }
}

/// Serves both, because one `AWS_ENDPOINT_URL` leads to all services. What names neither is for Secrets
/// Manager to complain of.
pub(crate) async fn listen(
    port: u16,
    line: Line,
    secrets: SecretsManager,
    queue: Queue,
) -> io::Result<Server> {
    wire::serve(port, line, move |request| {
        let (secrets, queue) = (secrets.clone(), queue.clone());
        async move {
            if request.header("x-amz-target").is_some_and(|target| target.starts_with(SQS)) {
                queue.serve(&request).await
            } else {
                secrets.serve(&request).await
            }
        }
    })
    .await
}
