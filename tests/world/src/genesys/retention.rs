//! What becomes of a recording: its metadata, legal hold, the date of its deletion, and the deletion, which comes later.

use std::time::Instant;

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{Genesys, Rights, State};
use crate::wire::{self, HttpResponse, Request};

/// What a recording has that its metadata has not.
const MEDIA_ONLY: [&str; 3] = ["media", "users", "outputDurationMs"];
/// As many conversations as may be asked about at a time.
const ASKED_AT_ONCE: usize = 100;

impl Genesys {
    /// Puts a conversation under legal hold, or takes it off again.
    pub fn hold_recordings(&self, conversation: Uuid, on: bool) {
        let held = &mut self.state().held;
        if on {
            held.insert(conversation)
        } else {
            held.remove(&conversation)
        };
    }

    /// The recordings of a conversation as they are now; none where there is no such conversation.
    pub fn recordings(&self, conversation: Uuid) -> Option<Value> {
        let state = self.state();
        state.conversations.contains_key(&conversation).then(|| state.recordings_of(conversation))
    }

    /// One recording without its media.
    pub(super) fn metadata(&self, conversation: Uuid, recording: Uuid, rights: Rights) -> HttpResponse {
        let list = self.recordings(conversation).unwrap_or_default();
        let Some(found) = find(&list, recording).filter(|found| rights.see(found)) else {
            return self.error(404, "not.found");
        };
        let mut metadata = found.clone();
        if let Some(members) = metadata.as_object_mut() {
            members.retain(|name, _| !MEDIA_ONLY.contains(&name.as_str()));
        }
        wire::json(200, &metadata)
    }

    /// Those of the conversations that are under legal hold. Everybody may ask.
    pub(super) fn protected(&self, request: &Request) -> HttpResponse {
        let asked = conversations(&request.body).unwrap_or_default();
        let state = self.state();
        let held = asked.iter().filter(|id| state.held.contains(*id));
        wire::json(200, &held.map(|id| json!({ "id": id })).collect())
    }

    /// Sets the date at which a screen recording is deleted, and calls its export off; or only answers so, where it is
    /// not to take effect.
    pub(super) fn retain(
        &self,
        request: &Request,
        (conversation, recording): (Uuid, Uuid),
        rights: Rights,
        takes_effect: bool,
    ) -> HttpResponse {
        let mut list = self.recordings(conversation).unwrap_or_default();
        let Some(found) = find(&list, recording).filter(|found| rights.see(found)) else {
            return self.error(404, "not.found");
        };
        if found["media"] != "screen" || found["mediaSubtype"] != "Screen" {
            self.journal().complain(request, "only a screen recording is ever to be deleted");
            return self.error(403, "missing.permissions");
        }
        if !rights.retention {
            return self.error(403, "missing.permissions");
        }
        let mut state = self.state();
        if state.held.contains(&conversation) || found["fileState"] == "UPLOADING" {
            drop(state);
            return self.error(409, "conflict");
        }
        let at = delete_date(&request.body).filter(|_| takes_effect);
        let now = list.as_array_mut().into_iter().flatten().find(|it| is(it, recording));
        let Some((at, members)) = at.zip(now.and_then(Value::as_object_mut)) else {
            return wire::json(200, find(&list, recording).unwrap_or(&Value::Null));
        };
        // The time of the day is dropped.
        members.insert("deleteDate".to_owned(), json!(format!("{}T00:00:00.000Z", at.date())));
        members.remove("exportDate");
        let answer = wire::json(200, &json!(members));
        if at <= OffsetDateTime::now_utc() {
            state.deletions.insert(recording, Instant::now());
        }
        state.recordings.insert(conversation, list);
        answer
    }
}

impl State {
    /// Deletes of these recordings what was to be deleted and has waited for long enough.
    pub(super) fn delete_what_is_due(&self, recordings: &mut Vec<Value>) {
        let is_due = |it: &Value| {
            let id = it["id"].as_str().and_then(|id| Uuid::try_parse(id).ok());
            let ordered = id.and_then(|id| self.deletions.get(&id));
            ordered.is_some_and(|since| since.elapsed() >= self.organization.deletes_after)
        };
        if self.organization.forgets_deleted {
            recordings.retain(|it| !is_due(it));
        }
        for deleted in recordings.iter_mut().filter(|it| is_due(it)) {
            deleted["fileState"] = json!("DELETED");
            deleted["startTime"] = Value::Null;
            deleted["endTime"] = Value::Null;
        }
    }
}

/// The conversations that a question about legal hold names; none where it is no such question.
pub(super) fn conversations(body: &[u8]) -> Option<Vec<Uuid>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let members = body.as_object().filter(|members| members.len() == 1)?;
    let ids = members.get("conversationIds")?.as_array()?;
    let ids: Option<Vec<_>> = ids.iter().map(|id| Uuid::try_parse(id.as_str()?).ok()).collect();
    ids.filter(|ids| (1..=ASKED_AT_ONCE).contains(&ids.len()))
}

/// The one date that a change of retention sets; none where it sets none, or anything beside it.
pub(super) fn delete_date(body: &[u8]) -> Option<OffsetDateTime> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let members = body.as_object().filter(|members| members.len() == 1)?;
    OffsetDateTime::parse(members.get("deleteDate")?.as_str()?, &Rfc3339).ok()
}

fn find(list: &Value, recording: Uuid) -> Option<&Value> {
    list.as_array()?.iter().find(|it| is(it, recording))
}

fn is(it: &Value, recording: Uuid) -> bool {
    it["id"] == json!(recording)
}
