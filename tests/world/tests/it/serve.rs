//! The binary `world` as a program outside drives it: lines to read, a control door to knock at, an end.

use std::{
    io::Read,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::served::{CONVERSATION, PARTICIPANT, SOON, Served, USER};

fn path_of(event: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("events").join(event).display().to_string()
}

fn event(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path_of(name)).expect("an event file")).expect("JSON")
}

fn ids(staged: &Value) -> [&str; 3] {
    ["conversationId", "userId", "participantId"].map(|name| staged[name].as_str().expect("an id"))
}

#[tokio::test]
async fn a_started_event_is_staged_and_every_request_is_told_as_it_completes() {
    let served = Served::start(&["--stage", &path_of("secure_pause/started.json")]);
    assert_eq!(ids(&served.ready["staged"]), [CONVERSATION, USER, PARTICIPANT]);
    assert_eq!(served.screens().await, (json!("active"), vec![json!("active")]));

    let token = served.token().await;
    let (status, body) = served.api(&token, Method::GET, "").await;
    assert_eq!((status, &body["securePause"]), (200, &json!(true)));
    assert_eq!(served.steer(&token, "pause").await, 202);
    assert_eq!(served.screens().await, (json!("paused"), vec![json!("active")]));

    let told: Vec<Value> = (0..3).map(|_| served.lines.recv_timeout(SOON).expect("a line")).collect();
    let conversation = format!("/api/v2/conversations/{CONVERSATION}");
    let pause = format!("{conversation}/participants/{PARTICIPANT}/screenrecording/pause");
    let wanted = [
        ("login", "POST", "/oauth/token", 200),
        ("api", "GET", &conversation, 200),
        ("api", "PUT", &pause, 202),
    ];
    for (line, (service, method, path, status)) in told.iter().zip(wanted) {
        let at = line["at"].as_str().expect("a time");
        let same = json!({
            "kind": "request", "service": service, "method": method, "path": path, "status": status, "at": at,
        });
        assert_eq!(line, &same);
        assert!(at.ends_with('Z') && at.len() == "2026-01-01T00:00:00.000Z".len(), "{at}");
    }
    assert_eq!(served.get("/requests").await, Value::from(told));
    assert_eq!(served.get("/complaints").await, json!([]));
}

#[tokio::test]
async fn an_ended_event_finds_a_paused_screen_and_a_malformed_one_nothing() {
    let served = Served::start(&["--stage", &path_of("secure_pause/ended.json")]);
    assert_eq!(served.screens().await, (json!("paused"), vec![json!("active")]));
    let token = served.token().await;
    assert_eq!(served.api(&token, Method::GET, "").await.1["recordingState"], "ACTIVE");

    for name in ["malformed/payload_number.json", "malformed/no_event.json", "other/audit.json"] {
        let served = Served::start(&["--stage", &path_of(name)]);
        assert_eq!(served.ready["staged"], Value::Null, "{name}");
    }
}

#[tokio::test]
async fn the_control_door_stages_anew_and_flips_the_secure_pause() {
    let served = Served::start(&[]);
    let token = served.token().await;
    assert_eq!(served.ready["staged"], Value::Null);
    assert_eq!(served.api(&token, Method::GET, "").await.0, 404);

    let started = event("secure_pause/started.json");
    assert_eq!(ids(&served.post("/stage", &started).await), [CONVERSATION, USER, PARTICIPANT]);
    assert_eq!(served.steer(&token, "pause").await, 202);
    served.post("/stage", &started).await;
    assert_eq!(served.screens().await.0, "active", "staged anew");

    let order = |on: bool| json!({ "conversationId": CONVERSATION, "userId": USER, "on": on });
    let ended = served.post("/secure-pause", &order(false)).await;
    assert_eq!(ended["detail"]["eventBody"]["eventType"], "secure_pause_ended");
    assert_eq!(served.api(&token, Method::GET, "").await.1["recordingState"], "ACTIVE");
    let started = served.post("/secure-pause", &order(true)).await;
    assert_eq!(started["detail"]["eventBody"]["participantId"], PARTICIPANT);
    assert_eq!(served.api(&token, Method::GET, "").await.1["recordingState"], "PAUSED");
}

