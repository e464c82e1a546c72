//! Whose screens a request is about: a row a line, with its reason.

use secure_pause::decide::request::{Door, Phase};
use secure_pause::decide::targets::{Legs, Resolution, is_out_of_reach};
use secure_pause::genesys::conversation::Participant;
use serde_json::{Value, json};

use crate::fixtures::{
    AGENT_A, AGENT_B, AGENT_C, LEG_A, LEG_B, LEG_C, a, b, id, in_wrap_up, leg, off, on, read, request,
    untold, wrapped_up,
};

const NOBODY: Option<&str> = None;
const LEGS: [(&str, char); 3] = [(LEG_A, 'A'), (LEG_B, 'B'), (LEG_C, 'C')];

/// The legs by the letters of their agents.
fn letters(legs: &[&Participant]) -> String {
    let letter = |leg: &&Participant| LEGS.iter().find(|(name, _)| leg.id() == Some(id(name))).unwrap().1;
    legs.iter().map(letter).collect()
}

fn with_roles(mut leg: Value, roles: &Value) -> Value {
    leg["mediaRoles"] = roles.clone();
    leg
}

fn with_purpose(mut leg: Value, purpose: &str) -> Value {
    leg["purpose"] = json!(purpose);
    leg
}

#[test]
fn the_initiators_live_legs_are_paused_and_in_doubt_everyones() {
    let live = |user, id| leg(user, id, "connected");
    let gone = |user, id| leg(user, id, "disconnected");
    let rings = |user, id| leg(user, id, "alerting");
    let (a, b, c) = (|| live(AGENT_A, LEG_A), || live(AGENT_B, LEG_B), || live(AGENT_C, LEG_C));
    let (named, second) = (Some(AGENT_A), Some(AGENT_B));
    let (user, participant, all) = (Resolution::User, Resolution::Participant, Resolution::AllAgents);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (named, None, false, vec![a(), b()], "A", user, "their leg only"),
        (second, None, false, vec![a(), b()], "B", user, "not the first agent's"),
        (second, Some(LEG_A), false, vec![a(), b()], "B", user, "the user wins over the participant"),
        (named, None, false, vec![gone(AGENT_A, LEG_A), live(AGENT_A, LEG_B)], "B", user, "ended legs do not count"),
        (named, None, false, vec![a(), live(AGENT_A, LEG_B)], "AB", user, "all their live legs"),
        (named, None, false, vec![a(), rings(AGENT_A, LEG_B)], "A", user, "ringing beside a live leg"),
        (named, None, false, vec![gone(AGENT_A, LEG_A), rings(AGENT_A, LEG_B)], "B", user, "ringing is all they have"),
        (named, None, false, vec![rings(AGENT_B, LEG_B), a()], "A", user, "another's ringing leg"),
        (named, None, false, vec![in_wrap_up(a()), b()], "AB", user, "their wrap-up, and everyone live"),
        (named, None, false, vec![in_wrap_up(a()), in_wrap_up(b()), c()], "AC", user, "not another's wrap-up"),
        (named, None, false, vec![in_wrap_up(a()), rings(AGENT_A, LEG_C)], "A", user, "ringing is not all they have"),
        (named, None, false, vec![in_wrap_up(a()), rings(AGENT_B, LEG_B)], "A", user, "another's ringing leg is not live"),
        (named, None, false, vec![wrapped_up(a()), b()], "B", user, "wrap-up is over: everyone live"),
        (named, None, false, vec![gone(AGENT_A, LEG_A), in_wrap_up(b()), c()], "C", user, "another's wrap-up"),
        (named, None, false, vec![gone(AGENT_A, LEG_A), b()], "B", user, "only ended legs: everyone live"),
        (named, None, false, vec![b()], "B", all, "not found: everyone"),
        (None, None, false, vec![a(), b()], "AB", all, "nobody is named: everyone"),
        (None, None, false, vec![a(), rings(AGENT_B, LEG_B)], "A", all, "a ringing leg of nobody named"),
        (None, Some(LEG_B), false, vec![a(), b()], "B", participant, "that leg"),
        (None, Some(LEG_B), false, vec![a(), gone(AGENT_B, LEG_B)], "A", all, "that leg has ended: everyone"),
        (None, Some(LEG_B), false, vec![a(), in_wrap_up(b())], "AB", participant, "that leg is in wrap-up: everyone, and it"),
        (None, Some(LEG_C), false, vec![a()], "A", all, "no such leg: everyone"),
        (named, None, true, vec![a(), b()], "AB", all, "the scope says everyone"),
        (named, None, true, vec![in_wrap_up(a()), b()], "AB", all, "everyone who is live, and the initiator in wrap-up"),
        (named, None, true, vec![a(), in_wrap_up(b())], "A", all, "and no other's wrap-up"),
    ];
    for (user, participant, all_agents, legs, wanted, resolution, reason) in rows {
        let conversation = read(&on(&legs)).unwrap();
        let request = request(Door::Event, Phase::Started, user, participant);
        let (targets, found_by) = Legs::of(&request, &conversation).to_pause(all_agents);
        assert_eq!((&*letters(&targets), found_by), (wanted, resolution), "{reason}");
    }
}

