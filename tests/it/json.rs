//! JSON of which a part cannot be read.

use secure_pause::json::readable;
use serde_json::json;

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
