//! What is known of a leg after each answer: a row a line, with its reason.

use secure_pause::decide::history::{ANSWERS_KEPT, Fate, History, Leg};
use secure_pause::decide::outcome::State;
use secure_pause::decide::request::Door;
use secure_pause::error::{Answered, Error, Failure, Operation, Retry, What};
use secure_pause::genesys::conversation::Screen;
use secure_pause::genesys::screen_recording::{Action, Reply};

use crate::fixtures::{
    Came, LEG_B, acknowledged, answer, answered, broken, down, forbidden, id, limited, ms, refused, sent,
    timed_out, timing, token_refused,
};

const P: Action = Action::Pause;

/// A pause sent at 0 ms, and what came back, a request after the other.
fn after(answers: &[(u64, Came)]) -> Leg {
    let mut leg = sent(P, 0);
    for (number, (at, came)) in answers.iter().enumerate() {
        if number > 0 {
            leg.sent_again(ms(at - 10));
        }
        answer(&mut leg, *at, came.clone());
    }
    leg
}

#[test]
fn the_next_request_is_due_when_the_last_answer_allows() {
    let late = |at| (at, down(P));
    #[rustfmt::skip] // A row a line.
    let rows = [
        (vec![(100, acknowledged())], 100, "nothing speaks against it"),
        (vec![(100, refused(P, 404))], 100, "on the schedule of the readings"),
        (vec![(100, down(P))], 100, "on the schedule of the readings, within the lag"),
        (vec![(2_999, down(P))], 2_999, "within the lag"),
        (vec![late(3_000)], 4_000, "once the lag is over: a second"),
        (vec![late(3_000), late(4_100)], 6_100, "then two"),
        (vec![late(3_000), late(4_100), late(6_200)], 10_200, "then four"),
        (vec![late(3_000), late(4_100), late(6_200), late(11_000)], 19_000, "then eight"),
        (vec![late(3_000), late(4_100), late(6_200), late(11_000), late(20_000)], 28_000, "and no more than eight"),
        (vec![(3_000, broken(P))], 4_000, "a broken connection is no better"),
        (vec![(100, limited(P, 2))], 2_100, "Retry-After"),
        (vec![(4_000, limited(P, 2)), (6_100, down(P))], 7_100, "a Retry-After is no failure of the backoff"),
        (vec![(100, limited(P, 0))], 100, "no wait was asked for"),
        (vec![(3_000, limited(P, 0))], 4_000, "and still no more than one a second, once the lag is over"),
        (vec![(100, token_refused(P))], 100, "with the new token, at once"),
    ];
    for (answers, due, reason) in rows {
        let leg = after(&answers);
        assert_eq!(leg.current.due, ms(due), "{reason}");
        assert!(leg.is_open(), "{reason}");
    }
}

#[test]
fn refusals_count_in_a_row() {
    let no = |at| (at, refused(P, 409));
    #[rustfmt::skip] // A row a line.
    let rows = [
        (vec![no(100), no(300)], Some(100), "since the first"),
        (vec![no(100), (300, down(P)), no(5_000)], Some(5_000), "a failure came between"),
        (vec![no(100), (300, acknowledged())], None, "the last was none"),
    ];
    for (answers, since, reason) in rows {
        assert_eq!(after(&answers).current.first_refused, since.map(ms), "{reason}");
    }
}

#[test]
fn some_answers_are_final() {
    let (acknowledged, unauthorized) = (|at| (at, acknowledged()), |at| (at, token_refused(P)));
    #[rustfmt::skip] // A row a line.
    let rows = [
        (vec![(100, forbidden(P))], Some("Forbidden"), "403"),
        (vec![unauthorized(100), unauthorized(200), unauthorized(300)], None, "two environments may put out each other's tokens"),
        (vec![unauthorized(100), unauthorized(200), unauthorized(300), unauthorized(400)], Some("CredentialsRejected"), "the fourth in a row"),
        (vec![unauthorized(100), unauthorized(200), unauthorized(300), acknowledged(400), unauthorized(500)], None, "not in a row"),
        (vec![unauthorized(100), unauthorized(200), unauthorized(300), (400, refused(P, 404)), unauthorized(500)], None, "not in a row"),
        (vec![unauthorized(100), unauthorized(200), unauthorized(300), (400, down(P)), unauthorized(500)], None, "not in a row"),
        (vec![(100, down(P)), (200, refused(P, 409))], None, "a reading may explain it"),
    ];
    for (answers, wanted, reason) in rows {
        let leg = after(&answers);
        assert_eq!(leg.error().map(Error::name), wanted, "{reason}");
        assert_eq!(leg.state(), wanted.map(|_| State::Failed), "{reason}");
    }
}

