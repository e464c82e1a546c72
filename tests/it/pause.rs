//! A secure pause begins: whose screen is paused.

use std::time::Duration;

use serde_json::json;
use world::{On, ScreenState};

use crate::stage::*;

#[tokio::test]
async fn a_started_event_pauses_the_initiators_screen() {
    let stage = Stage::new().await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.secure_pause(true);

    let answer = stage.invoke(&fresh(STARTED)).await;

    assert_eq!(stage.new_requests(), [get(200), put(LEG_A, "pause", 202), get(200)]);
    let mut answer = answer.result.unwrap();
    let exposure = answer["exposureMs"].take().as_u64().unwrap();
    assert!(exposure < 30_000, "{exposure} ms");
    assert_eq!(
        answer,
        json!({
            "outcome": "paused", "door": "event", "phase": "started", "conversationId": CONVERSATION,
            "resolution": "user", "paused": true, "verified": true, "exposureMs": null,
            "targets": [
                {"participantId": LEG_A, "action": "pause", "state": "verified", "attempts": 1},
            ],
        })
    );
    stage.end().await;
}

#[tokio::test]
async fn every_kind_of_started_event_pauses_the_right_leg() {
    let both = [dark(AGENT_A, LEG_A), dark(AGENT_B, LEG_B)];
    let cases = [
        (STARTED, vec![LEG_A], "user", "the first agent takes the card"),
        ("secure_pause/started_consult_transfer.json", vec![LEG_B], "user", "the consulted agent takes it"),
        (BY_USER, vec![LEG_A], "user", "the user is enough"),
        ("secure_pause/started_iso_time.json", vec![LEG_A], "user", "the time as text"),
        ("secure_pause/started_named_by_topic.json", vec![LEG_A], "user", "no eventType and no metadata"),
    ];
    let stage = Stage::new().await;
    stage.serve(conversation(true, &both));
    for (name, legs, resolution, reason) in cases {
        let answer = stage.invoke(&file(name)).await.result.unwrap();

        let mut wanted = vec![get(200)];
        wanted.extend(legs.iter().map(|leg| put(leg, "pause", 202)));
        assert_eq!(stage.new_acts(), wanted, "{reason}");
        assert_eq!(answer["resolution"], resolution, "{reason}");
        assert_eq!(answer["outcome"], "paused", "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn in_a_consult_transfer_only_the_second_agents_screen_is_paused_and_resumed() {
    let stage = Stage::new().await;
    let genesys = &stage.world.genesys;
    let (first_user, second_user) = (AGENT_A.parse().unwrap(), AGENT_B.parse().unwrap());
    let call = genesys.start_call();
    let first = genesys.join(call, first_user);
    let second = genesys.consult(call, first, second_user);
    let started = genesys.secure_pause(call, second_user);

    assert_eq!(outcome(&stage.invoke(&started).await), "paused");
    assert_eq!(genesys.screen(call, first), Some(ScreenState::Active));
    assert_eq!(genesys.screen(call, second), Some(ScreenState::Paused));

    genesys.complete_transfer(call, first);
    let ended = genesys.end_secure_pause(call, second_user);
    assert_eq!(outcome(&stage.invoke(&ended).await), "resumed");
    assert_eq!(genesys.screen(call, second), Some(ScreenState::Active));
    stage.end().await;
}

#[tokio::test]
async fn dead_legs_of_the_same_user_are_left_alone() {
    let stage = Stage::new().await;
    let genesys = &stage.world.genesys;
    let user = AGENT_A.parse().unwrap();
    let call = genesys.start_call();
    for _ in 0..4 {
        let declined = genesys.alert(call, user);
        genesys.decline(call, declined);
    }
    let live = genesys.join(call, user);
    let started = genesys.secure_pause(call, user);

    let answer = stage.invoke(&started).await.result.unwrap();

    assert_eq!(only_target(&answer)["participantId"], live.to_string());
    stage.end().await;
}

#[tokio::test]
async fn unusable_optional_fields_are_dropped_and_counted_and_cost_no_pause() {
    let stage = Stage::new().await.reads_dark();
    let mut event = fresh(STARTED);
    event["detail"]["eventBody"]["userId"] = json!(null);
    event["detail"]["eventBody"]["participantId"] = json!("../../users");
    event["detail"]["eventBody"]["eventTime"] = json!("yesterday");
    event["detail"]["timestamp"] = json!(["not a time"]);
    event["time"] = json!({});
    event["resources"] = json!(null);
    event["id"] = json!(17);
    event["detail"]["metadata"] = json!(null);

    let answer = stage.invoke(&event).await;

    assert_eq!(stage.new_acts(), [get(200), put(LEG_A, "pause", 202)]);
    assert_eq!(stage.line(&answer)["droppedFields"], 3);
    assert_eq!(answer.result.unwrap()["resolution"], "all-agents");
    stage.end().await;
}

#[tokio::test]
async fn nobody_to_pause_is_read_again_for_three_seconds_and_then_a_failure() {
    let stage = Stage::new().await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "terminated")]));

    let answer = stage.invoke(&fresh(STARTED)).await;

    assert_eq!(outcome(&answer), "NoTarget");
    assert_eq!(stage.new_requests(), vec![get(200); 6]);
    stage.end().await;
}

