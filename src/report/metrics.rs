//! The metrics of an invocation: one log line in CloudWatch's embedded metric format, from which CloudWatch makes
//! them. What each counts is told in docs/operations.md, "Metrics".
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use strum::VariantArray;
use time::OffsetDateTime;

use super::{Report, millis};
use crate::decide::outcome::{Outcome, State};
use crate::decide::proof::{Finding, Looked, Verdict};
use crate::decide::request::{Door, Phase};
use crate::decide::targets::Resolution;
use crate::error::{Error, NAMES};

/// The only dimension: two stacks in one account must not count into each other's alarms.
const DIMENSION: &str = "FunctionName";
/// CloudWatch takes so many values of a metric in one line.
const MOST_VALUES: usize = 100;

/// What is counted and timed in one invocation.
#[derive(Debug, Default)]
pub struct Metrics(BTreeMap<&'static str, Vec<i64>>);

impl Metrics {
    /// Notes the facts of a request. `all_agents`: `PAUSE_SCOPE` is everyone anyway.
    pub fn note(&mut self, report: &Report, all_agents: bool) {
        let Report { summary, targets, .. } = report;
        let acknowledged_at = report.last(|times| times.acknowledged_at);
        let verified_at = report.last(|times| times.verified_at).filter(|_| report.is_pausing());
        let verify = acknowledged_at.zip(verified_at).map(|(from, to)| millis(to - from));
        self.time("ExposureMs", summary.exposure_ms);
        self.time("VerifyMs", verify);
        if matches!(summary.door, Some(Door::Event | Door::Snapshot)) {
            self.count("Handled", true);
            self.time("EventAgeMs", report.since().map(|since| millis(report.origin.received - since)));
        }
        if let Some(outcome) = summary.outcome {
            // A resume that was taken back on a sign alone has exposed nothing that anybody knows of.
            let is_known = report.history.withdrawn.is_none_or(|withdrawal| withdrawal.was_on);
            self.count(outcome.into(), outcome != Outcome::ResumeWithdrawn || is_known);
        }
        if let Some(error) = &report.error {
            self.failed(report, error);
        }
        self.count("NotWatched", report.history.is_not_watched);
        self.count("VoiceFailed", report.has_voice_failed());
        for target in targets {
            self.count("RecordingTerminated", target.state == State::Terminated);
            self.count("Unverifiable", target.state == State::Unverifiable);
        }
        let is_everyone = summary.resolution == Some(Resolution::AllAgents);
        self.count("UnresolvedInitiator", is_everyone && !all_agents && !report.is_snapshot());
    }

    /// Notes what a look at recordings proved.
    pub fn note_proof(&mut self, looked: &Looked) {
        use Verdict::{CutOut, Exposed, NoScreenRecording, NoSecurePause, NotProvable, NotRecorded, Unknown};
        for Finding { verdict, .. } in looked.told() {
            self.count("Proven", matches!(verdict, CutOut | NotRecorded | NoScreenRecording));
            self.count("Exposed", *verdict == Exposed);
            self.count("NotProvable", *verdict == NotProvable);
            self.count("ProofUnknown", *verdict == Unknown);
            self.count("NoPauseOnPaymentCall", *verdict == NoSecurePause && looked.is_expected == Some(true));
        }
        self.count("ProofLate", looked.told().any(|finding| finding.verdict == Unknown));
    }

    /// Notes a look at recordings that failed, or was left for later.
    pub fn note_failed_look(&mut self, error: &Error, is_left: bool) {
        self.count(Outcome::LeftForLater.into(), is_left);
        self.count(error.name(), !is_left);
        self.count("ProofFailed", !is_left);
    }

    /// Counted by what was attempted, because an `ended` event can lead to a pause, and a check of a `started` one
    /// to a resume. If nothing was attempted, by the event's phase; in doubt, as a failed pause.
    fn failed(&mut self, report: &Report, error: &Error) {
        let Report { summary, targets, .. } = report;
        let is_resume = match targets[..] {
            [] => summary.phase == Some(Phase::Ended),
            _ => !report.is_pausing(),
        };
        let is_known = summary.door.is_some() && !report.is_status();
        let is_message = summary.door == Some(Door::Watch) || report.origin.message_id.is_some();
        let is_unreadable = is_message && matches!(error, Error::InvalidEvent(_));
        self.count(error.name(), true);
        self.count("PauseFailed", is_known && !is_resume);
        self.count("ResumeFailed", is_known && is_resume);
        self.count("StatusFailed", report.is_status());
        self.count("UnreadableMessage", is_unreadable);
    }

    /// Notes that something happened, if it did.
    pub fn count(&mut self, name: &'static str, happened: bool) {
        if happened {
            self.time(name, Some(1));
        }
    }

    /// Notes how many times something happened.
    pub fn add(&mut self, name: &'static str, times: u64) {
        self.time(name, i64::try_from(times).ok().filter(|times| *times > 0));
    }

    fn time(&mut self, name: &'static str, value: Option<i64>) {
        let values = self.0.entry(name).or_default();
        values.extend(value.filter(|_| values.len() < MOST_VALUES));
    }

    /// The log line with these metrics; `None` if nothing was counted.
    pub fn line(&self, namespace: &str, function: &str) -> Option<Value> {
        let told: Vec<_> = self.0.iter().filter(|(_, values)| !values.is_empty()).collect();
        let definitions: Vec<_> = told
            .iter()
            .map(|(name, _)| json!({ "Name": name, "Unit": if name.ends_with("Ms") { "Milliseconds" } else { "Count" } }))
            .collect();
        let mut line = Map::new();
        let ms = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
        line.insert(
            "_aws".to_owned(),
            json!({
                "Timestamp": i64::try_from(ms).unwrap_or_default(),
                "CloudWatchMetrics": [{ "Namespace": namespace, "Dimensions": [[DIMENSION]], "Metrics": definitions }],
            }),
        );
        line.insert(DIMENSION.to_owned(), function.into());
        line.extend(told.iter().map(|(name, values)| ((**name).to_owned(), json!(values))));
        (!told.is_empty()).then_some(Value::Object(line))
    }

    /// The names of all metrics.
    pub fn names() -> Vec<&'static str> {
        let outcomes = Outcome::VARIANTS.iter().map(<&str>::from);
        let others = [
            "ExposureMs",
            "VerifyMs",
            "EventAgeMs",
            "Handled",
            "PauseFailed",
            "ResumeFailed",
            "StatusFailed",
            "RecordingTerminated",
            "Unverifiable",
            "UnresolvedInitiator",
            "UnreadableMessage",
            "NotWatched",
            "VoiceFailed",
            "Proven",
            "Exposed",
            "NotProvable",
            "ProofUnknown",
            "ProofLate",
            "ProofFailed",
            "NoPauseOnPaymentCall",
            "TokenFetched",
            "TokenRenewedForLimit",
            "ClientLimitReached",
            "ColdStart",
        ];
        outcomes.into_iter().chain(NAMES.iter().copied()).chain(others).collect()
    }
}
