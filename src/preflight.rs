//! Preflight: what the function could do with its own role and settings, without doing it. It pauses and resumes
//! nothing. If a point cannot be known without a live call, it says so.

use std::time::Duration;

use futures_util::future::join;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::aws::watch_queue::WatchQueue;
use crate::config::{self, Config};
use crate::error::{Error, Operation, What};
use crate::genesys::{Genesys, Rank};
use crate::reconcile::Context;
use crate::retry::Deadline;

/// A conversation id that cannot exist, because Genesys uses version 4. Used if Lambda's request id is no UUID.
const NOBODY: Uuid = Uuid::from_u128(0x0000_0000_0000_8000_8000_0000_0000_0000);

/// Longest time of one check. All of them together must fit into an invocation, whichever of them hangs.
const LONGEST: Duration = Duration::from_secs(5);

/// The checks, in order. Each needs those before it, but none needs `permissions`. `watch_queue` needs `settings` only,
/// and so does `recordings` with a client of its own.
const CHECKS: [&str; 8] = [
    "settings",
    "secret",
    "token",
    "permissions",
    "conversation",
    "screen_recording_path",
    "watch_queue",
    "recordings",
];

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// As it should be.
    Ok,
    /// Somebody has to mend it.
    Failed,
    /// It cannot be known without a live call, or need not be so.
    Unknown,
    /// Something that it needs has failed.
    Skipped,
}

/// One check of the answer.
#[derive(Debug, Serialize)]
struct Check {
    #[serde(rename = "check")]
    name: &'static str,
    status: Status,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// Runs every check.
///
/// Gives `{"preflight": "ok" | "failed", "version", "commit", "mode", "checks": [{"check", "status", "detail",
/// "remedy"?}]}`; `ok` where none has failed.
pub async fn run(context: &Context, request_id: &str, deadline: Deadline) -> Value {
    let Context { config, genesys, queue, .. } = context;
    let nobody = Uuid::parse_str(request_id).unwrap_or(NOBODY);
    let mut checks = vec![ok("settings", "every variable can be used")];
    let (upstream, watch_queue) =
        join(upstream(genesys, nobody, deadline, &mut checks), watch_queue(queue)).await;
    if upstream.is_err() {
        let upstream = CHECKS.into_iter().take_while(|name| *name != "watch_queue");
        checks.extend(upstream.skip(checks.len()).map(skipped));
    }
    checks.push(watch_queue);
    checks.push(if upstream.is_err() && context.recordings.is_none() {
        skipped("recordings")
    } else {
        recordings(context, nobody, deadline).await
    });
    answer(Some(config), &checks)
}

/// The answer where the settings are faulty: nothing else could be tried.
pub fn unready(error: &Error) -> Value {
    let mut checks = vec![failed("settings", error)];
    checks.extend(CHECKS.into_iter().skip(1).map(skipped));
    answer(None, &checks)
}

/// The checks of which each needs the one before. Stops where one has failed.
async fn upstream(
    genesys: &Genesys,
    nobody: Uuid,
    deadline: Deadline,
    checks: &mut Vec<Check>,
) -> Result<(), ()> {
    let mut note = |check: &'static str, result: Result<Check, Error>| match result {
        Ok(good) => {
            checks.push(good);
            Ok(())
        }
        Err(error) => {
            checks.push(failed(check, &error));
            Err(())
        }
    };
    let soon = || deadline.min(Deadline::after(LONGEST));
    let secret = genesys.read_secret(soon()).await;
    note("secret", secret.map(|()| ok("secret", "readable, with a client id and a client secret")))?;
    let token = genesys.renew_token(soon()).await;
    note("token", token.map(|life| ok("token", format!("granted, for {} s", life.as_secs()))))?;
    let granted = genesys.granted(soon()).await;
    // Nothing else depends on it.
    let _ = note("permissions", granted.map(|granted| ok("permissions", granted)));
    let (_, read) = genesys.conversation(nobody.into(), Rank::First, soon()).await;
    let may_read = "may be read: one that does not exist is answered so";
    note("conversation", read.map(|_none| ok("conversation", may_read)))?;
    let probed = genesys.probe(nobody.into(), nobody.into(), soon()).await;
    note("screen_recording_path", probed.map(path))
}

/// What an answer to `GET` says about a path that is made for `PUT`.
fn path(status: u16) -> Check {
    const NAME: &str = "screen_recording_path";
    match status {
        405 => ok(NAME, "exists: it takes other methods than GET (405)"),
        200..300 => ok(NAME, format!("exists: GET is answered with {status}")),
        _ => {
            let detail = format!("cannot be known without a live call: GET is answered with {status}");
            Check::new(
                NAME,
                Status::Unknown,
                detail,
                "pause the screen of one test agent, see docs/first-hour.md",
            )
        }
    }
}

/// Whether recordings may be read. Without a client of their own they need not be.
async fn recordings(context: &Context, nobody: Uuid, deadline: Deadline) -> Check {
    const NAME: &str = "recordings";
    let read = async {
        let client = context.recordings_client()?;
        client.recordings(nobody.into(), Rank::First, deadline.min(Deadline::after(LONGEST))).await
    };
    match read.await {
        Ok(_) => ok(NAME, "may be read: whether both voices and screens are shown, only a call can tell"),
        Err(error) => {
            let check = failed(NAME, &error);
            let is_meant = context.recordings.is_some() || !matches!(error, Error::Forbidden(_));
            let status = if is_meant { Status::Failed } else { Status::Unknown };
            Check { status, ..check }
        }
    }
}

async fn watch_queue(queue: &WatchQueue) -> Check {
    const NAME: &str = "watch_queue";
    match queue.look().await {
        None => {
            let detail = "WATCH_QUEUE_URL is not set: the watch does not check what a flow orders";
            Check::new(NAME, Status::Unknown, detail, "set it to the URL of the stack's watch queue")
        }
        Some(Ok(())) => ok(NAME, "exists"),
        Some(Err(reason)) => Check::new(
            NAME,
            Status::Failed,
            reason,
            "check WATCH_QUEUE_URL and the role's rights on the queue",
        ),
    }
}

impl Check {
    fn new(name: &'static str, status: Status, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, status, detail: detail.into(), remedy: Some(remedy.into()) }
    }
}

fn ok(name: &'static str, detail: impl Into<String>) -> Check {
    Check { name, status: Status::Ok, detail: detail.into(), remedy: None }
}

fn skipped(name: &'static str) -> Check {
    Check { name, status: Status::Skipped, detail: "see above".to_owned(), remedy: None }
}

fn failed(name: &'static str, error: &Error) -> Check {
    let answered = error.answered().filter(|answered| matches!(answered.what, What::Status(403)));
    let permission = answered.and_then(|answered| match answered.operation {
        Operation::Conversation => Some("conversation:communication:view"),
        Operation::Recordings => Some("recording:recording:view and recording:screenRecording:view"),
        Operation::Token | Operation::Permissions | Operation::Pause | Operation::Resume => None,
    });
    let remedy = match permission {
        Some(name) => {
            format!("give the OAuth client's role the permission {name}, in the divisions of the agents")
        }
        None => error.remedy().to_owned(),
    };
    Check::new(name, Status::Failed, format!("{}: {error}", error.name()), remedy)
}

fn answer(config: Option<&Config>, checks: &[Check]) -> Value {
    let is_failed = checks.iter().any(|check| check.status == Status::Failed);
    json!({
        "preflight": if is_failed { "failed" } else { "ok" },
        "version": config::VERSION,
        "commit": config::COMMIT,
        "mode": config.map(|config| config.mode),
        "checks": checks,
    })
}
