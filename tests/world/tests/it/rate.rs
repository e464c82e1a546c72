//! The two limits of Genesys: what a token may ask in a minute, and what the OAuth client may.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};
use uuid::Uuid;
use world::{Organization, RateLimit};

use crate::client::{Caller, token};

const WINDOW: Duration = Duration::from_millis(1900);

async fn limited(change: impl FnOnce(&mut Organization)) -> (Caller, Uuid) {
    let caller = Caller::start().await;
    caller.world.genesys.organization(change);
    let call = caller.world.genesys.start_call();
    (caller, call)
}

async fn get(caller: &Caller, call: Uuid) -> Response {
    caller.get(call).send().await.expect("an answer")
}

#[test]
fn the_limits_are_the_published_ones_unless_a_run_says_otherwise() {
    let Organization { token_limit, client_limit, .. } = Organization::default();
    assert_eq!(token_limit, Some(RateLimit { requests: 300, window: Duration::from_mins(1) }));
    assert_eq!(client_limit, Some(RateLimit { requests: 3_000, window: Duration::from_mins(1) }));
}

#[tokio::test]
async fn beyond_a_tokens_limit_the_answer_is_429_and_another_token_is_good() {
    let limit = RateLimit { requests: 2, window: WINDOW };
    let (mut caller, call) = limited(|it| it.token_limit = Some(limit)).await;
    for count in ["1", "2"] {
        let answer = get(&caller, call).await;
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.headers()["inin-ratelimit-count"], count);
        assert!(!answer.headers().contains_key("retry-after"));
    }
    let refused = get(&caller, call).await;
    assert_eq!(refused.status().as_u16(), 429);
    let headers = refused.headers().clone();
    assert_eq!(headers["retry-after"], "2");
    assert_eq!(headers["inin-ratelimit-reset"], "2");
    assert_eq!(headers["inin-ratelimit-allowed"], "2");
    assert_eq!(headers["inin-ratelimit-count"], "3");
    let body: Value = refused.json().await.expect("a body");
    assert_eq!((&body["code"], &body["status"]), (&json!("too.many.requests"), &json!(429)));
    assert!(body["message"].is_string() && body["contextId"].is_string(), "{body}");
    let limit =
        json!({"key": "client.credentials.token.rate.per.minute", "namespace": "platform.api", "value": 2});
    assert_eq!(body["limit"], limit);

    let spent = std::mem::take(&mut caller.token);
    caller.token = token(&caller.world, &caller.http).await;
    assert_eq!(caller.status(caller.get(call)).await, 200, "a token of its own");
    caller.token = spent;
    assert_eq!(caller.status(caller.get(call)).await, 429, "and the other is as spent as before");
    let refusals = caller.world.genesys.refusals();
    let path = format!("/api/v2/conversations/{call}");
    assert_eq!(refusals.len(), 2);
    assert!(refusals.iter().all(|it| it.is_of_token && it.path == path));
    tokio::time::sleep(WINDOW).await;
    assert_eq!(caller.status(caller.get(call)).await, 200, "until its window is over");
}

#[tokio::test]
async fn beyond_the_clients_limit_no_token_is_good() {
    let limit = RateLimit { requests: 2, window: WINDOW };
    let (mut caller, call) = limited(|it| it.client_limit = Some(limit)).await;
    for _ in 0..2 {
        assert_eq!(caller.status(caller.get(call)).await, 200);
        caller.token = token(&caller.world, &caller.http).await;
    }
    let refused = get(&caller, call).await;
    assert_eq!(refused.status().as_u16(), 429);
    assert_eq!(refused.headers()["retry-after"], "2");
    let body: Value = refused.json().await.expect("a body");
    let limit = json!({"key": "org.app.user.rate.per.minute", "namespace": "platform.api", "value": 2});
    assert_eq!(body["limit"], limit);
    assert!(caller.world.genesys.refusals().iter().all(|it| !it.is_of_token));
    assert_eq!(caller.world.genesys.refusals().len(), 1);
    tokio::time::sleep(WINDOW).await;
    assert_eq!(caller.status(caller.get(call)).await, 200, "until its window is over");
}

#[tokio::test]
async fn neither_the_token_host_nor_a_token_that_is_not_good_counts() {
    let limit = RateLimit { requests: 1, window: WINDOW };
    let change = |it: &mut Organization| (it.token_limit, it.client_limit) = (Some(limit), Some(limit));
    let (mut caller, call) = limited(change).await;
    let good = std::mem::replace(&mut caller.token, "no-token".to_owned());
    for _ in 0..3 {
        assert_eq!(caller.status(caller.get(call)).await, 401);
        token(&caller.world, &caller.http).await;
    }
    caller.token = good;
    assert_eq!(caller.status(caller.get(call)).await, 200);
}
