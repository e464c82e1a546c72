//! What can go wrong: one variant per reaction, each with a stable name for alarms and a remedy.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use lambda_runtime::Diagnostic;
use thiserror::Error;

use crate::config::ConfigFaults;
use crate::ids::TraceId;

/// The table of failures, by precedence: where several targets fail, the first of these is returned. A row has the
/// variant, its text and what to do about it.
macro_rules! failures {
    ($($(#[doc = $doc:literal])* $name:ident $(($held:ty))?: $text:literal, $remedy:literal;)*) => {
        /// A failure, as the caller of the function sees it.
        ///
        /// The text says which operation failed, how, and what to do about it. It holds our own words, statuses
        /// and trace ids: nothing that an event, a secret or an upstream's body said.
        #[derive(Clone, Debug, PartialEq, Error)]
        pub enum Error {
            $($(#[doc = $doc])* #[error($text, remedy = self.remedy())] $name $(($held))?,)*
        }

        /// The names by which alarms know the failures, by precedence.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        impl Error {
            /// The stable name: the answer's `errorType`.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name),)*
                }
            }

            /// What to do about it.
            pub const fn remedy(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $remedy,)*
                }
            }
        }
    };
}

failures! {
    /// Settings are missing or wrong. Every event gets this answer until they are corrected.
    InvalidConfig(ConfigFaults): "{0}; {remedy}", "correct them in the function's environment";
    /// The function does not serve such a payload. Trying again cannot help.
    InvalidEvent(&'static str): "event: {0}; {remedy}",
        "compare it with those in events/ and with the EventBridge rule's pattern";
    /// The client credentials could not be read from Secrets Manager.
    CredentialsUnavailable(String): "secret: {0}; {remedy}",
        "check GENESYS_SECRET_ID (of recordings, RECORDINGS_SECRET_ID), the secret's value and the role's right to read it";
    /// Genesys refuses the client credentials, or a token that was just issued.
    CredentialsRejected(Answered): "{0}; {remedy}",
        "compare the client id and secret in Secrets Manager with the OAuth client in Genesys";
    /// The OAuth client may not do this.
    Forbidden(Answered): "{0}; {remedy}",
        "give the OAuth client's role the permission, in the division of the conversation";
    /// The conversation can be read, but the path of the screen recording does not exist.
    EndpointMissing(Answered): "{0}, though the conversation can be read; {remedy}",
        "check SCREEN_RECORDING_PATH in this organization";
    /// Genesys refuses to pause or resume this screen recording.
    Rejected(Answered): "{0}; {remedy}",
        "if this is how the organization says that a screen is not being recorded, \
         add the status to NOT_RECORDED_STATUS, else ask Genesys support";
    /// The conversation cannot be read, so nobody knows whose screen it is.
    ConversationUnreadable(Answered): "{0}; {remedy}",
        "check GENESYS_REGION, and that the conversation belongs to this organization";
    /// Nobody on the conversation has a screen that could be paused.
    NoTarget: "plan: no live agent leg was found on the conversation, or one was found that has no id; {remedy}",
        "check who took the call, and whether its screen was recorded";
    /// A screen was still being recorded when the time was over, although it was paused again and again. Or, for an
    /// order, it was not known to be dark.
    NotPaused: "pause of the screen recording: acknowledged, and the screen is not known to be dark; {remedy}",
        "stop the recording by hand, and ask Genesys support";
    /// A screen was still paused after its resume, and after a second one if there was time for it.
    NotResumed: "resume of the screen recording: acknowledged, and the screen is still paused; {remedy}",
        "resume it by hand if the secure pause is over, and ask Genesys support";
    /// Genesys asks to wait for longer than the time that is left.
    RateLimited(Answered): "{0}; {remedy}",
        "raise the organization's rate limit, or take load off the OAuth client";
    /// Genesys did not answer, or answered that it cannot.
    UpstreamUnavailable(Answered): "{0}; {remedy}",
        "look at the status page of Genesys Cloud, and at the network between";
    /// The time Lambda gives ran out before anything else could be said.
    DeadlineExceeded(Operation): "{0}: no time was left; {remedy}",
        "look at the latency of Genesys, and at the function's timeout";
    /// A defect of this program.
    Internal(&'static str): "internal: {0}; {remedy}", "keep the event and report this";
}

impl Error {
    /// The place of the failure in [`NAMES`]. If there are several failures, the one with the lowest is returned.
    pub fn precedence(&self) -> usize {
        NAMES.iter().position(|name| *name == self.name()).unwrap_or(NAMES.len())
    }

    /// How Genesys answered, if that is what went wrong.
    pub const fn answered(&self) -> Option<&Answered> {
        match self {
            Self::CredentialsRejected(answered)
            | Self::Forbidden(answered)
            | Self::EndpointMissing(answered)
            | Self::Rejected(answered)
            | Self::ConversationUnreadable(answered)
            | Self::RateLimited(answered)
            | Self::UpstreamUnavailable(answered) => Some(answered),
            _ => None,
        }
    }

    /// The one of two failures that is returned.
    #[must_use]
    pub fn or_sooner(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.precedence() < self.precedence() => other,
            _ => self,
        }
    }

    /// Whether the request gave way to pauses: see [`crate::genesys::Rank::Later`].
    pub fn is_for_later(&self) -> bool {
        matches!(self, Self::RateLimited(Answered { what: What::LimitReached, .. }))
    }

    /// Whether no token could be fetched. Then no other request can be sent either.
    pub const fn is_without_token(&self) -> bool {
        match self {
            Self::CredentialsUnavailable(_) => true,
            Self::CredentialsRejected(answered) | Self::Forbidden(answered) => {
                matches!(answered.operation, Operation::Token)
            }
            _ => false,
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        Self { error_type: error.name().to_owned(), error_message: error.to_string() }
    }
}

/// A request that the function sends, as error texts name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `POST /oauth/token`.
    Token,
    /// `GET /api/v2/tokens/me`, `GET /api/v2/authorization/subjects/me`.
    Permissions,
    /// `GET /api/v2/notifications/availabletopics`.
    Topics,
    /// `GET /api/v2/conversations/{id}`.
    Conversation,
    /// `GET /api/v2/conversations/{id}/recordings`.
    Recordings,
    /// The `PUT` that pauses a screen recording.
    Pause,
    /// The `PUT` that resumes a screen recording.
    Resume,
    /// The `PUT` that pauses the voice recording.
    PauseVoice,
    /// The `PUT` that resumes the voice recording.
    ResumeVoice,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "token",
            Self::Permissions => "permissions of the token",
            Self::Topics => "list of topics",
            Self::Conversation => "conversation",
            Self::Recordings => "recordings",
            Self::Pause => "pause of the screen recording",
            Self::Resume => "resume of the screen recording",
            Self::PauseVoice => "pause of the voice recording",
            Self::ResumeVoice => "resume of the voice recording",
        })
    }
}

