//! The report knows every word that a record may have by its schema: it has its own list of them, since it reads logs of
//! other versions of the function too.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::made::{log, record};

#[test]
fn every_word_of_the_schema_is_known_and_no_other() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/audit-record.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(schema).expect("the schema")).expect("JSON");
    let target = "/targets/0";
    let lists = [
        ("/properties/outcome", "/outcome", "event started 0 paused verified 400"),
        ("/properties/door", "/door", "event started 0 paused verified 400"),
        ("/properties/phase", "/phase", "event started 0 paused verified 400"),
        ("/$defs/errorType", "/errorType", "event started 0 Forbidden failed 400"),
        ("/$defs/target/properties/state", &format!("{target}/state"), "event started 0 paused verified 400"),
        (
            "/$defs/target/properties/action",
            &format!("{target}/action"),
            "event started 0 paused verified 400",
        ),
    ];
    for (list, place, notation) in lists {
        let words = schema.pointer(&format!("{list}/enum")).and_then(Value::as_array).expect(list);
        assert!(words.len() > 1, "{list}");
        let unheard_of = json!("unheard_of");
        for word in words.iter().chain([&unheard_of]).filter(|word| word.is_string()) {
            let mut record = record(notation);
            *record.pointer_mut(place).expect(place) = word.clone();
            let log = log("words.jsonl", &[record.to_string()]);
            let known = (log.briefs.len(), log.broken);
            assert_eq!(known, if *word == unheard_of { (0, 1) } else { (1, 0) }, "{place} {word}");
        }
    }
}
