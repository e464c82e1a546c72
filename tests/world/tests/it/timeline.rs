//! The timeline: what changed, in the order in which it came true.

use uuid::Uuid;
use world::{Happening, ScreenState, World};

/// Everything that happened in a conversation but the voice recording.
fn happenings(world: &World, conversation: Uuid) -> Vec<Happening> {
    let here = world.genesys.timeline().into_iter().filter(|it| it.conversation == conversation);
    here.map(|it| it.happening).filter(|it| !matches!(it, Happening::Voice(_))).collect()
}

fn leg(participant: Uuid, live: bool) -> Happening {
    Happening::Leg { participant, live }
}

fn screen(participant: Uuid, state: ScreenState) -> Happening {
    Happening::Screen { participant, state: Some(state) }
}

#[tokio::test]
async fn the_timeline_tells_who_joins_and_leaves_each_secure_pause_and_each_screen() {
    let world = World::start().await;
    let genesys = &world.genesys;
    let call = genesys.start_call();
    let other = genesys.start_call();
    let declined = genesys.alert(call, Uuid::new_v4());
    genesys.decline(call, declined);
    let user = Uuid::new_v4();
    let agent = genesys.join(call, user);
    genesys.secure_pause(call, user);
    genesys.hold(call, true);
    genesys.set_screen(call, agent, Some(ScreenState::Paused));
    genesys.wrap_up(call, agent);
    genesys.end_wrap_up(call, agent);
    genesys.hang_up(call);

    let told = happenings(&world, call);
    let [Happening::Started, Happening::Leg { participant: customer, live: true }, ..] = told[..] else {
        panic!("{told:?}")
    };
    let wanted = [
        Happening::Started,
        leg(customer, true),
        leg(declined, true),
        leg(declined, false),
        leg(agent, true),
        screen(agent, ScreenState::Requested),
        screen(agent, ScreenState::Active),
        Happening::SecurePause(true),
        screen(agent, ScreenState::Paused),
        leg(agent, false),
        screen(agent, ScreenState::Stopped),
        Happening::SecurePause(false),
        leg(customer, false),
        Happening::Ended,
    ];
    assert_eq!(told, wanted);
    assert_eq!(happenings(&world, other).len(), 2, "started, and the customer");
}

#[tokio::test]
async fn a_leg_whose_id_is_given_joins_once_and_under_that_id() {
    let world = World::start().await;
    let (call, participant) = (Uuid::new_v4(), Uuid::new_v4());
    world.genesys.start_call_as(call);
    world.genesys.join_as(call, Uuid::new_v4(), participant);
    let legs = happenings(&world, call).into_iter().filter(|it| matches!(it, Happening::Leg { .. }));
    assert_eq!(legs.skip(1).collect::<Vec<_>>(), [leg(participant, true)]);
}
