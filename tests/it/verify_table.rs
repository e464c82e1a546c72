//! What one reading says about a request that was acknowledged, a row each, with the reason; and which
//! outcomes end a watch.

use std::time::Duration;

use secure_pause::batch::is_done;
use secure_pause::config::Timing;
use secure_pause::event::Door;
use secure_pause::ids::ParticipantId;
use secure_pause::outcome::State;
use secure_pause::plan::Outcome;
use secure_pause::verify::{Finding, Since, after_pause, after_resume};
use serde_json::{Value, json};

use crate::plan_table::{read, wrap_up};
use crate::stage::{AGENT_A, LEG_A, leg, screen};

const AGAIN: Finding = Finding::Again;
const OPEN: Finding = Finding::Open;
const VERIFIED: Finding = Finding::Ended(State::Verified);
const UNVERIFIABLE: Finding = Finding::Ended(State::Unverifiable);
const TERMINATED: Finding = Finding::Ended(State::Terminated);
const GONE: Finding = Finding::Ended(State::Gone);

/// In place of a leg that a reading does not list.
const UNLISTED: Value = Value::Null;

/// The reading of this leg began so many milliseconds after its first and its last
/// acknowledgement.
fn finding(door: Option<Door>, leg: &Value, first: u64, last: u64) -> Finding {
    let conversation = read(&json!({"participants": [leg]}));
    let leg = conversation.agent_leg(ParticipantId::parse(LEG_A).unwrap());
    let since = Since { first: Duration::from_millis(first), last: Duration::from_millis(last) };
    let timing = Timing::default();
    match door {
        Some(door) => after_pause(leg, since, door, &timing),
        None => after_resume(leg, since, &timing),
    }
}

fn live(state: &str) -> Value {
    screen(leg(AGENT_A, LEG_A, "connected"), state)
}

fn dead(state: &str) -> Value {
    screen(leg(AGENT_A, LEG_A, "terminated"), state)
}

fn writing_up(state: &str) -> Value {
    screen(wrap_up(AGENT_A, LEG_A), state)
}

#[test]
fn a_pause_is_what_the_screen_tells() {
    let untold = leg(AGENT_A, LEG_A, "connected");
    let (event, direct, watch) = (Door::Event, Door::Direct, Door::Watch);
    #[rustfmt::skip] // A row a line.
    let cases = [
        (event, live("paused"), 0, 0, VERIFIED, "as asked for"),
        (watch, live("paused"), 0, 0, VERIFIED, "as asked for"),
        (direct, live("paused"), 999, 999, OPEN, "a resume on its way may still overtake it"),
        (direct, live("paused"), 1000, 1000, VERIFIED, "a second later none does"),
        (direct, live("paused"), 5000, 999, OPEN, "the last acknowledgement counts"),
        (event, live("active"), 0, 0, AGAIN, "it did not hold"),
        (event, live("active"), 9000, 9000, AGAIN, "however late: until the deadline"),
        (direct, live("active"), 0, 0, AGAIN, "it did not hold"),
        (event, live("stopped"), 0, 0, TERMINATED, "cut in two"),
        (direct, live("stopped"), 999, 999, OPEN, "only a reading a second later decides there"),
        (direct, live("stopped"), 1000, 1000, TERMINATED, "and then it does"),
        (event, live("error"), 0, 0, TERMINATED, "nothing is recorded"),
        (event, live("timeout"), 0, 0, TERMINATED, "nothing is recorded"),
        (event, live("requested"), 2999, 2999, OPEN, "it may begin yet"),
        (event, live("requested"), 3000, 3000, UNVERIFIABLE, "readings trail no more"),
        (event, live("requested"), 3000, 100, UNVERIFIABLE, "the first acknowledgement counts: no endless pausing"),
        (event, untold.clone(), 2999, 2999, OPEN, "it may be told yet"),
        (event, untold, 3000, 3000, UNVERIFIABLE, "real bodies often do not tell"),
        (event, UNLISTED, 2999, 2999, OPEN, "a leg that a stale reading does not list yet"),
        (event, UNLISTED, 3000, 3000, UNVERIFIABLE, "not listed to the end"),
        (event, dead("paused"), 0, 0, GONE, "the leg has ended, whatever its screen was"),
        (event, dead("active"), 0, 0, GONE, "the leg has ended, whatever its screen was"),
        (event, dead("stopped"), 0, 0, GONE, "which is why it stopped"),
        (event, writing_up("active"), 0, 0, AGAIN, "recorded on in wrap-up"),
        (event, writing_up("paused"), 0, 0, VERIFIED, "dark in wrap-up"),
    ];
    for (door, leg, first, last, wanted, reason) in cases {
        assert_eq!(finding(Some(door), &leg, first, last), wanted, "{door:?}: {leg:?}: {reason}");
    }
}

#[test]
fn a_resume_is_what_the_screen_tells_once_readings_trail_no_more() {
    let untold = leg(AGENT_A, LEG_A, "connected");
    #[rustfmt::skip] // A row a line.
    let cases = [
        (live("active"), 2999, 2999, OPEN, "a secure pause that began meanwhile may not show yet"),
        (live("active"), 3000, 3000, VERIFIED, "as asked for"),
        (live("active"), 6000, 2999, OPEN, "the last acknowledgement counts"),
        (live("requested"), 3000, 3000, VERIFIED, "it is asked for again"),
        (live("paused"), 2999, 2999, OPEN, "it may show yet"),
        (live("paused"), 3000, 3000, AGAIN, "it did not hold"),
        (live("stopped"), 3000, 3000, TERMINATED, "the recording is over"),
        (live("error"), 3000, 3000, TERMINATED, "it failed"),
        (live("timeout"), 3000, 3000, TERMINATED, "it never came to run"),
        (live("stopped"), 0, 0, OPEN, "until then, nothing is known"),
        (untold, 3000, 3000, UNVERIFIABLE, "not told"),
        (UNLISTED, 3000, 3000, UNVERIFIABLE, "not listed"),
        (UNLISTED, 0, 0, OPEN, "a stale reading"),
        (dead("active"), 0, 0, GONE, "the leg has ended"),
        (writing_up("active"), 3000, 3000, VERIFIED, "recorded again in wrap-up"),
    ];
    for (leg, first, last, wanted, reason) in cases {
        assert_eq!(finding(None, &leg, first, last), wanted, "{leg:?}: {reason}");
    }
}

#[test]
fn a_watch_ends_where_nothing_is_left_to_be_done() {
    let cases = [
        (Outcome::ConversationOver, true, "there is no screen left"),
        (Outcome::Recovered, true, "over, and resumed"),
        (Outcome::NothingPaused, true, "over, and nothing was dark"),
        (Outcome::Ignored, true, "none of its business"),
        (Outcome::Observed, true, "nothing would be sent next time either"),
        (Outcome::Watching, false, "the secure pause goes on"),
        (Outcome::Repaired, false, "the secure pause goes on"),
        (Outcome::Superseded, false, "another goes on, or this one ended with its screen dark"),
        (Outcome::PauseOnly, false, "until the brake is released"),
        (Outcome::Doubtful, false, "in doubt, look again"),
        (Outcome::Stale, false, "in doubt, look again"),
        (Outcome::Paused, false, "it must be resumed one day"),
        (Outcome::Deferred, false, "it is yet to be resumed"),
    ];
    for (outcome, done, reason) in cases {
        assert_eq!(is_done(outcome), done, "{outcome:?}: {reason}");
    }
}
