//! What this organization says, as the page shows it: rows of words and counts.

use crate::organization::{Organization, READINGS};
use crate::span::Span;
use crate::words::Phase;

/// The rows of the four tables.
pub struct Observations {
    /// Events that were observed.
    pub events: usize,
    /// Readings that could be made.
    pub read: usize,
    /// Readings that could not.
    pub unread: usize,
    /// What the event told, what would have been done, how often.
    pub plans: Vec<(&'static str, &'static str, usize)>,
    /// Situation, `securePause`, `recordingState`, how often.
    pub moves: Vec<(&'static str, &'static str, &'static str, usize)>,
    /// What the event told, what the leg was, the state of its screen, how often.
    pub screens: Vec<(&'static str, &'static str, &'static str, usize)>,
    /// What the event told, the field, and how far it trails.
    pub trails: Vec<Trailing>,
}

/// How far a field trails an event.
pub struct Trailing {
    /// What the event told.
    pub phase: &'static str,
    /// The field.
    pub field: &'static str,
    /// Events by the reading that first showed it.
    pub shown: [usize; READINGS],
    /// Events after which none did.
    pub never: usize,
    /// The longest time to the first reading that did, in words.
    pub longest: String,
}

impl Observations {
    /// The rows for an organization.
    pub fn of(organization: &Organization) -> Self {
        let phase = |phase: &Phase| -> &'static str { phase.into() };
        let plans = organization.plans.iter().map(|((told, plan), count)| (phase(told), *plan, *count));
        let moves = organization.moves.iter();
        let moves =
            moves.map(|((situation, pause, voice), n)| (situation.into(), pause.into(), voice.into(), *n));
        let screens = organization.screens.iter();
        let screens = screens.map(|((told, leg, screen), count)| (phase(told), *leg, screen.into(), *count));
        let trails = organization.trails.iter().map(|((told, field), trail)| Trailing {
            phase: phase(told),
            field: field.into(),
            shown: trail.shown,
            never: trail.never,
            longest: trail.longest_ms.map_or("–".to_owned(), |ms| Span(ms).to_string()),
        });
        Self {
            events: organization.events,
            read: organization.readings.0,
            unread: organization.readings.1,
            plans: plans.collect(),
            moves: moves.collect(),
            screens: screens.collect(),
            trails: trails.collect(),
        }
    }
}
