//! What one reading calls for at each door: a row a line, with its reason.

use secure_pause::config::Timing;
use secure_pause::decide::outcome::Outcome::{
    self, ConversationOver, Deferred, Doubtful, Ignored, NothingPaused, Reported, Stale, StillOn, Watching,
};
use secure_pause::decide::request::{Door, Phase};
use secure_pause::decide::tables::{Await, End, Exposed, Reads, Rule, Situation, rule};

use crate::fixtures::{
    AGENT_A, LEG_A, NONE, a, dead, in_flow, in_wrap_up, leg, ms, off, on, over, read, unknown, voice_paused,
    wrapped_up,
};

const PAUSE: Rule = Rule::Pause(Exposed::All);
const RESUME: Rule = Rule::Resume;
const NO_TARGET: Rule = Rule::End(End::NoTarget);

fn ends(outcome: Outcome) -> Rule {
    Rule::End(End::Outcome(outcome))
}

fn looks(outcome: Outcome) -> Rule {
    Rule::Look(End::Outcome(outcome))
}

/// What is called for where the event is `age` ms old, and readings have said the same for `said_for` ms.
fn called_for(door: Door, phase: impl Into<Option<Phase>>, reads: Reads, age: i64, said_for: u64) -> Rule {
    let age = time::Duration::milliseconds(age);
    let (said_for, is_of_order, is_all_active) = (ms(said_for), false, false);
    let phase = phase.into();
    let (voice, may_be_dark) = (Await::Nothing, false);
    let situation =
        Situation { door, phase, is_of_order, reads, age, said_for, is_all_active, voice, may_be_dark };
    rule(&situation, &Timing::default())
}

