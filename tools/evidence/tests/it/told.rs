//! What records come to, in a line for each secure pause.

use evidence::failure::Failure;
use evidence::secure_pause::{End, SecurePause, Stray, secure_pauses};

use crate::made::{log, record};

/// Records in the notation of [`record`], what they come to, and why.
pub type Row = (&'static [&'static str], &'static [&'static str], &'static str);

/// Holds each row to what its records come to; `name` is that of the table.
pub fn each_tells(name: &str, rows: &[Row]) {
    let mut wrong = Vec::new();
    for (place, (records, wanted, reason)) in rows.iter().enumerate() {
        let lines: Vec<String> = records.iter().map(|notation| record(notation).to_string()).collect();
        let log = log(&format!("{name}-{place}.jsonl"), &lines);
        assert_eq!(log.named, [], "{reason}");
        let result = secure_pauses(&log.briefs);
        let mut came: Vec<String> = result.pauses.iter().map(told).collect();
        came.extend(result.strays.iter().map(stray));
        if came != *wanted {
            wrong.push(format!("{reason}: {came:?} instead of {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A secure pause in short: standing, exposure, how its end is known, what failed.
fn told(pause: &SecurePause) -> String {
    let standing: &str = pause.standing.into();
    let exposure = pause.exposure.map_or("-".to_owned(), |exposure| {
        format!("{}{}", exposure.ms, if exposure.is_until_dark { "" } else { "+" })
    });
    let end = match pause.end {
        End::Told(at) => format!("ended after {} s", at.since(pause.start) / 1000),
        End::SeenOver(_) => "seen over".to_owned(),
        End::NotTold => "no end".to_owned(),
    };
    format!("{standing} {exposure}, {end}{}", failed(pause.failure, pause.resume_failure))
}

fn failed(pause: Option<Failure>, resume: Option<Failure>) -> String {
    let failure = |what: &str, failure: Option<Failure>| {
        failure.map_or(String::new(), |it| format!(", {what}{}: {}", it.cause.name(), it.how.text()))
    };
    failure("", pause) + &failure("resume ", resume)
}

/// An end without a start in short.
fn stray(stray: &Stray) -> String {
    format!("stray{}", failed(stray.failure, stray.resume_failure))
}