#[test]
fn a_supervisor_who_listens_in_is_no_party() {
    let all = Resolution::AllAgents;
    #[rustfmt::skip] // A row a line.
    let rows = [
        (json!(["monitor"]), vec![], "AB", all, "monitors: whoever talks to the customer takes the card"),
        (json!(["coach"]), vec![], "AB", all, "coaches: the same"),
        (json!(["monitor", "coach"]), vec![], "AB", all, "both: the same"),
        (json!(["Monitor", "coach"]), vec![], "AB", all, "with a capital"),
        (json!(["full"]), vec![], "A", Resolution::User, "a full part in the conversation"),
        (json!(["FULL"]), vec![], "A", Resolution::User, "in capitals"),
        (json!(["coach", "full"]), vec![], "A", Resolution::User, "a full part, too"),
        (json!(["FULL", "monitor"]), vec![], "A", Resolution::User, "in capitals, too"),
        (json!([]), vec![], "A", Resolution::User, "no role is reported: a party"),
        (json!(null), vec![], "A", Resolution::User, "nothing is reported: a party"),
        (json!("monitor"), vec![], "A", Resolution::User, "of a form nobody announced"),
        (json!(["coach"]), vec![leg(AGENT_A, LEG_C, "connected")], "AC", Resolution::User, "another live leg of theirs is a party"),
        (json!(["coach"]), vec![leg(AGENT_A, LEG_C, "terminated")], "AB", all, "another leg of theirs has ended"),
    ];
    for (roles, more, wanted, resolution, reason) in rows {
        let legs = [vec![with_roles(untold(), &roles), leg(AGENT_B, LEG_B, "connected")], more].concat();
        let conversation = read(&on(&legs)).unwrap();
        let request = request(Door::Event, Phase::Started, Some(AGENT_A), None);
        let (targets, found_by) = Legs::of(&request, &conversation).to_pause(false);
        assert_eq!((&*letters(&targets), found_by), (wanted, resolution), "{roles}: {reason}");
    }
}

#[test]
fn whoever_has_a_user_is_an_agent_unless_the_purpose_says_otherwise() {
    #[rustfmt::skip] // A row a line.
    let rows = [
        ("agent", "A", "an agent"),
        ("user", "A", "a user who was called"),
        ("outbound", "A", "a user's leg"),
        ("inbound", "A", "a user's leg"),
        ("internal", "A", "a user's leg"),
        ("dialer", "A", "a user's leg"),
        ("api", "A", "a user's leg"),
        ("campaign", "A", "a user's leg"),
        ("station", "A", "a user's leg"),
        ("manager", "A", "a purpose nobody announced: their screen may be recorded"),
        ("", "A", "no purpose"),
        ("customer", "", "a customer"),
        ("external", "", "a number that was called"),
        ("ivr", "", "a flow"),
        ("acd", "", "a queue"),
        ("workflow", "", "a flow"),
        ("voicemail", "", "a machine"),
        ("Voicemail", "", "with a capital"),
        ("Customer", "", "with a capital"),
        ("IVR", "", "in capitals"),
    ];
    for (purpose, wanted, reason) in rows {
        let conversation = read(&on(&[with_purpose(untold(), purpose)])).unwrap();
        let request = request(Door::Event, Phase::Started, Some(AGENT_A), None);
        let (targets, _) = Legs::of(&request, &conversation).to_pause(false);
        assert_eq!(letters(&targets), wanted, "{purpose}: {reason}");
    }
}

