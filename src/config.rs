//! The settings: the only reader of the environment; every fault is reported at once.

mod check;
mod timing;

use std::collections::BTreeSet;
use std::fmt;

use rustls::pki_types::TrustAnchor;
use serde::Serialize;
use tracing::level_filters::LevelFilter;

pub use self::check::REGIONS;
pub use self::timing::Timing;

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
    /// `NOT_RECORDED_STATUS`: refusals that mean "this screen is not being recorded"; default none.
    pub not_recorded: BTreeSet<u16>,
    /// `EVENT_SOURCE_PREFIX`, default [`DEFAULT_SOURCE_PREFIX`].
    pub event_source_prefix: String,
    /// `PAUSE_SCOPE`, default [`Scope::Initiator`].
    pub scope: Scope,
    /// `MODE`, default [`Mode::Act`].
    pub mode: Mode,
    /// `WATCH_QUEUE_URL`: queue of the watch, for orders and late pauses; default none.
    pub watch_queue_url: Option<String>,
    /// `EXTRA_CA_BUNDLE`: the certificates of a PEM file, trusted besides the roots compiled in; default none.
    pub extra_roots: Vec<TrustAnchor<'static>>,
    /// What it waits for and judges ages by; no variable sets it.
    pub timing: Timing,
}

/// Whose screens a secure pause darkens (`PAUSE_SCOPE`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// `initiator`: the agent who started the secure pause.
    #[default]
    Initiator,
    /// `all-agents`: every live agent on the conversation.
    AllAgents,
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
        let mut faults = Faults(Vec::new());
        let optional = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let or = |name: &str, default: &str| lookup(name).unwrap_or_else(|| default.to_owned());

        let secret_id = faults.check("GENESYS_SECRET_ID", optional("GENESYS_SECRET_ID").ok_or("is required"));
        let region = faults.check("GENESYS_REGION", check::region(optional("GENESYS_REGION")));
        let mut host = |name: &str, service: &str| match optional(name) {
            Some(url) => faults.check(name, check::base_url(&url)),
            None => format!("https://{service}.{region}"),
        };
        let config = Self {
            api_url: host("GENESYS_API_URL", "api"),
            login_url: host("GENESYS_LOGIN_URL", "login"),
            secret_id,
            screen_recording_path: faults
                .check("SCREEN_RECORDING_PATH", check::path(or("SCREEN_RECORDING_PATH", DEFAULT_PATH))),
            not_recorded: faults.check(
                "NOT_RECORDED_STATUS",
                check::statuses(&optional("NOT_RECORDED_STATUS").unwrap_or_default()),
            ),
            event_source_prefix: faults.check(
                "EVENT_SOURCE_PREFIX",
                check::not_empty(or("EVENT_SOURCE_PREFIX", DEFAULT_SOURCE_PREFIX)),
            ),
            scope: faults.check("PAUSE_SCOPE", check::scope(&or("PAUSE_SCOPE", "initiator"))),
            mode: faults.check("MODE", check::mode(&or("MODE", "act"))),
            watch_queue_url: optional("WATCH_QUEUE_URL")
                .map(|url| faults.check("WATCH_QUEUE_URL", check::base_url(&url))),
            extra_roots: optional("EXTRA_CA_BUNDLE")
                .map(|path| faults.check("EXTRA_CA_BUNDLE", check::ca_bundle(&path)))
                .unwrap_or_default(),
            timing: Timing::default(),
        };
        for name in AWS_ENDPOINTS {
            if let Some(url) = optional(name) {
                faults.check(name, check::endpoint(&url));
            }
        }
        faults.check("METRICS_NAMESPACE", check::namespace(or("METRICS_NAMESPACE", DEFAULT_NAMESPACE)));
        if faults.0.is_empty() { Ok(config) } else { Err(ConfigFaults(faults.0)) }
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

struct Faults(Vec<String>);

impl Faults {
    /// Notes a fault under its variable's name and goes on, so that all are found; the value that
    /// stands in never leaves this file. The faulty one is not repeated: a secret pasted into the wrong
    /// variable must not reach the log.
    fn check<T: Default>(&mut self, name: &str, value: Result<T, impl fmt::Display>) -> T {
        value.unwrap_or_else(|fault| {
            self.0.push(format!("{name} {fault}"));
            T::default()
        })
    }
}

/// What is told of the function whatever its settings, faulty ones included.
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
        let namespace = check::namespace(variable("METRICS_NAMESPACE"));
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
