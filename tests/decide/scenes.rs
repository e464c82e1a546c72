//! The machine, a scene each: what is read and answered, and what is sent. The lines say when, in milliseconds.

use std::time::Duration;

use secure_pause::decide::request::{Door, Phase};
use secure_pause::error::{Answered, Error, Operation, What};
use secure_pause::genesys::screen_recording::Action;
use serde_json::Value;

use crate::fixtures::{
    AGENT_B, LEG_B, a, acknowledged, b, id, in_wrap_up, leg, limited, off, on, voice_paused, with_screen,
};
use crate::play::{Play, Shows};

/// A scene, a test: what is sent in it, and how it ends.
macro_rules! scenes {
    ($($name:ident: $play:expr => $lines:expr;)*) => {
        $(
            #[test]
            fn $name() {
                assert_eq!($play.run().lines(), $lines);
            }
        )*
    };
}

mod checking;
mod ordering;
mod pausing;
mod resuming;
mod snapshots;
mod unread;
mod voice;

const P: Action = Action::Pause;
const R: Action = Action::Resume;

// ---- What is changed about a scene.

/// An order to pause.
fn ordered() -> Play {
    Play::new(Door::Direct, Phase::Started)
}

/// An order to resume.
fn resume_ordered() -> Play {
    Play::new(Door::Direct, Phase::Ended)
}

/// A check of a start's message.
fn check() -> Play {
    Play::new(Door::Watch, Phase::Started).aged(60_000)
}

fn of_an_order(play: &mut Play) {
    play.request.is_of_order = true;
}

/// `PAUSE_SCOPE=all-agents`.
fn for_everyone(play: &mut Play) {
    play.policy.all_agents = true;
}

/// `REQUIRE_VERIFIED=true`.
fn strictly(play: &mut Play) {
    play.policy.require_verified = true;
}

/// `RESUME_DELAY_SECONDS=5`.
fn delayed(play: &mut Play) {
    play.policy.resume_delay = Duration::from_secs(5);
}

/// `NOT_RECORDED_STATUS=409`.
fn naming_409(mut play: Play) -> Play {
    play.policy.not_recorded.insert(409);
    play
}

/// Genesys refuses the client credentials.
fn without_a_token(play: &mut Play) {
    let answered = Answered { operation: Operation::Token, what: What::Status(400), correlation: None };
    play.readings.push((0, Shows::Fails(Error::CredentialsRejected(answered))));
}

/// The second agent's leg without an id, so that nothing can be sent for it.
fn nameless_b(state: &str) -> Value {
    with_screen(leg(AGENT_B, "", "connected"), state)
}

/// The second agent's leg; nothing is reported of its screen.
fn untold_b() -> Value {
    leg(AGENT_B, LEG_B, "connected")
}

// ---- What is noted for the record.

#[test]
fn whoever_else_is_recorded_is_noted() {
    #[rustfmt::skip] // A row a line.
    let rows = [
        (vec![a("paused"), b("active")], vec![LEG_B], "who is no target"),
        (vec![a("paused"), b("paused")], vec![], "who is no target, and dark"),
        (vec![a("paused"), in_wrap_up(b("active"))], vec![], "who is not live"),
    ];
    for (legs, others, reason) in rows {
        let played = Play::started().reads(0, on(&legs)).run();
        let last = played.history.last.unwrap();
        assert_eq!(last.others_recording, others.into_iter().map(id).collect::<Vec<_>>(), "{reason}");
    }
    let play = Play::started().reads(0, on(&[a("active")])).with(|play| play.deadline = 1_000);
    assert_eq!(play.run().history.last.unwrap().others_recording, [], "a target is no other");
}

#[test]
fn a_resume_that_a_sign_takes_back_is_told_from_one_into_a_secure_pause() {
    let resumed = || {
        let before = Play::ended().reads(0, on(&[a("paused")])).reads(400, off(&[a("paused")]));
        before.reads(600, off(&[a("active")]))
    };
    let sign = || resumed().reads(3_000, voice_paused(&[a("active")]));
    let rows = [
        (sign(), false, "on was read before the resume, and not after it"),
        (sign().reads(3_800, on(&[a("active")])), true, "on was read once it had been taken back"),
        (resumed().reads(3_000, on(&[a("active")])), true, "on took it back"),
    ];
    for (play, was_on, reason) in rows {
        let withdrawal = play.run().history.withdrawn;
        assert_eq!(withdrawal.map(|withdrawal| withdrawal.was_on), Some(was_on), "{reason}");
    }
}

#[test]
fn nothing_is_read_while_every_leg_waits_because_genesys_asked_to() {
    let limited_for = |seconds| Play::started().answers(0, P, 100, limited(P, seconds));
    let alone = limited_for(5).answers(1_000, P, 100, acknowledged());
    let alone = alone.reads(0, on(&[a("active")])).with(|play| play.deadline = 5_400);
    assert_eq!(
        alone.run().readings(),
        [0, 5_300],
        "none before the pause that was asked to wait has gone out"
    );
    let at_once = limited_for(0).reads(0, on(&[a("active")])).with(|play| play.deadline = 600);
    assert_eq!(at_once.run().readings(), [0, 200, 500], "no wait was asked for");
}
