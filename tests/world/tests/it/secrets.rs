//! Secrets Manager, by its own protocol.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use world::{Fault, World};

use crate::{
    aws::{answer, signed},
    client::client,
};

fn read(world: &World, id: &str) -> RequestBuilder {
    let request = signed(world, "secretsmanager", "secretsmanager.GetSecretValue", "1.1");
    request.body(json!({ "SecretId": id }).to_string())
}

#[tokio::test]
async fn the_secret_holds_the_client_and_follows_a_rotation() {
    let world = World::start().await;
    let name = world.env()["GENESYS_SECRET_ID"].clone();
    for _ in 0..2 {
        let (status, body) = answer(read(&world, &name)).await;
        assert_eq!(status, 200);
        let secret: Value = serde_json::from_str(body["SecretString"].as_str().expect("text")).expect("JSON");
        let (id, text) = world.genesys.client();
        assert_eq!(secret, json!({ "client_id": id, "client_secret": text }));
        assert!(body["CreatedDate"].is_f64());
        assert!(world.secrets.secret_values().contains(&text));
        world.genesys.rotate_secret_with(&world.secrets);
    }
    assert_eq!(world.secrets.reads(), 2);
    assert_eq!(world.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn refusals_and_faults_are_those_of_aws() {
    let world = World::start().await;
    let name = world.env()["GENESYS_SECRET_ID"].clone();
    let (status, body) = answer(read(&world, "another")).await;
    assert_eq!((status, &body["__type"]), (400, &json!("ResourceNotFoundException")));
    world.secrets.deny(true);
    let (status, body) = answer(read(&world, &name)).await;
    assert_eq!((status, &body["__type"]), (400, &json!("AccessDeniedException")));
    world.secrets.deny(false);
    world.secrets.inject(Fault::Status(500), 1);
    assert_eq!(answer(read(&world, &name)).await.0, 500);
    world.secrets.inject(Fault::Reset, 1);
    assert!(read(&world, &name).send().await.is_err());
    world.secrets.set_raw("no JSON");
    assert_eq!(answer(read(&world, &name)).await.1["SecretString"], "no JSON");
}

#[tokio::test]
async fn an_unsigned_read_is_a_complaint() {
    let world = World::start().await;
    let plain = client().post(&world.env()["AWS_ENDPOINT_URL"]).bearer_auth("x").body("{}");
    assert_eq!(answer(plain).await.0, 400);
    assert!(world.complaints().iter().any(|it| it.contains("a token was sent to Secrets Manager")));
}
