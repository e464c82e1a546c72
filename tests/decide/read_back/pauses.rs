//! After a pause that was sent at 1,000 ms.

use secure_pause::decide::history::Leg;
use secure_pause::decide::read_back::Finding;
use secure_pause::decide::request::Door;
use secure_pause::error::What;
use secure_pause::genesys::conversation::Screen;
use secure_pause::genesys::screen_recording::Action;

use super::resumes::resumed;
use super::{
    AGAIN, GONE, INSTEAD, NOT_RECORDING, OPEN, TERMINATED, UNVERIFIABLE, VERIFIED, asked, check,
    check_events, finding,
};
use crate::fixtures::{
    Came, NONE, a, acknowledged, answer, answered, broken, dead, down, in_wrap_up, limited, ms, refused,
    untold, wrapped_up,
};

fn pause_failed(status: u16) -> Finding {
    Finding::Failed(answered(Action::Pause, What::Status(status)).refusal())
}

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
    leg.take_back(ms(5_000));
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
        (active(), event, NONE, 4_100, GONE, "no agent has this leg"),
        (accepted_and_sent(), event, NONE, 4_800, OPEN, "the last request is under way"),
        (active(), event, dead("paused"), 1_000, GONE, "the leg has ended, whatever its screen reads"),
        (active(), event, dead("active"), 1_000, GONE, "the leg has ended, whatever its screen reads"),
        (active(), event, dead("stopped"), 1_000, GONE, "which is why it stopped"),
        (active(), event, wrapped_up(a("active")), 1_000, GONE, "its wrap-up has ended, too"),
        (active(), event, in_wrap_up(a("active")), 1_100, AGAIN, "recorded on in wrap-up"),
        (active(), event, in_wrap_up(a("paused")), 1_100, VERIFIED, "dark in wrap-up"),
    ];
    check(&rows);
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
    check(&rows);
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
    check_events(&rows);
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
    check_events(&rows);
    assert_eq!(
        finding(&refused_with(410, Screen::Paused), Door::Direct, &a("paused"), 2_099),
        AGAIN,
        "it is not settled: a resume on its way may still overtake it"
    );
}
