//! A running process of the real binary, invoked as Lambda invokes it.

mod logs;
mod process;
mod runtime_api;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, io,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::wire::Server;
use logs::Logs;
use process::Process;
use runtime_api::RuntimeApi;

/// How long a process may take to its first poll: Lambda gives INIT ten seconds, a debug binary on a
/// busy machine gets twice that.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// How long after its deadline an answer is still waited for.
const GRACE: Duration = Duration::from_secs(3);
/// How long a test waits for a line of the log.
const LOGS_WITHIN: Duration = Duration::from_secs(5);
/// How long a process may take to end by itself once the runtime API is gone.
const STOP_WITHIN: Duration = Duration::from_secs(2);
/// The deadline of [`Function::invoke`].
const DEADLINE: Duration = Duration::from_secs(30);

/// A process of the function with a runtime API of its own. Dropping it kills the process.
pub struct Function {
    process: Process,
    started_at: Instant,
    runtime: RuntimeApi,
    server: Server,
    logs: Logs,
}

/// What the function posted for one invocation.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The id Lambda gave the invocation.
    pub request_id: String,
    /// What was posted to `/response`, or to `/error`.
    pub result: Result<Value, Failure>,
    /// When the process was given the invocation.
    pub handed_out: Instant,
    /// From the moment the process fetched the invocation to its answer.
    pub took: Duration,
}

/// What was posted to `/error`.
#[derive(Clone, Debug)]
pub struct Failure {
    /// `errorType`, empty where the body has none.
    pub error_type: String,
    /// `errorMessage`, empty where the body has none.
    pub error_message: String,
    /// The whole body.
    pub body: Value,
}

/// An invocation without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The process ended.
    ProcessEnded,
    /// The deadline passed, and some seconds more.
    NoAnswer,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ProcessEnded => "the process ended without an answer",
            Self::NoAnswer => "no answer came by the deadline",
        })
    }
}

impl Function {
    /// Starts the binary with this environment and what Lambda adds to it, and nothing else; waits for
    /// nothing.
    ///
    /// # Panics
    /// If the binary cannot be started.
    pub async fn start(binary: &Path, env: BTreeMap<String, String>) -> Self {
        let started = Self::try_start(binary, env).await;
        started.unwrap_or_else(|error| panic!("cannot start {}: {error}", binary.display()))
    }

    /// [`Function::start`].
    ///
    /// # Errors
    /// If the binary cannot be started, or loopback has no free port for the runtime API.
    pub async fn try_start(binary: &Path, env: BTreeMap<String, String>) -> io::Result<Self> {
        Self::try_start_with(binary, &[], env).await
    }

    /// [`Function::try_start`] of a program that needs arguments, such as an interpreter.
    ///
    /// # Errors
    /// As [`Function::try_start`].
    pub async fn try_start_with(
        program: &Path,
        arguments: &[OsString],
        env: BTreeMap<String, String>,
    ) -> io::Result<Self> {
        let runtime = RuntimeApi::default();
        let server = runtime.listen().await?;
        let logs = Logs::default();
        let started_at = Instant::now();
        let process = Process::start(program, arguments, env, server.address, &logs)?;
        Ok(Self { process, started_at, runtime, server, logs })
    }

    /// Invokes with an event and a deadline of 30 s; see [`Function::invoke_bytes`].
    pub async fn invoke(&self, event: &Value) -> Answer {
        self.invoke_bytes(event.to_string().into_bytes(), DEADLINE).await
    }

    /// Invokes with any payload, JSON or not. Invocations wait for one another, as in Lambda.
    ///
    /// # Panics
    /// With the log, if the process ends or no answer comes within the deadline and 3 s.
    pub async fn invoke_bytes(&self, payload: Vec<u8>, deadline: Duration) -> Answer {
        match self.try_invoke(payload, deadline).await {
            Ok(answer) => answer,
            Err(lost) => panic!("{lost}; its log:\n{}", self.logs().join("\n")),
        }
    }

    /// Invokes with any payload.
    ///
    /// # Errors
    /// If the process ends or no answer comes within the deadline and 3 s.
    pub async fn try_invoke(&self, payload: Vec<u8>, deadline: Duration) -> Result<Answer, Lost> {
        self.try_invoke_from(None, payload, deadline).await
    }

    /// The same by a caller whose SDK sends this as the client context.
    ///
    /// # Errors
    /// As [`Function::try_invoke`].
    pub async fn try_invoke_from(
        &self,
        client_context: Option<String>,
        payload: Vec<u8>,
        deadline: Duration,
    ) -> Result<Answer, Lost> {
        let answer = self.runtime.enqueue(payload, deadline, client_context);
        tokio::select! {
            biased;
            answer = answer => answer.map_err(|_| Lost::NoAnswer),
            () = self.process.ended() => Err(Lost::ProcessEnded),
            () = sleep(deadline + GRACE) => Err(Lost::NoAnswer),
        }
    }

    /// Every line of the process's stdout and stderr so far, as it came.
    pub fn logs(&self) -> Vec<String> {
        self.logs.lines()
    }

    /// Waits until the log is as wanted, at most 5 s, and returns it as it is then.
    pub async fn logs_until(&self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let _ = timeout(LOGS_WITHIN, self.logs.wait(&wanted)).await;
        self.logs()
    }

    /// What the process posted as its initialization error, if it did.
    pub fn init_error(&self) -> Option<Value> {
        self.runtime.init_error()
    }

    /// Waits until the process asks for its first invocation.
    ///
    /// # Panics
    /// With the log, if it does not within 20 s, or ends.
    pub async fn ready(&self) {
        if let Err(lost) = self.try_ready().await {
            panic!("{lost}: it never asked for an event; its log:\n{}", self.logs().join("\n"));
        }
    }

    /// [`Function::ready`].
    ///
    /// # Errors
    /// If it does not ask within 20 s, or ends.
    pub async fn try_ready(&self) -> Result<(), Lost> {
        tokio::select! {
            ready = timeout(READY_WITHIN, self.runtime.polled()) => ready.map_err(|_| Lost::NoAnswer),
            () = self.process.ended() => Err(Lost::ProcessEnded),
        }
    }

    /// When the process was started: just before.
    pub fn started_at(&self) -> Instant {
        self.started_at
    }

    /// When it first asked for an invocation, if it has.
    pub fn polled_at(&self) -> Option<Instant> {
        self.runtime.polled_at()
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.process.pid
    }

    /// Whether the process is there.
    pub fn is_running(&self) -> bool {
        self.process.is_running()
    }

    /// Ends the process: first the runtime API closes, at which it ends by itself and writes its coverage
    /// profile; after 2 s it is killed. Gives its whole log.
    pub async fn stop(self) -> Vec<String> {
        self.server.close();
        if timeout(STOP_WITHIN, self.process.ended()).await.is_err() {
            self.process.kill();
            self.process.ended().await;
        }
        self.logs()
    }
}
