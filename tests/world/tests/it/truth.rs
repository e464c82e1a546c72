//! What is so in a conversation, whatever a read tells.

use std::time::Duration;

use uuid::Uuid;

use crate::client::Caller;

#[tokio::test]
async fn a_secure_pause_is_true_at_once_whatever_reads_tell_and_over_when_everyone_leaves() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let (call, other) = (genesys.start_call(), genesys.start_call());
    let user = Uuid::new_v4();
    genesys.join(call, user);
    genesys.settle();
    genesys.organization(|it| {
        it.read_lag = Duration::from_hours(1);
        it.tells_secure_pause = false;
    });
    assert!(!genesys.is_in_secure_pause(call));
    genesys.secure_pause(call, user);
    assert!(genesys.is_in_secure_pause(call));
    assert!(!genesys.is_in_secure_pause(other));
    assert_eq!(caller.read(call).await["securePause"], false);
    genesys.end_secure_pause(call, user);
    assert!(!genesys.is_in_secure_pause(call));
    genesys.secure_pause(call, user);
    genesys.hang_up_into_wrap_up(call);
    assert!(!genesys.is_in_secure_pause(call));
}

#[tokio::test]
async fn a_leg_is_live_from_its_alerting_to_its_end_and_then_perhaps_in_wrap_up() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let standing = |leg| (genesys.leg_is_live(call, leg), genesys.leg_is_in_wrap_up(call, leg));
    let declined = genesys.alert(call, Uuid::new_v4());
    assert_eq!(standing(declined), (true, false), "alerting");
    genesys.decline(call, declined);
    assert_eq!(standing(declined), (false, false), "declined");

    let agent = genesys.join(call, Uuid::new_v4());
    let ended = genesys.join(call, Uuid::new_v4());
    assert_eq!(standing(agent), (true, false), "connected");
    genesys.end_leg(call, ended);
    assert_eq!(standing(ended), (false, false), "ended without wrap-up");
    genesys.wrap_up(call, agent);
    assert_eq!(standing(agent), (false, true), "in wrap-up");
    genesys.end_wrap_up(call, agent);
    assert_eq!(standing(agent), (false, false), "done");
}
