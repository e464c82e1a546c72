//! What one reading says about a request that was sent: a row a line, with its reason.

use std::collections::BTreeSet;

use secure_pause::config::Timing;
use secure_pause::decide::history::Leg;
use secure_pause::decide::outcome::State;
use secure_pause::decide::read_back::{Finding, Reading, after_pause, after_resume};
use secure_pause::decide::request::Door;
use secure_pause::error::{Error, What};
use secure_pause::genesys::conversation::Screen;
use secure_pause::genesys::screen_recording::Action;
use serde_json::Value;

use crate::fixtures::{
    Came, NONE, a, acknowledged, answer, answered, broken, dead, down, in_wrap_up, limited, ms, read,
    refused, sent, unknown, untold, wrapped_up,
};

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

fn pause_failed(status: u16) -> Finding {
    Finding::Failed(answered(Action::Pause, What::Status(status)).refusal())
}

fn resume_failed(status: u16) -> Finding {
    Finding::Failed(answered(Action::Resume, What::Status(status)).refusal())
}

/// A request sent at 1,000 ms for a screen in this state, and not answered yet.
fn asked(action: Action, before: Screen) -> Leg {
    let mut leg = sent(action, 1_000);
    leg.read(ms(0), Some(before));
    leg
}

// ---- After a pause that was sent at 1,000 ms.

/// Not answered yet; the screen read `paused`.
fn unanswered() -> Leg {
    asked(Action::Pause, Screen::Paused)
}

/// Acknowledged at 1,100 ms.
fn accepted(before: Screen) -> Leg {
    let mut leg = asked(Action::Pause, before);
    answer(&mut leg, 1_100, acknowledged());
    leg
}

/// Acknowledged at 1,100 ms, and again at this moment.
fn accepted_again(at: u64) -> Leg {
    let mut leg = accepted(Screen::Active);
    leg.sent_again(ms(at - 100));
    answer(&mut leg, at, acknowledged());
    leg
}

/// Acknowledged at 1,100 ms, and sent again at 4,700 ms.
fn accepted_and_sent() -> Leg {
    let mut leg = accepted(Screen::Active);
    leg.sent_again(ms(4_700));
    leg
}

/// The same, and failed at 4,800 ms.
fn accepted_and_failed() -> Leg {
    let mut leg = accepted_and_sent();
    answer(&mut leg, 4_800, refused(Action::Pause, 409));
    leg
}

/// A resume that a pause took back at 5,000 ms, which was acknowledged at 5,100 ms.
fn taken_back() -> Leg {
    let mut leg = resumed();
    leg.read(ms(4_000), Some(Screen::Active));
    leg.turn_to(Action::Pause, ms(5_000));
    answer(&mut leg, 5_100, acknowledged());
    leg
}

/// Answered so at 1,100 ms; the screen read `paused`.
fn failed(what: fn(Action) -> Came) -> Leg {
    let mut leg = unanswered();
    answer(&mut leg, 1_100, what(Action::Pause));
    leg
}

/// A reading that began at 1,100 ms showed its recording to be over.
fn over(mut leg: Leg) -> Leg {
    leg.read(ms(1_100), Some(Screen::Stopped));
    leg
}

/// Refused at 1,100 ms with this status.
fn refused_with(status: u16, before: Screen) -> Leg {
    let mut leg = asked(Action::Pause, before);
    answer(&mut leg, 1_100, refused(Action::Pause, status));
    leg
}

