//! The command: its exit codes, and what it says.

use std::process::Command;

use crate::made::{file, record};

fn evidence(name: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let to = env!("CARGO_TARGET_TMPDIR");
    let (html, csv) = (format!("{to}/written/{name}.html"), format!("{to}/written/{name}.csv"));
    let output = Command::new(env!("CARGO_BIN_EXE_evidence"))
        .args(["--html", &html, "--csv", &csv])
        .args(arguments)
        .output()
        .expect("it can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_exit_code_tells_written_from_nothing_to_report_from_unusable() {
    let good = file("command.jsonl", record("event started 0 paused verified 400").to_string().as_bytes());
    let none = file("command-none.jsonl", b"START\n{\"level\":\"INFO\"}\n{\n");
    let (good, none) = (good.display().to_string(), none.display().to_string());
    let empty = format!("{}/nothing-in-it", env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(&empty).expect("a directory");
    let cases: [(&[&str], i32, &str, &str); 7] = [
        (&[&good], 0, "", "a record"),
        (&[&none], 1, "no audit record", "none of ours"),
        (&["--from", "2026-11-23", &good], 1, "this period", "none of the period"),
        (&[], 2, "<FILES>", "no file named"),
        (&["/nowhere/at/all"], 2, "/nowhere/at/all", "no such file"),
        (&[&empty], 2, "no file in it ends in .gz", "a directory without logs"),
        (&["--from", "yesterday", &good], 2, "2026-11-22T10:00:00Z", "a time that is none"),
    ];
    for (place, (arguments, wanted, told, reason)) in cases.into_iter().enumerate() {
        let (code, _, stderr) = evidence(&format!("command-{place}"), arguments);
        assert_eq!(code, Some(wanted), "{reason}: {stderr}");
        assert!(stderr.contains(told), "{reason}: {stderr}");
    }
}

#[test]
fn the_figures_are_printed_and_both_files_are_written() {
    let lines = ["event started 0 Forbidden failed 500", "watch started 0 repaired verified 15900 @16"];
    let lines: Vec<String> = lines.iter().map(|notation| record(notation).to_string()).collect();
    let log = file("command-figures.jsonl", lines.join("\n").as_bytes());
    let (code, stdout, stderr) = evidence("figures", &[&log.display().to_string()]);
    assert_eq!(code, Some(0), "{stderr}");
    for wanted in [
        "secure pauses with a record     1",
        "  repaired by the watch         1",
        "exposure, longest               15.9 s",
    ] {
        assert!(stdout.contains(wanted), "{wanted}: {stdout}");
    }
    for ending in ["html", "csv"] {
        let path = format!("{}/written/figures.{ending}", env!("CARGO_TARGET_TMPDIR"));
        let text = std::fs::read_to_string(path).expect("written");
        assert!(text.contains("00000000-0000-4000-8000-000000000001"), "{ending}");
    }
}
