//! What the function's own table says of recordings that a desk tool has read: JSON in, proof records out. It makes no
//! request.
//!
//! A proof record gives the worst of all screens. Whoever deletes one has to know of that one. So each screen recording is
//! judged beside the voices and without the other screens; and the voices are judged alone, for the secure pauses that
//! they note. It is the last look, since nobody looks again.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use secure_pause::config::{PausedScreen, Proof};
use secure_pause::decide::proof::{Look, Looked, Request, Seen, Source, findings};
use secure_pause::genesys::conversation::Conversation;
use secure_pause::genesys::recordings::{Media, Recording};
use secure_pause::ids::ConversationId;
use secure_pause::report::proof::{Origin, records};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What is asked: bodies of Genesys, unread, and the settings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    id: String,
    conversation: Box<RawValue>,
    recordings: Box<RawValue>,
    /// Whether `PAUSED_SCREEN` is `cut`: whatever else it is makes no difference.
    is_cut: bool,
    tolerance_ms: u64,
}

/// A conversation, and the rules to judge it by.
struct Case {
    id: ConversationId,
    conversation: Option<Conversation>,
    rules: Proof,
}

fn main() -> ExitCode {
    let asked = io::read_to_string(io::stdin()).ok().and_then(|text| serde_json::from_str(&text).ok());
    let Some(answer) = asked.and_then(|asked| answer(&asked)) else {
        eprintln!("verdicts: standard input is no question of calibrate.py or purge.py");
        return ExitCode::FAILURE;
    };
    println!("{answer}");
    ExitCode::SUCCESS
}

fn answer(asked: &Asked) -> Option<Value> {
    let paused_screen = if asked.is_cut { PausedScreen::Cut } else { PausedScreen::Unknown };
    let tolerance = Duration::from_millis(asked.tolerance_ms);
    let case = Case {
        id: ConversationId::parse(&asked.id)?,
        conversation: Conversation::from_body(asked.conversation.get().as_bytes()),
        rules: Proof { paused_screen, tolerance, ..Proof::default() },
    };
    let recordings = Recording::from_body(asked.recordings.get().as_bytes())?;
    let (screens, voices): (Vec<_>, Vec<_>) =
        recordings.into_iter().partition(|recording| recording.media() == Media::Screen);
    let beside_voices = |screen| voices.iter().cloned().chain([screen]).collect();
    let screens: Option<Vec<_>> =
        screens.into_iter().map(|screen| case.judge(beside_voices(screen))).collect();
    let call = case.conversation.as_ref().and_then(Conversation::times);
    let call = call.map(|(from, to)| [from, to].map(|at| at.format(&Rfc3339).ok()));
    Some(json!({ "call": call, "screens": screens?, "voices": case.judge(voices)? }))
}

impl Case {
    /// The proof records of a look at these recordings.
    fn judge(&self, recordings: Vec<Recording>) -> Option<Value> {
        let (look, source) = (Look::Last, Source::CustomerEnd);
        let now = OffsetDateTime::now_utc();
        let seen = Seen {
            look,
            source,
            now,
            conversation: self.conversation.as_ref(),
            recordings: Some(&recordings),
        };
        let findings = findings(&seen, &self.rules);
        let looked = Looked { look, findings, is_final: true, is_expected: None, recordings };
        let request = Request { conversation: self.id, source, at: None, age: Duration::ZERO, receipts: 1 };
        let origin = Origin { request: &request, request_id: None, message_id: None };
        let records = records(&looked, self.conversation.as_ref(), origin, &self.rules);
        serde_json::to_value(records.collect::<Vec<_>>()).ok()
    }
}
