//! What is started together, and the environment that leads the function to it.

use std::{collections::BTreeMap, io, sync::Arc};

use crate::{
    aws::{self, ACCESS_KEY_ID, REGION},
    genesys::Genesys,
    journal::{Journal, Recorded, Service},
    network::{Connected, End, Latency},
    queue::Queue,
    secrets::{RECORDINGS_SECRET_NAME, SECRET_NAME, SecretsManager},
    wire::Server,
};

/// Genesys Cloud, Secrets Manager and SQS on loopback. Clones are the same world; with the last of them its
/// servers close.
#[derive(Clone)]
pub struct World {
    /// The organization.
    pub genesys: Genesys,
    /// The secret with its OAuth client.
    pub secrets: SecretsManager,
    /// The queue of the watch.
    pub queue: Queue,
    journal: Journal,
    servers: Arc<Servers>,
}

struct Servers {
    login: Server,
    api: Server,
    aws: Server,
}

/// Where on loopback the servers listen; 0, the default, is any free port.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ports {
    /// The token host.
    pub login: u16,
    /// The API host.
    pub api: u16,
    /// Secrets Manager and SQS.
    pub aws: u16,
}

impl World {
    /// Starts the servers in the current runtime; the secret holds the organization's OAuth client.
    ///
    /// # Panics
    /// If there are no free ports.
    pub async fn start() -> Self {
        Self::start_on(Ports::default()).await.expect("free ports on loopback")
    }

    /// [`World::start`] on these ports.
    ///
    /// # Errors
    /// If one of them is taken.
    pub async fn start_on(ports: Ports) -> io::Result<Self> {
        let journal = Journal::default();
        let genesys = Genesys::new(journal.clone());
        let secrets = SecretsManager::new(journal.clone());
        let queue = Queue::new(journal.clone());
        let (id, secret) = genesys.client();
        secrets.set(&id, &secret);
        let (id, secret) = genesys.recordings_client();
        secrets.set_recordings(&id, &secret);
        let (login, api) = genesys.listen(ports.login, ports.api).await?;
        let aws = aws::listen(
            ports.aws,
            journal.network().to(Service::SecretsManager),
            secrets.clone(),
            queue.clone(),
        )
        .await?;
        queue.open_at(&aws.url());
        let servers = Servers { login, api, aws };
        Ok(Self { genesys, secrets, queue, journal, servers: Arc::new(servers) })
    }

    /// The environment the function needs to run in this world.
    pub fn env(&self) -> BTreeMap<String, String> {
        let pairs = [
            ("GENESYS_SECRET_ID", SECRET_NAME.to_owned()),
            ("GENESYS_REGION", "mypurecloud.com".to_owned()),
            ("GENESYS_API_URL", self.servers.api.url()),
            ("GENESYS_LOGIN_URL", self.servers.login.url()),
            ("AWS_ENDPOINT_URL", self.servers.aws.url()),
            ("WATCH_QUEUE_URL", self.queue.url()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "made-up-secret-access-key".to_owned()),
            ("AWS_SESSION_TOKEN", "made-up-session-token".to_owned()),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The variable that has recordings read by the client that may do nothing else.
    pub const fn recordings_env() -> (&'static str, &'static str) {
        ("RECORDINGS_SECRET_ID", RECORDINGS_SECRET_NAME)
    }

    /// Everything Genesys, Secrets Manager and SQS received, in order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.journal.requests()
    }

    /// Tells `follower` of every request from now on, as soon as it is settled how the request ends. A
    /// follower takes the place of an earlier one; it must not wait for anything.
    pub fn follow(&self, follower: impl Fn(&Recorded) + Send + Sync + 'static) {
        self.journal.follow(Arc::new(follower));
    }

    /// Every connection to them, in order.
    pub fn connections(&self) -> Vec<Connected> {
        self.journal.network().connections()
    }

    /// From now on the way to every service takes so long, whatever the services take themselves.
    pub fn set_latency(&self, latency: Latency) {
        self.journal.network().set_latency(latency);
    }

    /// Has something happen to all connections to the services. Tells the function nothing of it.
    pub fn end_connections(&self, end: End) {
        self.journal.network().end_all(end);
    }

    /// What a strict Genesys, Secrets Manager or SQS would not have forgiven; empty in a good test.
    pub fn complaints(&self) -> Vec<String> {
        self.journal.complaints()
    }
}
