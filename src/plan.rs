//! The decision: what one reading of a conversation calls for. Pure; the tables of docs/design.md are here.

mod legs;

use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;

use self::legs::Legs;
use crate::event::{Action, Door, Phase, Request};
use crate::genesys::conversation::{Conversation, Participant, Screen, SecurePause};
use crate::ids::ParticipantId;

/// The settings that the decision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether every live agent's screen is paused, not only the initiator's (`PAUSE_SCOPE`).
    pub all_agents: bool,
    /// Up to this age an event is fresh: reads may not show yet what it tells.
    pub fresh: Duration,
    /// Beyond this age an event is old: what it tells has most likely ended since.
    pub old: Duration,
}

/// Whether reading again may still change the picture: reads trail writes by up to three seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// There is time for another reading.
    Left,
    /// This reading is the last one.
    Spent,
}

/// What one reading leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A plan that another reading would not change.
    Settled(Plan),
    /// Read the conversation again.
    ReadAgain,
    /// The conversation does not exist, as far as Genesys tells.
    NoConversation,
    /// There is nobody to pause.
    NoTarget,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// Pause or resume these legs; there is at least one.
    Act {
        /// What to do to each of them.
        action: Action,
        /// The legs, in the order of the conversation.
        targets: Vec<ParticipantId>,
        /// How they were found.
        resolution: Resolution,
    },
    /// Nothing, and that is how it ends.
    Nothing(Outcome),
}

/// How the targets were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// By the user the event names.
    User,
    /// By the participant the event names.
    Participant,
    /// The initiator is not known, or does not matter: everyone.
    AllAgents,
    /// By the participant the event names, without reading the conversation.
    Unread,
}

/// How an attempt ends where it does not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The screens are paused.
    Paused,
    /// The screens are being recorded again.
    Resumed,
    /// There was no screen to resume.
    NothingPaused,
    /// The conversation has ended.
    ConversationOver,
    /// The event is late, and the conversation no longer bears it out.
    Stale,
    /// Another secure pause is on.
    Superseded,
    /// Whether the secure pause is over cannot be told, and the event is late.
    Doubtful,
    /// `MODE=observe`: the plan was logged and nothing was sent.
    Observed,
    /// `MODE=pause-only`: the resume was not sent.
    PauseOnly,
    /// An event of another topic.
    Ignored,
    /// The direct door: secure pause is on, so that its end will resume the screens.
    Deferred,
    /// The watch: secure pause goes on, and its screens are dark or cannot be told.
    Watching,
    /// The watch: a screen was recorded during the secure pause, and is paused now.
    Repaired,
    /// The watch: the secure pause was over with its screens still dark; they are being recorded again.
    Recovered,
}

impl Outcome {
    /// Every outcome there is.
    pub const ALL: [Self; 14] = [
        Self::Paused,
        Self::Resumed,
        Self::NothingPaused,
        Self::ConversationOver,
        Self::Stale,
        Self::Superseded,
        Self::Doubtful,
        Self::Observed,
        Self::PauseOnly,
        Self::Ignored,
        Self::Deferred,
        Self::Watching,
        Self::Repaired,
        Self::Recovered,
    ];
}

/// Decides what `request` calls for, given the conversation as read (`None`: Genesys knows none).
///
/// The same arguments always give the same decision.
pub fn decide(
    request: &Request,
    conversation: Option<&Conversation>,
    now: OffsetDateTime,
    policy: Policy,
    patience: Patience,
) -> Decision {
    let rules = Rules { request, policy, patience, age: now - request.at };
    match (request.door, request.phase) {
        (Door::Event, Phase::Started) => rules.started(conversation),
        (Door::Event, Phase::Ended) => rules.ended(conversation),
        (Door::Direct, Phase::Started) => rules.pause_ordered(conversation),
        (Door::Direct, Phase::Ended) => rules.resume_ordered(conversation),
        (Door::Watch, _) => rules.checked(conversation),
    }
}

/// The tables, a function for each part, a line for each row.
struct Rules<'a> {
    request: &'a Request,
    policy: Policy,
    patience: Patience,
    age: time::Duration,
}