/// What is read, how old the event is, how long readings have said it, what is called for, and why.
type OfAge = (Reads, i64, u64, Rule, &'static str);

fn check_events(phase: Phase, rows: &[OfAge]) {
    for (reads, age, said_for, wanted, reason) in rows {
        let rule = called_for(Door::Event, phase, *reads, *age, *said_for);
        assert_eq!(rule, *wanted, "{reads:?} for {said_for} ms, {age} ms old: {reason}");
    }
}

/// The phase, what is read, how long readings have said it, what is called for, and why.
type OfAnyAge = (Phase, Reads, u64, Rule, &'static str);

fn check_at_any_age(door: Door, ages: [i64; 3], rows: &[OfAnyAge]) {
    for (phase, reads, said_for, wanted, reason) in rows {
        for age in ages {
            let rule = called_for(door, *phase, *reads, age, *said_for);
            assert_eq!(rule, *wanted, "{phase:?}, {reads:?}, {age} ms old: {reason}");
        }
    }
}

#[test]
fn a_started_pauses_unless_it_is_known_to_be_over() {
    use Reads::{Missing, Off, On, Over, Sign, Unknown};
    let no_conversation = End::NoConversation;
    #[rustfmt::skip] // A row a line.
    let rows = [
        (Missing, 0, 0, Rule::Look(no_conversation), "404: it may not be there yet"),
        (Missing, 0, 2_999, Rule::Look(no_conversation), "404: reads may lag"),
        (Missing, 600_000, 3_000, Rule::End(no_conversation), "404 for the lag, and it should be there"),
        (Missing, 600_001, 2_999, looks(ConversationOver), "404 long after: it may be there yet"),
        (Missing, 600_001, 3_000, ends(ConversationOver), "404 long after: gone"),
        (Over, 0, 0, ends(ConversationOver), "over: nothing to pause"),
        (On, 0, 0, PAUSE, "as reported"),
        (On, 86_400_000, 0, PAUSE, "however late: it is on now"),
        (Off, 0, 0, PAUSE, "the reading may be older than the event"),
        (Off, 30_000, 0, PAUSE, "still fresh"),
        (Off, 30_001, 0, ends(Stale), "it has ended since"),
        (Off, -20_000, 0, PAUSE, "the other cloud's clock is ahead"),
        (Unknown, 600_000, 0, PAUSE, "in doubt, pause"),
        (Unknown, 600_001, 0, ends(Stale), "in doubt, and too long ago"),
        (Sign, 600_000, 0, PAUSE, "in doubt, pause"),
        (Sign, 600_001, 0, ends(Stale), "in doubt, and too long ago"),
    ];
    check_events(Phase::Started, &rows);
}

#[test]
fn an_ended_resumes_unless_something_speaks_against_it() {
    use Reads::{Missing, Off, On, Over, Sign, Unknown};
    #[rustfmt::skip] // A row a line.
    let rows = [
        (Missing, 0, 0, looks(ConversationOver), "one witness is not enough to stop"),
        (Missing, 0, 999, looks(ConversationOver), "two readings too near to each other are one"),
        (Missing, 0, 1_000, ends(ConversationOver), "missed twice"),
        (Over, 0, 0, ends(ConversationOver), "nothing to resume"),
        (On, 0, 0, looks(StillOn), "the reading may be older than the event"),
        (On, 60_000, 2_999, looks(StillOn), "counted from the first reading, not from the event"),
        (On, 0, 3_000, ends(StillOn), "another secure pause is on"),
        (Off, 0, 0, RESUME, "as reported"),
        (Off, 86_400_000, 0, RESUME, "however late: it is off now"),
        (Sign, 0, 0, looks(Doubtful), "the sign may be the old one's"),
        (Sign, 3_000, 9_000, looks(Doubtful), "counted from the event, not from the first reading"),
        (Sign, 3_001, 0, ends(Doubtful), "nothing is sent on a sign"),
        (Unknown, 0, 0, RESUME, "nothing speaks against it"),
        (Unknown, 30_000, 0, RESUME, "still fresh"),
        (Unknown, 30_001, 0, ends(Doubtful), "in doubt, do not resume"),
    ];
    check_events(Phase::Ended, &rows);
}

#[test]
fn a_snapshot_has_the_screens_made_what_secure_pause_reads() {
    use Reads::{Missing, Off, On, Over, Sign, Unknown};
    let not_paused = Rule::Pause(Exposed::NotPaused);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (Missing, 0, 999, looks(Ignored), "one witness is not enough to stop"),
        (Missing, 0, 1_000, ends(Ignored), "missed twice"),
        (Over, 0, 0, ends(Ignored), "nothing to pause or to resume"),
        (On, 0, 0, not_paused, "whoever is not dark"),
        (On, 86_400_000, 0, not_paused, "however late: it is on now"),
        (Off, 0, 0, RESUME, "whoever is dark"),
        (Off, 86_400_000, 0, RESUME, "however late: it is off now"),
        (Sign, 0, 0, looks(Ignored), "the reading may be older than the snapshot"),
        (Sign, 3_000, 9_000, looks(Ignored), "counted from the snapshot, not from the first reading"),
        (Sign, 3_001, 0, ends(Ignored), "nothing is sent on a sign"),
        (Unknown, 3_000, 9_000, looks(Ignored), "the reading may be older than the snapshot"),
        (Unknown, 3_001, 0, ends(Ignored), "in doubt, nothing is sent"),
        (Unknown, 30_001, 0, ends(Ignored), "however long in doubt"),
    ];
    for (reads, age, said_for, wanted, reason) in rows {
        let rule = called_for(Door::Snapshot, None, reads, age, said_for);
        assert_eq!(rule, wanted, "{reads:?} for {said_for} ms, {age} ms old: {reason}");
    }
}

#[test]
fn an_order_is_carried_out_unless_secure_pause_will_do_it() {
    use Reads::{Missing, Off, On, Over, Sign, Unknown};
    let (pause, resume) = (Phase::Started, Phase::Ended);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (pause, Missing, 2_999, Rule::Look(End::NoConversation), "404: it may not be there yet"),
        (pause, Missing, 3_000, Rule::End(End::NoConversation), "404 for the lag: an order has no age"),
        (pause, Over, 0, NO_TARGET, "nobody to pause, and no reading will change it"),
        (pause, On, 0, PAUSE, "as ordered"),
        (pause, Off, 0, PAUSE, "the flow knows better than the voice"),
        (pause, Unknown, 0, PAUSE, "an order is never in doubt"),
        (pause, Sign, 0, PAUSE, "an order is never in doubt"),
        (resume, Missing, 999, looks(NothingPaused), "one witness is not enough to stop"),
        (resume, Missing, 1_000, ends(NothingPaused), "missed twice"),
        (resume, Over, 0, ends(NothingPaused), "nothing to resume"),
        (resume, On, 0, ends(Deferred), "the secure pause's own end resumes"),
        (resume, Off, 0, RESUME, "it is over"),
        (resume, Sign, 0, RESUME, "the flow that orders it is the sign itself"),
        (resume, Unknown, 0, RESUME, "an order is never in doubt"),
    ];
    check_at_any_age(Door::Direct, [-1_000, 0, 9_999_000], &rows);
}

