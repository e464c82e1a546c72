//! The CSV: a line for each secure pause, in the order of their starts. docs/evidence.md lists the columns.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use uuid::NonNilUuid;

use crate::failure::How;
use crate::figures::Figures;
use crate::log::Log;
use crate::moment::Moment;
use crate::secure_pause::{End, SecurePause};

/// A line. Times are RFC 3339 in UTC; what is not known is empty.
#[derive(Serialize)]
struct Line<'a> {
    conversation: NonNilUuid,
    user: Option<NonNilUuid>,
    start: String,
    end: Option<String>,
    end_known_by: &'static str,
    standing: &'static str,
    exposure_ms: Option<u32>,
    exposure_until: Option<&'static str>,
    darkened: Option<String>,
    recorded_again: Option<String>,
    failure: Option<&'static str>,
    failure_ended: Option<&'static str>,
    resume_failure: Option<&'static str>,
    resume_failure_ended: Option<&'static str>,
    others_recording: Option<&'static str>,
    records: usize,
    version: Option<Cow<'a, str>>,
    commit: Option<Cow<'a, str>>,
}

/// Writes every secure pause, after a line with the names of the columns.
///
/// # Errors
/// As the writer's.
pub fn write(figures: &Figures, log: &Log, to: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    for pause in &figures.pauses {
        csv.serialize(line(pause, log))?;
    }
    csv.flush()
}

fn line<'a>(pause: &SecurePause, log: &'a Log) -> Line<'a> {
    let (end, end_known_by) = match pause.end {
        End::Told(at) => (Some(at), "ended"),
        End::SeenOver(at) => (Some(at), "seen over"),
        End::NotTold => (None, "not told"),
    };
    let program = log.programs.get(usize::from(pause.program));
    let (failure, resume_failure) = (pause.failure, pause.resume_failure);
    Line {
        conversation: pause.conversation,
        user: pause.user,
        start: pause.start.rfc3339(),
        end: end.map(Moment::rfc3339),
        end_known_by,
        standing: pause.standing.into(),
        exposure_ms: pause.exposure.map(|exposure| exposure.ms),
        exposure_until: pause.exposure.map(|it| match pause.end {
            _ if it.is_until_dark => "dark",
            End::Told(_) => "end",
            End::SeenOver(_) | End::NotTold => "given up",
        }),
        darkened: pause.darkened.map(Moment::rfc3339),
        recorded_again: pause.relit.map(Moment::rfc3339),
        failure: failure.map(|it| it.cause.name()),
        failure_ended: failure.map(|it| How::text(it.how)),
        resume_failure: resume_failure.map(|it| it.cause.name()),
        resume_failure_ended: resume_failure.map(|it| How::text(it.how)),
        others_recording: pause.others_recording.then_some("yes"),
        records: pause.records,
        version: program.map(|it| harmless(&it.version)),
        commit: program.map(|it| harmless(&it.commit)),
    }
}

/// Free text as a cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}
