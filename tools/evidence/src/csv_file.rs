//! The CSV: a line for each secure pause, in the order of their starts, and after them one for each call of a payment
//! queue without one, and for each call that may have had one. docs/evidence.md lists the columns.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use uuid::NonNilUuid;

use crate::failure::How;
use crate::figures::Figures;
use crate::log::Log;
use crate::moment::Moment;
use crate::proof::{Proof, Screen};
use crate::proven;
use crate::secure_pause::{End, SecurePause};
use crate::stored::{Logged, Stored};
use crate::words::Verdict;

/// A line. Times are RFC 3339 in UTC; what is not known is empty.
#[derive(Default, Serialize)]
struct Line<'a> {
    conversation: Option<NonNilUuid>,
    user: Option<NonNilUuid>,
    queues: String,
    agents: String,
    start: Option<String>,
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
    proof: &'static str,
    proof_from: Option<String>,
    proof_to: Option<String>,
    screen_recordings: String,
    missing_ms: String,
    exported: Option<&'static str>,
    was_exposed: Option<&'static str>,
    remedy: Option<&'static str>,
    purges: String,
    proof_source: Option<&'static str>,
    paused_screen: Option<&'static str>,
    proof_written: Option<String>,
}

/// Writes every secure pause, every payment call without one, and every call that may have had one, after a line with the names of the columns.
///
/// # Errors
/// As the writer's.
pub fn write(figures: &Figures, log: &Log, to: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    for case in proven::cases(figures, log) {
        let live = match (case.live, case.found) {
            (Some(pause), _) => live(pause, log),
            (None, found) => Line { standing: found.map_or("", |it| standing(it.logged)), ..Line::default() },
        };
        csv.serialize(Line {
            proof: match case.stored() {
                Stored::Remedied => Verdict::Exposed.into(),
                stored => stored.word(),
            },
            ..stored(live, case.proof, case.found.is_some())
        })?;
    }
    let calls = figures.proofs.unpaused.iter().chain(&figures.proofs.unsettled);
    for proof in calls.filter_map(|line| log.proofs.get(*line)) {
        let standing = if proof.is_open() { "not-known" } else { Verdict::NoSecurePause.into() };
        let line = Line { standing, proof: proof.verdict.into(), ..Line::default() };
        csv.serialize(stored(line, Some(proof), true))?;
    }
    csv.flush()
}

/// The standing of a secure pause that is found in the recordings only.
const fn standing(logged: Logged) -> &'static str {
    match logged {
        Logged::Nothing => "no-record",
        Logged::EndOnly => "end-only",
        Logged::BeforeTheFiles => "before-the-files",
    }
}

/// A line with what its line of proof says; where nothing else is known of it, its times too.
fn stored<'a>(line: Line<'a>, proof: Option<&Proof>, is_found: bool) -> Line<'a> {
    let Some(proof) = proof else { return line };
    let yes = |is_so: bool| is_so.then_some("yes");
    let words = |word: &dyn Fn(&Screen) -> Option<String>| {
        let words = proof.screens.iter().map(|screen| word(screen).unwrap_or_else(|| "?".to_owned()));
        words.collect::<Vec<_>>().join(" ")
    };
    let (from, to) = (proof.from.map(Moment::rfc3339), proof.to.map(Moment::rfc3339));
    let found = |at: &Option<String>| at.clone().filter(|_| is_found);
    Line {
        conversation: Some(proof.conversation),
        queues: ids(&proof.queues),
        agents: ids(&proof.users),
        start: line.start.or_else(|| found(&from)),
        end: line.end.or_else(|| found(&to)),
        end_known_by: if is_found && to.is_some() { "recording" } else { line.end_known_by },
        proof_from: from,
        proof_to: to,
        screen_recordings: words(&|screen| screen.id.map(|id| id.to_string())),
        missing_ms: words(&|screen| screen.missing_ms.map(|ms| ms.to_string())),
        exported: yes(proof.is_exported()),
        was_exposed: yes(proof.was_exposed),
        remedy: proof.remedy.map(Into::into),
        purges: if proof.screens.iter().any(|screen| screen.purge.is_some()) {
            words(&|screen| Some(screen.purge.map_or("-", |it| it.outcome.into()).to_owned()))
        } else {
            String::new()
        },
        proof_source: Some(proof.source.into()),
        paused_screen: Some(proof.paused_screen.into()),
        proof_written: Some(proof.written.rfc3339()),
        ..line
    }
}

fn ids(ids: &[NonNilUuid]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn live<'a>(pause: &SecurePause, log: &'a Log) -> Line<'a> {
    let (end, end_known_by) = match pause.end {
        End::Told(at) => (Some(at), "ended"),
        End::SeenOver(at) => (Some(at), "seen over"),
        End::NotTold => (None, "not told"),
    };
    let program = log.programs.get(usize::from(pause.program));
    let (failure, resume_failure) = (pause.failure, pause.resume_failure);
    Line {
        conversation: Some(pause.conversation),
        user: pause.user,
        start: Some(pause.start.rfc3339()),
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
        ..Line::default()
    }
}

/// Free text as a cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}
