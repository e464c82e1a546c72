//! A conversation as Genesys describes it, reduced to what is used, and the words that the tables use for it.
//!
//! Bodies are open: fields are missing, null, or hold values that no document names. A value that cannot be read counts
//! as missing, and nothing in one leg ever hides another leg.
//! Source: `GET /api/v2/conversations/{id}`, <https://developer.genesys.cloud/routing/conversations/>.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::ids::{ParticipantId, QueueId, UserId};
use crate::json::{Time, each, every_text, lenient, list, object, truth, word};

/// Purposes of legs that do not belong to an agent, although some of them have a user.
const NO_AGENTS: [&str; 6] = ["customer", "external", "ivr", "acd", "workflow", "voicemail"];

/// At most this many queues, and this many agents, of a conversation are named. A call goes through far fewer.
pub const NAMED: usize = 20;

/// A conversation as read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Conversation {
    start_time: Time,
    end_time: Time,
    #[serde(deserialize_with = "word")]
    recording_state: Recording,
    #[serde(deserialize_with = "truth")]
    secure_pause: bool,
    #[serde(deserialize_with = "list")]
    participants: Option<Vec<Participant>>,
}

/// One leg: somebody, or something, on the conversation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Participant {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    user_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    queue_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    purpose: String,
    #[serde(deserialize_with = "every_text")]
    media_roles: Vec<String>,
    connected_time: Time,
    end_time: Time,
    start_acw_time: Time,
    end_acw_time: Time,
    #[serde(rename = "screenRecordingState", deserialize_with = "word")]
    screen: Screen,
    #[serde(deserialize_with = "each")]
    calls: Vec<Media>,
    #[serde(deserialize_with = "each")]
    callbacks: Vec<Media>,
    #[serde(deserialize_with = "each")]
    chats: Vec<Media>,
    #[serde(deserialize_with = "each")]
    cobrowsesessions: Vec<Media>,
    #[serde(deserialize_with = "each")]
    emails: Vec<Media>,
    #[serde(deserialize_with = "each")]
    messages: Vec<Media>,
    #[serde(deserialize_with = "each")]
    internal_messages: Vec<Media>,
    #[serde(deserialize_with = "each")]
    screenshares: Vec<Media>,
    #[serde(deserialize_with = "each")]
    social_expressions: Vec<Media>,
    #[serde(deserialize_with = "each")]
    videos: Vec<Media>,
}

/// One medium of a leg: a call, a chat and so on. Only calls say how their recording stands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Media {
    #[serde(deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(deserialize_with = "word")]
    recording_state: Recording,
    #[serde(deserialize_with = "truth")]
    secure_pause: bool,
}

/// The voice recording, as the conversation or one call shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Recording {
    /// It is being recorded.
    Active,
    /// Its recording is paused: by secure pause, or on hold in some trunk settings.
    Paused,
    /// Anything else, or missing.
    #[default]
    Untold,
}

/// The screen recording of a leg. A state that no document names counts as unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// Asked for, not running yet.
    Requested,
    /// Running.
    Active,
    /// Paused.
    Paused,
    /// Over.
    Stopped,
    /// Failed.
    Error,
    /// Never came about.
    Timeout,
    /// Missing. Real bodies often do not have it.
    #[default]
    Unknown,
}

/// Secure pause, as far as one reading of the conversation shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SecurePause {
    /// The conversation or a live call says so.
    On,
    /// Nothing says so, the voice is seen recording again, and no secure flow can be under way.
    Off,
    /// Everything else. `securePause: false` alone proves nothing: it is a default in bodies.
    Unknown,
}

/// How much of a leg is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    /// Every medium has ended, or there never was one.
    Dead,
    /// It rings, and nothing more.
    Alerting,
    /// A medium is connected, on its way there, or in a state that no document names.
    Live,
}

