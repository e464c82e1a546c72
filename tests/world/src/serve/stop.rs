//! What ends the process: a signal, or standard input that closes.

use std::{io, thread};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

/// Everything that can end the process.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
    /// Never sent to where standard input is no reason to stop.
    stdin_closed: oneshot::Receiver<()>,
    _never: Option<oneshot::Sender<()>>,
}

impl Stop {
    /// From here on SIGTERM and SIGINT are asked for, and standard input is read away if that is wanted.
    ///
    /// # Errors
    /// If signals cannot be had.
    pub(crate) fn listen(until_stdin_closes: bool) -> io::Result<Self> {
        let (closed, stdin_closed) = oneshot::channel();
        let never = if until_stdin_closes {
            // A thread, because the runtime would wait at its end for a read that never comes back.
            thread::spawn(move || {
                let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
                let _ = closed.send(());
            });
            None
        } else {
            Some(closed)
        };
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            stdin_closed,
            _never: never,
        })
    }

    /// Waits for the first of them.
    pub(crate) async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = &mut self.stdin_closed => {}
        }
    }
}
