//! A conversation as `GET /api/v2/conversations/{id}` tells it.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Organization, Voice,
    state::{Call, Conversation, Participant, Purpose},
};
use crate::{caller::Caller, clock::iso_millis};

/// Media a participant lists although this one has none of them.
const OTHER_MEDIA: [&str; 9] = [
    "callbacks",
    "chats",
    "cobrowsesessions",
    "emails",
    "messages",
    "screenshares",
    "socialExpressions",
    "videos",
    "internalMessages",
];

/// Renders the state, or the served body, and applies the edits.
pub(super) fn render(it: &Conversation, organization: &Organization, caller: &Caller) -> Value {
    let mut body = match &it.served {
        Some(body) => body.clone(),
        None => conversation(it, organization, caller),
    };
    for edit in &it.edits {
        edit(&mut body);
    }
    body
}

/// The smaller form of a rendered conversation, as the topics of calls have it: what a leg's call holds stands in the leg
/// itself, and user and queue are members of their own.
pub(super) fn of_call(larger: &Value) -> Value {
    let leg = |larger: &Value| {
        let call = larger["calls"].as_array().and_then(|calls| calls.last());
        let mut leg = json!({ "wrapupRequired": larger["wrapupRequired"] });
        for name in LEG {
            copy(larger, &mut leg, name);
        }
        for name in CALL {
            copy(call.unwrap_or(&Value::Null), &mut leg, name);
        }
        for (id, whose) in [("userId", "user"), ("queueId", "queue")] {
            if let Some(id) = larger.get(id) {
                leg[whose] = json!({ "id": id });
            }
        }
        leg
    };
    let legs = larger["participants"].as_array();
    let participants: Vec<Value> = legs.into_iter().flatten().map(leg).collect();
    json!({ "id": larger["id"], "participants": participants, "otherMediaUris": [], "maxParticipants": 0 })
}

/// What the smaller form has of a leg.
const LEG: [&str; 13] = [
    "id",
    "name",
    "address",
    "startTime",
    "connectedTime",
    "endTime",
    "purpose",
    "attributes",
    "ani",
    "dnis",
    "screenRecordingState",
    "startAcwTime",
    "endAcwTime",
];
/// What it has of the leg's call.
const CALL: [&str; 7] = ["state", "direction", "held", "muted", "confined", "securePause", "recordingState"];

fn copy(from: &Value, to: &mut Value, name: &str) {
    if let Some(value) = from.get(name) {
        to[name] = value.clone();
    }
}

fn conversation(it: &Conversation, organization: &Organization, caller: &Caller) -> Value {
    let voice = it.voice(organization.hold_suppression);
    let secure_pause = it.secure_pause && organization.tells_secure_pause;
    let view = View { it, organization, caller, voice, secure_pause };
    let participants: Vec<Value> = it.participants.iter().map(|leg| view.participant(leg)).collect();
    let mut body = json!({
        "id": it.id,
        "startTime": iso_millis(it.start),
        "address": format!("tel:{}", caller.ani),
        "participants": participants,
        "conversationIds": [],
        "recordingState": voice.word().to_uppercase(),
        "divisions": [{
            "division": {
                "id": it.division,
                "selfUri": format!("/api/v2/authorization/divisions/{}", it.division),
            },
            "entities": [],
        }],
        "recentTransfers": [],
        "securePause": secure_pause,
        "selfUri": format!("/api/v2/conversations/{}", it.id),
    });
    time_field(&mut body, "endTime", it.end);
    body
}

struct View<'a> {
    it: &'a Conversation,
    organization: &'a Organization,
    caller: &'a Caller,
    voice: Voice,
    secure_pause: bool,
}

