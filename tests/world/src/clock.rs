//! How times are written: ISO with milliseconds in bodies, whole seconds in envelopes, epoch milliseconds in detail events.

use std::sync::{Mutex, MutexGuard, PoisonError};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// `2026-03-01T10:00:00.123Z`.
pub(crate) fn iso_millis(at: OffsetDateTime) -> String {
    at.format(MILLISECONDS).expect("a time of this era has a text")
}

/// `2026-03-01T10:00:00Z`.
pub(crate) fn iso_seconds(at: OffsetDateTime) -> String {
    at.format(SECONDS).expect("a time of this era has a text")
}

/// Milliseconds since the epoch.
pub(crate) fn epoch_millis(at: OffsetDateTime) -> i64 {
    let millis = at.unix_timestamp_nanos() / 1_000_000;
    i64::try_from(millis).expect("a time of this era fits into 64 bits")
}

/// Locks, whether or not an earlier holder panicked: a failed assertion in one test thread must not
/// hide behind a second panic here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
