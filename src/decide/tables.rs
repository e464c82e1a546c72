//! The decision tables: what one reading calls for at each door. A row a line, with its reason.

#![expect(clippy::match_same_arms, reason = "a row a line, each with its reason")]

use std::time::Duration;

use super::outcome::Outcome;
use super::request::{Door, Phase};
use crate::config::Timing;
use crate::genesys::conversation::{Conversation, SecurePause};

/// What a reading says, in the words of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Genesys knows no such conversation.
    Missing,
    /// It has ended, and no agent is in wrap-up.
    Over,
    /// Secure pause is on.
    On,
    /// Secure pause is off.
    Off,
    /// It is not known, but there is a sign of one: the voice is paused, or a flow's leg is live.
    Sign,
    /// It is not known.
    Unknown,
}

impl Reads {
    /// What this reading says.
    pub fn of(conversation: Option<&Conversation>) -> Self {
        let Some(conversation) = conversation else { return Self::Missing };
        match conversation.secure_pause() {
            _ if conversation.is_over() => Self::Over,
            SecurePause::On => Self::On,
            SecurePause::Off => Self::Off,
            SecurePause::Unknown if conversation.has_sign() => Self::Sign,
            SecurePause::Unknown => Self::Unknown,
        }
    }
}

/// What the tables decide by.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// The door of the request.
    pub door: Door,
    /// Its phase; none of a snapshot, and of an order that only asks for the status.
    pub phase: Option<Phase>,
    /// Whether it is the watch message of an order.
    pub is_of_order: bool,
    /// What the reading says.
    pub reads: Reads,
    /// How old the event, order or message is.
    pub age: time::Duration,
    /// How long readings have said the same.
    pub said_for: Duration,
    /// Whether every live agent's screen reads `active`, and there is one.
    pub is_all_active: bool,
    /// What the screens wait for, if it is an order to resume the voice, too.
    pub voice: Await,
    /// Whether a screen's recording has just ended, so that the status is not known yet.
    pub may_be_dark: bool,
}

/// What an order to resume waits for before it resumes a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Await {
    /// Nothing.
    Nothing,
    /// Readings that began before the request for the voice was answered, or given up, say nothing of it.
    Answer,
    /// Reads may lag behind that answer.
    Lag,
}

/// What a reading calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Pause the targets whose screens are exposed.
    Pause(Exposed),
    /// Resume the targets.
    Resume,
    /// Read again. If no time is left, end like this.
    Look(End),
    /// End like this.
    End(End),
}

/// Whose screens count as exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposed {
    /// Everyone's: a stale reading of a screen's state must not cost a pause.
    All,
    /// Those whose screen does not read `paused`.
    NotPaused,
    /// Those whose screen reads `active`, and still does a lag later.
    StillActive,
}

/// How it ends if nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With this outcome.
    Outcome(Outcome),
    /// With [`crate::error::Error::NoTarget`].
    NoTarget,
    /// With [`crate::error::Error::ConversationUnreadable`].
    NoConversation,
}

/// Two readings that miss the conversation are this far apart before it counts as gone.
pub const BETWEEN_MISSES: Duration = Duration::from_secs(1);
/// A snapshot's readings are this far apart before anything is sent: many snapshots come of one change.
pub const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// The row that fits.
pub fn rule(it: &Situation, timing: &Timing) -> Rule {
    match (it.door, it.phase) {
        (Door::Event, Some(Phase::Ended)) => ended(it, timing),
        (Door::Event, _) => started(it, timing),
        (Door::Direct, Some(Phase::Ended)) => resume_ordered(it),
        (Door::Direct, None) => status_ordered(it, timing),
        (Door::Direct, Some(Phase::Started)) => pause_ordered(it, timing),
        (Door::Snapshot, _) => reconciled(it, timing),
        (Door::Watch, _) => checked(it, timing),
    }
}

fn started(it: &Situation, timing: &Timing) -> Rule {
    let (fresh, old) = (it.age <= timing.fresh, it.age > timing.old);
    match it.reads {
        Reads::Missing if it.said_for < timing.lag => Rule::Look(missing(old)), // it may not be there yet
        Reads::Missing => Rule::End(missing(old)),
        Reads::Over => ends(Outcome::ConversationOver),
        Reads::Off if !fresh => ends(Outcome::Stale), // it has ended since
        Reads::Unknown | Reads::Sign if old => ends(Outcome::Stale), // in doubt, and too long ago
        Reads::Off => Rule::Pause(Exposed::All),      // the reading may be older than the event
        Reads::On | Reads::Unknown | Reads::Sign => Rule::Pause(Exposed::All), // in doubt, pause
    }
}