impl View<'_> {
    fn participant(&self, leg: &Participant) -> Value {
        let caller = self.caller;
        let (purpose, kind, name) = match leg.purpose {
            Purpose::Customer => ("customer", "External", caller.name.as_str()),
            Purpose::Ivr => ("ivr", "IVR", "Card payment flow"),
            Purpose::Workflow => ("workflow", "Workflow", "Card payment workflow"),
            Purpose::Acd => ("acd", "ACD", "Billing queue"),
            Purpose::Agent => ("agent", "Internal", caller.agent_name.as_str()),
        };
        let is_customer = leg.purpose == Purpose::Customer;
        let address = if is_customer { format!("tel:{}", caller.ani) } else { caller.sip.clone() };
        let dnis = if is_customer { format!("tel:{}", caller.dnis) } else { caller.sip.clone() };
        let attributes = if is_customer {
            caller.attributes()
        } else if leg.consult_initiator {
            json!({ "consultInitiator": "true" })
        } else {
            json!({})
        };
        let calls: Vec<Value> = leg.calls.iter().map(|call| self.call(leg, call)).collect();
        let mut body = json!({
            "id": leg.id,
            "startTime": iso_millis(leg.start),
            "name": name,
            "purpose": purpose,
            "participantType": kind,
            "address": address,
            "ani": format!("tel:{}", caller.ani),
            "aniName": caller.name,
            "dnis": dnis,
            "wrapupRequired": leg.wrap_up_start.is_some(),
            "mediaRoles": ["full"],
            "attributes": attributes,
            "calls": calls,
        });
        for media in OTHER_MEDIA {
            body[media] = json!([]);
        }
        time_field(&mut body, "connectedTime", leg.connected);
        time_field(&mut body, "endTime", leg.end);
        time_field(&mut body, "startAcwTime", leg.wrap_up_start);
        time_field(&mut body, "endAcwTime", leg.wrap_up_end);
        if let Some(consult) = leg.consult {
            body["consultParticipantId"] = json!(consult);
        }
        if matches!(leg.purpose, Purpose::Acd | Purpose::Agent | Purpose::Customer) {
            body["queueId"] = json!(self.it.queue);
            body["queueName"] = json!("Billing queue");
        }
        if let Some(user) = leg.user {
            body["userId"] = json!(user);
            body["userUri"] = json!(format!("/api/v2/users/{user}"));
            body["wrapupPrompt"] = json!("agentRequested");
            body["wrapupTimeoutMs"] = json!(20_000);
            body["alertingTimeoutMs"] = json!(8_000);
        }
        if let Some(screen) = self.it.screens.get(&leg.id)
            && self.organization.tells_screen_state
        {
            body["screenRecordingState"] = json!(screen.word());
        }
        body
    }

    fn call(&self, leg: &Participant, call: &Call) -> Value {
        let caller = self.caller;
        // Voice is recorded where people speak, not on the legs of machines.
        let recorded = call.is_live() && matches!(leg.purpose, Purpose::Customer | Purpose::Agent);
        let voice = if recorded { self.voice } else { Voice::None };
        let party = |name: &str, address: &str| {
            json!({
                "name": name,
                "nameRaw": "",
                "addressNormalized": address,
                "addressRaw": address,
                "addressDisplayable": address,
            })
        };
        let ani = format!("tel:{}", caller.ani);
        let mut body = json!({
            "state": call.state,
            "initialState": call.initial,
            "id": call.id,
            "direction": "inbound",
            "recording": voice != Voice::None,
            "recordingState": voice.word(),
            "muted": false,
            "confined": false,
            "held": call.held,
            "securePause": self.secure_pause && call.is_live(),
            "segments": segments(call),
            "disconnectReasons": [],
            "provider": "Edge",
            "self": party(&caller.agent_name, &caller.sip),
            "other": party(&caller.name, &ani),
            "afterCallWork": {},
            "afterCallWorkRequired": leg.wrap_up_start.is_some(),
        });
        time_field(&mut body, "connectedTime", call.connected);
        time_field(&mut body, "disconnectedTime", call.end);
        if leg.purpose == Purpose::Agent {
            time_field(&mut body, "startAlertingTime", Some(call.start));
        }
        if let Some(how) = call.disconnect {
            body["disconnectType"] = json!(how);
        }
        if let Some(peer) = self.peer(leg) {
            body["peerId"] = json!(peer);
        }
        body
    }

    /// Everyone but the customer is connected to the customer's call.
    fn peer(&self, leg: &Participant) -> Option<Uuid> {
        let customer = self.it.leg(self.it.customer()?)?;
        let call = customer.calls.first()?;
        (customer.id != leg.id).then_some(call.id)
    }
}

fn segments(call: &Call) -> Value {
    let first = if call.initial == "alerting" { "Alert" } else { "System" };
    let mut waiting = json!({ "startTime": iso_millis(call.start), "type": first });
    time_field(&mut waiting, "endTime", call.connected.or(call.end));
    let Some(connected) = call.connected else {
        return json!([waiting]);
    };
    waiting["howEnded"] = json!("Interact");
    let mut talk = json!({ "startTime": iso_millis(connected), "type": "Interact" });
    time_field(&mut talk, "endTime", call.end);
    if let Some(how) = call.disconnect {
        talk["howEnded"] = json!("Disconnect");
        talk["disconnectType"] = json!(how);
    }
    json!([waiting, talk])
}

/// Bodies leave a key out far more often than they write null.
fn time_field(body: &mut Value, name: &str, at: Option<OffsetDateTime>) {
    let fields: Option<&mut Map<String, Value>> = body.as_object_mut();
    if let (Some(fields), Some(at)) = (fields, at) {
        fields.insert(name.to_owned(), json!(iso_millis(at)));
    }
}
