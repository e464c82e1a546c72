//! What must hold for the shift as a whole: a strict upstream without complaint, a log of JSON lines, and
//! no secret or caller's data in the log or an answer.

use serde_json::Value;

use crate::stage::Stage;

/// What does not hold; empty in a good shift.
pub(crate) fn faults(stage: &Stage, answers: &[String]) -> Vec<String> {
    let world = &stage.world;
    let log = stage.function.logs();
    let mut faults: Vec<String> =
        world.complaints().iter().map(|it| format!("an upstream complains: {it}")).collect();
    faults.extend(not_json(&log));
    let secrets = world.secrets.secret_values();
    let data = world.genesys.secrets_of_the_caller();
    for (where_to, texts) in [("log line", log.as_slice()), ("answer", answers)] {
        faults.extend(leaks(where_to, texts, "a client secret or a token", &secrets));
        faults.extend(leaks(where_to, texts, "data of a caller or of an upstream", &data));
    }
    faults
}

/// The lines that are no JSON object with `level` and `timestamp`.
fn not_json(log: &[String]) -> Vec<String> {
    let is_good = |line: &String| {
        let parsed: Value = serde_json::from_str(line).unwrap_or_default();
        parsed["level"].is_string() && parsed["timestamp"].is_string()
    };
    let bad = log.iter().enumerate().filter(|(_, line)| !is_good(line));
    bad.map(|(place, line)| {
        format!("log line {} is no JSON object with level and timestamp: {line}", place + 1)
    })
    .collect()
}

/// Where one of the values occurs; the place is enough to find it by.
fn leaks(where_to: &str, texts: &[String], what: &str, values: &[String]) -> Vec<String> {
    let leaks = |text: &str| values.iter().any(|value| text.contains(value));
    let found = texts.iter().enumerate().filter(|(_, text)| leaks(text));
    found.map(|(place, _)| format!("{where_to} {} holds {what}", place + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_json_and_lines_that_leak_are_found() {
        let log = [
            r#"{"level":"INFO","timestamp":"2026-01-01T00:00:00Z","a":"s3cret"}"#.to_owned(),
            "thread main panicked".to_owned(),
            "[]".to_owned(),
        ];
        let bad = not_json(&log);
        assert_eq!(bad.len(), 2);
        assert!(bad[0].starts_with("log line 2 is no JSON"), "{bad:?}");
        let found = leaks("log line", &log, "a token", &["s3cret".to_owned()]);
        assert_eq!(found, ["log line 1 holds a token"]);
    }
}
