//! The settings: the only reader of the environment; every fault is reported at once.

mod check;
mod timing;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use rustls::pki_types::TrustAnchor;
use serde::Serialize;
use tracing::level_filters::LevelFilter;
use uuid::Uuid;

pub use self::check::REGIONS;
pub use self::timing::{Backoff, Timing};

/// The path of the screen recording's pause and resume, unpublished and therefore a setting.
pub const DEFAULT_PATH: &str =
    "/api/v2/conversations/{conversationId}/participants/{participantId}/screenrecording/{action}";
/// What the source of every event of a Genesys partner event bus begins with.
pub const DEFAULT_SOURCE_PREFIX: &str = "aws.partner/genesys.com/cloud/";
/// The CloudWatch namespace of the metrics.
pub const DEFAULT_NAMESPACE: &str = "SecurePause";

/// The version of this build, and the commit it was built from where the build was told it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The commit, from `SECURE_PAUSE_COMMIT` at compile time.
pub const COMMIT: &str = match option_env!("SECURE_PAUSE_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// Where the AWS SDK sends its requests, if not to AWS.
const AWS_ENDPOINTS: [&str; 3] =
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_SQS"];

/// Versions of a function are counted; nobody has had a thousand million of one.
const LONGEST_VERSION: usize = 9;

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// `GENESYS_SECRET_ID`: name or ARN of the secret that holds the OAuth client credentials.
    pub secret_id: String,
    /// `GENESYS_API_URL`, or `https://api.{GENESYS_REGION}`; without a slash at the end.
    pub api_url: String,
    /// `GENESYS_LOGIN_URL`, or `https://login.{GENESYS_REGION}`; without a slash at the end.
    pub login_url: String,
    /// `SCREEN_RECORDING_PATH`, default [`DEFAULT_PATH`].
    pub screen_recording_path: String,
    /// `EVENT_SOURCE_PREFIX`, default [`DEFAULT_SOURCE_PREFIX`].
    pub event_source_prefix: String,
    /// `MODE`, default [`Mode::Act`].
    pub mode: Mode,
    /// `ACT_FOR`: ids of users and queues; a conversation on which none of them is, is only observed. Default none:
    /// everyone is acted for.
    pub act_for: BTreeSet<Uuid>,
    /// `WATCH_QUEUE_URL`: queue of the watch, to which pauses by orders and snapshots and late pauses are posted; default
    /// none.
    pub watch_queue_url: Option<String>,
    /// `RECORDINGS_SECRET_ID`: name or ARN of the secret of the OAuth client that reads recordings; default the client of
    /// `GENESYS_SECRET_ID`.
    pub recordings_secret_id: Option<String>,
    /// What a recording proves depends on: `PAUSED_SCREEN`, `PROOF_TOLERANCE_MS`, `PAYMENT_QUEUES`.
    pub proof: Proof,
    /// `EXTRA_CA_BUNDLE`: the certificates of a PEM file, trusted besides the roots compiled in; default none.
    pub extra_roots: Vec<TrustAnchor<'static>>,
    /// What decisions depend on: `PAUSE_SCOPE`, `NOT_RECORDED_STATUS`, `REQUIRE_VERIFIED`, `RESUME_DELAY_SECONDS`, and
    /// the times that no variable sets.
    pub policy: Policy,
}

/// The settings that decisions depend on.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Whether every live agent's screen is paused, not only the initiator's (`PAUSE_SCOPE`).
    pub all_agents: bool,
    /// Refusals that mean "this screen is not being recorded" (`NOT_RECORDED_STATUS`).
    pub not_recorded: BTreeSet<u16>,
    /// Whether a screen counts as dark only if it was read back (`REQUIRE_VERIFIED`).
    pub require_verified: bool,
    /// By an event no resume is sent earlier than this after the end; by a snapshot, no earlier than this after the first
    /// reading that shows secure pause off (`RESUME_DELAY_SECONDS`).
    pub resume_delay: Duration,
    /// Whether nothing may be sent (`MODE=observe`), or nothing before a reading shows somebody whom `ACT_FOR` names.
    /// Then no leg is paused unread.
    pub is_observed: bool,
    /// The times to go by.
    pub timing: Timing,
}

