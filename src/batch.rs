//! The watch: a batch of the queue, message by message. A message is done once its secure pause is over and
//! its screens are as they should; until then it is a batch item failure, and so comes back.

use futures_util::future::join_all;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::event;
use crate::json;
use crate::plan::Outcome;

/// A message as SQS hands it over, as far as it is used.
#[derive(Debug)]
pub struct Message {
    /// What Lambda knows it by. Where SQS gave it none, which it never does, the empty id makes Lambda take
    /// the whole batch back, so that nothing is lost.
    pub id: String,
    /// Its text as JSON; null where it is none.
    pub body: Value,
    /// When SQS took it; now, where that is not told.
    pub sent: OffsetDateTime,
}

/// The answer that Lambda asks of a batch with `ReportBatchItemFailures`.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    batch_item_failures: Vec<Failure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl Message {
    fn of(record: &Value) -> Self {
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        let now = OffsetDateTime::now_utc();
        let sent = record.pointer("/attributes/SentTimestamp");
        Self {
            id: text("messageId").unwrap_or_default().to_owned(),
            body: text("body").map(json::readable).unwrap_or_default(),
            sent: sent.and_then(|sent| event::moment(sent, now)).unwrap_or(now),
        }
    }
}

/// Has every message of a batch checked, all at once, and says which of them are not done.
pub async fn serve(payload: &Value, check: impl AsyncFn(&Message) -> bool) -> Value {
    let records = payload.get("Records").and_then(Value::as_array);
    let messages: Vec<_> = records.into_iter().flatten().map(Message::of).collect();
    let check = &check;
    let done = join_all(messages.iter().map(async |message| check(message).await)).await;
    let undone = messages.into_iter().zip(done).filter(|(_, done)| !done);
    let batch_item_failures = undone.map(|(message, _)| Failure { item_identifier: message.id }).collect();
    serde_json::json!(Answer { batch_item_failures })
}

/// Whether a check that ended so is the last one.
pub const fn is_done(outcome: Outcome) -> bool {
    match outcome {
        Outcome::ConversationOver
        | Outcome::Recovered
        | Outcome::NothingPaused
        | Outcome::Ignored
        | Outcome::Observed => true,
        // The secure pause goes on, or another does; or the brake holds the resume back until it is released.
        Outcome::Watching
        | Outcome::Repaired
        | Outcome::Superseded
        | Outcome::PauseOnly
        // None of these ends a check.
        | Outcome::Paused
        | Outcome::Resumed
        | Outcome::Stale
        | Outcome::Doubtful
        | Outcome::Deferred => false,
    }
}
