//! The same job as a first draft has it: for each event one GET for the agent's leg, and one PUT that pauses or resumes its
//! screen. One token an environment. Nothing is read back, followed or tried again; what Genesys refuses fails, and Lambda
//! tries the event again after a minute. `make surge` measures the function beside it; nothing else uses it.

use std::env;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use reqwest::{Client, header::CONTENT_LENGTH};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "TLS is set up already")?;
    let http = Client::builder().user_agent("plain/0.1").build()?;
    let token = fetch_token(&http).await?;
    let api = env::var("GENESYS_API_URL")?;
    let run = async |event: LambdaEvent<Value>| handle(&http, &api, &token, &event.payload).await;
    lambda_runtime::run(service_fn(run)).await
}

async fn fetch_token(http: &Client) -> Result<String, Error> {
    let url = format!("{}/oauth/token", env::var("GENESYS_LOGIN_URL")?);
    let (id, secret) = (env::var("GENESYS_CLIENT_ID")?, env::var("GENESYS_CLIENT_SECRET")?);
    let form = [("grant_type", "client_credentials")];
    let answer = http.post(url).basic_auth(id, Some(secret)).form(&form).send().await?.error_for_status()?;
    let grant: Value = serde_json::from_slice(&answer.bytes().await?)?;
    Ok(grant["access_token"].as_str().ok_or("no token")?.to_owned())
}

async fn handle(http: &Client, api: &str, token: &str, event: &Value) -> Result<Value, Error> {
    let body = &event["detail"]["eventBody"];
    let action = if body["eventType"] == "secure_pause_started" { "pause" } else { "resume" };
    let conversation =
        format!("{api}/api/v2/conversations/{}", body["conversationId"].as_str().unwrap_or_default());
    let answer = http.get(&conversation).bearer_auth(token).send().await?.error_for_status()?;
    let read: Value = serde_json::from_slice(&answer.bytes().await?)?;
    let legs = read["participants"].as_array().ok_or("no participants")?;
    let leg = legs.iter().find(|leg| leg["userId"] == body["userId"]).ok_or("nobody to pause")?;
    let url = format!(
        "{conversation}/participants/{}/screenrecording/{action}",
        leg["id"].as_str().unwrap_or_default()
    );
    let put = http.put(url).bearer_auth(token).header(CONTENT_LENGTH, 0);
    Ok(json!({ "status": put.send().await?.error_for_status()?.status().as_u16() }))
}