#[test]
fn what_is_known_of_a_request() {
    let error = |what| Error::UpstreamUnavailable(answered(P, what));
    let accepted = after(&[(100, acknowledged())]);
    assert_eq!(accepted.current.fate, Some(Fate::Accepted));
    assert_eq!(accepted.current.failure(), None);
    assert!(!accepted.current.has_failed());
    assert!(accepted.is_acknowledged());

    let twice = after(&[(100, acknowledged()), (500, acknowledged())]);
    assert_eq!(twice.current.accepted, 2);
    assert_eq!(twice.current.first_accepted, Some(ms(100)));
    assert_eq!(twice.current.last_accepted, Some(ms(500)));
    assert_eq!((twice.requests, twice.sent, twice.current.last), (2, ms(0), ms(490)));

    let refused_twice = after(&[(100, refused(P, 404)), (500, refused(P, 409))]);
    assert_eq!(refused_twice.current.first_refused, Some(ms(100)));
    assert_eq!(refused_twice.current.failure().unwrap().name(), "Rejected", "the last one");
    assert!(refused_twice.current.has_failed());
    assert!(!refused_twice.is_acknowledged());

    let failed = after(&[(100, broken(P))]);
    assert_eq!(failed.current.fate, Some(Fate::Failed(error(What::Broken))));
    assert_eq!(failed.current.failure(), Some(error(What::Broken)));
    assert!(failed.current.has_failed());

    let mut under_way = failed;
    under_way.sent_again(ms(200));
    assert!(!under_way.current.has_failed(), "the next is under way");
    assert_eq!(under_way.current.ended(), None, "the next is under way");
    assert!(!under_way.is_acknowledged());
}

#[test]
fn what_may_have_been_carried_out() {
    #[rustfmt::skip] // A row a line.
    let rows = [
        (vec![], true, "no answer is no refusal"),
        (vec![(100, acknowledged())], true, "accepted"),
        (vec![(100, down(P))], true, "a gateway may have passed it on"),
        (vec![(100, broken(P))], true, "the answer may have been lost"),
        (vec![(100, refused(P, 409))], false, "refused"),
        (vec![(100, limited(P, 1))], false, "refused for now"),
        (vec![(100, token_refused(P))], false, "refused for now"),
        (vec![(100, down(P)), (200, refused(P, 409))], true, "the first one may have been"),
    ];
    for (answers, wanted, reason) in rows {
        assert_eq!(after(&answers).current.may_have_landed(), wanted, "{reason}");
    }
}

#[test]
fn what_may_follow_at_once() {
    let mut sent = sent(P, 0).current;
    assert!(sent.is_due_at_once(Some(Retry::Now)), "with the new token");
    assert!(sent.is_due_at_once(Some(Retry::Reconnect)), "the next connection is a fresh one");
    assert!(!sent.is_due_at_once(Some(Retry::Reconnect)), "it broke again");
    assert!(sent.is_due_at_once(Some(Retry::Now)), "with the new token, again");
    for retry in [None, Some(Retry::Backoff), Some(Retry::Never), Some(Retry::After(ms(0)))] {
        assert!(!sent.is_due_at_once(retry), "{retry:?}: a reading first");
    }
}

