//! What a cold start costs, counted: requests, connections, crates. How long it takes, `make bench` measures.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use world::{End, Function, Latency, Recorded, Service, World};

use crate::stage::*;

/// A cold start with the event waiting for the first poll, up to its answer.
async fn cold_start() -> World {
    let world = World::start().await;
    let call = world.genesys.start_call();
    let user = AGENT_A.parse().unwrap();
    world.genesys.join(call, user);
    let event = world.genesys.secure_pause(call, user);
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_secure-pause"));
    let function = Function::start(binary, world.env()).await;
    assert_eq!(outcome(&function.invoke(&event).await), "paused");
    function.stop().await;
    assert_eq!(world.complaints(), Vec::<String>::new());
    world
}

fn services(requests: &[Recorded]) -> Vec<Service> {
    requests.iter().map(|request| request.service).collect()
}

#[tokio::test]
async fn a_cold_pause_is_four_requests_and_a_reading_and_nothing_is_fetched_twice() {
    let requests = cold_start().await.requests();
    let (way, readings) = requests.split_at(4);
    let wanted = [Service::SecretsManager, Service::Login, Service::Api, Service::Api];
    assert_eq!(services(way), wanted, "{requests:#?}");
    assert_eq!((way[2].method.as_str(), way[3].method.as_str()), ("GET", "PUT"));
    assert!(!readings.is_empty(), "the pause is read back");
    assert!(readings.iter().all(|it| it.service == Service::Api && it.method == "GET"), "{readings:#?}");
}

#[tokio::test]
async fn a_cold_pause_opens_one_connection_to_each_service() {
    let world = cold_start().await;
    let opened: Vec<Service> = world.connections().iter().map(|it| it.service).collect();
    assert_eq!(opened.len(), 3, "{opened:?}");
    for service in [Service::SecretsManager, Service::Login, Service::Api] {
        assert_eq!(opened.iter().filter(|it| **it == service).count(), 1, "{opened:?}");
    }
}

#[tokio::test]
async fn both_hosts_are_dialled_while_the_secret_is_fetched_and_asked_nothing_before_it_is_time() {
    let world = World::start().await;
    // Long enough to tell before from after, whatever else the machine does.
    let late = Duration::from_millis(300);
    world.set_latency(Latency { request: late, connection: Duration::ZERO });
    let stage = Stage::raised(world, &[]).await;
    let requests = stage.world.requests();
    assert_eq!(services(&requests), [Service::SecretsManager, Service::Login], "{requests:#?}");
    let answered = requests[0].ended.expect("the secret");
    for service in [Service::Login, Service::Api] {
        let connections = stage.world.connections();
        let opened: Vec<_> = connections.iter().filter(|it| it.service == service).collect();
        assert_eq!(opened.len(), 1, "{connections:?}");
        assert!(opened[0].at < answered, "{service:?}: beside the secret, not after it");
    }
    stage.world.set_latency(Latency::default());
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    assert_eq!(stage.world.connections().len(), 3, "the connections that were opened are the ones used");
    stage.end().await;
}

#[tokio::test]
async fn a_connection_that_died_before_its_first_request_costs_one_more() {
    for end in [End::Closed, End::Forgotten] {
        let stage = Stage::new().await;
        stage.world.end_connections(end);
        stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
        assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused", "{end:?}");
        let connections = stage.world.connections();
        let to_the_api = connections.iter().filter(|it| it.service == Service::Api).count();
        assert_eq!(to_the_api, 2, "{end:?}: {connections:?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn no_roots_are_read_at_start() {
    // A function that opens a pipe which nobody writes to waits for ever, and never asks for an event.
    let pipe = Path::new(env!("CARGO_TARGET_TMPDIR")).join("roots.pem");
    let _ = std::fs::remove_file(&pipe);
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    let stage = Stage::with(&[("SSL_CERT_FILE", pipe), ("SSL_CERT_DIR", "")]).await;
    stage.end().await;
}

fn version(rest: &str) -> &str {
    rest.split(' ').next().unwrap_or(rest)
}

#[test]
fn one_http_stack_and_one_tls_provider_are_linked() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package", "secure-pause", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).unwrap();
    // `name v1.2.3`, and a mark where it was listed before.
    let mut crates: Vec<_> =
        text.lines().filter_map(|line| line.split_once(" v")).map(|(name, it)| (name, version(it))).collect();
    crates.sort_unstable();
    crates.dedup();
    let major = |name: &str| -> Vec<&str> {
        crates.iter().filter(|it| it.0 == name).filter_map(|it| it.1.split('.').next()).collect()
    };
    assert_eq!(major("hyper"), ["1"], "no legacy stack beside it");
    assert_eq!(major("http"), ["1"]);
    assert_eq!(major("rustls").len(), 1);
    let providers = ["aws-lc-rs", "ring", "openssl", "native-tls"];
    let linked: Vec<_> = providers.into_iter().filter(|name| !major(name).is_empty()).collect();
    assert_eq!(linked, ["ring"], "one provider, and none that gathers entropy of its own at start");
}
