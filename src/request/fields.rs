//! Fields that an event can do without, and times.

use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Before this, Genesys Cloud did not exist: an earlier event time is in another unit, or not set.
const EARLIEST: i64 = 1_388_534_400; // 2014-01-01T00:00:00Z, in seconds
/// Clocks of two clouds may differ; an event time further ahead than this is wrong.
const CLOCK_SKEW: time::Duration = time::Duration::minutes(5);

/// An optional field: an absent one is nothing; one that cannot be used, null included, is dropped and
/// counted.
pub(super) fn optional<T>(
    body: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Value) -> Option<T>,
    dropped: &mut u32,
) -> Option<T> {
    let value = body.get(name)?;
    let read = read(value);
    *dropped += u32::from(read.is_none());
    read
}

/// A point in time that an event can have: epoch milliseconds, as a number or in digits, or RFC 3339 text.
pub fn moment(value: &Value, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let from_millis = |ms: i64| OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok();
    let at = match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)).and_then(from_millis),
        Value::String(text) => match text.parse() {
            Ok(ms) => from_millis(ms),
            Err(_) => OffsetDateTime::parse(text, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC),
        },
        _ => None,
    };
    at.filter(|at| is_sensible(*at, now))
}

/// Milliseconds written with a fraction or an exponent, cut to whole ones.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from f64 saturates, and is_sensible refuses the ends"
)]
fn whole(ms: f64) -> Option<i64> {
    ms.is_finite().then_some(ms as i64)
}

fn is_sensible(at: OffsetDateTime, now: OffsetDateTime) -> bool {
    at.unix_timestamp() >= EARLIEST && at <= now + CLOCK_SKEW
}