#[test]
fn what_readings_show_of_a_leg() {
    let mut leg = sent(P, 1_000);
    leg.read(ms(500), Some(Screen::Requested));
    assert_eq!((leg.before, leg.seen), (Screen::Requested, None), "it began before the request");
    assert!(leg.was_not_paused);
    leg.read(ms(1_000), Some(Screen::Paused));
    assert_eq!(
        (leg.before, leg.seen),
        (Screen::Requested, Some(Screen::Paused)),
        "it began after the request"
    );
    leg.read(ms(1_200), None);
    assert_eq!(leg.seen, Some(Screen::Unknown), "a reading that does not show the leg");
    leg.sent_again(ms(2_000));
    leg.read(ms(1_900), Some(Screen::Active));
    assert_eq!(leg.seen, Some(Screen::Unknown), "it began before the last request");

    let mut leg = sent(P, 1_000);
    leg.read(ms(500), Some(Screen::Paused));
    leg.read(ms(500), Some(Screen::Unknown));
    leg.read(ms(500), None);
    assert!(!leg.was_not_paused, "nothing but paused, or nothing");
}

#[test]
fn a_resume_that_is_taken_back_begins_anew() {
    let mut leg = Leg { action: Action::Resume, ..after(&[(100, acknowledged())]) };
    leg.ended(ms(200), State::Verified, None);
    leg.take_back(ms(300));
    assert!(leg.was_resumed);
    assert_eq!((leg.action, leg.requests, leg.sent), (Action::Pause, 2, ms(0)));
    assert_eq!((leg.current.first, leg.current.accepted, leg.seen), (ms(300), 0, None));
    assert!(leg.is_open() && leg.current.is_under_way);
}

