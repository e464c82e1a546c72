//! The snapshots that Genesys sends of a conversation: who gets them, in which form, and what they show.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;
use world::{Genesys, ScreenState};

use crate::client::{Caller, leg};

fn call(genesys: &Genesys) -> (Uuid, Uuid, Uuid) {
    let call = genesys.start_call();
    let user = Uuid::new_v4();
    let participant = genesys.join(call, user);
    genesys.join(call, Uuid::new_v4());
    (call, user, participant)
}

/// The first snapshot of a topic.
fn of<'a>(snapshots: &'a [Value], topic: &str) -> &'a Value {
    let found = snapshots.iter().find(|it| it["detail-type"] == topic);
    &found.unwrap_or_else(|| panic!("{topic} in {snapshots:#?}"))["detail"]["eventBody"]
}

#[tokio::test]
async fn each_user_and_the_queue_get_both_forms_twice_under_literal_braces() {
    let caller = Caller::start().await;
    let (call, user, _) = call(&caller.world.genesys);
    let snapshots = caller.world.genesys.snapshots(call);
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for snapshot in &snapshots {
        *counted.entry(snapshot["detail-type"].as_str().expect("text").to_owned()).or_default() += 1;
        assert_eq!(snapshot["detail"]["eventBody"]["id"], call.to_string());
        assert!(snapshot["detail"]["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{snapshot}");
    }
    let wanted = [
        ("v2.routing.queues.{id}.conversations", 2),
        ("v2.routing.queues.{id}.conversations.calls", 2),
        ("v2.users.{id}.conversations", 4),
        ("v2.users.{id}.conversations.calls", 4),
    ];
    assert_eq!(counted, wanted.map(|(topic, count)| (topic.to_owned(), count)).into());
    let own = format!("v2.users.{user}.conversations.calls");
    assert_eq!(snapshots.iter().filter(|it| it["detail"]["topicName"] == own.as_str()).count(), 2);
    let mut ids: Vec<&Value> = snapshots.iter().map(|it| &it["id"]).collect();
    ids.dedup();
    assert_eq!(ids.len(), snapshots.len(), "each is an event of its own");
}

#[tokio::test]
async fn the_larger_form_is_the_conversation_and_the_smaller_has_its_calls_in_the_legs() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let (call, user, participant) = call(genesys);
    genesys.secure_pause(call, user);
    genesys.set_screen(call, participant, Some(ScreenState::Paused));
    let snapshots = genesys.snapshots(call);
    let larger = of(&snapshots, "v2.users.{id}.conversations");
    assert_eq!(*larger, caller.read(call).await);
    assert_eq!(larger["securePause"], true);
    assert_eq!(leg(larger, participant)["calls"][0]["securePause"], true);
    assert!(leg(larger, participant).get("securePause").is_none(), "only calls say so");

    let smaller = of(&snapshots, "v2.routing.queues.{id}.conversations.calls");
    let own = leg(smaller, participant);
    assert!(smaller.get("securePause").is_none() && own.get("calls").is_none(), "{smaller}");
    assert_eq!((&own["securePause"], &own["recordingState"]), (&true.into(), &"paused".into()));
    assert_eq!(
        (&own["screenRecordingState"], &own["user"]["id"]),
        (&"paused".into(), &user.to_string().into())
    );
}

#[tokio::test]
async fn an_organization_that_does_not_tell_screens_does_not_tell_them_here_either() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    genesys.organization(|it| it.tells_screen_state = false);
    let (call, ..) = call(genesys);
    assert!(!genesys.snapshots(call).iter().any(|it| it.to_string().contains("screenRecordingState")));
}
