//! What is stored of a call, and who may see it.

use reqwest::Method;
use serde_json::{Value, json};
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

fn length(recording: &Value) -> i64 {
    recording["outputDurationMs"].as_i64().expect("a length")
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
        let wanted = if stores == PausedScreen::Cut { 120 } else { 180 };
        assert!((wanted..wanted + 60).contains(&length(first)), "{stores:?}: {first:#}");
        assert!(length(second) < 120 && first["endTime"].as_str() <= second["startTime"].as_str());
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
