//! Audit records from a short notation, and what a log of them comes to.

use std::fs;
use std::path::PathBuf;

use evidence::files::Files;
use evidence::log::Log;
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

/// The conversation of every record that names none.
pub const CALL: &str = "00000000-0000-4000-8000-000000000001";
pub const LEG: &str = "00000000-0000-4000-8000-00000000000a";

/// A record from `door phase at ending state exposure @written`: times in seconds, exposure in milliseconds;
/// `-` where there is no phase, state or exposure, `@written` left out where it is a second after `at`. Several targets are
/// joined by `+`; one whose action is not that of the phase tells it: `verified+gone`, `pause:failed`.
pub fn record(notation: &str) -> Value {
    let words: Vec<&str> = notation.split_whitespace().collect();
    let [door, phase, at, ending, state, exposure, ..] = words[..] else { panic!("too short: {notation}") };
    let at: f64 = at.parse().expect("seconds");
    let written =
        words.get(6).map_or(at + 1.0, |word| word.trim_start_matches('@').parse().expect("seconds"));
    let is_error = ending.starts_with(char::is_uppercase);
    let is_resume = phase == "ended" || ["recovered", "NotResumed"].contains(&ending);
    let of_phase = if is_resume { "resume" } else { "pause" };
    let states: Vec<(&str, &str)> = state
        .split('+')
        .filter(|state| *state != "-")
        .map(|state| state.split_once(':').unwrap_or((of_phase, state)))
        .collect();
    let target = |(action, state): &(&str, &str)| {
        let mut target = json!({
            "participantId": LEG, "action": action, "state": state, "attempts": 1, "sentAt": time(written),
            "acknowledgedAt": time(written), "verifiedAt": null, "answers": [],
        });
        if *state == "failed" {
            target["error"] = json!(ending);
        }
        target
    };
    let all =
        |wanted: &dyn Fn(&str) -> bool| !states.is_empty() && states.iter().all(|(_, state)| wanted(state));
    let is_dark = all(&|state| !["failed", "gone"].contains(&state))
        && states.iter().any(|(action, _)| *action == "pause");
    let mut record = json!({
        "timestamp": time(written), "level": "INFO", "message": "as made up", "kind": "secure_pause_audit",
        "schema": 1, "version": "0.2.0", "commit": "0123abc", "functionVersion": "7", "mode": "act",
        "coldStart": false, "tokenFetched": false, "requestId": format!("r-{notation}"), "eventId": null,
        "correlationId": null, "door": door, "phase": (phase != "-").then_some(phase), "conversationId": CALL, "userId": null,
        "participantId": null, "resolution": null, "paused": is_dark, "verified": all(&|state| state == "verified"),
        "exposureMs": exposure.parse::<u32>().ok(), "eventTime": time(at), "receivedAt": time(at),
        "firstSentAt": null, "acknowledgedAt": all(&|state| state != "failed").then(|| time(written)),
        "verifiedAt": null, "droppedFields": 0, "targets": states.iter().map(target).collect::<Vec<_>>(),
    });
    if is_error {
        record["errorType"] = json!(ending);
        record["errorMessage"] = json!("as made up");
        record["remedy"] = json!(format!("mend {ending} & <more>"));
    } else {
        record["outcome"] = json!(ending);
    }
    record
}