#[tokio::test]
async fn an_event_is_given_back_with_its_times_moved_and_nothing_else() {
    let served = Served::start(&[]);
    let mut moved = served.post("/now", &event("secure_pause/started.json")).await;
    let mut given = event("secure_pause/started.json");
    for pointer in ["/detail/eventBody/eventTime", "/detail/timestamp", "/time"] {
        let was = given.pointer_mut(pointer).expect("a time").take();
        assert_ne!(moved.pointer_mut(pointer).expect("a time").take(), was, "{pointer}");
    }
    assert_eq!(moved, given);
    assert_eq!(served.post("/now", &json!(42)).await, json!(42));
}

#[tokio::test]
async fn the_function_of_the_world_is_invoked_with_any_payload_and_its_failures_are_told() {
    let served = Served::start(&["--function", env!("CARGO_BIN_EXE_stand-in")]);
    let event = json!({ "number": 7 });
    assert_eq!(served.post("/invoke", &event).await, json!({ "result": event }));
    let failed = served.post("/invoke", &json!({ "order": "fail" })).await;
    assert_eq!(failed, json!({ "failure": { "errorType": "Asked", "errorMessage": "for it" } }));
    let environment = served.post("/invoke", &json!({ "order": "environment" })).await;
    let wanted = json!(["GENESYS_API_URL", served.url("GENESYS_API_URL")]);
    assert!(environment["result"].as_array().expect("pairs").contains(&wanted), "{environment}");
    for _ in 0..2 {
        let (status, answer) = served.knock(Method::POST, "/invoke", &json!({ "order": "die" })).await;
        assert_eq!((status, &answer["error"]), (502, &json!("the process ended without an answer")));
    }
}

#[tokio::test]
async fn faults_hit_as_many_requests_as_they_are_for_and_can_be_taken_back() {
    let served = Served::start(&["--stage", &path_of("secure_pause/started.json")]);
    let token = served.token().await;
    served.post("/fault", &json!({ "on": "pause", "status": 403, "times": 2 })).await;
    assert_eq!(served.api(&token, Method::GET, "").await.0, 200, "a pause alone is hit");
    for wanted in [403, 403, 202] {
        assert_eq!(served.steer(&token, "pause").await, wanted);
    }
    served.post("/fault", &json!({ "on": "any", "status": 503, "times": 1000 })).await;
    assert_eq!(served.steer(&token, "resume").await, 503);
    let (status, answer) = served.knock(Method::DELETE, "/fault", &Value::Null).await;
    assert_eq!((status, answer), (200, json!({})));
    assert_eq!(served.steer(&token, "resume").await, 202);
}

