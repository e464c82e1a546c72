//! After a resume that was sent at 1,000 ms.

use secure_pause::decide::history::Leg;
use secure_pause::decide::read_back::Finding;
use secure_pause::error::{Error, What};
use secure_pause::genesys::conversation::Screen;
use secure_pause::genesys::screen_recording::Action;

use super::{AGAIN, GONE, NOT_RECORDING, OPEN, TERMINATED, UNVERIFIABLE, VERIFIED, asked, check_events};
use crate::fixtures::{
    Came, NONE, a, acknowledged, answer, answered, dead, down, in_wrap_up, limited, ms, refused, untold,
};

fn resume_failed(status: u16) -> Finding {
    Finding::Failed(answered(Action::Resume, What::Status(status)).refusal())
}

/// Acknowledged at 1,100 ms.
pub fn resumed() -> Leg {
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
    check_events(&rows);
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
    check_events(&rows);
}