impl Conversation {
    /// The conversation in a JSON body; `None` where the body is no JSON object with a list of participants.
    ///
    /// Fields that are not used are skipped undecoded: a name cut in the middle of a character must not cost a pause.
    pub fn from_body(body: &[u8]) -> Option<Self> {
        let body = String::from_utf8_lossy(body);
        object::<Self>(&body).filter(|conversation| conversation.participants.is_some())
    }

    fn legs(&self) -> impl Iterator<Item = &Participant> {
        self.participants.iter().flatten()
    }

    /// The legs of agents: participants with a user, whose purpose is no customer's and no machine's.
    pub fn agent_legs(&self) -> impl Iterator<Item = &Participant> {
        self.legs().filter(|leg| leg.is_agent())
    }

    /// The agent leg with this id.
    pub fn agent_leg(&self, id: ParticipantId) -> Option<&Participant> {
        self.agent_legs().find(|leg| leg.id() == Some(id))
    }

    /// Whether it has ended, and no agent is in wrap-up: until then a screen may still be recorded. If its end cannot be
    /// read, no agent may be live either.
    pub fn is_over(&self) -> bool {
        let has_ended = match self.end_time {
            Time::Untold => false,
            Time::Unreadable => !self.agent_legs().any(|leg| leg.life() == Life::Live),
            Time::At(_) => true,
        };
        has_ended && !self.agent_legs().any(Participant::is_in_wrap_up)
    }

    /// From its start to its end, or to the end of the last wrap-up; none while it is not over, or where one of these
    /// times cannot be read.
    pub fn times(&self) -> Option<(OffsetDateTime, OffsetDateTime)> {
        let wrap_ups = self.legs().map(|leg| leg.end_acw_time).filter(|time| time.is_told());
        let ends: Option<Vec<_>> = wrap_ups.chain([self.end_time]).map(Time::at).collect();
        self.start_time.at().zip(ends?.into_iter().max()).filter(|_| self.is_over())
    }

    /// Whether it tells of anybody's screen recording.
    pub fn tells_screens(&self) -> bool {
        self.legs().any(|leg| leg.screen != Screen::Unknown)
    }

    /// How many agents have a screen of which a recording ran, by its state: each needs one of their own.
    pub fn recorded_screens(&self) -> usize {
        let ran =
            |leg: &&Participant| matches!(leg.screen, Screen::Active | Screen::Paused | Screen::Stopped);
        self.agent_legs().filter(ran).map(|leg| leg.user_id.as_deref()).collect::<BTreeSet<_>>().len()
    }

    /// The queues that it was in, in the order of its legs; at most [`NAMED`], and none twice.
    pub fn queue_ids(&self) -> Vec<QueueId> {
        named(self.legs().filter_map(|leg| QueueId::parse(leg.queue_id.as_deref()?)))
    }

    /// The agents who were on it, likewise.
    pub fn user_ids(&self) -> Vec<UserId> {
        named(self.agent_legs().filter_map(|leg| UserId::parse(leg.user_id.as_deref()?)))
    }

    /// Whether one of these users or queues is on it.
    pub fn involves(&self, ids: &BTreeSet<Uuid>) -> bool {
        let parsed = |id: &Option<String>| id.as_deref().and_then(|id| Uuid::try_parse(id).ok());
        let own = self.legs().flat_map(|leg| [parsed(&leg.user_id), parsed(&leg.queue_id)]);
        own.flatten().any(|id| ids.contains(&id))
    }

    /// The voice recording of the conversation as a whole.
    pub fn voice(&self) -> Recording {
        self.recording_state
    }

    /// The voice recording by everything that speaks of it. Where a live call contradicts another, it is being recorded.
    pub fn voice_everywhere(&self) -> Recording {
        if self.is_voice(Recording::Active) {
            Recording::Active
        } else if self.secure_pause() == SecurePause::On || self.is_voice_paused() {
            Recording::Paused
        } else {
            Recording::Untold
        }
    }

    /// Whether anything says that the voice recording is paused.
    pub fn is_voice_paused(&self) -> bool {
        self.is_voice(Recording::Paused)
    }

