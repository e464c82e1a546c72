//! How a request ends, how a leg ends at the deadline, and which checks are the last: a row a line, with its reason.

use std::collections::BTreeSet;

use secure_pause::decide::ending::{Course, conclude, ends, last_word};
use secure_pause::decide::history::{History, Leg};
use secure_pause::decide::outcome::{Outcome, State};
use secure_pause::decide::request::Door;
use secure_pause::decide::tables::{End, Exposed, Rule};
use secure_pause::error::{Answered, Error, Operation, What};
use secure_pause::genesys::conversation::Screen;
use secure_pause::genesys::screen_recording::Action;
use strum::VariantArray as _;

use crate::fixtures::{Came, acknowledged, answer, down, forbidden, limited, ms, refused, sent, unread};

const PAUSE: Option<Rule> = Some(Rule::Pause(Exposed::All));
const OVER: Option<Rule> = Some(Rule::End(End::Outcome(Outcome::ConversationOver)));

/// A leg whose request was acknowledged, and that ended so.
fn ended(action: Action, state: State) -> Leg {
    let mut leg = sent(action, 0);
    answer(&mut leg, 100, acknowledged());
    leg.ended(ms(200), state, None);
    leg
}

/// A leg that failed so.
fn failed(error: Error) -> Leg {
    let mut leg = sent(Action::Pause, 0);
    leg.ended(ms(200), State::Failed, Some(error));
    leg
}

/// A leg that had gone before its request was acknowledged.
fn not_reached() -> Leg {
    let mut leg = sent(Action::Pause, 0);
    leg.ended(ms(200), State::Gone, None);
    leg
}

fn name(end: Result<Outcome, Error>) -> String {
    end.map_or_else(|error| error.name().to_owned(), |outcome| format!("{outcome:?}"))
}

/// How it ends, by the outcome or the error's name.
fn concluded(door: Door, course: Course, rule: Option<Rule>, legs: Vec<Leg>) -> String {
    let history = History { legs, ..History::default() };
    name(conclude((door, course, rule), &history, None, false))
}

#[test]
fn a_pause_ends_by_what_became_of_its_legs() {
    use State::{Failed, Gone, NotRecording, Terminated, Unverifiable, Verified};
    let (event, direct, watch) = (Door::Event, Door::Direct, Door::Watch);
    let snapshot = Door::Snapshot;
    let leg = |state| ended(Action::Pause, state);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (event, PAUSE, vec![leg(Verified)], "Paused", "read back"),
        (event, PAUSE, vec![leg(Unverifiable)], "Paused", "as far as can be known"),
        (event, PAUSE, vec![leg(Terminated)], "Paused", "nothing is recorded"),
        (event, PAUSE, vec![leg(NotRecording)], "Paused", "nothing is recorded"),
        (event, PAUSE, vec![leg(Gone)], "Paused", "acknowledged, and gone since"),
        (event, PAUSE, vec![not_reached()], "NoTarget", "gone, and nothing was reached"),
        (event, PAUSE, vec![not_reached(), leg(Verified)], "Paused", "the other one was reached"),
        (event, OVER, vec![leg(Gone)], "ConversationOver", "gone, and so is the conversation"),
        (event, OVER, vec![leg(Gone), leg(Verified)], "Paused", "somebody is left"),
        (event, Some(Rule::End(End::NoConversation)), vec![leg(Gone)], "ConversationUnreadable", "never found again"),
        (event, PAUSE, vec![leg(Verified), failed(Error::NotPaused)], "NotPaused", "one that fails is not hidden"),
        (event, PAUSE, vec![failed(Error::NotPaused), failed(Error::NoTarget)], "NoTarget", "the error that stands first"),
        (event, PAUSE, vec![failed(Error::NoTarget), failed(Error::NotPaused)], "NoTarget", "whatever their order"),
        (direct, PAUSE, vec![leg(Verified)], "Paused", "read back"),
        (direct, PAUSE, vec![leg(Verified), leg(Gone)], "Paused", "the one that is left is dark"),
        (direct, PAUSE, vec![leg(Unverifiable)], "Paused", "as far as can be known"),
        (direct, PAUSE, vec![leg(Gone)], "NoTarget", "a flow asks for the card on nothing but a dark screen"),
        (direct, PAUSE, vec![leg(Failed)], "NotPaused", "nothing better is known"),
        (snapshot, PAUSE, vec![leg(Verified)], "Paused", "read back"),
        (snapshot, PAUSE, vec![leg(Gone)], "Paused", "acknowledged, and gone since"),
        (snapshot, PAUSE, vec![not_reached()], "Ignored", "of many snapshots, one that finds nobody is no failure"),
        (snapshot, PAUSE, vec![not_reached(), failed(Error::NotPaused)], "NotPaused", "one that fails is not hidden"),
        (watch, PAUSE, vec![leg(Verified)], "Repaired", "a screen was recorded"),
        (watch, PAUSE, vec![leg(Terminated)], "Repaired", "a screen was recorded"),
        (watch, PAUSE, vec![leg(Unverifiable)], "Watching", "nobody can say: counted as nothing"),
        (watch, PAUSE, vec![leg(Gone)], "Watching", "nobody's screen"),
        (watch, PAUSE, vec![leg(NotRecording)], "Watching", "no screen was recorded"),
        (watch, PAUSE, vec![leg(Unverifiable), leg(Verified)], "Repaired", "one was recorded"),
    ];
    for (door, rule, legs, wanted, reason) in rows {
        assert_eq!(concluded(door, Course::Pausing, rule, legs), wanted, "{door:?}: {reason}");
    }
}

