//! Lines on standard output. Whoever reads them slowly, or not at all, must not hold up the services: a thread
//! of its own writes them.

use std::{
    io::{self, Write},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};

use serde_json::Value;
use tokio::{sync::oneshot, time::timeout};

/// How long the last lines may take to be read.
const FLUSHED_WITHIN: Duration = Duration::from_secs(1);

/// The lines of this process.
pub(crate) struct Lines {
    writer: Writer,
    written: oneshot::Receiver<()>,
}

/// Adds to the lines.
#[derive(Clone)]
pub(crate) struct Writer(Sender<Option<String>>);

impl Lines {
    /// Begins to write to standard output.
    pub(crate) fn to_stdout() -> Self {
        let (writer, lines) = mpsc::channel();
        let (done, written) = oneshot::channel();
        thread::spawn(move || {
            // A reader that stops early, as `head` does, is no failure.
            let _ = write_all(&lines);
            let _ = done.send(());
        });
        Self { writer: Writer(writer), written }
    }

    /// Another hand that adds lines.
    pub(crate) fn writer(&self) -> Writer {
        self.writer.clone()
    }

    /// Adds a line.
    pub(crate) fn write(&self, line: &Value) {
        self.writer.write(line);
    }

    /// Waits, a second at most, until the lines so far are written.
    pub(crate) async fn finish(self) {
        let _ = self.writer.0.send(None);
        let _ = timeout(FLUSHED_WITHIN, self.written).await;
    }
}

impl Writer {
    /// Adds a line; after the end it is dropped.
    pub(crate) fn write(&self, line: &Value) {
        let _ = self.0.send(Some(line.to_string()));
    }
}

fn write_all(lines: &Receiver<Option<String>>) -> io::Result<()> {
    let mut stdout = io::stdout();
    while let Ok(Some(line)) = lines.recv() {
        writeln!(stdout, "{line}")?;
        stdout.flush()?;
    }
    Ok(())
}
