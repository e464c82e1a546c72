//! The page and the CSV: what is in them, and that nothing of a record can break out of its place.

use evidence::figures::{Figures, Period};
use evidence::moment::Moment;
use evidence::{csv_file, page};

use crate::made::{CALL, log, record};

fn html(name: &str, records: &[&str], period: Period) -> (Figures, String, String) {
    let lines: Vec<String> = records.iter().map(|notation| record(notation).to_string()).collect();
    let log = log(name, &lines);
    let figures = Figures::of(&log, period);
    let html = page::render(&figures, &log).expect("a page");
    let mut csv = Vec::new();
    csv_file::write(&figures, &log, &mut csv).expect("a CSV");
    (figures, html, String::from_utf8(csv).expect("text"))
}

#[test]
fn text_of_a_record_is_escaped_and_the_page_has_no_script_and_loads_nothing() {
    let (_, html, _) = html("escaped.jsonl", &["event started 0 Forbidden failed 500"], Period::default());
    assert!(html.contains("mend Forbidden &#38; &#60;more&#62;"), "the remedy, escaped");
    assert!(!html.contains("<more>"), "and nowhere as it is");
    for wanted in ["<script", "src=", "http:", "https:", "@import", "url(", "onload"] {
        assert!(!html.contains(wanted), "{wanted}");
    }
    assert_eq!(html.matches("<svg role=\"img\" aria-labelledby=").count(), html.matches("<svg").count());
}

#[test]
fn every_secure_pause_is_a_line_of_the_csv() {
    let (_, _, csv) = html(
        "csv.jsonl",
        &[
            "event started 0 Forbidden failed 500",
            "watch started 0 repaired verified 15900 @16",
            "event ended 20 resumed verified -",
        ],
        Period::default(),
    );
    let wanted = format!(
        "conversation,user,queues,agents,start,end,end_known_by,standing,exposure_ms,exposure_until,darkened,recorded_again,failure,\
         failure_ended,resume_failure,resume_failure_ended,others_recording,records,version,commit,proof,proof_from,\
         proof_to,screen_recordings,missing_ms,exported,was_exposed,remedy,purges,proof_source,paused_screen,proof_written\n\
         {CALL},,,,2026-11-22T10:00:00.000Z,2026-11-22T10:00:20.000Z,ended,verified,15900,dark,2026-11-22T10:00:15.900Z,\
         2026-11-22T10:00:21.000Z,Forbidden,repaired by the watch,,,,3,0.2.0,0123abc,\
         missing,,,,,,,,,,,\n"
    );
    assert_eq!(csv, wanted);
}

#[test]
fn a_secure_pause_is_of_the_period_in_which_it_started_and_is_whole() {
    let records = [
        "event started 0 paused verified 400",
        "event ended 20 resumed verified -",
        "event started 60 stale - -",
    ];
    let at = |text: &str| Moment::parse_bound(text);
    let cases = [
        (None, None, 2, "no bounds"),
        (at("2026-11-22T10:01:00Z"), None, 1, "the first bound is within"),
        (None, at("2026-11-22T10:01:00Z"), 1, "the last is not"),
        (at("2026-11-23"), None, 0, "the day after"),
    ];
    for (place, (from, to, wanted, reason)) in cases.into_iter().enumerate() {
        let (figures, _, _) = html(&format!("period-{place}.jsonl"), &records, Period { from, to });
        assert_eq!(figures.pauses.len(), wanted, "{reason}");
    }
    let (figures, _, _) =
        html("period.jsonl", &records, Period { from: None, to: at("2026-11-22T10:00:10Z") });
    assert_eq!(figures.open, (0, 0), "its end lies past the period, and is told all the same");
}

