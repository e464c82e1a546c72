//! The lines of proof: how they join the live records, what counts, and what the page says of them.

use std::collections::HashMap;
use std::fs;

use evidence::figures::{Figures, Period};
use evidence::log::Log;
use evidence::moment::Moment;
use evidence::{csv_file, page, summary};
use serde_json::{Value, json};

use crate::made::{CALL, file, log, proof, read, record};

/// Records in the notations of [`record`] and [`proof`], a log of them.
fn logged(name: &str, records: &[&str], proofs: &[&str]) -> Log {
    let records = records.iter().map(|notation| record(notation).to_string());
    let lines: Vec<String> =
        records.chain(proofs.iter().map(|notation| proof(notation).to_string())).collect();
    let log = log(name, &lines);
    assert_eq!(log.named, [], "{lines:?}");
    log
}

fn html(log: &Log) -> String {
    page::render(&Figures::of(log, Period::default()), log).expect("a page")
}

/// The rows of the CSV, by the names of their columns.
fn rows(log: &Log, period: Period) -> Vec<HashMap<String, String>> {
    let mut csv = Vec::new();
    csv_file::write(&Figures::of(log, period), log, &mut csv).expect("a CSV");
    csv::Reader::from_reader(&csv[..]).deserialize().collect::<Result<_, _>>().expect("a CSV")
}

/// Standing and proof of each row.
fn pairs(log: &Log) -> Vec<String> {
    rows(log, Period::default()).iter().map(|row| format!("{} {}", row["standing"], row["proof"])).collect()
}

const DARK: &str = "event started 0 paused verified 400";
const ENDED: &str = "event ended 20 resumed verified -";

/// Records, lines of proof, standing and proof of each row of the CSV, and why.
type Row = (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static str);

