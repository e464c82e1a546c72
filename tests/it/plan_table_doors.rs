//! The decision tables of docs/design.md for orders and for the watch, a row each, with the reason.

use secure_pause::event::{Action, Door, Phase};
use secure_pause::genesys::conversation::Conversation;
use secure_pause::plan::{Decision, Outcome, Patience, Resolution, decide};
use serde_json::{Value, json};
use time::Duration;

use crate::plan_table::{ALL_AGENTS, INITIATOR, act, nothing, now, read, request, wrap_up};
use crate::stage::{AGENT_A, AGENT_B, LEG_A, LEG_B, leg, screen};

/// In place of a conversation that Genesys does not know.
const MISSING: Value = Value::Null;

fn found(conversation: &Value) -> Option<Conversation> {
    (*conversation != MISSING).then(|| read(conversation))
}

/// A conversation whose voice and secure pause read so.
fn told(secure_pause: bool, recording: &str, participants: &[Value]) -> Value {
    json!({"securePause": secure_pause, "recordingState": recording, "participants": participants})
}

fn on(participants: &[Value]) -> Value {
    told(true, "PAUSED", participants)
}

fn off(participants: &[Value]) -> Value {
    told(false, "ACTIVE", participants)
}

fn unknown(participants: &[Value]) -> Value {
    told(false, "NONE", participants)
}

/// As [`unknown`], but the voice is seen paused.
fn voice_paused(participants: &[Value]) -> Value {
    told(false, "PAUSED", participants)
}

/// The voice is recorded, and yet an ivr leg is live.
fn in_flow(participants: &[Value]) -> Value {
    let flow = json!({"purpose": "ivr", "calls": [{"state": "connected"}]});
    told(false, "ACTIVE", &[participants, &[flow]].concat())
}

fn over(leg: &Value) -> Value {
    json!({"endTime": "2025-11-02T12:00:00Z", "recordingState": "ACTIVE", "participants": [leg]})
}

fn a(state: &str) -> Value {
    screen(leg(AGENT_A, LEG_A, "connected"), state)
}

fn b(state: &str) -> Value {
    screen(leg(AGENT_B, LEG_B, "connected"), state)
}

fn dead() -> Value {
    screen(leg(AGENT_A, LEG_A, "terminated"), "stopped")
}

#[test]
fn an_order_is_carried_out_unless_secure_pause_will_do_it() {
    use Outcome::{Deferred, NothingPaused};
    let (pause, resume) = (Phase::Started, Phase::Ended);
    let (left, spent) = (Patience::Left, Patience::Spent);
    let dark = |legs: &[&str]| act(Action::Pause, legs, Resolution::User);
    let alight = act(Action::Resume, &[LEG_A], Resolution::User);
    #[rustfmt::skip] // A row a line.
    let cases = [
        (pause, 0, MISSING, left, Decision::ReadAgain, "404: it may not be there yet"),
        (pause, 0, MISSING, spent, Decision::NoConversation, "404 to the end"),
        (pause, 9_999, MISSING, spent, Decision::NoConversation, "an order has no age"),
        (pause, 0, over(&dead()), left, Decision::NoTarget, "over: nobody to pause, and no reading will change it"),
        (pause, 0, over(&wrap_up(AGENT_A, LEG_A)), left, dark(&[LEG_A]), "the screen is recorded in wrap-up"),
        (pause, 0, on(&[a("active")]), left, dark(&[LEG_A]), "as ordered"),
        (pause, 0, off(&[a("active")]), left, dark(&[LEG_A]), "the flow knows better than the voice"),
        (pause, 9_999, off(&[a("active")]), left, dark(&[LEG_A]), "an order is never stale"),
        (pause, 9_999, unknown(&[a("active")]), left, dark(&[LEG_A]), "an order is never stale"),
        (pause, 0, on(&[a("paused")]), left, dark(&[LEG_A]), "a stale reading of its state must cost no pause"),
        (pause, 0, on(&[dead()]), left, Decision::ReadAgain, "nobody yet"),
        (pause, 0, on(&[dead()]), spent, Decision::NoTarget, "nobody to the end"),
        (resume, 0, MISSING, left, nothing(NothingPaused), "nothing to resume"),
        (resume, 0, over(&dead()), left, nothing(NothingPaused), "nothing to resume"),
        (resume, 0, on(&[a("paused")]), left, nothing(Deferred), "the ended event or the watch does it"),
        (resume, 0, off(&[a("paused")]), left, alight.clone(), "it is over"),
        (resume, 0, in_flow(&[a("paused")]), left, alight.clone(), "the flow that is under way is the one that orders it"),
        (resume, 9_999, unknown(&[a("paused")]), left, alight.clone(), "an order is never in doubt"),
        (resume, 0, voice_paused(&[a("paused")]), left, alight, "nor where the voice alone could tell"),
        (resume, 0, off(&[a("active")]), left, nothing(NothingPaused), "no screen is paused"),
    ];
    for (phase, age, conversation, patience, wanted, reason) in cases {
        let request = request(Door::Direct, phase, Duration::seconds(age), Some(AGENT_A), None);
        let conversation = found(&conversation);
        let decision = decide(&request, conversation.as_ref(), now(), INITIATOR, patience);
        assert_eq!(decision, wanted, "{phase:?}: {reason}");
    }
}

