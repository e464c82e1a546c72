//! Whose a log line is.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// The kind of a line.
#[derive(Deserialize)]
pub struct Head {
    /// None where the line is of another program's making.
    pub kind: Option<Kind>,
}

/// Kinds of lines that this tool reads, and all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An audit record.
    Audit,
    /// A line of `MODE=observe`.
    Observed,
    /// A line of proof.
    Proof,
    /// A line of a purge.
    Purge,
    /// Something else.
    Other,
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Any {
            Text(String),
            Other(IgnoredAny),
        }
        Ok(match Any::deserialize(deserializer)? {
            Any::Text(text) if text == "secure_pause_audit" => Self::Audit,
            Any::Text(text) if text == "secure_pause_observed" => Self::Observed,
            Any::Text(text) if text == "secure_pause_proof" => Self::Proof,
            Any::Text(text) if text == "secure_pause_purge" => Self::Purge,
            Any::Text(_) | Any::Other(_) => Self::Other,
        })
    }
}
