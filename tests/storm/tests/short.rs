//! A short storm that must be weathered; and the same with a protection taken away, which the storm must notice.

use storm::machine::{Without, account, storm, storms};
use storm::{Tally, gather};

/// Schedules of the short storm.
const SHORT: u64 = 20_000;
/// Schedules in which a missing protection must be noticed.
const NOTICED: u64 = 3_000;

#[test]
fn every_promise_is_kept_in_a_short_storm() {
    let (tally, broken) = gather(|done| storms(1..1 + SHORT, 2, None, done));
    let accounts: Vec<String> = broken.iter().take(3).map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{} broken, such as\n{}", broken.len(), accounts.join("\n"));
    // A storm in which nothing happens proves nothing.
    let Tally { pauses, flows, killed, events, .. } = tally;
    assert!(pauses > 30_000 && flows > 5_000 && killed > 5_000 && events > 100_000, "{tally}");
    assert!(
        !tally.repaired.is_empty() && !tally.recovered.is_empty() && !tally.reopened.is_empty(),
        "{tally}"
    );
}

#[test]
fn a_schedule_is_played_in_the_same_way_every_time() {
    for seed in 1..200 {
        assert_eq!(account(seed, None), account(seed, None), "seed {seed}");
    }
}

/// Schedules that broke a promise once.
#[test]
fn what_was_found_once_stays_mended() {
    for seed in [
        876, 1067, 2948, 5425, 6595, 7427, 7583, 14932, 21916, 27476, 33293, 36381, 36450, 39727, 47909,
        66948, 71439, 75701, 80364, 82570, 86124, 93446, 118_974, 142_237, 148_428, 148_772, 150_798,
        161_024, 212_966, 266_237, 306_627, 313_079, 349_168, 384_227, 400_959, 418_370, 474_922, 475_451,
        571_280,
    ] {
        if let Err(broken) = storm(seed, None) {
            panic!("{broken}");
        }
    }
}

/// Whether a schedule breaks a promise in this way without that protection.
fn is_noticed(without: Without, wanted: &str) {
    let is_wanted = |seed| {
        let broken = storm(seed, Some(without)).err();
        broken.is_some_and(|broken| broken.faults.iter().any(|fault| fault.contains(wanted)))
    };
    assert!((1..NOTICED).any(is_wanted), "without {without:?}, none of {NOTICED} schedules \"{wanted}\"");
}

#[test]
fn p1_it_is_noticed_when_nothing_is_paused_unread() {
    is_noticed(Without::Unread, "nothing is paused though nothing can be read");
}

#[test]
fn p2_it_is_noticed_when_a_resume_is_repeated_without_a_look() {
    is_noticed(Without::Look, "after a secure pause began");
}

#[test]
fn p2_it_is_noticed_when_a_stale_reading_passes_for_a_fresh_one() {
    is_noticed(Without::Freshness, "after a secure pause began");
}

#[test]
fn p3_it_is_noticed_when_a_resume_is_done_once_it_is_acknowledged() {
    is_noticed(Without::Afterwards, "though its event was due");
}

#[test]
fn p4_it_is_noticed_when_signs_are_not_seen() {
    is_noticed(Without::Signs, "after a secure pause began");
}

#[test]
fn p5_it_is_noticed_when_a_pause_is_done_once_it_is_acknowledged() {
    is_noticed(Without::Verification, "though its event was due");
}

#[test]
fn p5_it_is_noticed_when_a_card_is_taken_on_a_pause_that_was_not_read_back() {
    is_noticed(Without::Verification, "secure flow: the screen");
}

#[test]
fn p6_it_is_noticed_when_one_miss_counts_as_two() {
    is_noticed(Without::SecondMiss, "is called over");
}

#[test]
fn p7_it_is_noticed_when_a_late_pause_is_not_followed() {
    is_noticed(Without::Follow, "is paused without a secure pause");
}

#[test]
fn p8_it_is_noticed_when_paused_is_claimed_of_what_was_not_read_back() {
    is_noticed(Without::Verification, "paused is claimed");
}

#[test]
fn p9_it_is_noticed_when_a_second_file_is_not_looked_out_for() {
    is_noticed(Without::Lag, "though its event was due");
}

#[test]
fn it_is_noticed_when_a_snapshot_is_done_with_its_first_reading() {
    is_noticed(Without::SecondLook, "though its event was due");
}

#[test]
fn it_is_noticed_when_there_is_no_watch() {
    is_noticed(Without::Watch, "is paused without a secure pause");
}
