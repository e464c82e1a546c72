//! Which pauses post a watch message: a row a line, with its reason.

use secure_pause::decide::follow::is_needed;
use secure_pause::decide::history::{History, Leg, Seen};
use secure_pause::decide::outcome::State;
use secure_pause::decide::request::{Door, Phase};
use secure_pause::genesys::conversation::{Recording, SecurePause};
use secure_pause::genesys::screen_recording::Action;

use crate::fixtures::{
    AGENT_A, Came, acknowledged, answer, broken, down, forbidden, ms, refused, request, sent, timed_out,
    timing,
};

const P: Action = Action::Pause;

/// A pause that was sent at 1,000 ms, and answered so at this moment.
fn paused(at: u64, came: Came) -> Leg {
    let mut leg = sent(P, 1_000);
    answer(&mut leg, at, came);
    leg
}

/// The same, and known to the end.
fn known(at: u64, came: Came) -> Leg {
    let mut leg = paused(at, came);
    leg.ended(ms(at), State::Verified, None);
    leg
}

/// A pause that was sent at 1,000 ms, and read dark at 1,200 ms before it was answered.
fn overtaken() -> Leg {
    let mut leg = sent(P, 1_000);
    leg.ended(ms(1_200), State::Verified, None);
    leg
}

/// What a reading showed that began at this moment.
fn seen(secure_pause: SecurePause, began: u64) -> Seen {
    let (began, voice, others_recording) = (ms(began), Recording::Untold, Vec::new());
    Seen { began, secure_pause, voice, voice_everywhere: voice, others_recording }
}

/// Whether a message is posted at this moment, the event having been `age` ms old when it was received.
fn posts(
    door: Door,
    phase: impl Into<Option<Phase>>,
    age: i64,
    (leg, last): (Leg, Option<Seen>),
    now: u64,
    is_end: bool,
) -> bool {
    let request = request(door, phase, Some(AGENT_A), None);
    let history = History { legs: vec![leg], last, ..History::default() };
    let age = time::Duration::milliseconds(age);
    is_needed(&request, &history, age, ms(now), is_end, &timing())
}

#[test]
fn a_late_pause_posts_unless_secure_pause_was_just_read_on() {
    use SecurePause::{Off, On, Unknown};
    let waiting = || sent(P, 1_000);
    let acknowledged_at = |at| paused(at, acknowledged());
    let known_at = |at| known(at, acknowledged());
    #[rustfmt::skip] // A row a line: how old the event was, the pause, the reading, now, whether it is the end.
    let rows = [
        (0, acknowledged_at(4_500), None, 9_000, true, false, "its own message has not been checked"),
        (0, acknowledged_at(4_501), None, 9_000, true, true, "its own message may have been checked, and deleted"),
        (3_400, acknowledged_at(1_100), None, 9_000, true, false, "the age counts"),
        (3_401, acknowledged_at(1_100), None, 9_000, true, true, "the age counts"),
        (-9_000, acknowledged_at(5_000), None, 9_000, true, false, "the other cloud's clock is ahead"),
        (9_000, acknowledged_at(1_100), None, 2_099, false, false, "a reading may arrive yet"),
        (9_000, acknowledged_at(1_100), None, 2_100, false, true, "none did for a second"),
        (9_000, known_at(1_100), None, 1_100, false, true, "nothing more will be known of it"),
        (9_000, acknowledged_at(1_100), Some(seen(On, 1_100)), 4_099, true, false, "it is on: its end will come"),
        (9_000, acknowledged_at(1_100), Some(seen(On, 1_100)), 4_100, true, true, "it was on, three seconds ago"),
        (9_000, acknowledged_at(1_100), Some(seen(On, 1_099)), 1_500, true, true, "it was on before the pause had ended"),
        (9_000, acknowledged_at(1_100), Some(seen(Off, 1_100)), 1_500, true, true, "it is over already"),
        (9_000, acknowledged_at(1_100), Some(seen(Unknown, 1_100)), 1_500, true, true, "nobody can say"),
        (9_000, waiting(), None, 1_999, false, false, "its answer may arrive yet"),
        (9_000, waiting(), None, 2_000, false, true, "it hangs, and is late already"),
        (0, waiting(), None, 3_000, false, false, "it hangs, and is not late yet"),
        (0, waiting(), None, 3_000, true, true, "it never was answered: it may be carried out late"),
        (0, waiting(), Some(seen(On, 1_000)), 3_000, true, false, "it is on: its end will come"),
        (0, overtaken(), Some(seen(On, 1_000)), 1_200, false, false, "read dark before its answer: its end will come"),
        (0, overtaken(), Some(seen(On, 999)), 1_200, false, true, "it was on before the pause was sent"),
        (0, overtaken(), Some(seen(Unknown, 1_000)), 1_200, false, true, "nobody can say, and it may be carried out late"),
        (0, paused(1_100, timed_out(P)), None, 2_099, false, false, "a reading may arrive yet"),
        (0, paused(1_100, timed_out(P)), None, 2_100, false, true, "given up: it may be carried out late"),
        (0, paused(1_100, broken(P)), None, 2_100, false, true, "the answer was lost: it may be carried out late"),
        (0, paused(1_100, down(P)), None, 9_000, true, false, "answered in time"),
        (9_000, paused(1_100, down(P)), None, 9_000, true, true, "it may have been carried out, late"),
        (9_000, paused(1_100, refused(P, 409)), None, 9_000, true, false, "refused: it was not carried out"),
        (9_000, paused(1_100, forbidden(P)), None, 9_000, true, false, "refused: it was not carried out"),
    ];
    for (age, leg, last, now, is_end, wanted, reason) in rows {
        let is_posted = posts(Door::Event, Phase::Started, age, (leg, last), now, is_end);
        assert_eq!(is_posted, wanted, "{age} ms old, at {now} ms: {reason}");
    }
}

