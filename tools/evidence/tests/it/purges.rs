//! The lines of `make purge`: what was done about what is exposed, and when that counts as remedied.

use evidence::figures::{Figures, Period};
use evidence::log::Log;
use evidence::{csv_file, page, summary};
use serde_json::{Value, json};

use crate::made::{log, proof, purge};

fn logged(name: &str, proofs: &[&str], purges: &[&str]) -> Log {
    let lines: Vec<String> = proofs.iter().map(|notation| proof(notation).to_string()).collect();
    let purges = purges.iter().map(|notation| purge(notation).to_string());
    let log = log(name, &lines.into_iter().chain(purges).collect::<Vec<_>>());
    assert_eq!(log.named, [], "{proofs:?}");
    log
}

fn html(log: &Log) -> String {
    page::render(&Figures::of(log, Period::default()), log).expect("a page")
}

/// A column of the first row of the CSV.
fn first(log: &Log, column: &str) -> String {
    let mut csv = Vec::new();
    csv_file::write(&Figures::of(log, Period::default()), log, &mut csv).expect("a CSV");
    let mut rows = csv::Reader::from_reader(&csv[..]);
    let place = rows.headers().expect("names").iter().position(|it| it == column).expect(column);
    rows.records().next().expect("a row").expect("a row")[place].to_owned()
}

const ONE: &str = "0 20 exposed missing=0 runs=-60..60";

/// Lines of proof, lines of purges, remedy of the first secure pause and the outcomes beside it, and why.
type Row = (&'static [&'static str], &'static [&'static str], &'static str, &'static str);

