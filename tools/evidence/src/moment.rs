//! A point in time as the log tells it, in whole milliseconds.

use std::fmt;
use std::num::NonZeroI64;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

const AFTER_1970: NonZeroI64 = NonZeroI64::new(1).unwrap();

/// Milliseconds since 1970, UTC. `Option<Moment>` takes no more room than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(NonZeroI64);

impl Moment {
    /// So many milliseconds after the start of 1970. That instant itself, which no log tells, becomes the next.
    pub fn of_millis(millis: i64) -> Self {
        Self(NonZeroI64::new(millis).unwrap_or(AFTER_1970))
    }

    /// The moment in an RFC 3339 text.
    pub fn parse(text: &str) -> Option<Self> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok().map(Self::of_millis)
    }

    /// The moment in an RFC 3339 text, or the midnight in UTC with which a date begins.
    pub fn parse_bound(text: &str) -> Option<Self> {
        let day = || Date::parse(text, format_description!("[year]-[month]-[day]")).ok();
        let midnight =
            || day().map(|day| Self::of_millis(day.midnight().assume_utc().unix_timestamp() * 1000));
        Self::parse(text).or_else(midnight)
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0.get()
    }

    /// Milliseconds from `earlier` to this; negative where it is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.millis().saturating_sub(earlier.millis())
    }

    /// The same as an exposure is told: none below zero, and no more than the type holds, which is weeks.
    pub fn after(self, earlier: Self) -> u32 {
        u32::try_from(self.since(earlier).max(0)).unwrap_or(u32::MAX)
    }

    /// This and so many milliseconds.
    #[must_use]
    pub fn plus(self, millis: i64) -> Self {
        Self::of_millis(self.millis().saturating_add(millis))
    }

    fn time(self) -> OffsetDateTime {
        let nanos = i128::from(self.millis()) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// RFC 3339 with milliseconds, for machines.
    pub fn rfc3339(self) -> String {
        let shape =
            format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        self.time().format(shape).unwrap_or_default()
    }
}

/// For people: `2026-11-22 10:00:00.123`, in UTC.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:3]");
        f.write_str(&self.time().format(shape).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Moment;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time as RFC 3339 has it")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
                // The text itself is no part of the error: it may be anything.
                Moment::parse(text).ok_or_else(|| E::custom("no time as RFC 3339 has it"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_millisecond_and_written_back() {
        let cases = [
            ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000Z", "no fraction"),
            ("2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.123Z", "nanoseconds"),
            ("2026-11-22T11:00:00.5+01:00", "2026-11-22T10:00:00.500Z", "another zone"),
            ("2026-11-22", "2026-11-22T00:00:00.000Z", "a date is its midnight"),
        ];
        for (text, wanted, reason) in cases {
            assert_eq!(Moment::parse_bound(text).expect(reason).rfc3339(), wanted, "{reason}");
        }
        assert_eq!(Moment::parse_bound("yesterday"), None);
        assert_eq!(Moment::parse("2026-11-22"), None, "a record's time is no date");
    }
}