#[test]
fn the_last_answers_are_kept() {
    let mut leg = sent(P, 0);
    for status in 1..=10 {
        leg.sent_again(ms(0));
        let reply = Reply { status: Some(status), correlation_id: None };
        leg.answered(ms(0), reply, down(P), &timing());
    }
    let kept: Vec<_> = leg.answers.iter().filter_map(|reply| reply.status).collect();
    assert_eq!(kept, [3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(kept.len(), ANSWERS_KEPT);
}

#[test]
fn when_a_leg_ended() {
    let accepted = || after(&[(100, acknowledged())]);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (accepted(), State::Verified, 100, Some(900), "dark since its pause was acknowledged"),
        (accepted(), State::Unverifiable, 100, None, "dark since its pause was acknowledged"),
        (accepted(), State::Terminated, 100, None, "dark since its pause was acknowledged"),
        (accepted(), State::NotRecording, 100, None, "dark since its pause was acknowledged"),
        (accepted(), State::Gone, 900, None, "when it was seen"),
        (accepted(), State::Failed, 900, None, "when it was known"),
        (after(&[]), State::Verified, 900, Some(900), "no answer: when it was read"),
    ];
    for (mut leg, state, at, verified, reason) in rows {
        leg.ended(ms(900), state, None);
        let end = leg.end.as_ref().unwrap();
        assert_eq!((end.at, end.verified), (ms(at), verified.map(ms)), "{state:?}: {reason}");
        assert!(!leg.is_open() && leg.is_acknowledged(), "{state:?}");
        assert!(leg.current.ended().is_some(), "{state:?}: nothing is under way");
    }
}

/// A history of two legs that ended so.
fn two(first: (State, Screen), second: Option<(State, Screen)>) -> History {
    let leg = |(state, seen): (State, Screen)| {
        let mut leg = sent(P, 0);
        leg.read(ms(0), Some(seen));
        leg.ended(ms(100), state, None);
        leg
    };
    let open = Leg::begun(id(LEG_B), P, false, ms(0));
    History { legs: vec![leg(first), second.map_or(open, leg)], ..History::default() }
}

#[test]
fn paused_is_claimed_where_every_target_that_has_not_gone_is_dark() {
    use State::{Failed, Gone, NotRecording, Terminated, Unverifiable, Verified};
    let (verified, gone) = ((Verified, Screen::Paused), Some((Gone, Screen::Unknown)));
    #[rustfmt::skip] // A row a line: at the event door, at the direct door, and with REQUIRE_VERIFIED.
    let rows = [
        (verified, Some(verified), true, true, true, "both were read back"),
        (verified, gone, true, true, true, "the other has gone"),
        (verified, None, false, false, false, "the other is not known yet"),
        (verified, Some((Failed, Screen::Active)), false, false, false, "the other failed"),
        ((Gone, Screen::Unknown), gone, false, false, false, "nobody is left"),
        ((Unverifiable, Screen::Unknown), gone, true, true, false, "as far as can be known"),
        ((NotRecording, Screen::Stopped), gone, true, true, true, "nothing is recorded"),
        ((Terminated, Screen::Stopped), gone, true, true, true, "nothing is recorded"),
        ((Terminated, Screen::Error), gone, true, false, true, "a recorder in an error may start again"),
        ((Terminated, Screen::Timeout), gone, true, false, true, "a recorder in an error may start again"),
        ((NotRecording, Screen::Error), gone, true, false, true, "a recorder in an error may start again"),
    ];
    for (first, second, event, direct, strict, reason) in rows {
        let history = two(first, second);
        assert_eq!(history.is_paused(Door::Event, false), event, "{first:?}, {second:?}: {reason}");
        assert_eq!(history.is_paused(Door::Direct, false), direct, "{first:?}, {second:?}: {reason}");
        assert_eq!(history.is_paused(Door::Event, true), strict, "{first:?}, {second:?}: {reason}");
    }
    assert!(!History::default().is_paused(Door::Event, false), "no target");
    let mut unread = two((Unverifiable, Screen::Stopped), gone);
    unread.legs[0].over_since = Some(ms(100));
    assert!(!unread.is_paused(Door::Event, false), "a second recording may have begun");
    let looks_out = History { is_looking_out: true, ..two(verified, gone) };
    assert!(!looks_out.is_paused(Door::Event, false), "whoever took their place is looked for");
    let mut resumed = two(verified, gone);
    resumed.legs[0].action = Action::Resume;
    assert!(!resumed.is_paused(Door::Event, false), "that is a resume's");
}

#[test]
fn verified_is_claimed_where_every_target_that_has_not_gone_was_read_back() {
    use State::{Gone, Unverifiable, Verified};
    let (verified, gone) = ((Verified, Screen::Paused), (Gone, Screen::Unknown));
    #[rustfmt::skip] // A row a line.
    let rows = [
        (verified, Some(verified), true, "both"),
        (verified, Some(gone), true, "the one that is left"),
        (verified, None, false, "the other is not known yet"),
        (verified, Some((Unverifiable, Screen::Unknown)), false, "the other was not"),
        (gone, Some(gone), false, "nobody is left"),
    ];
    for (first, second, wanted, reason) in rows {
        assert_eq!(two(first, second).is_verified(), wanted, "{reason}");
    }
    assert!(!History::default().is_verified(), "no target");
}

#[test]
fn a_leg_is_found_by_its_id() {
    let history = two((State::Verified, Screen::Paused), None);
    assert_eq!(history.leg(id(LEG_B)).unwrap().participant, id(LEG_B));
    assert!(history.leg(id(crate::fixtures::LEG_C)).is_none());
}

#[test]
fn what_could_not_be_had_before_a_request_is_no_answer_to_it() {
    let token = Answered { operation: Operation::Token, what: What::Status(400), correlation: None };
    #[rustfmt::skip] // A row a line.
    let rows = [
        (acknowledged(), 1, "a 2xx"),
        (refused(P, 404), 1, "a refusal"),
        (down(P), 1, "a 5xx"),
        (timed_out(P), 1, "it was sent, and nobody answered"),
        (failure(Error::CredentialsRejected(token)), 0, "no token could be had"),
        (failure(Error::CredentialsUnavailable(String::new())), 0, "no credentials could be had"),
        (failure(Error::DeadlineExceeded(Operation::Pause)), 0, "no time was left"),
    ];
    for (came, requests, reason) in rows {
        let leg = after(&[(100, came)]);
        assert_eq!((leg.requests, leg.answers.len()), (requests, requests as usize), "{reason}");
    }
}

fn failure(error: Error) -> Came {
    Err(Failure { error, retry: Retry::Never })
}
