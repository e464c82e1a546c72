//! The proof record: one log line for each secure pause that a look at the recordings found, or one for a conversation
//! without. What may be in it is told, field by field, in docs/proof-record.md, and by the schema beside that.

use serde::Serialize;
use time::OffsetDateTime;

use crate::config::{self, PausedScreen, Proof};
use crate::decide::proof::{Finding, Look, Looked, Request, Source, Span, Verdict};
use crate::error::Error;
use crate::genesys::conversation::Conversation;
use crate::genesys::recordings::{FileState, Media, Notes, Recording};
use crate::ids::{ConversationId, QueueId, RecordingId, TraceId, UserId};

/// What every record has in its field `kind`.
const KIND: &str = "secure_pause_proof";
/// Changes when a field changes its meaning, or goes.
const SCHEMA: u32 = 1;

/// Where a look came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// What the message asks.
    pub request: &'a Request,
    /// Lambda's id of the invocation.
    pub request_id: Option<&'a TraceId>,
    /// SQS's id of the message.
    pub message_id: Option<&'a TraceId>,
}

/// A look that failed, or was left for later.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedLook<'a> {
    message: &'static str,
    request_id: Option<&'a TraceId>,
    message_id: Option<&'a TraceId>,
    conversation_id: ConversationId,
    look: Look,
    error_type: &'static str,
    error_message: String,
}

impl<'a> FailedLook<'a> {
    /// Why this look failed; `is_left`: it will be made up for.
    pub fn of(look: Look, origin: Origin<'a>, error: &Error, is_left: bool) -> Self {
        let Origin { request, request_id, message_id } = origin;
        Self {
            message: if is_left { "recordings left for later" } else { "recordings not looked at" },
            request_id,
            message_id,
            conversation_id: request.conversation,
            look,
            error_type: error.name(),
            error_message: error.to_string(),
        }
    }
}

/// The record of one finding.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    message: &'static str,
    kind: &'static str,
    schema: u32,
    version: &'static str,
    commit: &'static str,
    request_id: Option<&'a TraceId>,
    message_id: Option<&'a TraceId>,
    conversation_id: ConversationId,
    #[serde(with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    to: Option<OffsetDateTime>,
    verdict: Verdict,
    reason: &'static str,
    look: Look,
    expected: Option<bool>,
    queue_ids: Option<Vec<QueueId>>,
    user_ids: Option<Vec<UserId>>,
    recordings: Vec<Entry>,
    source: Source,
    #[serde(with = "time::serde::rfc3339::option")]
    event_time: Option<OffsetDateTime>,
    paused_screen: PausedScreen,
    tolerance_ms: u128,
}

/// A recording as the record shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: Option<RecordingId>,
    media: Media,
    file_state: FileState,
    #[serde(with = "time::serde::rfc3339::option")]
    start: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    end: Option<OffsetDateTime>,
    output_duration_ms: Option<i64>,
    missing_ms: Option<i64>,
    marks: usize,
    exported: bool,
}

/// The records of a look; of the conversation, as read, they name queues and agents.
pub fn records<'a>(
    looked: &'a Looked,
    conversation: Option<&'a Conversation>,
    origin: Origin<'a>,
    rules: &'a Proof,
) -> impl Iterator<Item = Record<'a>> {
    looked.told().map(move |finding| Record::of(finding, looked, conversation, origin, rules))
}

impl<'a> Record<'a> {
    fn of(
        finding: &Finding,
        looked: &Looked,
        conversation: Option<&Conversation>,
        origin: Origin<'a>,
        rules: &Proof,
    ) -> Self {
        let Origin { request, request_id, message_id } = origin;
        let Finding { pause, verdict, reason } = *finding;
        Self {
            message: "recordings looked at",
            kind: KIND,
            schema: SCHEMA,
            version: config::VERSION,
            commit: config::COMMIT,
            request_id,
            message_id,
            conversation_id: request.conversation,
            from: pause.map(|Span { from, .. }| from),
            to: pause.map(|Span { to, .. }| to),
            verdict,
            reason,
            look: looked.look,
            expected: looked.is_expected,
            queue_ids: conversation.map(Conversation::queue_ids),
            user_ids: conversation.map(Conversation::user_ids),
            recordings: looked.recordings.iter().map(Entry::of).collect(),
            source: request.source,
            event_time: request.at,
            paused_screen: rules.paused_screen,
            tolerance_ms: rules.tolerance.as_millis(),
        }
    }

    /// The level of its line.
    pub const fn level(&self) -> &'static str {
        match self.verdict {
            Verdict::Exposed => "ERROR",
            Verdict::Unknown => "WARN",
            _ => "INFO",
        }
    }
}

impl Entry {
    fn of(recording: &Recording) -> Self {
        let (start, end) = (recording.start_time.at(), recording.end_time.at());
        let output_duration_ms = recording.output_duration_ms;
        let ran =
            start.zip(end).and_then(|(start, end)| i64::try_from((end - start).whole_milliseconds()).ok());
        Self {
            id: recording.id(),
            media: recording.media(),
            file_state: recording.file_state,
            start,
            end,
            output_duration_ms,
            missing_ms: ran.zip(output_duration_ms).and_then(|(ran, plays)| ran.checked_sub(plays)),
            marks: recording.annotations.iter().filter(|noted| noted.notes() == Notes::SecurePause).count(),
            exported: recording.is_exported(),
        }
    }
}
