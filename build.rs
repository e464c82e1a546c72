//! Names the commit that the function is built from, so that every way of building it knows: `cargo build`, `sam build`
//! and `cargo lambda build` alike.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=SECURE_PAUSE_COMMIT");
    // Git writes a line there whenever another commit is checked out. A file that is not there would have cargo build
    // anew each time.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists()) {
        println!("cargo::rerun-if-changed={log}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    let given = std::env::var("SECURE_PAUSE_COMMIT").ok().filter(|commit| !commit.is_empty());
    if let Some(commit) = given.or_else(|| git(&["rev-parse", "--short=12", "HEAD"])) {
        println!("cargo::rustc-env=SECURE_PAUSE_COMMIT={commit}");
    }
}

/// What git prints; nothing where there is no git or no repository, as in a downloaded archive.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|it| it.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
