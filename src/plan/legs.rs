//! Whose screens a request is about: the agent legs of a conversation, as seen from it.

use super::Resolution;
use crate::event::Request;
use crate::genesys::conversation::{Conversation, Life, Participant, Screen};

/// The agent legs of a conversation, as seen from one request.
pub(super) struct Legs<'a> {
    request: &'a Request,
    conversation: &'a Conversation,
}

impl<'a> Legs<'a> {
    pub(super) fn of(request: &'a Request, conversation: &'a Conversation) -> Self {
        Self { request, conversation }
    }

    /// Targets to pause, and how they were found.
    pub(super) fn to_pause(&self, all_agents: bool) -> (Vec<&'a Participant>, Resolution) {
        if all_agents {
            return (self.select(|leg| self.is_live(leg)), Resolution::AllAgents);
        }
        if self.is_initiator_live() {
            return (self.select(|leg| self.is_own(leg) && self.is_live(leg)), self.named_by());
        }
        if self.request.user.is_some() && self.is_initiator_found() {
            // They pressed secure pause, and yet none of their legs is live: they are in wrap-up, or
            // somebody took the call over, or the reading is stale.
            let wrap_up = |leg: &Participant| self.is_own(leg) && leg.is_in_wrap_up();
            return (self.select(|leg| self.is_live(leg) || wrap_up(leg)), Resolution::User);
        }
        (self.select(|leg| self.is_live(leg)), Resolution::AllAgents)
    }

    /// Targets to resume, and how they were found: never a screen that is known to be anything but paused.
    pub(super) fn to_resume(&self, all_agents: bool) -> (Vec<&'a Participant>, Resolution) {
        // Who was paused for want of a live leg of the initiator is to be resumed for want of one.
        let everyone = all_agents || !self.is_initiator_live();
        let legs = self.select(|leg| {
            let recordable = self.is_live(leg) || leg.is_in_wrap_up();
            recordable
                && match leg.screen() {
                    Screen::Paused => true,
                    Screen::Unknown => everyone || self.is_own(leg),
                    Screen::Requested
                    | Screen::Active
                    | Screen::Stopped
                    | Screen::Error
                    | Screen::Timeout => false,
                }
        });
        let is_named = !all_agents && self.is_initiator_found();
        (legs, if is_named { self.named_by() } else { Resolution::AllAgents })
    }

    fn agents(&self) -> impl Iterator<Item = &'a Participant> {
        self.conversation.agent_legs()
    }

    /// A leg without a usable id is passed over: nothing can be sent for it.
    fn select(&self, wanted: impl Fn(&Participant) -> bool) -> Vec<&'a Participant> {
        self.agents().filter(|leg| leg.id().is_some() && wanted(leg)).collect()
    }

    /// Whether it is the initiator's leg. The user wins over the participant.
    fn is_own(&self, leg: &Participant) -> bool {
        match (self.request.user, self.request.participant) {
            (Some(user), _) => leg.is_of(user),
            (None, Some(participant)) => leg.id() == Some(participant),
            (None, None) => false,
        }
    }

    fn is_initiator_live(&self) -> bool {
        self.agents().any(|leg| self.is_own(leg) && self.is_live(leg))
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
