//! The words of a conversation, as the tables use them: what one body says, however much of it is missing.

use secure_pause::genesys::conversation::{Conversation, Life, Participant, SecurePause};
use serde_json::{Value, json};

use crate::stage::{AGENT_A, LEG_A, leg};

/// The conversation in this body, with a list of participants where it has none.
fn read(body: &Value) -> Conversation {
    let mut body = body.clone();
    body["participants"] = body.get("participants").cloned().unwrap_or_else(|| json!([]));
    Conversation::from_body(body.to_string().as_bytes()).unwrap()
}

/// The life of each agent leg.
fn lives(participants: &Value) -> Vec<Life> {
    read(&json!({"participants": participants})).agent_legs().map(Participant::life).collect()
}

#[test]
fn secure_pause_is_off_only_where_the_voice_is_seen_recording_again() {
    use SecurePause::{Off, On, Unknown};
    let call = |state: &str, recording: &str, secure_pause: bool| {
        json!({"purpose": "customer", "calls": [
            {"state": state, "recordingState": recording, "securePause": secure_pause},
        ]})
    };
    let flow = |purpose: &str, state: &str| json!({"purpose": purpose, "calls": [{"state": state}]});
    #[rustfmt::skip] // A row a line.
    let cases = [
        (json!({"securePause": true, "recordingState": "ACTIVE"}), On, "the conversation says so"),
        (json!({"securePause": "True", "recordingState": "ACTIVE"}), On, "in a text"),
        (json!({"securePause": false, "participants": [call("connected", "active", true)]}), On, "a live call says so"),
        (json!({"securePause": false, "participants": [call("alerting", "active", true)]}), On, "so does one that rings"),
        (json!({"recordingState": "ACTIVE", "participants": [call("terminated", "paused", true)]}), Off, "a dead call says nothing"),
        (json!({"securePause": false}), Unknown, "false is only a default"),
        (json!({"securePause": false, "recordingState": "ACTIVE"}), Off, "recording again"),
        (json!({"recordingState": "ACTIVE"}), Off, "recording again, nothing else told"),
        (json!({"securePause": false, "recordingState": "NONE", "participants": [call("connected", "active", false)]}), Off, "a call is recording"),
        (json!({"recordingState": "PAUSED", "participants": [call("connected", "active", false)]}), Unknown, "one of two is paused"),
        (json!({"recordingState": "ACTIVE", "participants": [call("connected", "paused", false)]}), Unknown, "the other one"),
        (json!({"recordingState": "ACTIVE", "participants": [flow("ivr", "connected")]}), Unknown, "a secure flow may be running"),
        (json!({"recordingState": "ACTIVE", "participants": [flow("workflow", "connected")]}), Unknown, "so may a workflow"),
        (json!({"recordingState": "ACTIVE", "participants": [flow("ivr", "alerting")]}), Unknown, "or begin"),
        (json!({"recordingState": "ACTIVE", "participants": [flow("IVR", "connected")]}), Unknown, "in capitals"),
        (json!({"recordingState": "ACTIVE", "participants": [flow("ivr", "terminated")]}), Off, "the flow has ended"),
        (json!({"recordingState": "active"}), Off, "the conversation in small letters"),
        (json!({"participants": [call("Connected", "Active", false)]}), Off, "a call with capitals"),
        (json!({"recordingState": "Paused", "participants": [flow("ivr", "terminated")]}), Unknown, "with a capital"),
        (json!({"recordingState": "ARCHIVED"}), Unknown, "a state nobody announced"),
        (json!({}), Unknown, "nothing told"),
    ];
    for (body, wanted, reason) in cases {
        assert_eq!(read(&body).secure_pause(), wanted, "{reason}: {body}");
    }
}

#[test]
fn an_end_that_cannot_be_read_is_none_while_an_agent_is_live() {
    let (live, gone) = (json!([{"state": "connected"}]), json!([{"state": "terminated"}]));
    let cases = [
        (json!("2025-11-02T12:00:00Z"), &live, true, "it has ended, whatever its legs read"),
        (json!("2025-11-02T12:00:00+0000"), &gone, true, "a time in another form"),
        (json!(1_762_084_800_123_u64), &gone, true, "a number"),
        (json!("2025-11-02T12:00:00+0000"), &live, false, "such a time, and somebody is live"),
        (json!(null), &gone, false, "it goes on"),
        (json!(""), &live, false, "no time at all, and somebody is live"),
        (json!(false), &live, false, "the same"),
    ];
    for (end, calls, is_over, reason) in cases {
        let leg = json!({"id": LEG_A, "userId": AGENT_A, "purpose": "agent", "calls": calls});
        let body = json!({"endTime": end, "participants": [leg]});
        assert_eq!(read(&body).is_over(), is_over, "{reason}: {body}");
    }
}

