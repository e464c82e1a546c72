//! Generated conversations: any number of legs, with any state and purpose, fields missing, null or unknown.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const STATES: [&str; 8] =
    ["connected", "alerting", "dialing", "disconnected", "terminated", "none", "converting", "teleporting"];
const SCREENS: [&str; 7] = ["requested", "active", "paused", "stopped", "error", "timeout", "brightening"];
const PURPOSES: [&str; 8] = ["customer", "external", "ivr", "acd", "agent", "user", "workflow", "voicemail"];

pub fn user(number: u8) -> String {
    Uuid::from_u128(0xA000 + u128::from(number)).to_string()
}

pub fn leg_id(number: usize) -> String {
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

fn call() -> impl Strategy<Value = Value> {
    (
        maybe(proptest::sample::select(&STATES[..])),
        maybe(proptest::sample::select(&["none", "active", "paused", "lost"][..])),
        maybe(proptest::bool::weighted(0.1)),
    )
        .prop_map(|(state, recording, secure_pause)| {
            let mut call = Map::new();
            put(&mut call, "state", state);
            put(&mut call, "recordingState", recording);
            put(&mut call, "securePause", secure_pause);
            Value::Object(call)
        })
}

fn leg() -> impl Strategy<Value = Value> {
    let media = proptest::collection::vec(call(), 0..3);
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
            put(&mut leg, "calls", media.map(Value::Array));
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

pub fn body() -> impl Strategy<Value = Value> {
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
