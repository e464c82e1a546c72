//! Preflight: what the function could do with its own role and settings, without doing it. It pauses and resumes
//! nothing. If a point cannot be known without a live call, it says so.

use std::time::Duration;

use futures_util::future::{join, join4};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::aws::watch_queue::WatchQueue;
use crate::config::{self, Config};
use crate::error::{Error, Operation, What};
use crate::genesys::grants::Grants;
use crate::genesys::topics::{Sent, Topics, Trigger};
use crate::genesys::{Genesys, Rank};
use crate::reconcile::Context;
use crate::retry::Deadline;

/// A conversation id that cannot exist, because Genesys uses version 4. Used if Lambda's request id is no UUID.
const NOBODY: Uuid = Uuid::from_u128(0x0000_0000_0000_8000_8000_0000_0000_0000);

/// Longest time of one check. All of them together must fit into an invocation, whichever of them hangs.
const LONGEST: Duration = Duration::from_secs(5);

/// Genesys' clock and ours may differ by so much: its answers name whole seconds, and an event's age is judged by ours.
const LARGEST_SKEW_MS: i64 = 3_000;

/// What every pause needs.
const READ_CONVERSATIONS: &str = "conversation:communication:view";
/// Pauses the voice, which a script's button may do along with the screen.
const PAUSE_OTHERS: &str = "conversation:recording:pauseOthers";
/// What proof needs.
const READ_RECORDINGS: [&str; 2] = ["recording:recording:view", "recording:screenRecording:view"];

/// The checks, in the order in which they are shown. One that could not be made is skipped.
const CHECKS: [&str; 12] = [
    "settings",
    "secret",
    "token",
    "clock",
    "permissions",
    "conversation",
    "events",
    "call_ends",
    "screen_recording_path",
    "voice_pause",
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
    /// It cannot be known without a live call. Or it is missing, and not every organization needs it.
    Unknown,
    /// Something that it needs has failed.
    Skipped,
}

/// Whether secure pauses can be handled. If the checks differ, the variant that is listed last here counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Handled {
    /// As far as can be known without a live call.
    Yes,
    /// It could not be found out.
    Unknown,
    /// Not as things are.
    No,
}

/// One check of the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    #[serde(rename = "check")]
    name: &'static str,
    status: Status,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// What it says of secure pauses, if that is not yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    secure_pauses: Option<Handled>,
    #[serde(skip)]
    trigger: Option<Trigger>,
}

/// Runs every check.
///
/// Gives `{"preflight": "ok" | "failed", "securePauses": "yes" | "no" | "unknown", "trigger", "version", "commit", "mode",
/// "checks": [{"check", "status", "detail", "remedy"?, "securePauses"?}]}`; `ok` where none has failed.
pub async fn run(context: &Context, request_id: &str, deadline: Deadline) -> Value {
    let Context { config, genesys, queue, .. } = context;
    let nobody = Uuid::parse_str(request_id).unwrap_or(NOBODY);
    let (upstream, watch_queue) = join(upstream(genesys, nobody, deadline), watch_queue(queue)).await;
    let is_served = upstream.iter().any(|check| check.name == "token" && check.status == Status::Ok);
    let mut checks = vec![ok("settings", "every variable can be used"), watch_queue];
    checks.extend(upstream);
    if is_served || context.recordings.is_some() {
        checks.push(recordings(context, nobody, deadline).await);
    }
    answer(Some(config), checks)
}

/// The answer where the settings are faulty: nothing else could be tried.
pub fn unready(error: &Error) -> Value {
    answer(None, vec![failed("settings", error)])
}

