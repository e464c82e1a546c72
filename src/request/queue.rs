//! Batches of the queues: the watch's and proof's.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Asked, Refusal, Trace, eventbridge, fields, order};
use crate::decide::proof::{self, Source};
use crate::decide::request::{Door, Request};
use crate::genesys::Rank;
use crate::ids::ConversationId;
use crate::json;

/// From this receipt on, a check is left for later while the OAuth client's limit is reached. The two before are not,
/// because they repair a first invocation that failed.
const LATER: u32 = 3;

/// A message as SQS hands it over, as far as it is used.
#[derive(Debug)]
pub struct Message {
    /// What Lambda knows it by. Where SQS gave it none, which it never does, the empty id makes Lambda take the whole
    /// batch back, so that nothing is lost.
    pub id: String,
    /// What it asks.
    pub asks: Asks,
}

/// What a message asks.
#[derive(Debug)]
pub enum Asks {
    /// To check a conversation; or it cannot be read.
    Check(Asked),
    /// To look at a conversation's recordings.
    Proof(proof::Request),
}

/// The records of a batch of SQS; none where the payload is no such batch.
pub(super) fn records(payload: &Value) -> Option<&Vec<Value>> {
    let is_from_queue = |record: &Value| record.get("eventSource").and_then(Value::as_str) == Some("aws:sqs");
    payload.get("Records")?.as_array().filter(|records| records.iter().any(is_from_queue))
}

/// The answer to a batch of which these messages are not done, as `ReportBatchItemFailures` asks for it.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.
pub fn answer(undone: impl Iterator<Item = String>) -> Value {
    let failures: Vec<_> = undone.map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": failures })
}

impl Message {
    pub(super) fn read(record: &Value, source_prefix: &str, now: OffsetDateTime) -> Self {
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        let sent = record.pointer("/attributes/SentTimestamp");
        let sent = sent.and_then(|sent| fields::moment(sent, now)).unwrap_or(now);
        let body = text("body").map(json::readable).unwrap_or_default();
        let trace = Trace::of(&body);
        let asks = match body.get("proof").map(|proof| asks_for_proof(proof, record, sent, now)) {
            Some(Ok(request)) => Asks::Proof(request),
            Some(Err(refusal)) => Asks::Check(Asked { door: None, trace, request: Err(refusal) }),
            None => {
                let rank = if receipts(record) < LATER { Rank::First } else { Rank::Later };
                let request = request(&body, source_prefix, sent);
                let request = request.map(|asked| asked.map(|request| Request { rank, ..request }));
                Asks::Check(Asked { door: Some(Door::Watch), trace, request })
            }
        };
        Self { id: text("messageId").unwrap_or_default().to_owned(), asks }
    }
}

/// A message's text is the event itself, or what [`order::message`] writes. `sent` is when SQS took it.
fn request(body: &Value, source_prefix: &str, sent: OffsetDateTime) -> Result<Option<Request>, Refusal> {
    if body.get("watch").is_some() {
        order::watched(body, sent).map(Some)
    } else if body.get("detail-type").is_some() {
        eventbridge::read(body, Door::Watch, source_prefix, sent)
    } else {
        Err("the message is no EventBridge event and no watch message, or no JSON that can be read")
    }
}

/// A message of the proof queue: `{"proof": {"conversationId", "at"?, "source"}}`, as the rule writes it.
fn asks_for_proof(
    proof: &Value,
    record: &Value,
    sent: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<proof::Request, Refusal> {
    let conversation = proof.get("conversationId").and_then(ConversationId::from_json);
    let source = match proof.get("source").and_then(Value::as_str) {
        Some("secure_pause") => Source::SecurePause,
        Some("customer.end") => Source::CustomerEnd,
        _ => return Err("proof.source is neither secure_pause nor customer.end"),
    };
    Ok(proof::Request {
        conversation: conversation.ok_or("proof.conversationId is no UUID")?,
        source,
        at: proof.get("at").and_then(|at| fields::moment(at, now)),
        age: (now - sent).try_into().unwrap_or_default(),
        receipts: receipts(record),
    })
}

/// How often SQS has handed a message over, this time included.
fn receipts(record: &Value) -> u32 {
    let count = record.pointer("/attributes/ApproximateReceiveCount").and_then(Value::as_str);
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}
