//! Which receipt of a message is a look.

use std::time::Duration;

use secure_pause::decide::proof::{Look, Request, Source};
use secure_pause::ids::ConversationId;

use crate::fixtures::CONVERSATION;

fn look(age: u64, receipts: u32) -> Option<Look> {
    let conversation = ConversationId::parse(CONVERSATION).unwrap();
    let age = Duration::from_secs(age);
    Request { conversation, source: Source::CustomerEnd, at: None, age, receipts }.look()
}

#[test]
fn a_look_is_the_first_receipt_after_each_of_its_times() {
    const H: u64 = 3_600;
    #[rustfmt::skip] // A row a line.
    let rows = [
        (900, 1, Some(Look::First), "the first"),
        (900, 0, Some(Look::First), "not counted"),
        (5 * H, 1, Some(Look::First), "the first, late"),
        (900 + 6_300, 2, Some(Look::Second), "the second"),
        (900 + 2 * 6_300, 3, None, "too soon"),
        (24 * H - 1, 13, None, "too soon"),
        (24 * H, 14, Some(Look::Third), "a day"),
        (24 * H + 6_299, 14, Some(Look::Third), "the receipt before was within the day"),
        (24 * H + 6_600, 15, None, "and is not repeated"),
        (25 * H, 1, Some(Look::Third), "a queue that stood still"),
        (47 * H - 1, 27, None, "too soon"),
        (47 * H, 27, Some(Look::Last), "the last"),
        (49 * H, 28, Some(Look::Last), "the last one failed"),
        (90 * H, 1, Some(Look::Last), "a queue that stood still for days"),
    ];
    for (age, receipts, wanted, reason) in rows {
        assert_eq!(look(age, receipts), wanted, "{age} s, receipt {receipts}: {reason}");
    }
}

#[test]
fn a_message_gets_four_looks_within_thirty_receipts_however_late_each_comes() {
    for late in [0, 1, 30, 200, 299] {
        for first in [0, 900, 1_000, 6_000] {
            let receipts =
                (1..=30).map(|receipt| look(first + (u64::from(receipt) - 1) * (6_300 + late), receipt));
            let looks: Vec<_> = receipts.flatten().collect();
            let last = looks.iter().position(|look| *look == Look::Last).unwrap();
            assert!(looks[..=last].is_sorted(), "{looks:?}");
            let before = &looks[..last];
            assert!(
                before.starts_with(&[Look::First, Look::Second, Look::Third]),
                "{late} s late: {looks:?}"
            );
            assert!(before.len() <= 4, "a look at the edge may be repeated once: {looks:?}");
        }
    }
}
