//! A client of AWS: the headers of a signed request, which the simulation does not verify to the last digit.

use reqwest::RequestBuilder;
use serde_json::Value;
use world::World;

use crate::client::client;

pub fn signed(world: &World, scope: &str, target: &str, version: &str) -> RequestBuilder {
    let env = world.env();
    let credential = format!("{}/20260101/us-east-1/{scope}/aws4_request", env["AWS_ACCESS_KEY_ID"]);
    client()
        .post(format!("{}/", env["AWS_ENDPOINT_URL"]))
        .header("content-type", format!("application/x-amz-json-{version}"))
        .header("x-amz-target", target)
        .header("x-amz-date", "20260101T000000Z")
        .header("x-amz-security-token", &env["AWS_SESSION_TOKEN"])
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00"),
        )
}

pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("a body"))
}
