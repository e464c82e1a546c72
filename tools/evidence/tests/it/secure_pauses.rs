//! Records in, secure pauses out: the rules of `secure_pause.rs` and `standing.rs`, a row each.

use crate::told::{Row, each_tells};

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn records_of_a_conversation_are_grouped_into_its_secure_pauses() {
    let rows: [Row; 35] = [
        (
            &["event started 0 paused verified 400", "event ended 20 resumed verified -"],
            &["verified 400, ended after 20 s"],
            "the ordinary case",
        ),
        (
            &["event ended 20 resumed verified -", "event started 0 paused verified 400"],
            &["verified 400, ended after 20 s"],
            "the order of lines does not matter",
        ),
        (
            &["event started 0 paused unverifiable 400", "event ended 20 resumed unverifiable -"],
            &["unverifiable 400, ended after 20 s"],
            "acknowledged only",
        ),
        (
            &["event started 0 paused not_recording 400", "event ended 20 nothing_paused - -"],
            &["not-recorded 400, ended after 20 s"],
            "there was no recording to pause",
        ),
        (
            &["event started 0 paused gone -", "event ended 20 conversation_over - -"],
            &["nothing-to-pause -, ended after 20 s"],
            "the leg ended meanwhile",
        ),
        (
            &["event started 0 paused verified 400 @1", "event started 0 paused verified 61000 @61"],
            &["verified 400, no end"],
            "a redelivery: the first time it was dark counts",
        ),
        (
            &["event started 0 paused verified 61000 @1", "event started 0 paused unverifiable 400 @61"],
            &["verified 400, no end"],
            "of two that race, the one that darkened first; written later does not matter",
        ),
        (
            &["event started 0 paused verified 400", "watch started 0 recovered verified - @75"],
            &["verified 400, seen over"],
            "the ended event was lost; the watch saw that it was over",
        ),
        (
            &["event started 0 paused verified 400", "event started 60 paused verified 500"],
            &["verified 400, no end", "verified 500, no end"],
            "another start by an event is another secure pause",
        ),
        (
            &[
                "direct started 0 paused verified 300",
                "event started 2 paused verified 10",
                "watch started 1 watching - - @16",
                "event ended 30 deferred - -",
                "direct ended 31 resumed verified -",
                "event ended 33 nothing_paused - -",
            ],
            &["verified 300, ended after 31 s"],
            "an order and an event of the same secure pause; a deferred resume is no end",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "event ended 20 resumed verified -",
                "watch ended 20 nothing_paused - - @35",
                "event started 40 paused verified 500",
                "event ended 50 resumed verified -",
            ],
            &["verified 400, ended after 20 s", "verified 500, ended after 10 s"],
            "two secure pauses of a call",
        ),
        (
            &["watch started 0 watching - - @15", "event ended 20 resumed verified -"],
            &["not-told -, ended after 20 s"],
            "the first invocation left no record, and the watch found nothing to do",
        ),
        (
            &["event started 0 observed - -", "event ended 20 observed - -"],
            &["observed -, ended after 20 s"],
            "MODE=observe",
        ),
        (&["event started 0 stale - - @40"], &["nothing-to-pause -, seen over"], "delivered too late"),
        (
            &["event ended 20 resumed verified -", "watch ended 20 nothing_paused - - @35"],
            &["stray"],
            "its start was lost",
        ),
        (
            &["event ended 20 resumed verified -", "event ended 200 resumed verified -"],
            &["stray", "stray"],
            "two lost starts",
        ),
        (
            &["event started 0 paused verified 400", "watch started 0 repaired verified 15900 @16"],
            &["recorded-during 15900, no end"],
            "the watch found it recorded, though it had been read back as paused",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "watch started 0 repaired verified 15900 @16",
                "watch started 0 repaired verified 75900 @76",
                "event ended 90 resumed verified -",
            ],
            &["recorded-during 75900, ended after 90 s"],
            "found recorded twice: the last counts",
        ),
        (
            &["event started 0 paused verified 400 @30", "watch started 0 repaired verified 15900 @16"],
            &["recorded-during 15900, no end"],
            "found recorded while the first attempt still read back",
        ),
        (
            &["event started 0 paused not_recording 400", "watch started 0 repaired verified 15900 @16"],
            &["recorded-during 15900, no end"],
            "a recording that began after there was none",
        ),
        (
            &["event started 0 paused unverifiable 400", "watch started 0 repaired unverifiable - @16"],
            &["unverifiable 400, no end"],
            "where screens are not told, the watch repeats the pause: nothing says that it was recorded",
        ),
        (
            &["event started 0 paused verified+gone 400"],
            &["verified 400, no end"],
            "the leg went, and its successor was paused",
        ),
        (
            &["event started 0 paused unverifiable+gone 400"],
            &["unverifiable 400, no end"],
            "the same, by acknowledgement only",
        ),
        (
            &["event started 0 paused terminated 400"],
            &["terminated 400, no end"],
            "its recording was cut in two instead",
        ),
        (
            &["event started 0 paused terminated+not_recording 400"],
            &["terminated 400, no end"],
            "one cut in two, another without recording",
        ),
        (
            &["event started 0 paused verified 400", "event ended 20 still_on - - @25"],
            &["verified 400, ended after 20 s"],
            "another one is on; this one has ended",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "event ended 20 resume_withdrawn pause:verified 3600 @24",
                "event started 22 paused verified 1000 @25",
                "event ended 40 resumed verified -",
            ],
            &["verified 400, ended after 20 s", "recorded-during 2000, ended after 18 s"],
            "one that began during a resume: exposed until that was withdrawn",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "event ended 20 resume_withdrawn pause:verified 3600 @24",
                "event ended 40 resumed verified -",
            ],
            &["verified 400, ended after 20 s", "recorded-during 3600, ended after 19 s"],
            "the same, its start lost: from when the resume was sent",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "event ended 20 resume_withdrawn pause:verified 3600 @24",
                "event ended 20 resume_withdrawn pause:verified 3000 @30",
                "event ended 20 still_on - - @85",
            ],
            &["verified 400, ended after 20 s", "recorded-during 9600, no end"],
            "the end is told again: it is still that of the one before, and a second withdrawal counts",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "watch started 0 resume_withdrawn pause:verified 3600 @80",
            ],
            &["verified 400, seen over", "recorded-during 3600, no end"],
            "a check resumed, and one began",
        ),
        (
            &["event ended 20 resume_withdrawn pause:verified 3600 @24"],
            &["recorded-during 3600, no end", "stray"],
            "the first one's start was lost, and the second's",
        ),
        (
            &[
                "snapshot - 0 paused verified 400",
                "snapshot - 0.1 ignored - -",
                "watch started 1 watching - - @16",
                "snapshot - 20 resumed resume:verified -",
                "snapshot - 20.1 nothing_paused - -",
                "snapshot - 40 paused verified 500",
            ],
            &["verified 400, ended after 20 s", "verified 500, no end"],
            "snapshots: what they did says what happened, and those that did nothing only count",
        ),
        (
            &[
                "snapshot - 0 paused verified 400",
                "event started 0.2 paused verified 300",
                "event ended 20 resumed verified -",
            ],
            &["verified 400, ended after 20 s"],
            "an event beside it is of the same secure pause",
        ),
        (
            &["snapshot - 0 Forbidden - -", "snapshot - 0.1 paused verified 400"],
            &["verified 500, no end, Forbidden: recovered by a retry"],
            "one that could not be read may have missed a start",
        ),
        (
            &["snapshot - 0 paused verified 400", "snapshot - 20 resume_withdrawn pause:verified 3600 @24"],
            &["verified 400, ended after 20 s", "recorded-during 3600, no end"],
            "a secure pause that began during its resume",
        ),
    ];
    each_tells("pauses", &rows);
}
