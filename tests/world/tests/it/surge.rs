//! What of the surge can be seen without minutes of it: its help, and what it cannot do without.

use std::process::Command;

fn surge(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_surge")).args(arguments).output().expect("the surge can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn help_names_every_option_and_every_exit_code() {
    let (code, help, _) = surge(&["--help"]);
    assert_eq!(code, Some(0));
    let options =
        ["--function", "--plain", "--rates", "--minutes", "--arrivals", "--seed", "--environments", "--json"];
    for wanted in
        options.into_iter().chain(["steady", "burst", "floor", "Exit codes:", "1  a promise is broken"])
    {
        assert!(help.contains(wanted), "{wanted}: {help}");
    }
}

#[test]
fn without_its_programs_or_with_a_rate_of_none_nothing_is_played() {
    let cases: [(&[&str], &str); 4] = [
        (&["--function", "/nowhere/at/all"], "make surge"),
        (&["--rates", "0"], "--rates"),
        (&["--rates", "60,many"], "--rates"),
        (&["--arrivals", "all"], "--arrivals"),
    ];
    for (arguments, wanted) in cases {
        let (code, stdout, stderr) = surge(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(wanted), "{arguments:?}: {stderr}");
    }
}
