//! The way to the services: what it costs, and what becomes of its connections.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use world::{Connected, End, Latency, Service};

use crate::client::Caller;

const REQUEST: Duration = Duration::from_millis(60);
const CONNECTION: Duration = Duration::from_millis(120);

/// How long a read takes.
async fn read(caller: &Caller) -> Duration {
    let since = Instant::now();
    caller.read(caller.world.genesys.start_call()).await;
    since.elapsed()
}

fn to_the_api(caller: &Caller) -> Vec<Connected> {
    let is_api = |it: &Connected| it.service == Service::Api;
    caller.world.connections().into_iter().filter(is_api).collect()
}

#[tokio::test]
async fn every_request_takes_its_time_and_the_first_on_a_connection_that_of_the_connection_too() {
    let caller = Caller::start().await;
    caller.world.set_latency(Latency { request: REQUEST, connection: CONNECTION });
    assert!(read(&caller).await >= REQUEST + CONNECTION);
    let second = read(&caller).await;
    assert!(second >= REQUEST && second < REQUEST + CONNECTION, "{second:?}");
    let reads = caller.world.requests().split_off(1);
    for (read, least) in reads.iter().zip([REQUEST + CONNECTION, REQUEST]) {
        let took = read.ended.expect("an answer") - read.arrived;
        // The client had connected a little before the connection was taken.
        assert!(took + Duration::from_millis(20) >= least, "{took:?}");
    }
}

#[tokio::test]
async fn a_connection_is_known_before_anything_is_asked_on_it() {
    let caller = Caller::start().await;
    let url = caller.world.env()["GENESYS_API_URL"].clone();
    let address = url.strip_prefix("http://").expect("a URL").to_owned();
    let _opened = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let until = Instant::now() + Duration::from_secs(5);
    while to_the_api(&caller).is_empty() && Instant::now() < until {
        tokio::task::yield_now().await;
    }
    read(&caller).await;
    let connections = to_the_api(&caller);
    assert_eq!(connections.len(), 2);
    let asked = caller.world.requests().pop().expect("the read");
    assert_eq!(asked.connection, connections[1].connection, "the number is that of its requests");
    assert!(connections[1].at <= asked.arrived);
}

#[tokio::test]
async fn connections_that_are_closed_or_forgotten_are_of_no_more_use() {
    for end in [End::Closed, End::Forgotten] {
        let caller = Caller::start().await;
        read(&caller).await;
        caller.world.end_connections(end);
        // The client's own task has to see that a connection was closed.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let call = caller.world.genesys.start_call();
        let first = caller.get(call).send().await;
        assert_eq!(first.is_ok(), end == End::Closed, "{end:?}: {first:?}");
        assert_eq!(caller.status(caller.get(call)).await, StatusCode::OK.as_u16(), "{end:?}");
        assert_eq!(to_the_api(&caller).len(), 2, "{end:?}: one more");
    }
}
