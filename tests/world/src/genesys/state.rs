//! The truth about every conversation, and its past for reads that trail writes.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// The state of a leg's screen recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreenState {
    /// Asked for, not yet running.
    Requested,
    /// Running.
    Active,
    /// Paused.
    Paused,
    /// Over.
    Stopped,
    /// Failed.
    Error,
    /// Never came to run.
    Timeout,
}

impl ScreenState {
    /// The word in a body.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Error => "error",
            Self::Timeout => "timeout",
        }
    }
}

/// The state of a conversation's voice recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Not recorded.
    None,
    /// Recorded.
    Active,
    /// Paused, by a secure pause or by hold suppression.
    Paused,
}

impl Voice {
    /// The word in a call; the conversation writes it in upper case.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Active => "active",
            Self::Paused => "paused",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Customer,
    Ivr,
    Workflow,
    Acd,
    Agent,
}

#[derive(Clone)]
pub(super) struct Call {
    pub id: Uuid,
    pub state: String,
    pub initial: &'static str,
    pub held: bool,
    pub start: OffsetDateTime,
    pub connected: Option<OffsetDateTime>,
    pub end: Option<OffsetDateTime>,
    pub disconnect: Option<&'static str>,
}

impl Call {
    pub(super) fn is_live(&self) -> bool {
        !matches!(self.state.as_str(), "disconnected" | "terminated" | "none")
    }
}

#[derive(Clone)]
pub(super) struct Participant {
    pub id: Uuid,
    pub purpose: Purpose,
    pub user: Option<Uuid>,
    pub start: OffsetDateTime,
    pub connected: Option<OffsetDateTime>,
    pub end: Option<OffsetDateTime>,
    pub wrap_up_start: Option<OffsetDateTime>,
    pub wrap_up_end: Option<OffsetDateTime>,
    pub consult: Option<Uuid>,
    pub consult_initiator: bool,
    pub calls: Vec<Call>,
}

impl Participant {
    pub(super) fn is_live(&self) -> bool {
        self.calls.iter().any(Call::is_live)
    }

    pub(super) fn in_wrap_up(&self) -> bool {
        self.wrap_up_start.is_some() && self.wrap_up_end.is_none()
    }
}

pub(super) type Edit = Arc<dyn Fn(&mut Value) + Send + Sync>;

#[derive(Clone)]
pub(super) struct Conversation {
    pub id: Uuid,
    pub start: OffsetDateTime,
    pub end: Option<OffsetDateTime>,
    pub queue: Uuid,
    pub division: Uuid,
    /// An agent has answered: from here on the voice is recorded.
    pub answered: bool,
    pub secure_pause: bool,
    pub participants: Vec<Participant>,
    /// Apart from the participants, because a served body has screens too.
    pub screens: BTreeMap<Uuid, ScreenState>,
    pub edits: Vec<Edit>,
    pub served: Option<Value>,
}

impl Conversation {
    pub(super) fn new(id: Uuid) -> Self {
        Self {
            id,
            start: OffsetDateTime::now_utc(),
            end: None,
            queue: Uuid::new_v4(),
            division: Uuid::new_v4(),
            answered: false,
            secure_pause: false,
            participants: Vec::new(),
            screens: BTreeMap::new(),
            edits: Vec::new(),
            served: None,
        }
    }

    pub(super) fn voice(&self, hold_suppression: bool) -> Voice {
        let mut calls = self.participants.iter().flat_map(|leg| &leg.calls).filter(|c| c.is_live());
        if self.end.is_some() || calls.clone().next().is_none() {
            Voice::None
        } else if self.secure_pause {
            Voice::Paused
        } else if !self.answered {
            Voice::None
        } else if hold_suppression && calls.any(|call| call.held) {
            Voice::Paused
        } else {
            Voice::Active
        }
    }

    pub(super) fn leg(&self, participant: Uuid) -> Option<&Participant> {
        self.participants.iter().find(|leg| leg.id == participant)
    }

    pub(super) fn leg_mut(&mut self, participant: Uuid) -> &mut Participant {
        self.participants
            .iter_mut()
            .find(|leg| leg.id == participant)
            .expect("a participant of this conversation")
    }

    pub(super) fn customer(&self) -> Option<Uuid> {
        self.participants.iter().find(|leg| leg.purpose == Purpose::Customer).map(|leg| leg.id)
    }

    /// The live leg of a user; of several, the newest.
    pub(super) fn live_leg_of(&self, user: Uuid) -> Option<Uuid> {
        let mut newest_first = self.participants.iter().rev();
        newest_first.find(|leg| leg.user == Some(user) && leg.is_live()).map(|leg| leg.id)
    }
}

/// A conversation now, and what it was since when.
pub(super) struct Tracked {
    pub now: Conversation,
    /// Oldest first; a state without a time has been there ever since.
    past: Vec<(Option<Instant>, Conversation)>,
}

impl Tracked {
    pub(super) fn new(conversation: Conversation) -> Self {
        Self { past: vec![(Some(Instant::now()), conversation.clone())], now: conversation }
    }

    pub(super) fn remember(&mut self) {
        self.past.push((Some(Instant::now()), self.now.clone()));
    }

    /// Forgets the past: from now on a lagging read finds the present state.
    pub(super) fn settle(&mut self) {
        self.past = vec![(None, self.now.clone())];
    }

    /// The state at a moment; none where the conversation was not there yet.
    pub(super) fn at(&self, moment: Instant) -> Option<&Conversation> {
        let mut newest_first = self.past.iter().rev();
        newest_first.find(|(since, _)| since.is_none_or(|since| since <= moment)).map(|(_, was)| was)
    }
}
