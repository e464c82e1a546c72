//! Inputs of a kind that nobody meant: what is not used of them must cost no pause.

use std::time::Duration;

use serde_json::{Value, json};
use world::{Fault, Lost, On, Service, World, sqs_batch};

use crate::stage::*;

/// What stands for the odd thing until the JSON is written.
const HERE: &str = "\"here\"";

/// Odd things in a field that nobody reads, as they stand in the JSON.
const ODD: [(&[u8], &str); 6] = [
    (br#""\ud83d""#, "half a surrogate pair: a name cut in the middle of a character"),
    (br#""\udc00 and more""#, "the other half"),
    (br#"{"name": ["\ud83d"]}"#, "within"),
    (b"\"\xf0\x9f\x98\"", "a character cut in bytes"),
    (b"1e999", "a number that no number type holds"),
    (br#""\\ud83d""#, "a backslash, and nothing odd"),
];

/// The JSON with the odd thing in it.
fn with(json: &Value, odd: &[u8]) -> Vec<u8> {
    let text = json.to_string();
    let (before, after) = text.split_once(HERE).unwrap();
    [before.as_bytes(), odd, after.as_bytes()].concat()
}

async fn outcome_of(stage: &Stage, payload: Vec<u8>) -> String {
    outcome(&stage.function.invoke_bytes(payload, Duration::from_secs(30)).await)
}

async fn stage() -> Stage {
    Stage::new().await.reads_dark()
}

#[tokio::test]
async fn what_nobody_reads_of_an_event_or_an_order_costs_no_pause() {
    let stage = stage().await;
    let order = json!({"action": "pause", "conversationId": CONVERSATION, "userId": AGENT_A, "name": "here"});
    for (odd, reason) in ODD {
        let mut event = fresh(STARTED);
        event["detail"]["eventBody"]["displayName"] = json!("here");
        assert_eq!(outcome_of(&stage, with(&event, odd)).await, "paused", "event: {reason}");
        assert_eq!(outcome_of(&stage, with(&order, odd)).await, "paused", "order: {reason}");
    }
    let deep = [vec![b'['; 5_000], vec![b']'; 5_000]].concat();
    assert_eq!(outcome_of(&stage, with(&order, &deep)).await, "paused", "lists in lists");
    stage.end().await;
}

#[tokio::test]
async fn a_byte_order_mark_before_an_event_or_an_answer_costs_no_pause() {
    let stage = stage().await;
    let marked = |json: &Value| format!("\u{feff}{json}");
    let conversation = conversation(true, &[dark(AGENT_A, LEG_A)]);
    let answer = |body: String| Fault::StatusWith { status: 200, headers: vec![], body };
    stage.world.genesys.inject(On::Conversation, answer(marked(&conversation)), usize::MAX);
    assert_eq!(outcome_of(&stage, marked(&fresh(STARTED)).into_bytes()).await, "paused");
    assert_eq!(stage.new_acts(), [get(200), put(LEG_A, "pause", 202)]);
    stage.end().await;
}

#[tokio::test]
async fn what_nobody_reads_of_a_message_costs_no_check() {
    let stage = stage().await;
    let mut event = fresh(STARTED);
    event["detail"]["eventBody"]["displayName"] = json!("here");
    for (odd, reason) in ODD {
        let body = String::from_utf8_lossy(&with(&event, odd)).into_owned();
        let checked = stage.check(&sqs_batch(&[("1", body)])).await;
        assert_eq!(checked.outcome("1"), "watching", "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn what_is_read_must_be_whole() {
    let stage = stage().await;
    for name in ["conversationId", "eventType"] {
        let mut event = fresh(STARTED);
        event["detail"]["eventBody"][name] = json!("here");
        let payload = with(&event, br#""5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11\ud83d""#);
        assert_eq!(outcome_of(&stage, payload).await, "InvalidEvent", "{name}");
    }
    assert_eq!(stage.new_requests(), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn an_empty_variable_of_the_aws_sdk_is_as_good_as_none() {
    let world = World::start().await;
    let url = &world.env()["AWS_ENDPOINT_URL"];
    let (all, secrets, sqs) =
        ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_SQS");
    let cases: [&[(&str, &str)]; 4] = [
        &[(secrets, ""), (sqs, "")],
        &[(all, ""), (secrets, url), (sqs, url)],
        &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "us-east-1")],
        &[
            ("HTTP_PROXY", ""),
            ("HTTPS_PROXY", ""),
            ("AWS_USE_FIPS_ENDPOINT", ""),
            ("AWS_USE_DUALSTACK_ENDPOINT", ""),
        ],
    ];
    for settings in cases {
        let queue = world.queue.url();
        let stage = Stage::raised(world.clone(), &[settings, &[("WATCH_QUEUE_URL", &queue)]].concat())
            .await
            .reads_dark();
        let posted = world.queue.messages().len();
        let order = json!({"action": "pause", "conversationId": CONVERSATION});
        assert_eq!(outcome(&stage.invoke(&order).await), "paused", "{settings:?}");
        assert_eq!(world.queue.messages().len(), posted + 1, "{settings:?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_variable_of_the_aws_sdk_that_is_no_url_is_a_faulty_setting() {
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_SQS"] {
        for value in ["WatchQueue", "ftp://example.com", "http://", " ", "http://a b"] {
            let stage = Stage::with(&[(name, value)]).await;
            let answer = stage.invoke(&fresh(STARTED)).await;
            assert_eq!(outcome(&answer), "InvalidConfig", "{name}={value}");
            let message = answer.result.unwrap_err().error_message;
            assert!(message.contains(&format!("{name} must")), "{message}");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_process_without_a_region_says_so() {
    let stage = Stage::with(&[("AWS_REGION", "")]).await;
    let answer = stage.invoke(&fresh(STARTED)).await;
    assert_eq!(outcome(&answer), "CredentialsUnavailable");
    let message = answer.result.unwrap_err().error_message;
    assert!(message.contains("region or credentials are missing"), "{message}");
    assert_eq!(stage.count(Service::SecretsManager), 0);
    stage.end().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_secret_is_named_by_its_kind_and_never_shown() {
    let good = |id: &str, secret: &str| json!({"client_id": id, "client_secret": secret}).to_string();
    let quoted = json!(good("Sentinel", "Sentinel")).to_string();
    #[rustfmt::skip] // A row a line.
    let cases = [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("Sentinel", "does not begin with a brace"),
        ("client_id=Sentinel", "does not begin with a brace"),
        ("{'client_id': 'Sentinel'}", "single quotes"),
        ("{\n \"client_id\": \"Sentinel\",\n}", "a comma behind the last member (line 3, column 1)"),
        ("{\"client_id\": \"Sentinel\"", "it breaks off"),
        ("{“client_id”: “Sentinel”}", "cannot be parsed (line 1, column 2)"),
        (&quoted, "quoted twice"),
        ("\"Sentinel\"", "no object"),
        ("[\"Sentinel\"]", "no object"),
        ("{\"client_secret\": \"Sentinel\"}", "no client_id"),
        ("{\"client_id\": \"Sentinel\"}", "no client_secret"),
        ("{\"client_id\": \"Sentinel\", \"client_secret\": 7}", "no client_secret"),
        ("{\"clientId\": \"Sentinel\", \"client_secret\": \"\"}", "no client_secret"),
    ];
    let world = World::start().await;
    let stage = Stage::raised(world.clone(), &[]).await;
    stage.world.genesys.rotate_secret();
    for (secret, kind) in cases {
        world.secrets.set_raw(secret);
        let answer = stage.invoke(&fresh(STARTED)).await;
        assert_eq!(outcome(&answer), "CredentialsUnavailable", "{secret}");
        let message = answer.result.unwrap_err().error_message;
        assert!(message.contains(kind), "{secret}: {message}");
        assert!(!stage.function.logs().join("\n").contains("Sentinel"), "{secret}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_secret_written_on_windows_or_with_an_odd_note_is_read() {
    let world = World::start().await;
    let (id, secret) = world.genesys.client();
    for text in [
        format!("\u{feff}{{\r\n\"client_id\": \"{id}\",\r\n\"client_secret\": \"{secret}\"\r\n}}\r\n"),
        format!(r#"{{"client_id": "{id}", "client_secret": "{secret}", "note": "\ud83d"}}"#),
    ] {
        world.secrets.set_raw(&text);
        let stage = Stage::raised(world.clone(), &[]).await.reads_dark();
        assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_words_of_genesys_are_read_in_capitals_too() {
    let stage = Stage::new().await;
    let mut event = fresh(STARTED);
    event["detail"]["eventBody"]["eventType"] = json!("SECURE_PAUSE_STARTED");
    let mut leg = screen(leg(AGENT_A, LEG_A, "CONNECTED"), "PAUSED");
    leg["purpose"] = json!("AGENT");
    stage.serve(conversation(true, &[leg]));
    let answer = stage.invoke(&event).await;
    assert_eq!(outcome(&answer), "paused");
    assert_eq!(answer.result.unwrap()["verified"], true, "read back");
    stage.end().await;
}

/// A known limit: the runtime reads it before anything of ours is called.
#[tokio::test]
async fn a_client_context_of_more_than_texts_loses_the_invocation_and_the_log_says_why() {
    let order = json!({"action": "pause", "conversationId": CONVERSATION}).to_string().into_bytes();
    let cases = [
        (r#"{"custom": {"trace": "text"}}"#, true),
        (r#"{"custom": {"trace": 4111111111111111}}"#, false),
        (r#"{"custom": {"trace": {"4111111111111111": 1}}}"#, false),
        ("4111111111111111 \u{e4}", false),
    ];
    for (context, is_served) in cases {
        let stage = stage().await;
        let context_sent = Some(context.to_owned());
        let answer =
            stage.function.try_invoke_from(context_sent, order.clone(), Duration::from_secs(30)).await;
        assert_eq!(answer.as_ref().err(), (!is_served).then_some(&Lost::ProcessEnded), "{context}");
        let logs = stage.function.logs().join("\n");
        assert_eq!(logs.contains("\"message\":\"the client context"), !is_served, "{context}: {logs}");
        assert!(!logs.contains("4111"), "{context}: {logs}");
        if is_served {
            stage.end().await;
        }
    }
}