/// The settings that what a recording proves depends on.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// What the organization's recorder does with a paused screen (`PAUSED_SCREEN`).
    pub paused_screen: PausedScreen,
    /// How far the times of voice and screen may be apart: delivery of the event, and two clocks
    /// (`PROOF_TOLERANCE_MS`).
    pub tolerance: Duration,
    /// Queues whose calls are expected to have a secure pause (`PAYMENT_QUEUES`).
    pub payment_queues: BTreeSet<Uuid>,
}

/// What a recorder stores of a paused screen (`PAUSED_SCREEN`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PausedScreen {
    /// `unknown`: nobody has looked.
    #[default]
    Unknown,
    /// `cut`: nothing; the time is missing in the file.
    Cut,
    /// `frozen`: the last picture, for as long.
    Frozen,
    /// `masked`: a picture of nothing, for as long.
    Masked,
}

/// What the function does with its plan (`MODE`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// `act`: carry it out.
    #[default]
    Act,
    /// `observe`: log it and read on; send no pause and no resume.
    Observe,
    /// `pause-only`: carry out pauses, never a resume; the brake for an incident.
    PauseOnly,
}

/// Every fault of the settings, each naming its variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFaults(Vec<String>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "settings: {}", self.0.join("; "))
    }
}

impl Config {
    /// The settings from the process's environment.
    ///
    /// # Errors
    /// All faults found, as [`Config::from_lookup`].
    pub fn from_env() -> Result<Self, ConfigFaults> {
        // A value that is no Unicode is turned into one that the checks refuse.
        Self::from_lookup(|name| Some(std::env::var_os(name)?.to_string_lossy().into_owned()))
    }

    /// The settings from any source of variables. A variable whose default is "none" may be empty; an
    /// empty value elsewhere is a fault, since nothing falls back in silence.
    ///
    /// # Errors
    /// Every variable that is missing or holds a value it cannot have, all at once.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFaults> {
        let mut read = Reader { lookup, faults: Vec::new() };
        let region = read.required("GENESYS_REGION", "for example mypurecloud.com", check::region);
        let host = |service: &str| region.as_ref().map(|region| format!("https://{service}.{region}"));
        let api_url = read.optional("GENESYS_API_URL", check::base_url).or_else(|| host("api"));
        let login_url = read.optional("GENESYS_LOGIN_URL", check::base_url).or_else(|| host("login"));
        let mode = read.or("MODE", "act", check::mode);
        let config = Self {
            secret_id: read
                .required("GENESYS_SECRET_ID", "the name or ARN of the secret", check::not_empty)
                .unwrap_or_default(),
            api_url: api_url.unwrap_or_default(),
            login_url: login_url.unwrap_or_default(),
            screen_recording_path: read.or("SCREEN_RECORDING_PATH", DEFAULT_PATH, check::path),
            event_source_prefix: read.or("EVENT_SOURCE_PREFIX", DEFAULT_SOURCE_PREFIX, check::not_empty),
            mode,
            act_for: read.optional("ACT_FOR", check::ids).unwrap_or_default(),
            watch_queue_url: read.optional("WATCH_QUEUE_URL", check::base_url),
            recordings_secret_id: read.optional("RECORDINGS_SECRET_ID", check::not_empty),
            proof: Proof {
                paused_screen: read.or("PAUSED_SCREEN", "unknown", check::paused_screen),
                tolerance: read.or("PROOF_TOLERANCE_MS", "5000", check::proof_tolerance),
                payment_queues: read.optional("PAYMENT_QUEUES", check::ids).unwrap_or_default(),
            },
            extra_roots: read.optional("EXTRA_CA_BUNDLE", check::ca_bundle).unwrap_or_default(),
            policy: Policy {
                all_agents: read.or("PAUSE_SCOPE", "initiator", check::scope),
                not_recorded: read.optional("NOT_RECORDED_STATUS", check::statuses).unwrap_or_default(),
                require_verified: read.or("REQUIRE_VERIFIED", "false", check::flag),
                resume_delay: read.or("RESUME_DELAY_SECONDS", "0", check::resume_delay),
                is_observed: mode == Mode::Observe,
                timing: Timing::default(),
            },
        };
        for name in AWS_ENDPOINTS {
            read.optional(name, check::endpoint);
        }
        read.or("METRICS_NAMESPACE", DEFAULT_NAMESPACE, check::namespace);
        if read.faults.is_empty() { Ok(config) } else { Err(ConfigFaults(read.faults)) }
    }
}