/// What Genesys is asked. Without a secret there is no token, and without a token nothing else; without conversations
/// there is no path to ask.
async fn upstream(genesys: &Genesys, nobody: Uuid, deadline: Deadline) -> Vec<Check> {
    let soon = || deadline.min(Deadline::after(LONGEST));
    let secret = genesys.read_secret(soon()).await;
    let mut checks =
        vec![of("secret", secret, |()| "readable, with a client id and a client secret".to_owned())];
    if is_last_failed(&checks) {
        return checks;
    }
    let token = genesys.renew_token(soon()).await;
    checks.push(of("token", token, |life| format!("granted, for {} s", life.as_secs())));
    if is_last_failed(&checks) {
        return checks;
    }
    let path = async {
        let (_, read) = genesys.conversation(nobody.into(), Rank::First, soon()).await;
        let may_read = |_none| "may be read: one that does not exist is answered so".to_owned();
        let mut checks = vec![of("conversation", read, may_read)];
        if !is_last_failed(&checks) {
            let probed = genesys.probe(nobody.into(), nobody.into(), soon()).await;
            checks.push(probed.map_or_else(|error| failed("screen_recording_path", &error), path));
        }
        checks
    };
    let asked = join4(genesys.granted(soon()), genesys.topics(soon()), genesys.grants(soon()), path);
    let (granted, topics, grants, path) = asked.await;
    checks.push(of("permissions", granted, |granted| granted));
    checks.push(call_ends(&topics));
    checks.push(events(topics));
    let grants = grants.unwrap_or_default();
    checks.push(voice_pause(&grants));
    checks.extend(path.into_iter().map(|check| by_the_roles(check, &grants)));
    checks.push(clock(genesys.clock_skew_ms()));
    checks
}

fn is_last_failed(checks: &[Check]) -> bool {
    checks.last().is_some_and(|check| check.status == Status::Failed)
}

/// What the list of topics says, and what follows. A list that could not be had fails nothing that works already.
fn events(topics: Result<Topics, Error>) -> Check {
    let (trigger, detail, first) = match topics {
        Ok(topics) => (topics.trigger(), topics.described(), before_the_event(&topics)),
        Err(error) => (None, answered(&error), String::new()),
    };
    let (status, remedy, handled) = match trigger {
        Some(Trigger::Both) => (
            Status::Ok,
            "Trigger=both, which makes good an event that is lost; or Trigger=secure-pause, for fewer readings (docs/deploy.md)",
            None,
        ),
        Some(Trigger::SecurePause) => (Status::Ok, "Trigger=secure-pause", None),
        Some(Trigger::Snapshots) => (
            Status::Ok,
            "Trigger=snapshots, if conversations show both secure pause (securePause) and the screen's state \
             (screenRecordingState): docs/first-hour.md",
            None,
        ),
        Some(Trigger::None) => (
            Status::Unknown,
            "let a script's button or a secure call flow order the pause (docs/genesys-setup.md), and ask Genesys for \
             the topic",
            Some(Handled::No),
        ),
        None => (
            Status::Unknown,
            "run this again; or look for the topic under Available Topics in Genesys' Developer Center",
            Some(Handled::Unknown),
        ),
    };
    let check = Check::new("events", status, detail, format!("{remedy}{first}"));
    Check { secure_pauses: handled, trigger, ..check }
}

/// Whether the end of every call can come here. Only `Proof=all-calls` needs it.
fn call_ends(topics: &Result<Topics, Error>) -> Check {
    const NAME: &str = "call_ends";
    const GIVEN: &str = "for Proof=all-calls, give the integration the topic, too (docs/deploy.md)";
    const MISSING: &str = "only Proof=all-calls needs it: choose Proof=pauses, or ask Genesys for the topic";
    const UNTOLD: &str = "only Proof=all-calls needs it: run this again, or look for the topic under Available Topics in \
                          Genesys' Developer Center";
    let sent = topics.as_ref().map(Topics::call_end);
    let detail = sent
        .as_ref()
        .map_or_else(|error| answered(error), |sent| format!("customer.end {}", sent.described()));
    match sent {
        Ok(Sent::ByEventBridge) => ok(NAME, detail).advising(GIVEN),
        Ok(Sent::Unlisted | Sent::Otherwise) => Check::new(NAME, Status::Unknown, detail, MISSING),
        Ok(Sent::Untold) | Err(_) => Check::new(NAME, Status::Unknown, detail, UNTOLD),
    }
}

/// Whether the voice may be paused, too. Only a script's button needs it.
fn voice_pause(grants: &Grants) -> Check {
    const NAME: &str = "voice_pause";
    let (detail, remedy) = match grants.hold(PAUSE_OTHERS) {
        Some(true) => return ok(NAME, format!("the client's roles hold {PAUSE_OTHERS}")),
        Some(false) => ("the client's roles lack", "give it to the OAuth client's role"),
        None => ("Genesys does not show whether the client's roles hold", "see the OAuth client's role"),
    };
    let detail = format!("{detail} {PAUSE_OTHERS}");
    let remedy = format!("{remedy}, if a script's button is to pause voice and screen together");
    Check::new(NAME, Status::Unknown, detail, remedy)
}