const REMEDIES: [Row; 31] = [
    (&[ONE], &[], "nothing | ", "nobody did anything"),
    (&[ONE], &["f0 ordered @3600"], "ordered | ordered", "it may still be there"),
    (
        &[ONE],
        &["f0 ordered @3600", "f0 unconfirmed @3600"],
        "ordered | ordered",
        "asked for and ordered in the same millisecond",
    ),
    (&[ONE], &["f0 unconfirmed @3600"], "unconfirmed | unconfirmed", "it may never go"),
    (&[ONE], &["f0 refused @3600 reason=legal-hold"], "refused | refused", "it stays"),
    (&[ONE], &["f0 ordered @3600", "f0 deleted @7200"], "deleted | deleted", "the last counts"),
    (&[ONE], &["f0 deleted @7200", "f0 ordered @3600"], "deleted | deleted", "by time, not by place"),
    (&[ONE], &["f0 gone @7200"], "deleted | gone", "it is shown no more"),
    (
        &[ONE],
        &["f0 deleted @7200", "f0 refused @9000 reason=not-shown"],
        "deleted | deleted",
        "nothing undoes a deletion",
    ),
    (
        &["0 20 exposed @9000 missing=0"],
        &["f0 deleted @7200"],
        "unconfirmed | deleted",
        "a later look found it there",
    ),
    (
        &["0 20 exposed @900 missing=0 missing=0", "0 20 exposed @9000"],
        &["f0 deleted @7200", "f1 deleted @7200"],
        "deleted | deleted deleted",
        "a later look did not find them",
    ),
    (&[ONE], &["f0 deleted @7200 call=2"], "nothing | ", "of another conversation"),
    (&[ONE], &["f1 deleted @7200"], "nothing | ", "another recording"),
    (
        &["0 20 exposed missing=0 exported"],
        &["f0 deleted @7200"],
        "copy-left | deleted",
        "a copy was exported when the function looked",
    ),
    (
        &[ONE],
        &["f0 ordered @3600 exported", "f0 gone @7200"],
        "copy-left | gone",
        "a copy was exported later, by an earlier line",
    ),
    (
        &["0 20 exposed missing=0 missing=0"],
        &["f0 deleted @7200"],
        "nothing | deleted -",
        "a second one may hold it too",
    ),
    (
        &["0 20 exposed missing=0 missing=0"],
        &["f0 deleted @7200", "f1 ordered @7200"],
        "ordered | deleted ordered",
        "the worst of them counts",
    ),
    (
        &["0 20 exposed missing=0 runs=-60..60 missing=16 runs=-60..60"],
        &["f0 deleted @7200"],
        "deleted | deleted -",
        "another screen was dark",
    ),
    (
        &["0 20 exposed missing=0 runs=-60..60 missing=14.9 runs=-60..60"],
        &["f0 deleted @7200"],
        "nothing | deleted -",
        "another screen lacks too little",
    ),
    (
        &["0 20 exposed missing=0 runs=-60..60 missing=0 runs=20..60"],
        &["f0 deleted @7200"],
        "deleted | deleted -",
        "another one began later",
    ),
    (
        &["0 20 exposed missing=0 runs=-60..60 missing=20 runs=-60..90", "60 80 cut-out"],
        &["f0 deleted @7200"],
        "nothing | deleted -",
        "what another one lacks may be another secure pause",
    ),
    (
        &["0 20 exposed missing=6 runs=-60..10 missing=6 runs=10..60"],
        &["f0 deleted @7200"],
        "nothing | deleted -",
        "of pieces that lack nearly all, all may hold it",
    ),
    (
        &["0 20 exposed missing=6 runs=-60..10 missing=6 runs=10..60"],
        &["f0 deleted @7200", "f1 deleted @7200"],
        "deleted | deleted deleted",
        "all pieces are deleted",
    ),
    (
        &["0 20 exposed missing=0 runs=-60..-30"],
        &["f0 deleted @7200"],
        "nothing | deleted",
        "it is none of it",
    ),
    (
        &["0 20 exposed @900 missing=0", "0 20 unknown @7200"],
        &["f0 deleted @3600"],
        "deleted | deleted",
        "a later line says unknown, and what was done is not forgotten",
    ),
    (
        &["0 20 exposed @900 missing=0", "0 20 not-recorded @7200"],
        &[],
        "nothing | ",
        "it is listed no more, and nobody says that it is deleted",
    ),
    (
        &["0 20 exposed @900 missing=0 exported", "0 20 not-recorded @7200 missing=0"],
        &["f0 deleted @9000"],
        "copy-left | deleted",
        "a copy was exported, by an earlier line",
    ),
    (
        &["0.4 20 exposed @900 missing=0", "0 20 not-recorded @7200"],
        &["f0 deleted @3600"],
        "deleted | deleted",
        "a later look places it otherwise",
    ),
    (
        &["0 10 exposed missing=0 runs=-60..5 missing=0.001 runs=5..60"],
        &["f0 deleted @7200"],
        "nothing | deleted -",
        "of two pieces the other one lacks a millisecond",
    ),
    (
        &["0 10 exposed missing=0.2 runs=-60..5 missing=0.1 runs=5..60"],
        &["f0 deleted @7200"],
        "nothing | deleted -",
        "both pieces lack a little",
    ),
    (
        &["0 20 exposed missing=0 runs=-60..60 missing=3 runs=15..60 missing=3 runs=-60..5"],
        &["f0 deleted @7200"],
        "deleted | deleted - -",
        "other pieces together have less than the tolerance",
    ),
];

