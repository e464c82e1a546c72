//! The data of the caller, of the agents' names and of upstream texts: marked, so that a leak can be found.

use serde_json::{Value, json};
use uuid::Uuid;

/// Values that occur in bodies, events and error texts and must never reach a log, an error or an answer.
#[derive(Clone)]
pub(crate) struct Caller {
    /// E.164, from a range that belongs to nobody.
    pub ani: String,
    pub dnis: String,
    pub name: String,
    pub agent_name: String,
    pub sip: String,
    pub account: String,
    pub note: String,
    /// Part of every error text of Genesys.
    pub upstream: String,
}

impl Caller {
    pub(crate) fn new() -> Self {
        let id = Uuid::new_v4();
        let mark = id.simple().to_string()[..8].to_owned();
        let line = u32::from(id.as_bytes()[15]) % 100;
        Self {
            ani: format!("+1202555{:04}", 100 + line),
            dnis: format!("+1800555{:04}", 199 - line),
            name: format!("Avery Quillfeather {mark}"),
            agent_name: format!("Robin Marlowhurst {mark}"),
            sip: format!("sip:leg-{mark}@edge.example.net"),
            account: format!("ACCOUNT-{mark}"),
            note: format!("asked about the invoice of {mark}"),
            upstream: format!("upstream-text-{mark}"),
        }
    }

    pub(crate) fn attributes(&self) -> Value {
        json!({ "accountNumber": self.account, "crmNote": self.note })
    }

    pub(crate) fn values(&self) -> Vec<String> {
        [
            &self.ani,
            &self.dnis,
            &self.name,
            &self.agent_name,
            &self.sip,
            &self.account,
            &self.note,
            &self.upstream,
        ]
        .map(Clone::clone)
        .to_vec()
    }
}
