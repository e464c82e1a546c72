//! What arrived at Genesys, at Secrets Manager and at SQS, in order, and what was wrong with it.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::{Instant, SystemTime},
};

use serde_json::{Value, json};
use tokio::time::sleep_until;

use crate::{
    clock::{iso_millis, lock},
    network::Network,
    wire::{Ending, Request},
};

/// Which of the simulated services a request arrived at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The Genesys token host, `login.{region}`.
    Login,
    /// The Genesys API host, `api.{region}`.
    Api,
    /// AWS Secrets Manager.
    SecretsManager,
    /// The queue, in Amazon SQS.
    Queue,
}

impl Service {
    /// The word in a line of JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Api => "api",
            Self::SecretsManager => "secrets-manager",
            Self::Queue => "sqs",
        }
    }
}

/// One request as it arrived, and how it was answered.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// When it had been read to its end.
    pub at: SystemTime,
    /// Where it arrived.
    pub service: Service,
    /// The method, in upper case.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The status of the answer; none where there was no answer: reset, closed, still hanging, or the client gave up.
    pub status: Option<u16>,
    /// The TCP connection it came on, counted from 1 over the whole process.
    pub connection: u64,
    /// When it began to come.
    pub arrived: Instant,
    /// When the answer was ready to be sent, or the connection to be cut; none as long as the request hangs.
    pub ended: Option<Instant>,
}

impl Recorded {
    /// The request in one line, for snapshots: `PUT /api/v2/… -> 202`, `-> no answer` without a status.
    pub fn line(&self) -> String {
        self.to_string()
    }

    /// The request as JSON, for readers in other languages: `kind` (always `request`), `service`,
    /// `method`, `path`, `status` (null where there was no answer) and `at`, in RFC 3339.
    pub fn json(&self) -> Value {
        json!({
            "kind": "request",
            "service": self.service.word(),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "at": iso_millis(self.at.into()),
        })
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> ", self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, "{status}"),
            None => f.write_str("no answer"),
        }
    }
}

/// The shared record of all services of one world.
#[derive(Clone, Default)]
pub(crate) struct Journal {
    network: Network,
    pages: Arc<Mutex<Pages>>,
}

/// Who is told of a request when it is settled how it ends.
pub(crate) type Follower = Arc<dyn Fn(&Recorded) + Send + Sync>;

#[derive(Default)]
struct Pages {
    follower: Option<Follower>,
    requests: Vec<Recorded>,
    complaints: Vec<String>,
    secrets: Vec<String>,
}

impl Journal {
    /// The way on which everything arrives.
    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// Records a request on arrival, lets `answer` end it, and records the ending.
    pub(crate) async fn record(
        &self,
        service: Service,
        request: &Request,
        answer: impl Future<Output = Ending>,
    ) -> Ending {
        let no_sooner = Instant::now() + self.network.latency().request;
        let entry = {
            let mut pages = lock(&self.pages);
            pages.requests.push(Recorded {
                at: SystemTime::now(),
                service,
                method: request.method.clone(),
                path: request.path.clone(),
                status: None,
                connection: request.connection,
                arrived: request.arrived,
                ended: None,
            });
            pages.requests.len() - 1
        };
        let ending = if request.doomed { Ending::Reset } else { answer.await };
        // A timer has a millisecond's grain: where there is nothing to wait for, it is not asked.
        if Instant::now() < no_sooner {
            sleep_until(no_sooner.into()).await;
        }
        let (follower, recorded) = {
            let mut pages = lock(&self.pages);
            pages.requests[entry].status = ending.status();
            pages.requests[entry].ended = (!matches!(ending, Ending::Hang)).then(Instant::now);
            (pages.follower.clone(), pages.requests[entry].clone())
        };
        if let Some(follower) = follower {
            follower(&recorded);
        }
        ending
    }

    pub(crate) fn follow(&self, follower: Follower) {
        lock(&self.pages).follower = Some(follower);
    }

    pub(crate) fn complain(&self, request: &Request, fault: &str) {
        let complaint = format!("{} {}: {fault}", request.method, request.path);
        lock(&self.pages).complaints.push(complaint);
    }

    /// Remembers a client secret or a token, so that a test can look for it where it must not be.
    pub(crate) fn secret(&self, secret: &str) {
        lock(&self.pages).secrets.push(secret.to_owned());
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        lock(&self.pages).requests.clone()
    }

    pub(crate) fn complaints(&self) -> Vec<String> {
        lock(&self.pages).complaints.clone()
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        lock(&self.pages).secrets.clone()
    }
}