#[test]
#[expect(clippy::large_stack_arrays, reason = "a row a line")]
fn a_pause_that_was_accepted_is_what_the_screen_reads() {
    let (event, direct, watch) = (Door::Event, Door::Direct, Door::Watch);
    let active = || accepted(Screen::Active);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (active(), event, a("paused"), 1_100, VERIFIED, "as asked for"),
        (active(), watch, a("paused"), 1_100, VERIFIED, "as asked for"),
        (active(), event, a("paused"), 999, OPEN, "it began before the request"),
        (active(), event, a("active"), 999, OPEN, "it began before the request"),
        (active(), event, dead("active"), 999, OPEN, "it began before the request"),
        (accepted(Screen::Paused), event, a("paused"), 1_000, VERIFIED, "an answer is a second witness"),
        (active(), direct, a("paused"), 2_099, OPEN, "a resume on its way may still overtake it"),
        (active(), direct, a("paused"), 2_100, VERIFIED, "a second later none does"),
        (accepted_again(5_000), direct, a("paused"), 5_999, OPEN, "the last answer counts"),
        (accepted_again(5_000), direct, a("paused"), 6_000, VERIFIED, "the last answer counts"),
        (active(), event, a("active"), 1_099, OPEN, "it began before the answer"),
        (active(), event, a("active"), 1_100, AGAIN, "it did not hold"),
        (active(), event, a("active"), 20_000, AGAIN, "however late: until the deadline"),
        (active(), direct, a("active"), 1_100, AGAIN, "it did not hold"),
        (over(active()), event, a("stopped"), 4_099, OPEN, "the recorder may begin a second file"),
        (over(active()), event, a("stopped"), 4_100, TERMINATED, "cut in two"),
        (over(active()), direct, a("stopped"), 4_100, TERMINATED, "cut in two"),
        (over(active()), event, a("error"), 4_100, TERMINATED, "nothing is recorded"),
        (over(active()), event, a("timeout"), 4_100, TERMINATED, "nothing is recorded"),
        (over(accepted_again(6_000)), event, a("stopped"), 8_999, OPEN, "the second request may be what ended it"),
        (over(accepted_again(6_000)), event, a("stopped"), 9_000, TERMINATED, "no second file within the lag"),
        (over(accepted(Screen::Paused)), event, a("stopped"), 4_100, TERMINATED, "paused is a recording, too"),
        (over(accepted(Screen::Requested)), event, a("stopped"), 4_100, TERMINATED, "about to be recorded"),
        (over(accepted(Screen::Unknown)), event, a("stopped"), 4_100, TERMINATED, "an unreported screen counts as running"),
        (accepted(Screen::Stopped), event, a("stopped"), 4_100, NOT_RECORDING, "it was over before"),
        (accepted(Screen::Stopped), event, a("stopped"), 4_099, OPEN, "a second file may begin"),
        (accepted(Screen::Error), event, a("error"), 4_100, NOT_RECORDING, "it was over before"),
        (accepted(Screen::Timeout), event, a("timeout"), 4_100, NOT_RECORDING, "it was over before"),
        (active(), event, a("stopped"), 9_000, OPEN, "it has just ended: a second file may begin"),
        (active(), event, a("requested"), 4_099, OPEN, "it may begin yet"),
        (active(), event, a("requested"), 4_100, UNVERIFIABLE, "reads have caught up"),
        (accepted_again(5_000), event, a("requested"), 5_000, UNVERIFIABLE, "the first answer counts: no endless pausing"),
        (active(), direct, a("requested"), 20_000, OPEN, "to a flow it is not dark"),
        (accepted_again(5_000), event, a("requested"), 4_899, OPEN, "it began before the last request"),
        (accepted_and_failed(), event, untold(), 4_850, AGAIN, "the last request failed"),
        (accepted_and_sent(), event, untold(), 4_850, OPEN, "the last request is under way"),
        (taken_back(), event, a("paused"), 7_999, OPEN, "it may be from before the resume"),
        (taken_back(), event, a("paused"), 8_000, VERIFIED, "reads have caught up"),
        (active(), event, untold(), 4_099, OPEN, "it may be reported yet"),
        (active(), event, untold(), 4_100, UNVERIFIABLE, "real bodies often do not report it"),
        (active(), direct, untold(), 4_100, UNVERIFIABLE, "real bodies often do not report it"),
        (active(), event, NONE, 4_099, OPEN, "a leg that a stale reading does not list yet"),
        (active(), event, NONE, 4_100, UNVERIFIABLE, "not listed to the end"),
        (active(), event, dead("paused"), 1_000, GONE, "the leg has ended, whatever its screen reads"),
        (active(), event, dead("active"), 1_000, GONE, "the leg has ended, whatever its screen reads"),
        (active(), event, dead("stopped"), 1_000, GONE, "which is why it stopped"),
        (active(), event, wrapped_up(a("active")), 1_000, GONE, "its wrap-up has ended, too"),
        (active(), event, in_wrap_up(a("active")), 1_100, AGAIN, "recorded on in wrap-up"),
        (active(), event, in_wrap_up(a("paused")), 1_100, VERIFIED, "dark in wrap-up"),
    ];
    for (leg, door, seen, began, wanted, reason) in rows {
        assert_eq!(finding(&leg, door, &seen, began), wanted, "{door:?}, {began}, {seen}: {reason}");
    }
}

