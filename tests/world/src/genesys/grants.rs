//! What the roles of an OAuth client hold, as far as it is shown to it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Genesys, Rights};
use crate::wire::{self, HttpResponse};

impl Genesys {
    /// The roles of a client with these rights.
    pub(super) fn grants(&self, rights: Rights, pauses: bool) -> HttpResponse {
        let (shows_roles, may_pause_voices) = {
            let organization = &self.state().organization;
            (organization.shows_roles, organization.may_pause_voices)
        };
        let held = [
            (rights.conversations, "conversation", "communication", "view"),
            (pauses && may_pause_voices, "conversation", "recording", "pauseOthers"),
            (rights.voices, "recording", "recording", "view"),
            (rights.screens, "recording", "screenRecording", "view"),
        ];
        let policies: Vec<Value> = held
            .into_iter()
            .filter(|(is_held, ..)| *is_held)
            .map(|(_, domain, entity, action)| {
                json!({ "domain": domain, "entityName": entity, "actions": [action] })
            })
            .collect();
        let mut role = json!({ "id": Uuid::new_v4(), "name": "Sentinel Role" });
        if shows_roles {
            role["policies"] = policies.into();
        }
        let division = json!({ "id": Uuid::new_v4(), "name": "Sentinel Division" });
        wire::json(200, &json!({ "id": Uuid::new_v4(), "grants": [{ "role": role, "division": division }] }))
    }
}