/// A line of proof from `from to verdict`, times in seconds, `-` where there is no secure pause; then any of
/// `@written`, else a quarter of an hour after its start, `call=2`, `expected`, `missing=1.5` for a screen recording
/// with as many seconds that are not in its file, `exported` and `runs=-30..60` for the one before it, `queue=7` and
/// `user=7`.
pub fn proof(notation: &str) -> Value {
    let words: Vec<&str> = notation.split_whitespace().collect();
    let [from, to, verdict, more @ ..] = &words[..] else { panic!("too short: {notation}") };
    let seconds = |word: &str| word.parse::<f64>().ok();
    let written = seconds(from).unwrap_or_default() + 900.0;
    let mut line = json!({
        "timestamp": time(written), "level": "INFO", "message": "recordings looked at", "kind": "secure_pause_proof",
        "schema": 1, "version": "0.2.0", "commit": "0123abc", "requestId": null, "messageId": null,
        "conversationId": CALL, "reason": format!("why {verdict} & <more>"), "look": "first", "eventTime": null,
        "toleranceMs": 5000, "from": seconds(from).map(time), "to": seconds(to).map(time), "verdict": verdict, "expected": false,
        "recordings": [{
            "id": "00000000-0000-4000-8000-0000000000e0", "media": "audio", "fileState": "available", "start": null,
            "end": null, "outputDurationMs": null, "missingMs": null, "marks": 1, "exported": false,
        }],
        "source": "secure_pause", "pausedScreen": "cut",
    });
    for word in more {
        if let Some(written) = word.strip_prefix('@') {
            line["timestamp"] = json!(time(written.parse().expect("seconds")));
        } else if let Some(call) = word.strip_prefix("call=") {
            line["conversationId"] = json!(format!("00000000-0000-4000-8000-{call:0>12}"));
        } else if *word == "expected" {
            line["expected"] = json!(true);
        } else if let Some(missing) = word.strip_prefix("missing=") {
            let recordings = line["recordings"].as_array_mut().expect("a list");
            let id = format!("00000000-0000-4000-8000-{:0>12x}", 0xef + recordings.len());
            let missing = Duration::seconds_f64(missing.parse().expect("seconds"));
            let missing = i64::try_from(missing.whole_milliseconds()).expect("milliseconds");
            let mut screen = recordings[0].clone();
            (screen["id"], screen["media"], screen["missingMs"]) =
                (json!(id), json!("screen"), json!(missing));
            recordings.push(screen);
        } else if let Some((name, id)) = word.split_once('=').filter(|it| ["queue", "user"].contains(&it.0)) {
            let ids = &mut line[format!("{name}Ids")];
            let id = json!(format!("00000000-0000-4000-8000-{id:0>12}"));
            *ids = json!(ids.as_array().into_iter().flatten().chain([&id]).collect::<Vec<_>>());
        } else if let Some((from, to)) = word.strip_prefix("runs=").and_then(|times| times.split_once("..")) {
            let recordings = line["recordings"].as_array_mut().expect("a list");
            let screen = recordings.last_mut().expect("a recording");
            let at = |word: &str| json!(time(word.parse().expect("seconds")));
            (screen["start"], screen["end"]) = (at(from), at(to));
        } else if *word == "exported" {
            let recordings = line["recordings"].as_array_mut().expect("a list");
            recordings.last_mut().expect("a recording")["exported"] = json!(true);
        } else {
            panic!("{word} of {notation}");
        }
    }
    line
}

/// A line of a purge from `recording outcome @written`, the recording as the last two letters of its id; then any of
/// `reason=legal-hold`, `exported`, `call=2`.
pub fn purge(notation: &str) -> Value {
    let words: Vec<&str> = notation.split_whitespace().collect();
    let [recording, outcome, at, more @ ..] = &words[..] else { panic!("too short: {notation}") };
    let at = time(at.trim_start_matches('@').parse().expect("seconds"));
    let mut line = json!({
        "kind": "secure_pause_purge", "schema": 1, "at": at, "conversationId": CALL, "outcome": outcome,
        "recordingId": format!("00000000-0000-4000-8000-{recording:0>12}"), "reason": null, "pauses": [],
        "knownBy": "proof", "deleteDate": null, "exported": null,
    });
    for word in more {
        if let Some(reason) = word.strip_prefix("reason=") {
            line["reason"] = json!(reason);
        } else if let Some(call) = word.strip_prefix("call=") {
            line["conversationId"] = json!(format!("00000000-0000-4000-8000-{call:0>12}"));
        } else if *word == "exported" {
            line["exported"] = json!(time(0.0));
        } else {
            panic!("{word} of {notation}");
        }
    }
    line
}

/// So many seconds after ten o'clock.
pub fn time(seconds: f64) -> String {
    let at = datetime!(2026-11-22 10:00 UTC) + Duration::seconds_f64(seconds);
    at.format(&Rfc3339).expect("a time")
}

/// A file of this test's own.
pub fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("evidence-{name}"));
    fs::write(&path, content).expect("a file");
    path
}

/// What files come to.
pub fn read(paths: &[PathBuf]) -> Log {
    Log::read(&Files::find(paths).expect("files")).expect("readable files")
}

/// What these lines come to.
pub fn log(name: &str, lines: &[String]) -> Log {
    read(&[file(name, lines.join("\n").as_bytes())])
}