#[test]
fn a_pause_that_is_not_answered_yet_is_given_up_only_for_a_screen_that_is_recorded() {
    let (event, direct) = (Door::Event, Door::Direct);
    let again = || {
        let mut leg = failed(down);
        leg.sent_again(ms(3_000));
        leg
    };
    let was_active = || asked(Action::Pause, Screen::Active);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (unanswered(), event, a("active"), 2_949, OPEN, "the answer may be on its way"),
        (unanswered(), event, a("active"), 2_950, INSTEAD, "it arrives 2 s after the sending"),
        (unanswered(), direct, a("active"), 2_950, INSTEAD, "at every door"),
        (again(), event, a("active"), 2_999, OPEN, "it began before the last sending"),
        (again(), event, a("active"), 6_900, OPEN, "one that is not the first is let come to its end: 4 s"),
        (unanswered(), event, a("requested"), 3_900, OPEN, "one request at a time"),
        (unanswered(), event, untold(), 3_900, OPEN, "one request at a time"),
        (over(unanswered()), event, a("stopped"), 3_900, OPEN, "one request at a time"),
        (unanswered(), event, a("paused"), 3_999, OPEN, "it may be an old pause"),
        (unanswered(), event, a("paused"), 4_000, VERIFIED, "reads have caught up"),
        (was_active(), event, a("paused"), 1_000, VERIFIED, "no other reason for it"),
        (was_active(), direct, a("paused"), 1_999, OPEN, "a resume on its way may still overtake it"),
        (was_active(), direct, a("paused"), 2_000, VERIFIED, "a second after the sending"),
        (over(was_active()), event, a("stopped"), 4_100, TERMINATED, "unanswered is not refused"),
        (was_active(), event, dead("active"), 1_000, GONE, "the leg has ended"),
    ];
    for (leg, door, seen, began, wanted, reason) in rows {
        assert_eq!(finding(&leg, door, &seen, began), wanted, "{door:?}, {began}, {seen}: {reason}");
    }
}

#[test]
fn a_pause_that_failed_is_sent_again_with_every_reading_that_does_not_end_the_leg() {
    let limited_for_2_s = |action| limited(action, 2);
    let resent = || {
        let mut leg = failed(down);
        leg.sent_again(ms(1_500));
        answer(&mut leg, 1_600, down(Action::Pause));
        leg
    };
    let late = || {
        let mut leg = unanswered();
        answer(&mut leg, 4_500, down(Action::Pause));
        leg
    };
    #[rustfmt::skip] // A row a line.
    let rows = [
        (failed(down), a("active"), 1_050, AGAIN, "it began before the failure, and is as good as any"),
        (failed(down), a("active"), 999, OPEN, "it began before the request"),
        (failed(down), a("paused"), 1_100, AGAIN, "it may be an old pause"),
        (failed(down), a("paused"), 4_000, VERIFIED, "reads have caught up"),
        (failed(down), a("requested"), 1_100, AGAIN, "whatever it shows"),
        (failed(down), untold(), 1_100, AGAIN, "whatever it shows"),
        (failed(down), NONE, 1_100, AGAIN, "whatever it shows"),
        (failed(down), a("stopped"), 1_100, AGAIN, "whatever it shows"),
        (failed(down), untold(), 20_000, AGAIN, "until the deadline"),
        (over(failed(down)), a("stopped"), 4_100, TERMINATED, "it may have been carried out"),
        (over(failed(broken)), a("stopped"), 4_100, TERMINATED, "it may have been carried out"),
        (failed(limited_for_2_s), a("active"), 3_049, OPEN, "it arrives before Retry-After allows"),
        (failed(limited_for_2_s), a("active"), 3_050, AGAIN, "Retry-After allows"),
        (over(failed(limited_for_2_s)), a("stopped"), 4_100, NOT_RECORDING, "it was not carried out"),
        (resent(), a("active"), 1_499, OPEN, "it began before the last request"),
        (resent(), a("active"), 1_550, AGAIN, "it began after the last request"),
        (late(), a("active"), 5_449, OPEN, "a second apart once the lag is over"),
        (late(), a("active"), 5_450, AGAIN, "a second apart once the lag is over"),
    ];
    for (leg, seen, began, wanted, reason) in rows {
        assert_eq!(finding(&leg, Door::Event, &seen, began), wanted, "{began}, {seen}: {reason}");
    }
}

