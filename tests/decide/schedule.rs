//! When the conversation is read: a row a line, with its reason.

use secure_pause::config::Timing;
use secure_pause::decide::schedule::Readings;

use crate::fixtures::{ms, timing};

/// The moments at which the first readings begin if each begins when it may.
fn moments(readings: &mut Readings, count: usize) -> Vec<u128> {
    let next = |_| {
        let next = readings.next(None, &timing());
        readings.begin(next, &timing());
        next.as_millis()
    };
    (0..count).map(next).collect()
}

#[test]
fn the_first_readings_are_near_to_each_other_and_the_last_wait_is_repeated() {
    assert_eq!(moments(&mut Readings::default(), 8), [0, 150, 450, 1_050, 2_050, 3_050, 4_050, 5_050]);
}

#[test]
fn the_schedule_begins_anew_with_a_request() {
    let mut readings = Readings::default();
    moments(&mut readings, 5);
    readings.restart(ms(2_100));
    assert_eq!(moments(&mut readings, 3), [2_250, 2_550, 3_150], "its first wait runs from the request");
}

#[test]
fn a_late_reading_does_not_shift_those_after_it() {
    let mut readings = Readings::default();
    readings.begin(ms(0), &timing());
    readings.begin(ms(500), &timing());
    assert!(readings.is_under_way);
    assert_eq!(readings.next(None, &timing()), ms(1_050), "those of 150 and 450 ms are made by it");
    readings.begin(ms(1_050), &timing());
    assert_eq!(readings.next(None, &timing()), ms(2_050), "the one of 1,050 ms is made by it");
}

#[test]
fn a_moment_that_decides_draws_a_reading_near() {
    let mut readings = Readings::default();
    readings.begin(ms(450), &timing());
    #[rustfmt::skip] // A row a line. The next on the schedule is that of 1,050 ms.
    let rows = [
        (None, 1_050, "the schedule"),
        (Some(700), 700, "it is decided sooner"),
        (Some(450), 450, "at once"),
        (Some(1_299), 1_299, "one reading serves both"),
        (Some(1_300), 1_050, "too far: a reading each"),
        (Some(449), 1_050, "that one has been made"),
    ];
    for (decisive, wanted, reason) in rows {
        assert_eq!(readings.next(decisive.map(ms), &timing()), ms(wanted), "{reason}");
    }
    readings.not_before = ms(2_000);
    assert_eq!(readings.next(None, &timing()), ms(2_000), "none is worth making before");
    assert_eq!(readings.next(Some(ms(1_999)), &timing()), ms(2_000), "none is worth making before");
    assert_eq!(readings.next(Some(ms(2_100)), &timing()), ms(2_100), "one reading serves both");
}

#[test]
fn without_waits_a_lag_lies_between_readings() {
    let timing = Timing { read_back: Vec::new(), ..timing() };
    let mut readings = Readings::default();
    readings.begin(ms(0), &timing);
    assert_eq!(readings.next(None, &timing), ms(3_000));
}