#[test]
fn a_check_pauses_what_is_seen_recorded_and_resumes_only_where_it_is_seen_to_be_over() {
    use Outcome::{ConversationOver, NothingPaused, Watching};
    let (started, ended) = (Phase::Started, Phase::Ended);
    let dark = |legs: &[&str]| act(Action::Pause, legs, Resolution::User);
    let alight = act(Action::Resume, &[LEG_A], Resolution::User);
    let untold = || leg(AGENT_A, LEG_A, "connected");
    #[rustfmt::skip] // A row a line.
    let cases = [
        (started, MISSING, nothing(ConversationOver), "404: done"),
        (ended, MISSING, nothing(ConversationOver), "404: done"),
        (started, over(&dead()), nothing(ConversationOver), "over: done"),
        (ended, over(&dead()), nothing(ConversationOver), "over: done"),
        (started, over(&screen(wrap_up(AGENT_A, LEG_A), "paused")), act(Action::Resume, &[LEG_A], Resolution::User), "left dark in wrap-up"),
        (started, on(&[a("active")]), dark(&[LEG_A]), "recorded during the secure pause"),
        (ended, on(&[a("active")]), dark(&[LEG_A]), "during the next one"),
        (started, on(&[a("requested")]), dark(&[LEG_A]), "about to be recorded"),
        (started, on(&[untold()]), dark(&[LEG_A]), "not told: in doubt, pause"),
        (started, on(&[a("stopped")]), dark(&[LEG_A]), "a reading may trail: all but paused"),
        (started, on(&[a("paused")]), nothing(Watching), "dark already"),
        (ended, on(&[a("paused")]), nothing(Watching), "dark already"),
        (started, on(&[a("paused"), b("active")]), nothing(Watching), "the other one is not in scope"),
        (started, on(&[dead()]), Decision::NoTarget, "nobody's screen: never quietly"),
        (started, off(&[a("paused")]), alight.clone(), "left dark"),
        (ended, off(&[a("paused")]), alight, "left dark"),
        (started, off(&[a("active")]), nothing(NothingPaused), "as it should"),
        (started, off(&[b("paused")]), act(Action::Resume, &[LEG_B], Resolution::AllAgents), "whoever's it is"),
        (started, unknown(&[a("paused")]), nothing(Watching), "in doubt, do not resume"),
        (ended, unknown(&[a("paused")]), nothing(Watching), "in doubt, do not resume"),
        (started, unknown(&[a("active")]), nothing(Watching), "in doubt, and nothing speaks for a secure pause"),
        (started, voice_paused(&[a("active")]), dark(&[LEG_A]), "the voice alone may be all that tells it"),
        (ended, voice_paused(&[a("active")]), nothing(Watching), "it had ended: the voice may be on hold"),
        (started, voice_paused(&[a("paused")]), nothing(Watching), "dark already"),
        (started, voice_paused(&[untold()]), nothing(Watching), "only what is seen recorded"),
        (started, voice_paused(&[a("requested")]), nothing(Watching), "only what is seen recorded"),
        (started, in_flow(&[a("active")]), dark(&[LEG_A]), "a flow may be taking the card"),
        (ended, in_flow(&[a("active")]), nothing(Watching), "it had ended: the flow may be another"),
        (started, in_flow(&[a("paused")]), nothing(Watching), "dark already"),
        (started, in_flow(&[untold()]), nothing(Watching), "only what is seen recorded"),
        (started, voice_paused(&[dead()]), nothing(Watching), "nobody's screen, and in doubt"),
    ];
    for (phase, conversation, wanted, reason) in cases {
        for age in [0, 31, 9_999] {
            let request = request(Door::Watch, phase, Duration::seconds(age), Some(AGENT_A), None);
            let conversation = found(&conversation);
            let decision = decide(&request, conversation.as_ref(), now(), INITIATOR, Patience::Spent);
            assert_eq!(decision, wanted, "{phase:?}, {age} s: {reason}");
        }
    }
}