const JOINED: [Row; 28] = [
    (&[DARK, ENDED], &["0 20 cut-out"], &["verified cut-out"], "the same time"),
    (&[DARK, ENDED], &["4.9 24 exposed"], &["verified exposed"], "clocks that differ"),
    (&[DARK, ENDED], &["25 40 exposed"], &["verified exposed"], "five seconds after its end"),
    (&[DARK, ENDED], &["25.1 40 exposed"], &["verified no-mark", "no-record exposed"], "more than five"),
    (&[DARK, ENDED], &["-20 -5 exposed @900"], &["verified exposed"], "five seconds before its start"),
    (
        &["event started 0 paused verified 400 @-30", ENDED],
        &["-20 -5.1 exposed @900"],
        &["verified no-mark", "no-record exposed"],
        "more than five",
    ),
    (&[DARK, ENDED], &[], &["verified missing"], "no line"),
    (&[DARK, ENDED], &["- - no-secure-pause"], &["verified no-secure-pause"], "a secure flow's order"),
    (&[DARK, ENDED], &["- - unconfirmed"], &["verified unconfirmed"], "the audio tells none"),
    (
        &[DARK, ENDED],
        &["26 40 cut-out @900"],
        &["verified no-mark", "no-record cut-out"],
        "six seconds after its end: another one",
    ),
    (&[DARK], &["-3 900 cut-out"], &["verified cut-out"], "its end is not told, its start lies within"),
    (
        &[DARK],
        &["6 900 cut-out"],
        &["verified no-mark", "no-record cut-out"],
        "its end is not told, and the line begins six seconds after its start",
    ),
    (
        &[DARK, ENDED, "event started 23 paused verified 400", "event ended 40 resumed verified -"],
        &["0 20 cut-out", "23 40 exposed"],
        &["verified cut-out", "verified exposed"],
        "two within the tolerance of each other: the nearest start",
    ),
    (
        &[DARK, ENDED],
        &["0 20 cut-out", "23 40 exposed"],
        &["verified cut-out", "no-record exposed"],
        "the second one's event was lost",
    ),
    (
        &[DARK, "event started 10 paused verified 400", "event ended 40 resumed verified -"],
        &["0 40 cut-out"],
        &["verified cut-out", "verified cut-out"],
        "two agents at a time are one in the recording",
    ),
    (&["event ended 20 resumed verified -"], &["0 20 exposed"], &["end-only exposed"], "its start was lost"),
    (
        &[DARK, ENDED],
        &["-900 -880 exposed @-1"],
        &["before-the-files exposed", "verified no-mark"],
        "earlier",
    ),
    (
        &[],
        &["0 20 exposed", "- - no-secure-pause call=2 expected @1"],
        &["no-record exposed", "no-secure-pause no-secure-pause"],
        "nothing reached the function",
    ),
    (&[], &["- - no-secure-pause"], &[], "a call without one that needed none"),
    (
        &[],
        &["- - unknown call=2 expected"],
        &["not-known unknown"],
        "a call that could not be read is no forgotten pause, and nothing says that it had none",
    ),
    (&[], &["- - no-recording"], &["not-known no-recording"], "a call of which nothing was recorded"),
    (
        &[],
        &["- - unconfirmed"],
        &["not-known unconfirmed"],
        "an event told of one, and its record is not here",
    ),
    (
        &["event ended 20 resumed verified -"],
        &["- - unknown"],
        &["not-known unknown"],
        "its end is no record of its start",
    ),
    (
        &[DARK, ENDED],
        &["0 20 cut-out @900", "- - unknown @900"],
        &["verified cut-out", "no-record unknown"],
        "one more whose time cannot be read",
    ),
    (
        &[DARK, ENDED],
        &["60 80 cut-out @900", "- - unknown @900"],
        &["verified unknown", "no-record cut-out"],
        "it may be the one whose time cannot be read",
    ),
    (
        &[DARK, ENDED],
        &["0 20 cut-out @900", "- - unknown @899"],
        &["verified cut-out"],
        "a later look could read it",
    ),
    (&[DARK, ENDED], &["- - unknown"], &["verified unknown"], "none could"),
    (
        &[DARK, ENDED],
        &["0 20 cut-out call=2 @-1"],
        &["no-record cut-out", "verified missing"],
        "another call's",
    ),
];

