//! What Lambda hands a function that is fed by the queue.

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    aws::{ACCOUNT, REGION},
    clock::epoch_millis,
    queue::{QUEUE_NAME, md5_of},
};

/// Who sent the messages: the role of the function, in its session.
const SENDER: &str = "AROAMADEUPFORTESTS00:secure-pause";

/// The payload of an invocation with these messages, each an id and a body: a batch of the watch's queue,
/// every message sent now and received for the first time.
pub fn sqs_batch<I: AsRef<str>, B: AsRef<str>>(messages: &[(I, B)]) -> Value {
    let records = messages.iter().map(|(id, body)| record(id.as_ref(), body.as_ref()));
    json!({ "Records": records.collect::<Vec<_>>() })
}

fn record(id: &str, body: &str) -> Value {
    let now = epoch_millis(OffsetDateTime::now_utc()).to_string();
    json!({
        "messageId": id,
        "receiptHandle": Uuid::new_v4().simple().to_string(),
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": now,
            "SenderId": SENDER,
            "ApproximateFirstReceiveTimestamp": now,
        },
        "messageAttributes": {},
        "md5OfBody": md5_of(body),
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{QUEUE_NAME}"),
        "awsRegion": REGION,
    })
}
