//! What happened with one request: the facts, built once at its end. The answer is written from them here, the audit
//! record in [`audit`], the metrics in [`metrics`].

pub mod audit;
pub mod log;
pub mod metrics;
pub mod proof;

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::decide::history::{History, Leg, Moment};
use crate::decide::outcome::{Outcome, State};
use crate::decide::request::{Door, Phase, Request};
use crate::decide::status::Shown;
use crate::decide::targets::Resolution;
use crate::decide::voice::{self, Told};
use crate::error::Error;
use crate::genesys::conversation::Screen;
use crate::genesys::screen_recording::{Action, Reply};
use crate::ids::{ConversationId, ParticipantId, TraceId};
use crate::request::Trace;

/// Where a request came from, known whatever else is wrong with it.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Lambda's id of the invocation.
    pub request_id: Option<TraceId>,
    /// SQS's id of the message.
    pub message_id: Option<TraceId>,
    /// The ids of the event.
    pub trace: Trace,
    /// The door.
    pub door: Option<Door>,
    /// When it was received.
    pub received: OffsetDateTime,
}

/// The facts of one request.
#[derive(Debug)]
pub struct Report {
    origin: Origin,
    request: Option<Request>,
    history: History,
    error: Option<Error>,
    summary: Summary,
    targets: Vec<Target>,
}

/// What answer and audit record both say. Every field is always there; what is not known is null.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    door: Option<Door>,
    phase: Option<Phase>,
    conversation_id: Option<ConversationId>,
    resolution: Option<Resolution>,
    paused: bool,
    verified: bool,
    exposure_ms: Option<i64>,
}

/// The function's answer.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    /// Of an order for the voice, too, and of one that asks for the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    voice: Option<Told>,
    /// Of one that asks for the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    screens: Option<&'a [Shown]>,
    targets: &'a [Target],
}

/// How one target ended.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    participant_id: ParticipantId,
    action: Action,
    state: State,
    /// Requests sent for it, those that failed included.
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip)]
    times: Times,
    #[serde(skip)]
    answers: Vec<Reply>,
}

/// What was ordered of the voice recording, and what came of it. Only the audit record has it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VoiceOrder {
    action: Action,
    state: Told,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(with = "time::serde::rfc3339")]
    sent_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    acknowledged_at: Option<OffsetDateTime>,
    answers: Vec<Reply>,
}

/// When what became of a target. Only the audit record has these.
#[expect(clippy::struct_field_names, reason = "the record's own names")]
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Times {
    #[serde(with = "time::serde::rfc3339::option")]
    sent_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    acknowledged_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    verified_at: Option<OffsetDateTime>,
    /// When it was known how it ended; for a dark screen, when its pause was acknowledged.
    #[serde(skip)]
    ended_at: OffsetDateTime,
}

impl Report {
    /// The facts of a request that ended so, `took` after it was received.
    pub fn of(
        origin: Origin,
        request: Option<Request>,
        history: History,
        result: Result<Outcome, Error>,
        (took, require_verified): (Moment, bool),
    ) -> Self {
        let now = origin.received + took;
        let targets: Vec<_> = history.legs.iter().map(|leg| Target::of(leg, origin.received, now)).collect();
        let summary = Summary {
            outcome: result.as_ref().ok().copied(),
            door: origin.door,
            phase: request.as_ref().and_then(|request| request.phase),
            conversation_id: request.as_ref().map(|request| request.conversation),
            resolution: history.resolution,
            paused: origin.door.is_some_and(|door| history.is_paused(door, require_verified)),
            verified: history.is_verified(),
            exposure_ms: None,
        };
        let mut report = Self { origin, request, history, error: result.err(), summary, targets };
        report.summary.exposure_ms = report.exposure(now).map(millis);
        report
    }

    /// The outcome; none where it failed.
    pub fn outcome(&self) -> Option<Outcome> {
        self.summary.outcome
    }

    /// What Lambda gets.
    ///
    /// # Errors
    /// The error it ended with.
    pub fn into_answer(self) -> Result<Value, Error> {
        let answer = Answer {
            summary: &self.summary,
            voice: self.voice(),
            screens: self.screens(),
            targets: &self.targets,
        };
        let written =
            || serde_json::to_value(answer).map_err(|_| Error::Internal("the answer cannot be written"));
        self.error.as_ref().map_or_else(written, |error| Err(error.clone()))
    }

    /// The voice recording; none where the order asks for nothing about it.
    fn voice(&self) -> Option<Told> {
        let request = self.request.as_ref().filter(|request| request.voice || self.is_status())?;
        let ordered = request.phase.map(|phase| match phase {
            Phase::Started => Action::Pause,
            Phase::Ended => Action::Resume,
        });
        Some(voice::told(self.history.voice.as_ref(), ordered, self.history.last.as_ref()))
    }

