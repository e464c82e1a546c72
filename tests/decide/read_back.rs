//! What one reading says about a request that was sent: a row a line, with its reason.

use std::collections::BTreeSet;

use secure_pause::config::Timing;
use secure_pause::decide::history::Leg;
use secure_pause::decide::outcome::State;
use secure_pause::decide::read_back::{Finding, Reading, after_pause, after_resume};
use secure_pause::decide::request::Door;
use secure_pause::error::What;
use secure_pause::genesys::conversation::Screen;
use secure_pause::genesys::screen_recording::Action;
use serde_json::Value;

use crate::fixtures::{answered, ms, read, sent, unknown};

mod pauses;
mod resumes;

const AGAIN: Finding = Finding::Again;
const INSTEAD: Finding = Finding::Instead;
const OPEN: Finding = Finding::Open;
const VERIFIED: Finding = Finding::Ended(State::Verified);
const UNVERIFIABLE: Finding = Finding::Ended(State::Unverifiable);
const TERMINATED: Finding = Finding::Ended(State::Terminated);
const NOT_RECORDING: Finding = Finding::Ended(State::NotRecording);
const GONE: Finding = Finding::Ended(State::Gone);

/// What a reading shows that arrives 50 ms after it began; 410 is in `NOT_RECORDED_STATUS`.
fn finding(leg: &Leg, door: Door, seen: &Value, began: u64) -> Finding {
    let conversation = read(&unknown(std::slice::from_ref(seen))).unwrap();
    let seen = conversation.agent_leg(leg.participant);
    let not_recorded = BTreeSet::from([410]);
    let timing = Timing::default();
    let reading =
        Reading { began: ms(began), now: ms(began + 50), door, not_recorded: &not_recorded, timing: &timing };
    match leg.action {
        Action::Pause => after_pause(leg, seen, reading),
        Action::Resume => after_resume(leg, seen, reading),
    }
}

/// The leg, the door, what is read of the leg, when that reading began, what it says, and why.
type Row = (Leg, Door, Value, u64, Finding, &'static str);

fn check(rows: &[Row]) {
    for (leg, door, seen, began, wanted, reason) in rows {
        assert_eq!(finding(leg, *door, seen, *began), *wanted, "{door:?}, {began}, {seen}: {reason}");
    }
}

/// The same at the event door.
type EventRow = (Leg, Value, u64, Finding, &'static str);

fn check_events(rows: &[EventRow]) {
    for (leg, seen, began, wanted, reason) in rows {
        assert_eq!(finding(leg, Door::Event, seen, *began), *wanted, "{began}, {seen}: {reason}");
    }
}

/// A request sent at 1,000 ms for a screen in this state, and not answered yet.
fn asked(action: Action, before: Screen) -> Leg {
    let mut leg = sent(action, 1_000);
    leg.read(ms(0), Some(before));
    leg
}

#[test]
fn what_a_status_means_that_no_reading_explains() {
    let by = |what| answered(Action::Pause, what);
    let not_recorded = BTreeSet::from([410]);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (404, "EndpointMissing", false, "the path does not exist"),
        (405, "EndpointMissing", false, "nor with this method"),
        (400, "Rejected", false, "refused"),
        (409, "Rejected", false, "refused"),
        (410, "Rejected", true, "NOT_RECORDED_STATUS"),
    ];
    for (status, name, is_named, reason) in rows {
        let answered = by(What::Status(status));
        assert_eq!(answered.refusal().name(), name, "{status}: {reason}");
        assert_eq!(answered.is_status_of(&not_recorded), is_named, "{status}: {reason}");
    }
    assert!(!by(What::Broken).is_status_of(&not_recorded), "no status");
}
