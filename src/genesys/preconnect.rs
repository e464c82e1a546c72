//! Opens a connection before there is a request for it, while the secret and the token are being fetched.
//!
//! reqwest has no call that only connects. So a request is begun, its connection is kept as soon as it is open, and the
//! request is cancelled: the host sees a connection and nothing on it. Every cold start saves the time of a connection,
//! TLS included; figures in docs/design.md, "Fast".

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either, select};
use reqwest::{Client, ClientBuilder};
use tokio::sync::Mutex;
use tower_service::Service;

/// How long an idle connection is kept, here and in the client's pool. The other side is likely to have closed one that
/// has been idle for longer.
const IDLE: Duration = Duration::from_secs(20);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A client that can open its first connection early.
#[derive(Clone, Debug)]
pub(super) struct EarlyClient {
    pub(super) client: Client,
    /// Whether the next connection is kept.
    early: Arc<AtomicBool>,
}

impl EarlyClient {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub(super) fn build(builder: ClientBuilder) -> reqwest::Result<Self> {
        let early = Arc::new(AtomicBool::new(false));
        let asked = early.clone();
        let layer = tower_layer::layer_fn(move |connector| Connector {
            inner: connector,
            early: asked.clone(),
            kept: Arc::default(),
        });
        let client = builder.pool_idle_timeout(IDLE).connector_layer(layer).build()?;
        Ok(Self { client, early })
    }

    /// Opens a connection to the host of `url`, in the background. If that fails, the first request reports it.
    pub(super) fn connect(&self, url: &str) {
        self.early.store(true, Ordering::Relaxed);
        drop(tokio::spawn(self.client.head(url).send()));
    }
}

/// reqwest's connector `S`, and the connection `C` that it has opened early.
struct Connector<S, C> {
    inner: S,
    early: Arc<AtomicBool>,
    /// Locked while it is being opened.
    kept: Arc<Mutex<Option<(C, SystemTime)>>>,
}

// Not derived, because a connection cannot be cloned, and need not be.
impl<S: Clone, C> Clone for Connector<S, C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), early: self.early.clone(), kept: self.kept.clone() }
    }
}

impl<S, Destination, C> Service<Destination> for Connector<S, C>
where
    S: Service<Destination, Response = C, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send + Unpin,
    Destination: Send + 'static,
    C: Send + 'static,
{
    type Response = C;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<C, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, destination: Destination) -> Self::Future {
        let connecting = self.inner.call(destination);
        let kept = self.kept.clone();
        let is_early = self.early.swap(false, Ordering::Relaxed);
        async move {
            if is_early {
                let mut kept = kept.lock().await;
                *kept = Some((connecting.await?, SystemTime::now()));
                return Err("called off: its connection is kept for another".into());
            }
            // A connection that is still being opened may hang, or have been frozen. Another one may be faster.
            let early = pin!(async { kept.lock().await.take().filter(|(_, at)| is_fresh(*at)) });
            match select(early, connecting).await {
                Either::Left((Some((connection, _)), _)) => Ok(connection),
                Either::Left((None, connecting)) => connecting.await,
                Either::Right((connection, _)) => connection,
            }
        }
        .boxed()
    }
}

/// By the wall clock: a frozen function's monotonic clock may have stood still.
fn is_fresh(at: SystemTime) -> bool {
    at.elapsed().is_ok_and(|age| age < IDLE)
}