    /// The requests for the voice recording; none where none was sent.
    fn voice_order(&self) -> Option<VoiceOrder> {
        let (voice, state) = self.history.voice.as_ref().zip(self.voice())?;
        let at = |moment: Moment| self.origin.received + moment;
        Some(VoiceOrder {
            action: voice.action,
            state,
            attempts: voice.requests,
            error: voice.failure().as_ref().map(Error::name),
            sent_at: at(voice.sent),
            acknowledged_at: voice.current.last_accepted.map(at),
            answers: voice.answers.clone(),
        })
    }

    /// Whether the voice is not as ordered: refused, never answered, or read otherwise.
    fn has_voice_failed(&self) -> bool {
        let told = self.voice();
        self.history.voice.as_ref().is_some_and(|voice| match (voice.action, told) {
            (Action::Pause, Some(Told::Paused)) => false,
            (Action::Pause, Some(Told::Active)) | (Action::Resume, Some(Told::Paused)) => true,
            _ => voice.current.accepted == 0,
        })
    }

    /// The screens of live agents; none where the order does not ask for them.
    fn screens(&self) -> Option<&[Shown]> {
        let screens = self.history.screens.as_deref().unwrap_or_default();
        self.is_status().then_some(screens)
    }

    /// Whether it is an order that only asks for the status.
    fn is_status(&self) -> bool {
        self.request.as_ref().is_some_and(Request::asks_for_status)
    }

    /// How long a screen was exposed: from the start of the secure pause until every screen was dark, or was given
    /// up; after a resume that was withdrawn, from the sending of that.
    ///
    /// None at a check that verified nothing, or for a snapshot that paused nothing: the screen may have been dark all the
    /// time. None where every leg was gone: no screen was left to be exposed.
    fn exposure(&self, now: OffsetDateTime) -> Option<time::Duration> {
        let is_check = self.summary.door == Some(Door::Watch);
        let is_start = self.summary.phase == Some(Phase::Started);
        if let Some(withdrawal) = self.history.withdrawn {
            return Some(self.dark_at()? - (self.origin.received + withdrawal.sent));
        }
        if self.is_pausing() {
            let is_pause = is_start && (!is_check || self.summary.verified) || self.is_snapshot();
            let since = self.since().filter(|_| is_pause);
            if let (Some(since), Some(until)) = (since, self.dark_at()) {
                return Some(until - since);
            }
        }
        let is_lost = is_start && !is_check && self.error.is_some();
        self.since().filter(|_| is_lost).map(|since| now - since)
    }

    /// When the last screen was dark, or was given up.
    fn dark_at(&self) -> Option<OffsetDateTime> {
        let left = self.targets.iter().filter(|target| target.state != State::Gone);
        left.map(|target| target.times.ended_at).max()
    }

    /// A snapshot's time is when the screen was still recorded. The secure pause may have begun before.
    fn is_snapshot(&self) -> bool {
        self.summary.door == Some(Door::Snapshot)
    }

    fn is_pausing(&self) -> bool {
        self.targets.iter().any(|target| target.action == Action::Pause)
    }

    /// The last of a time that every target has; none where one has none, or there is no target.
    fn last(&self, time: impl Fn(&Times) -> Option<OffsetDateTime>) -> Option<OffsetDateTime> {
        let times: Option<Vec<_>> = self.targets.iter().map(|target| time(&target.times)).collect();
        times?.into_iter().max()
    }

    /// When the secure pause started or ended.
    fn since(&self) -> Option<OffsetDateTime> {
        self.request.as_ref().map(|request| request.at)
    }
}

impl Target {
    fn of(leg: &Leg, received: OffsetDateTime, now: OffsetDateTime) -> Self {
        // A target that another's reading left open: nothing more is known of it.
        let is_lit = leg.current.accepted == 0 || leg.seen == Some(Screen::Active);
        let left = if is_lit { State::Failed } else { State::Unverifiable };
        let at = |moment: Moment| received + moment;
        let end = leg.end.as_ref();
        Self {
            participant_id: leg.participant,
            action: leg.action,
            state: end.map_or(left, |end| end.state),
            attempts: leg.requests,
            error: leg.error().map(Error::name),
            times: Times {
                sent_at: (leg.requests > 0).then(|| at(leg.sent)),
                acknowledged_at: leg.current.last_accepted.map(at),
                verified_at: end.and_then(|end| end.verified).map(at),
                ended_at: end.map_or(now, |end| at(end.at)),
            },
            answers: leg.answers.clone(),
        }
    }
}

/// Whole milliseconds; none below zero, since another cloud's clock may be ahead.
fn millis(time: time::Duration) -> i64 {
    i64::try_from(time.whole_milliseconds()).unwrap_or(i64::MAX).max(0)
}
