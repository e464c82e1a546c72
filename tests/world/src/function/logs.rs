//! The lines a process writes, in the order in which they come.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::watch,
    task::JoinHandle,
};

use crate::clock::lock;

/// The log of one process. Clones are the same log.
#[derive(Clone)]
pub(super) struct Logs {
    lines: Arc<Mutex<Vec<String>>>,
    written: watch::Sender<usize>,
}

impl Default for Logs {
    fn default() -> Self {
        Self { lines: Arc::default(), written: watch::Sender::new(0) }
    }
}

impl Logs {
    pub(super) fn lines(&self) -> Vec<String> {
        lock(&self.lines).clone()
    }

    pub(super) async fn wait(&self, wanted: impl Fn(&[String]) -> bool) {
        let mut written = self.written.subscribe();
        // The sender lives in `self`, so this ends with a true condition or not at all.
        let _ = written.wait_for(|_| wanted(&lock(&self.lines))).await;
    }

    /// Reads a stream of the process to its end.
    pub(super) fn follow(&self, stream: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<()> {
        let logs = self.clone();
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
                lock(&logs.lines).push(text);
                logs.written.send_modify(|count| *count += 1);
                line.clear();
            }
        })
    }
}
