//! Connections: how they are accepted, served, closed and reset.

mod request;

use std::{
    convert::Infallible,
    future::pending,
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::{
    Response,
    body::{Body, Frame, Incoming},
    header::HeaderValue,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};

use crate::{
    clock::lock,
    network::{End, Line},
};

pub(crate) use request::Request;

pub(crate) type HttpResponse = Response<Full<Bytes>>;

/// How long a connection outlives its last answer under [`Ending::AnswerThenClose`].
const CLOSE_AFTER: Duration = Duration::from_millis(5);

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// How a request ends on the wire.
pub(crate) enum Ending {
    Answer(HttpResponse),
    /// Answered as if the connection were to stay, which then closes.
    AnswerThenClose(HttpResponse),
    /// Answered; the next request on the same connection is reset.
    AnswerThenDead(HttpResponse),
    /// A head with this status, and the body that it announces never comes.
    Head(u16),
    /// The head of this answer, and its body so much later.
    LateBody(HttpResponse, Duration),
    Reset,
    Close,
    Hang,
}

impl Ending {
    pub(crate) fn response_mut(&mut self) -> Option<&mut HttpResponse> {
        match self {
            Self::Answer(response)
            | Self::AnswerThenClose(response)
            | Self::AnswerThenDead(response)
            | Self::LateBody(response, _) => Some(response),
            Self::Head(_) | Self::Reset | Self::Close | Self::Hang => None,
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(response)
            | Self::AnswerThenClose(response)
            | Self::AnswerThenDead(response)
            | Self::LateBody(response, _) => Some(response.status().as_u16()),
            Self::Head(status) => Some(*status),
            Self::Reset | Self::Close | Self::Hang => None,
        }
    }
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: &Value) -> HttpResponse {
    answer(status, "application/json", body.to_string())
}

/// An answer of any type; one without content has neither type nor body.
pub(crate) fn answer(status: u16, content_type: &str, body: String) -> HttpResponse {
    let mut builder = Response::builder().status(status);
    if !body.is_empty() {
        builder = builder.header("content-type", content_type);
    }
    builder.body(Full::from(body)).expect("the simulator uses valid statuses and types")
}

/// Adds a header to an answer, replacing one of the same name.
pub(crate) fn with_header(mut response: HttpResponse, name: &str, value: &str) -> HttpResponse {
    let name: hyper::header::HeaderName = name.parse().expect("a valid header name");
    let value = HeaderValue::from_str(value).expect("a valid header value");
    response.headers_mut().insert(name, value);
    response
}

/// An answer that ends with its head.
fn head(status: u16) -> Response<Either<Full<Bytes>, Late>> {
    let head = Response::builder().status(status).header("content-type", "application/json");
    let never = Late { at: Box::pin(pending()), body: Some(Full::default()) };
    head.body(Either::Right(never)).expect("the simulator uses valid statuses")
}

/// A body that comes once this has ended.
struct Late {
    at: Pin<Box<dyn Future<Output = ()> + Send>>,
    body: Option<Full<Bytes>>,
}

impl Body for Late {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.body.is_some() {
            ready!(self.at.as_mut().poll(context));
        }
        let Some(mut body) = self.body.take() else { return Poll::Ready(None) };
        Pin::new(&mut body).poll_frame(context)
    }
}

/// A server on loopback; dropping the guard closes it and all its connections.
pub(crate) struct Server {
    pub address: SocketAddr,
    task: AbortHandle,
}

impl Server {
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn close(&self) {
        self.task.abort();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.close();
    }
}

/// Serves `handler` on this port of loopback, which `line` leads to; 0 is any that is free.
///
/// # Errors
/// Where the port is taken, or is not for everyone to take.
pub(crate) async fn serve<H, F>(port: u16, line: Line, handler: H) -> io::Result<Server>
where
    H: Fn(Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Ending> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        io::Error::new(error.kind(), format!("port {port} of loopback cannot be taken: {error}"))
    })?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(async move {
        // The set ends its connections when this task is aborted.
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, line.clone(), handler.clone()));
                },
                Some(_) = connections.join_next() => {}
            }
        }
    });
    Ok(Server { address, task: task.abort_handle() })
}

enum Cut {
    Reset,
    Now,
    Soon,
}

async fn connection<H, F>(stream: TcpStream, line: Line, handler: H)
where
    H: Fn(Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Ending> + Send + 'static,
{
    // Kernel buffering would add up to 40 ms to what the demo measures as exposure.
    let _ = stream.set_nodelay(true);
    let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed) + 1;
    let mut way = line.opened(number);
    let first = Mutex::new(line.establish(&stream).await);
    let socket = SockRef::from(&stream).try_clone().expect("another handle on the socket");
    let doomed = Arc::new(AtomicBool::new(false));
    let is_doomed = Arc::clone(&doomed);
    let (cut, mut cuts) = mpsc::unbounded_channel();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let arrived = lock(&first).take().unwrap_or_else(Instant::now);
        let (handler, cut, doomed) = (handler.clone(), cut.clone(), Arc::clone(&doomed));
        async move {
            let is_doomed = doomed.load(Ordering::Relaxed);
            let Some(request) = Request::read(request, number, arrived, is_doomed).await else {
                return pending().await;
            };
            let (response, cut_as) = match handler(request).await {
                Ending::Head(status) => return Ok(head(status)),
                Ending::LateBody(response, after) => {
                    let late = |body| Late { at: Box::pin(sleep(after)), body: Some(body) };
                    return Ok(response.map(|body| Either::Right(late(body))));
                }
                Ending::Answer(response) => (Some(response), None),
                Ending::AnswerThenClose(response) => (Some(response), Some(Cut::Soon)),
                Ending::AnswerThenDead(response) => {
                    doomed.store(true, Ordering::Relaxed);
                    (Some(response), None)
                }
                Ending::Reset => (None, Some(Cut::Reset)),
                Ending::Close => (None, Some(Cut::Now)),
                Ending::Hang => (None, None),
            };
            if let Some(cut_as) = cut_as {
                let _ = cut.send(cut_as);
            }
            match response {
                Some(response) => Ok::<_, Infallible>(response.map(Either::Left)),
                None => pending().await,
            }
        }
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    let cut = loop {
        tokio::select! {
            _ = &mut served => return,
            cut = cuts.recv() => break cut,
            end = way.end() => match end {
                End::Closed => break Some(Cut::Now),
                End::Forgotten => is_doomed.store(true, Ordering::Relaxed),
            },
        }
    };
    match cut {
        // Closing a socket that may not linger sends a reset instead of a farewell.
        Some(Cut::Reset) => {
            let _ = socket.set_linger(Some(Duration::ZERO));
        }
        Some(Cut::Soon) => {
            let _ = timeout(CLOSE_AFTER, served).await;
        }
        Some(Cut::Now) | None => {}
    }
}
