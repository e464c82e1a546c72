//! The audit record: one log line for every attempt and every check of the watch. What may be in it is told, field
//! by field, in docs/audit-record.md, and by the schema beside that.

use serde::Serialize;
use time::OffsetDateTime;

use super::{Report, Summary, Target, Times, VoiceOrder};
use crate::config::{self, Mode};
use crate::decide::status::Shown;
use crate::error::Error;
use crate::genesys::conversation::{Recording, SecurePause};
use crate::genesys::screen_recording::Reply;
use crate::ids::{ParticipantId, TraceId, UserId};
use crate::request::Trace;

/// What every record has in its field `kind`.
const KIND: &str = "secure_pause_audit";
/// Changes when a field changes its meaning, or goes.
const SCHEMA: u32 = 1;

/// What is true of the process while the attempt is made.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Lambda's version of the function.
    pub function_version: Option<&'a str>,
    /// The setting; none where the settings are faulty.
    pub mode: Option<Mode>,
    /// Whether this is the first invocation of its environment.
    pub cold_start: bool,
    /// Whether a token was fetched since the record before.
    pub token_fetched: bool,
    /// How far Genesys' clock is ahead of ours, by its last answer.
    pub clock_skew_ms: Option<i64>,
}

/// The record of one attempt or check.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    message: &'static str,
    kind: &'static str,
    schema: u32,
    version: &'static str,
    commit: &'static str,
    function_version: Option<&'a str>,
    mode: Option<Mode>,
    cold_start: bool,
    token_fetched: bool,
    request_id: &'a Option<TraceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: &'a Option<TraceId>,
    #[serde(flatten)]
    trace: &'a Trace,
    #[serde(flatten)]
    summary: &'a Summary,
    user_id: Option<UserId>,
    participant_id: Option<ParticipantId>,
    secure_pause: Option<SecurePause>,
    voice: Option<Recording>,
    voice_order: Option<VoiceOrder>,
    screens: Option<&'a [Shown]>,
    others_recording: &'a [ParticipantId],
    clock_skew_ms: Option<i64>,
    #[serde(with = "time::serde::rfc3339::option")]
    event_time: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    received_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    first_sent_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    acknowledged_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    verified_at: Option<OffsetDateTime>,
    dropped_fields: u32,
    targets: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

/// A target as the record shows it: as the answer does, and when.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    target: &'a Target,
    #[serde(flatten)]
    times: Times,
    answers: &'a [Reply],
}

impl<'a> Record<'a> {
    /// The record of these facts.
    pub fn of(report: &'a Report, circumstances: Circumstances<'a>) -> Self {
        let Report { origin, summary, targets, history, error, .. } = report;
        let (error, request, seen) = (error.as_ref(), report.request.as_ref(), history.last.as_ref());
        Self {
            message: if error.is_some() { "secure pause failed" } else { "secure pause handled" },
            kind: KIND,
            schema: SCHEMA,
            version: config::VERSION,
            commit: config::COMMIT,
            function_version: circumstances.function_version,
            mode: circumstances.mode,
            cold_start: circumstances.cold_start,
            token_fetched: circumstances.token_fetched,
            request_id: &origin.request_id,
            message_id: &origin.message_id,
            trace: &origin.trace,
            summary,
            user_id: request.and_then(|request| request.user),
            participant_id: request.and_then(|request| request.participant),
            secure_pause: seen.map(|seen| seen.secure_pause),
            voice: seen.map(|seen| seen.voice),
            voice_order: report.voice_order(),
            screens: report.screens(),
            others_recording: seen.map_or(&[], |seen| &seen.others_recording),
            clock_skew_ms: circumstances.clock_skew_ms,
            event_time: report.since(),
            received_at: origin.received,
            first_sent_at: targets.iter().filter_map(|target| target.times.sent_at).min(),
            acknowledged_at: report.last(|times| times.acknowledged_at),
            verified_at: report.last(|times| times.verified_at),
            dropped_fields: request.map_or(0, |request| request.dropped),
            targets: targets.iter().map(Entry::of).collect(),
            error_type: error.map(Error::name),
            error_message: error.map(ToString::to_string),
            remedy: error.map(Error::remedy),
        }
    }

    /// The level of its line.
    pub const fn level(&self) -> &'static str {
        if self.error_type.is_some() { "ERROR" } else { "INFO" }
    }
}

impl<'a> Entry<'a> {
    fn of(target: &'a Target) -> Self {
        Self { target, times: target.times, answers: &target.answers }
    }
}
