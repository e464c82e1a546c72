//! Pausing and resuming screen recordings.

use std::time::Duration;

use uuid::Uuid;
use world::{Happening, ScreenState};

use crate::client::{Caller, leg};

#[tokio::test]
async fn a_pause_is_true_at_once_and_read_later() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let agent = genesys.join(call, Uuid::new_v4());
    genesys.settle();
    genesys.organization(|it| it.read_lag = Duration::from_millis(400));
    assert_eq!(caller.pause(call, agent).await, 202);
    assert_eq!(genesys.screen(call, agent), Some(ScreenState::Paused));
    assert_eq!(leg(&caller.read(call).await, agent)["screenRecordingState"], "active");
    tokio::time::sleep(Duration::from_millis(420)).await;
    assert_eq!(leg(&caller.read(call).await, agent)["screenRecordingState"], "paused");
    assert_eq!(caller.pause(call, agent).await, 202, "paused already");
    assert_eq!(caller.resume(call, agent).await, 202);
    assert_eq!(genesys.screen(call, agent), Some(ScreenState::Active));
    let screens: Vec<_> = genesys
        .timeline()
        .into_iter()
        .filter_map(|moment| match moment.happening {
            Happening::Screen { participant, state } if participant == agent => state,
            _ => None,
        })
        .collect();
    use ScreenState::{Active, Paused, Requested};
    assert_eq!(screens, [Requested, Active, Paused, Active]);
}

#[tokio::test]
async fn what_cannot_be_paused_is_refused_as_it_should_be() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let user = Uuid::new_v4();
    let dead = genesys.alert(call, user);
    genesys.decline(call, dead);
    let agent = genesys.join(call, user);
    let wrapping = genesys.join(call, Uuid::new_v4());
    genesys.wrap_up(call, wrapping);
    let unrecorded = genesys.join(call, Uuid::new_v4());
    genesys.set_screen(call, unrecorded, None);
    let stopped = genesys.join(call, Uuid::new_v4());
    genesys.set_screen(call, stopped, Some(ScreenState::Stopped));
    let cases = [
        (call, dead, 404, "a dead leg"),
        (call, Uuid::new_v4(), 404, "an unknown leg"),
        (Uuid::new_v4(), agent, 404, "an unknown conversation"),
        (call, unrecorded, 409, "not recorded"),
        (call, stopped, 409, "stopped"),
        (call, wrapping, 202, "in wrap-up"),
        (call, agent, 202, "live"),
    ];
    for (conversation, participant, status, reason) in cases {
        assert_eq!(caller.pause(conversation, participant).await, status, "{reason}");
    }
    genesys.organization(|it| it.endpoint_missing = true);
    assert_eq!(caller.pause(call, agent).await, 404, "the endpoint is missing");
    caller.read(call).await;
    assert_eq!(caller.world.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_organization_decides_status_effect_and_whether_the_state_is_told() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let agent = genesys.join(call, Uuid::new_v4());
    genesys.organization(|it| {
        it.pause_status = 204;
        it.tells_screen_state = false;
        it.pause_takes_effect = false;
    });
    let answer = caller.put(call, agent, "pause").send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 204);
    assert_eq!(answer.text().await.expect("a body"), "");
    assert!(leg(&caller.read(call).await, agent).get("screenRecordingState").is_none());
    assert_eq!(genesys.screen(call, agent), Some(ScreenState::Active));
}
