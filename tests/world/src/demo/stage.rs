//! What is started for a demo, and what it is called when that fails.

use std::{path::Path, time::Duration};

use serde_json::Value;
use tokio::time::{Instant, timeout};
use uuid::Uuid;
use world::{Answer, Function, Lost, World};

/// What Lambda gives an invocation. No scene needs more than a few seconds of it.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long the line of an invocation is waited for. It is written before the answer, so it only has to
/// be read.
const LINE_WITHIN: Duration = Duration::from_secs(2);

/// The queue whose calls are expected to have a secure pause.
pub(crate) const PAYMENT_QUEUE: Uuid = Uuid::from_u128(0x5d1f_0c3e_7b2a_4c68_9e41_2f6a_8b90_c7d3);

/// The world, and the function in it, ready for its first event.
pub(crate) struct Stage {
    /// Genesys Cloud and Secrets Manager.
    pub(crate) world: World,
    /// The process of the real binary.
    pub(crate) function: Function,
    /// From the start of the process to its first poll.
    pub(crate) started_in: Duration,
}

/// Why a demo does not end well.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Something is not as it should be; exit code 1.
    NotAsItShould(String),
    /// There is nothing to run or to send; exit code 2.
    Unusable(String),
}

impl Stage {
    /// Starts the world and the binary in it, and waits until the function asks for its first event.
    ///
    /// # Errors
    /// [`Trouble::Unusable`] where the binary is missing or cannot be run, [`Trouble::NotAsItShould`]
    /// where it ends before it asks for an event.
    pub(crate) async fn open(binary: &Path, log_level: &str) -> Result<Self, Trouble> {
        let shown = binary.display();
        if !binary.is_file() {
            return Err(Trouble::Unusable(format!(
                "the function's binary is not at {shown}; build it with `cargo build --release`, or name another with --function"
            )));
        }
        // A bare name would be looked for on the search path.
        let absolute = std::path::absolute(binary).unwrap_or_else(|_| binary.to_owned());
        let world = World::start().await;
        let mut env = world.env();
        env.insert("AWS_LAMBDA_LOG_LEVEL".to_owned(), log_level.to_owned());
        // What the organization's recorder does with a paused screen, as `make calibrate` would have shown.
        env.insert("PAUSED_SCREEN".to_owned(), "cut".to_owned());
        env.insert("PAYMENT_QUEUES".to_owned(), PAYMENT_QUEUE.to_string());
        let started = Instant::now();
        let function = Function::try_start(&absolute, env).await.map_err(|error| {
            Trouble::Unusable(format!(
                "{shown} cannot be started: {error}; build one for this machine with `cargo build --release`"
            ))
        })?;
        if let Err(lost) = function.try_ready().await {
            let log = function.logs();
            let log =
                if log.is_empty() { "is empty".to_owned() } else { format!("says\n{}", log.join("\n")) };
            return Err(Trouble::NotAsItShould(format!(
                "{shown} never asked for an event: {lost}; its log {log}"
            )));
        }
        Ok(Self { world, function, started_in: started.elapsed() })
    }

    /// Sends a payload to the function, as Lambda does, and waits until the log has its line too.
    pub(crate) async fn invoke(&self, payload: Vec<u8>) -> Result<Answer, Lost> {
        let answer = self.function.try_invoke(payload, DEADLINE).await?;
        let id = answer.request_id.clone();
        let is_there = |lines: &[String]| lines.iter().any(|line| ending(line, &id).is_some());
        let _ = timeout(LINE_WITHIN, self.function.logs_until(is_there)).await;
        Ok(answer)
    }
}

/// How the function's log says that this invocation ended, in the words of [`end`]; none where the line
/// does not say.
pub(crate) fn ending(line: &str, request_id: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line["requestId"] != request_id {
        return None;
    }
    let outcome = line["outcome"].as_str().or(line["verdict"].as_str()).map(str::to_owned);
    outcome.or_else(|| line["errorType"].as_str().map(|name| format!("error {name}")))
}

/// How an invocation ended: its outcome, `error` and the name, or that there was no answer.
pub(crate) fn end(answer: &Result<Answer, Lost>) -> String {
    match answer {
        Ok(Answer { result: Ok(body), .. }) => match body["outcome"].as_str() {
            Some(outcome) => outcome.to_owned(),
            None => "an answer without an outcome".to_owned(),
        },
        Ok(Answer { result: Err(failure), .. }) => format!("error {}", failure.error_type),
        Err(lost) => lost.to_string(),
    }
}
