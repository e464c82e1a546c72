//! What an order that only asks for the status is answered: each live agent's screen, as read.
//!
//! Nothing was sent, so that no acknowledgement speaks for a screen whose state is not reported: it is not dark.

use serde::Serialize;

use super::history::Moment;
use crate::config::Timing;
use crate::genesys::conversation::{Participant, Screen};
use crate::ids::ParticipantId;

/// The screen of a live agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// The leg.
    pub participant_id: ParticipantId,
    /// Its screen recording.
    pub screen: Screen,
    /// Whether no frame of it is stored, as far as can be known.
    pub dark: bool,
    /// Since when readings have shown this state.
    #[serde(skip)]
    since: Moment,
}

impl Shown {
    /// The screens that a reading shows. `before`: what the reading before it showed.
    pub fn of(live: &[&Participant], began: Moment, before: &[Self], timing: &Timing) -> Vec<Self> {
        let shown = |leg: &&Participant| {
            let (participant_id, screen) = (leg.id()?, leg.screen());
            let same = before.iter().find(|it| (it.participant_id, it.screen) == (participant_id, screen));
            let since = same.map_or(began, |it| it.since);
            let dark = match screen {
                Screen::Paused => true,
                // A second file may have begun that this reading does not show.
                Screen::Stopped => began >= since + timing.lag,
                Screen::Requested | Screen::Active | Screen::Error | Screen::Timeout | Screen::Unknown => {
                    false
                }
            };
            Some(Self { participant_id, screen, dark, since })
        };
        live.iter().filter_map(shown).collect()
    }

    /// Whether another reading can show that all of them are dark: each is, or its recording has just ended.
    pub fn may_be_dark(all: &[Self]) -> bool {
        let may_be = |it: &Self| it.dark || it.screen == Screen::Stopped;
        all.iter().all(may_be) && !all.iter().all(|it| it.dark)
    }
}
