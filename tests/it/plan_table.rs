//! The decision tables of docs/design.md for events, a row each, with the reason; and whose screens they are
//! about. The rows of the other doors are in `plan_table_doors`.

use secure_pause::event::{Action, Door, Phase, Request};
use secure_pause::genesys::conversation::Conversation;
use secure_pause::ids::{ConversationId, ParticipantId, UserId};
use secure_pause::plan::{Decision, Outcome, Patience, Plan, Policy, Resolution, decide};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::stage::{AGENT_A, AGENT_B, CONVERSATION, LEG_A, LEG_B, leg, screen};

pub const INITIATOR: Policy = Policy { all_agents: false, fresh: FRESH, old: OLD };
pub const ALL_AGENTS: Policy = Policy { all_agents: true, ..INITIATOR };
const FRESH: std::time::Duration = std::time::Duration::from_secs(30);
const OLD: std::time::Duration = std::time::Duration::from_mins(10);
const AGENT_C: &str = "c3f5e9c4-3d74-4e30-8c79-2f8d8150bc05";
const LEG_C: &str = "c3170be6-5f96-4052-8eab-41afa372de05";

pub fn request(
    door: Door,
    phase: Phase,
    age: Duration,
    user: Option<&str>,
    participant: Option<&str>,
) -> Request {
    Request {
        door,
        phase,
        conversation: ConversationId::parse(CONVERSATION).unwrap(),
        user: user.map(|user| UserId::parse(user).unwrap()),
        participant: participant.map(|participant| ParticipantId::parse(participant).unwrap()),
        at: OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) - age,
        dropped: 0,
    }
}

pub fn now() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000)
}

/// The conversation in this body, with a list of participants where it has none.
pub fn read(body: &Value) -> Conversation {
    let mut body = body.clone();
    body["participants"] = body.get("participants").cloned().unwrap_or_else(|| json!([]));
    Conversation::from_body(body.to_string().as_bytes()).unwrap()
}

pub fn act(action: Action, targets: &[&str], resolution: Resolution) -> Decision {
    let targets = targets.iter().map(|id| ParticipantId::parse(id).unwrap()).collect();
    Decision::Settled(Plan::Act { action, targets, resolution })
}

/// A leg in wrap-up, where the screen recording runs on.
pub fn wrap_up(user: &str, id: &str) -> Value {
    let mut leg = leg(user, id, "terminated");
    leg["startAcwTime"] = json!("2025-11-02T12:00:00Z");
    leg
}

/// A leg whose wrap-up has ended too.
fn wrapped_up(user: &str, id: &str) -> Value {
    let mut leg = wrap_up(user, id);
    leg["endAcwTime"] = json!("2025-11-02T12:05:00Z");
    leg
}

pub fn nothing(outcome: Outcome) -> Decision {
    Decision::Settled(Plan::Nothing(outcome))
}