#[test]
fn a_check_pauses_what_is_recorded_and_resumes_only_where_secure_pause_is_seen_to_be_off() {
    use Reads::{Missing, Off, On, Over, Sign, Unknown};
    let (started, ended) = (Phase::Started, Phase::Ended);
    let not_paused = Rule::Pause(Exposed::NotPaused);
    let still_active = Rule::Pause(Exposed::StillActive);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (started, Missing, 999, looks(ConversationOver), "one 404 of a gateway ends no watch"),
        (started, Missing, 1_000, ends(ConversationOver), "missed twice: done"),
        (ended, Missing, 1_000, ends(ConversationOver), "missed twice: done"),
        (started, Over, 0, ends(ConversationOver), "over: done"),
        (ended, Over, 0, ends(ConversationOver), "over: done"),
        (started, On, 0, not_paused, "whoever is not dark"),
        (ended, On, 0, not_paused, "during the next one"),
        (started, Off, 0, RESUME, "whoever was left dark"),
        (ended, Off, 0, RESUME, "whoever was left dark"),
        (started, Sign, 0, still_active, "the voice or the flow may be all that shows it"),
        (ended, Sign, 0, ends(Watching), "it had ended: the voice may be on hold, the flow another"),
        (started, Unknown, 0, ends(Watching), "in doubt, do not resume; nothing speaks for a secure pause"),
        (ended, Unknown, 0, ends(Watching), "in doubt, do not resume"),
    ];
    check_at_any_age(Door::Watch, [0, 31_000, 9_999_000], &rows);
}

#[test]
fn an_order_stands_until_its_resume_or_for_ten_minutes() {
    use Reads::{Missing, Off, On, Over, Sign, Unknown};
    let (stands, lapsed) = (600_000, 600_001);
    let still_active = Rule::Pause(Exposed::StillActive);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (Off, stands, false, ends(Watching), "a flow may show nowhere"),
        (Off, stands, true, ends(NothingPaused), "its resume came"),
        (Off, lapsed, false, RESUME, "no resume came in ten minutes"),
        (Off, lapsed, true, RESUME, "which finds nobody to resume"),
        (Unknown, stands, false, ends(Watching), "in doubt, do not resume"),
        (Unknown, stands, true, ends(NothingPaused), "its resume came"),
        (Unknown, lapsed, true, ends(Watching), "in doubt"),
        (Sign, stands, true, still_active, "the flow goes on, and a screen is recorded"),
        (On, stands, true, Rule::Pause(Exposed::NotPaused), "a secure pause beside it"),
        (Over, stands, false, ends(ConversationOver), "the end of the call ends it"),
        (Missing, stands, false, looks(ConversationOver), "one witness is not enough to stop"),
    ];
    for (reads, age, is_all_active, wanted, reason) in rows {
        let (door, phase, is_of_order) = (Door::Watch, Some(Phase::Started), true);
        let (age, said_for) = (time::Duration::milliseconds(age), ms(0));
        let (voice, may_be_dark) = (Await::Nothing, false);
        let situation =
            Situation { door, phase, is_of_order, reads, age, said_for, is_all_active, voice, may_be_dark };
        assert_eq!(rule(&situation, &Timing::default()), wanted, "{situation:?}: {reason}");
    }
}

