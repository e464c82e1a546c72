//! What the tests are made of: two agents, their legs, bodies of a conversation, requests.

use std::time::Duration;

use secure_pause::config::Timing;
use secure_pause::decide::history::{Leg, Moment};
use secure_pause::decide::request::{Door, Phase, Request};
use secure_pause::error::{Answered, Error, Failure, Operation, Retry, What};
use secure_pause::genesys::Rank;
use secure_pause::genesys::conversation::Conversation;
use secure_pause::genesys::screen_recording::{Action, Answer, Reply};
use secure_pause::ids::{ConversationId, ParticipantId, UserId};
use serde_json::{Value, json};
use time::OffsetDateTime;

pub const CONVERSATION: &str = "5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11";
pub const AGENT_A: &str = "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01";
pub const LEG_A: &str = "a1f5e9c4-3d74-4e30-8c79-2f8d8150bc03";
pub const AGENT_B: &str = "b2e4d8b3-2c63-4d2f-9b68-1e7c704fab02";
pub const LEG_B: &str = "b206fad5-4e85-4f41-9d8a-309e9261cd04";
pub const AGENT_C: &str = "c3f5e9c4-3d74-4e30-8c79-2f8d8150bc05";
pub const LEG_C: &str = "c3170be6-5f96-4052-8eab-41afa372de05";

/// In place of a leg that a reading does not list, and of a conversation that Genesys does not know.
pub const NONE: Value = Value::Null;

/// The times that production goes by.
pub fn timing() -> Timing {
    Timing::default()
}

pub fn ms(milliseconds: u64) -> Moment {
    Duration::from_millis(milliseconds)
}

pub fn id(leg: &str) -> ParticipantId {
    ParticipantId::parse(leg).unwrap()
}

// ---- Legs.

pub fn leg(user: &str, id: &str, state: &str) -> Value {
    json!({"id": id, "userId": user, "purpose": "agent", "calls": [{"state": state}]})
}

pub fn with_screen(mut leg: Value, state: &str) -> Value {
    leg["screenRecordingState"] = json!(state);
    leg
}

/// The first agent's leg, its screen in this state.
pub fn a(state: &str) -> Value {
    with_screen(leg(AGENT_A, LEG_A, "connected"), state)
}

/// The second agent's.
pub fn b(state: &str) -> Value {
    with_screen(leg(AGENT_B, LEG_B, "connected"), state)
}

/// The third agent's.
pub fn c(state: &str) -> Value {
    with_screen(leg(AGENT_C, LEG_C, "connected"), state)
}

/// The first agent's leg; nothing is reported of its screen.
pub fn untold() -> Value {
    leg(AGENT_A, LEG_A, "connected")
}

/// The first agent's leg, which has ended.
pub fn dead(state: &str) -> Value {
    with_screen(leg(AGENT_A, LEG_A, "terminated"), state)
}

/// A leg in wrap-up, where the screen recording runs on.
pub fn in_wrap_up(mut leg: Value) -> Value {
    leg["calls"][0]["state"] = json!("terminated");
    leg["startAcwTime"] = json!("2025-11-02T12:00:00Z");
    leg
}

/// A leg whose wrap-up has ended too.
pub fn wrapped_up(leg: Value) -> Value {
    let mut leg = in_wrap_up(leg);
    leg["endAcwTime"] = json!("2025-11-02T12:05:00Z");
    leg
}

// ---- Conversations.

fn open(secure_pause: bool, voice: &str, participants: &[Value]) -> Value {
    json!({"securePause": secure_pause, "recordingState": voice, "participants": participants})
}

/// Secure pause is on.
pub fn on(participants: &[Value]) -> Value {
    open(true, "PAUSED", participants)
}

/// Secure pause is off: the voice is recorded.
pub fn off(participants: &[Value]) -> Value {
    open(false, "ACTIVE", participants)
}

/// Nothing says whether secure pause is on.
pub fn unknown(participants: &[Value]) -> Value {
    open(false, "NONE", participants)
}

/// Nothing says so, but the voice is paused.
pub fn voice_paused(participants: &[Value]) -> Value {
    open(false, "PAUSED", participants)
}

