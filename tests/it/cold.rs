//! What a cold start costs, counted: requests, connections, crates. How long it takes, `make bench` measures.

use std::process::Command;

use world::{Function, Recorded, Service, World};

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
    let linked: Vec<_> = providers.iter().filter(|name| !major(name).is_empty()).collect();
    assert_eq!(linked.len(), 1, "{linked:?}");
}
