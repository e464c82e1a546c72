//! Records in, failures out: which failure of a secure pause counts, and how it ended; the rules of `failure.rs`, a row
//! each.

use crate::told::{Row, each_tells};

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn the_failure_of_a_secure_pause_is_told_with_how_it_ended() {
    let rows: [Row; 29] = [
        (
            &[
                "event started 0 UpstreamUnavailable failed 29000 @29",
                "event started 0 paused verified 61000 @61",
                "event ended 90 resumed verified -",
            ],
            &["verified 61000, ended after 90 s, UpstreamUnavailable: recovered by a retry"],
            "Lambda tried again",
        ),
        (
            &[
                "event started 0 UpstreamUnavailable failed 29000 @29",
                "watch started 0 repaired verified 31000 @31",
                "event ended 90 resumed verified -",
            ],
            &["verified 31000, ended after 90 s, UpstreamUnavailable: repaired by the watch"],
            "the watch made it good",
        ),
        (
            &["event started 0 Forbidden failed 500 @1", "watch started 0 repaired unverifiable - @15"],
            &["unverifiable 15000, no end, Forbidden: repaired by the watch"],
            "a first repair that tells no exposure: until it was acknowledged",
        ),
        (
            &[
                "event started 0 Forbidden failed 500 @1",
                "event started 0 Forbidden failed 61000 @61",
                "event ended 90 nothing_paused - -",
            ],
            &["not-dark 90000+, ended after 90 s, Forbidden: ended without having been dark"],
            "nothing held: exposed for its whole length",
        ),
        (
            &["event started 0 Forbidden failed 500"],
            &["not-dark 500+, no end, Forbidden: not known"],
            "nothing came after",
        ),
        (
            &["event started 0 Forbidden failed 500 @1", "watch started 0 conversation_over - - @15"],
            &["not-dark 500+, seen over, Forbidden: ended without having been dark"],
            "the call was over before it was made good",
        ),
        (
            &["event started 0 paused verified 400 @1", "event started 0 RateLimited - 2000 @2"],
            &["verified 400, no end, RateLimited: was dark already"],
            "a redelivery that fails leaves the screen as dark as it was",
        ),
        (
            &["event started 0 paused verified 400 @1", "event started 0 NotPaused failed 29000 @29"],
            &["recorded-during 29000+, no end, NotPaused: not known"],
            "NotPaused says that the screen was being recorded after all",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "event ended 20 NotResumed failed - @25",
                "watch ended 20 recovered verified - @36",
            ],
            &["verified 400, ended after 20 s, resume NotResumed: repaired by the watch"],
            "a resume that failed is no failed pause",
        ),
        (
            &["event started 0 paused verified 400", "watch started 0 NotResumed failed - @75"],
            &["verified 400, no end, resume NotResumed: not known"],
            "a check that could not resume",
        ),
        (
            &[
                "event started 0 paused verified 400 @1",
                "event started 0 NotPaused failed 29000 @29",
                "event started 0 paused verified 61000 @61",
            ],
            &["recorded-during 61000, no end, NotPaused: recovered by a retry"],
            "recorded after all, and dark again only by the retry",
        ),
        (
            &[
                "event started 0 paused verified 400 @1",
                "event started 0 NotPaused failed 29000 @29",
                "event ended 90 resumed verified -",
            ],
            &["recorded-during 90000+, ended after 90 s, NotPaused: not known"],
            "recorded after all, and no record says dark since: exposed to its end",
        ),
        (
            &["event started 0 Forbidden failed 500 @1", "event ended 90 nothing_paused - -"],
            &["not-dark 90000+, ended after 90 s, Forbidden: ended without having been dark"],
            "given up at once, and exposed to its end",
        ),
        (
            &["event started 0 Forbidden failed 61000 @61", "event ended 20 nothing_paused - -"],
            &["not-dark 20000+, ended after 20 s, Forbidden: ended without having been dark"],
            "given up after its end: what is recorded then is no exposure",
        ),
        (
            &["direct started 0 RateLimited failed 900", "event started 2 paused verified 10 @3"],
            &["verified 2010, no end, RateLimited: recovered by a retry"],
            "an order fails and the event pauses: exposed from the order on",
        ),
        (
            &["event started 0 NotPaused failed+gone 29000 @29"],
            &["not-dark 29000+, no end, NotPaused: not known"],
            "the leg went, and its successor was not paused",
        ),
        (
            &["event started 0 paused verified 400 @1", "event started 0 RateLimited failed 2000 @2"],
            &["in-doubt 2000+, no end, RateLimited: not known"],
            "a redelivery that could not pause a screen: perhaps another agent's",
        ),
        (
            &[
                "event started 0 paused verified 400 @1",
                "event started 0 RateLimited verified+failed 2000 @2",
                "event ended 20 resumed verified -",
            ],
            &["in-doubt 20000+, ended after 20 s, RateLimited: not known"],
            "one screen dark, another not: so it stays to the end",
        ),
        (
            &[
                "event started 0 paused verified 400 @1",
                "event started 0 RateLimited verified+failed 2000 @2",
                "event started 0 paused verified+verified 61000 @61",
            ],
            &["verified 61000, no end, RateLimited: recovered by a retry"],
            "the other agent's screen is dark by the retry only",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "event ended 20 NotPaused pause:failed - @25",
                "watch ended 20 superseded pause:verified - @36",
            ],
            &["verified 400, ended after 20 s, NotPaused: repaired by the watch"],
            "an end that finds another secure pause on, and cannot pause",
        ),
        (
            &["event started 0 paused verified 400", "event ended 20 RateLimited pause:failed - @25"],
            &["verified 400, ended after 20 s, RateLimited: not known"],
            "the same, and nothing came after: the end itself says nothing of that pause",
        ),
        (
            &["event started 0 paused verified 400", "watch started 0 RateLimited resume:failed 75000 @75"],
            &["verified 400, no end, resume RateLimited: not known"],
            "a check of a start that tried to resume",
        ),
        (
            &["event started 0 paused verified 400", "event ended 20 RateLimited failed+pause:failed - @25"],
            &["verified 400, ended after 20 s, RateLimited: not known"],
            "of a failed pause and a failed resume the pause counts",
        ),
        (
            &["event started 0 paused verified 400", "event ended 20 RateLimited - - @25"],
            &["verified 400, ended after 20 s, resume RateLimited: not known"],
            "no target: by what the event told",
        ),
        (
            &[
                "event started 0 UpstreamUnavailable failed 900 @1",
                "event started 0 paused verified 2000 @2",
                "event started 0 NotPaused failed 29000 @29",
            ],
            &["recorded-during 29000+, no end, NotPaused: not known"],
            "of several failures the last, where it ended worse",
        ),
        (
            &[
                "event started 0 UpstreamUnavailable failed 900 @1",
                "event started 0 paused verified 2000 @2",
                "event started 0 RateLimited - 3000 @3",
            ],
            &["verified 2000, no end, UpstreamUnavailable: recovered by a retry"],
            "of several failures the first, where the last did no harm",
        ),
        (
            &[
                "event started 0 paused verified 400",
                "event ended 20 RateLimited failed - @21",
                "event ended 20 resumed verified - @22",
                "watch ended 20 NotResumed failed - @36",
            ],
            &["verified 400, ended after 20 s, resume NotResumed: not known"],
            "the same of resuming",
        ),
        (
            &["event ended 20 NotResumed failed - @25", "watch ended 20 recovered verified - @36"],
            &["stray, resume NotResumed: repaired by the watch"],
            "a failed resume whose start is not in the log",
        ),
        (
            &["event ended 20 RateLimited pause:failed -"],
            &["stray, RateLimited: not known"],
            "a failed pause by an end without start",
        ),
    ];
    each_tells("failures", &rows);
}
