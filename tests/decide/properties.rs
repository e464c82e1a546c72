//! The properties P1 to P10, over random runs: any request, any readings, any answers, any delays.

use proptest::prelude::*;
use proptest::sample::select;
use secure_pause::config::Policy;
use secure_pause::decide::request::{Door, Phase};
use secure_pause::error::{Error, Operation};
use secure_pause::genesys::Rank;
use secure_pause::genesys::screen_recording::Action;
use serde_json::{Value, json};

use crate::fixtures::{
    AGENT_A, AGENT_B, Came, LEG_A, LEG_B, NONE, acknowledged, answered, broken, down, forbidden, in_flow,
    in_wrap_up, leg, limited, ms, off, on, over, refused, request, token_refused, unknown, unread,
    voice_paused, with_screen, wrapped_up,
};
use crate::generated;
use crate::play::{Ends, Play, Shows, Takes};
use crate::promises;

const SCREENS: [&str; 8] =
    ["active", "active", "paused", "paused", "requested", "stopped", "error", "untold"];

/// A leg as it may look: live most of the time.
fn some_leg(user: &'static str, id: &'static str) -> impl Strategy<Value = Value> {
    (select(&SCREENS[..]), 0u8..12).prop_map(move |(screen, life)| {
        let live = with_screen(leg(user, id, "connected"), screen);
        match life {
            0 => in_wrap_up(live),
            1 => wrapped_up(live),
            2 => with_screen(leg(user, id, "terminated"), screen),
            3 => with_screen(leg(user, id, "alerting"), screen),
            4 => {
                let mut both = live;
                both["startAcwTime"] = json!("2025-11-02T12:00:00Z");
                both
            }
            _ => live,
        }
    })
}

/// A conversation as it may look: on, off or in doubt most of the time.
fn body() -> impl Strategy<Value = Value> {
    let legs = (some_leg(AGENT_A, LEG_A), proptest::option::of(some_leg(AGENT_B, LEG_B)));
    (legs, 0u8..24).prop_map(|((first, second), kind)| {
        let legs = [vec![first.clone()], second.into_iter().collect()].concat();
        match kind {
            0..8 => off(&legs),
            8..14 => on(&legs),
            14..18 => unknown(&legs),
            18..20 => voice_paused(&legs),
            20 => in_flow(&legs),
            21 => over(&first),
            22 => off(&legs[1..]),
            _ => NONE,
        }
    })
}

/// A body of the generator that knows no coherence, about the same two agents.
fn any_body() -> impl Strategy<Value = Value> {
    generated::body().prop_map(|body| {
        let named = [
            (generated::user(0), AGENT_A.to_owned()),
            (generated::user(1), AGENT_B.to_owned()),
            (generated::leg_id(0), LEG_A.to_owned()),
            (generated::leg_id(1), LEG_B.to_owned()),
        ];
        let replace = |text: String, (from, to): &(String, String)| text.replace(from, to);
        serde_json::from_str(&named.iter().fold(body.to_string(), replace)).unwrap()
    })
}

fn shows() -> impl Strategy<Value = Shows> {
    prop_oneof![
        10 => body().prop_map(Shows::Body),
        2 => any_body().prop_map(Shows::Body),
        1 => Just(Shows::Fails(unread())),
        1 => Just(Shows::Fails(Error::CredentialsRejected(answered(Action::Pause, secure_pause::error::What::Status(401))))),
        1 => Just(Shows::Fails(Error::DeadlineExceeded(Operation::Conversation))),
        1 => Just(Shows::Hangs),
    ]
}

fn came(action: Action) -> impl Strategy<Value = Option<Came>> {
    prop_oneof![
        8 => Just(Some(acknowledged())),
        1 => select(vec![404u16, 405, 409, 410]).prop_map(move |status| Some(refused(action, status))),
        1 => Just(Some(down(action))),
        1 => Just(Some(broken(action))),
        1 => (0u64..12).prop_map(move |seconds| Some(limited(action, seconds))),
        1 => Just(Some(token_refused(action))),
        1 => Just(Some(forbidden(action))),
        2 => Just(None),
    ]
}

/// Milliseconds that are short, or longer than anybody waits.
fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 10u64..200, 2 => 200u64..2_500, 1 => 2_500u64..6_000]
}