/// The level of the function's own log lines, from `AWS_LAMBDA_LOG_LEVEL` as Lambda sets it, INFO where it
/// is not set; `None` where the value is none of Lambda's.
pub fn log_level() -> Option<LevelFilter> {
    let value = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default();
    match value.to_ascii_uppercase().as_str() {
        "TRACE" => Some(LevelFilter::TRACE),
        "DEBUG" => Some(LevelFilter::DEBUG),
        "INFO" | "" => Some(LevelFilter::INFO),
        "WARN" => Some(LevelFilter::WARN),
        "ERROR" | "FATAL" => Some(LevelFilter::ERROR),
        _ => None,
    }
}

/// A variable that the AWS SDK knows; an empty one is as good as none.
pub fn aws_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads variables, and notes every fault under its variable's name, so that all are found. The value that stands in
/// for a faulty one never leaves this file. The faulty one is not repeated: a secret pasted into the wrong variable
/// must not reach the log.
struct Reader<L> {
    lookup: L,
    faults: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    /// A variable whose default is none; empty is none, too.
    fn optional<T: Default, F: fmt::Display>(
        &mut self,
        name: &str,
        check: impl FnOnce(&str) -> Result<T, F>,
    ) -> Option<T> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty())?;
        Some(self.checked(name, check(&value)))
    }

    /// A variable that has a default.
    fn or<T: Default, F: fmt::Display>(
        &mut self,
        name: &str,
        default: &str,
        check: impl FnOnce(&str) -> Result<T, F>,
    ) -> T {
        let value = (self.lookup)(name);
        self.checked(name, check(value.as_deref().unwrap_or(default)))
    }

    /// A variable that must be set; `what` it is to hold.
    fn required<T: Default, F: fmt::Display>(
        &mut self,
        name: &str,
        what: &str,
        check: impl FnOnce(&str) -> Result<T, F>,
    ) -> Option<T> {
        let value = self.optional(name, check);
        if value.is_none() {
            self.faults.push(format!("{name} is required, {what}"));
        }
        value
    }

    fn checked<T: Default>(&mut self, name: &str, value: Result<T, impl fmt::Display>) -> T {
        value.unwrap_or_else(|fault| {
            self.faults.push(format!("{name} {fault}"));
            T::default()
        })
    }
}

/// What log lines and metrics say of the function. It is known even if the settings are faulty.
#[derive(Debug)]
pub struct Deployed {
    /// `METRICS_NAMESPACE`, default [`DEFAULT_NAMESPACE`], which also stands in for a faulty one.
    pub namespace: String,
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub function: String,
    /// `AWS_LAMBDA_FUNCTION_VERSION`: a number, or `$LATEST`.
    pub version: Option<String>,
}

impl Deployed {
    /// What the process's environment says.
    pub fn from_env() -> Self {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let is_version = |text: &String| {
            text == "$LATEST"
                || (1..=LONGEST_VERSION).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        let namespace = check::namespace(&variable("METRICS_NAMESPACE"));
        Self {
            namespace: namespace.unwrap_or_else(|_fault| DEFAULT_NAMESPACE.to_owned()),
            function: variable("AWS_LAMBDA_FUNCTION_NAME"),
            version: Some(variable("AWS_LAMBDA_FUNCTION_VERSION")).filter(is_version),
        }
    }
}

/// What to tell somebody who starts the program by hand: it is Lambda that starts it, with these set.
pub fn outside_lambda() -> Option<String> {
    let missing: Vec<_> = [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
    ]
    .into_iter()
    .filter(|name| std::env::var_os(name).is_none_or(|value| value.is_empty()))
    .collect();
    (!missing.is_empty()).then(|| {
        format!(
            "secure-pause {VERSION} ({COMMIT}) is an AWS Lambda function, and Lambda's environment is not there \
             ({} not set).\nTo see it at work, run `make demo`.",
            missing.join(", "),
        )
    })
}