/// The voice is recorded, and yet a flow's leg is live.
pub fn in_flow(participants: &[Value]) -> Value {
    let flow = json!({"purpose": "ivr", "calls": [{"state": "connected"}]});
    open(false, "ACTIVE", &[participants, &[flow]].concat())
}

/// The conversation has ended.
pub fn over(leg: &Value) -> Value {
    json!({"endTime": "2025-11-02T12:00:00Z", "recordingState": "ACTIVE", "participants": [leg]})
}

/// The conversation in this body; none where the body is [`NONE`].
pub fn read(body: &Value) -> Option<Conversation> {
    (*body != NONE).then(|| Conversation::from_body(body.to_string().as_bytes()).unwrap())
}

// ---- Requests.

pub fn request(
    door: Door,
    phase: impl Into<Option<Phase>>,
    user: Option<&str>,
    participant: Option<&str>,
) -> Request {
    Request {
        door,
        phase: phase.into(),
        voice: false,
        is_of_order: false,
        rank: Rank::First,
        conversation: ConversationId::parse(CONVERSATION).unwrap(),
        user: user.map(|user| UserId::parse(user).unwrap()),
        participant: participant.map(id),
        at: OffsetDateTime::UNIX_EPOCH,
        dropped: 0,
    }
}

// ---- Answers.

pub type Came = Result<Answer, Failure>;

pub fn answered(action: Action, what: What) -> Answered {
    Answered { operation: action.operation(), what, correlation: None }
}

/// A 2xx.
#[expect(clippy::unnecessary_wraps, reason = "as every answer")]
pub fn acknowledged() -> Came {
    Ok(Answer::Acknowledged)
}

/// A refusal that a reading may explain.
#[expect(clippy::unnecessary_wraps, reason = "as every answer")]
pub fn refused(action: Action, status: u16) -> Came {
    Ok(Answer::Refused(answered(action, What::Status(status))))
}

/// A 5xx or 408.
pub fn down(action: Action) -> Came {
    let error = Error::UpstreamUnavailable(answered(action, What::Status(503)));
    Err(Failure { error, retry: Retry::Backoff })
}

/// The connection broke before an answer came.
pub fn broken(action: Action) -> Came {
    let error = Error::UpstreamUnavailable(answered(action, What::Broken));
    Err(Failure { error, retry: Retry::Reconnect })
}

/// No answer came, and it was given up.
pub fn timed_out(action: Action) -> Came {
    let error = Error::UpstreamUnavailable(answered(action, What::TimedOut));
    Err(Failure { error, retry: Retry::Backoff })
}

/// A 429 with a `Retry-After` of this many seconds.
pub fn limited(action: Action, seconds: u64) -> Came {
    let error = Error::RateLimited(answered(action, What::Status(429)));
    Err(Failure { error, retry: Retry::After(Duration::from_secs(seconds)) })
}

/// A 429 for the limit of a token, where no other one is to be had for so many seconds.
pub fn token_limited(action: Action, seconds: u64) -> Came {
    let error = Error::RateLimited(answered(action, What::Status(429)));
    Err(Failure { error, retry: Retry::TokenLimit(Duration::from_secs(seconds)) })
}

/// A 401: a new token is needed.
pub fn token_refused(action: Action) -> Came {
    let error = Error::CredentialsRejected(answered(action, What::Status(401)));
    Err(Failure { error, retry: Retry::Now })
}

/// A 403.
pub fn forbidden(action: Action) -> Came {
    let error = Error::Forbidden(answered(action, What::Status(403)));
    Err(Failure { error, retry: Retry::Never })
}

/// Why a reading failed: Genesys is down.
pub fn unread() -> Error {
    let what = What::Status(503);
    Error::UpstreamUnavailable(Answered { operation: Operation::Conversation, what, correlation: None })
}

// ---- Legs of the history.

/// The first agent's leg, which a request was sent for at this moment.
pub fn sent(action: Action, at: u64) -> Leg {
    Leg::begun(id(LEG_A), action, true, ms(at))
}

/// Notes what came back for the request under way.
pub fn answer(leg: &mut Leg, at: u64, answer: Came) {
    leg.answered(ms(at), Reply::default(), answer, &timing());
}
