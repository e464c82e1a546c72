//! What a strict Genesys complains about.

use reqwest::{Method, RequestBuilder};
use uuid::Uuid;
use world::World;

use crate::client::{Caller, ask_for_token, builder};

const PATH: &str = "/api/v2/conversations";

#[tokio::test]
async fn a_fault_of_form_is_a_complaint_and_a_refusal() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let agent = genesys.join(call, Uuid::new_v4());
    let api = caller.world.env()["GENESYS_API_URL"].clone();
    let login = caller.world.env()["GENESYS_LOGIN_URL"].clone();
    let (id, secret) = genesys.client();
    let nameless = builder().build().expect("a client");
    let token = format!("{login}/oauth/token");
    let cases: Vec<(RequestBuilder, u16, &str)> = vec![
        (caller.request(Method::GET, "/api/v2/users/me"), 404, "unknown path"),
        (caller.request(Method::GET, &format!("{PATH}/not-a-uuid")), 400, "no UUID"),
        (caller.request(Method::GET, &format!("{PATH}/{}", call.simple())), 400, "no UUID"),
        (caller.request(Method::DELETE, &format!("{PATH}/{call}")), 405, "only read"),
        (caller.http.get(format!("{api}{PATH}/{call}")), 401, "no Authorization"),
        (caller.http.get(format!("{api}{PATH}/{call}")).basic_auth(&id, Some(&secret)), 401, "API host"),
        (nameless.get(format!("{api}{PATH}/{call}")).bearer_auth(&caller.token), 400, "no User-Agent"),
        (caller.put(call, agent, "pause").header("content-type", "application/json"), 415, "no Content-Type"),
        (caller.put(call, agent, "stop"), 404, "unknown path"),
        (
            caller.http.post(&token).basic_auth(&id, Some(&secret)).body("grant_type=client_credentials"),
            415,
            "is a form",
        ),
        (caller.http.post(&token).form(&[("grant_type", "client_credentials")]), 400, "no Authorization"),
        (
            caller.http.post(&token).bearer_auth(&caller.token).form(&[("grant_type", "client_credentials")]),
            400,
            "token host",
        ),
        (caller.http.get(format!("{login}{PATH}/{call}")).bearer_auth(&caller.token), 404, "token host"),
    ];
    for (request, status, complaint) in cases {
        let before = caller.world.complaints().len();
        assert_eq!(caller.status(request).await, status, "{complaint}");
        let new = caller.world.complaints().split_off(before);
        assert!(new.iter().any(|it| it.contains(complaint)), "{complaint}: {new:?}");
    }
}

#[tokio::test]
async fn a_pause_has_no_body_and_says_so() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let agent = genesys.join(call, Uuid::new_v4());
    let path = format!("{PATH}/{call}/participants/{agent}/screenrecording/pause");
    let chunked = reqwest::Body::wrap(http_body_util::Full::new(bytes::Bytes::from("{}")));
    assert_eq!(caller.status(caller.request(Method::PUT, &path).body(chunked)).await, 400);
    assert_eq!(caller.status(caller.request(Method::PUT, &path).body("{}")).await, 400);
    let complaints = caller.world.complaints().join("\n");
    assert!(complaints.contains("no body") && complaints.contains("Content-Length: 0"), "{complaints}");
    assert_eq!(genesys.screen(call, agent), Some(world::ScreenState::Active), "nothing was done");
}

#[tokio::test]
async fn a_good_run_is_no_reason_to_complain() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let call = genesys.start_call();
    let agent = genesys.join(call, Uuid::new_v4());
    assert_eq!(caller.pause(call, agent).await, 202);
    assert_eq!(caller.world.complaints(), Vec::<String>::new());
    let lines: Vec<String> = caller.world.requests().iter().map(world::Recorded::line).collect();
    let put = format!("PUT {PATH}/{call}/participants/{agent}/screenrecording/pause -> 202");
    assert_eq!(lines, ["POST /oauth/token -> 200".to_owned(), put]);
}

#[tokio::test]
async fn two_worlds_know_nothing_of_each_other() {
    let (one, other) = (World::start().await, Caller::start().await);
    let (id, secret) = one.genesys.client();
    assert_eq!(other.status(ask_for_token(&other.world, &other.http, &id, &secret)).await, 400);
    assert!(one.requests().is_empty());
}