#[test]
fn a_check_waits_for_nobody_but_a_leg_that_readings_may_not_show_yet() {
    #[rustfmt::skip] // A row a line.
    let cases = [
        (on(&[dead()]), Decision::ReadAgain, "on, and nobody: a reading may trail"),
        (MISSING, nothing(Outcome::ConversationOver), "404"),
        (unknown(&[a("paused")]), nothing(Outcome::Watching), "the next check comes"),
        (voice_paused(&[dead()]), nothing(Outcome::Watching), "the next check comes"),
        (on(&[a("paused")]), nothing(Outcome::Watching), "all is well"),
    ];
    for (conversation, wanted, reason) in cases {
        let request = request(Door::Watch, Phase::Started, Duration::ZERO, Some(AGENT_A), None);
        let conversation = found(&conversation);
        let decision = decide(&request, conversation.as_ref(), now(), INITIATOR, Patience::Left);
        assert_eq!(decision, wanted, "{reason}");
    }
}

#[test]
fn orders_and_checks_without_a_user_are_about_every_live_agent() {
    let both = [LEG_A, LEG_B];
    #[rustfmt::skip] // A row a line.
    let cases = [
        (Door::Direct, Phase::Started, None, on(&[a("active"), b("paused")]), INITIATOR, act(Action::Pause, &both, Resolution::AllAgents), "everyone, whatever the state"),
        (Door::Direct, Phase::Started, Some(LEG_B), on(&[a("active"), b("active")]), INITIATOR, act(Action::Pause, &[LEG_B], Resolution::Participant), "the leg that is named"),
        (Door::Direct, Phase::Ended, None, off(&[a("paused"), b("paused")]), INITIATOR, act(Action::Resume, &both, Resolution::AllAgents), "everyone"),
        (Door::Watch, Phase::Started, None, on(&[a("active"), b("paused")]), INITIATOR, act(Action::Pause, &[LEG_A], Resolution::AllAgents), "everyone who is not dark"),
        (Door::Watch, Phase::Started, None, voice_paused(&[a("active"), b("requested")]), INITIATOR, act(Action::Pause, &[LEG_A], Resolution::AllAgents), "everyone who is seen recorded"),
        (Door::Watch, Phase::Started, Some(LEG_A), on(&[a("active"), b("active")]), ALL_AGENTS, act(Action::Pause, &both, Resolution::AllAgents), "the scope says everyone"),
    ];
    for (door, phase, participant, conversation, policy, wanted, reason) in cases {
        let request = request(door, phase, Duration::ZERO, None, participant);
        let conversation = found(&conversation);
        let decision = decide(&request, conversation.as_ref(), now(), policy, Patience::Spent);
        assert_eq!(decision, wanted, "{door:?}, {phase:?}: {reason}");
    }
}
