//! Whose screens a request is about: agent legs of the conversation.
//!
//! | to pause | whose |
//! |---|---|
//! | the initiator has a live leg | their live legs |
//! | ... and only listens in on each of them | every live agent leg |
//! | anything else, and `PAUSE_SCOPE=all-agents` | every live agent leg, and the initiator's legs in wrap-up |
//!
//! To resume: every live agent leg whose screen reads `paused` or is not reported. Secure pause belongs to the
//! conversation: once it is off, no live agent's screen has a reason to be dark. Never a leg in wrap-up: the
//! agent may still type the card after the caller has hung up.

use serde::Serialize;

use super::request::Request;
use crate::genesys::conversation::{Conversation, Life, Participant, Screen};

/// How the targets were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// By the user the request names.
    User,
    /// By the participant the request names.
    Participant,
    /// The initiator is not known, or does not matter: everyone.
    AllAgents,
    /// By the participant the event names, without reading the conversation.
    Unread,
}

/// Whether nothing can be sent for this leg, because it has no usable id, although its screen is not dark.
pub fn is_out_of_reach(leg: &&Participant) -> bool {
    leg.id().is_none() && leg.screen() != Screen::Paused
}

/// The agent legs of a conversation, as seen from one request.
pub struct Legs<'a> {
    request: &'a Request,
    conversation: &'a Conversation,
}

impl<'a> Legs<'a> {
    /// The legs of this reading.
    pub fn of(request: &'a Request, conversation: &'a Conversation) -> Self {
        Self { request, conversation }
    }

    /// Whom to pause, and how they were found. The screens' states do not matter here.
    pub fn to_pause(&self, all_agents: bool) -> (Vec<&'a Participant>, Resolution) {
        let is_party = !all_agents && !self.does_initiator_listen_in();
        if is_party && self.is_initiator_live() {
            return (self.select(|leg| self.is_own(leg) && self.is_live(leg)), self.named_by());
        }
        // The initiator is in wrap-up, or somebody took the call over, or the reading is stale.
        let in_wrap_up = |leg: &Participant| self.is_own(leg) && leg.is_in_wrap_up();
        let targets = self.select(|leg| self.is_live(leg) || in_wrap_up(leg));
        let is_user = self.request.user.is_some() && self.is_initiator_found();
        let is_named = is_party && (is_user || targets.iter().any(|leg| self.is_own(leg)));
        (targets, if is_named { self.named_by() } else { Resolution::AllAgents })
    }

    /// Whom to resume, and how they were found.
    pub fn to_resume(&self, all_agents: bool) -> (Vec<&'a Participant>, Resolution) {
        let is_dark = |leg: &Participant| matches!(leg.screen(), Screen::Paused | Screen::Unknown);
        let is_named = !all_agents && self.is_initiator_found();
        let resolution = if is_named { self.named_by() } else { Resolution::AllAgents };
        (self.select(|leg| self.is_live(leg) && !leg.is_in_wrap_up() && is_dark(leg)), resolution)
    }

    /// Every live agent leg.
    pub fn live(&self) -> Vec<&'a Participant> {
        self.select(|leg| self.is_live(leg))
    }

    /// Whether it is the initiator's leg. The user wins over the participant.
    pub fn is_own(&self, leg: &Participant) -> bool {
        match (self.request.user, self.request.participant) {
            (Some(user), _) => leg.is_of(user),
            (None, Some(participant)) => leg.id() == Some(participant),
            (None, None) => false,
        }
    }

    fn agents(&self) -> impl Iterator<Item = &'a Participant> {
        self.conversation.agent_legs()
    }

    fn select(&self, wanted: impl Fn(&Participant) -> bool) -> Vec<&'a Participant> {
        self.agents().filter(|leg| wanted(leg)).collect()
    }

    fn own_live(&self) -> impl Iterator<Item = &'a Participant> {
        self.agents().filter(|leg| self.is_own(leg) && self.is_live(leg))
    }

    fn is_initiator_live(&self) -> bool {
        self.own_live().next().is_some()
    }

    /// A supervisor who monitors or coaches takes no card: whoever talks to the customer does.
    fn does_initiator_listen_in(&self) -> bool {
        self.is_initiator_live() && self.own_live().all(Participant::listens_in)
    }

    fn is_initiator_found(&self) -> bool {
        self.agents().any(|leg| self.is_own(leg))
    }

    fn named_by(&self) -> Resolution {
        if self.request.user.is_some() { Resolution::User } else { Resolution::Participant }
    }

    /// An alerting leg is live only for the initiator, and only if it is all they have.
    fn is_live(&self, leg: &Participant) -> bool {
        let more = |other: &Participant| other.life() == Life::Live || other.is_in_wrap_up();
        match leg.life() {
            Life::Live => true,
            Life::Dead => false,
            Life::Alerting => {
                self.is_own(leg) && !self.agents().any(|other| self.is_own(other) && more(other))
            }
        }
    }
}