#[test]
fn the_age_of_the_event_and_the_state_of_the_conversation_decide() {
    let open = |secure_pause: Option<bool>, recording: &str| {
        Some(json!({
            "securePause": secure_pause, "recordingState": recording,
            "participants": [screen(leg(AGENT_A, LEG_A, "connected"), "paused")],
        }))
    };
    let (on, off, unknown) =
        (open(Some(true), "PAUSED"), open(Some(false), "ACTIVE"), open(Some(false), "NONE"));
    let ended_with = |leg: Value| {
        Some(json!({"endTime": "2025-11-02T12:00:00Z", "securePause": true, "participants": [leg]}))
    };
    let over = ended_with(leg(AGENT_A, LEG_A, "terminated"));
    let in_wrap_up = ended_with(wrap_up(AGENT_A, LEG_A));
    let after_wrap_up = ended_with(wrapped_up(AGENT_A, LEG_A));
    let customers_wrap_up = {
        let mut customer = wrap_up(AGENT_A, LEG_A);
        customer["purpose"] = json!("customer");
        ended_with(customer)
    };
    let paused_after_wrap_up = {
        let leg = screen(wrapped_up(AGENT_A, LEG_A), "paused");
        Some(json!({"recordingState": "ACTIVE", "participants": [leg]}))
    };
    let pause = act(Action::Pause, &[LEG_A], Resolution::User);
    let resume = act(Action::Resume, &[LEG_A], Resolution::User);
    let (started, ended) = (Phase::Started, Phase::Ended);
    let (left, spent) = (Patience::Left, Patience::Spent);
    let again = Decision::ReadAgain;
    let s = Duration::seconds;

    #[rustfmt::skip] // A row a line.
    let cases = [
        (started, s(0), None, left, again.clone(), "404: it may not be there yet"),
        (started, s(600), None, spent, Decision::NoConversation, "404 to the end, and it should be there"),
        (started, s(601), None, left, again.clone(), "404 long after: while there is time, it may be there yet"),
        (started, s(601), None, spent, nothing(Outcome::ConversationOver), "404 long after: gone"),
        (started, s(0), over.clone(), left, nothing(Outcome::ConversationOver), "over: nothing to pause"),
        (started, s(0), in_wrap_up, left, pause.clone(), "ended, but the screen is recorded in wrap-up"),
        (started, s(0), after_wrap_up, left, nothing(Outcome::ConversationOver), "wrap-up has ended too"),
        (started, s(0), customers_wrap_up, left, nothing(Outcome::ConversationOver), "a customer is in no wrap-up"),
        (started, s(0), on.clone(), left, pause.clone(), "as told"),
        (started, s(86_400), on.clone(), left, pause.clone(), "however late: it is on now"),
        (started, s(600), unknown.clone(), left, pause.clone(), "in doubt, pause"),
        (started, s(601), unknown.clone(), left, nothing(Outcome::Stale), "in doubt, and too long ago"),
        (started, s(30), off.clone(), left, pause.clone(), "the reading may be older than the event"),
        (started, s(31), off.clone(), left, nothing(Outcome::Stale), "it has ended since"),
        (started, s(-20), off.clone(), left, pause.clone(), "the other cloud's clock is ahead"),
        (ended, s(0), None, left, nothing(Outcome::ConversationOver), "nothing to resume"),
        (ended, s(0), over, left, nothing(Outcome::ConversationOver), "nothing to resume"),
        (ended, s(0), paused_after_wrap_up, left, nothing(Outcome::NothingPaused), "no recording runs after wrap-up"),
        (ended, s(0), on.clone(), left, again, "the reading may be older than the event"),
        (ended, s(0), on, spent, nothing(Outcome::Superseded), "the next secure pause is on"),
        (ended, s(0), off.clone(), left, resume.clone(), "as told"),
        (ended, s(86_400), off, left, resume.clone(), "however late: it is off now"),
        (ended, s(30), unknown.clone(), left, resume, "nothing speaks against it"),
        (ended, s(31), unknown, left, nothing(Outcome::Doubtful), "in doubt, do not resume"),
    ];
    for (phase, age, conversation, patience, wanted, reason) in cases {
        let request = request(Door::Event, phase, age, Some(AGENT_A), None);
        let conversation = conversation.as_ref().map(read);
        let decision = decide(&request, conversation.as_ref(), now(), INITIATOR, patience);
        assert_eq!(decision, wanted, "{phase:?}, {age}: {reason}");
    }
}

#[test]
fn the_initiators_live_legs_are_paused_and_in_doubt_everyones() {
    let live = |user, id| leg(user, id, "connected");
    let dead = |user, id| leg(user, id, "disconnected");
    let alerting = |user, id| leg(user, id, "alerting");
    let (a, b) = (Some(AGENT_A), Some(AGENT_B));
    let (user, participant, all) = (Resolution::User, Resolution::Participant, Resolution::AllAgents);
    #[rustfmt::skip] // A row a line.
    let cases = [
        (a, None, INITIATOR, vec![live(AGENT_A, LEG_A), live(AGENT_B, LEG_B)], vec![LEG_A], user, "their leg only"),
        (b, None, INITIATOR, vec![live(AGENT_A, LEG_A), live(AGENT_B, LEG_B)], vec![LEG_B], user, "not the first agent's"),
        (b, Some(LEG_A), INITIATOR, vec![live(AGENT_A, LEG_A), live(AGENT_B, LEG_B)], vec![LEG_B], user, "the user wins"),
        (a, None, INITIATOR, vec![dead(AGENT_A, LEG_A), live(AGENT_A, LEG_B)], vec![LEG_B], user, "dead legs do not count"),
        (a, None, INITIATOR, vec![live(AGENT_A, LEG_A), live(AGENT_A, LEG_B)], vec![LEG_A, LEG_B], user, "all their live legs"),
        (a, None, INITIATOR, vec![live(AGENT_A, LEG_A), alerting(AGENT_A, LEG_B)], vec![LEG_A], user, "ringing beside a live leg"),
        (a, None, INITIATOR, vec![dead(AGENT_A, LEG_A), alerting(AGENT_A, LEG_B)], vec![LEG_B], user, "all they have"),
        (a, None, INITIATOR, vec![alerting(AGENT_B, LEG_B), live(AGENT_A, LEG_A)], vec![LEG_A], user, "another's ringing leg"),
        (a, None, INITIATOR, vec![wrap_up(AGENT_A, LEG_A), live(AGENT_B, LEG_B)], vec![LEG_A, LEG_B], user, "wrap-up, and everyone live"),
        (a, None, INITIATOR, vec![wrap_up(AGENT_A, LEG_A), alerting(AGENT_A, LEG_C)], vec![LEG_A], user, "wrap-up and ringing: ringing is not all they have"),
        (a, None, INITIATOR, vec![dead(AGENT_A, LEG_A), wrap_up(AGENT_B, LEG_B), live(AGENT_C, LEG_C)], vec![LEG_C], user, "another's wrap-up"),
        (a, None, INITIATOR, vec![dead(AGENT_A, LEG_A), live(AGENT_B, LEG_B)], vec![LEG_B], user, "only dead legs: everyone live"),
        (a, None, INITIATOR, vec![live(AGENT_B, LEG_B)], vec![LEG_B], all, "not found: everyone"),
        (None, None, INITIATOR, vec![live(AGENT_A, LEG_A), live(AGENT_B, LEG_B)], vec![LEG_A, LEG_B], all, "nobody named: everyone"),
        (None, None, INITIATOR, vec![live(AGENT_A, LEG_A), alerting(AGENT_B, LEG_B)], vec![LEG_A], all, "a ringing leg of nobody named"),
        (None, Some(LEG_B), INITIATOR, vec![live(AGENT_A, LEG_A), live(AGENT_B, LEG_B)], vec![LEG_B], participant, "that leg"),
        (None, Some(LEG_B), INITIATOR, vec![live(AGENT_A, LEG_A), dead(AGENT_B, LEG_B)], vec![LEG_A], all, "that leg is dead: everyone"),
        (None, Some(LEG_C), INITIATOR, vec![live(AGENT_A, LEG_A)], vec![LEG_A], all, "no such leg: everyone"),
        (a, None, ALL_AGENTS, vec![live(AGENT_A, LEG_A), live(AGENT_B, LEG_B)], vec![LEG_A, LEG_B], all, "the scope says everyone"),
    ];
    for (user, participant, policy, participants, targets, resolution, reason) in cases {
        let conversation = read(&json!({"securePause": true, "participants": participants}));
        let request = request(Door::Event, Phase::Started, Duration::ZERO, user, participant);
        let decision = decide(&request, Some(&conversation), now(), policy, Patience::Left);
        assert_eq!(decision, act(Action::Pause, &targets, resolution), "{reason}");
    }
}

