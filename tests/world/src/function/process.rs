//! The process: its environment, its end.

use std::{collections::BTreeMap, ffi::OsString, io, net::SocketAddr, path::Path, process::Stdio, sync::Arc};

use tokio::{
    process::Command,
    sync::{Notify, watch},
};

use super::logs::Logs;

/// What Lambda sets for every function.
const LAMBDA: [(&str, &str); 7] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "secure-pause"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/secure-pause"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("_HANDLER", "bootstrap"),
];

/// Where an instrumented binary writes its coverage; passed on so that `make coverage` sees it.
const PROFILE: &str = "LLVM_PROFILE_FILE";

pub(super) struct Process {
    pub(super) pid: u32,
    ended: watch::Receiver<bool>,
    kill: Arc<Notify>,
}

impl Process {
    pub(super) fn start(
        program: &Path,
        arguments: &[OsString],
        env: BTreeMap<String, String>,
        runtime_api: SocketAddr,
        logs: &Logs,
    ) -> io::Result<Self> {
        let profile = std::env::var_os(PROFILE).map(|value| (PROFILE, value));
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(LAMBDA)
            .envs(profile)
            .envs(env)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().expect("a child that nobody has waited for");
        let stdout = logs.follow(child.stdout.take().expect("stdout is piped"));
        let stderr = logs.follow(child.stderr.take().expect("stderr is piped"));
        let (end, ended) = watch::channel(false);
        let kill = Arc::new(Notify::new());
        let killed = Arc::clone(&kill);
        tokio::spawn(async move {
            tokio::select! {
                _ = child.wait() => {}
                () = killed.notified() => {
                    let _ = child.kill().await;
                }
            }
            // Who sees the end sees the whole log.
            let _ = tokio::join!(stdout, stderr);
            end.send_replace(true);
        });
        Ok(Self { pid, ended, kill })
    }

    pub(super) fn is_running(&self) -> bool {
        !*self.ended.borrow()
    }

    pub(super) async fn ended(&self) {
        // An error is a watcher that is gone, and with it the process.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    pub(super) fn kill(&self) {
        self.kill.notify_one();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
