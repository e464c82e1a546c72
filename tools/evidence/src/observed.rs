//! The lines of `MODE=observe`: what would have been done, and what three later readings told.

use serde::Deserialize;
use strum::IntoStaticStr;
use uuid::Uuid;

use crate::moment::Moment;
use crate::words::{Action, Door, Outcome, Phase};

/// A line of `"kind": "secure_pause_observed"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observed {
    /// The conversation.
    pub conversation_id: Uuid,
    /// When the secure pause started or ended, by the event.
    pub event_time: Moment,
    /// What the event told.
    pub phase: Phase,
    /// Which way the attempt came.
    pub door: Door,
    /// When the line was written: just after the reading.
    pub timestamp: Moment,
    /// Which reading after the event it is, from 1.
    pub reading: Option<u32>,
    /// What would have been done, where the line is no reading.
    pub plan: Option<Plan>,
    /// Secure pause, as the reading told it.
    pub secure_pause: Option<SecurePause>,
    /// The voice recording, as the reading told it.
    pub recording_state: Option<Voice>,
    /// Every agent's leg in it.
    #[serde(default)]
    pub legs: Vec<Leg>,
}

/// What would have been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// A pause or a resume.
    Act {
        /// Which of the two.
        action: Action,
    },
    /// Nothing, and that is how it would have ended.
    Nothing(Outcome),
}

/// Secure pause as a reading told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[expect(missing_docs, reason = "docs/design.md, \"Words\", says what each is")]
pub enum SecurePause {
    On,
    Off,
    Unknown,
}

/// The voice recording as a reading told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Voice {
    Active,
    Paused,
    Untold,
}

/// A leg of an agent in a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leg {
    /// Whose leg.
    pub participant_id: Option<Uuid>,
    /// How much of it is left.
    pub life: Life,
    /// Whether the agent writes up the call.
    pub in_wrap_up: bool,
    /// The state of its screen recording.
    pub screen: Screen,
}

/// How much of a leg is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "docs/design.md, \"Words\", says what each is")]
pub enum Life {
    Dead,
    Alerting,
    Live,
}

/// The state of a screen recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Screen {
    Requested,
    Active,
    Paused,
    Stopped,
    Error,
    Timeout,
    Unknown,
}

impl Observed {
    /// What an event is known by: its conversation, what it told, and when.
    pub fn event(&self) -> (Uuid, Phase, Moment) {
        (self.conversation_id, self.phase, self.event_time)
    }

    /// Whether it shows what the conversation was like.
    pub fn is_read(&self) -> bool {
        self.reading.is_some() && self.secure_pause.is_some()
    }

    /// Whether it follows the event itself, and no order and no check of the watch.
    pub fn is_of_event(&self) -> bool {
        self.door == Door::Event
    }
}

/// Reads a line of this kind.
///
/// None of a snapshot: it tells neither start nor end, so that nothing shows how far its readings trail.
///
/// # Errors
/// What is wrong with it, in our words.
pub fn parse(json: &[u8]) -> Result<Option<Observed>, &'static str> {
    #[derive(Deserialize)]
    struct Way {
        door: Door,
    }
    const UNDOCUMENTED: &str = "an observation whose fields are not as documented";
    let Way { door } = serde_json::from_slice(json).map_err(|_| UNDOCUMENTED)?;
    if door == Door::Snapshot {
        return Ok(None);
    }
    let observed: Observed = serde_json::from_slice(json).map_err(|_| UNDOCUMENTED)?;
    match (observed.reading, observed.plan) {
        (None, None) | (Some(_), Some(_)) => {
            Err("an observation with neither plan nor reading, or with both")
        }
        _ => Ok(Some(observed)),
    }
}
