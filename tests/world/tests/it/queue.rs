//! The queue of the watch, by SQS's own protocol.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use world::{Fault, Service, World};

use crate::{
    aws::{answer, signed},
    client::client,
};

const SEND: &str = "AmazonSQS.SendMessage";

fn message(world: &World, queue: &str, body: &Value) -> RequestBuilder {
    let sent = json!({ "QueueUrl": queue, "MessageBody": body, "DelaySeconds": 8 });
    signed(world, "sqs", SEND, "1.0").body(sent.to_string())
}

fn send(world: &World, body: &str) -> RequestBuilder {
    message(world, &world.env()["WATCH_QUEUE_URL"], &json!(body))
}

#[tokio::test]
async fn messages_are_kept_in_order_and_answered_with_the_digest_of_their_body() {
    let world = World::start().await;
    let endpoint = world.env()["AWS_ENDPOINT_URL"].clone();
    assert_eq!(world.queue.url(), format!("{endpoint}/123456789012/secure-pause-watch"));
    assert_eq!(world.env()["WATCH_QUEUE_URL"], world.queue.url());
    assert_eq!(world.queue.messages(), Vec::<String>::new());

    let (status, first) = answer(send(&world, "hello")).await;
    assert_eq!((status, &first["MD5OfMessageBody"]), (200, &json!("5d41402abc4b2a76b9719d911017c592")));
    let (_, second) = answer(send(&world, "{\"a\": \"é\"}")).await;
    assert_eq!(second["MD5OfMessageBody"], "2ae7eeddf9591be2abc95e6023dbccb6");
    assert!(first["MessageId"].is_string());
    assert_ne!(first["MessageId"], second["MessageId"]);
    assert_eq!(world.queue.messages(), ["hello", "{\"a\": \"é\"}"]);
    assert_eq!(world.queue.messages_since(1), ["{\"a\": \"é\"}"]);
    assert_eq!(world.complaints(), Vec::<String>::new());

    let requests = world.requests();
    assert!(requests.iter().all(|it| it.service == Service::Queue && it.line() == "POST / -> 200"));
    assert_eq!((requests.len(), requests[0].json()["service"].clone()), (2, json!("sqs")));
}

#[tokio::test]
async fn the_queue_is_on_the_port_of_secrets_manager_which_answers_as_ever() {
    let world = World::start().await;
    assert_eq!(answer(send(&world, "x")).await.0, 200);
    let name = &world.env()["GENESYS_SECRET_ID"];
    let read = signed(&world, "secretsmanager", "secretsmanager.GetSecretValue", "1.1");
    let (status, body) = answer(read.body(json!({ "SecretId": name }).to_string())).await;
    assert_eq!((status, &body["Name"]), (200, &json!(name)));
    assert_eq!((world.secrets.reads(), world.queue.messages().len()), (1, 1));
    assert_eq!(world.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn another_queue_does_not_exist() {
    let world = World::start().await;
    for url in ["http://127.0.0.1/123456789012/secure-pause-watch", ""] {
        let refused = message(&world, url, &json!("x")).send().await.expect("an answer");
        assert_eq!(refused.status().as_u16(), 400);
        let code = refused.headers()["x-amzn-query-error"].clone();
        assert_eq!(code, "AWS.SimpleQueueService.NonExistentQueue;Sender");
        let body: Value = refused.json().await.expect("a body");
        assert_eq!(body["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
    }
    assert_eq!(world.queue.messages(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_message_is_a_complaint_and_never_in_the_queue() {
    let world = World::start().await;
    let url = world.queue.url();
    for body in [json!(""), json!(null), json!({ "a": 1 }), json!("\u{0}")] {
        let (status, refusal) = answer(message(&world, &url, &body)).await;
        let kind = &refusal["__type"];
        assert_eq!((status, kind), (400, &json!("com.amazonaws.sqs#InvalidMessageContents")), "{body}");
    }
    let form = json!({ "QueueUrl": url, "MessageBody": "x" }).to_string();
    let cases = [
        (
            signed(&world, "sqs", "AmazonSQS.ReceiveMessage", "1.0"),
            "the operations are AmazonSQS.SendMessage, AmazonSQS.GetQueueAttributes",
        ),
        (signed(&world, "sqs", SEND, "1.1"), "the type is application/x-amz-json-1.0"),
        (signed(&world, "secretsmanager", SEND, "1.0"), "not signed for SQS"),
        (
            client().post(&world.env()["AWS_ENDPOINT_URL"]).header("x-amz-target", SEND),
            "not signed with the credentials of the environment",
        ),
        (client().post(&url).header("x-amz-target", SEND).bearer_auth("x"), "a token was sent to SQS"),
    ];
    for (request, complaint) in cases {
        let before = world.complaints().len();
        assert_eq!(answer(request.body(form.clone())).await.0, 400, "{complaint}");
        let new = world.complaints().split_off(before);
        assert!(new.iter().any(|it| it.ends_with(complaint)), "{complaint}: {new:?}");
    }
    let complaints = world.complaints();
    assert_eq!(complaints.iter().filter(|it| it.ends_with("the body of a message is text")).count(), 4);
    assert_eq!(world.queue.messages(), Vec::<String>::new());
}

#[tokio::test]
async fn a_fault_of_the_queue_hits_messages_alone_and_can_be_taken_back() {
    let world = World::start().await;
    for (status, kind, code) in [
        (403, "com.amazon.coral.service#AccessDeniedException", "AccessDenied;Sender"),
        (429, "com.amazonaws.sqs#RequestThrottled", "RequestThrottled;Sender"),
        (503, "com.amazon.coral.service#InternalFailure", "InternalFailure;Receiver"),
    ] {
        world.queue.inject(Fault::Status(status), 1);
        let refused = send(&world, "refused").send().await.expect("an answer");
        assert_eq!(refused.status().as_u16(), status);
        assert_eq!(refused.headers()["x-amzn-query-error"], code);
        let body: Value = refused.json().await.expect("a body");
        assert_eq!(body["__type"], kind);
    }
    world.queue.inject(Fault::AckThenReset, 1);
    assert!(send(&world, "taken").send().await.is_err());
    world.queue.inject(Fault::Hang, usize::MAX);
    let silent = send(&world, "never seen").timeout(Duration::from_millis(400)).send().await;
    assert!(silent.expect_err("silence").is_timeout());
    let read = signed(&world, "secretsmanager", "secretsmanager.GetSecretValue", "1.1");
    assert_eq!(answer(read.body("{}")).await.0, 400, "no fault of Secrets Manager");
    world.queue.clear_faults();
    assert_eq!(answer(send(&world, "after")).await.0, 200);
    assert_eq!(world.queue.messages(), ["taken", "after"]);
}