fn ends() -> impl Strategy<Value = (u64, Action, Ends)> {
    (0u64..15_000, select(vec![Action::Pause, Action::Resume]), delay()).prop_flat_map(
        |(from, action, takes)| came(action).prop_map(move |came| (from, action, Ends { takes, came })),
    )
}

fn voice_ends() -> impl Strategy<Value = (u64, Ends)> {
    (0u64..6_000, delay())
        .prop_flat_map(|(from, takes)| came(Action::Pause).prop_map(move |came| (from, Ends { takes, came })))
}

fn takes() -> impl Strategy<Value = Takes> {
    (prop_oneof![6 => Just(0u64), 1 => 50u64..2_000], delay())
        .prop_map(|(retries, answer)| Takes { retries, answer })
}

fn policy() -> impl Strategy<Value = Policy> {
    (any::<(bool, bool, bool)>(), 0u64..10).prop_map(|((all_agents, strict, named), delay)| Policy {
        all_agents,
        not_recorded: named.then_some(410).into_iter().collect(),
        require_verified: strict,
        resume_delay: ms(delay.saturating_sub(7) * 3_000),
        ..Policy::default()
    })
}

/// How old the event is: fresh, at the edge of something, or old.
fn age() -> impl Strategy<Value = i64> {
    prop_oneof![4 => -2_000i64..5_000, 2 => 20_000i64..40_000, 1 => 590_000i64..610_000, 1 => Just(9_000_000)]
}

fn play() -> impl Strategy<Value = Play> {
    let who = (any::<bool>(), proptest::option::of(select(vec![LEG_A, LEG_B])), any::<bool>());
    let doors = select(vec![Door::Event, Door::Event, Door::Snapshot, Door::Direct, Door::Watch]);
    let voice = (any::<bool>(), proptest::collection::vec(voice_ends(), 0..4));
    let asked = (doors, select(vec![Some(Phase::Started), Some(Phase::Ended), None]), who, voice);
    let later = proptest::collection::vec((0u64..12_000, shows()), 0..6);
    let answers = proptest::collection::vec(ends(), 0..5);
    let deadline = prop_oneof![3 => Just(0u64), 1 => 500u64..15_000];
    (asked, age(), policy(), shows(), later, proptest::collection::vec(takes(), 1..5), answers, deadline)
        .prop_map(
            |(
                (door, phase, (user, participant, is_of_order), (voice, mut voice_answers)),
                age,
                policy,
                first,
                mut later,
                takes,
                mut answers,
                deadline,
            )| {
                later.push((0, first));
                later.sort_by_key(|(from, _)| *from);
                answers.sort_by_key(|(from, ..)| *from);
                // Only an order or a snapshot has no phase, and only an order is for the voice.
                let is_order = door == Door::Direct;
                let usual = phase.unwrap_or(Phase::Started);
                let mut play = if door == Door::Snapshot { Play::snapshot() } else { Play::new(door, usual) };
                if door != Door::Snapshot {
                    play.request = request(door, usual, user.then_some(AGENT_A), participant);
                    play.request.phase = if is_order { phase } else { Some(usual) };
                }
                play.request.voice = voice && is_order;
                play.request.is_of_order = is_of_order && door == Door::Watch && usual == Phase::Started;
                play.request.rank = if user && door == Door::Watch { Rank::Later } else { Rank::First };
                voice_answers.sort_by_key(|(from, _)| *from);
                play.voice = voice_answers;
                (play.age, play.policy, play.readings, play.takes, play.answers) =
                    (age, policy, later, takes, answers);
                if deadline > 0 {
                    play.deadline = deadline;
                }
                play
            },
        )
}

/// `PROPTEST_CASES` runs more.
fn cases() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 5_000;
    }
    config.failure_persistence = None;
    config
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_run_keeps_its_promises(play in play()) {
        let played = play.run_unchecked();
        let broken = promises::broken(&play, &played);
        let Play { request, age, deadline, .. } = &play;
        prop_assert!(
            broken.is_empty(),
            "{:#?} in {:?}, {} ms old, until {}:{}",
            broken,
            request,
            age,
            deadline,
            played.story()
        );
    }

    #[test]
    fn the_same_inputs_give_the_same_commands(play in play()) {
        let (first, second) = (play.run_unchecked(), play.run_unchecked());
        let commands = |played: crate::play::Played| -> Vec<_> {
            played.steps.into_iter().map(|step| (step.now, step.commands)).collect()
        };
        prop_assert_eq!(commands(first), commands(second));
    }
}
