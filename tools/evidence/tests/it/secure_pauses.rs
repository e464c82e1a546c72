//! Records in, secure pauses out: the rules of `secure_pause.rs` and `failure.rs`, a row each.

use evidence::failure::Failure;
use evidence::secure_pause::{End, SecurePause, secure_pauses};

use crate::made::{log, record};

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
    let failure = |what: &str, failure: Option<Failure>| {
        failure.map_or(String::new(), |it| format!(", {what}{}: {}", it.cause.name(), it.how.text()))
    };
    let (failed, resume) = (failure("", pause.failure), failure("resume ", pause.resume_failure));
    format!("{standing} {exposure}, {end}{failed}{resume}")
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn records_of_a_conversation_are_grouped_into_its_secure_pauses() {
    let rows: [(&[&str], &[&str], &str); 26] = [
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
            &["unverifiable 500+, no end, Forbidden: repaired by the watch"],
            "a repair that tells no exposure leaves that of giving up",
        ),
        (
            &[
                "event started 0 Forbidden failed 500 @1",
                "event started 0 Forbidden failed 61000 @61",
                "event ended 90 nothing_paused - -",
            ],
            &["not-dark 61000+, ended after 90 s, Forbidden: over before that"],
            "nothing held: the largest up to giving up",
        ),
        (
            &["event started 0 Forbidden failed 500"],
            &["not-dark 500+, no end, Forbidden: not known"],
            "nothing came after",
        ),
        (
            &["event started 0 Forbidden failed 500 @1", "watch started 0 conversation_over - - @15"],
            &["not-dark 500+, seen over, Forbidden: over before that"],
            "the call was over before it was made good",
        ),
        (
            &["event started 0 paused verified 400 @1", "event started 0 RateLimited - 2000 @2"],
            &["verified 400, no end, RateLimited: was dark already"],
            "a redelivery that fails leaves the screen as dark as it was",
        ),
        (
            &["event started 0 paused verified 400 @1", "event started 0 NotPaused failed 29000 @29"],
            &["verified 400, no end, NotPaused: not known"],
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
    ];
    for (place, (records, wanted, reason)) in rows.into_iter().enumerate() {
        let lines: Vec<String> = records.iter().map(|notation| record(notation).to_string()).collect();
        let log = log(&format!("pauses-{place}.jsonl"), &lines);
        assert_eq!(log.named, [], "{reason}");
        let result = secure_pauses(&log.briefs);
        let mut came: Vec<String> = result.pauses.iter().map(told).collect();
        came.extend(result.strays.iter().map(|_| "stray".to_owned()));
        assert_eq!(came, wanted, "{reason}: {records:?}");
    }
}