fn ended(it: &Situation, timing: &Timing) -> Rule {
    let (fresh, trails) = (it.age <= timing.fresh, it.age <= timing.lag);
    match it.reads {
        Reads::Missing => missed_twice(it, Outcome::ConversationOver),
        Reads::Over => ends(Outcome::ConversationOver),
        Reads::On if it.said_for < timing.lag => looks(Outcome::StillOn), // it may be older than the event
        Reads::On => ends(Outcome::StillOn),                              // another one is on
        Reads::Sign if trails => looks(Outcome::Doubtful),                // the sign may be the old one's
        Reads::Sign => ends(Outcome::Doubtful),                           // nothing is sent on a sign
        Reads::Unknown if !fresh => ends(Outcome::Doubtful),              // in doubt, do not resume
        Reads::Unknown => Rule::Resume,                                   // nothing speaks against it
        Reads::Off => Rule::Resume,
    }
}

fn pause_ordered(it: &Situation, timing: &Timing) -> Rule {
    match it.reads {
        Reads::Missing if it.said_for < timing.lag => Rule::Look(End::NoConversation),
        Reads::Missing => Rule::End(End::NoConversation),
        Reads::Over => Rule::End(End::NoTarget),
        // The flow knows better than the voice.
        Reads::On | Reads::Off | Reads::Sign | Reads::Unknown => Rule::Pause(Exposed::All),
    }
}

fn resume_ordered(it: &Situation) -> Rule {
    match it.reads {
        Reads::Missing => missed_twice(it, Outcome::NothingPaused),
        Reads::Over => ends(Outcome::NothingPaused),
        Reads::On if it.voice != Await::Nothing => looks(Outcome::Deferred), // the voice's resume ends it
        Reads::On => ends(Outcome::Deferred), // the secure pause's own end resumes
        // The voice first, the screens last.
        Reads::Off | Reads::Sign | Reads::Unknown if it.voice == Await::Answer => looks(Outcome::Deferred),
        // The flow that orders it is the sign itself.
        Reads::Off | Reads::Sign | Reads::Unknown => Rule::Resume,
    }
}

fn reconciled(it: &Situation, timing: &Timing) -> Rule {
    let trails = it.age <= timing.lag;
    match it.reads {
        Reads::Missing => missed_twice(it, Outcome::Ignored),
        Reads::Over => ends(Outcome::Ignored),
        Reads::On => Rule::Pause(Exposed::NotPaused),
        Reads::Off => Rule::Resume,
        Reads::Sign | Reads::Unknown if trails => looks(Outcome::Ignored), // it may be older than the snapshot
        Reads::Sign | Reads::Unknown => ends(Outcome::Ignored),            // in doubt, the watch decides
    }
}

fn status_ordered(it: &Situation, timing: &Timing) -> Rule {
    match it.reads {
        Reads::Missing if it.said_for < timing.lag => Rule::Look(End::NoConversation),
        Reads::Missing => Rule::End(End::NoConversation),
        Reads::Over => ends(Outcome::ConversationOver),
        // A second recording may have begun.
        Reads::On | Reads::Off | Reads::Sign | Reads::Unknown if it.may_be_dark => looks(Outcome::Reported),
        Reads::On | Reads::Off | Reads::Sign | Reads::Unknown => ends(Outcome::Reported),
    }
}

fn checked(it: &Situation, timing: &Timing) -> Rule {
    let stands = it.is_of_order && it.age <= timing.old;
    match it.reads {
        Reads::Missing => missed_twice(it, Outcome::ConversationOver),
        Reads::Over => ends(Outcome::ConversationOver),
        Reads::On => Rule::Pause(Exposed::NotPaused),
        // Organizations that report secure pause through the voice alone show a start only so.
        Reads::Sign if it.phase == Some(Phase::Started) => Rule::Pause(Exposed::StillActive),
        Reads::Off | Reads::Unknown if stands && it.is_all_active => ends(Outcome::NothingPaused), // its resume came
        Reads::Off if stands => ends(Outcome::Watching), // a flow may show nowhere
        Reads::Off => Rule::Resume,
        Reads::Sign | Reads::Unknown => ends(Outcome::Watching), // in doubt, do not resume
    }
}

const fn missing(old: bool) -> End {
    if old { End::Outcome(Outcome::ConversationOver) } else { End::NoConversation }
}

/// One reading that misses the conversation is not enough to stop.
fn missed_twice(it: &Situation, outcome: Outcome) -> Rule {
    if it.said_for < BETWEEN_MISSES { looks(outcome) } else { ends(outcome) }
}

const fn looks(outcome: Outcome) -> Rule {
    Rule::Look(End::Outcome(outcome))
}

const fn ends(outcome: Outcome) -> Rule {
    Rule::End(End::Outcome(outcome))
}