#[test]
fn an_order_to_resume_the_voice_too_resumes_no_screen_before_it() {
    use Reads::{Missing, Off, On, Over, Sign, Unknown};
    #[rustfmt::skip] // A row a line.
    let rows = [
        (On, Await::Answer, looks(Deferred), "the voice has yet to be resumed"),
        (On, Await::Lag, looks(Deferred), "reads may lag behind its resume"),
        (On, Await::Nothing, ends(Deferred), "another secure pause is on, or the voice was not resumed"),
        (Off, Await::Answer, looks(Deferred), "the voice first, the screens last"),
        (Sign, Await::Answer, looks(Deferred), "the same"),
        (Unknown, Await::Answer, looks(Deferred), "the same"),
        (Off, Await::Lag, RESUME, "the voice is recorded again"),
        (Sign, Await::Lag, RESUME, "the flow that orders it is the sign itself"),
        (Unknown, Await::Lag, RESUME, "nothing speaks against it"),
        (Over, Await::Answer, ends(NothingPaused), "nothing to resume, the voice included"),
        (Missing, Await::Answer, looks(NothingPaused), "one witness is not enough to stop"),
    ];
    for (reads, voice, wanted, reason) in rows {
        let (door, phase, is_of_order, is_all_active) = (Door::Direct, Some(Phase::Ended), false, false);
        let (age, said_for, may_be_dark) = (time::Duration::ZERO, ms(0), false);
        let situation =
            Situation { door, phase, is_of_order, reads, age, said_for, is_all_active, voice, may_be_dark };
        assert_eq!(rule(&situation, &Timing::default()), wanted, "{reads:?}, {voice:?}: {reason}");
    }
}

#[test]
fn an_order_for_the_status_reports_what_is_read_and_nothing_else() {
    use Reads::{Missing, Off, On, Over, Sign, Unknown};
    #[rustfmt::skip] // A row a line.
    let rows = [
        (On, false, 0, ends(Reported), "as read"),
        (Off, false, 0, ends(Reported), "as read"),
        (Sign, false, 0, ends(Reported), "as read"),
        (Unknown, false, 0, ends(Reported), "as read"),
        (On, true, 0, looks(Reported), "a second recording may have begun"),
        (Over, false, 0, ends(ConversationOver), "nobody is left"),
        (Missing, false, 2_999, Rule::Look(End::NoConversation), "404: it may not be there yet"),
        (Missing, false, 3_000, Rule::End(End::NoConversation), "404 for the lag, and it should be there"),
    ];
    for (reads, may_be_dark, said_for, wanted, reason) in rows {
        let (door, phase, is_of_order, is_all_active) = (Door::Direct, None, false, false);
        let (age, said_for, voice) = (time::Duration::ZERO, ms(said_for), Await::Nothing);
        let situation =
            Situation { door, phase, is_of_order, reads, age, said_for, is_all_active, voice, may_be_dark };
        assert_eq!(rule(&situation, &Timing::default()), wanted, "{reads:?}, {may_be_dark}: {reason}");
    }
}

#[test]
fn what_a_reading_says_of_secure_pause() {
    let customer = {
        let mut customer = in_wrap_up(a("paused"));
        customer["purpose"] = "customer".into();
        customer
    };
    #[rustfmt::skip] // A row a line.
    let rows = [
        (NONE, Reads::Missing, "404"),
        (over(&dead("stopped")), Reads::Over, "the conversation has ended"),
        (over(&in_wrap_up(a("active"))), Reads::Off, "ended, but the screen is recorded in wrap-up"),
        (over(&wrapped_up(a("active"))), Reads::Over, "wrap-up has ended, too"),
        (over(&customer), Reads::Over, "a customer is in no wrap-up"),
        (on(&[]), Reads::On, "it says so"),
        (off(&[]), Reads::Off, "the voice is recorded again"),
        (unknown(&[]), Reads::Unknown, "`false` alone proves nothing"),
        (voice_paused(&[]), Reads::Sign, "the voice is paused"),
        (in_flow(&[]), Reads::Sign, "a flow's leg is live"),
        (off(&[leg(AGENT_A, LEG_A, "connected")]), Reads::Off, "an agent's leg is no sign"),
    ];
    for (body, wanted, reason) in rows {
        assert_eq!(Reads::of(read(&body).as_ref()), wanted, "{reason}: {body}");
    }
}
