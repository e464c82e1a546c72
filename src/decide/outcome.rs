//! How a request ends, how each target ends, and after which outcomes a watch message is done.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

/// How a request ends if it does not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, IntoStaticStr, VariantArray)]
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
    /// The event is late, and the conversation is no longer in secure pause.
    Stale,
    /// The secure pause ended before its pause was read back.
    Superseded,
    /// An `ended` event, and secure pause is still on: another one has begun.
    StillOn,
    /// A secure pause began during the resume: the screens were paused again.
    ResumeWithdrawn,
    /// Nobody can say whether the secure pause is over. The watch decides.
    Doubtful,
    /// `MODE=observe`: the plan was logged and nothing was sent.
    Observed,
    /// `MODE=pause-only`: the resume was not sent.
    PauseOnly,
    /// An event of another topic, or a snapshot that calls for nothing.
    Ignored,
    /// The direct door: nothing was to be done; what was read is in the answer.
    Reported,
    /// The direct door: the screens stay dark for now. The end of the secure pause, or the watch, resumes them.
    Deferred,
    /// The watch: nothing to do yet. The next check looks again.
    Watching,
    /// The watch: a screen was recorded during the secure pause, and is paused now.
    Repaired,
    /// The watch: the secure pause was over and screens were still dark. They are being recorded again.
    Recovered,
    /// A later check of the watch: the OAuth client's limit is reached, and pauses go first. The next check looks again.
    LeftForLater,
}

impl Outcome {
    /// Whether a check with this outcome is the last one of its message.
    pub const fn is_done(self) -> bool {
        match self {
            Self::ConversationOver | Self::Recovered | Self::NothingPaused | Self::Ignored | Self::Observed => true,
            // The secure pause goes on, or another does; or the brake holds the resume back.
            Self::Watching
            | Self::LeftForLater
            | Self::Repaired
            | Self::Superseded
            | Self::ResumeWithdrawn
            | Self::PauseOnly
            // A check never has one of these outcomes.
            | Self::Paused
            | Self::Resumed
            | Self::Stale
            | Self::StillOn
            | Self::Doubtful
            | Self::Reported
            | Self::Deferred => false,
        }
    }
}

/// The last known state of a target's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Read back as asked for.
    Verified,
    /// Acknowledged, and no reading since has shown the screen's state.
    Unverifiable,
    /// The pause ended the recording instead of pausing it.
    Terminated,
    /// There is no recording to pause.
    NotRecording,
    /// The leg has ended.
    Gone,
    /// Not done.
    Failed,
}