#[test]
fn a_flow_hears_no_paused_of_a_screen_that_is_not_dark_to_it() {
    let broken = {
        let mut leg = sent(Action::Pause, 0);
        leg.read(ms(100), Some(Screen::Error));
        leg.ended(ms(200), State::Terminated, None);
        leg
    };
    let unverifiable = || ended(Action::Pause, State::Unverifiable);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (Door::Direct, broken.clone(), false, "NotPaused", "a recorder in an error may start again"),
        (Door::Event, broken, false, "Paused", "nothing is recorded"),
        (Door::Direct, unverifiable(), true, "NotPaused", "REQUIRE_VERIFIED"),
        (Door::Event, unverifiable(), true, "Paused", "nobody waits for it"),
        (Door::Direct, unverifiable(), false, "Paused", "as far as can be known"),
    ];
    for (door, leg, strict, wanted, reason) in rows {
        let history = History { legs: vec![leg], ..History::default() };
        let end = conclude((door, Course::Pausing, PAUSE), &history, None, strict);
        assert_eq!(name(end), wanted, "{door:?}: {reason}");
    }
}

#[test]
fn a_resume_ends_by_what_became_of_its_legs() {
    use State::{Gone, NotRecording, Terminated, Unverifiable, Verified};
    let leg = |state| ended(Action::Resume, state);
    let resume = Some(Rule::Resume);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (Door::Event, resume, vec![leg(Verified)], "Resumed", "read back"),
        (Door::Event, resume, vec![leg(Unverifiable)], "Resumed", "as far as can be known"),
        (Door::Event, resume, vec![leg(Terminated)], "Resumed", "its recording is over"),
        (Door::Event, resume, vec![leg(NotRecording), leg(Gone)], "NothingPaused", "nobody's screen was paused"),
        (Door::Event, resume, vec![leg(NotRecording), leg(Verified)], "Resumed", "one was"),
        (Door::Event, OVER, vec![leg(Gone)], "ConversationOver", "gone, and so is the conversation"),
        (Door::Event, resume, vec![leg(Verified), failed(Error::NotResumed)], "NotResumed", "one that fails is not hidden"),
        (Door::Direct, resume, vec![leg(Verified)], "Resumed", "read back"),
        (Door::Snapshot, resume, vec![leg(Verified)], "Resumed", "read back"),
        (Door::Watch, resume, vec![leg(Verified)], "Recovered", "left dark until now"),
        (Door::Watch, resume, vec![leg(Gone)], "NothingPaused", "nobody's screen was paused"),
    ];
    for (door, rule, legs, wanted, reason) in rows {
        assert_eq!(concluded(door, Course::Resuming, rule, legs), wanted, "{door:?}: {reason}");
    }
}

