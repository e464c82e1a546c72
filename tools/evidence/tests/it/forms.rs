//! Every form in which a log is exported gives the same records; what cannot be read is named.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use evidence::log::Log;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::made::{file, log, read, record};

fn lines() -> Vec<String> {
    ["event started 0 paused verified 400", "event ended 20 resumed verified -"]
        .map(|it| record(it).to_string())
        .to_vec()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("gzip");
    encoder.finish().expect("gzip")
}

fn told(log: &Log) -> (usize, u64, u64, u64) {
    (log.briefs.len(), log.not_ours, log.duplicates, log.broken)
}

#[test]
fn every_form_of_export_gives_the_same_records() {
    let lines = lines();
    let events: Vec<_> = lines.iter().map(|line| json!({ "message": line, "timestamp": 1 })).collect();
    let document = json!({ "events": events, "searchedLogStreams": [] });
    let exported: Vec<String> = lines.iter().map(|line| format!("2026-11-22T10:00:00.000Z {line}")).collect();
    let tabbed: Vec<String> = lines.iter().map(|line| format!("EVENTS\t37\t1\tstream\t{line}\t1")).collect();
    let text = exported.join("\n");
    let (one, two) = text.split_at(text.find('\n').expect("two lines") + 1);
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("plain.jsonl", lines.join("\n").into_bytes(), "JSON lines"),
        ("windows.jsonl", lines.join("\r\n").into_bytes(), "line ends of Windows"),
        ("compact.json", document.to_string().into_bytes(), "filter-log-events, compact"),
        (
            "pretty.json",
            serde_json::to_vec_pretty(&document).expect("JSON"),
            "filter-log-events, as aws indents it",
        ),
        ("tail.log", text.clone().into_bytes(), "aws logs tail --format short"),
        ("text.txt", tabbed.join("\n").into_bytes(), "filter-log-events --output text"),
        ("export.gz", [gzip(one), gzip(two)].concat(), "an export task's gzip, of several members"),
    ];
    let wanted = log("forms-wanted.jsonl", &lines).briefs;
    assert_eq!(wanted.len(), 2);
    for (name, content, reason) in cases {
        let log = read(&[file(&format!("forms-{name}"), &content)]);
        assert_eq!(log.named, [], "{reason}");
        assert_eq!(log.briefs, wanted, "{reason}");
    }
}

#[test]
fn a_record_counts_once_however_often_and_in_whatever_form_it_is_given() {
    let lines = lines();
    let plain = file("twice.jsonl", lines.join("\n").as_bytes());
    let export = file("twice.gz", &gzip(&format!("2026-11-22T10:00:00.000Z {}\n", lines[0])));
    assert_eq!(told(&read(&[plain.clone(), plain, export])), (2, 0, 3, 0));
}

#[test]
fn the_logs_in_a_directory_are_found_and_other_files_are_not_read() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("evidence-export");
    fs::create_dir_all(directory.join("stream-1")).expect("a directory");
    fs::write(directory.join("stream-1/000000.gz"), gzip(&lines()[0])).expect("a file");
    fs::write(directory.join("later.log"), &lines()[1]).expect("a file");
    fs::write(directory.join("report.html"), "{ no log }").expect("a file");
    assert_eq!(told(&read(&[directory])), (2, 0, 0, 0));
}

#[test]
fn lines_of_others_are_passed_over_and_broken_ones_are_named_by_file_and_place() {
    let good = &lines()[0];
    let of_schema_2 = good.replace("\"schema\":1", "\"schema\":2");
    let without_time = good.replace("\"eventTime\":\"2026", "\"eventTime\":\"soon");
    let without_ending = good.replace("\"outcome\":\"paused\",", "");
    let joined = format!("{good}{good}");
    let cases: [(&str, &str, &str); 11] = [
        (good, "", "a record"),
        ("", "other", "an empty line"),
        ("START RequestId: 1 Version: 7", "other", "a line of the platform"),
        ("{\"type\":\"platform.report\",\"record\":{}}", "other", "one in JSON"),
        (
            "{\"level\":\"INFO\",\"message\":\"starting\",\"targets\":7}",
            "other",
            "one of the function's other lines",
        ),
        ("{\"kind\":7}", "other", "a kind that is no text"),
        (&good[..good.len() / 2], "no JSON object", "a line that was cut"),
        (&joined, "more than one JSON object in a line", "two lines that ran into one"),
        (
            &of_schema_2,
            "an audit record of a schema that this version does not know",
            "the schema after this",
        ),
        (&without_time, "an audit record whose fields are not as documented", "a time that is none"),
        (
            &without_ending,
            "an audit record with neither outcome nor error, or with both",
            "a record that does not say how it ended",
        ),
    ];
    for (place, (line, wanted, reason)) in cases.into_iter().enumerate() {
        let log = log(&format!("broken-{place}.jsonl"), &["START".to_owned(), line.to_owned()]);
        let why = match (log.briefs.len(), log.not_ours, &log.named[..]) {
            (1, 1, []) => "",
            (0, 2, []) => "other",
            (0, 1, [broken]) => {
                assert_eq!(broken.place.to_string(), "line 2", "{reason}");
                assert!(broken.file.ends_with(&format!("broken-{place}.jsonl")), "{}", broken.file);
                broken.why
            }
            // An empty last line is no line.
            (0, 1, []) if line.is_empty() => "other",
            other => panic!("{reason}: {other:?}"),
        };
        assert_eq!(why, wanted, "{reason}");
    }
}

#[test]
fn a_file_that_cannot_be_read_on_keeps_what_was_read_and_is_named() {
    let text = lines().join("\n").repeat(50);
    let whole = gzip(&text);
    let log = read(&[file("cut.gz", &whole[..whole.len() - 12])]);
    assert!(!log.briefs.is_empty());
    assert_eq!(log.named.last().map(|broken| broken.why), Some("the file cannot be read on from here"));
}
