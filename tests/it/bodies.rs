//! Genesys answers with bodies that are too large, or never come: none takes the function's memory or its time.

use std::time::Duration;

use world::{Fault, On, World};

use crate::stage::*;

/// More than half of what the function has.
pub const HUGE: usize = 150_000_000;

/// The most memory that a process has had at a time, in bytes.
fn peak_memory(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn no_body_takes_the_functions_memory() {
    let world = World::start().await;
    world.secrets.inject(Fault::Huge(200, HUGE), 1);
    let stage = Stage::raised(world, &[]).await.reads_dark();
    for (on, status) in
        [(On::Conversation, 200), (On::Conversation, 429), (On::Conversation, 503), (On::Pause, 409)]
    {
        stage.world.genesys.inject(on, Fault::Huge(status, HUGE), 1);
        stage.invoke(&fresh(STARTED)).await;
    }
    stage.world.genesys.revoke_tokens();
    stage.world.genesys.inject(On::Token, Fault::Huge(200, HUGE), 1);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    let most = peak_memory(stage.function.pid());
    assert!(most < HUGE / 2, "{most} bytes");
    stage.end().await;
}

#[tokio::test]
async fn a_body_that_stays_too_large_is_an_upstream_that_fails() {
    let stage = Stage::new().await.reads_dark();
    stage.world.genesys.inject(On::Conversation, Fault::Huge(200, 3_000_000), usize::MAX);
    let answer = stage.invoke_within(&fresh(BY_USER), Duration::from_secs(2)).await;
    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    let message = answer.result.unwrap_err().error_message;
    assert!(message.contains("more than 2 MiB"), "{message}");
    stage.end().await;
}

#[tokio::test]
async fn a_failures_body_is_not_waited_for() {
    let stage = Stage::new().await.reads_dark();
    for (on, status, name) in [
        (On::Conversation, 503, "paused"),
        (On::Conversation, 429, "paused"),
        (On::Conversation, 409, "ConversationUnreadable"),
        (On::Pause, 503, "paused"),
        (On::Pause, 429, "paused"),
    ] {
        stage.world.genesys.inject(on, Fault::HeadOnly(status), 1);
        let answer = stage.invoke(&fresh(BY_USER)).await;
        assert_eq!(outcome(&answer), name, "{on:?} {status}");
        assert!(answer.took < Duration::from_secs(2), "{on:?} {status}: {:?}", answer.took);
    }
    stage.end().await;
}
