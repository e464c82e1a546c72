//! What the function is asked, whichever door it came by.

use serde::Serialize;
use time::OffsetDateTime;

use crate::genesys::Rank;
use crate::ids::{ConversationId, ParticipantId, UserId};

/// A request, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The door it came by.
    pub door: Door,
    /// What happened. A snapshot does not say, and an order that only asks for the status has nothing to say.
    pub phase: Option<Phase>,
    /// Whether it is an order for the voice recording, too.
    pub voice: bool,
    /// Whether it is the watch message of an order. Such an order stands for a while, see
    /// [`crate::config::Timing::old`].
    pub is_of_order: bool,
    /// The conversation it happened on.
    pub conversation: ConversationId,
    /// The user who did it, if the request names a usable id.
    pub user: Option<UserId>,
    /// The leg it was done on, if the request names a usable id.
    pub participant: Option<ParticipantId>,
    /// When it happened: the event's own time, the snapshot's, or the nearest thing to it.
    pub at: OffsetDateTime,
    /// What it does where Genesys' limit is reached. [`Rank::Later`] for the later checks of the watch.
    pub rank: Rank,
    /// How many optional fields were present but unusable.
    pub dropped: u32,
}

impl Request {
    /// Whether it is an order that only asks for the status.
    pub fn asks_for_status(&self) -> bool {
        self.door == Door::Direct && self.phase.is_none()
    }
}

/// How a request comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// An EventBridge event.
    Event,
    /// A snapshot of the conversation, by EventBridge too.
    Snapshot,
    /// A synchronous call by a secure call flow or an agent's script.
    Direct,
    /// A message of the watch queue.
    Watch,
}

/// The two ends of a secure pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// `secure_pause_started`, or an order to pause.
    Started,
    /// `secure_pause_ended`, or an order to resume.
    Ended,
}