#[test]
fn a_resume_that_was_taken_back_ends_so_at_every_door() {
    let legs = || vec![ended(Action::Pause, State::Verified)];
    for door in [Door::Event, Door::Snapshot, Door::Direct, Door::Watch] {
        assert_eq!(concluded(door, Course::Withdrawing, PAUSE, legs()), "ResumeWithdrawn", "{door:?}");
    }
    let failed = vec![failed(Error::NotPaused)];
    assert_eq!(concluded(Door::Event, Course::Withdrawing, PAUSE, failed), "NotPaused", "it is recorded");
    let history = History { legs: legs(), ..History::default() };
    let end = conclude((Door::Event, Course::Withdrawing, PAUSE), &history, Some(&unread()), false);
    assert_eq!(name(end), "UpstreamUnavailable", "taken back because no reading came");
}

#[test]
fn what_ends_without_a_request() {
    #[rustfmt::skip] // A row a line.
    let rows = [
        (End::Outcome(Outcome::Stale), "Stale"),
        (End::Outcome(Outcome::Deferred), "Deferred"),
        (End::NoTarget, "NoTarget"),
        (End::NoConversation, "ConversationUnreadable"),
    ];
    for (end, wanted) in rows {
        assert_eq!(name(ends(end)), wanted);
    }
    let what = What::Status(404);
    let answered = Answered { operation: Operation::Conversation, what, correlation: None };
    assert_eq!(ends(End::NoConversation), Err(Error::ConversationUnreadable(answered)));
}

/// A request that came to this; its screen read so before it, and since.
fn leg(action: Action, before: Screen, came: Option<Came>, since: Option<Screen>) -> Leg {
    let mut leg = sent(action, 1_000);
    leg.read(ms(0), Some(before));
    if let Some(came) = came {
        answer(&mut leg, 1_100, came);
    }
    if since.is_some() {
        leg.read(ms(2_000), since);
    }
    leg
}

#[test]
fn a_pause_at_the_deadline_is_what_is_known_of_it() {
    use Screen::{Active, Paused, Requested, Stopped, Timeout, Unknown};
    use State::{Failed, NotRecording, Unverifiable};
    const P: Action = Action::Pause;
    let (event, direct) = (Door::Event, Door::Direct);
    let accepted = || Some(acknowledged());
    let by = |status| Some(refused(P, status));
    #[rustfmt::skip] // A row a line.
    let rows = [
        (event, leg(P, Active, accepted(), Some(Active)), Failed, "NotPaused", "it did not hold"),
        (direct, leg(P, Active, accepted(), Some(Active)), Failed, "NotPaused", "it did not hold"),
        (event, leg(P, Active, accepted(), Some(Requested)), Unverifiable, "", "nobody can say"),
        (direct, leg(P, Active, accepted(), Some(Requested)), Failed, "NotPaused", "about to be recorded"),
        (event, leg(P, Active, accepted(), Some(Unknown)), Unverifiable, "", "not reported"),
        (event, leg(P, Active, accepted(), Some(Stopped)), Unverifiable, "UpstreamUnavailable", "a second recording may have begun"),
        (event, leg(P, Active, accepted(), Some(Timeout)), Unverifiable, "UpstreamUnavailable", "a second recording may have begun"),
        (direct, leg(P, Active, accepted(), Some(Unknown)), Unverifiable, "UpstreamUnavailable", "no reading was late enough"),
        (direct, leg(P, Active, accepted(), Some(Paused)), Unverifiable, "UpstreamUnavailable", "no reading was late enough"),
        (event, leg(P, Active, accepted(), None), Unverifiable, "UpstreamUnavailable", "no reading at all"),
        (event, leg(P, Unknown, by(410), None), NotRecording, "", "the organization says so by this status"),
        (event, leg(P, Stopped, by(410), None), NotRecording, "", "the organization says so by this status"),
        (event, leg(P, Active, by(410), None), Failed, "Rejected", "it read active before"),
        (event, leg(P, Paused, by(410), None), Failed, "Rejected", "it read paused before"),
        (direct, leg(P, Requested, by(410), None), Failed, "Rejected", "it read requested before"),
        (event, leg(P, Unknown, by(410), Some(Unknown)), Failed, "Rejected", "the lag was not over"),
        (event, leg(P, Unknown, by(404), None), Failed, "UpstreamUnavailable", "the path or the leg may be missing"),
        (event, leg(P, Unknown, by(405), None), Failed, "UpstreamUnavailable", "the path or the leg may be missing"),
        (event, leg(P, Unknown, by(404), Some(Active)), Failed, "EndpointMissing", "the leg is there"),
        (event, leg(P, Unknown, by(409), None), Failed, "Rejected", "refused, whatever a reading says"),
        (event, leg(P, Unknown, by(409), Some(Active)), Failed, "Rejected", "refused"),
        (event, leg(P, Active, Some(limited(P, 9)), Some(Active)), Failed, "RateLimited", "the cause"),
        (event, leg(P, Active, Some(forbidden(P)), None), Failed, "Forbidden", "the cause"),
        (event, leg(P, Active, Some(down(P)), None), Failed, "UpstreamUnavailable", "the cause"),
        (event, leg(P, Active, None, Some(Active)), Failed, "DeadlineExceeded", "not answered"),
    ];
    for (door, leg, state, error, reason) in rows {
        let (found, why) = last_word(&leg, door, &unread(), &BTreeSet::from([410]));
        assert_eq!((found, why.map_or("", |why| why.name())), (state, error), "{door:?}: {reason}");
    }
    let leg = leg(P, Active, None, None);
    let (_, why) = last_word(&leg, event, &unread(), &BTreeSet::new());
    assert_eq!(why, Some(Error::DeadlineExceeded(Operation::Pause)), "of the pause, not of the reading");
}

