//! What is stored of a call, and who may see it.

use reqwest::Method;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;
use world::{Files, PausedScreen, Rights};

use crate::client::{Caller, ask_for_token};

fn path(call: Uuid) -> String {
    format!("/api/v2/conversations/{call}/recordings?maxWaitMs=5000")
}

impl Caller {
    async fn recordings(&self, call: Uuid) -> Value {
        let answer = self.request(Method::GET, &path(call)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("a body")
    }
}

/// How much longer it ran than its file plays, in milliseconds; its times are cut to whole ones.
fn missing(recording: &Value) -> i128 {
    let at = |name: &str| OffsetDateTime::parse(recording[name].as_str().unwrap(), &Rfc3339).unwrap();
    let plays = recording["outputDurationMs"].as_i64().expect("a length");
    (at("endTime") - at("startTime")).whole_milliseconds() - i128::from(plays)
}

#[tokio::test]
async fn a_call_leaves_its_voice_with_its_pauses_and_a_file_for_each_run_of_a_screen() {
    use world::ScreenState::{Active, Paused, Stopped};
    for stores in [PausedScreen::Cut, PausedScreen::Frozen, PausedScreen::Masked, PausedScreen::Untouched] {
        let caller = Caller::start().await;
        let genesys = &caller.world.genesys;
        genesys.organization(|it| it.paused_screen = stores);
        let (call, user) = (genesys.start_call(), Uuid::new_v4());
        let agent = genesys.join(call, user);
        let wait = || tokio::time::sleep(std::time::Duration::from_millis(60));
        wait().await;
        genesys.secure_pause(call, user);
        genesys.set_screen(call, agent, Some(Paused));
        wait().await;
        genesys.end_secure_pause(call, user);
        genesys.set_screen(call, agent, Some(Active));
        wait().await;
        genesys.set_screen(call, agent, Some(Stopped));
        genesys.set_screen(call, agent, Some(Active));
        let running = caller.recordings(call).await;
        assert!(running.as_array().unwrap().iter().all(|it| it["fileState"] == "UPLOADING"), "{running:#}");
        wait().await;
        genesys.hang_up(call);

        let list = caller.recordings(call).await;

        let [voice, first, second] = &list.as_array().unwrap()[..] else { panic!("{list:#}") };
        let [pause] = &voice["annotations"].as_array().unwrap()[..] else { panic!("{voice:#}") };
        assert_eq!((&pause["reason"], &pause["type"]), (&json!("SecurePause"), &json!("pause")));
        assert!(
            pause["durationMs"].as_i64().unwrap() >= 60 && pause["realtimeLocation"].as_i64().unwrap() >= 60
        );
        let is_cut = stores == PausedScreen::Cut;
        assert!(
            if is_cut { missing(first) >= 59 } else { missing(first).abs() <= 1 },
            "{stores:?}: {first:#}"
        );
        assert!(missing(second).abs() <= 1 && first["endTime"].as_str() <= second["startTime"].as_str());
        assert_eq!(caller.world.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn files_appear_are_transcoded_and_fail() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    genesys.join(call, Uuid::new_v4());
    genesys.hang_up(call);
    let states = |list: Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|it| it["fileState"].as_str().unwrap().to_owned()).collect()
    };
    for (files, wanted) in [
        (Files::Absent, vec![]),
        (Files::Uploading, vec!["UPLOADING", "UPLOADING"]),
        (Files::ScreensFailed, vec!["AVAILABLE", "ERROR"]),
        (Files::Available, vec!["AVAILABLE", "AVAILABLE"]),
    ] {
        genesys.organization(|it| it.files = files);
        assert_eq!(states(caller.recordings(call).await), wanted, "{files:?}");
    }
    genesys.organization(|it| it.files = Files::Transcoding);
    assert_eq!(caller.status(caller.request(Method::GET, &path(call))).await, 202);
}

#[tokio::test]
async fn each_client_sees_what_it_may_and_the_one_that_reads_pauses_nothing() {
    let mut caller = Caller::start().await;
    let genesys = caller.world.genesys.clone();
    let call = genesys.start_call();
    let agent = genesys.join(call, Uuid::new_v4());
    genesys.organization(|it| {
        it.rights = Rights::NONE;
        it.recordings_rights = Rights { screens: false, ..Rights::ALL };
    });
    assert_eq!(caller.status(caller.request(Method::GET, &path(call))).await, 403);
    let (id, secret) = genesys.recordings_client();
    let granted = ask_for_token(&caller.world, &caller.http, &id, &secret).send().await.unwrap();
    caller.token = granted.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
    let list = caller.recordings(call).await;
    assert!(list.as_array().unwrap().iter().all(|it| it["media"] == "audio"), "{list:#}");
    assert_eq!(caller.world.complaints(), Vec::<String>::new());
    assert_eq!(caller.pause(call, agent).await, 403);
    assert!(caller.world.complaints().join("\n").contains("may not pause"));
}

#[tokio::test]
async fn recordings_are_asked_for_with_a_wait_alone() {
    let caller = Caller::start().await;
    let call = caller.world.genesys.start_call();
    let list = format!("/api/v2/conversations/{call}/recordings");
    for (query, complaint) in [
        ("", "maxWaitMs alone"),
        ("?maxWaitMs=5000&includePauseAnnotationsForScreenRecordings=true", "maxWaitMs alone"),
        ("?maxWaitMs=60000", "longer than"),
    ] {
        let before = caller.world.complaints().len();
        assert_eq!(
            caller.status(caller.request(Method::GET, &format!("{list}{query}"))).await,
            400,
            "{query}"
        );
        let new = caller.world.complaints().split_off(before);
        assert!(new.iter().any(|it| it.contains(complaint)), "{query}: {new:?}");
    }
    let nobody = caller.request(Method::GET, &path(Uuid::new_v4()));
    assert_eq!(caller.status(nobody).await, 404);
}

/// A call that is over, of which a screen was recorded, and the client that reads recordings.
async fn recorded() -> (Caller, Uuid) {
    let mut caller = Caller::start().await;
    let genesys = caller.world.genesys.clone();
    let call = genesys.start_call();
    genesys.join(call, Uuid::new_v4());
    genesys.hang_up(call);
    let (id, secret) = genesys.recordings_client();
    let granted = ask_for_token(&caller.world, &caller.http, &id, &secret).send().await.unwrap();
    caller.token = granted.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
    genesys.organization(|it| it.recordings_rights.retention = true);
    (caller, call)
}

/// The path of one of its recordings: 0 is the voice, 1 the screen.
fn of(caller: &Caller, call: Uuid, number: usize) -> String {
    let id = caller.world.genesys.recordings(call).unwrap()[number]["id"].as_str().unwrap().to_owned();
    format!("/api/v2/conversations/{call}/recordings/{id}?clearExport=true")
}

impl Caller {
    async fn delete(&self, path: &str, body: Value) -> u16 {
        self.status(self.request(Method::PUT, path).json(&body)).await
    }

