//! JSON of which a part cannot be read, without losing the rest.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// Some programs write it before a text, and JSON has no place for it.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Whatever is used lies less deep than this: the deepest is a part of a record's attributes in a batch.
const DEEPEST: u32 = 8;

/// The value in a JSON text; null where it is none.
///
/// A part that cannot be held is null and hides nothing but itself: a text cut in the middle of a character, a
/// number that no number type holds, lists in lists without an end.
pub fn readable(json: &str) -> Value {
    within(json, DEEPEST)
}

fn within(json: &str, levels: u32) -> Value {
    if let Ok(value) = serde_json::from_str(json) {
        return value;
    }
    let Some(levels) = levels.checked_sub(1) else { return Value::Null };
    let part = |raw: &RawValue| within(raw.get(), levels);
    if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(json) {
        Value::Object(members.into_iter().map(|(name, raw)| (name, part(raw))).collect())
    } else if let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(json) {
        Value::Array(entries.into_iter().map(part).collect())
    } else {
        Value::Null
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_read_is_null_and_hides_nothing_else() {
        let deep = format!(r#"{{"deep": {}{}, "id": 7}}"#, "[".repeat(10_000), "]".repeat(10_000));
        let cases = [
            (r#"{"id": 7, "name": "… \ud83d"}"#, json!({"id": 7, "name": null}), "half a character"),
            (
                r#"{"id": 7, "n": {"x": [1, "\udc00", 1e999]}}"#,
                json!({"id": 7, "n": {"x": [1, null, null]}}),
                "within",
            ),
            (deep.as_str(), json!({"id": 7, "deep": [[[[[[[null]]]]]]]}), "without an end"),
            (r#"{"id": 7, "name": "\\ud83d"}"#, json!({"id": 7, "name": "\\ud83d"}), "an escaped backslash"),
            (r#"{"id": 7, "name": "\ud83d}"#, json!(null), "no JSON"),
            ("", json!(null), "nothing"),
        ];
        for (text, wanted, reason) in cases {
            assert_eq!(readable(text), wanted, "{reason}");
        }
    }
}