/// How Genesys answered an operation, with what its support asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What was asked.
    pub operation: Operation,
    /// What came back.
    pub what: What,
    /// Genesys' own id of the request, from its header or the error body's `contextId`.
    pub correlation: Option<TraceId>,
}

/// What came back for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An HTTP status.
    Status(u16),
    /// No connection could be made.
    Unreachable,
    /// The connection broke before the answer was whole.
    Broken,
    /// No answer within the time of one attempt.
    TimedOut,
    /// A success whose body is larger than any conversation.
    TooLarge,
    /// A success whose body is not what the API promises.
    Unreadable,
    /// It gave way, because Genesys refuses the OAuth client more requests.
    LimitReached,
}

impl Answered {
    /// Whether it was answered with one of these statuses.
    pub fn is_status_of(&self, statuses: &BTreeSet<u16>) -> bool {
        matches!(self.what, What::Status(status) if statuses.contains(&status))
    }

    /// The error for a refused pause or resume, if no reading explains the refusal.
    pub fn refusal(&self) -> Error {
        match self.what {
            What::Status(404 | 405) => Error::EndpointMissing(self.clone()),
            _ => Error::Rejected(self.clone()),
        }
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        match self.what {
            What::Status(status) => write!(f, "answered with status {status}")?,
            What::Unreachable => f.write_str("no connection")?,
            What::Broken => f.write_str("the connection broke")?,
            What::TimedOut => f.write_str("no answer in time")?,
            What::TooLarge => f.write_str("answered with more than 2 MiB")?,
            What::Unreadable => f.write_str("answered with a body that cannot be read")?,
            What::LimitReached => f.write_str("left for later, as the OAuth client's limit is reached")?,
        }
        match &self.correlation {
            Some(id) => write!(f, " (correlation id {id})"),
            None => Ok(()),
        }
    }
}

/// A failed attempt, and whether another may follow.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What to report if none follows.
    pub error: Error,
    /// When the next may be made.
    pub retry: Retry,
}

/// When a failed attempt may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never: the answer will not change.
    Never,
    /// At once: the failed attempt has removed the cause.
    Now,
    /// At once the first time, then after a backoff: a connection broke, and the next attempt opens a new one.
    Reconnect,
    /// After a backoff: exponential with jitter.
    Backoff,
    /// After a backoff, but no sooner than the upstream asks to, if there is time for that.
    Later(Duration),
    /// When the upstream asks to. If it names no time, after a backoff.
    After(Duration),
    /// With the same token, as [`Retry::After`]. With another token, at once, because its requests are counted apart.
    TokenLimit(Duration),
}
