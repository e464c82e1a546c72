//! Log lines: one JSON object each, with `level` and an RFC 3339 `timestamp`; other crates at WARN at most.

use std::io::Write;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use time::OffsetDateTime;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Whether somebody reads standard output: the storm (tests/storm) runs the handler in its own process, and
/// has no use for its lines.
static IS_STARTED: AtomicBool = AtomicBool::new(false);

/// Starts logging to standard output, which Lambda sends to the log group.
///
/// Other crates are capped at WARN whatever the level, because `lambda_runtime` prints the raw event at TRACE. That
/// crate's line for a failed handler is left out, because the audit record reports the failure.
pub fn init(level: Option<LevelFilter>) {
    IS_STARTED.store(true, Ordering::Relaxed);
    let own = level.unwrap_or(LevelFilter::INFO);
    let targets = Targets::new()
        .with_default(own.min(LevelFilter::WARN))
        .with_target("secure_pause", own)
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false);
    tracing_subscriber::registry().with(targets).with(lines).init();
    if level.is_none() {
        tracing::warn!("AWS_LAMBDA_LOG_LEVEL is none of Lambda's levels; logging at INFO");
    }
    // A panic's message may hold anything; where it happened is enough to find it.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panic");
    }));
}

/// Writes a record or the metrics, whatever the log level. Writes nothing before [`init`] has been called.
pub fn line(level: &'static str, fields: &impl Serialize) {
    #[derive(Serialize)]
    struct Line<'a, T> {
        #[serde(with = "time::serde::rfc3339")]
        timestamp: OffsetDateTime,
        level: &'static str,
        #[serde(flatten)]
        fields: &'a T,
    }
    if !IS_STARTED.load(Ordering::Relaxed) {
        return;
    }
    let line = serde_json::to_string(&Line { timestamp: OffsetDateTime::now_utc(), level, fields });
    let written = line.map(|line| writeln!(std::io::stdout().lock(), "{line}"));
    if !matches!(written, Ok(Ok(()))) {
        tracing::error!("a line could not be written");
    }
}
