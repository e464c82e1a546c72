//! The demo's exit codes, with a hand-written function in place of the real one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");

fn demo(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_demo")).args(arguments).output().expect("the demo can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn event(name: &str, content: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("a file");
    path.display().to_string()
}

#[test]
fn without_a_binary_or_an_event_there_is_nothing_to_run_and_the_remedy_is_named() {
    let text = event("no_json.json", "{");
    let cases: [(&[&str], &str); 4] = [
        (&["--function", "/nowhere/at/all"], "cargo build --release"),
        (&["--function", STAND_IN, "--event", "/nowhere/at/all"], "cannot be read"),
        (&["--function", STAND_IN, "--event", &text], "is no JSON"),
        (&["--as-is"], "--event <FILE>"),
    ];
    for (arguments, wanted) in cases {
        let (code, _, stderr) = demo(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(wanted), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_replay_ends_well_with_an_answer_or_an_error_and_badly_with_neither() {
    // Files written on Windows begin with a byte order mark.
    let cases = [
        ("", "fail", 0, "errorType"),
        ("", "die", 1, "the process ended without an answer"),
        ("\u{feff}", "marked", 0, "staged"),
    ];
    for (mark, order, wanted, told) in cases {
        let path = event(&format!("{order}.json"), &format!("{mark}{{\"order\":\"{order}\"}}"));
        let (code, stdout, stderr) = demo(&["--function", STAND_IN, "--event", &path]);
        assert_eq!(code, Some(wanted), "{order}: {stderr}");
        assert!(stdout.contains(told), "{order}: {stdout}");
        assert!(stdout.contains("staged\n  nothing"), "{order}: {stdout}");
    }
}
