//! An event that somebody wrote down: what it is about, and what it needs to be served now.

use std::{error::Error, fmt, fs, path::Path};

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::genesys::{Genesys, ScreenState};

/// The members of an event that hold times.
const TIMES: [&str; 4] = ["/detail/eventBody/eventTime", "/detail/timestamp", "/time", "/snapshot/at"];

/// An event as it was written, with the times it had then.
#[derive(Clone, Debug)]
pub struct GivenEvent {
    bytes: Vec<u8>,
    event: Value,
}

/// The conversation that was staged for an event.
#[derive(Clone, Copy, Debug)]
pub struct Staged {
    /// Its id.
    pub conversation: Uuid,
    /// Whether the event starts a secure pause, or ends one.
    pub starts: bool,
    /// The user who did it.
    pub user: Uuid,
    /// The leg of that user.
    pub initiator: Uuid,
    /// The leg of another agent on the same conversation, whose screen is recorded too.
    pub other: Uuid,
}

/// Why there is no event; its text names the remedy.
#[derive(Debug)]
pub struct NoEvent(String);

impl fmt::Display for NoEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NoEvent {}

impl GivenEvent {
    /// The event in a file.
    ///
    /// # Errors
    /// Where the file cannot be read, or is no JSON.
    pub fn read(path: &Path) -> Result<Self, NoEvent> {
        let shown = path.display();
        let bytes = fs::read(path).map_err(|error| {
            NoEvent(format!("event file {shown} cannot be read: {error}; name one of those in events/"))
        })?;
        Self::parse(bytes).map_err(|error| NoEvent(format!("event file {shown} is {error}")))
    }

    /// The event in a text.
    ///
    /// # Errors
    /// Where it is no JSON.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, NoEvent> {
        // A file written on Windows may begin with a byte order mark.
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let event = serde_json::from_slice(text)
            .map_err(|error| NoEvent(format!("no JSON: {error}; Lambda would refuse it too")))?;
        Ok(Self { bytes, event })
    }

    /// The event, byte by byte as it was written.
    pub fn as_is(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// The event with the times it tells moved to `now`, each in its own form, and how many those are. A
    /// time that is none stays as it is.
    pub fn moved_to(&self, now: OffsetDateTime) -> (Vec<u8>, usize) {
        let mut event = self.event.clone();
        let mut moved = 0;
        for pointer in TIMES {
            if let Some(time) = event.pointer_mut(pointer)
                && let Some(new) = like(time, now)
            {
                *time = new;
                moved += 1;
            }
        }
        if moved == 0 { (self.bytes.clone(), 0) } else { (event.to_string().into_bytes(), moved) }
    }

    /// Stages the conversation that the event, the snapshot, the order of a secure flow, or the first message of a
    /// batch is about: two agents are on it, one of them with the ids it names, ids made up where it names none. None
    /// where it is no secure pause, or has no conversation. A conversation that is there already begins anew.
    pub fn stage(&self, genesys: &Genesys) -> Option<Staged> {
        let (starts, ids) = told(&self.event)?;
        let id = |name: &str| Uuid::try_parse(ids.get(name)?.as_str()?).ok();
        let conversation = id("conversationId")?;
        let user = id("userId").unwrap_or_else(Uuid::new_v4);
        let initiator = id("participantId").unwrap_or_else(Uuid::new_v4);
        genesys.start_call_as(conversation);
        let other = genesys.join(conversation, Uuid::new_v4());
        genesys.join_as(conversation, user, initiator);
        genesys.secure_pause(conversation, user);
        if !starts {
            genesys.set_screen(conversation, initiator, Some(ScreenState::Paused));
            genesys.end_secure_pause(conversation, user);
        }
        Some(Staged { conversation, starts, user, initiator, other })
    }
}

/// Whether a payload tells of a start or an end, and the member that names who and where.
fn told(payload: &Value) -> Option<(bool, Value)> {
    if let Some(message) = payload.pointer("/Records/0/body") {
        return told(&serde_json::from_str(message.as_str()?).ok()?);
    }
    if let Some(action) = payload.get("action") {
        return Some((action == "pause", payload.clone()));
    }
    if let Some(named) = payload.get("watch").or_else(|| payload.get("snapshot")) {
        return Some((true, named.clone()));
    }
    // By the event's type; where it has none, by its topic.
    let texts = ["/detail/eventBody/eventType", "/detail/topicName", "/detail-type"];
    let mut texts = texts.into_iter().filter_map(|pointer| payload.pointer(pointer)?.as_str());
    let starts = texts.find_map(|text| match text.rsplit('.').next()? {
        "secure_pause_started" => Some(true),
        "secure_pause_ended" => Some(false),
        _ => None,
    })?;
    Some((starts, payload.pointer("/detail/eventBody")?.clone()))
}

/// `now` in the form of `time`: epoch milliseconds as a number or in digits, or RFC 3339; none where
/// `time` is in neither.
fn like(time: &Value, now: OffsetDateTime) -> Option<Value> {
    let millis = now.unix_timestamp_nanos() / 1_000_000;
    match time {
        Value::Number(_) => Some(json!(i64::try_from(millis).ok()?)),
        Value::String(text) if text.parse::<i64>().is_ok() => Some(json!(millis.to_string())),
        Value::String(text) => {
            OffsetDateTime::parse(text, &Rfc3339).ok()?;
            now.truncate_to_millisecond().format(&Rfc3339).ok().map(Value::String)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_moved_in_their_own_form_and_what_is_no_time_stays() {
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("a time");
        let cases = [
            (json!(1_793_620_800_123_i64), Some(json!(1_800_000_000_000_i64))),
            (json!("1793620800123"), Some(json!("1800000000000"))),
            (json!("2026-11-02T12:00:00.123Z"), Some(json!("2027-01-15T08:00:00Z"))),
            (json!("yesterday"), None),
            (Value::Null, None),
        ];
        for (time, wanted) in cases {
            assert_eq!(like(&time, now), wanted, "{time}");
        }
    }

    #[test]
    fn whatever_door_it_came_by_it_tells_whether_it_starts_or_ends_and_where() {
        let ids = json!({ "conversationId": "c" });
        let event = json!({ "detail-type": "a.secure_pause_ended", "detail": { "eventBody": ids } });
        let batch = |body: &Value| json!({ "Records": [{ "body": body.to_string() }] });
        let order = json!({ "action": "pause", "conversationId": "c" });
        let cases = [
            (event.clone(), Some((false, ids.clone())), "an event"),
            (batch(&event), Some((false, ids.clone())), "a message that is one"),
            (order.clone(), Some((true, order)), "an order"),
            (batch(&json!({ "watch": ids })), Some((true, ids.clone())), "a message of an order"),
            (json!({ "snapshot": ids }), Some((true, ids.clone())), "a snapshot, as the rule hands it over"),
            (json!({ "detail-type": "a.user.end" }), None, "another topic"),
            (json!([42]), None, "nothing of the kind"),
        ];
        for (payload, wanted, reason) in cases {
            assert_eq!(told(&payload), wanted, "{reason}");
        }
    }

    #[test]
    fn an_event_without_times_is_sent_byte_by_byte() {
        let bytes = b"[ 42 ]".to_vec();
        let event = GivenEvent::parse(bytes.clone()).expect("JSON");
        assert_eq!(event.moved_to(OffsetDateTime::now_utc()), (bytes, 0));
    }
}
