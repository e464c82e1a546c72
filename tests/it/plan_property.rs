//! What holds for every plan, over generated conversations.

use proptest::prelude::*;
use secure_pause::event::{Action, Phase};
use secure_pause::genesys::conversation::{Conversation, SecurePause};
use secure_pause::plan::{Decision, Patience, Plan, Policy, decide};
use serde_json::{Map, Value, json};
use time::Duration;
use uuid::Uuid;

use crate::plan_table::{INITIATOR, now, request};

const STATES: [&str; 8] =
    ["connected", "alerting", "dialing", "disconnected", "terminated", "none", "converting", "teleporting"];
const SCREENS: [&str; 7] = ["requested", "active", "paused", "stopped", "error", "timeout", "brightening"];
const PURPOSES: [&str; 8] = ["customer", "external", "ivr", "acd", "agent", "user", "workflow", "voicemail"];

fn user(number: u8) -> String {
    Uuid::from_u128(0xA000 + u128::from(number)).to_string()
}

fn leg_id(number: usize) -> String {
    Uuid::from_u128(0xB000 + number as u128).to_string()
}

/// A field that may be missing.
fn put(object: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value);
    }
}

/// A value that may be missing or null.
fn maybe<T: Into<Value> + std::fmt::Debug + Clone>(
    values: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<Value>> {
    let or_null = prop_oneof![9 => values.prop_map(Into::into), 1 => Just(Value::Null)];
    proptest::option::weighted(0.8, or_null)
}

fn leg() -> impl Strategy<Value = Value> {
    let media = proptest::collection::vec(maybe(proptest::sample::select(&STATES[..])), 0..3);
    (
        maybe((0u8..3).prop_map(user)),
        maybe(proptest::sample::select(&PURPOSES[..])),
        maybe(proptest::sample::select(&SCREENS[..])),
        proptest::option::of(media),
        any::<(bool, bool, bool, bool)>(),
    )
        .prop_map(|(user, purpose, screen, media, (connected, ended, wrap_up, wrapped_up))| {
            let mut leg = Map::new();
            put(&mut leg, "userId", user);
            put(&mut leg, "purpose", purpose);
            put(&mut leg, "screenRecordingState", screen);
            if let Some(states) = media {
                let calls = states.into_iter().map(|state| {
                    let mut call = Map::new();
                    put(&mut call, "state", state);
                    Value::Object(call)
                });
                leg.insert("calls".to_owned(), calls.collect());
            }
            let times = [
                ("connectedTime", connected),
                ("endTime", ended),
                ("startAcwTime", wrap_up),
                ("endAcwTime", wrapped_up),
            ];
            for (name, told) in times {
                put(&mut leg, name, told.then(|| json!("2025-11-02T12:00:00Z")));
            }
            Value::Object(leg)
        })
}

fn body() -> impl Strategy<Value = Value> {
    (
        proptest::collection::vec(leg(), 0..7),
        maybe(any::<bool>()),
        maybe(proptest::sample::select(vec!["NONE", "ACTIVE", "PAUSED", "LOST"])),
        proptest::bool::weighted(0.2),
    )
        .prop_map(|(mut legs, secure_pause, recording, ended)| {
            for (number, leg) in legs.iter_mut().enumerate() {
                leg["id"] = json!(leg_id(number));
            }
            let mut body = Map::new();
            body.insert("participants".to_owned(), Value::Array(legs));
            put(&mut body, "securePause", secure_pause);
            put(&mut body, "recordingState", recording);
            put(&mut body, "endTime", ended.then(|| json!("2025-11-02T12:00:00Z")));
            Value::Object(body)
        })
}

/// The tables' words, told of the JSON body itself, apart from the code under test.
fn is_agent(leg: &Value) -> bool {
    leg["userId"].is_string() && ["agent", "user"].iter().any(|purpose| leg["purpose"] == *purpose)
}

fn is_connected(leg: &Value) -> bool {
    let dead_or_ringing = ["disconnected", "terminated", "none", "alerting"];
    leg["calls"].as_array().is_some_and(|calls| {
        calls.iter().any(|call| call["state"].as_str().is_some_and(|s| !dead_or_ringing.contains(&s)))
    })
}

fn cases() -> ProptestConfig {
    // PROPTEST_CASES runs more.
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 20_000;
    }
    config.failure_persistence = None;
    config
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_plan_keeps_its_promises(
        body in body(),
        phase in proptest::sample::select(vec![Phase::Started, Phase::Ended]),
        age in -60i64..900,
        initiator in proptest::option::of(0u8..4),
        participant in proptest::option::of(0usize..8),
        all_agents: bool,
        spent: bool,
    ) {
        let conversation = Conversation::from_body(body.to_string().as_bytes()).unwrap();
        let user = initiator.map(user);
        let participant = participant.map(leg_id);
        let request = request(phase, Duration::seconds(age), user.as_deref(), participant.as_deref());
        let policy = Policy { all_agents, ..INITIATOR };
        let patience = if spent { Patience::Spent } else { Patience::Left };
        let decision = decide(&request, Some(&conversation), now(), policy, patience);

        prop_assert_eq!(&decision, &decide(&request, Some(&conversation), now(), policy, patience));
        let legs = body["participants"].as_array().unwrap();
        let target = |leg: &Value| match &decision {
            Decision::Settled(Plan::Act { targets, .. }) => {
                targets.iter().any(|target| leg["id"] == target.to_string())
            }
            _ => false,
        };
        for leg in legs.iter().filter(|leg| target(leg)) {
            prop_assert!(is_agent(leg), "never a customer, IVR or ACD leg: {}", leg);
        }
        match &decision {
            Decision::Settled(Plan::Act { action, targets, .. }) => {
                prop_assert!(!targets.is_empty());
                let wanted = if phase == Phase::Started { Action::Pause } else { Action::Resume };
                prop_assert_eq!(*action, wanted);
            }
            Decision::NoTarget | Decision::ReadAgain if phase == Phase::Started => {
                prop_assert!(!legs.iter().any(|leg| is_agent(leg) && is_connected(leg)), "somebody is live");
            }
            _ => {}
        }
        match (&decision, phase) {
            (Decision::Settled(Plan::Act { .. }), Phase::Started) => {
                for leg in legs.iter().filter(|leg| is_agent(leg) && is_connected(leg)) {
                    let own = user.as_deref().is_some_and(|user| leg["userId"] == user);
                    prop_assert!(target(leg) || !own, "never misses a live leg of the initiator: {}", leg);
                    prop_assert!(target(leg) || !all_agents, "never misses a live agent: {}", leg);
                }
            }
            (Decision::Settled(Plan::Act { .. }), Phase::Ended) => {
                prop_assert_ne!(conversation.secure_pause(), SecurePause::On);
                for leg in legs.iter().filter(|leg| target(leg)) {
                    let state = leg["screenRecordingState"].as_str().unwrap_or("untold");
                    let resumable = ["paused", "untold", "brightening"].contains(&state);
                    prop_assert!(resumable, "never a screen that is neither paused nor unknown: {}", leg);
                }
            }
            _ => {}
        }
    }
}
