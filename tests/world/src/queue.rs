//! The simulated SQS: one queue, what is sent to it, and how a message is refused.

use std::sync::{Arc, Mutex, MutexGuard};

use md5::{Digest, Md5};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    aws::{ACCOUNT, Protocol},
    clock::lock,
    fault::{Fault, Faults, On},
    journal::{Journal, Service},
    wire::{Ending, HttpResponse, Request, with_header},
};

/// The name of the queue.
pub(crate) const QUEUE_NAME: &str = "secure-pause-watch";

const SEND: &str = "AmazonSQS.SendMessage";
const LOOK: &str = "AmazonSQS.GetQueueAttributes";

const PROTOCOL: Protocol = Protocol {
    service: "SQS",
    scope: "sqs",
    operations: &[SEND, LOOK],
    content_type: "application/x-amz-json-1.0",
};

/// What an error is called in a body, and by `X-Amzn-Query-Error`, which the SDK believes before the body.
type Kind = (&'static str, &'static str);

const NO_SUCH_QUEUE: Kind =
    ("com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue");
const NO_TEXT: Kind = ("com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents");
const BAD_FORM: Kind = ("com.amazon.coral.service#ValidationException", "ValidationException");

/// The queue of the watch in Amazon SQS, on loopback: messages are sent to it, and nobody takes them out.
/// Clones are the same queue.
#[derive(Clone)]
pub struct Queue {
    journal: Journal,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    url: String,
    messages: Vec<String>,
    faults: Faults,
}

impl Queue {
    pub(crate) fn new(journal: Journal) -> Self {
        Self { journal, desk: Arc::default() }
    }

    /// Tells the queue where it is, as soon as that is known.
    pub(crate) fn open_at(&self, endpoint: &str) {
        self.desk().url = format!("{endpoint}/{ACCOUNT}/{QUEUE_NAME}");
    }

    /// What a message to it names: `http://127.0.0.1:`, the port, `/123456789012/secure-pause-watch`.
    pub fn url(&self) -> String {
        self.desk().url.clone()
    }

    /// The bodies of all messages so far, in the order in which they came. A message that was taken although
    /// its sender was not told is one of them.
    pub fn messages(&self) -> Vec<String> {
        self.desk().messages.clone()
    }

    /// The bodies of those after the first `seen`.
    pub fn messages_since(&self, seen: usize) -> Vec<String> {
        self.desk().messages.iter().skip(seen).cloned().collect()
    }

    /// Lets something go wrong with the next messages; `usize::MAX` times is always.
    pub fn inject(&self, fault: Fault, times: usize) {
        self.desk().faults.add(On::Any, fault, times);
    }

    /// Takes back every fault that is still waiting.
    pub fn clear_faults(&self) {
        self.desk().faults.clear();
    }

    pub(crate) async fn serve(&self, request: &Request) -> Ending {
        let answer = async {
            let accepted = PROTOCOL.accepts(request, &self.journal);
            let fault = self.desk().faults.take(|_| true);
            let error = |status| refused(status, usual_kind(status));
            let normally = || if accepted { self.take(request) } else { refused(400, BAD_FORM) };
            Fault::end(fault, error, normally).await
        };
        self.journal.record(Service::Queue, request, answer).await
    }

    fn take(&self, request: &Request) -> HttpResponse {
        let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let mut desk = self.desk();
        if sent["QueueUrl"] != desk.url.as_str() {
            return refused(400, NO_SUCH_QUEUE);
        }
        if request.header("x-amz-target") == Some(LOOK) {
            return PROTOCOL.answer(200, &json!({}));
        }
        let Some(body) = sent["MessageBody"].as_str().filter(|body| is_text(body)) else {
            self.journal.complain(request, "the body of a message is text");
            return refused(400, NO_TEXT);
        };
        desk.messages.push(body.to_owned());
        PROTOCOL.answer(200, &json!({ "MessageId": Uuid::new_v4(), "MD5OfMessageBody": md5_of(body) }))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }
}

/// The digest by which the sender and the receiver of a message compare its body, in lower-case hex.
pub(crate) fn md5_of(body: &str) -> String {
    format!("{:032x}", u128::from_be_bytes(Md5::digest(body).into()))
}

/// What SQS takes as a body: at least one character, and none that XML does not have.
fn is_text(body: &str) -> bool {
    let is_good = |it: char| matches!(it, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    !body.is_empty() && body.chars().all(is_good)
}

/// The error SQS is known to give with a status.
fn usual_kind(status: u16) -> Kind {
    match status {
        403 => ("com.amazon.coral.service#AccessDeniedException", "AccessDenied"),
        429 => ("com.amazonaws.sqs#RequestThrottled", "RequestThrottled"),
        _ => ("com.amazon.coral.service#InternalFailure", "InternalFailure"),
    }
}

fn refused(status: u16, (kind, code): Kind) -> HttpResponse {
    let body = json!({ "__type": kind, "message": format!("{code}, as simulated") });
    let whose = if status < 500 { "Sender" } else { "Receiver" };
    with_header(PROTOCOL.answer(status, &body), "x-amzn-query-error", &format!("{code};{whose}"))
}