/// Whether ages of events can be judged by our own clock.
fn clock(skew_ms: Option<i64>) -> Check {
    const NAME: &str = "clock";
    const REMEDY: &str = "set the clock of this machine; the age of events is judged by it";
    match skew_ms {
        None => Check::new(NAME, Status::Unknown, "Genesys' answers have no date that can be read", REMEDY),
        Some(0) => ok(NAME, "agrees with Genesys' to the second"),
        Some(ms) => {
            let side = if ms > 0 { "behind" } else { "ahead of" };
            let apart = Duration::from_millis(ms.unsigned_abs()).as_secs_f64();
            let detail = format!("{apart:.1} s {side} Genesys'");
            if ms.abs() <= LARGEST_SKEW_MS {
                ok(NAME, detail)
            } else {
                Check::new(NAME, Status::Unknown, detail, REMEDY)
            }
        }
    }
}

/// What an answer to `GET` says about a path that is made for `PUT`. Genesys may let users act on a conversation and no
/// service client, whatever its rights: only a pause shows that.
fn path(status: u16) -> Check {
    const NAME: &str = "screen_recording_path";
    const REMEDY: &str = "pause the screen of one test agent, see docs/first-hour.md: Genesys may refuse a service client, \
                          whatever its rights";
    match status {
        405 => ok(NAME, "exists: it takes other methods than GET (405)"),
        200..300 => ok(NAME, format!("exists: GET is answered with {status}")),
        _ => {
            let detail = format!("cannot be known without a live call: GET is answered with {status}");
            return Check::new(NAME, Status::Unknown, detail, REMEDY);
        }
    }
    .advising(REMEDY)
}

/// Whether recordings may be read. Without `RECORDINGS_SECRET_ID` a refusal is no failure, because proof may be off.
async fn recordings(context: &Context, nobody: Uuid, deadline: Deadline) -> Check {
    const NAME: &str = "recordings";
    let soon = || deadline.min(Deadline::after(LONGEST));
    let read = async {
        let client = context.recordings_client()?;
        client.recordings(nobody.into(), Rank::First, soon()).await?;
        Ok::<_, Error>(client.grants(soon()).await.unwrap_or_default())
    };
    let is_needed = context.recordings.is_some();
    match read.await {
        Ok(grants) => match READ_RECORDINGS.into_iter().find(|name| grants.hold(name) == Some(false)) {
            None => ok(NAME, "may be read: whether both voices and screens are shown, only a call can tell"),
            Some(missing) => {
                let detail = format!("may be read, but the client's roles lack {missing}");
                needed(is_needed, Check::new(NAME, Status::Failed, detail, permission(missing)))
            }
        },
        Err(error) => needed(is_needed, failed(NAME, &error)),
    }
}

/// A check of proof. It changes nothing about `securePauses`, and fails only if proof has a client of its own.
fn needed(is_needed: bool, check: Check) -> Check {
    let status = if is_needed { check.status } else { Status::Unknown };
    Check { status, ..check.apart() }
}

async fn watch_queue(queue: &WatchQueue) -> Check {
    const NAME: &str = "watch_queue";
    match queue.look().await {
        None => {
            let detail = "WATCH_QUEUE_URL is not set: nobody follows the pauses of orders and snapshots, and late ones";
            Check::new(NAME, Status::Unknown, detail, "set it to the URL of the stack's watch queue")
        }
        Some(Ok(())) => ok(NAME, "exists"),
        Some(Err(reason)) => Check::new(
            NAME,
            Status::Failed,
            reason,
            "check WATCH_QUEUE_URL and the role's rights on the queue",
        )
        .apart(),
    }
}

impl Check {
    fn new(name: &'static str, status: Status, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        let secure_pauses = (status == Status::Failed).then_some(Handled::No);
        let (detail, remedy) = (detail.into(), Some(remedy.into()));
        Self { name, status, detail, remedy, secure_pauses, trigger: None }
    }

