//! The payload of an invocation by the queue.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

#[test]
fn a_batch_has_the_records_that_lambda_sends() {
    let before = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time of this era");
    let batch = world::sqs_batch(&[("one", "hello"), ("two", "{\"a\":1}")]);
    let records = batch["Records"].as_array().expect("records");
    assert_eq!(records.len(), 2);
    let mut first = records[0].clone();
    let sent = first["attributes"]["SentTimestamp"].as_str().expect("text").to_owned();
    let age = Duration::from_millis(sent.parse().expect("milliseconds")).abs_diff(before);
    assert!(age < Duration::from_mins(1), "{sent}");
    let handle = first["receiptHandle"].take();
    assert!(handle.is_string());
    assert_ne!(handle, records[1]["receiptHandle"]);
    let whole = json!({
        "messageId": "one",
        "receiptHandle": null,
        "body": "hello",
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": sent,
            "SenderId": "AROAMADEUPFORTESTS00:secure-pause",
            "ApproximateFirstReceiveTimestamp": sent,
        },
        "messageAttributes": {},
        "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:secure-pause-watch",
        "awsRegion": "us-east-1",
    });
    assert_eq!(first, whole);
    assert_eq!((&records[1]["messageId"], &records[1]["body"]), (&json!("two"), &json!("{\"a\":1}")));

    let owned = [("one".to_owned(), "hello".to_owned())];
    assert_eq!(world::sqs_batch(&owned)["Records"][0]["body"], "hello");
    assert_eq!(world::sqs_batch::<&str, &str>(&[]), json!({ "Records": [] }));
}