#[test]
fn nobody_to_pause_is_looked_for_again_and_then_a_failure() {
    let mut customer = leg(AGENT_A, LEG_A, "connected");
    customer["purpose"] = json!("customer");
    let mut nobody = leg(AGENT_B, LEG_B, "connected");
    nobody["userId"] = Value::Null;
    let nameless = leg("", LEG_C, "connected");
    let conversation = read(&json!({"securePause": true, "participants": [customer, nobody, nameless]}));
    let request = request(Door::Event, Phase::Started, Duration::ZERO, Some(AGENT_A), Some(LEG_A));
    for (patience, wanted) in [(Patience::Left, Decision::ReadAgain), (Patience::Spent, Decision::NoTarget)] {
        assert_eq!(decide(&request, Some(&conversation), now(), INITIATOR, patience), wanted);
    }
}

#[test]
fn only_screens_that_are_paused_or_untold_are_resumed() {
    let a = |state| screen(leg(AGENT_A, LEG_A, "connected"), state);
    let b = |state| screen(leg(AGENT_B, LEG_B, "connected"), state);
    let untold = |user, id| leg(user, id, "connected");
    let (user, participant, all) = (Resolution::User, Resolution::Participant, Resolution::AllAgents);
    let named = Some(AGENT_A);
    #[rustfmt::skip] // A row a line.
    let cases = [
        (named, None, INITIATOR, vec![a("paused"), b("active")], vec![LEG_A], user, "the paused one"),
        (named, None, INITIATOR, vec![a("active"), b("paused")], vec![LEG_B], user, "whoever's it is"),
        (named, None, INITIATOR, vec![untold(AGENT_A, LEG_A), untold(AGENT_B, LEG_B)], vec![LEG_A], user, "untold: the initiator's"),
        (named, None, INITIATOR, vec![a("brightening"), b("active")], vec![LEG_A], user, "a state nobody announced is untold"),
        (None, None, INITIATOR, vec![untold(AGENT_A, LEG_A), untold(AGENT_B, LEG_B)], vec![LEG_A, LEG_B], all, "untold, nobody named"),
        (named, None, INITIATOR, vec![leg(AGENT_A, LEG_A, "terminated"), untold(AGENT_B, LEG_B)], vec![LEG_B], user, "untold, not live: everyone was paused in their place"),
        (named, None, INITIATOR, vec![wrap_up(AGENT_A, LEG_A), untold(AGENT_B, LEG_B)], vec![LEG_A, LEG_B], user, "untold, in wrap-up: so was everyone live"),
        (named, None, INITIATOR, vec![untold(AGENT_B, LEG_B)], vec![LEG_B], all, "untold, not found"),
        (named, None, ALL_AGENTS, vec![untold(AGENT_A, LEG_A), b("stopped")], vec![LEG_A], all, "the scope says everyone"),
        (None, Some(LEG_B), INITIATOR, vec![untold(AGENT_A, LEG_A), untold(AGENT_B, LEG_B)], vec![LEG_B], participant, "untold: that leg"),
    ];
    for (user, participant, policy, participants, targets, resolution, reason) in cases {
        let conversation = read(&json!({"recordingState": "ACTIVE", "participants": participants}));
        let request = request(Door::Event, Phase::Ended, Duration::ZERO, user, participant);
        let decision = decide(&request, Some(&conversation), now(), policy, Patience::Left);
        assert_eq!(decision, act(Action::Resume, &targets, resolution), "{reason}");
    }
}
