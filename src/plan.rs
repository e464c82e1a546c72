//! The decision: what one reading of a conversation calls for. Pure; the tables of docs/design.md are here.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::event::{Action, Phase, Request};
use crate::genesys::conversation::{Conversation, Life, Participant, Screen, SecurePause};
use crate::ids::ParticipantId;

/// Up to this age an event is fresh: reads may not show yet what it tells.
pub const FRESH: Duration = Duration::seconds(30);
/// Beyond this age an event is old: what it tells has most likely ended since.
pub const OLD: Duration = Duration::minutes(10);

/// The settings that the decision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether every live agent's screen is paused, not only the initiator's (`PAUSE_SCOPE`).
    pub all_agents: bool,
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
    let nothing = |outcome| Decision::Settled(Plan::Nothing(outcome));
    let age = now - request.at;
    let (fresh, old) = (age <= FRESH, age > OLD);
    let Some(conversation) = conversation else {
        return match (request.phase, patience) {
            (Phase::Started, Patience::Left) => Decision::ReadAgain,
            (Phase::Started, Patience::Spent) if !old => Decision::NoConversation,
            _ => nothing(Outcome::ConversationOver),
        };
    };
    if conversation.is_over() {
        return nothing(Outcome::ConversationOver);
    }
    match (request.phase, conversation.secure_pause()) {
        (Phase::Started, SecurePause::Off) if !fresh => nothing(Outcome::Stale),
        (Phase::Started, SecurePause::Unknown) if old => nothing(Outcome::Stale),
        (Phase::Started, _) => pause(&Legs::of(request, conversation), policy, patience),
        (Phase::Ended, SecurePause::On) if patience == Patience::Left => Decision::ReadAgain,
        (Phase::Ended, SecurePause::On) => nothing(Outcome::Superseded),
        (Phase::Ended, SecurePause::Unknown) if !fresh => nothing(Outcome::Doubtful),
        (Phase::Ended, _) => resume(&Legs::of(request, conversation), policy),
    }
}

/// Targets to pause. Their screens' states do not matter: a stale read must not cost a pause.
fn pause(legs: &Legs<'_>, policy: Policy, patience: Patience) -> Decision {
    let any_own_live = legs.agents().any(|leg| legs.is_own(leg) && legs.is_live(leg));
    let (targets, resolution) = if !policy.all_agents && any_own_live {
        (legs.select(|leg| legs.is_own(leg) && legs.is_live(leg)), legs.named_by())
    } else if !policy.all_agents && legs.request.user.is_some() && legs.is_initiator_found() {
        // They pressed secure pause, and yet none of their legs is live: they are in wrap-up, or somebody
        // took the call over, or the reading is stale.
        let wrap_up = |leg: &Participant| legs.is_own(leg) && leg.is_in_wrap_up();
        (legs.select(|leg| legs.is_live(leg) || wrap_up(leg)), Resolution::User)
    } else {
        (legs.select(|leg| legs.is_live(leg)), Resolution::AllAgents)
    };
    match (targets.is_empty(), patience) {
        (false, _) => Decision::Settled(Plan::Act { action: Action::Pause, targets, resolution }),
        (true, Patience::Left) => Decision::ReadAgain,
        (true, Patience::Spent) => Decision::NoTarget,
    }
}

/// Targets to resume: never a screen that is known to be anything but paused.
fn resume(legs: &Legs<'_>, policy: Policy) -> Decision {
    let everyone = policy.all_agents || !legs.is_initiator_found();
    let targets = legs.select(|leg| {
        let recordable = legs.is_live(leg) || leg.is_in_wrap_up();
        recordable
            && match leg.screen() {
                Screen::Paused => true,
                Screen::Unknown => everyone || legs.is_own(leg),
                Screen::Requested | Screen::Active | Screen::Stopped | Screen::Error | Screen::Timeout => {
                    false
                }
            }
    });
    let resolution = if everyone { Resolution::AllAgents } else { legs.named_by() };
    Decision::Settled(if targets.is_empty() {
        Plan::Nothing(Outcome::NothingPaused)
    } else {
        Plan::Act { action: Action::Resume, targets, resolution }
    })
}

/// The agent legs of a conversation, as seen from one request.
struct Legs<'a> {
    request: &'a Request,
    conversation: &'a Conversation,
}

impl<'a> Legs<'a> {
    fn of(request: &'a Request, conversation: &'a Conversation) -> Self {
        Self { request, conversation }
    }

    fn agents(&self) -> impl Iterator<Item = &'a Participant> {
        self.conversation.agent_legs()
    }

    fn select(&self, wanted: impl Fn(&Participant) -> bool) -> Vec<ParticipantId> {
        self.agents().filter(|leg| wanted(leg)).filter_map(Participant::id).collect()
    }

    /// Whether it is the initiator's leg. The user wins over the participant.
    fn is_own(&self, leg: &Participant) -> bool {
        match (self.request.user, self.request.participant) {
            (Some(user), _) => leg.is_of(user),
            (None, Some(participant)) => leg.id() == Some(participant),
            (None, None) => false,
        }
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