#[test]
fn a_leg_without_an_id_is_out_of_reach_and_one_without_a_user_is_nobodys() {
    let mut nobody = leg(AGENT_B, LEG_B, "connected");
    nobody["userId"] = Value::Null;
    let conversation = read(&on(&[leg(AGENT_A, "", "connected"), nobody])).unwrap();
    let request = request(Door::Event, Phase::Started, Some(AGENT_A), None);
    let legs = Legs::of(&request, &conversation);
    for (targets, _) in [legs.to_pause(false), legs.to_resume(false)] {
        assert_eq!((targets.len(), targets.iter().filter(|leg| is_out_of_reach(leg)).count()), (1, 1));
    }
}

#[test]
fn every_live_agents_screen_is_resumed_that_is_dark_or_not_reported() {
    let named = Some(AGENT_A);
    let b_untold = || leg(AGENT_B, LEG_B, "connected");
    let live_in_wrap_up = || {
        let mut leg = a("paused");
        leg["startAcwTime"] = json!("2025-11-02T12:00:00Z");
        leg
    };
    let (user, participant, all) = (Resolution::User, Resolution::Participant, Resolution::AllAgents);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (named, None, false, vec![a("paused"), b("active")], "A", user, "the paused one"),
        (named, None, false, vec![a("active"), b("paused")], "B", user, "whoever's it is"),
        (named, None, false, vec![a("paused"), b("paused")], "AB", user, "secure pause belongs to the conversation"),
        (named, None, false, vec![untold(), b_untold()], "AB", user, "not reported: everyone's may be dark"),
        (named, None, false, vec![a("brightening"), b("active")], "A", user, "a state nobody announced is not reported"),
        (named, None, false, vec![a("requested"), b("stopped")], "", user, "never another state"),
        (named, None, false, vec![a("error"), b("timeout")], "", user, "never another state"),
        (None, None, false, vec![untold(), b_untold()], "AB", all, "nobody is named"),
        (named, None, false, vec![leg(AGENT_A, LEG_A, "terminated"), b_untold()], "B", user, "their leg has ended"),
        (named, None, false, vec![in_wrap_up(a("paused")), b("paused")], "B", user, "who has hung up may still type the card"),
        (named, None, false, vec![live_in_wrap_up(), b("paused")], "B", user, "in wrap-up, whatever else is live"),
        (named, None, false, vec![b_untold()], "B", all, "not found"),
        (named, None, true, vec![untold(), b("stopped")], "A", all, "the scope says everyone"),
        (None, Some(LEG_B), false, vec![untold(), b_untold()], "AB", participant, "that leg, and whoever else may be dark"),
    ];
    for (user, participant, all_agents, legs, wanted, resolution, reason) in rows {
        let conversation = read(&off(&legs)).unwrap();
        let request = request(Door::Event, Phase::Ended, user, participant);
        let (targets, found_by) = Legs::of(&request, &conversation).to_resume(all_agents);
        assert_eq!((&*letters(&targets), found_by), (wanted, resolution), "{reason}");
    }
}

#[test]
fn live_is_everyone_who_is_on_the_line() {
    let legs = [a("active"), in_wrap_up(b("active")), leg(AGENT_C, LEG_C, "alerting")];
    let conversation = read(&on(&legs)).unwrap();
    let request = request(Door::Watch, Phase::Started, NOBODY, None);
    assert_eq!(letters(&Legs::of(&request, &conversation).live()), "A");
}

#[test]
fn the_initiators_leg_is_theirs_by_the_user_before_the_participant() {
    #[rustfmt::skip] // A row a line.
    let rows = [
        (Some(AGENT_A), None, true, "of that user"),
        (Some(AGENT_B), Some(LEG_A), false, "the user wins"),
        (None, Some(LEG_A), true, "that leg"),
        (None, Some(LEG_B), false, "another leg"),
        (None, None, false, "nobody is named"),
    ];
    for (user, participant, wanted, reason) in rows {
        let conversation = read(&on(&[untold()])).unwrap();
        let request = request(Door::Event, Phase::Started, user, participant);
        let leg = conversation.agent_legs().next().unwrap();
        assert_eq!(Legs::of(&request, &conversation).is_own(leg), wanted, "{reason}");
    }
}
