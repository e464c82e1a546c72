//! The metrics of an invocation: one log line in CloudWatch's embedded metric format, from which CloudWatch makes
//! them. What each counts is told in docs/operations.md, "Metrics".
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::config::Scope;
use crate::error::{Error, NAMES};
use crate::event::{Action, Door, Phase};
use crate::outcome::{Report, State, millis};
use crate::plan::{Outcome, Resolution};

/// The only dimension: two stacks in one account must not count into each other's alarms.
const DIMENSION: &str = "FunctionName";
/// CloudWatch takes so many values of a metric in one line.
const MOST_VALUES: usize = 100;

/// What is counted and timed in one invocation.
#[derive(Debug, Default)]
pub struct Metrics(BTreeMap<&'static str, Vec<i64>>);

impl Metrics {
    /// Notes what an attempt or a check told.
    pub fn note(&mut self, report: &Report, scope: Option<Scope>) {
        let answer = &report.answer;
        let is_pausing = answer.targets.iter().any(|target| target.action == Action::Pause);
        let acknowledged_at = report.last(|target| target.acknowledged_at);
        let verified_at = report.last(|target| target.verified_at).filter(|_| is_pausing);
        let verify = acknowledged_at.zip(verified_at).map(|(from, to)| millis(to - from));
        self.time("ExposureMs", answer.exposure_ms);
        self.time("VerifyMs", verify);
        if answer.door == Some(Door::Event) {
            self.count("Handled", true);
            self.time("EventAgeMs", report.since().map(|since| millis(report.received - since)));
        }
        if let Some(outcome) = answer.outcome {
            self.count(name_of(outcome), true);
        }
        if let Some(error) = &report.error {
            self.count(error.name(), true);
            // By what was attempted: an event of the end may call for a pause, and a check of a start for a
            // resume. Where nothing was, by the event; what is not known to be a resume's may be a pause's.
            let is_resume =
                if answer.targets.is_empty() { answer.phase == Some(Phase::Ended) } else { !is_pausing };
            let is_known = answer.door.is_some();
            self.count("PauseFailed", is_known && !is_resume);
            self.count("ResumeFailed", is_known && is_resume);
            let is_unreadable = answer.door == Some(Door::Watch) && matches!(error, Error::InvalidEvent(_));
            self.count("UnreadableMessage", is_unreadable);
        }
        self.count("NotWatched", !report.watched);
        for target in &answer.targets {
            self.count("RecordingTerminated", target.state == State::Terminated);
            self.count("Unverifiable", target.state == State::Unverifiable);
        }
        let is_unresolved = answer.resolution == Some(Resolution::AllAgents);
        self.count("UnresolvedInitiator", is_unresolved && scope == Some(Scope::Initiator));
    }

    /// Notes that something happened, if it did.
    pub fn count(&mut self, name: &'static str, happened: bool) {
        if happened {
            self.time(name, Some(1));
        }
    }

    fn time(&mut self, name: &'static str, value: Option<i64>) {
        let values = self.0.entry(name).or_default();
        values.extend(value.filter(|_| values.len() < MOST_VALUES));
    }

    /// The line that tells them; none where there is nothing to tell.
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

    /// Every name that can be told.
    pub fn names() -> Vec<&'static str> {
        let outcomes = Outcome::ALL.map(name_of);
        let others = [
            "ExposureMs",
            "VerifyMs",
            "EventAgeMs",
            "Handled",
            "PauseFailed",
            "ResumeFailed",
            "RecordingTerminated",
            "Unverifiable",
            "UnresolvedInitiator",
            "UnreadableMessage",
            "NotWatched",
            "TokenFetched",
            "ColdStart",
        ];
        outcomes.into_iter().chain(NAMES).chain(others).collect()
    }
}

const fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Paused => "Paused",
        Outcome::Resumed => "Resumed",
        Outcome::NothingPaused => "NothingPaused",
        Outcome::ConversationOver => "ConversationOver",
        Outcome::Stale => "Stale",
        Outcome::Superseded => "Superseded",
        Outcome::Doubtful => "Doubtful",
        Outcome::Deferred => "Deferred",
        Outcome::Watching => "Watching",
        Outcome::Repaired => "Repaired",
        Outcome::Recovered => "Recovered",
        Outcome::Observed => "Observed",
        Outcome::PauseOnly => "PauseOnly",
        Outcome::Ignored => "Ignored",
    }
}