impl Rules<'_> {
    fn started(&self, conversation: Option<&Conversation>) -> Decision {
        let (fresh, old) = (self.age <= self.policy.fresh, self.age > self.policy.old);
        let Some(conversation) = conversation else {
            return if old { self.again_or(OVER) } else { self.again_or(Decision::NoConversation) };
        };
        match conversation.secure_pause() {
            _ if conversation.is_over() => OVER,
            SecurePause::Off if !fresh => nothing(Outcome::Stale),
            SecurePause::Unknown if old => nothing(Outcome::Stale),
            _ => self.pause(conversation, |_| true),
        }
    }

    fn ended(&self, conversation: Option<&Conversation>) -> Decision {
        let Some(conversation) = conversation.filter(|conversation| !conversation.is_over()) else {
            return OVER;
        };
        match conversation.secure_pause() {
            SecurePause::On => self.again_or(nothing(Outcome::Superseded)),
            SecurePause::Unknown if self.age > self.policy.fresh => nothing(Outcome::Doubtful),
            SecurePause::Unknown | SecurePause::Off => self.resume(conversation),
        }
    }

    fn pause_ordered(&self, conversation: Option<&Conversation>) -> Decision {
        match conversation {
            None => self.again_or(Decision::NoConversation),
            Some(conversation) if conversation.is_over() => Decision::NoTarget,
            Some(conversation) => self.pause(conversation, |_| true),
        }
    }

    fn resume_ordered(&self, conversation: Option<&Conversation>) -> Decision {
        match conversation {
            None => nothing(Outcome::NothingPaused),
            Some(conversation) if conversation.secure_pause() == SecurePause::On => {
                nothing(Outcome::Deferred)
            }
            Some(conversation) => self.resume(conversation),
        }
    }

    fn checked(&self, conversation: Option<&Conversation>) -> Decision {
        let Some(conversation) = conversation.filter(|conversation| !conversation.is_over()) else {
            return OVER;
        };
        match conversation.secure_pause() {
            SecurePause::On => self.pause(conversation, |leg| leg.screen() != Screen::Paused),
            SecurePause::Off => self.resume(conversation),
            // Where only the voice's state tells a secure pause, this is how one looks, and a flow that ordered
            // a pause is under way. A screen that is seen recording meanwhile is darkened; one that is not
            // told is left alone.
            SecurePause::Unknown if self.is_of_start() && conversation.may_be_in_secure_pause() => {
                match self.pause(conversation, |leg| leg.screen() == Screen::Active) {
                    act @ Decision::Settled(_) => act,
                    _ => nothing(Outcome::Watching),
                }
            }
            SecurePause::Unknown => nothing(Outcome::Watching),
        }
    }

    fn is_of_start(&self) -> bool {
        self.request.phase == Phase::Started
    }

    /// Pauses whoever is to be paused and is `exposed`. The other doors take everyone for exposed: a stale
    /// reading of a screen's state must not cost a pause.
    fn pause(&self, conversation: &Conversation, exposed: impl Fn(&Participant) -> bool) -> Decision {
        let (legs, resolution) = Legs::of(self.request, conversation).to_pause(self.policy.all_agents);
        if legs.is_empty() {
            return self.again_or(Decision::NoTarget);
        }
        let targets: Vec<_> =
            legs.into_iter().filter(|leg| exposed(leg)).filter_map(Participant::id).collect();
        act(Action::Pause, targets, resolution).unwrap_or(nothing(Outcome::Watching))
    }

    fn resume(&self, conversation: &Conversation) -> Decision {
        let (legs, resolution) = Legs::of(self.request, conversation).to_resume(self.policy.all_agents);
        let targets = legs.into_iter().filter_map(Participant::id).collect();
        act(Action::Resume, targets, resolution).unwrap_or(nothing(Outcome::NothingPaused))
    }

    /// Another reading while there is time, since reads may trail; after that, `decision`.
    fn again_or(&self, decision: Decision) -> Decision {
        match self.patience {
            Patience::Left => Decision::ReadAgain,
            Patience::Spent => decision,
        }
    }
}

const OVER: Decision = nothing(Outcome::ConversationOver);

const fn nothing(outcome: Outcome) -> Decision {
    Decision::Settled(Plan::Nothing(outcome))
}

fn act(action: Action, targets: Vec<ParticipantId>, resolution: Resolution) -> Option<Decision> {
    (!targets.is_empty()).then_some(Decision::Settled(Plan::Act { action, targets, resolution }))
}
