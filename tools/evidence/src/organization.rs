//! What a log of `MODE=observe` says about an organization: what its conversations tell, and how late.
//!
//! A reading is of the first situation that fits. The log holds ids and states only, so each is told by signs:
//!
//! | situation | sign in the reading |
//! |---|---|
//! | transfer | an agent on the call who was not in the reading before |
//! | flow | the voice is recorded, nothing says secure pause, and yet it does not read off |
//! | pause | the event told a start |
//! | hold | the event told an end, and the voice is still or again paused; a late reading looks the same |
//! | resumed | any other after an end |
//!
//! Events, plans and how far reads trail are those of events: a check of the watch comes a quarter of a minute later.

use std::collections::BTreeMap;

use strum::IntoStaticStr;

use crate::observed::{Leg, Life, Observed, Plan, Screen, SecurePause, Voice};
use crate::words::Phase;

/// Readings that follow an event, a second apart.
pub const READINGS: usize = 3;

/// In which situation a conversation was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
#[expect(missing_docs, reason = "the table above says what each is")]
pub enum Situation {
    Pause,
    Hold,
    Flow,
    Transfer,
    Resumed,
}

/// A field of which the readings show when it follows an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
#[expect(missing_docs, reason = "the name of the field")]
pub enum Field {
    SecurePause,
    RecordingState,
}

/// How far one field trails one kind of event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Events of which the first reading that told so was the first, the second, the third.
    pub shown: [usize; READINGS],
    /// Events of which none did.
    pub never: usize,
    /// The longest time from the event to the first reading that told so, in milliseconds.
    pub longest_ms: Option<i64>,
}

/// What an organization says.
#[derive(Debug, Default)]
pub struct Organization {
    /// Events that were observed.
    pub events: usize,
    /// Readings that could be made, and those that could not.
    pub readings: (usize, usize),
    /// What would have been done, by what the event told.
    pub plans: BTreeMap<(Phase, &'static str), usize>,
    /// Readings by situation and what they told.
    pub moves: BTreeMap<(Situation, SecurePause, Voice), usize>,
    /// Screens in the readings, by what the event told and what their leg was.
    pub screens: BTreeMap<(Phase, &'static str, Screen), usize>,
    /// How far reads trail.
    pub trails: BTreeMap<(Phase, Field), Trail>,
}

impl Organization {
    /// What the observations come to; they are sorted as [`Observed`] sorts.
    pub fn of(sorted: &[Observed]) -> Self {
        let mut organization = Self::default();
        for lines in sorted.chunk_by(|a, b| a.event() == b.event()) {
            organization.count_event(lines);
        }
        organization
    }

    fn count_event(&mut self, lines: &[Observed]) {
        let of_event = || lines.iter().filter(|line| line.is_of_event());
        self.events += usize::from(of_event().next().is_some());
        for plan in of_event().filter_map(|line| Some((line.phase, line.plan?))) {
            *self.plans.entry((plan.0, planned(plan.1))).or_default() += 1;
        }
        let (read, unread): (Vec<&Observed>, Vec<&Observed>) =
            lines.iter().filter(|line| line.reading.is_some()).partition(|line| line.is_read());
        self.readings.0 += read.len();
        self.readings.1 += unread.len();
        for (place, reading) in read.iter().enumerate() {
            let before = place.checked_sub(1).map(|place| read[place]);
            self.count_reading(reading, before);
        }
        let trailing: Vec<&Observed> = of_event().filter(|line| line.is_read()).collect();
        for field in [Field::SecurePause, Field::RecordingState] {
            if let Some(first) = trailing.first() {
                self.trails.entry((first.phase, field)).or_default().count(&trailing, field);
            }
        }
    }

    fn count_reading(&mut self, reading: &Observed, before: Option<&Observed>) {
        let Some(secure_pause) = reading.secure_pause else { return };
        let voice = reading.recording_state.unwrap_or(Voice::Untold);
        *self.moves.entry((situation(reading, before), secure_pause, voice)).or_default() += 1;
        for leg in &reading.legs {
            *self.screens.entry((reading.phase, standing(leg), leg.screen)).or_default() += 1;
        }
    }
}

impl Trail {
    fn count(&mut self, read: &[&Observed], field: Field) {
        let Some(first) = read.iter().find(|reading| follows(reading, field)) else {
            self.never += 1;
            return;
        };
        let number = first.reading.unwrap_or(1) as usize;
        self.shown[number.clamp(1, READINGS) - 1] += 1;
        self.longest_ms = self.longest_ms.max(Some(first.timestamp.since(first.event_time)));
    }
}

/// Whether a reading shows what its event told.
fn follows(reading: &Observed, field: Field) -> bool {
    match (field, reading.phase) {
        (Field::SecurePause, Phase::Started) => reading.secure_pause == Some(SecurePause::On),
        (Field::SecurePause, Phase::Ended) => reading.secure_pause == Some(SecurePause::Off),
        (Field::RecordingState, Phase::Started) => reading.recording_state == Some(Voice::Paused),
        (Field::RecordingState, Phase::Ended) => reading.recording_state == Some(Voice::Active),
    }
}

fn situation(reading: &Observed, before: Option<&Observed>) -> Situation {
    let live = |of: &Observed| -> Vec<_> {
        of.legs.iter().filter(|leg| leg.life == Life::Live).map(|leg| leg.participant_id).collect()
    };
    let has_joined =
        before.map(live).is_some_and(|before| live(reading).iter().any(|leg| !before.contains(leg)));
    let is_voice = |voice| reading.recording_state == Some(voice);
    if has_joined {
        Situation::Transfer
    } else if reading.secure_pause == Some(SecurePause::Unknown) && is_voice(Voice::Active) {
        Situation::Flow
    } else if reading.phase == Phase::Started {
        Situation::Pause
    } else if is_voice(Voice::Paused) {
        Situation::Hold
    } else {
        Situation::Resumed
    }
}

fn standing(leg: &Leg) -> &'static str {
    match (leg.life, leg.in_wrap_up) {
        (Life::Live, _) => "live",
        (Life::Alerting, _) => "alerting",
        (Life::Dead, true) => "in wrap-up",
        (Life::Dead, false) => "ended",
    }
}

fn planned(plan: Plan) -> &'static str {
    match plan {
        Plan::Act { action } => action.into(),
        Plan::Nothing(outcome) => outcome.into(),
    }
}
