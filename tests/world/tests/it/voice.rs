//! Pausing and resuming the voice recording.

use reqwest::{Method, RequestBuilder};
use serde_json::json;
use uuid::Uuid;
use world::{Fault, On};

use crate::client::Caller;

fn put(caller: &Caller, conversation: Uuid, body: &str) -> RequestBuilder {
    let path = format!("/api/v2/conversations/calls/{conversation}/recordingstate");
    let request = caller.request(Method::PUT, &path).header("content-type", "application/json");
    request.body(body.to_owned())
}

const PAUSED: &str = r#"{"recordingState":"paused"}"#;
const ACTIVE: &str = r#"{"recordingState":"active"}"#;

#[tokio::test]
async fn the_voice_s_pause_is_the_secure_pause_itself() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.join(call, Uuid::new_v4());
    for (body, secure_pause, voice) in
        [(PAUSED, true, "PAUSED"), (PAUSED, true, "PAUSED"), (ACTIVE, false, "ACTIVE")]
    {
        assert_eq!(caller.status(put(&caller, call, body)).await, 202);
        let read = caller.read(call).await;
        assert_eq!((&read["securePause"], &read["recordingState"]), (&json!(secure_pause), &json!(voice)));
    }
    genesys.organization(|it| it.tells_secure_pause = false);
    assert_eq!(caller.status(put(&caller, call, PAUSED)).await, 202);
    let read = caller.read(call).await;
    assert_eq!((&read["securePause"], &read["recordingState"]), (&json!(false), &json!("PAUSED")));
    genesys.inject(On::Voice, Fault::AckWithoutEffect, 1);
    assert_eq!(caller.status(put(&caller, call, ACTIVE)).await, 202);
    assert_eq!(caller.read(call).await["recordingState"], "PAUSED", "without effect");
    assert_eq!(caller.world.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_paused_is_refused() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let (talking, waiting, over) = (genesys.start_call(), genesys.start_call(), genesys.start_call());
    genesys.join(talking, Uuid::new_v4());
    genesys.hang_up(over);
    for (call, status, reason) in [
        (waiting, 409, "nothing is recorded yet"),
        (over, 404, "it is over"),
        (Uuid::new_v4(), 404, "an unknown conversation"),
        (talking, 202, "it is recorded"),
    ] {
        assert_eq!(caller.status(put(&caller, call, PAUSED)).await, status, "{reason}");
    }
    genesys.organization(|it| it.may_pause_others = false);
    assert_eq!(caller.status(put(&caller, talking, ACTIVE)).await, 403, "conversation:recording:pauseOthers");
    assert_eq!(caller.world.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_fault_of_form_is_a_complaint_and_a_refusal() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.join(call, Uuid::new_v4());
    let path = format!("/api/v2/conversations/calls/{call}/recordingstate");
    let cases = [
        (put(&caller, call, r#"{"recordingState":"PAUSED"}"#), 400, "paused or active"),
        (put(&caller, call, r#"{"recordingState":"paused","reason":"x"}"#), 400, "paused or active"),
        (put(&caller, call, ""), 400, "paused or active"),
        (caller.request(Method::PUT, &path).body(PAUSED), 415, "is JSON"),
        (caller.request(Method::PATCH, &path).body(PAUSED), 405, "with PUT"),
        (
            caller.request(Method::PUT, "/api/v2/conversations/calls/x/recordingstate").body(PAUSED),
            400,
            "no UUID",
        ),
    ];
    for (request, status, complaint) in cases {
        let before = caller.world.complaints().len();
        assert_eq!(caller.status(request).await, status, "{complaint}");
        let new = caller.world.complaints().split_off(before);
        assert!(new.iter().any(|it| it.contains(complaint)), "{complaint}: {new:?}");
    }
    assert_eq!(caller.read(call).await["recordingState"], "ACTIVE", "nothing was done");
}