#[test]
fn each_secure_pause_joins_the_line_that_is_about_it() {
    let mut wrong = Vec::new();
    for (place, (records, proofs, wanted, reason)) in JOINED.into_iter().enumerate() {
        let mut came = pairs(&logged(&format!("join-{place}.jsonl"), records, proofs));
        let mut wanted: Vec<String> = wanted.iter().map(|&it| it.to_owned()).collect();
        came.sort();
        wanted.sort();
        if came != wanted {
            wrong.push(format!("{reason}: {came:?} instead of {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_last_line_about_a_secure_pause_counts_and_an_earlier_exposure_is_not_forgotten() {
    let cases: [(&[&str], &str, &str, u64, &str); 15] = [
        (&["0 20 unknown @900", "0 20 cut-out @7200"], "cut-out", "", 1, "the later is better"),
        (&["0 20 exposed @900", "0 20 not-recorded @7200"], "exposed", "yes", 1, "it was deleted meanwhile"),
        (
            &["0 20 exposed @900", "0 20 unknown @950", "0 20 not-recorded @7200"],
            "exposed",
            "yes",
            2,
            "with another between",
        ),
        (&["0 20 exposed @900", "0 20 unknown @7200"], "exposed", "yes", 1, "it could not be read any more"),
        (&["0 20 exposed @900", "0 20 cut-out @7200"], "exposed", "yes", 1, "the other screens were dark"),
        (
            &["0 20 exposed missing=0 exported @900", "0 20 not-recorded missing=0 @7200"],
            "exposed",
            "yes",
            1,
            "and a copy is somewhere",
        ),
        (&["0.4 20 unknown @900", "0 20 cut-out @7200"], "cut-out", "", 1, "a later look begins it earlier"),
        (&["0 20 unknown @900", "0.4 20 cut-out @7200"], "cut-out", "", 1, "a later look begins it later"),
        (&["0.4 20 exposed @900", "0 20.3 exposed @7200"], "exposed", "", 1, "and it still says so"),
        (&["0 20 exposed @900", "0.4 20 cut-out @7200"], "exposed", "yes", 1, "an exposure is carried over"),
        (
            &["0 9 exposed @900", "10 20 cut-out @900", "0 20 cut-out @7200"],
            "exposed",
            "yes",
            2,
            "two that are one in a later look",
        ),
        (
            &["1 20 exposed @900", "0 20 cut-out @7200", "-1 20 cut-out @86400"],
            "exposed",
            "yes",
            2,
            "by one that was replaced itself",
        ),
        (
            &["0 20 exposed @900", "0 20 cut-out @900"],
            "exposed",
            "",
            1,
            "written at the same time: the worse",
        ),
        (&["0 20 exposed @900", "0 20 exposed @7200"], "exposed", "", 1, "it still says so"),
        (&["0 20 cut-out @900", "0 20 cut-out @900"], "cut-out", "", 0, "the same line twice"),
    ];
    for (place, (proofs, wanted, was_exposed, replaced, reason)) in cases.into_iter().enumerate() {
        let log = logged(&format!("last-{place}.jsonl"), &[DARK, ENDED], proofs);
        let rows = rows(&log, Period::default());
        assert_eq!(rows.len(), 1, "{reason}");
        assert_eq!((&*rows[0]["proof"], &*rows[0]["was_exposed"]), (wanted, was_exposed), "{reason}");
        assert_eq!(log.replaced, replaced, "{reason}");
        assert_eq!(log.duplicates, u64::from(replaced == 0), "{reason}");
    }
}

#[test]
fn the_page_opens_with_what_is_proven_and_what_is_missing() {
    let cases: [(&[&str], &[&str], &str); 12] = [
        (
            &[],
            &["- - unknown call=2", "- - no-recording call=3", "- - no-secure-pause call=4"],
            "No secure pause is known of in these files and this period; missing is proof whether there was a secure \
             pause on 2 other calls.",
        ),
        (
            &[DARK, ENDED],
            &["0 20 cut-out", "- - unconfirmed call=2"],
            "There was 1 secure pause: 1 is proven dark by the stored recordings, 0 are not; missing is proof whether \
             there was a secure pause on 1 other call.",
        ),
        (
            &[DARK, ENDED],
            &["- - unknown"],
            "There was 1 secure pause: 0 are proven dark by the stored recordings, 1 is not; nothing is missing.",
        ),
        (
            &["event ended 20 resumed verified -"],
            &[],
            "These files hold no secure pause and no proof for this period, so they do not say whether there was one.",
        ),
        (
            &[DARK, ENDED],
            &["0 20 cut-out"],
            "There was 1 secure pause: 1 is proven dark by the stored recordings, 0 are not; nothing is missing.",
        ),
        (
            &[DARK, ENDED],
            &["0 20 exposed", "60 80 not-provable"],
            "There were 2 secure pauses: 0 are proven dark by the stored recordings, 2 are not, 1 of these because a \
             screen was recorded; missing is the live record of 1.",
        ),
        (
            &[DARK, ENDED],
            &["- - no-secure-pause call=2 expected"],
            "There was 1 secure pause: 0 are proven dark by the stored recordings, 1 is not; missing are the proof of 1 \
             secure pause, and a secure pause on 1 payment call.",
        ),
        (
            &[DARK, ENDED],
            &[],
            "There was 1 secure pause: none is proven dark, because these files hold no proof from the stored \
             recordings; 1 of them was reported dark while they ran; missing is the proof of 1 secure pause.",
        ),
        (
            &["event started 0 Forbidden failed 500", ENDED],
            &[],
            "There was 1 secure pause: none is proven dark, because these files hold no proof from the stored \
             recordings; 0 of them were reported dark while they ran; missing is the proof of 1 secure pause.",
        ),
        (
            &[],
            &["- - no-secure-pause call=2"],
            "There was no secure pause in these files and this period; nothing is missing.",
        ),
        (
            &[],
            &["- - no-secure-pause call=2 expected", "- - no-secure-pause call=3 expected"],
            "There was no secure pause in these files and this period; missing is a secure pause on 2 payment calls.",
        ),
        (
            &[DARK, ENDED],
            &["0 20 no-screen-recording", "-900 -880 not-recorded @-1"],
            "There were 2 secure pauses: 2 are proven dark by the stored recordings, 0 are not; missing is the live \
             record of 1, 1 of which began before these files.",
        ),
    ];
    for (place, (records, proofs, wanted)) in cases.into_iter().enumerate() {
        let log = logged(&format!("opening-{place}.jsonl"), records, proofs);
        let page = html(&log);
        assert!(page.contains(&format!("<p class=\"opening\" id=\"opening\">{wanted}</p>")), "{wanted}");
        let printed = summary::of(&Figures::of(&log, Period::default()), &log);
        assert!(printed.starts_with(&format!("{wanted}\n")), "{printed}");
    }
}

#[test]
fn what_is_no_evidence_is_never_counted_as_proven_dark() {
    let dark = ["cut-out", "not-recorded", "no-screen-recording"];
    for verdict in [
        "cut-out",
        "not-recorded",
        "no-screen-recording",
        "exposed",
        "not-provable",
        "unknown",
        "no-recording",
        "unconfirmed",
    ] {
        let log = logged(&format!("dark-{verdict}.jsonl"), &[DARK, ENDED], &[&format!("0 20 {verdict}")]);
        let page = html(&log);
        let count = usize::from(dark.contains(&verdict));
        assert!(page.contains(&format!("data-figure=\"proven-dark\">{count}<")), "{verdict}");
        assert_eq!(page.contains("id=\"recorded\""), verdict == "exposed", "{verdict}");
        assert_eq!(page.contains("id=\"not-proven\""), count == 0 && verdict != "exposed", "{verdict}");
    }
}

#[test]
fn the_sum_comes_out_or_says_in_red_that_it_does_not() {
    let good = logged("sum.jsonl", &[DARK], &["0 20 cut-out", "60 80 cut-out", "- - no-secure-pause call=2"]);
    let page = html(&good);
    assert!(
        page.contains(
            "3 lines of proof: 2 secure pauses proven dark and 1 call without a secure pause. 2 + 1 = 3: the sum comes out."
        )
    );
    assert!(!page.contains("sum bad"));
    let unplaced =
        logged("sum-unplaced.jsonl", &[DARK], &["0 20 cut-out", "- - unknown", "- - no-secure-pause call=2"]);
    assert!(html(&unplaced).contains(
        "3 lines of proof: 1 secure pause proven dark, 1 whose time could not be read, and 1 call without a secure \
         pause. 1 + 1 + 1 = 3: the sum comes out."
    ));
    for verdict in ["unknown", "no-recording", "unconfirmed"] {
        let open = logged(
            &format!("sum-{verdict}.jsonl"),
            &[DARK],
            &["0 20 cut-out", &format!("- - {verdict} call=2")],
        );
        let page = html(&open);
        for wanted in [
            "2 lines of proof: 1 secure pause proven dark and 1 call of which it is not known whether there was one. \
             1 + 1 = 2: the sum comes out.",
            "<dt>calls that may have had one</dt><dd data-figure=\"unsettled\">1</dd>",
            "<data data-figure=\"unsettled-calls\" value=\"1\">all 1</data>",
            &format!("<span class=\"note\">(why {verdict} &#38; &#60;more&#62;)</span>"),
        ] {
            assert!(page.contains(wanted), "{verdict}: {wanted}");
        }
    }
    // A live record tells of it: it is one of the secure pauses, and not proven.
    let told = html(&logged("sum-told.jsonl", &[DARK, ENDED], &["- - unknown"]));
    assert!(told.contains("1 line of proof: 1 call of which it is not known whether there was one. 1 = 1"));
    assert!(told.contains("data-figure=\"not-proven\">1<") && !told.contains("id=\"unsettled\""));
    let bad = logged("sum-bad.jsonl", &[DARK], &["0 20 cut-out", "- - no-secure-pause"]);
    let page = html(&bad);
    assert!(page.contains("<p class=\"sum bad\""));
    assert!(page.contains(
        "2 lines of proof: 1 secure pause proven dark. 1 = 1, and not 2: the sum does not come out. Of 1 \
         call one line says that there was no secure pause, and another tells of one."
    ));
    assert!(page.contains("<data data-figure=\"contradicting\" value=\"1\">all 1</data>"));
}

#[test]
fn without_proof_the_page_says_that_it_is_missing() {
    let page = html(&logged("no-proof.jsonl", &[DARK, ENDED], &[]));
    assert!(
        page.contains("<p class=\"sum bad\" id=\"sum\">Proof is missing: these files hold no line of proof")
    );
    assert!(!page.contains("y=\"63\">stored</text>"), "no row in the drawing for what is not there");
    let page = html(&logged("proof.jsonl", &[DARK, ENDED], &["0 20 cut-out"]));
    assert!(!page.contains("Proof is missing"));
    assert!(page.contains("y=\"63\">stored</text>"));
    assert!(page.contains("stored: proven dark from 0 ms for 20.0 s"));
}

#[test]
fn proof_is_overdue_two_days_after_its_secure_pause_and_not_before() {
    let records = [DARK, ENDED];
    for (last, undue, overdue) in [("172799", true, false), ("172801", false, true)] {
        let proof = format!("{last} {last} cut-out call=2 @{last}");
        let page = html(&logged(&format!("due-{last}.jsonl"), &records, &[&proof]));
        assert_eq!(page.contains("<span data-figure=\"undue\">1</span>"), undue, "{last}");
        assert_eq!(
            page.contains("<data data-figure=\"overdue\" value=\"1\">all 1</data>"),
            overdue,
            "{last}"
        );
    }
}

#[test]
fn a_recorded_pause_names_its_recordings_and_where_they_went() {
    let log = logged("recorded.jsonl", &[DARK, ENDED], &["0 20 exposed missing=1.5 exported missing=-2"]);
    let page = html(&log);
    for wanted in [
        "00000000-0000-4000-8000-0000000000f0</span> 1.5 s left out, exported</div>",
        "00000000-0000-4000-8000-0000000000f1</span> longer than its time by 2.0 s</div>",
        "<td>dark, read back</td>",
        "<div class=\"bad\"><dt>recorded</dt><dd data-figure=\"recorded\">1</dd></div>",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    let row = &rows(&log, Period::default())[0];
    assert_eq!(row["missing_ms"], "1500 -2000");
    assert_eq!(row["exported"], "yes");
    assert_eq!(row["proof_from"], "2026-11-22T10:00:00.000Z");
    assert!(row["screen_recordings"].ends_with("f0 00000000-0000-4000-8000-0000000000f1"));
}

#[test]
fn why_it_is_not_proven_is_told_in_the_functions_words_too_and_they_are_escaped() {
    let page = html(&logged("why.jsonl", &[DARK, ENDED], &["0 20 unknown"]));
    assert!(page.contains(
        "contradict each other <span class=\"note\">(why unknown &#38; &#60;more&#62;)</span></td>"
    ));
    let mut older = proof("0 20 unknown");
    older.as_object_mut().expect("an object").remove("reason");
    assert!(html(&log("why-none.jsonl", &[older.to_string()])).contains("contradict each other</td>"));
}

#[test]
fn a_call_without_a_secure_pause_is_of_the_period_in_which_it_ended() {
    let mut line = proof("- - no-secure-pause expected @172800");
    line["eventTime"] = json!("2026-11-22T10:30:00Z");
    let log = log("ended.jsonl", &[line.to_string()]);
    let to = Moment::parse_bound("2026-11-22T11:00:00Z");
    assert_eq!(Figures::of(&log, Period { from: None, to }).proofs.unpaused.len(), 1);
    assert!(html(&log).contains("<td>2026-11-22 10:30:00.000</td>"));
}

#[test]
fn a_line_of_many_screens_keeps_few_and_counts_all() {
    let many = format!("0 20 exposed{}", " missing=0".repeat(500));
    let log = logged("many.jsonl", &[], &[&many]);
    assert_eq!((log.proofs[0].screens.len(), log.proofs[0].screen_count), (8, 500));
    assert!(html(&log).contains("<div>492 more</div>"));
}

#[test]
fn a_line_that_contradicts_itself_is_broken_and_named() {
    let cases: [(&str, Value, &str); 8] = [
        ("/schema", json!(2), "of a schema that this version does not know"),
        ("/verdict", json!("unheard-of"), "whose fields are not as documented"),
        ("/verdict", json!("no-secure-pause"), "has a secure pause and says that there was none"),
        ("/from", json!(null), "with an end and no start"),
        ("/to", json!("2026-11-22T09:00:00Z"), "ends before it starts"),
        (
            "/conversationId",
            json!("00000000-0000-0000-0000-000000000000"),
            "whose fields are not as documented",
        ),
        ("/source", json!("hearsay"), "whose fields are not as documented"),
        ("/recordings", json!(null), "whose fields are not as documented"),
    ];
    for (place, (field, value, wanted)) in cases.into_iter().enumerate() {
        let mut line = proof("0 20 cut-out");
        *line.pointer_mut(field).expect(field) = value;
        let log = log(&format!("proof-broken-{place}.jsonl"), &[line.to_string()]);
        assert_eq!((log.proofs.len(), log.broken), (0, 1), "{field}");
        assert!(log.named[0].why.ends_with(wanted), "{field}: {}", log.named[0].why);
    }
    let mut line = proof("- - unknown");
    line["verdict"] = json!("cut-out");
    let log = log("proof-broken-cut.jsonl", &[line.to_string()]);
    assert_eq!(log.named[0].why, "a line of proof whose verdict needs a secure pause, without one");
}

#[test]
fn a_line_of_proof_is_of_the_period_in_which_its_secure_pause_began() {
    let log = logged(
        "proof-period.jsonl",
        &[DARK, ENDED],
        &["0 20 cut-out", "3600 3620 exposed", "- - no-secure-pause call=2 expected @7200"],
    );
    let at = |text: &str| Moment::parse_bound(text);
    for (from, to, wanted, reason) in [
        (None, None, 3, "no bounds"),
        (at("2026-11-22T11:00:00Z"), None, 2, "from the second on"),
        (None, at("2026-11-22T11:00:00Z"), 1, "before the second"),
        (at("2026-11-22T11:00:01Z"), None, 1, "a call without one counts when its line was written"),
        (at("2026-11-23"), None, 0, "the day after"),
    ] {
        let figures = Figures::of(&log, Period { from, to });
        assert_eq!(figures.proofs.lines, wanted, "{reason}");
        assert_eq!(rows(&log, Period { from, to }).len(), wanted, "{reason}");
        assert!(figures.proofs.comes_out());
        assert_eq!(figures.is_empty(), wanted == 0, "{reason}");
    }
}

#[test]
fn the_times_in_which_the_control_was_not_fully_on_are_listed() {
    let mode = |mode: Value, at: u32| {
        let mut line = record(&format!("event started {at} paused verified 400"));
        line["mode"] = mode;
        line.to_string()
    };
    let day = 86_400;
    let lines = [
        mode(json!("act"), 0),
        mode(json!("observe"), 100),
        mode(json!("observe"), 200),
        mode(json!("act"), 300),
        mode(json!("pause-only"), 400),
        mode(Value::Null, 500),
        mode(json!("act"), 600),
        mode(json!("act"), 600 + day),
        mode(json!("act"), 600 + 2 * day - 1),
        proof(&format!("{} {} exposed", 700, 720)).to_string(),
    ];
    let log = log("control.jsonl", &lines);
    let figures = Figures::of(&log, Period::default());
    let came: Vec<String> = figures
        .stretches
        .iter()
        .map(|it| {
            let lapse: &str = it.lapse.into();
            let (from, to) = (it.from.rfc3339(), it.to.rfc3339());
            format!("{lapse} {} {} {} {}", &from[8..19], &to[8..19], it.records, it.pauses)
        })
        .collect();
    let wanted = [
        "observing 22T10:01:41 22T10:05:01 2 2",
        "pause-only 22T10:06:41 22T10:08:21 1 1",
        "off 22T10:08:21 22T10:10:01 1 1",
        "silent 22T10:10:01 23T10:10:01 0 2",
    ];
    assert_eq!(came, wanted);
    let at = |text: &str| Moment::parse_bound(text);
    let figures = Figures::of(&log, Period { from: at("2026-11-20"), to: at("2026-11-30") });
    let silent: Vec<_> =
        figures.stretches.iter().filter(|it| it.records == 0).map(|it| it.from.rfc3339()).collect();
    assert_eq!(silent.len(), 3, "the bounds that were asked for count too: {silent:?}");
    assert!(html(&logged("control-on.jsonl", &[DARK, ENDED], &[])).contains("<p>Never, by the live records"));
}

#[test]
fn queues_and_agents_that_stand_out_are_listed_and_no_others() {
    let id = |number: &str| format!("00000000-0000-4000-8000-{number:0>12}");
    let by = |number: &str, notation: &str| {
        let mut line = record(notation);
        let user = (number != "10").then(|| id(&format!("d{number}")));
        (line["userId"], line["conversationId"]) = (json!(user), json!(id(number)));
        line.to_string()
    };
    let lines = [
        by("1", "event started 0 paused verified 2000"),
        by("2", "event started 0 paused verified 2001"),
        by("3", "event started 0 Forbidden failed 500"),
        by("4", "event started 0 paused verified 400"),
        by("4", "event ended 4.9 resumed verified -"),
        by("5", "event started 0 paused verified 400"),
        by("5", "event ended 4.9 resumed verified -"),
        by("10", "event started 0 paused verified 2001"),
    ];
    // Late, short by its records and not by the recording, lost, recorded and short, forgotten twice, one of nobody.
    let proofs = [
        "0 8 cut-out call=2 queue=71 user=d9",
        "0 8 cut-out call=5 queue=72",
        "0 4 exposed call=6 queue=71 queue=73 user=d6 user=d7",
        "- - no-secure-pause call=7 expected queue=74 user=d8",
        "- - no-secure-pause call=8 expected queue=74 user=d8",
        "- - no-secure-pause call=9 queue=75",
    ];
    let lines: Vec<String> =
        lines.into_iter().chain(proofs.map(|notation| proof(notation).to_string())).collect();
    let page = html(&log("shares.jsonl", &lines));
    let row = |name: &str, number: &str, figures: [u32; 5]| {
        let names = ["", "-not-dark", "-late", "-short", "-none"];
        let cell = |(what, count): (&str, u32)| {
            format!("<td class=\"n\" data-figure=\"{name}-{}{what}\">{count}</td>", id(number))
        };
        names.into_iter().zip(figures).map(cell).collect::<String>()
    };
    for (name, number, figures) in [
        ("agent", "d2", [1, 0, 1, 0, 0]),
        ("agent", "d3", [1, 1, 0, 0, 0]),
        ("agent", "d4", [1, 0, 0, 1, 0]),
        ("agent", "d6", [1, 1, 0, 1, 0]),
        ("agent", "d7", [1, 1, 0, 1, 0]),
        ("agent", "d8", [0, 0, 0, 0, 2]),
        ("queue", "71", [2, 1, 1, 1, 0]),
        ("queue", "73", [1, 1, 0, 1, 0]),
        ("queue", "74", [0, 0, 0, 0, 2]),
    ] {
        assert!(page.contains(&row(name, number, figures)), "{name} {number}");
    }
    for wanted in [
        "<data data-figure=\"agents\" value=\"6\">all 6</data> that stand out, of 8 in all.",
        "<data data-figure=\"queues\" value=\"3\">all 3</data> that stand out, of 4 in all.",
        "<span data-figure=\"without-agent\">1</span> in none",
        "<span data-figure=\"without-queue\">4</span> in none",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    let page = html(&logged("shares-none.jsonl", &[DARK, ENDED], &["0 20 cut-out queue=71 user=d1"]));
    assert!(!page.contains("id=\"shares\""), "nothing stands out");
}

#[test]
fn each_file_is_named_with_the_sha256_of_what_was_read() {
    let path = file("hashed.jsonl", b"abc\n");
    let log = read(std::slice::from_ref(&path));
    let hash = "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb";
    assert_eq!(log.inputs[0].sha256.as_deref(), Some(hash), "as `sha256sum` has it");
    assert_eq!((log.inputs[0].bytes, &*log.inputs[0].file), (4, &*path.display().to_string()));
    // A document that breaks off is not read on, but it is hashed to its end.
    let cut = format!("{{\"events\":[]}} trailing {}", "x".repeat(3 << 20));
    let path = file("hashed-cut.json", cut.as_bytes());
    let log = read(std::slice::from_ref(&path));
    assert_eq!(log.inputs[0].bytes, fs::metadata(&path).expect("a file").len());
    assert!(html(&log).contains(log.inputs[0].sha256.as_deref().expect("a hash")));
}

#[test]
fn calls_without_a_secure_pause_say_whether_a_pause_was_logged() {
    let log = logged(
        "unpaused.jsonl",
        &["direct started 0 paused verified 400"],
        &[
            "- - no-secure-pause expected",
            "- - no-secure-pause expected call=2",
            "- - no-secure-pause call=3",
        ],
    );
    let page = html(&log);
    assert!(page.contains("<data data-figure=\"unpaused\" value=\"2\">all 2</data>"));
    let row = |call: &str, text: &str| {
        let start = page.find("id=\"unpaused\"").expect("a section");
        let row = page[start..].find(call).map(|at| &page[start + at..]).expect(call);
        row[..row.find("</tr>").expect("a row")].ends_with(&format!("<td>{text}</td>"))
    };
    assert!(row(CALL, "a pause, as where a secure flow took the card"));
    assert!(row("00000000-0000-4000-8000-000000000002", "nothing"));
}

#[test]
fn a_secure_pause_that_is_proven_dark_and_was_exposed_for_long_is_disputed() {
    let cases = [
        ("event started 0 paused verified 5000 @6", "0 20 cut-out", false, "within the tolerance"),
        ("event started 0 paused verified 5001 @6", "0 20 cut-out", true, "not within"),
        ("event started 0 Forbidden failed 500", "0 20 not-recorded", true, "never dark, to its end"),
        ("event started 0 Forbidden failed 500", "0 20 exposed", false, "both say so"),
    ];
    for (place, (record, proof, wanted, reason)) in cases.into_iter().enumerate() {
        let page = html(&logged(&format!("disputed-{place}.jsonl"), &[record, ENDED], &[proof]));
        assert_eq!(page.contains("<span data-figure=\"disputed\">1</span>"), wanted, "{reason}");
    }
}
