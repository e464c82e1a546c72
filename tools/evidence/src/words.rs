//! The words of the audit record, of the lines of proof and of those of purges that the report decides by.
//!
//! They are a list of their own, although the function has the same words: the report reads logs of other versions of
//! the function too, and must not change with it. `tests/it/words.rs` holds the list to the schemas, and to
//! docs/operations.md.

use serde::Deserialize;
use strum::{EnumIter, IntoStaticStr};

/// How an attempt ended where it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "docs/reference.md says what each is")]
pub enum Outcome {
    Paused,
    Resumed,
    NothingPaused,
    ConversationOver,
    Stale,
    Superseded,
    StillOn,
    ResumeWithdrawn,
    Doubtful,
    Deferred,
    Watching,
    Repaired,
    Recovered,
    LeftForLater,
    Observed,
    PauseOnly,
    Ignored,
    Reported,
}

/// The name of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, EnumIter, IntoStaticStr)]
#[expect(missing_docs, reason = "docs/reference.md says what each is")]
pub enum Cause {
    InvalidConfig,
    InvalidEvent,
    CredentialsUnavailable,
    CredentialsRejected,
    Forbidden,
    EndpointMissing,
    Rejected,
    ConversationUnreadable,
    NoTarget,
    NotPaused,
    NotResumed,
    RateLimited,
    UpstreamUnavailable,
    DeadlineExceeded,
    Internal,
}

/// How an attempt ended: the outcome, or the error.
pub type Ending = Result<Outcome, Cause>;

/// The word for an ending, as the record has it.
pub fn word(ending: Ending) -> &'static str {
    ending.map_or_else(Into::into, Into::into)
}

impl Cause {
    /// The name of the error.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it speaks of the secret, the OAuth client or the settings: of something that stays wrong until
    /// somebody mends it.
    pub const fn is_set_up_wrong(self) -> bool {
        matches!(
            self,
            Self::InvalidConfig
                | Self::CredentialsUnavailable
                | Self::CredentialsRejected
                | Self::Forbidden
                | Self::EndpointMissing
        )
    }
}

/// Which way an attempt came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Door {
    /// An event by the rule.
    Event,
    /// A snapshot of the conversation by the rule.
    Snapshot,
    /// An order of a secure flow.
    Direct,
    /// A message of the watch queue.
    Watch,
}

/// What a target was to do, or would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Action {
    Pause,
    Resume,
}

/// What the event, or the order, told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Phase {
    /// A secure pause began.
    Started,
    /// A secure pause ended.
    Ended,
}

/// What a line of proof concludes, the worst last: of two lines that were written at the same time the worse counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// The time of the secure pause is not in the file of the screen recording.
    CutOut,
    /// Screens were recorded, and none during the secure pause.
    NotRecorded,
    /// No screen of the call was recorded.
    NoScreenRecording,
    /// The call had no secure pause.
    NoSecurePause,
    /// The call has no recording of any kind.
    NoRecording,
    /// An event told of a secure pause, and the audio recording has none.
    Unconfirmed,
    /// The time is in the file, and what it shows there is not known.
    NotProvable,
    /// The recordings could not be read, or contradict each other.
    Unknown,
    /// The screen was recorded during the secure pause.
    Exposed,
}

/// What made the function look at the recordings of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
pub enum Source {
    /// The event of a secure pause.
    #[serde(rename = "secure_pause")]
    #[strum(serialize = "secure_pause")]
    SecurePause,
    /// The end of a call.
    #[serde(rename = "customer.end")]
    #[strum(serialize = "customer.end")]
    CustomerEnd,
}

/// What came of having a recording deleted, in the order in which it is written: of two at the same time the last counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Purged {
    /// It was asked for, and Genesys does not show the date.
    Unconfirmed,
    /// Genesys shows the date of its deletion.
    Ordered,
    /// Nothing was changed.
    Refused,
    /// It was ordered, and Genesys shows the recording no more.
    Gone,
    /// Genesys shows it as deleted.
    Deleted,
}

/// Why a recording was not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// It is no screen recording.
    NotAScreen,
    /// The conversation is under legal hold.
    LegalHold,
    /// It is not known to be exposed.
    NotExposed,
    /// Genesys shows no such recording.
    NotShown,
}

/// What an organization's recorder does with a paused screen, by the function's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum PausedScreen {
    /// Nobody has tried.
    Unknown,
    /// It leaves the time out of the file.
    Cut,
    /// It stores the last picture for as long.
    Frozen,
    /// It stores something in place of the picture.
    Masked,
}
