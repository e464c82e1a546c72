//! The life of a call, as its body tells it.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Caller, leg};

#[tokio::test]
async fn a_call_lives_from_queue_to_wrap_up() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let queue = genesys.queue(call);
    let user = Uuid::new_v4();
    let declined = genesys.alert(call, user);
    genesys.decline(call, declined);
    let agent = genesys.alert(call, user);
    let body = caller.read(call).await;
    assert_eq!(body["recordingState"], "NONE", "nobody has answered");
    assert_eq!(leg(&body, declined)["calls"][0]["state"], "terminated");
    assert_eq!(leg(&body, agent)["calls"][0]["state"], "alerting");
    assert_eq!(leg(&body, agent)["userId"], user.to_string());
    assert!(leg(&body, agent).get("screenRecordingState").is_none());

    genesys.answer(call, agent);
    let body = caller.read(call).await;
    assert_eq!(body["recordingState"], "ACTIVE");
    assert_eq!(leg(&body, agent)["calls"][0]["recordingState"], "active");
    assert_eq!(leg(&body, agent)["screenRecordingState"], "active");
    assert_eq!(leg(&body, queue)["calls"][0]["state"], "terminated");
    assert_eq!(body["participants"].as_array().map(Vec::len), Some(4));

    genesys.wrap_up(call, agent);
    let body = caller.read(call).await;
    assert!(leg(&body, agent)["startAcwTime"].is_string());
    assert!(leg(&body, agent).get("endAcwTime").is_none());
    assert_eq!(leg(&body, agent)["screenRecordingState"], "active", "it runs on");

    genesys.end_wrap_up(call, agent);
    genesys.hang_up(call);
    let body = caller.read(call).await;
    assert_eq!(leg(&body, agent)["screenRecordingState"], "stopped");
    assert!(leg(&body, agent)["endAcwTime"].is_string());
    assert!(body["endTime"].is_string());
    assert_eq!(body["recordingState"], "NONE");
}

#[tokio::test]
async fn in_a_consult_all_three_name_the_customer_and_the_first_leaves_into_wrap_up() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let first = genesys.join(call, Uuid::new_v4());
    let second = genesys.consult(call, first, Uuid::new_v4());
    let body = caller.read(call).await;
    let customer = body["participants"][0]["id"].clone();
    for participant in body["participants"].as_array().expect("participants") {
        assert_eq!(participant["consultParticipantId"], customer);
    }
    assert_eq!(leg(&body, first)["calls"][0]["held"], true);
    assert_eq!(leg(&body, second)["calls"][0]["held"], false);

    genesys.complete_transfer(call, first);
    let body = caller.read(call).await;
    assert_eq!(leg(&body, first)["calls"][0]["state"], "terminated");
    assert!(leg(&body, first)["startAcwTime"].is_string());
    assert_eq!(leg(&body, second)["calls"][0]["state"], "connected");
    assert!(body.get("endTime").is_none());
}

#[tokio::test]
async fn a_secure_pause_shows_in_the_conversation_and_every_live_call() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let user = Uuid::new_v4();
    let stale = genesys.alert(call, user);
    genesys.decline(call, stale);
    let agent = genesys.join(call, user);
    let event = genesys.secure_pause(call, user);
    let sent = &event["detail"]["eventBody"];
    assert_eq!(event["detail-type"], "v2.detail.events.conversation.{id}.secure_pause");
    assert_eq!(event["detail"]["topicName"], format!("v2.detail.events.conversation.{call}.secure_pause"));
    assert_eq!(sent["eventType"], "secure_pause_started");
    assert_eq!(sent["userId"], user.to_string());
    assert_eq!(sent["participantId"], agent.to_string(), "the live leg");
    assert!(sent["eventTime"].is_i64());

    let body = caller.read(call).await;
    assert_eq!((&body["securePause"], &body["recordingState"]), (&json!(true), &json!("PAUSED")));
    assert_eq!(leg(&body, agent)["calls"][0]["securePause"], true);
    assert_eq!(leg(&body, stale)["calls"][0]["securePause"], false);

    genesys.organization(|it| it.tells_secure_pause = false);
    let body = caller.read(call).await;
    assert_eq!((&body["securePause"], &body["recordingState"]), (&json!(false), &json!("PAUSED")));

    let event = genesys.end_secure_pause(call, user);
    assert_eq!(event["detail"]["eventBody"]["eventType"], "secure_pause_ended");
    assert_eq!(caller.read(call).await["recordingState"], "ACTIVE");
}

#[tokio::test]
async fn a_hold_pauses_the_voice_only_with_hold_suppression() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.join(call, Uuid::new_v4());
    genesys.hold(call, true);
    assert_eq!(caller.read(call).await["recordingState"], "ACTIVE");
    genesys.organization(|it| it.hold_suppression = true);
    let body = caller.read(call).await;
    assert_eq!((&body["securePause"], &body["recordingState"]), (&json!(false), &json!("PAUSED")));
    genesys.hold(call, false);
    assert_eq!(caller.read(call).await["recordingState"], "ACTIVE");
}

#[tokio::test]
async fn reads_trail_writes_by_the_lag() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    genesys.organization(|it| it.read_lag = Duration::from_millis(400));
    let call = genesys.start_call();
    assert_eq!(caller.status(caller.get(call)).await, 404, "not there yet");
    genesys.settle();
    let user = Uuid::new_v4();
    genesys.secure_pause(call, user);
    assert_eq!(caller.read(call).await["securePause"], false);
    tokio::time::sleep(Duration::from_millis(420)).await;
    assert_eq!(caller.read(call).await["securePause"], true);
}

#[tokio::test]
async fn an_edit_stays_and_a_served_body_is_served_as_it_is() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.edit(call, |body| body["recordingState"] = Value::Null);
    genesys.edit(call, |body| body["surprise"] = json!(1));
    genesys.join(call, Uuid::new_v4());
    let body = caller.read(call).await;
    assert_eq!((&body["recordingState"], &body["surprise"]), (&Value::Null, &json!(1)));

    let (raw, participant) = (Uuid::new_v4(), Uuid::new_v4());
    let served = json!({ "id": raw, "participants": [{ "id": participant }] });
    genesys.serve(raw, served.clone());
    assert_eq!(caller.pause(raw, participant).await, 202);
    assert_eq!(caller.pause(raw, Uuid::new_v4()).await, 404);
    assert_eq!(caller.read(raw).await, served);
    assert_eq!(genesys.screen(raw, participant), Some(world::ScreenState::Paused));
}

#[tokio::test]
async fn a_body_holds_the_data_of_the_caller_so_that_a_leak_can_show() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.join(call, Uuid::new_v4());
    let body = caller.read(call).await.to_string();
    let error = caller.get(Uuid::new_v4()).send().await.expect("an answer");
    assert!(error.headers().contains_key("inin-correlation-id"));
    let error = error.text().await.expect("a body");
    for secret in genesys.secrets_of_the_caller() {
        assert!(body.contains(&secret) || error.contains(&secret), "{secret} is nowhere");
    }
}