    async fn state(&self, call: Uuid) -> Option<String> {
        let path =
            of(self, call, 1).replace("recordings/", "recordingmetadata/").replace("?clearExport=true", "");
        self.metadata(&path).await.map(|it| it["fileState"].as_str().unwrap().to_owned())
    }

    async fn metadata(&self, path: &str) -> Option<Value> {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        (answer.status() == 200).then_some(answer.json().await.unwrap())
    }
}

fn today() -> Value {
    json!({ "deleteDate": OffsetDateTime::now_utc().format(&Rfc3339).unwrap() })
}

#[tokio::test]
async fn a_recording_is_deleted_some_time_after_it_was_ordered_and_its_export_is_called_off() {
    for forgets in [false, true] {
        let (caller, call) = recorded().await;
        let genesys = &caller.world.genesys;
        let mut list = genesys.recordings(call).unwrap();
        list[1]["exportDate"] = json!("2100-01-01T00:00:00Z");
        genesys.serve_recordings(call, list);
        genesys.organization(|it| {
            it.deletes_after = std::time::Duration::from_millis(200);
            it.forgets_deleted = forgets;
        });
        let screen = of(&caller, call, 1);
        let metadata = screen.replace("recordings/", "recordingmetadata/").replace("?clearExport=true", "");

        assert_eq!(caller.delete(&screen, today()).await, 200);

        let ordered = caller.metadata(&metadata).await.unwrap();
        assert_eq!(ordered["fileState"], "AVAILABLE");
        assert!(ordered["deleteDate"].as_str().unwrap().ends_with("T00:00:00.000Z"), "{ordered:#}");
        for member in ["exportDate", "media", "outputDurationMs"] {
            assert!(ordered.get(member).is_none(), "{member}: {ordered:#}");
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        let deleted = caller.metadata(&metadata).await;
        assert_eq!(deleted.map(|it| it["fileState"].clone()), (!forgets).then_some(json!("DELETED")));
        let kept = genesys.recordings(call).unwrap();
        assert_eq!((&kept[0]["fileState"], &kept[0]["deleteDate"]), (&json!("AVAILABLE"), &Value::Null));
        assert_eq!(caller.world.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_date_to_come_deletes_nothing_yet_and_an_answer_may_promise_too_much() {
    let (caller, call) = recorded().await;
    let genesys = &caller.world.genesys;
    genesys.organization(|it| it.deletes_after = std::time::Duration::ZERO);
    let screen = of(&caller, call, 1);
    genesys.inject(world::On::Retention, world::Fault::AckWithoutEffect, 1);
    assert_eq!(caller.delete(&screen, today()).await, 200);
    assert_eq!(caller.state(call).await.unwrap(), "AVAILABLE");
    assert_eq!(caller.delete(&screen, json!({ "deleteDate": "2100-01-01T00:00:00Z" })).await, 200);
    assert_eq!(caller.state(call).await.unwrap(), "AVAILABLE");
    assert_eq!(caller.delete(&screen, today()).await, 200);
    assert_eq!(caller.state(call).await.unwrap(), "DELETED");
}

#[tokio::test]
async fn legal_hold_is_asked_for_and_holds() {
    let (caller, call) = recorded().await;
    let genesys = &caller.world.genesys;
    let other = genesys.start_call();
    let ask = async |body: Value| {
        let request = caller.request(Method::POST, "/api/v2/recordings/deletionprotection").json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let both = json!({ "conversationIds": [call, other] });
    assert_eq!(ask(both.clone()).await, (200, json!([])));
    genesys.hold_recordings(call, true);
    assert_eq!(ask(both.clone()).await, (200, json!([{ "id": call }])));
    assert_eq!(caller.delete(&of(&caller, call, 1), today()).await, 409);
    genesys.hold_recordings(call, false);
    assert_eq!(ask(both).await, (200, json!([])));
    assert_eq!(caller.world.complaints(), Vec::<String>::new());
    for strange in [json!({}), json!({ "conversationIds": [] }), json!({ "conversationIds": ["x"] })] {
        assert_eq!(ask(strange).await.0, 400);
    }
    assert_eq!(caller.world.complaints().len(), 3);
}

#[tokio::test]
async fn nothing_but_the_deletion_of_a_screen_recording_by_whoever_may_is_taken() {
    let (caller, call) = recorded().await;
    let genesys = &caller.world.genesys;
    let (voice, screen) = (of(&caller, call, 0), of(&caller, call, 1));
    let may = |rights: Rights| genesys.organization(|it| it.recordings_rights = rights);
    let purger = Rights { retention: true, ..Rights::ALL };
    for (rights, status) in [
        (Rights::ALL, 403),
        (Rights { screens: false, ..purger }, 404),
        (Rights { voices: false, conversations: false, ..purger }, 200),
    ] {
        may(rights);
        assert_eq!(caller.delete(&screen, today()).await, status, "{rights:?}");
    }
    let conversation = format!("/api/v2/conversations/{call}");
    assert_eq!(caller.status(caller.request(Method::GET, &conversation)).await, 403);
    may(purger);
    let running = genesys.start_call();
    genesys.join(running, Uuid::new_v4());
    assert_eq!(caller.delete(&of(&caller, running, 1), today()).await, 409, "it is still recorded");
    let unknown = format!("/api/v2/conversations/{call}/recordings/{call}?clearExport=true");
    assert_eq!(caller.delete(&unknown, today()).await, 404);
    assert_eq!(caller.world.complaints(), Vec::<String>::new());

    let without = screen.replace("?clearExport=true", "");
    let archived = json!({ "archiveDate": "2026-01-01T00:00:00Z", "deleteDate": "2026-01-01T00:00:00Z" });
    for (path, body, status, complaint) in [
        (&voice, today(), 403, "only a screen recording"),
        (&without, today(), 400, "an export that waits"),
        (&screen, archived, 400, "only the date"),
        (&screen, json!({ "deleteDate": "soon" }), 400, "only the date"),
        (&screen, json!([]), 400, "only the date"),
    ] {
        let before = caller.world.complaints().len();
        assert_eq!(caller.delete(path, body.clone()).await, status, "{path} {body}");
        let new = caller.world.complaints().split_off(before);
        assert!(new.len() == 1 && new[0].contains(complaint), "{path} {body}: {new:?}");
    }
    let before = caller.world.complaints().len();
    assert_eq!(caller.status(caller.request(Method::DELETE, &screen)).await, 405);
    let protection = "/api/v2/recordings/deletionprotection";
    assert_eq!(caller.status(caller.request(Method::PUT, protection)).await, 405);
    let with_body = caller.request(Method::GET, &path(call)).json(&json!({}));
    assert_eq!(caller.status(with_body).await, 400);
    let plain =
        caller.request(Method::POST, protection).body(json!({ "conversationIds": [call] }).to_string());
    assert_eq!(caller.status(plain).await, 415);
    let (http, world) = (&caller.http, &caller.world);
    let pauses =
        Caller { token: crate::client::token(world, http).await, world: world.clone(), http: http.clone() };
    genesys.organization(|it| it.rights = purger);
    assert_eq!(pauses.delete(&screen, today()).await, 403);
    let new = world.complaints().split_off(before);
    assert_eq!(new.len(), 5, "{new:?}");
    assert!(new[4].contains("may not delete"), "{new:?}");
}
