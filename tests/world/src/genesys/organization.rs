//! The settings of the simulated organization: how it answers, how late, and what it tells.

use std::time::Duration;

use super::{
    recordings::{Files, PausedScreen, Rights},
    state::ScreenState,
    topics::Topics,
};

/// How the organization behaves; [`Default`] is a quick and talkative one.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Whether bodies have `screenRecordingState`. Default true.
    pub tells_screen_state: bool,
    /// Whether a secure pause shows in `securePause`; if not, only `recordingState` moves. Default true.
    pub tells_secure_pause: bool,
    /// Whether the voice recording is paused while a call is held. Default false.
    pub hold_suppression: bool,
    /// How far reads of a conversation trail writes. Default none.
    pub read_lag: Duration,
    /// How long every request takes, at the least. Default none.
    pub latency: Duration,
    /// How many seconds the clock is ahead that dates the answers of the API. Default none.
    pub clock_ahead: i64,
    /// How long a token is good; `expires_in` tells it in whole seconds. Default a day.
    pub token_ttl: Duration,
    /// The status of an accepted pause or resume: 200, 202 or 204. Default 202.
    pub pause_status: u16,
    /// Every pause and resume is answered 404, although conversations can be read. Default false.
    pub endpoint_missing: bool,
    /// Whether an accepted pause or resume changes the screen recording. Default true.
    pub pause_takes_effect: bool,
    /// Whether the client may pause a voice that it does not take part in. Default true.
    pub may_pause_others: bool,
    /// Path of a pause or resume with `{conversationId}`, `{participantId}` and `{action}`.
    pub screen_recording_path: String,
    /// What a screen recording is soon after its agent has answered. Default active.
    pub screen_starts_as: ScreenState,
    /// How many API requests one token is good for. Default 300 a minute.
    pub token_limit: Option<RateLimit>,
    /// What is stored of a paused screen. Default nothing.
    pub paused_screen: PausedScreen,
    /// How far the files of calls are that are over; those of others are on their way in. Default available.
    pub files: Files,
    /// What the client may read that pauses. Default all.
    pub rights: Rights,
    /// What the client may do that reads recordings. Default reads all.
    pub recordings_rights: Rights,
    /// How long after it was ordered a recording is deleted. Default a day.
    pub deletes_after: Duration,
    /// Whether a deleted recording is known no more; else its state is `DELETED`. Default false.
    pub forgets_deleted: bool,
    /// Whether the client that pauses may pause voices, too. Default true.
    pub may_pause_voices: bool,
    /// Whether a client is shown what its roles hold. Default true.
    pub shows_roles: bool,
    /// Which topics there are for whom. Default all by EventBridge.
    pub topics: Topics,
    /// How many API requests an OAuth client has, whatever its tokens. Default 3,000 a minute.
    pub client_limit: Option<RateLimit>,
}

/// So many requests in a window of time; beyond it the answer is 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many.
    pub requests: u32,
    /// From the first request on; with the first one after it, the next begins.
    pub window: Duration,
}

impl RateLimit {
    /// One of the limits that Genesys publishes: <https://developer.genesys.cloud/platform/api/rate-limits>.
    pub const fn a_minute(requests: u32) -> Self {
        Self { requests, window: Duration::from_mins(1) }
    }
}

impl Default for Organization {
    fn default() -> Self {
        Self {
            tells_screen_state: true,
            tells_secure_pause: true,
            hold_suppression: false,
            read_lag: Duration::ZERO,
            latency: Duration::ZERO,
            clock_ahead: 0,
            token_ttl: Duration::from_secs(86_400),
            pause_status: 202,
            endpoint_missing: false,
            pause_takes_effect: true,
            may_pause_others: true,
            screen_recording_path:
                "/api/v2/conversations/{conversationId}/participants/{participantId}/screenrecording/{action}"
                    .to_owned(),
            screen_starts_as: ScreenState::Active,
            token_limit: Some(RateLimit::a_minute(300)),
            paused_screen: PausedScreen::Cut,
            files: Files::Available,
            rights: Rights::ALL,
            recordings_rights: Rights::ALL,
            deletes_after: Duration::from_hours(24),
            forgets_deleted: false,
            may_pause_voices: true,
            shows_roles: true,
            topics: Topics::All,
            client_limit: Some(RateLimit::a_minute(3_000)),
        }
    }
}