#[test]
fn a_secure_pause_is_remedied_where_all_that_may_hold_it_is_deleted() {
    let mut wrong = Vec::new();
    for (place, (proofs, purges, wanted, reason)) in REMEDIES.into_iter().enumerate() {
        let log = logged(&format!("remedy-{place}.jsonl"), proofs, purges);
        let came = format!("{} | {}", first(&log, "remedy"), first(&log, "purges"));
        if came != wanted {
            wrong.push(format!("{reason}: {came} instead of {wanted}"));
        }
        let is_remedied = html(&log).contains("data-figure=\"remedied\">1<");
        assert_eq!(is_remedied, wanted.starts_with("deleted"), "{reason}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_more_screens_than_are_kept_none_is_called_remedied() {
    let proofs = format!("0 20 exposed{}", " missing=0".repeat(9));
    let purges: Vec<String> = (0..9).map(|it| format!("f{it} deleted @7200")).collect();
    let purges: Vec<&str> = purges.iter().map(String::as_str).collect();
    assert_eq!(first(&logged("many-purges.jsonl", &[&proofs], &purges), "remedy"), "nothing");
}

#[test]
fn what_was_done_is_said_in_words_and_in_the_sum() {
    let log = logged(
        "purged.jsonl",
        &[
            "0 20 exposed missing=0",
            "60 80 exposed missing=0 call=2",
            "60 80 exposed missing=0 call=3",
            "0 20 cut-out call=4",
        ],
        &["f0 deleted @7200", "f0 refused @7200 reason=legal-hold call=2"],
    );
    let page = html(&log);
    for wanted in [
        "4 secure pauses: 1 is proven dark by the stored recordings, 3 are not, 3 of these because a screen was recorded, \
         and 1 of those is remedied, as the recording is deleted since;",
        "4 lines of proof: 1 secure pause proven dark, 2 recorded, and 1 recorded and remedied by deletion. 1 + 2 + 1 = 4: \
         the sum comes out.",
        "nothing left out</div><div>Seen to be deleted 2026-11-22 12:00:00.000</div>",
        "nothing left out</div><div>Not deleted 2026-11-22 12:00:00.000: the call is under legal hold</div>",
        "data-figure=\"remedy-deleted\">1<",
        "data-figure=\"remedy-refused\">1<",
        "data-figure=\"remedy-nothing\">1<",
        "<div class=\"bad\"><dt>recorded</dt><dd data-figure=\"recorded\">2</dd></div>",
        "<div><dt>recorded, and deleted since</dt><dd data-figure=\"remedied\">1</dd></div>",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert_eq!(first(&log, "proof"), "exposed", "the verdict stays what it was");
    let printed = summary::of(&Figures::of(&log, Period::default()), &log);
    assert!(printed.contains("recorded, and deleted since"), "{printed}");
}

#[test]
fn a_purge_that_stands_beside_no_secure_pause_has_a_table_of_its_own() {
    let proofs = [ONE, "0 20 cut-out missing=20 call=2", "0 20 not-provable missing=0 call=4"];
    let purges = [
        "f0 deleted @7200",
        "f0 deleted @7200 call=4",
        "f0 deleted @7200 call=2",
        "f7 refused @7200 reason=not-a-screen call=3",
    ];
    let page = html(&logged("others.jsonl", &proofs, &purges));
    assert!(page.contains("<data data-figure=\"purges\" value=\"2\">all 2</data>"));
    assert!(page.contains("Not deleted 2026-11-22 12:00:00.000: it is no screen recording"));
    assert!(!html(&logged("others-none.jsonl", &proofs, &purges[..2])).contains("id=\"purges\""));
}

#[test]
fn a_purge_that_cannot_be_read_is_broken_and_named_and_one_that_is_there_twice_counts_once() {
    let cases: [(&str, Value, &str); 4] = [
        ("schema", json!(2), "a line of a purge of a schema that this version does not know"),
        ("outcome", json!("melted"), "a line of a purge whose fields are not as documented"),
        ("reason", json!("mood"), "a line of a purge whose fields are not as documented"),
        ("recordingId", json!(null), "a line of a purge whose fields are not as documented"),
    ];
    for (place, (field, value, wanted)) in cases.into_iter().enumerate() {
        let mut line = purge("f0 deleted @7200");
        line[field] = value;
        let log = log(&format!("purge-broken-{place}.jsonl"), &[line.to_string()]);
        assert_eq!((log.purges.len(), log.broken, log.named[0].why), (0, 1, wanted), "{field}");
    }
    let log = logged("purge-twice.jsonl", &[ONE], &["f0 deleted @7200", "f0 deleted @7200"]);
    assert_eq!((log.purges.len(), log.duplicates, log.not_ours), (1, 1, 0));
}
