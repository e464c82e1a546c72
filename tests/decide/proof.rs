//! What recordings prove: the table a row a line, and the properties that it is made for.

mod look;
mod properties;
mod table;

use std::time::Duration;

use secure_pause::config::{PausedScreen, Proof};
use secure_pause::decide::proof::{Finding, Look, Seen, Source, Span, Verdict, findings};
use secure_pause::genesys::conversation::Conversation;
use secure_pause::genesys::recordings::Recording;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

const BEGAN: OffsetDateTime = datetime!(2026-03-01 10:00 UTC);
/// How long a call of these tests lasts, in milliseconds.
const CALL: i64 = 600_000;
const DAY: i64 = 86_400_000;

/// A moment of the call, in milliseconds from its beginning.
fn at(ms: i64) -> OffsetDateTime {
    BEGAN + time::Duration::milliseconds(ms)
}

fn text(ms: i64) -> Value {
    json!(at(ms).format(&Rfc3339).unwrap())
}

/// A look at a call: who is on it, what was recorded, by which settings.
#[derive(Clone, Debug)]
struct Scene {
    call: Value,
    recordings: Value,
    source: Source,
    look: Look,
    /// How long after the end of the call it is, in milliseconds.
    later: i64,
    paused_screen: PausedScreen,
    tolerance: u64,
}

impl Scene {
    /// The first look at a call that ended a quarter of an hour ago.
    fn with(recordings: &[Value]) -> Self {
        let agent =
            json!({"purpose": "agent", "userId": "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01", "calls": []});
        Self {
            call: json!({"startTime": text(0), "endTime": text(CALL), "participants": [agent]}),
            recordings: json!(recordings),
            source: Source::SecurePause,
            look: Look::First,
            later: 900_000,
            paused_screen: PausedScreen::Cut,
            tolerance: 5_000,
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let conversation = Conversation::from_body(self.call.to_string().as_bytes());
        let recordings = Recording::from_body(self.recordings.to_string().as_bytes());
        let seen = Seen {
            look: self.look,
            source: self.source,
            now: at(CALL + self.later),
            conversation: conversation.as_ref(),
            recordings: recordings.as_deref(),
        };
        let (paused_screen, tolerance) = (self.paused_screen, Duration::from_millis(self.tolerance));
        findings(&seen, &Proof { paused_screen, tolerance, ..Proof::default() })
    }

    fn verdicts(&self) -> Vec<Verdict> {
        self.findings().into_iter().map(|finding| finding.verdict).collect()
    }
}

/// The voice, with these secure pauses: when each began and ended.
fn voice(pauses: &[(i64, i64)]) -> Value {
    let noted = |(from, to): &(i64, i64)| {
        json!({
            "id": "c0ffee00-0000-4000-8000-000000000001", "type": "pause", "reason": "SecurePause",
            "location": from, "realtimeLocation": from, "durationMs": to - from,
        })
    };
    json!({
        "id": "7b1f6f0e-0000-4000-8000-00000000a001", "media": "audio", "mediaSubtype": "Trunk",
        "fileState": "AVAILABLE", "startTime": text(0), "endTime": text(CALL), "outputDurationMs": CALL,
        "annotations": pauses.iter().map(noted).collect::<Vec<_>>(),
    })
}

/// A screen that was recorded from here to there, of which so much is missing in the file.
fn screen(from: i64, to: i64, missing: i64) -> Value {
    json!({
        "id": "7b1f6f0e-0000-4000-8000-00000000a002", "media": "screen", "mediaSubtype": "Screen",
        "fileState": "AVAILABLE", "startTime": text(from), "endTime": text(to),
        "outputDurationMs": to - from - missing, "annotations": [],
    })
}

/// A value with another in this member; without the member where that is null.
fn but(mut value: Value, member: &str, other: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    match other {
        Value::Null => members.remove(member),
        other => members.insert(member.to_owned(), other),
    };
    value
}

fn span((from, to): (i64, i64)) -> Span {
    Span { from: at(from), to: at(to) }
}

/// The verdicts that an auditor will take for good.
fn is_good(verdict: Verdict) -> bool {
    use Verdict::{CutOut, NoScreenRecording, NoSecurePause, NotRecorded};
    [CutOut, NotRecorded, NoScreenRecording, NoSecurePause].contains(&verdict)
}
