//! A length of time as people read it.

use std::fmt;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Milliseconds: `412 ms`, `1.4 s`, `2 min 5 s`, `3 h 20 min`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub i64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0;
        match ms {
            ..SECOND => write!(f, "{ms} ms"),
            SECOND..MINUTE => write!(f, "{}.{} s", ms / SECOND, ms % SECOND / 100),
            MINUTE..HOUR => write!(f, "{} min {} s", ms / MINUTE, ms % MINUTE / SECOND),
            HOUR.. => write!(f, "{} h {} min", ms / HOUR, ms % HOUR / MINUTE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_grows_with_the_length() {
        let cases = [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_449, "1.4 s"),
            (59_999, "59.9 s"),
            (125_000, "2 min 5 s"),
            (12_000_000, "3 h 20 min"),
        ];
        for (ms, wanted) in cases {
            assert_eq!(Span(ms).to_string(), wanted);
        }
    }
}
