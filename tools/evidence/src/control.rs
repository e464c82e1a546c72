//! When the control was not fully on, by the audit records alone.
//!
//! | state | sign |
//! |---|---|
//! | observing, pause-only | the setting `MODE` in the records |
//! | off | records without a mode: the settings were faulty, and every attempt failed |
//! | silent | no record for a day or longer; a night without calls is shorter |
//!
//! A state lasts from the first record that shows it to the first that shows another.

use strum::IntoStaticStr;

use crate::figures::Period;
use crate::moment::Moment;
use crate::record::{Brief, Program};

/// So long without a record is silence: nights and lunch breaks are shorter.
const SILENCE_MS: i64 = 24 * 60 * 60 * 1_000;

/// How the control was not fully on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Lapse {
    /// Nothing was paused, it only looked.
    Observing,
    /// Screens were paused, and never resumed.
    PauseOnly,
    /// The settings were faulty.
    Off,
    /// There is no record.
    Silent,
}

/// A time in which the control was not fully on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// How it was not.
    pub lapse: Lapse,
    /// From when on.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
    /// Records in that time.
    pub records: usize,
    /// Secure pauses that began in it, by the live records and the recordings.
    pub pauses: usize,
}

/// The times in which the control was not fully on, in order. `starts` are those of the secure pauses.
pub(crate) fn stretches(
    briefs: &[Brief],
    programs: &[Program],
    period: Period,
    starts: impl Iterator<Item = Moment>,
) -> Vec<Stretch> {
    let mut records: Vec<(Moment, u16)> =
        briefs.iter().filter(|it| period.holds(it.at)).map(|it| (it.written, it.program)).collect();
    records.sort_unstable();
    let mut starts: Vec<Moment> = starts.collect();
    starts.sort_unstable();
    let lapse = |program: u16| programs.get(usize::from(program)).and_then(lapse);
    let mut stretches = silences(&records, period);
    let mut place = 0;
    for run in records.chunk_by(|a, b| lapse(a.1) == lapse(b.1)) {
        place += run.len();
        let (from, last) = (run[0].0, run[run.len() - 1].0);
        let to = records.get(place).map_or(last, |next| next.0);
        let stretch = |lapse| Stretch { lapse, from, to, records: run.len(), pauses: 0 };
        stretches.extend(lapse(run[0].1).map(stretch));
    }
    stretches.sort_unstable_by_key(|it| (it.from, it.lapse));
    for stretch in &mut stretches {
        let before = |bound: Moment| starts.partition_point(|start| *start < bound);
        stretch.pauses = before(stretch.to).saturating_sub(before(stretch.from));
    }
    stretches
}

fn lapse(program: &Program) -> Option<Lapse> {
    match program.mode.as_deref() {
        Some("observe") => Some(Lapse::Observing),
        Some("pause-only") => Some(Lapse::PauseOnly),
        None => Some(Lapse::Off),
        Some(_) => None,
    }
}

/// Times without a record: between two, and between the first or the last and the bounds that were asked for.
fn silences(records: &[(Moment, u16)], period: Period) -> Vec<Stretch> {
    let written = records.iter().map(|record| record.0);
    let bounds: Vec<Moment> = period.from.into_iter().chain(written).chain(period.to).collect();
    let gaps = bounds.windows(2).filter(|gap| gap[1].since(gap[0]) >= SILENCE_MS);
    gaps.map(|gap| Stretch { lapse: Lapse::Silent, from: gap[0], to: gap[1], records: 0, pauses: 0 })
        .collect()
}
