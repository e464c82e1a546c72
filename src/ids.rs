//! Ids as types: what is not one of these never reaches a URL, a log line or an answer.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

/// Defines an id that Genesys writes as a UUID, kept apart from the other ids by its type.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id in a JSON value; `None` for everything that is no text holding a UUID.
            pub fn from_json(value: &Value) -> Option<Self> {
                value.as_str().and_then(Self::parse)
            }

            /// The id in a text; `None` where it is no UUID.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::parse_str(text).ok().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

uuid_id!(
    /// A conversation: one interaction with a customer, however many people take part.
    ConversationId
);
uuid_id!(
    /// A user: an agent's account, the same on every leg.
    UserId
);
uuid_id!(
    /// A queue.
    QueueId
);
uuid_id!(
    /// A participant: one leg of one conversation. The same user may hold many.
    ParticipantId
);
uuid_id!(
    /// A recording: one stored file of a conversation.
    RecordingId
);

/// An id that another system made up to find its own records by: an EventBridge event id, a Genesys
/// correlation id, a Lambda request id. Often a UUID, not always.
///
/// It comes from outside and goes into the log, so it is let through only if it cannot be a card or
/// telephone number: ASCII letters, digits, `-`, `_` and `.`, at most [`TraceId::LONGEST`] of them, and,
/// behind the UUID it may begin with, never [`TraceId::DIGITS`] digits without a letter between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceId(String);

impl TraceId {
    /// Longest id let through, in characters: two UUIDs and a word.
    pub const LONGEST: usize = 100;
    /// So many digits in a row may be a telephone number: the shortest in use have seven.
    pub const DIGITS: usize = 7;
    /// A UUID in its usual form, in characters.
    const UUID: usize = 36;

    /// The id, or `None` where the text is not fit to be logged.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let rest = match text.get(..Self::UUID) {
            Some(head) if Uuid::try_parse(head).is_ok() => &text[Self::UUID..],
            _ => text,
        };
        let digits = |run: &str| run.bytes().filter(u8::is_ascii_digit).count();
        let numbers = rest.split(|c: char| c.is_ascii_alphabetic()).any(|run| digits(run) >= Self::DIGITS);
        (plain && !numbers && (1..=Self::LONGEST).contains(&text.len())).then(|| Self(text.to_owned()))
    }

    /// The id in a JSON value, as [`TraceId::parse`] sees it.
    pub fn from_json(value: &Value) -> Option<Self> {
        value.as_str().and_then(Self::parse)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for TraceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