#[test]
fn a_refusal_of_a_pause_is_final_only_after_the_lag() {
    let with = |status| refused_with(status, Screen::Active);
    let refused_late = || {
        let mut leg = with(404);
        leg.sent_again(ms(3_000));
        answer(&mut leg, 3_100, refused(Action::Pause, 409));
        leg
    };
    let under_way = || {
        let mut leg = with(404);
        leg.sent_again(ms(4_090));
        leg
    };
    #[rustfmt::skip] // A row a line.
    let rows = [
        (with(404), a("active"), 1_100, AGAIN, "it may pass"),
        (with(409), a("active"), 4_099, AGAIN, "it may pass"),
        (with(409), a("requested"), 1_100, AGAIN, "it may pass"),
        (with(409), a("active"), 4_100, pause_failed(409), "Rejected"),
        (with(404), a("active"), 4_100, pause_failed(404), "EndpointMissing"),
        (with(405), untold(), 4_100, pause_failed(405), "EndpointMissing"),
        (with(410), a("active"), 1_100, AGAIN, "`active` outweighs NOT_RECORDED_STATUS"),
        (with(410), a("active"), 4_100, pause_failed(410), "`active` outweighs NOT_RECORDED_STATUS"),
        (with(410), a("requested"), 4_100, pause_failed(410), "so does `requested`"),
        (refused_with(410, Screen::Paused), a("paused"), 1_100, AGAIN, "so does `paused`, until reads have caught up"),
        (with(410), untold(), 4_099, AGAIN, "it may be reported yet"),
        (with(410), untold(), 4_100, NOT_RECORDING, "the organization says so by this status"),
        (over(with(410)), a("stopped"), 4_100, NOT_RECORDING, "not by our request: it was refused"),
        (refused_with(404, Screen::Stopped), a("stopped"), 4_000, NOT_RECORDING, "it was over before"),
        (with(404), a("stopped"), 3_999, AGAIN, "every reading that does not end the leg"),
        (with(409), NONE, 4_099, AGAIN, "a stale reading"),
        (with(409), NONE, 4_100, GONE, "the leg is not there"),
        (with(410), NONE, 4_100, GONE, "the leg is not there"),
        (refused_late(), a("active"), 4_100, pause_failed(409), "counted from the first refusal, told by the last"),
        (under_way(), a("active"), 4_150, OPEN, "one request at a time"),
    ];
    for (leg, seen, began, wanted, reason) in rows {
        assert_eq!(finding(&leg, Door::Event, &seen, began), wanted, "{began}, {seen}: {reason}");
    }
    assert_eq!(
        finding(&refused_with(410, Screen::Paused), Door::Direct, &a("paused"), 2_099),
        AGAIN,
        "it is not settled: a resume on its way may still overtake it"
    );
}

// ---- After a resume that was sent at 1,000 ms.

/// Acknowledged at 1,100 ms.
fn resumed() -> Leg {
    let mut leg = asked(Action::Resume, Screen::Paused);
    answer(&mut leg, 1_100, acknowledged());
    leg
}

/// Acknowledged at 1,100 ms, and again at 5,000 ms.
fn resumed_twice() -> Leg {
    let mut leg = resumed();
    leg.sent_again(ms(4_900));
    answer(&mut leg, 5_000, acknowledged());
    leg
}

/// Answered so at 1,100 ms.
fn not_resumed(what: fn(Action) -> Came) -> Leg {
    let mut leg = asked(Action::Resume, Screen::Paused);
    answer(&mut leg, 1_100, what(Action::Resume));
    leg
}

/// Answered so at 1,100 ms; not the initiator's leg.
fn not_resumed_other(what: fn(Action) -> Came) -> Leg {
    let mut leg = not_resumed(what);
    leg.is_own = false;
    leg
}

fn refused_404(action: Action) -> Came {
    refused(action, 404)
}

fn refused_410(action: Action) -> Came {
    refused(action, 410)
}