#[test]
fn the_pause_of_an_order_or_a_snapshot_posts_once_its_first_request_has_ended_or_hangs() {
    let waiting = || sent(P, 1_000);
    let on = || Some(seen(SecurePause::On, 1_100));
    #[rustfmt::skip] // A row a line.
    let rows = [
        (waiting(), 1_999, false, false, "the message must not stand in its way"),
        (waiting(), 2_000, false, true, "it hangs"),
        (waiting(), 1_500, true, true, "nothing more will be known"),
        (paused(1_100, acknowledged()), 1_100, false, true, "no rule sends this to the queue"),
        (paused(1_100, refused(P, 404)), 1_100, false, true, "it will be tried again"),
    ];
    for (leg, now, is_end, wanted, reason) in rows {
        for (door, phase) in [(Door::Direct, Some(Phase::Started)), (Door::Snapshot, None)] {
            for last in [None, on()] {
                let is_posted = posts(door, phase, 0, (leg.clone(), last), now, is_end);
                assert_eq!(is_posted, wanted, "{door:?}, at {now} ms: {reason}");
            }
        }
    }
}

#[test]
fn nothing_but_a_pause_posts_and_never_the_watch() {
    let late = || paused(9_000, acknowledged());
    let mut resumed = sent(Action::Resume, 1_000);
    answer(&mut resumed, 9_000, acknowledged());
    #[rustfmt::skip] // A row a line.
    let rows = [
        (Door::Event, Phase::Started, late(), true, "late"),
        (Door::Event, Phase::Ended, late(), true, "a resume was taken back, late"),
        (Door::Event, Phase::Ended, resumed.clone(), false, "a resume needs no watch"),
        (Door::Direct, Phase::Ended, resumed.clone(), false, "a resume needs no watch"),
        (Door::Watch, Phase::Started, late(), false, "its own message comes back"),
        (Door::Watch, Phase::Ended, late(), false, "its own message comes back"),
    ];
    for (door, phase, leg, wanted, reason) in rows {
        assert_eq!(posts(door, phase, 0, (leg, None), 20_000, true), wanted, "{door:?}, {phase:?}: {reason}");
    }
    assert!(!posts(Door::Snapshot, None, 0, (resumed, None), 20_000, true), "nor does a snapshot's");
}
