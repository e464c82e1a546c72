//! Where a schedule plays: the organization, its settings, the function's, and what is taken away from it.

use std::collections::BTreeMap;

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use secure_pause::aws;
use secure_pause::config::Config;
use secure_pause::transport::Tls;
use serde_json::{Value, json};
use world::{RateLimit, World};

use super::lambda::Lambda;
use super::schedule::{Schedule, Tells};
use super::time::{played, timing};

/// The world, and the function in it.
pub struct Setting {
    pub world: World,
    pub lambda: Lambda,
}

impl Setting {
    /// The organization that a schedule plays in, and the function in its account.
    pub async fn of(schedule: &Schedule) -> Self {
        let world = World::start().await;
        world.genesys.organization(|organization| {
            organization.read_lag = played(schedule.lag);
            organization.latency = played(schedule.latency);
            organization.tells_secure_pause = schedule.tells != Tells::VoiceOnly;
            organization.tells_screen_state = schedule.tells != Tells::NoScreens;
            // A minute of life allows as many requests as ever, and is played in six seconds.
            for limit in [&mut organization.token_limit, &mut organization.client_limit] {
                *limit = limit.map(|RateLimit { requests, window }| {
                    let window = played(window.as_secs_f64());
                    RateLimit { requests, window }
                });
            }
        });
        let env = world.env();
        let mut config = Config::from_lookup(|name| env.get(name).cloned()).expect("the world's settings");
        config.policy.timing = timing();
        let lambda = Lambda::new(config, aws_of(&env));
        Self { world, lambda }
    }
}

/// A reader who takes `securePause: false` alone for off: the bodies it would have to be given.
pub fn take_false_for_off(body: &mut Value) {
    let is_on = |it: &Value| it["securePause"] == json!(true);
    let legs = body["participants"].as_array().cloned().unwrap_or_default();
    let calls = legs.iter().flat_map(|leg| leg["calls"].as_array().cloned().unwrap_or_default());
    if is_on(body) || calls.into_iter().any(|call| is_on(&call)) {
        return;
    }
    body["recordingState"] = json!("ACTIVE");
    let is_flow = |leg: &Value| ["ivr", "workflow"].iter().any(|purpose| leg["purpose"] == *purpose);
    let mut rest: Vec<Value> = legs.into_iter().filter(|leg| !is_flow(leg)).collect();
    for call in rest.iter_mut().flat_map(|leg| leg["calls"].as_array_mut().into_iter().flatten()) {
        call["recordingState"] = json!("active");
    }
    body["participants"] = Value::Array(rest);
}

/// As the function's own, with what the function takes from its environment taken from the world's.
fn aws_of(env: &BTreeMap<String, String>) -> SdkConfig {
    let credentials = Credentials::new(
        env["AWS_ACCESS_KEY_ID"].clone(),
        env["AWS_SECRET_ACCESS_KEY"].clone(),
        Some(env["AWS_SESSION_TOKEN"].clone()),
        None,
        "storm",
    );
    let tls = Tls::trusting(&[]).expect("TLS");
    let config = aws::config(&tls).expect("a client for AWS");
    config
        .into_builder()
        .region(Region::new(env["AWS_REGION"].clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(env["AWS_ENDPOINT_URL"].clone())
        .build()
}
