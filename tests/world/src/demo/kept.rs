//! What a shift leaves behind in files: the function's log, and what happened in truth.

use std::{fs, io, path::Path};

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use world::{Happening, Moment};

use crate::stage::Trouble;

/// Writes lines to a file, and makes its directory.
///
/// # Errors
/// [`Trouble::Unusable`] where that cannot be done.
pub(crate) fn keep(path: &Path, lines: &[String]) -> Result<(), Trouble> {
    let written = || -> io::Result<()> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>())
    };
    written().map_err(|error| Trouble::Unusable(format!("{} cannot be written: {error}", path.display())))
}

/// The timeline, a JSON object for each change of a secure pause or a screen: `at` (RFC 3339), `conversation`, and
/// `securePause` (whether it is on), or `participant` and `screen` (a state, or null: not recorded).
pub(crate) fn truth(timeline: &[Moment]) -> Vec<String> {
    timeline.iter().filter_map(line).map(|line| line.to_string()).collect()
}

fn line(moment: &Moment) -> Option<Value> {
    let at = OffsetDateTime::from(moment.at).format(&Rfc3339).ok()?;
    let conversation = moment.conversation;
    match &moment.happening {
        Happening::SecurePause(on) => {
            Some(json!({ "at": at, "conversation": conversation, "securePause": on }))
        }
        Happening::Screen { participant, state } => Some(json!({
            "at": at, "conversation": conversation, "participant": participant, "screen": state.map(|it| it.word()),
        })),
        Happening::Started | Happening::Voice(_) | Happening::Leg { .. } | Happening::Ended => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use uuid::Uuid;
    use world::ScreenState;

    use super::*;

    #[test]
    fn changes_of_secure_pauses_and_screens_are_kept_and_no_others() {
        let (conversation, participant) = (Uuid::nil(), Uuid::max());
        let of = |happening| Moment { at: SystemTime::UNIX_EPOCH, conversation, happening };
        let lines = truth(&[
            of(Happening::Started),
            of(Happening::SecurePause(true)),
            of(Happening::Screen { participant, state: Some(ScreenState::Paused) }),
            of(Happening::Screen { participant, state: None }),
            of(Happening::Ended),
        ]);
        let told: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(told.len(), 3);
        assert_eq!(told[0]["at"], "1970-01-01T00:00:00Z");
        assert_eq!(told[0]["securePause"], true);
        assert_eq!((&told[1]["screen"], &told[2]["screen"]), (&json!("paused"), &Value::Null));
        assert_eq!(told[1]["participant"], json!(participant));
    }
}