    /// It says nothing of secure pauses: they are paused and resumed without it.
    fn apart(self) -> Self {
        Self { secure_pauses: None, ..self }
    }

    fn advising(self, remedy: &str) -> Self {
        Self { remedy: Some(remedy.to_owned()), ..self }
    }
}

fn ok(name: &'static str, detail: impl Into<String>) -> Check {
    Check { remedy: None, ..Check::new(name, Status::Ok, detail, "") }
}

/// What a result says: its failure, or `detail` of it.
fn of<T>(name: &'static str, result: Result<T, Error>, detail: impl FnOnce(T) -> String) -> Check {
    match result {
        Ok(good) => ok(name, detail(good)),
        Err(error) => failed(name, &error),
    }
}

fn skipped(name: &'static str) -> Check {
    Check { remedy: None, ..Check::new(name, Status::Skipped, "see above", "") }
}

fn failed(name: &'static str, error: &Error) -> Check {
    let refused = error.answered().filter(|answered| matches!(answered.what, What::Status(403)));
    let missing = refused.and_then(|answered| match answered.operation {
        Operation::Conversation => Some(READ_CONVERSATIONS.to_owned()),
        Operation::Recordings => Some(READ_RECORDINGS.join(" and ")),
        Operation::PauseVoice | Operation::ResumeVoice => Some(PAUSE_OTHERS.to_owned()),
        Operation::Token
        | Operation::Permissions
        | Operation::Topics
        | Operation::Pause
        | Operation::Resume => None,
    });
    let remedy = missing.map_or_else(|| error.remedy().to_owned(), |name| permission(&name));
    let check = Check::new(name, Status::Failed, format!("{}: {error}", error.name()), remedy);
    let says_nothing = matches!(
        error,
        Error::UpstreamUnavailable(_)
            | Error::RateLimited(_)
            | Error::DeadlineExceeded(_)
            | Error::ConversationUnreadable(_)
            | Error::Internal(_)
    );
    if says_nothing { Check { secure_pauses: Some(Handled::Unknown), ..check } } else { check }
}

fn permission(name: &str) -> String {
    format!("give the OAuth client's role the permission {name}, in the divisions of the agents")
}

/// What has to be done before the event of a secure pause comes here, beyond the usual.
fn before_the_event(topics: &Topics) -> String {
    let names = topics.longer_names();
    let longer = if names.is_empty() {
        String::new()
    } else {
        format!("; give the integration {} (topics in genesys/terraform/main.tf)", names.join(" and "))
    };
    let preview = if topics.is_preview() {
        "; secure_pause is in preview: have Genesys turn it on for your organization first"
    } else {
        ""
    };
    format!("{longer}{preview}")
}

/// Lets the check of the conversation fail if the client's roles are known to lack the permission. The 404 alone proves
/// no permission: the conversation that is asked for does not exist, and Genesys may say so to anybody.
fn by_the_roles(check: Check, grants: &Grants) -> Check {
    const CONVERSATION: &str = "conversation";
    if check.name != CONVERSATION || grants.hold(READ_CONVERSATIONS) != Some(false) {
        return check;
    }
    let detail = format!("the client's roles lack {READ_CONVERSATIONS}");
    Check::new(CONVERSATION, Status::Failed, detail, permission(READ_CONVERSATIONS))
}

/// How Genesys answered, without a remedy.
fn answered(error: &Error) -> String {
    error.answered().map_or_else(|| error.to_string(), ToString::to_string)
}

/// The answer: every check in its place.
fn answer(config: Option<&Config>, mut made: Vec<Check>) -> Value {
    let checks = CHECKS.map(|name| {
        let at = made.iter().position(|check| check.name == name);
        at.map_or_else(|| skipped(name), |at| made.swap_remove(at))
    });
    let is_failed = checks.iter().any(|check| check.status == Status::Failed);
    let handled = checks.iter().filter_map(|check| check.secure_pauses).max().unwrap_or(Handled::Yes);
    json!({
        "preflight": if is_failed { "failed" } else { "ok" },
        "securePauses": handled,
        "trigger": checks.iter().find_map(|check| check.trigger),
        "version": config::VERSION,
        "commit": config::COMMIT,
        "mode": config.map(|config| config.mode),
        "checks": checks,
    })
}
