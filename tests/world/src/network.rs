//! The way to the services: how long it takes, which connections there are, and how they all end at once.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use tokio::{
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};

use crate::{clock::lock, journal::Service};

/// How long the way to every service takes. Without it, [`Default`], nothing is waited for at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// From a request to its answer, at the least.
    pub request: Duration,
    /// From the opening of a connection to the moment at which its first request is looked at, be that request
    /// there or not.
    pub connection: Duration,
}

/// A connection that was opened, whether or not a request came on it.
#[derive(Clone, Copy, Debug)]
pub struct Connected {
    /// When it was accepted.
    pub at: Instant,
    /// Where it leads; the one port of the services of AWS counts as Secrets Manager.
    pub service: Service,
    /// Its number, as in [`crate::Recorded::connection`].
    pub connection: u64,
}

/// What happens to all connections that are open now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// They are closed, as by a server that finds them idle.
    Closed,
    /// They seem to stay, and the next request on each is reset: a gateway has forgotten them.
    Forgotten,
}

/// The way to all services of one world. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Network {
    state: Arc<Mutex<State>>,
    ends: watch::Sender<Option<End>>,
}

#[derive(Default)]
struct State {
    latency: Latency,
    connections: Vec<Connected>,
}

impl Default for Network {
    fn default() -> Self {
        Self { state: Arc::default(), ends: watch::Sender::new(None) }
    }
}

impl Network {
    pub(crate) fn set_latency(&self, latency: Latency) {
        self.state().latency = latency;
    }

    pub(crate) fn latency(&self) -> Latency {
        self.state().latency
    }

    pub(crate) fn connections(&self) -> Vec<Connected> {
        self.state().connections.clone()
    }

    pub(crate) fn end_all(&self, end: End) {
        self.ends.send_replace(Some(end));
    }

    /// The part of the way that leads to one service.
    pub(crate) fn to(&self, service: Service) -> Line {
        Line { to: Some((self.clone(), service)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// The way to one server.
#[derive(Clone)]
pub(crate) struct Line {
    to: Option<(Network, Service)>,
}

/// A connection on its way, and what happens to it.
pub(crate) struct Way {
    ends: Option<watch::Receiver<Option<End>>>,
}

impl Line {
    /// The way to a server that is no service of the world: nothing is noted, and nothing happens on it.
    pub(crate) fn unseen() -> Self {
        Self { to: None }
    }

    /// Notes the connection.
    pub(crate) fn opened(&self, connection: u64) -> Way {
        let ends = self.to.as_ref().map(|(network, service)| {
            network.state().connections.push(Connected { at: Instant::now(), service: *service, connection });
            network.ends.subscribe()
        });
        Way { ends }
    }

    /// Waits until the connection may be looked at. Gives the moment at which its first request came, if that
    /// was before.
    pub(crate) async fn establish(&self, stream: &TcpStream) -> Option<Instant> {
        let time = self.to.as_ref()?.0.latency().connection;
        if time.is_zero() {
            return None;
        }
        // Not `readable`, which may say so of a stream on which nothing has come.
        let request = async {
            let is_there = stream.peek(&mut [0]).await.ok()? > 0;
            is_there.then(Instant::now)
        };
        let (first, ()) = tokio::join!(timeout(time, request), sleep(time));
        first.ok().flatten()
    }
}

impl Way {
    /// Waits until something happens to all connections.
    pub(crate) async fn end(&mut self) -> End {
        loop {
            let Some(ends) = &mut self.ends else {
                return std::future::pending().await;
            };
            match ends.changed().await {
                Ok(()) => {
                    if let Some(end) = *ends.borrow_and_update() {
                        return end;
                    }
                }
                Err(_) => self.ends = None,
            }
        }
    }
}
