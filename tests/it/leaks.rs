//! Secrets and callers' data reach no log line, error or answer, not even at TRACE.

use std::time::Duration;

use serde_json::json;
use world::{Fault, On, World};

use crate::stage::*;

#[tokio::test]
async fn nothing_of_the_caller_and_no_secret_is_ever_written_down() {
    let world = World::start().await;
    let stage = Stage::raised(world, &[("AWS_LAMBDA_LOG_LEVEL", "TRACE"), ("RUST_LOG", "trace")]).await;
    let genesys = &stage.world.genesys;
    let user = AGENT_A.parse().unwrap();
    let call = genesys.start_call();
    let leg = genesys.join(call, user);
    let mut started = genesys.secure_pause(call, user);
    started["detail"]["eventBody"]["remoteName"] = json!("Sentinel Caller");
    let mut written = Vec::new();

    let faults = [
        Fault::Status(500),
        Fault::Status(404),
        Fault::Status(409),
        Fault::Status(403),
        Fault::RetryAfter(60),
        Fault::Html(502),
        Fault::Reset,
    ];
    written.push(format!("{:?}", stage.invoke(&started).await.result));
    for on in [On::Conversation, On::AnyScreenRecording, On::Token] {
        for fault in &faults {
            genesys.revoke_tokens();
            genesys.inject(on, fault.clone(), usize::MAX);
            let answer = stage.invoke_within(&started, Duration::from_millis(1500)).await;
            genesys.clear_faults();
            written.push(format!("{:?}", answer.result));
        }
    }
    for field in ["conversationId", "eventType", "userId", "participantId", "eventTime"] {
        let mut event = started.clone();
        event["detail"]["eventBody"][field] = json!("Sentinel Caller 4111111111111111");
        written.push(format!("{:?}", stage.invoke(&event).await.result));
    }
    let mut event = started.clone();
    event["id"] = json!("4111111111111111");
    event["detail"]["metadata"]["CorrelationId"] = json!("4111111111111111");
    event["detail-type"] = json!("Sentinel Caller");
    written.push(format!("{:?}", stage.invoke(&event).await.result));
    for broken in ["{\"name\": \"Sentinel Caller\", 4111111111111111", "{\"Sentinel Caller\": tru"] {
        let answer = stage.function.invoke_bytes(broken.into(), Duration::from_secs(5)).await;
        written.push(format!("{:?}", answer.result));
    }
    let body = "{\"__type\": \"Sentinel Caller 4111111111111111\"}".to_owned();
    genesys.rotate_secret();
    stage.world.secrets.inject(Fault::StatusWith { status: 400, headers: Vec::new(), body }, 2);
    written.push(format!("{:?}", stage.invoke(&started).await.result));

    genesys.rotate_secret_with(&stage.world.secrets);
    written.push(format!("{:?}", stage.invoke(&started).await.result));
    stage.world.secrets.set_raw("{\"client_id\":\"Sentinel Caller\"}");
    genesys.rotate_secret();
    written.push(format!("{:?}", stage.invoke(&started).await.result));

    let logs = stage.function.logs();
    assert!(logs.iter().any(|line| line.contains("\"level\":\"DEBUG\"")), "the level is in force");
    written.extend(logs);
    let written = written.join("\n");
    assert!(written.contains(&leg.to_string()), "ids are written");
    let mut forbidden = genesys.secrets_of_the_caller();
    forbidden.extend(stage.world.secrets.secret_values());
    forbidden.extend(["Sentinel Caller".to_owned(), "4111111111111111".to_owned()]);
    assert!(forbidden.len() > 10);
    for secret in forbidden {
        assert!(!written.contains(&secret), "{secret} was written down");
    }
    stage.end().await;
}