#[test]
fn a_resume_at_the_deadline_is_what_is_known_of_it() {
    use Screen::{Active, Paused, Unknown};
    use State::{Failed, Unverifiable};
    const R: Action = Action::Resume;
    let accepted = || Some(acknowledged());
    #[rustfmt::skip] // A row a line.
    let rows = [
        (leg(R, Paused, accepted(), Some(Paused)), Failed, "NotResumed", "it did not hold"),
        (leg(R, Paused, accepted(), Some(Active)), Unverifiable, "UpstreamUnavailable", "no reading was late enough"),
        (leg(R, Paused, accepted(), Some(Unknown)), Unverifiable, "UpstreamUnavailable", "no reading was late enough"),
        (leg(R, Paused, accepted(), None), Unverifiable, "UpstreamUnavailable", "no reading at all"),
        (leg(R, Paused, Some(refused(R, 409)), Some(Paused)), Failed, "Rejected", "refused"),
        (leg(R, Paused, Some(down(R)), Some(Paused)), Failed, "UpstreamUnavailable", "the cause"),
        (leg(R, Paused, None, Some(Paused)), Failed, "DeadlineExceeded", "not answered"),
    ];
    for (leg, state, error, reason) in rows {
        for door in [Door::Event, Door::Direct, Door::Watch] {
            let (found, why) = last_word(&leg, door, &unread(), &BTreeSet::new());
            let why = why.map_or("", |why| why.name());
            assert_eq!((found, why), (state, error), "{door:?}: {reason}");
        }
    }
}

#[test]
fn a_watch_ends_where_nothing_is_left_to_be_done() {
    use Outcome::{
        ConversationOver, Deferred, Doubtful, Ignored, LeftForLater, NothingPaused, Observed, PauseOnly,
        Paused, Recovered, Repaired, Reported, ResumeWithdrawn, Resumed, Stale, StillOn, Superseded,
        Watching,
    };
    #[rustfmt::skip] // A row a line.
    let rows = [
        (ConversationOver, true, "there is no screen left"),
        (Recovered, true, "over, and resumed"),
        (NothingPaused, true, "over, and nothing was dark"),
        (Ignored, true, "none of its business"),
        (Observed, true, "nothing would be sent next time either"),
        (Watching, false, "the secure pause goes on"),
        (LeftForLater, false, "nothing was read"),
        (Repaired, false, "the secure pause goes on"),
        (Superseded, false, "another goes on, or this one ended with its screen dark"),
        (ResumeWithdrawn, false, "another goes on"),
        (PauseOnly, false, "until the brake is released"),
        (Doubtful, false, "in doubt, look again"),
        (Stale, false, "in doubt, look again"),
        (StillOn, false, "another goes on"),
        (Paused, false, "it must be resumed one day"),
        (Resumed, false, "a check never ends so"),
        (Deferred, false, "it is yet to be resumed"),
        (Reported, false, "a check never ends so"),
    ];
    assert_eq!(rows.len(), Outcome::VARIANTS.len());
    for (outcome, is_done, reason) in rows {
        assert_eq!(outcome.is_done(), is_done, "{outcome:?}: {reason}");
        assert!(Outcome::VARIANTS.contains(&outcome), "{outcome:?}");
    }
}
