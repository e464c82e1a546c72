//! How a secure pause stands, by the records of its start; the first that is true:
//!
//! | standing | the records |
//! |---|---|
//! | recorded during | one says every screen dark, and a later one that a screen was recorded after all: `NotPaused`, or a repair that tells an exposure; or it began during a resume that was then withdrawn |
//! | in doubt | one says every screen dark, a later one failed to pause a screen, and none after it says dark |
//! | verified | one says every screen dark, and read back so |
//! | not recorded | one says every screen dark; one was not being recorded |
//! | terminated | the same; the pause ended the recording of one |
//! | unverifiable | one says every screen dark, by acknowledgement only |
//! | not dark | a pause failed, and none says dark |
//! | observed | held back by `MODE=observe` |
//! | nothing to pause | the call over, the event late, the secure pause over or the leg gone meanwhile |
//! | not told | none of these: only checks of the watch that found nothing to do |
//!
//! What a later record denies counts no more. **Exposure** runs from the start to the first time that every screen was
//! dark, of what is not denied; where there is none, to the end, as far as that is told, else to giving up.

use crate::moment::Moment;
use crate::record::{Brief, Dark};
use crate::words::{Cause, Outcome};

/// How a secure pause stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the table above says what each is")]
pub enum Standing {
    Verified,
    NotRecorded,
    Terminated,
    Unverifiable,
    RecordedDuring,
    InDoubt,
    NotDark,
    Observed,
    NothingToPause,
    NotTold,
}

/// How long a screen was exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposure {
    /// Milliseconds from the start of the secure pause.
    pub ms: u32,
    /// Until every screen was dark; otherwise until the end or, where none is told, until giving up.
    pub is_until_dark: bool,
}

/// What the records of a start come to.
pub(crate) struct Stand {
    pub standing: Standing,
    pub exposure: Option<Exposure>,
    /// From when on every screen was dark, and no record says otherwise.
    pub darkened: Option<Moment>,
}

/// What the records of a start, sorted by when they were written, come to.
pub(crate) fn of(starts: &[&Brief], start: Moment, end: Option<Moment>) -> Stand {
    let dark = || starts.iter().copied().filter(|record| record.dark.is_some());
    let first = dark().min_by_key(|record| record.darkened);
    let denials = || starts.iter().copied().filter(|record| first.is_some_and(|first| denies(record, first)));
    let last = denials().next_back();
    let held: Vec<&Brief> =
        dark().filter(|record| last.is_none_or(|denial| is_since(record, denial))).collect();
    let standing = if denials().any(says_recorded) {
        Standing::RecordedDuring
    } else if last.is_some() && held.is_empty() {
        Standing::InDoubt
    } else {
        standing(starts, &held)
    };
    let darkened = held.iter().filter_map(|record| record.darkened).min();
    let gave_up = || {
        let failed = starts.iter().filter(|record| record.is_failed_pause());
        last.or(failed.copied().max_by_key(|record| record.exposure_ms)).and_then(|record| record.exposure_ms)
    };
    let is_lost = matches!(standing, Standing::RecordedDuring | Standing::InDoubt | Standing::NotDark);
    let exposure = match (darkened, end) {
        (Some(dark), _) => Some(Exposure { ms: dark.after(start), is_until_dark: true }),
        (None, Some(end)) if is_lost => Some(Exposure { ms: end.after(start), is_until_dark: false }),
        (None, _) => gave_up().map(|ms| Exposure { ms, is_until_dark: false }),
    };
    Stand { standing, exposure, darkened }
}

/// Whether a record says that the screens were not, or perhaps not, as dark as `first` said.
fn denies(record: &Brief, first: &Brief) -> bool {
    if record.is_withdrawn() {
        return true;
    }
    if record.ending == Ok(Outcome::Repaired) {
        // Where screens are not told, the watch repeats a pause on suspicion, and tells no exposure.
        return record.exposure_ms.is_some() && record.darkened > first.darkened;
    }
    record.written > first.written && (says_recorded(record) || record.has_failed_screen())
}

fn says_recorded(record: &Brief) -> bool {
    matches!(record.ending, Ok(Outcome::Repaired | Outcome::ResumeWithdrawn) | Err(Cause::NotPaused))
}

/// Whether a record that says dark speaks of a time after the denial, or is itself its mending.
fn is_since(record: &Brief, denial: &Brief) -> bool {
    if denial.dark.is_some() { record.darkened >= denial.darkened } else { record.written > denial.written }
}

fn standing(starts: &[&Brief], held: &[&Brief]) -> Standing {
    let any = |wanted: &dyn Fn(&Brief) -> bool| starts.iter().any(|record| wanted(record));
    let is = |dark: Dark| held.iter().any(|record| record.dark == Some(dark));
    let rules = [
        (is(Dark::Verified), Standing::Verified),
        (is(Dark::NotRecorded), Standing::NotRecorded),
        (is(Dark::Terminated), Standing::Terminated),
        (is(Dark::Unverifiable), Standing::Unverifiable),
        (any(&|record| record.is_failed_pause()), Standing::NotDark),
        (any(&|record| record.ending == Ok(Outcome::Observed)), Standing::Observed),
        (any(&|record| record.says_over() || record.ending == Ok(Outcome::Paused)), Standing::NothingToPause),
    ];
    rules.into_iter().find(|(is_so, _)| *is_so).map_or(Standing::NotTold, |(_, standing)| standing)
}
