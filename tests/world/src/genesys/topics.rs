//! The list of topics: which events the organization can send, and by which ways.

use serde_json::{Value, json};

use super::Genesys;
use crate::wire::{self, HttpResponse};

/// Which topics of use to a secure pause the organization has; it always has others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topics {
    /// The secure pause and all snapshots, by EventBridge and otherwise.
    All,
    /// The secure pause by EventBridge alone, snapshots by websocket alone.
    SecurePause,
    /// No secure pause; the snapshots of users for EventBridge, those of queues not.
    Snapshots,
    /// The secure pause and all snapshots, by websocket alone.
    Websocket,
    /// The secure pause in preview, by EventBridge; no snapshot.
    Preview,
    /// No secure pause and no snapshot.
    Absent,
}

const OTHERS: [&str; 4] = [
    "v2.detail.events.conversation.{id}.customer.end",
    "v2.detail.events.conversation.{id}.acw",
    "v2.users.{id}.presence",
    "v2.operations.events.{id}",
];
const SECURE_PAUSE: &str = "v2.detail.events.conversation.{id}.secure_pause";
const OF_USERS: [&str; 2] = ["v2.users.{id}.conversations", "v2.users.{id}.conversations.calls"];
const OF_QUEUES: [&str; 2] =
    ["v2.routing.queues.{id}.conversations", "v2.routing.queues.{id}.conversations.calls"];

impl Topics {
    fn list(self, with_preview: bool) -> Vec<Value> {
        const ALL: &str = "All";
        const WEBSOCKET: &str = "Websocket";
        const EVENT_BRIDGE: &str = "EventBridge";
        let (secure_pause, users, queues) = match self {
            Self::All => (Some(ALL), Some(ALL), Some(ALL)),
            Self::SecurePause => (Some(EVENT_BRIDGE), Some(WEBSOCKET), Some(WEBSOCKET)),
            Self::Snapshots => (None, Some(ALL), Some(WEBSOCKET)),
            Self::Websocket => (Some(WEBSOCKET), Some(WEBSOCKET), Some(WEBSOCKET)),
            Self::Preview => (with_preview.then_some(EVENT_BRIDGE), None, None),
            Self::Absent => (None, None, None),
        };
        let topics = OTHERS.map(|id| (id, Some(ALL))).into_iter();
        let topics = topics.chain([(SECURE_PAUSE, secure_pause)]);
        let topics = topics.chain(OF_USERS.map(|id| (id, users))).chain(OF_QUEUES.map(|id| (id, queues)));
        topics
            .filter_map(|(id, transport)| {
                let is_preview = self == Self::Preview && id == SECURE_PAUSE;
                let visibility = if is_preview { "Preview" } else { "Public" };
                Some(json!({ "id": id, "transports": [transport?], "visibility": visibility }))
            })
            .collect()
    }
}

impl Genesys {
    /// The list, which every client may read.
    pub(super) fn topics(&self, with_preview: bool) -> HttpResponse {
        let topics = self.state().organization.topics;
        wire::json(200, &json!({ "entities": topics.list(with_preview) }))
    }
}
