//! A short storm that must be weathered; and the same with a part of the product taken away, which the storm
//! must notice.

use storm::small::{Without, storms};
use storm::{Broken, Tally, gather};

/// Schedules of a thread at a time: few, since these tests run beside others.
const AT_A_TIME: usize = 24;

fn played(seeds: &[u64], without: Option<Without>) -> (Tally, Vec<Broken>) {
    gather(|done| storms(seeds, AT_A_TIME, 1, without, done))
}

#[test]
fn every_promise_is_kept_in_a_short_storm() {
    let (tally, broken) = played(&(1..=48).collect::<Vec<_>>(), None);
    let accounts: Vec<String> = broken.iter().map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{}", accounts.join("\n"));
    // A storm in which nothing happens proves nothing.
    assert!(tally.pauses > 48 && tally.flows > 5 && tally.killed > 5 && tally.events > 200, "{tally}");
    assert!(!tally.repaired.is_empty() && !tally.recovered.is_empty(), "{tally}");
}

/// Whether one of these schedules breaks a promise in this way without a part of the product. Played with it, all
/// keep them; without it, each breaks one on an idle machine.
fn is_noticed(without: Without, wanted: &str, seeds: &[u64]) {
    let (_, broken) = played(seeds, Some(without));
    let is_wanted = |fault: &String| fault.contains(wanted);
    let noticed = broken.iter().filter(|broken| broken.faults.iter().any(is_wanted)).count();
    assert!(noticed > 0, "without {without:?}, none of {} schedules \"{wanted}\"", seeds.len());
}

#[test]
fn it_is_noticed_when_secure_pause_false_alone_is_taken_for_off() {
    is_noticed(Without::Doubt, "was recorded", &[1, 3, 5, 8, 9, 12, 15, 16]);
}

#[test]
fn it_is_noticed_when_there_is_no_watch() {
    is_noticed(Without::Watch, "paused without a secure pause", &[2, 7, 10, 20, 34, 46, 47, 48]);
}