#[test]
fn a_leg_is_live_by_any_of_its_media_and_without_media_by_its_times() {
    use Life::{Alerting, Dead, Live};
    #[rustfmt::skip] // A row a line.
    let cases = [
        (json!({"calls": [{"state": "disconnected"}, {"state": "connected"}]}), Live, "any call"),
        (json!({"calls": [], "callbacks": [{"state": "connected"}]}), Live, "any medium"),
        (json!({"calls": [{"state": "teleporting"}]}), Live, "a state nobody announced"),
        (json!({"calls": [{"state": "disconnected"}, {"state": "terminated"}, {"state": "none"}]}), Dead, "all ended"),
        (json!({"calls": [{"state": "DISCONNECTED"}]}), Dead, "in capitals"),
        (json!({"calls": [{"state": "alerting"}, {"state": "disconnected"}]}), Alerting, "it rings"),
        (json!({"calls": [{"state": "Alerting"}]}), Alerting, "with a capital"),
        (json!({"calls": null, "connectedTime": "2025-11-02T12:00:00Z"}), Live, "no media, connected"),
        (json!({"connectedTime": "2025-11-02T12:00:00Z", "endTime": "2025-11-02T12:01:00Z"}), Dead, "no media, ended"),
        (json!({"connectedTime": null}), Dead, "no media, never connected"),
        (json!({"calls": [{"id": "x"}], "endTime": "2025-11-02T12:01:00Z"}), Dead, "a call without a state, ended"),
        (json!({"calls": [{"id": "x"}]}), Live, "a call without a state"),
        (json!({"calls": "garbage", "videos": [7, {"state": "connected"}]}), Live, "what can be read counts"),
    ];
    for (mut leg, life, reason) in cases {
        leg["userId"] = json!(AGENT_A);
        leg["purpose"] = json!("user");
        assert_eq!(lives(&json!([leg])), [life], "{reason}");
    }
}

#[test]
fn a_leg_lives_by_each_of_the_ten_media() {
    let media = [
        "calls",
        "callbacks",
        "chats",
        "cobrowsesessions",
        "emails",
        "messages",
        "internalMessages",
        "screenshares",
        "socialExpressions",
        "videos",
    ];
    for name in media {
        let leg = json!({"userId": AGENT_A, "purpose": "agent", name: [{"state": "connected"}]});
        assert_eq!(lives(&json!([leg])), [Life::Live], "{name}");
    }
}

#[test]
fn an_agent_is_a_user_whose_purpose_is_agent_or_user() {
    let cases = [
        (json!(AGENT_A), "agent", true, "an agent"),
        (json!(AGENT_A), "user", true, "a user who was called"),
        (json!(AGENT_A), "Agent", true, "with a capital"),
        (json!(AGENT_A), "USER", true, "in capitals"),
        (json!(AGENT_A), "customer", false, "a customer"),
        (json!(""), "agent", false, "a user without an id"),
        (json!(null), "agent", false, "no user"),
    ];
    for (user, purpose, agent, reason) in cases {
        let body = json!({"participants": [{"userId": user, "purpose": purpose}]});
        assert_eq!(read(&body).agent_legs().count(), usize::from(agent), "{reason}");
    }
}

#[test]
fn a_body_is_a_conversation_if_it_is_an_object_with_a_list_of_participants() {
    let leg = leg(AGENT_A, LEG_A, "connected");
    let listed = json!([null, "ACTIVE", false, [leg]]).to_string();
    let as_list = json!({"participants": [[LEG_A, AGENT_A, "agent"], leg]}).to_string();
    let with_null = json!({"participants": [null, leg]}).to_string();
    let named = |name: &[u8]| {
        let body = json!({"name": "NAME", "participants": [{"name": "NAME"}, leg]}).to_string();
        let parts: Vec<_> = body.split("NAME").map(str::as_bytes).collect();
        parts.join(name)
    };
    #[rustfmt::skip] // A row a line.
    let cases = [
        (b"{}".to_vec(), None, "no participants told"),
        (br#"{"participants": null}"#.to_vec(), None, "participants that are null"),
        (br#"{"participants": {}}"#.to_vec(), None, "participants that are no list"),
        (br#"{"participants": []}"#.to_vec(), Some(0), "no participants"),
        (b"[]".to_vec(), None, "a list"),
        (listed.into_bytes(), None, "a list of what a conversation has"),
        (b"<html>".to_vec(), None, "no JSON"),
        (b"".to_vec(), None, "nothing"),
        (with_null.into_bytes(), Some(1), "a participant that is null hides no other"),
        (as_list.into_bytes(), Some(1), "nor does one that is a list, and it is none"),
        (named(b"J\xc3\xb6rg"), Some(1), "a name"),
        (named(b"J\xff"), Some(1), "a name cut in the middle of a character"),
    ];
    for (body, agents, reason) in cases {
        let conversation = Conversation::from_body(&body);
        assert_eq!(conversation.map(|it| it.agent_legs().count()), agents, "{reason}");
    }
}