#[tokio::test]
async fn an_agent_who_appears_in_a_later_reading_is_paused() {
    let stage =
        Stage::in_organization(|it| it.read_lag = Duration::from_secs(1), &[]).await.begins_secure_pause();

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    stage.end().await;
}

#[tokio::test]
async fn an_unknown_conversation_is_read_for_three_seconds() {
    let stage = Stage::new().await;

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "ConversationUnreadable");
    assert_eq!(stage.new_requests(), vec![get(404); 6]);
    assert_eq!(outcome(&stage.invoke(&file(STARTED)).await), "conversation_over");
    stage.end().await;
}

#[tokio::test]
async fn the_path_of_the_screen_recording_is_a_setting() {
    let path = "/api/v2/screens/{participantId}/of/{conversationId}/{action}";
    let world = world::World::start().await;
    world.genesys.organization(|organization| path.clone_into(&mut organization.screen_recording_path));
    let stage = Stage::raised(world, &[("SCREEN_RECORDING_PATH", path)]).await.reads_dark();

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    let wanted = format!("PUT /api/v2/screens/{LEG_A}/of/{CONVERSATION}/pause -> 202");
    assert_eq!(stage.new_acts(), [get(200), wanted]);
    stage.end().await;
}

#[tokio::test]
async fn a_name_cut_in_the_middle_of_a_character_costs_no_pause() {
    let stage = Stage::new().await.reads_dark();
    let body = conversation(true, &[leg(AGENT_A, LEG_A, "connected")]).to_string();
    let body = body.replacen('{', r#"{"name": "Half an emoji: \ud83d", "#, 1);
    let answer = world::Fault::StatusWith { status: 200, headers: Vec::new(), body };
    stage.world.genesys.inject(On::Conversation, answer, 1);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    assert_eq!(stage.new_acts(), [get(200), put(LEG_A, "pause", 202)]);
    stage.end().await;
}

#[tokio::test]
async fn any_success_status_acknowledges() {
    let stage = Stage::new().await.reads_dark();
    for status in [200, 202, 204] {
        stage.world.genesys.inject(On::Pause, world::Fault::Status(status), 1);
        assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused", "{status}");
    }
    stage.end().await;
}

#[tokio::test]
async fn all_agents_are_paused_where_the_settings_say_so() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await.reads_both_dark();

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    let mut requests = stage.new_acts();
    requests.sort();
    assert_eq!(requests, [get(200), put(LEG_A, "pause", 202), put(LEG_B, "pause", 202)]);
    assert_eq!(answer["resolution"], "all-agents");
    stage.end().await;
}
