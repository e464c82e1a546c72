//! What happened: one log line and one answer, from the same record.

use lambda_runtime::Context;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::batch::Message;
use crate::error::Error;
use crate::event::{self, Action, Door, Phase, Request, Trace};
use crate::ids::{ConversationId, ParticipantId, TraceId};
use crate::plan::{Outcome, Resolution};
use crate::telemetry;

/// How one target ended.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The leg.
    pub participant_id: ParticipantId,
    /// What was to be done to its screen recording.
    pub action: Action,
    /// How that ended.
    pub state: State,
    /// Requests sent for it, those that failed included.
    pub attempts: u32,
    /// The name of the error, where it failed.
    #[serde(rename = "error", serialize_with = "name", skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// When that was known.
    #[serde(skip)]
    pub at: OffsetDateTime,
}

/// The last that is known of a target's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Read back as asked for.
    Verified,
    /// Acknowledged, and not told by any reading since.
    Unverifiable,
    /// The recording was cut in two instead of paused.
    Terminated,
    /// There is no recording to pause.
    NotRecording,
    /// The leg has ended.
    Gone,
    /// Not done.
    Failed,
}

impl State {
    /// Whether no frame of this screen is being stored, as far as can be known.
    pub const fn is_dark(self) -> bool {
        matches!(self, Self::Verified | Self::Unverifiable | Self::Terminated | Self::NotRecording)
    }
}

/// What is known of one invocation, filled in while it goes on.
#[derive(Debug)]
pub struct Report {
    request_id: Option<TraceId>,
    message_id: Option<TraceId>,
    trace: Trace,
    dropped_fields: u32,
    event_time: Option<OffsetDateTime>,
    /// The part that is also the answer.
    answer: Answer,
}

/// The function's answer. Every field is always there; what is not known is null.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    door: Option<Door>,
    phase: Option<Phase>,
    conversation_id: Option<ConversationId>,
    resolution: Option<Resolution>,
    paused: bool,
    verified: bool,
    exposure_ms: Option<i64>,
    targets: Vec<Target>,
}

/// The log line: the answer, or the error, and the ids to find everything else by.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    message: &'static str,
    request_id: &'a Option<TraceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: &'a Option<TraceId>,
    #[serde(flatten)]
    trace: &'a Trace,
    #[serde(flatten)]
    answer: &'a Answer,
    #[serde(with = "time::serde::rfc3339::option")]
    event_time: Option<OffsetDateTime>,
    dropped_fields: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
}

impl Report {
    /// A record of the invocation that this payload and context began.
    pub fn new(payload: &Value, context: &Context) -> Self {
        Self::begun(payload, context, event::door(payload), None)
    }

    /// A record of the check that a message of the watch queue calls for.
    pub fn of_message(message: &Message, context: &Context) -> Self {
        Self::begun(&message.body, context, Some(Door::Watch), TraceId::parse(&message.id))
    }

    fn begun(payload: &Value, context: &Context, door: Option<Door>, message_id: Option<TraceId>) -> Self {
        let answer = Answer {
            outcome: None,
            door,
            phase: None,
            conversation_id: None,
            resolution: None,
            paused: false,
            verified: false,
            exposure_ms: None,
            targets: Vec::new(),
        };
        let (request_id, trace) = (TraceId::parse(&context.request_id), Trace::of(payload));
        Self { request_id, message_id, trace, dropped_fields: 0, event_time: None, answer }
    }

    /// Notes what the payload asks for.
    pub fn asked(&mut self, request: &Request) {
        self.dropped_fields = request.dropped;
        self.event_time = Some(request.at);
        self.answer.phase = Some(request.phase);
        self.answer.conversation_id = Some(request.conversation);
    }

    /// Notes how the targets were found.
    pub fn resolved(&mut self, resolution: Resolution) {
        self.answer.resolution = Some(resolution);
    }

    /// Notes how each target of the plan ended, and the leg that was paused unread; and what follows for
    /// the whole. A leg that is among the targets too has its last word there.
    pub fn acted(&mut self, mut targets: Vec<Target>, unread: Option<Target>) {
        let new =
            |unread: &Target| targets.iter().all(|target| target.participant_id != unread.participant_id);
        if let Some(unread) = unread.filter(new) {
            self.answer.resolution.get_or_insert(Resolution::Unread);
            targets.push(unread);
        }
        let pausing = targets.iter().any(|target| target.action == Action::Pause);
        self.answer.paused = pausing && targets.iter().all(|target| target.state.is_dark());
        self.answer.verified =
            !targets.is_empty() && targets.iter().all(|target| target.state == State::Verified);
        // A pause that is repeated where no screen is told ends no exposure; and where a resume was taken back,
        // the start of the secure pause is not known.
        let is_known = self.answer.phase == Some(Phase::Started)
            && (self.answer.door != Some(Door::Watch) || self.answer.verified);
        self.answer.exposure_ms =
            self.event_time.filter(|_| pausing && is_known).and_then(|since| exposure(since, &targets));
        self.answer.targets = targets;
    }

    /// Ends the invocation: writes its line, and gives what Lambda is to be told.
    ///
    /// # Errors
    /// The error it ended with.
    pub fn close(mut self, result: Result<Outcome, Error>) -> Result<Value, Error> {
        self.answer.outcome = result.as_ref().ok().copied();
        if result.is_err() && self.answer.phase == Some(Phase::Started) && self.answer.exposure_ms.is_none() {
            // Nothing held, or nothing could be tried: exposed until now, when it is given up.
            self.answer.exposure_ms = self.event_time.map(|since| millis(OffsetDateTime::now_utc() - since));
        }
        let error = result.as_ref().err();
        let line = Line {
            message: if error.is_some() { "secure pause failed" } else { "secure pause handled" },
            request_id: &self.request_id,
            message_id: &self.message_id,
            trace: &self.trace,
            answer: &self.answer,
            event_time: self.event_time,
            dropped_fields: self.dropped_fields,
            error_type: error.map(Error::name),
            error_message: error.map(ToString::to_string),
        };
        telemetry::line(if error.is_some() { "ERROR" } else { "INFO" }, &line);
        result?;
        serde_json::to_value(&self.answer).map_err(|_| Error::Internal("the answer cannot be written"))
    }
}

/// Milliseconds from the start of the secure pause until the last screen was dark, or until giving up on
/// one. `None` where every leg was gone: no screen was left to be exposed.
fn exposure(since: OffsetDateTime, targets: &[Target]) -> Option<i64> {
    let until = targets.iter().filter(|target| target.state != State::Gone).map(|target| target.at).max()?;
    Some(millis(until - since))
}

/// Whole milliseconds; none below zero, since another cloud's clock may be ahead.
fn millis(time: time::Duration) -> i64 {
    i64::try_from(time.whole_milliseconds()).unwrap_or(i64::MAX).max(0)
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn name<S: serde::Serializer>(error: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
    error.as_ref().map(Error::name).serialize(serializer)
}
