//! The report knows every word that a line may have by its schema or its document: it has its own list of them, since it
//! reads logs of other versions of the function too.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::made::{log, proof, purge, record};

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Holds the report to the words of a line's field: each of them makes a line of ours, and no other does.
fn knows(line: &Value, place: &str, words: &[Value]) {
    assert!(words.len() > 1, "{place}");
    let unheard_of = json!("unheard_of");
    for word in words.iter().chain([&unheard_of]).filter(|word| word.is_string()) {
        let mut line = line.clone();
        *line.pointer_mut(place).expect(place) = word.clone();
        let log =
            log(&format!("words-{}{}.jsonl", line["kind"], place.replace('/', "-")), &[line.to_string()]);
        let known = (log.briefs.len() + log.proofs.len() + log.purges.len(), log.broken);
        assert_eq!(known, if *word == unheard_of { (0, 1) } else { (1, 0) }, "{place} {word}");
    }
}

fn words<'a>(schema: &'a Value, list: &str) -> &'a [Value] {
    schema.pointer(&format!("{list}/enum")).and_then(Value::as_array).expect(list)
}

#[test]
fn every_word_of_the_record_is_known_and_no_other() {
    let schema = serde_json::from_str(&document("audit-record.schema.json")).expect("JSON");
    let (paused, failed) = ("event started 0 paused verified 400", "event started 0 Forbidden failed 400");
    for (list, place, notation) in [
        ("/properties/outcome", "/outcome", paused),
        ("/properties/door", "/door", paused),
        ("/properties/phase", "/phase", paused),
        ("/$defs/errorType", "/errorType", failed),
        ("/$defs/target/properties/state", "/targets/0/state", paused),
        ("/$defs/target/properties/action", "/targets/0/action", paused),
    ] {
        knows(&record(notation), place, words(&schema, list));
    }
}

#[test]
fn every_word_of_a_line_of_proof_is_known_and_no_other() {
    let schema = serde_json::from_str(&document("proof-record.schema.json")).expect("JSON");
    let needs_pause =
        |word: &&Value| ["exposed", "not-provable", "cut-out", "not-recorded"].iter().any(|it| *word == it);
    let (placed, whole): (Vec<_>, Vec<_>) =
        words(&schema, "/properties/verdict").iter().cloned().partition(|it| needs_pause(&it));
    knows(&proof("0 20 cut-out"), "/verdict", &placed);
    knows(&proof("- - unknown"), "/verdict", &whole);
    for name in ["source", "pausedScreen"] {
        let list = format!("/properties/{name}");
        knows(&proof("0 20 cut-out"), &format!("/{name}"), words(&schema, &list));
    }
    let recording = &schema["$defs"]["recording"]["properties"];
    for (name, word) in [("media", "screen"), ("fileState", "deleted")] {
        assert!(words(recording, &format!("/{name}")).contains(&json!(word)), "the report looks for {word}");
    }
}

#[test]
fn every_word_of_a_purge_is_known_and_no_other() {
    let text = document("operations.md");
    let quoted = |field: &str, is_word: &dyn Fn(&str) -> bool| -> Vec<Value> {
        let row = text.lines().find_map(|line| line.strip_prefix(&format!("| `{field}` |"))).expect(field);
        let parts: Vec<&str> = row.split('`').collect();
        // A word stands in quotes; what is quoted beside is in capitals.
        let words = parts.iter().skip(1).step_by(2).filter(|word| is_word(word));
        words.map(|word| json!(word)).collect()
    };
    let is_small = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    knows(&purge("f0 deleted @7200"), "/outcome", &quoted("outcome", &is_small));
    knows(&purge("f0 refused @7200"), "/reason", &quoted("reason", &is_small));
}
