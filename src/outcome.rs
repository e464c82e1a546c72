//! What happened in one invocation, or one check of the watch: the answer, and all that is told of it.

use lambda_runtime::Context;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::attempts::{self, Attempts, Reply};
use crate::batch::Message;
use crate::error::Error;
use crate::event::{self, Action, Door, Phase, Request, Trace};
use crate::ids::{ConversationId, ParticipantId, TraceId};
use crate::plan::{Outcome, Resolution};

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
    /// When the first request was sent.
    #[serde(skip)]
    pub sent_at: Option<OffsetDateTime>,
    /// When the last acknowledgement came.
    #[serde(skip)]
    pub acknowledged_at: Option<OffsetDateTime>,
    /// When it was read back as asked for.
    #[serde(skip)]
    pub verified_at: Option<OffsetDateTime>,
    /// The last answers to its requests.
    #[serde(skip)]
    pub replies: Vec<Reply>,
}

impl Target {
    /// A target of which nothing is known but what was sent for it.
    pub fn of(participant_id: ParticipantId, action: Action, sent: &Attempts) -> Self {
        Self {
            participant_id,
            action,
            state: State::Failed,
            attempts: sent.count(),
            error: None,
            at: OffsetDateTime::now_utc(),
            sent_at: sent.first_at(),
            acknowledged_at: None,
            verified_at: None,
            replies: sent.replies(),
        }
    }

    /// Takes over what was sent for the same leg before.
    fn follow(&mut self, before: Self) {
        self.attempts += before.attempts;
        self.sent_at = before.sent_at.or(self.sent_at);
        self.replies.splice(..0, before.replies);
        let surplus = self.replies.len().saturating_sub(attempts::KEPT);
        self.replies.drain(..surplus);
    }
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

/// What is known of one invocation or check, filled in while it goes on.
#[derive(Debug)]
pub struct Report {
    pub(crate) request_id: Option<TraceId>,
    pub(crate) message_id: Option<TraceId>,
    pub(crate) trace: Trace,
    pub(crate) received: OffsetDateTime,
    pub(crate) request: Option<Request>,
    pub(crate) error: Option<Error>,
    /// Whether the watch message, where one had to be posted, is with SQS.
    pub(crate) watched: bool,
    /// The part that is also the answer.
    pub(crate) answer: Answer,
}

/// The function's answer. Every field is always there; what is not known is null.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Outcome>,
    pub(crate) door: Option<Door>,
    pub(crate) phase: Option<Phase>,
    pub(crate) conversation_id: Option<ConversationId>,
    pub(crate) resolution: Option<Resolution>,
    pub(crate) paused: bool,
    pub(crate) verified: bool,
    pub(crate) exposure_ms: Option<i64>,
    pub(crate) targets: Vec<Target>,
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
        Self {
            request_id: TraceId::parse(&context.request_id),
            message_id,
            trace: Trace::of(payload),
            received: OffsetDateTime::now_utc(),
            request: None,
            error: None,
            watched: true,
            answer,
        }
    }

    /// Notes what the payload asks for.
    pub fn asked(&mut self, request: &Request) {
        self.answer.phase = Some(request.phase);
        self.answer.conversation_id = Some(request.conversation);
        self.request = Some(request.clone());
    }

    /// Notes how the targets were found.
    pub fn resolved(&mut self, resolution: Resolution) {
        self.answer.resolution = Some(resolution);
    }

    /// Notes how each target of the plan ended, and the leg that was paused unread; and what follows for
    /// the whole. A leg that is among the targets too has its last word there.
    pub fn acted(&mut self, mut targets: Vec<Target>, unread: Option<Target>) {
        if let Some(unread) = unread {
            let same = |target: &&mut Target| target.participant_id == unread.participant_id;
            if let Some(target) = targets.iter_mut().find(same) {
                target.follow(unread);
            } else {
                self.answer.resolution.get_or_insert(Resolution::Unread);
                targets.push(unread);
            }
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
            self.since().filter(|_| pausing && is_known).and_then(|since| exposure(since, &targets));
        self.answer.targets = targets;
    }

    /// Notes how it ended.
    pub fn ended(&mut self, result: Result<Outcome, Error>) {
        self.answer.outcome = result.as_ref().ok().copied();
        self.error = result.err();
        // A check knows nothing of what was before it: the screen may have been dark all the time.
        let is_first = self.answer.door != Some(Door::Watch);
        let is_lost = is_first && self.error.is_some() && self.answer.phase == Some(Phase::Started);
        if is_lost && self.answer.exposure_ms.is_none() {
            // Nothing held, or nothing could be tried: exposed until now, when it is given up.
            self.answer.exposure_ms = self.since().map(|since| millis(OffsetDateTime::now_utc() - since));
        }
    }

    /// The outcome; none where it failed.
    pub fn outcome(&self) -> Option<Outcome> {
        self.answer.outcome
    }

    /// What Lambda is to be told.
    ///
    /// # Errors
    /// The error it ended with.
    pub fn into_answer(self) -> Result<Value, Error> {
        match self.error {
            Some(error) => Err(error),
            None => serde_json::to_value(&self.answer)
                .map_err(|_| Error::Internal("the answer cannot be written")),
        }
    }

    /// The last of a time that every target has; none where one has none, or there is no target.
    pub(crate) fn last(&self, time: impl Fn(&Target) -> Option<OffsetDateTime>) -> Option<OffsetDateTime> {
        let times: Option<Vec<_>> = self.answer.targets.iter().map(time).collect();
        times?.into_iter().max()
    }

    /// When the secure pause started or ended.
    pub(crate) fn since(&self) -> Option<OffsetDateTime> {
        self.request.as_ref().map(|request| request.at)
    }
}

/// Milliseconds from the start of the secure pause until the last screen was dark, or until giving up on
/// one. `None` where every leg was gone: no screen was left to be exposed.
fn exposure(since: OffsetDateTime, targets: &[Target]) -> Option<i64> {
    let until = targets.iter().filter(|target| target.state != State::Gone).map(|target| target.at).max()?;
    Some(millis(until - since))
}

/// Whole milliseconds; none below zero, since another cloud's clock may be ahead.
pub(crate) fn millis(time: time::Duration) -> i64 {
    i64::try_from(time.whole_milliseconds()).unwrap_or(i64::MAX).max(0)
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn name<S: serde::Serializer>(error: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
    error.as_ref().map(Error::name).serialize(serializer)
}
