//! What can go wrong: one variant per reaction, each with a stable name for alarms and a remedy.

use std::fmt;

use lambda_runtime::Diagnostic;
use thiserror::Error;

use crate::config::ConfigFaults;
use crate::ids::TraceId;

/// A failure, as the caller of the function sees it.
///
/// The text says which operation failed, how, and what to do about it. It holds our own words, statuses
/// and trace ids: nothing that an event, a secret or an upstream's body said.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// Settings are missing or wrong; every event is answered so until they are mended.
    #[error("{0}; {remedy}", remedy = self.remedy())]
    InvalidConfig(ConfigFaults),
    /// The payload is not one the function serves; trying again cannot help.
    #[error("event: {0}; {remedy}", remedy = self.remedy())]
    InvalidEvent(&'static str),
    /// No client credentials could be had from Secrets Manager.
    #[error("secret: {0}; {remedy}", remedy = self.remedy())]
    CredentialsUnavailable(String),
    /// Genesys refuses the client credentials, or a token that was just issued.
    #[error("{0}; {remedy}", remedy = self.remedy())]
    CredentialsRejected(Answered),
    /// The OAuth client may not do this.
    #[error("{0}; {remedy}", remedy = self.remedy())]
    Forbidden(Answered),
    /// The conversation can be read, but the path of the screen recording does not exist.
    #[error("{0}, though the conversation can be read; {remedy}", remedy = self.remedy())]
    EndpointMissing(Answered),
    /// Genesys refuses to pause or resume this screen recording.
    #[error("{0}; {remedy}", remedy = self.remedy())]
    Rejected(Answered),
    /// The conversation cannot be read, so nobody knows whose screen it is.
    #[error("{0}; {remedy}", remedy = self.remedy())]
    ConversationUnreadable(Answered),
    /// Nobody on the conversation has a screen that could be paused.
    #[error("plan: no live agent leg was found on the conversation; {remedy}", remedy = self.remedy())]
    NoTarget,
    /// A screen was still being recorded when the time was over, however often it was paused.
    #[error("pause of the screen recording: acknowledged, and the screen is still being recorded; {remedy}", remedy = self.remedy())]
    NotPaused,
    /// A screen was still paused after two resumes.
    #[error("resume of the screen recording: acknowledged twice, and the screen is still paused; {remedy}", remedy = self.remedy())]
    NotResumed,
    /// Genesys asks for a pause longer than the time that is left.
    #[error("{0}; {remedy}", remedy = self.remedy())]
    RateLimited(Answered),
    /// Genesys did not answer, or answered that it cannot.
    #[error("{0}; {remedy}", remedy = self.remedy())]
    UpstreamUnavailable(Answered),
    /// The time Lambda gives ran out before anything else could be said.
    #[error("{0}: no time was left; {remedy}", remedy = self.remedy())]
    DeadlineExceeded(Operation),
    /// A fault of this program.
    #[error("internal: {0}; {remedy}", remedy = self.remedy())]
    Internal(&'static str),
}

/// The names by which alarms know the failures, by precedence: where several targets fail, the first of
/// these is returned.
pub const NAMES: [&str; 15] = [
    "InvalidConfig",
    "InvalidEvent",
    "CredentialsUnavailable",
    "CredentialsRejected",
    "Forbidden",
    "EndpointMissing",
    "Rejected",
    "ConversationUnreadable",
    "NoTarget",
    "NotPaused",
    "NotResumed",
    "RateLimited",
    "UpstreamUnavailable",
    "DeadlineExceeded",
    "Internal",
];

impl Error {
    /// Where the failure stands in [`NAMES`]; the lower, the sooner it is told.
    pub const fn precedence(&self) -> usize {
        match self {
            Self::InvalidConfig(_) => 0,
            Self::InvalidEvent(_) => 1,
            Self::CredentialsUnavailable(_) => 2,
            Self::CredentialsRejected(_) => 3,
            Self::Forbidden(_) => 4,
            Self::EndpointMissing(_) => 5,
            Self::Rejected(_) => 6,
            Self::ConversationUnreadable(_) => 7,
            Self::NoTarget => 8,
            Self::NotPaused => 9,
            Self::NotResumed => 10,
            Self::RateLimited(_) => 11,
            Self::UpstreamUnavailable(_) => 12,
            Self::DeadlineExceeded(_) => 13,
            Self::Internal(_) => 14,
        }
    }

    /// The stable name: the answer's `errorType`.
    pub const fn name(&self) -> &'static str {
        NAMES[self.precedence()]
    }

    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::InvalidConfig(_) => "mend them in the function's environment",
            Self::InvalidEvent(_) => {
                "compare it with those in events/ and with the EventBridge rule's pattern"
            }
            Self::CredentialsUnavailable(_) => {
                "check GENESYS_SECRET_ID, the secret's value and the role's right to read it"
            }
            Self::CredentialsRejected(_) => {
                "compare the client id and secret in Secrets Manager with the OAuth client in Genesys"
            }
            Self::Forbidden(_) => {
                "give the OAuth client's role the permission, in the division of the conversation"
            }
            Self::EndpointMissing(_) => "check SCREEN_RECORDING_PATH in this organization",
            Self::Rejected(_) => {
                "if this is how the organization says that a screen is not being recorded, \
                 add the status to NOT_RECORDED_STATUS, else ask Genesys support"
            }
            Self::ConversationUnreadable(_) => {
                "check GENESYS_REGION, and that the conversation belongs to this organization"
            }
            Self::NoTarget => "check who took the call, and whether its screen was recorded",
            Self::NotPaused => "stop the recording by hand, and ask Genesys support",
            Self::NotResumed => "resume it by hand if the secure pause is over, and ask Genesys support",
            Self::RateLimited(_) => "raise the organization's rate limit, or take load off the OAuth client",
            Self::UpstreamUnavailable(_) => "see the status page of Genesys Cloud, and the network between",
            Self::DeadlineExceeded(_) => "see the latency of Genesys, and the function's timeout",
            Self::Internal(_) => "keep the event and report this",
        }
    }

    /// How Genesys answered, where that is what went wrong.
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

    /// The one of two that is told first.
    #[must_use]
    pub fn or_sooner(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.precedence() < self.precedence() => other,
            _ => self,
        }
    }

    /// Whether no token could be had, so that no other request could be sent either.
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

/// A request the function makes, as error texts name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `POST /oauth/token`.
    Token,
    /// `GET /api/v2/tokens/me`.
    Permissions,
    /// `GET /api/v2/conversations/{id}`.
    Conversation,
    /// The `PUT` that pauses a screen recording.
    Pause,
    /// The `PUT` that resumes a screen recording.
    Resume,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "token",
            Self::Permissions => "permissions of the token",
            Self::Conversation => "conversation",
            Self::Pause => "pause of the screen recording",
            Self::Resume => "resume of the screen recording",
        })
    }
}

/// How Genesys answered an operation, in the terms that its support asks for.
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
}

impl Answered {
    /// Whether Genesys said that there is no such thing.
    pub const fn is_not_found(&self) -> bool {
        matches!(self.what, What::Status(404))
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
        }
        match &self.correlation {
            Some(id) => write!(f, " (correlation id {id})"),
            None => Ok(()),
        }
    }
}
