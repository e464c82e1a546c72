//! Attempts that failed: by what, and how it ended.
//!
//! | it ended as | a record that was written later |
//! |---|---|
//! | repaired by the watch | is the watch's, and says dark (of a resume: recorded again, or nothing paused) |
//! | recovered by a retry | is an event's or an order's, and says so |
//! | was dark already | the same, and written before; not where the error says that the screen was being recorded |
//! | over before that | says that the secure pause, or the call, has ended |
//! | not known | there is none |

use strum::{EnumIter, IntoStaticStr};

use crate::moment::Moment;
use crate::record::Brief;
use crate::secure_pause::ends;
use crate::words::{Cause, Door, Outcome, Phase};

/// An attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// By what.
    pub cause: Cause,
    /// How it ended.
    pub how: How,
}

/// How a failure ended; the first that is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the table above says what each is")]
pub enum How {
    RepairedByTheWatch,
    RecoveredByARetry,
    DarkAlready,
    OverBefore,
    NotKnown,
}

impl How {
    /// In words for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::RepairedByTheWatch => "repaired by the watch",
            Self::RecoveredByARetry => "recovered by a retry",
            Self::DarkAlready => "was dark already",
            Self::OverBefore => "over before that",
            Self::NotKnown => "not known",
        }
    }
}

/// The first failure to pause among records sorted by when they were written.
pub(crate) fn of_pause(records: &[&Brief], end: Option<Moment>) -> Option<Failure> {
    let is_of_start = |record: &Brief| record.phase == Some(Phase::Started);
    let (place, cause) = first(records, |record, cause| is_of_start(record) && cause != Cause::NotResumed)?;
    let (before, after) = (&records[..place], &records[place + 1..]);
    let is_dark = |record: &&&Brief| is_of_start(record) && record.dark.is_some();
    let over = || end.is_some() || after.iter().any(|record| ends(record));
    let how = match after.iter().find(is_dark) {
        Some(record) => mended_by(record),
        None if cause != Cause::NotPaused && before.iter().any(|record| is_dark(&record)) => How::DarkAlready,
        None if over() => How::OverBefore,
        None => How::NotKnown,
    };
    Some(Failure { cause, how })
}

/// The first failure to resume among records sorted by when they were written.
pub(crate) fn of_resume(records: &[&Brief]) -> Option<Failure> {
    let is_of_end = |record: &Brief| record.phase == Some(Phase::Ended);
    let (place, cause) = first(records, |record, cause| is_of_end(record) || cause == Cause::NotResumed)?;
    let after = &records[place + 1..];
    let ended = |outcomes: &[Outcome]| {
        after.iter().find(|record| record.ending.is_ok_and(|outcome| outcomes.contains(&outcome)))
    };
    let how = match ended(&[Outcome::Resumed, Outcome::Recovered, Outcome::NothingPaused]) {
        Some(record) => mended_by(record),
        None if ended(&[Outcome::ConversationOver]).is_some() => How::OverBefore,
        None => How::NotKnown,
    };
    Some(Failure { cause, how })
}

fn first(records: &[&Brief], wanted: impl Fn(&Brief, Cause) -> bool) -> Option<(usize, Cause)> {
    let failed = |(place, record): (usize, &&Brief)| {
        let cause = record.ending.err()?;
        wanted(record, cause).then_some((place, cause))
    };
    records.iter().enumerate().find_map(failed)
}

fn mended_by(record: &Brief) -> How {
    if record.door == Some(Door::Watch) { How::RepairedByTheWatch } else { How::RecoveredByARetry }
}