#[tokio::test]
async fn what_the_control_door_does_not_know_is_refused_and_nothing_breaks() {
    let served = Served::start(&[]);
    let unknown = "00000000-0000-4000-8000-000000000000";
    let flip = json!({ "conversationId": unknown, "userId": USER, "on": true });
    let screens_of_unknown = format!("/screens?conversation={unknown}");
    let recordings_of_unknown = format!("/recordings?conversation={unknown}");
    let cases = [
        (Method::GET, "/", json!(null), 404, "there is no GET /"),
        (Method::GET, "/stage", json!(null), 404, "there is no GET /stage"),
        (Method::POST, "/invoke", json!({}), 404, "there is no POST /invoke"),
        (Method::POST, "/stage", json!([1]), 400, "no secure pause"),
        (Method::POST, "/secure-pause", flip, 404, "stage it first"),
        (Method::POST, "/secure-pause", json!({}), 400, "conversationId is a UUID"),
        (Method::POST, "/snapshots", json!({}), 400, "conversationId is a UUID"),
        (Method::POST, "/snapshots", json!({ "conversationId": unknown }), 404, "stage it first"),
        (Method::POST, "/secure-pause", json!([]), 400, "no JSON object"),
        (Method::POST, "/fault", json!({ "on": "all", "status": 403 }), 400, "on is one of"),
        (Method::POST, "/fault", json!({ "on": "any", "status": 199 }), 400, "from 200 to 599"),
        (Method::POST, "/fault", json!({ "on": "any", "kind": "slow" }), 400, "lost or idle"),
        (Method::POST, "/organization", json!({ "files": "torn" }), 400, "files is no setting"),
        (Method::POST, "/organization", json!({ "rights": [] }), 400, "rights is no setting"),
        (Method::POST, "/serve", json!({}), 400, "conversationId is a UUID"),
        (Method::POST, "/hold", json!({ "conversationId": unknown }), 400, "true or false"),
        (Method::GET, &recordings_of_unknown, json!(null), 404, "stage it first"),
        (Method::POST, "/fault", json!({ "on": "any", "status": 403, "times": -1 }), 400, "times"),
        (Method::GET, "/screens", json!(null), 400, "is a UUID"),
        (Method::GET, &screens_of_unknown, json!(null), 404, "stage it first"),
    ];
    for (method, path, body, status, told) in cases {
        let (came, answer) = served.knock(method.clone(), path, &body).await;
        assert_eq!(came, status, "{method} {path} {body}");
        let error = answer["error"].as_str().expect("an error");
        assert!(error.contains(told), "{method} {path} {body}: {error}");
    }
    assert_eq!(served.get("/requests").await, json!([]), "the door is not the world");
}

#[tokio::test]
async fn it_serves_until_a_signal_and_not_until_standard_input_closes_unless_it_is_asked_to() {
    for name in ["TERM", "INT"] {
        let mut served = Served::start(&[]);
        drop(served.stdin.take());
        assert_eq!(served.get("/requests").await, json!([]), "closed standard input is no reason to stop");
        served.signal(name);
        assert_eq!(served.end().code(), Some(0), "{name}");
    }
    let mut served = Served::start(&["--until-stdin-closes"]);
    assert_eq!(served.get("/requests").await, json!([]));
    drop(served.stdin.take());
    assert_eq!(served.end().code(), Some(0));
}

#[tokio::test]
async fn ports_can_be_chosen_and_one_that_is_taken_is_named() {
    let free: Vec<TcpListener> =
        (0..4).map(|_| TcpListener::bind(("127.0.0.1", 0)).expect("a port")).collect();
    let ports: Vec<String> =
        free.iter().map(|it| it.local_addr().expect("an address").port().to_string()).collect();
    drop(free);
    let names = ["--genesys-port", "--login-port", "--secrets-port", "--control-port"];
    let arguments: Vec<&str> = names.iter().zip(&ports).flat_map(|(name, port)| [*name, port]).collect();
    let served = Served::start(&arguments);
    let urls = ["GENESYS_API_URL", "GENESYS_LOGIN_URL", "AWS_ENDPOINT_URL"].map(|name| served.url(name));
    let mut all = urls.to_vec();
    all.push(served.ready["control"].as_str().expect("a URL").to_owned());
    let wanted: Vec<String> = ports.iter().map(|port| format!("http://127.0.0.1:{port}")).collect();
    assert_eq!(all, wanted);

    let cases: [(&[&str], &str); 4] = [
        (&["--control-port", &ports[0]], "cannot be taken"),
        (&["--stage", "/nowhere/at/all"], "cannot be read"),
        (&["--function", "/nowhere/at/all"], "cannot be started"),
        (&["--port", "1"], "--port"),
    ];
    for (arguments, told) in cases {
        let mut child = Command::new(env!("CARGO_BIN_EXE_world"))
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the world can be started");
        let mut stderr = String::new();
        child.stderr.take().expect("stderr is piped").read_to_string(&mut stderr).expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(told), "{arguments:?}: {stderr}");
    }
}