#[test]
fn the_period_asked_for_and_what_lies_outside_it_are_on_the_page() {
    let records = ["event started 0 paused verified 400", "event started 60 stale - -"];
    let from = Moment::parse_bound("2026-11-22T10:00:30Z");
    let (figures, html, _) = html("asked.jsonl", &records, Period { from, to: None });
    assert_eq!((figures.records, figures.outside), (1, 1));
    for wanted in [
        "<time data-figure=\"asked-from\" datetime=\"2026-11-22T10:00:30.000Z\">",
        "to the last record",
        "<span data-figure=\"records-outside\">1</span>",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
}

#[test]
fn what_is_no_good_evidence_has_a_tile_of_its_own() {
    let cases: [(&[&str], &str, &str); 6] = [
        (&["event started 0 observed - -"], "<dt>observed only, not paused</dt>", "MODE=observe"),
        (&["watch started 0 watching - -"], "<dt>not told</dt>", "only checks"),
        (
            &["event started 0 paused verified 400 @1", "event started 0 RateLimited failed 2000 @2"],
            "<dt>in doubt</dt>",
            "a screen that could not be paused",
        ),
        (
            &["event started 0 paused verified 400", "watch started 0 repaired verified 15900 @16"],
            "<div class=\"bad\"><dt>recorded again during it</dt><dd data-figure=\"tile-recorded-during\">1</dd>",
            "dark, and recorded after all",
        ),
        (
            &["event started 0 paused verified 400", "watch started 0 repaired verified 15900 @16"],
            "exposed, recorded again, from 0 ms for 15.9 s; screen paused from 15.9 s",
            "it is drawn",
        ),
        (
            &["event ended 20 NotResumed failed -"],
            "<span data-figure=\"strays-failed\">1</span>",
            "a failed resume without its start",
        ),
    ];
    for (place, (records, wanted, reason)) in cases.into_iter().enumerate() {
        let (_, page, _) = html(&format!("tile-{place}.jsonl"), records, Period::default());
        assert!(page.contains(wanted), "{reason}");
    }
    let mut nameless = record("event started 0 InvalidConfig - -");
    nameless["conversationId"] = serde_json::Value::Null;
    let log = log("tile-nameless.jsonl", &[nameless.to_string()]);
    let page = page::render(&Figures::of(&log, Period::default()), &log).expect("a page");
    assert!(
        page.contains("<dt>failures without a conversation</dt><dd data-figure=\"tile-nameless\">1</dd>")
    );
}

#[test]
fn a_dark_screen_beside_one_that_was_recorded_is_told_so() {
    let other = "00000000-0000-4000-8000-00000000000b";
    let cases = [
        ("event started 0 paused verified 400", "verified, another screen was recording", "verified"),
        ("event started 0 paused unverifiable 400", "another screen was recording", "acknowledged"),
    ];
    for (place, (notation, wanted, reason)) in cases.into_iter().enumerate() {
        let mut line = record(notation);
        line["othersRecording"] = serde_json::json!([other]);
        let log = log(&format!("others-{place}.jsonl"), &[line.to_string()]);
        let figures = Figures::of(&log, Period::default());
        let page = page::render(&figures, &log).expect("a page");
        assert!(page.contains("<span data-figure=\"others-recording\">1</span>"), "{reason}");
        assert_eq!(page.matches(&format!("<td>{wanted}</td>")).count(), 2, "among the worst too: {reason}");
        let mut csv = Vec::new();
        csv_file::write(&figures, &log, &mut csv).expect("a CSV");
        assert!(String::from_utf8(csv).expect("text").contains(",yes,1,"), "{reason}");
    }
    let mut failed = record("event started 0 NotPaused failed 400");
    failed["othersRecording"] = serde_json::json!([other]);
    let log = log("others-failed.jsonl", &[failed.to_string()]);
    assert_eq!(Figures::of(&log, Period::default()).others_recording, 0, "nothing was dark");
}

#[test]
fn what_never_became_dark_is_in_no_percentile_and_leads_the_worst() {
    let records = ["event started 0 paused verified 9000 @10", "event started 60 Forbidden failed 500"];
    let (figures, page, _) = html("undarkened.jsonl", &records, Period::default());
    assert_eq!((&figures.exposures[..], figures.undarkened), (&[9000][..], 1));
    let worst: Vec<u32> = figures.worst().iter().filter_map(|it| it.exposure).map(|it| it.ms).collect();
    assert_eq!(worst, [500, 9000], "500 ms until giving up is at least so long");
    assert!(page.contains("500 ms until giving up, or longer"));
    let (_, page, csv) = html(
        "whole.jsonl",
        &["event started 0 Forbidden failed 500", "event ended 20 nothing_paused - -"],
        Period::default(),
    );
    assert!(page.contains("not dark for 20.0 s, its whole length"), "its end is told");
    assert!(page.contains("exposed from 0 ms for 20.0 s"), "and it is drawn so");
    assert!(csv.contains(",20000,end,"), "{csv}");
}

#[test]
fn no_cell_of_free_text_is_a_formula() {
    for text in ["=1+1", "+1", "-1", "@sum(a1)"] {
        let mut line = record("event started 0 paused verified 400");
        line["commit"] = serde_json::json!(text);
        let log = log("formula.jsonl", &[line.to_string()]);
        let mut csv = Vec::new();
        csv_file::write(&Figures::of(&log, Period::default()), &log, &mut csv).expect("a CSV");
        let csv = String::from_utf8(csv).expect("text");
        assert!(csv.contains(&format!(",'{text},missing,")), "{csv}");
    }
}

#[test]
fn exposures_are_told_by_nearest_rank() {
    let (mut figures, _, _) = html("rank.jsonl", &["event started 0 paused verified 400"], Period::default());
    let cases: [(Vec<u32>, Option<u32>, Option<u32>); 4] = [
        (vec![], None, None),
        (vec![7], Some(7), Some(7)),
        (vec![1, 3], Some(1), Some(3)),
        ((1..=100).collect(), Some(50), Some(95)),
    ];
    for (exposures, median, p95) in cases {
        figures.exposures = exposures;
        assert_eq!((figures.exposure(50), figures.exposure(95)), (median, p95), "{:?}", figures.exposures);
    }
}

#[test]
fn what_was_never_dark_stands_apart_from_every_exposure_however_early_it_was_given_up() {
    let records = ["event started 0 paused verified 90000 @91", "event started 600 Forbidden failed 1"];
    let (_, page, _) = html("apart.jsonl", &records, Period::default());
    let chart = &page[page.find("id=\"histogram-text\"").expect("a chart")..];
    let chart = &chart[..chart.find("</svg>").expect("its end")];
    let bars: Vec<(&str, f64, f64)> = chart
        .match_indices("<rect class=\"")
        .map(|(at, start)| {
            let bar = &chart[at + start.len()..];
            let number = |name: &str| {
                let from = bar.find(name).expect(name) + name.len();
                bar[from..].split('"').next().and_then(|it| it.parse().ok()).expect(name)
            };
            (bar.split('"').next().expect("a class"), number(" x=\""), number(" width=\""))
        })
        .collect();
    let [("dark", dark, width), ("exposed", exposed, _)] = bars[..] else { panic!("{bars:?}") };
    assert!(exposed > dark + 2.0 * width, "a free column lies between the longest and those: {bars:?}");
    assert!(chart.contains("&#62; 75 s: 1; not dark: 1."), "and in words");
}
