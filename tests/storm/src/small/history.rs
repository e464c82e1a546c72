//! What happened: what was recorded when, and what was tried when.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use uuid::Uuid;
use world::{Happening, Moment, ScreenState};

use super::time::life;
use crate::attempt;
use crate::draws::Agent;

/// A secure pause.
#[derive(Clone, Copy, Debug)]
pub struct Pause {
    pub agent: Agent,
    pub began: SystemTime,
    pub ended: Option<SystemTime>,
}

/// A card being taken by a secure flow.
#[derive(Clone, Copy, Debug)]
pub struct Taking {
    pub ordered: SystemTime,
    pub began: SystemTime,
    pub ended: SystemTime,
}

/// Everything went wrong from then on, until it ended.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    pub began: SystemTime,
    pub ended: Option<SystemTime>,
}

/// How an invocation ended.
pub type Ended = attempt::Ended<Value>;
/// What an invocation was for.
pub type What = attempt::What<SystemTime>;
/// One invocation.
pub type Attempt = attempt::Attempt<SystemTime, Value>;

/// Everything that is known of a schedule that was played.
#[derive(Debug)]
pub struct History {
    pub(crate) legs: BTreeMap<Agent, Uuid>,
    /// Who is on the call, or in wrap-up, at the end.
    pub(crate) present: Vec<Agent>,
    pub(crate) screens: BTreeMap<Uuid, ScreenState>,
    pub(crate) is_on: bool,
    pub(crate) timeline: Vec<Moment>,
    pub(crate) pauses: Vec<Pause>,
    pub(crate) takings: Vec<Taking>,
    pub(crate) attempts: Vec<Attempt>,
    /// When nothing could be had of Genesys.
    pub(crate) outages: Vec<Outage>,
    pub(crate) complaints: Vec<String>,
    /// Messages of the watch that came to no end.
    pub(crate) endless: usize,
}

impl History {
    /// The times within `from..to` at which an agent's screen was being recorded.
    pub(crate) fn recorded(
        &self,
        agent: Agent,
        from: SystemTime,
        to: SystemTime,
    ) -> Vec<(SystemTime, SystemTime)> {
        let Some(leg) = self.legs.get(&agent) else { return Vec::new() };
        let mut since = None;
        let mut spans = Vec::new();
        for moment in &self.timeline {
            let Happening::Screen { participant, state } = &moment.happening else { continue };
            if participant != leg {
                continue;
            }
            match (matches!(state, Some(ScreenState::Requested | ScreenState::Active)), since) {
                (true, None) => since = Some(moment.at),
                (false, Some(began)) => {
                    spans.push((began, moment.at));
                    since = None;
                }
                _ => {}
            }
        }
        spans.extend(since.map(|began| (began, to)));
        let cut = |(began, ended): (SystemTime, SystemTime)| (began.max(from), ended.min(to));
        spans.into_iter().map(cut).filter(|(began, ended)| began < ended).collect()
    }

    /// Seconds of life since the call was there.
    pub(crate) fn at(&self, moment: SystemTime) -> f64 {
        let start = self.timeline.first().map_or(moment, |first| first.at);
        life(since(start, moment))
    }
}

/// The time from one moment to a later one.
pub fn since(earlier: SystemTime, later: SystemTime) -> Duration {
    later.duration_since(earlier).unwrap_or_default()
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<(SystemTime, String)> = Vec::new();
        let name = |leg: &Uuid| {
            self.legs
                .iter()
                .find(|(_, it)| *it == leg)
                .map_or("other".to_owned(), |(agent, _)| format!("{agent:?}"))
        };
        for moment in &self.timeline {
            let what = match &moment.happening {
                Happening::Screen { participant, state } => {
                    format!("screen of {}: {state:?}", name(participant))
                }
                Happening::Leg { participant, live } => format!("leg of {}: live {live}", name(participant)),
                other => format!("{other:?}"),
            };
            lines.push((moment.at, what));
        }
        for attempt in &self.attempts {
            let ended = match &attempt.ended {
                Ended::Answered(answer) => answer.to_string(),
                Ended::Failed(name) => format!("error {name}"),
                Ended::Killed => "killed".to_owned(),
            };
            let what = match attempt.what {
                What::Check { pause, is_started, .. } => format!("check of {pause}, started {is_started}"),
                what => format!("{what:?}"),
            };
            lines.push((attempt.began, format!("    invoked: {what}")));
            lines.push((attempt.ended_at, format!("    {what} ended: {ended}")));
        }
        lines.sort_by_key(|(at, _)| *at);
        lines.iter().try_for_each(|(at, what)| writeln!(f, "  {:8.2} s  {what}", self.at(*at)))
    }
}
