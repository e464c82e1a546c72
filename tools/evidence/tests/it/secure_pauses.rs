//! Records in, secure pauses out: the rules of `secure_pause.rs` and `failure.rs`, a row each.

use evidence::failure::Failure;
use evidence::secure_pause::{End, SecurePause, Stray, secure_pauses};

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
    format!("{standing} {exposure}, {end}{}", failed(pause.failure, pause.resume_failure))
}

fn failed(pause: Option<Failure>, resume: Option<Failure>) -> String {
    let failure = |what: &str, failure: Option<Failure>| {
        failure.map_or(String::new(), |it| format!(", {what}{}: {}", it.cause.name(), it.how.text()))
    };
    failure("", pause) + &failure("resume ", resume)
}

/// An end without a start in short.
fn stray(stray: &Stray) -> String {
    format!("stray{}", failed(stray.failure, stray.resume_failure))
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn records_of_a_conversation_are_grouped_into_its_secure_pauses() {
    let rows: [(&[&str], &[&str], &str); 54] = [
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
    let mut wrong = Vec::new();
    for (place, (records, wanted, reason)) in rows.into_iter().enumerate() {
        let lines: Vec<String> = records.iter().map(|notation| record(notation).to_string()).collect();
        let log = log(&format!("pauses-{place}.jsonl"), &lines);
        assert_eq!(log.named, [], "{reason}");
        let result = secure_pauses(&log.briefs);
        let mut came: Vec<String> = result.pauses.iter().map(told).collect();
        came.extend(result.strays.iter().map(stray));
        if came != wanted {
            wrong.push(format!("{reason}: {came:?} instead of {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