#[test]
fn a_resume_that_was_accepted_is_what_the_screen_reads_once_reads_have_caught_up() {
    let not_resumed = Finding::Failed(Error::NotResumed);
    let under_way = || asked(Action::Resume, Screen::Paused);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (resumed(), a("active"), 4_099, OPEN, "a secure pause that began meanwhile may not show yet"),
        (resumed(), a("active"), 4_100, VERIFIED, "as asked for"),
        (resumed(), a("active"), 999, OPEN, "it began before the request"),
        (resumed(), dead("active"), 999, OPEN, "it began before the request"),
        (resumed_twice(), a("active"), 7_999, OPEN, "the last answer counts"),
        (resumed_twice(), a("active"), 8_000, VERIFIED, "the last answer counts"),
        (resumed(), a("requested"), 4_100, VERIFIED, "it is asked for again"),
        (resumed(), a("paused"), 4_099, OPEN, "it may show yet"),
        (resumed(), a("paused"), 4_100, AGAIN, "it did not hold"),
        (resumed_twice(), a("paused"), 8_000, not_resumed, "acknowledged twice, and still paused"),
        (resumed(), a("stopped"), 4_099, OPEN, "until then, nothing is known"),
        (resumed(), a("stopped"), 4_100, TERMINATED, "the recording is over"),
        (resumed(), a("error"), 4_100, TERMINATED, "it failed"),
        (resumed(), a("timeout"), 4_100, TERMINATED, "it never came to run"),
        (resumed(), untold(), 4_100, UNVERIFIABLE, "not reported"),
        (resumed(), NONE, 4_100, UNVERIFIABLE, "not listed"),
        (resumed(), NONE, 1_100, OPEN, "a stale reading"),
        (resumed(), dead("active"), 1_000, GONE, "the leg has ended"),
        (under_way(), a("paused"), 9_000, OPEN, "one request at a time"),
        (under_way(), a("active"), 9_000, OPEN, "its answer is awaited"),
        (under_way(), dead("active"), 1_000, GONE, "the leg has ended"),
        (resumed(), in_wrap_up(a("active")), 4_099, OPEN, "it may yet have to be paused again"),
        (resumed(), in_wrap_up(a("active")), 4_100, VERIFIED, "recorded again in wrap-up"),
        (resumed(), in_wrap_up(a("paused")), 4_100, GONE, "who has hung up stays dark"),
    ];
    for (leg, seen, began, wanted, reason) in rows {
        assert_eq!(finding(&leg, Door::Event, &seen, began), wanted, "{began}, {seen}: {reason}");
    }
}

#[test]
fn a_resume_that_failed_is_sent_again_only_on_a_reading_made_since() {
    let limited_for_2_s = |action| limited(action, 2);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (not_resumed(down), a("paused"), 1_099, OPEN, "it began before the request ended"),
        (not_resumed(down), a("paused"), 1_100, AGAIN, "made since"),
        (not_resumed(down), untold(), 1_100, AGAIN, "it may be dark"),
        (not_resumed(down), NONE, 1_100, AGAIN, "a stale reading may not list it"),
        (not_resumed(down), a("active"), 1_100, OPEN, "it may have been carried out"),
        (not_resumed(down), a("active"), 4_100, VERIFIED, "it was carried out"),
        (not_resumed(down), a("stopped"), 4_100, TERMINATED, "the recording is over"),
        (not_resumed(down), a("paused"), 9_000, AGAIN, "for as long as there is time"),
        (not_resumed(limited_for_2_s), a("paused"), 3_099, OPEN, "no wait stands between the reading and the request"),
        (not_resumed(limited_for_2_s), a("paused"), 3_100, AGAIN, "Retry-After allows, and then it was read"),
        (not_resumed(down), dead("paused"), 1_100, GONE, "the leg has ended"),
        (not_resumed(down), in_wrap_up(a("paused")), 1_100, OPEN, "never a leg in wrap-up"),
        (not_resumed(down), in_wrap_up(a("paused")), 4_100, GONE, "never a leg in wrap-up"),
        (not_resumed(down), in_wrap_up(untold()), 4_100, GONE, "never a leg in wrap-up"),
        (not_resumed(refused_404), a("paused"), 1_100, AGAIN, "a refusal may pass"),
        (not_resumed(refused_404), a("paused"), 4_099, AGAIN, "a refusal may pass"),
        (not_resumed(refused_404), a("paused"), 4_100, resume_failed(404), "for good"),
        (not_resumed(refused_404), untold(), 4_100, resume_failed(404), "the initiator's: for good"),
        (not_resumed(refused_410), untold(), 4_100, NOT_RECORDING, "the organization says so by this status"),
        (not_resumed(refused_410), a("paused"), 4_100, resume_failed(410), "`paused` outweighs NOT_RECORDED_STATUS"),
        (not_resumed(refused_404), NONE, 4_100, GONE, "the leg is not there"),
        (not_resumed_other(refused_404), untold(), 4_099, AGAIN, "another's: a refusal may pass"),
        (not_resumed_other(refused_404), untold(), 4_100, NOT_RECORDING, "another's: it may never have been paused"),
        (not_resumed_other(refused_404), a("paused"), 4_100, resume_failed(404), "another's, known to be dark"),
        (not_resumed_other(refused_404), a("active"), 4_100, VERIFIED, "another's, known to be recorded"),
        (not_resumed_other(down), untold(), 1_100, AGAIN, "another's: not refused"),
    ];
    for (leg, seen, began, wanted, reason) in rows {
        assert_eq!(finding(&leg, Door::Event, &seen, began), wanted, "{began}, {seen}: {reason}");
    }
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
