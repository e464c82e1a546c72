//! The Lambda runtime API: hands invocations to the process and takes its answers.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot, watch};
use uuid::Uuid;

use super::{Answer, Failure};
use crate::{
    clock::lock,
    network::Line,
    wire::{self, Ending, HttpResponse, Request, Server, answer, json, with_header},
};

const BASE: &str = "/2018-06-01/runtime/";
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:secure-pause:live";

/// The runtime API of one process. Clones are the same one.
#[derive(Clone)]
pub(super) struct RuntimeApi {
    desk: Arc<Mutex<Desk>>,
    arrived: Arc<Notify>,
    polled: watch::Sender<Option<Instant>>,
}

#[derive(Default)]
struct Desk {
    waiting: VecDeque<Invocation>,
    running: BTreeMap<String, (Instant, oneshot::Sender<Answer>)>,
    init_error: Option<Value>,
}

struct Invocation {
    payload: Vec<u8>,
    deadline: Duration,
    client_context: Option<String>,
    reply: oneshot::Sender<Answer>,
}

impl Default for RuntimeApi {
    fn default() -> Self {
        Self { desk: Arc::default(), arrived: Arc::default(), polled: watch::Sender::new(None) }
    }
}

impl RuntimeApi {
    pub(super) async fn listen(&self) -> io::Result<Server> {
        let api = self.clone();
        wire::serve(0, Line::unseen(), move |request| {
            let api = api.clone();
            async move { Ending::Answer(api.serve(&request).await) }
        })
        .await
    }

    /// Puts an invocation at the end of the queue.
    pub(super) fn enqueue(
        &self,
        payload: Vec<u8>,
        deadline: Duration,
        client_context: Option<String>,
    ) -> oneshot::Receiver<Answer> {
        let (reply, answer) = oneshot::channel();
        lock(&self.desk).waiting.push_back(Invocation { payload, deadline, client_context, reply });
        self.arrived.notify_one();
        answer
    }

    pub(super) async fn polled(&self) {
        let _ = self.polled.subscribe().wait_for(Option::is_some).await;
    }

    /// When the first poll came, if it has.
    pub(super) fn polled_at(&self) -> Option<Instant> {
        *self.polled.borrow()
    }

    pub(super) fn init_error(&self) -> Option<Value> {
        lock(&self.desk).init_error.clone()
    }

    async fn serve(&self, request: &Request) -> HttpResponse {
        let path = request.path.strip_prefix(BASE).unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        match (request.method.as_str(), &parts[..]) {
            ("GET", ["invocation", "next"]) => self.next().await,
            ("POST", ["invocation", id, "response"]) => self.finish(id, Ok(content(request))),
            ("POST", ["invocation", id, "error"]) => self.finish(id, Err(failure(request))),
            ("POST", ["init", "error"]) => {
                lock(&self.desk).init_error = Some(content(request));
                accepted()
            }
            _ => refused(404, "NotFound"),
        }
    }

    async fn next(&self) -> HttpResponse {
        self.polled.send_if_modified(|polled| {
            let is_first = polled.is_none();
            polled.get_or_insert_with(Instant::now);
            is_first
        });
        loop {
            // Asked for before looking, so that an arrival in between is not missed.
            let arrived = self.arrived.notified();
            let next = lock(&self.desk).waiting.pop_front();
            // A test that no longer waits has no use for its invocation.
            if let Some(invocation) = next.filter(|it| !it.reply.is_closed()) {
                return self.hand_out(invocation);
            }
            if lock(&self.desk).waiting.is_empty() {
                arrived.await;
            }
        }
    }

    fn hand_out(&self, invocation: Invocation) -> HttpResponse {
        let id = Uuid::new_v4().to_string();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let deadline = (now + invocation.deadline).as_millis().to_string();
        let trace = format!("Root=1-{:08x}-{}", now.as_secs(), &Uuid::new_v4().simple().to_string()[..24]);
        let payload = String::from_utf8_lossy(&invocation.payload).into_owned();
        let mut response = answer(200, "application/json", payload);
        // Bytes that are no text must arrive as they are.
        *response.body_mut() = invocation.payload.into();
        let headers = [
            ("lambda-runtime-aws-request-id", id.as_str()),
            ("lambda-runtime-deadline-ms", &deadline),
            ("lambda-runtime-invoked-function-arn", ARN),
            ("lambda-runtime-trace-id", &trace),
        ];
        let context =
            invocation.client_context.iter().map(|it| ("lambda-runtime-client-context", it.as_str()));
        for (name, value) in headers.into_iter().chain(context) {
            response = with_header(response, name, value);
        }
        lock(&self.desk).running.insert(id, (Instant::now(), invocation.reply));
        response
    }

    fn finish(&self, id: &str, result: Result<Value, Failure>) -> HttpResponse {
        let Some((handed_out, reply)) = lock(&self.desk).running.remove(id) else {
            return refused(400, "InvalidRequestID");
        };
        let took = handed_out.elapsed();
        // A test that no longer waits is no fault of the function.
        let _ = reply.send(Answer { request_id: id.to_owned(), result, handed_out, took });
        accepted()
    }
}

/// The body as JSON; what is no JSON, as text.
fn content(request: &Request) -> Value {
    serde_json::from_slice(&request.body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&request.body).into_owned()))
}

fn failure(request: &Request) -> Failure {
    let body = content(request);
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    Failure { error_type: text("errorType"), error_message: text("errorMessage"), body }
}

fn accepted() -> HttpResponse {
    json(202, &json!({ "status": "OK" }))
}

fn refused(status: u16, kind: &str) -> HttpResponse {
    json(status, &json!({ "errorType": kind, "errorMessage": kind }))
}