    /// Secure pause, as this reading shows it.
    pub fn secure_pause(&self) -> SecurePause {
        if self.secure_pause || self.live_calls().any(|call| call.secure_pause) {
            SecurePause::On
        } else if self.is_voice(Recording::Active) && !self.has_sign() {
            SecurePause::Off
        } else {
            SecurePause::Unknown
        }
    }

    /// Whether there is a sign of a secure pause: the voice reads paused (in some trunk settings it does so on hold,
    /// too), or a flow is running that may be taking a card.
    pub fn has_sign(&self) -> bool {
        self.is_voice_paused() || self.is_in_flow()
    }

    /// A secure flow runs as an ivr or workflow leg. The voice may read as recording meanwhile.
    fn is_in_flow(&self) -> bool {
        self.legs().any(|leg| leg.is_flow() && leg.life() > Life::Dead)
    }

    fn is_voice(&self, state: Recording) -> bool {
        self.recording_state == state || self.live_calls().any(|call| call.recording_state == state)
    }

    fn live_calls(&self) -> impl Iterator<Item = &Media> {
        self.legs().flat_map(Participant::live_calls)
    }
}

/// The first of these, and none twice.
fn named<T: Copy + Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut known = BTreeSet::new();
    ids.filter(|id| known.insert(*id)).take(NAMED).collect()
}

impl Participant {
    /// Its id; `None` if it is no UUID, because it must not go into a URL then.
    pub fn id(&self) -> Option<ParticipantId> {
        self.id.as_deref().and_then(ParticipantId::parse)
    }

    /// Whether it is a leg of this user.
    pub fn is_of(&self, user: UserId) -> bool {
        self.user_id.as_deref().and_then(UserId::parse) == Some(user)
    }

    /// The state of its screen recording.
    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// Whether the agent is in wrap-up, where the screen recording runs on.
    pub fn is_in_wrap_up(&self) -> bool {
        self.start_acw_time.is_told() && !self.end_acw_time.is_told()
    }

    /// How much of the leg is left, by the liveliest of its media. If none is listed, by its times.
    pub fn life(&self) -> Life {
        let by_times =
            if self.connected_time.is_told() && !self.has_ended() { Life::Live } else { Life::Dead };
        self.media().map(|medium| medium.life(self.has_ended())).max().unwrap_or(by_times)
    }

    /// Whether it only monitors or coaches: it has roles, and none of them is a full part in the conversation.
    pub fn listens_in(&self) -> bool {
        !self.media_roles.is_empty() && !self.media_roles.iter().any(|role| role.eq_ignore_ascii_case("full"))
    }

    fn has_ended(&self) -> bool {
        self.end_time.is_told()
    }

    fn is_agent(&self) -> bool {
        let is_user = self.user_id.as_deref().is_some_and(|user| !user.is_empty());
        is_user && !NO_AGENTS.iter().any(|purpose| self.purpose.eq_ignore_ascii_case(purpose))
    }

    fn is_flow(&self) -> bool {
        ["ivr", "workflow"].iter().any(|purpose| self.purpose.eq_ignore_ascii_case(purpose))
    }

    fn live_calls(&self) -> impl Iterator<Item = &Media> {
        self.calls.iter().filter(|call| call.life(self.has_ended()) > Life::Dead)
    }

    fn media(&self) -> impl Iterator<Item = &Media> {
        [
            &self.calls,
            &self.callbacks,
            &self.chats,
            &self.cobrowsesessions,
            &self.emails,
            &self.messages,
            &self.internal_messages,
            &self.screenshares,
            &self.social_expressions,
            &self.videos,
        ]
        .into_iter()
        .flatten()
    }
}

impl Media {
    /// A state that no document names counts as live. A missing state depends on whether the leg has ended.
    fn life(&self, leg_ended: bool) -> Life {
        match self.state.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("disconnected" | "terminated" | "none") => Life::Dead,
            Some("alerting") => Life::Alerting,
            None if leg_ended => Life::Dead,
            Some(_) | None => Life::Live,
        }
    }
}
