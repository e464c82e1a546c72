//! Ids as types: what is let through.

use secure_pause::ids::{ConversationId, TraceId};

#[test]
fn a_trace_id_is_let_through_unless_it_could_be_a_number_of_the_caller() {
    let cases = [
        ("6f1c1f7e-0d5c-4b43-9f0e-2b7d8a1c9e11", true, "a UUID"),
        ("6f1c1f7e-0d5c-4b43-9f0e-123456789012", true, "a UUID that ends in digits"),
        ("6f1c1f7e-0d5c-4b43-9f0e-2b7d8a1c9e11-archival", true, "a UUID with a word"),
        ("correlation-17", true, "a word"),
        ("4111111111111111", false, "a card number"),
        ("4111-1111-1111-1111", false, "a card number in groups"),
        ("1-317-555-0100", false, "a telephone number in groups"),
        ("6f1c1f7e-0d5c-4b43-9f0e-2b7d8a1c9e11-4111111111111111", false, "a card behind a UUID"),
        ("id-13175550100", false, "a telephone number"),
        ("+1317555", false, "not a plain character"),
        ("two words", false, "a space"),
        ("", false, "nothing"),
    ];
    for (text, let_through, reason) in cases {
        assert_eq!(TraceId::parse(text).is_some(), let_through, "{reason}");
    }
    assert!(TraceId::parse(&"a".repeat(TraceId::LONGEST + 1)).is_none(), "too long");
}

#[test]
fn an_id_is_written_into_a_url_in_one_form_only() {
    let id = ConversationId::parse("6F1C1F7E0D5C4B439F0E2B7D8A1C9E11").map(|id| id.to_string());
    assert_eq!(id.as_deref(), Some("6f1c1f7e-0d5c-4b43-9f0e-2b7d8a1c9e11"));
    assert_eq!(ConversationId::parse("../../6f1c1f7e-0d5c-4b43-9f0e-2b7d8a1c9e11"), None);
}
