//! Tokens: who gets one, how long it is good.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;
use world::World;

use crate::client::{Caller, ask_for_token, client, token};

#[tokio::test]
async fn the_client_of_the_secret_gets_a_token_that_opens_the_api() {
    let caller = Caller::start().await;
    let call = caller.world.genesys.start_call();
    assert_eq!(caller.read(call).await["id"], call.to_string());
    assert!(caller.world.secrets.secret_values().contains(&caller.token));
    assert_eq!(caller.world.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_two_refusals_are_the_real_ones() {
    let world = World::start().await;
    let http = client();
    let (id, secret) = world.genesys.client();
    let unknown = Uuid::new_v4().to_string();
    for (id, secret, status) in [(unknown.as_str(), secret.as_str(), 400), (&id, "wrong", 401)] {
        let answer = ask_for_token(&world, &http, id, secret).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
        let body: Value = answer.json().await.expect("a body");
        assert_eq!(body["error"], "invalid_client");
    }
    assert!(world.complaints().is_empty(), "a wrong secret is no fault of form");
}

#[tokio::test]
async fn an_expired_and_a_revoked_token_are_answered_401() {
    let mut caller = Caller::start().await;
    let call = caller.world.genesys.start_call();
    caller.world.genesys.organization(|it| it.token_ttl = Duration::from_millis(50));
    caller.token = token(&caller.world, &caller.http).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    let answer = caller.get(call).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 401);
    let body: Value = answer.json().await.expect("a body");
    assert_eq!(body["code"], "credentials.expired");

    caller.world.genesys.organization(|it| it.token_ttl = Duration::from_secs(60));
    caller.token = token(&caller.world, &caller.http).await;
    caller.read(call).await;
    caller.world.genesys.revoke_tokens();
    assert_eq!(caller.status(caller.get(call)).await, 401);
}

#[tokio::test]
async fn after_a_rotation_only_the_new_secret_is_good() {
    let caller = Caller::start().await;
    let genesys = &caller.world.genesys;
    let (id, old) = genesys.client();
    genesys.rotate_secret_with(&caller.world.secrets);
    let refused = ask_for_token(&caller.world, &caller.http, &id, &old);
    assert_eq!(caller.status(refused).await, 401);
    let new = token(&caller.world, &caller.http).await;
    assert_ne!(new, caller.token);
    assert_eq!(caller.status(caller.get(genesys.start_call())).await, 401, "the old token");
}
