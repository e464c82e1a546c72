//! What changed, when: secure pauses, legs, the voice recording and screen recordings.

use std::time::SystemTime;

use uuid::Uuid;

use super::{
    Voice,
    state::{Conversation, Participant, ScreenState},
};

/// One change in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it came true.
    pub at: SystemTime,
    /// Where.
    pub conversation: Uuid,
    /// What.
    pub happening: Happening,
}

/// What can change in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The conversation is there.
    Started,
    /// A secure pause began or ended.
    SecurePause(bool),
    /// The voice recording changed.
    Voice(Voice),
    /// A leg joined, alerting ones too, or left.
    Leg {
        /// Whose leg.
        participant: Uuid,
        /// Whether it is live from now on.
        live: bool,
    },
    /// A screen recording changed; none: not recorded.
    Screen {
        /// Whose screen.
        participant: Uuid,
        /// Its state from now on.
        state: Option<ScreenState>,
    },
    /// The conversation is over.
    Ended,
}

/// The changes between two states of a conversation.
pub(super) fn changes(before: &Conversation, after: &Conversation, hold_suppression: bool) -> Vec<Moment> {
    let at = SystemTime::now();
    let mut happenings = Vec::new();
    if before.secure_pause != after.secure_pause {
        happenings.push(Happening::SecurePause(after.secure_pause));
    }
    let voice = after.voice(hold_suppression);
    if before.voice(hold_suppression) != voice {
        happenings.push(Happening::Voice(voice));
    }
    for leg in &after.participants {
        let live = leg.is_live();
        if before.leg(leg.id).is_some_and(Participant::is_live) != live {
            happenings.push(Happening::Leg { participant: leg.id, live });
        }
    }
    let mut participants: Vec<Uuid> = before.screens.keys().chain(after.screens.keys()).copied().collect();
    participants.sort_unstable();
    participants.dedup();
    for participant in participants {
        let state = after.screens.get(&participant).copied();
        if before.screens.get(&participant).copied() != state {
            happenings.push(Happening::Screen { participant, state });
        }
    }
    if before.end.is_none() && after.end.is_some() {
        happenings.push(Happening::Ended);
    }
    happenings.into_iter().map(|happening| Moment { at, conversation: after.id, happening }).collect()
}
