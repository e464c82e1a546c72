//! Attempts that failed: at what, by what, and how it ended.
//!
//! What an attempt failed at is said by its targets ([`Brief::failed`]): an ended event that meets another secure pause
//! pauses, and a check of a started one may resume. How a failed pause ended, the first that is true:
//!
//! | it ended as | a record |
//! |---|---|
//! | repaired by the watch | that was written later is the watch's, and says dark |
//! | recovered by a retry | that was written later is an event's or an order's, and says so |
//! | was dark already | that was written before says dark, and no pause failed; `NotPaused` says that the screen was recorded |
//! | ended without having been dark | says that the secure pause, or the call, has ended, and none says dark |
//! | over before that | that was written later says so; of an attempt by an ended event, whose secure pause is another |
//! | not known | there is none |
//!
//! A failed resume is mended by a later record that says recorded again, or nothing paused; the call may be over before
//! that. Of several failures the first is reported, unless the last ended worse.

use strum::{EnumIter, IntoStaticStr};

use crate::moment::Moment;
use crate::record::{Brief, Failed};
use crate::words::{Cause, Door, Outcome, Phase};

/// An attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// By what.
    pub cause: Cause,
    /// How it ended.
    pub how: How,
}

/// How a failure ended, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the table above says what each is")]
pub enum How {
    RepairedByTheWatch,
    RecoveredByARetry,
    DarkAlready,
    OverBefore,
    NeverDark,
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
            Self::NeverDark => "ended without having been dark",
            Self::NotKnown => "not known",
        }
    }

    /// Whether it did no harm that lasted.
    const fn is_mended(self) -> bool {
        matches!(self, Self::RepairedByTheWatch | Self::RecoveredByARetry | Self::DarkAlready)
    }
}

/// The failure to pause that is reported of records sorted by when they were written.
pub(crate) fn of_pause(records: &[&Brief], end: Option<Moment>) -> Option<Failure> {
    told(records, Brief::is_failed_pause, |place| how_pause_ended(records, place, end))
}

/// The failure to resume that is reported of records sorted by when they were written.
pub(crate) fn of_resume(records: &[&Brief]) -> Option<Failure> {
    told(
        records,
        |record| record.failed == Some(Failed::Resume),
        |place| how_resume_ended(&records[place + 1..]),
    )
}

/// The first failure, or the last where that ended worse.
fn told(records: &[&Brief], wanted: impl Fn(&Brief) -> bool, how: impl Fn(usize) -> How) -> Option<Failure> {
    let failed = |(place, record): (usize, &&Brief)| {
        let cause = record.ending.err().filter(|_| wanted(record))?;
        Some(Failure { cause, how: how(place) })
    };
    let mut failures = records.iter().enumerate().filter_map(failed);
    let first = failures.next()?;
    Some(failures.last().filter(|last| !last.how.is_mended() && last.how > first.how).unwrap_or(first))
}

fn how_pause_ended(records: &[&Brief], place: usize, end: Option<Moment>) -> How {
    let (record, before, after) = (records[place], &records[..place], &records[place + 1..]);
    let is_of_start = record.phase == Some(Phase::Started);
    let is_dark = |it: &&&Brief| it.dark.is_some() && (!is_of_start || it.phase == Some(Phase::Started));
    if let Some(dark) = after.iter().find(is_dark) {
        return mended_by(dark);
    }
    let is_over = after.iter().any(|it| it.says_over() || it.ending == Ok(Outcome::Resumed));
    let was_dark = before.iter().any(|it| is_dark(&it));
    let says_recorded = record.ending == Err(Cause::NotPaused) || record.has_failed_screen();
    match (is_of_start, was_dark) {
        (true, true) if says_recorded => How::NotKnown,
        (true, true) => How::DarkAlready,
        (true, false) if end.is_some() || is_over => How::NeverDark,
        (false, _) if is_over => How::OverBefore,
        _ => How::NotKnown,
    }
}

fn how_resume_ended(after: &[&Brief]) -> How {
    let ended = |outcomes: &[Outcome]| {
        after.iter().find(|record| record.ending.is_ok_and(|outcome| outcomes.contains(&outcome)))
    };
    match ended(&[Outcome::Resumed, Outcome::Recovered, Outcome::NothingPaused]) {
        Some(record) => mended_by(record),
        None if ended(&[Outcome::ConversationOver]).is_some() => How::OverBefore,
        None => How::NotKnown,
    }
}

fn mended_by(record: &Brief) -> How {
    if record.door == Some(Door::Watch) { How::RepairedByTheWatch } else { How::RecoveredByARetry }
}
