//! The recordings of a conversation as Genesys lists them after the call, cut down to what is used.
//!
//! Bodies are open, as those of conversations are. But here an entry that cannot be read still counts: what is left out
//! would prove too much.
//! Source: `GET /api/v2/conversations/{id}/recordings`, <https://developer.genesys.cloud/api/rest/v2/recording/>.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::SdkConfig;
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};

use super::http::{self, Meaning};
use super::{Genesys, Limits, Rank};
use crate::config::Config;
use crate::error::{Answered, Error, Failure, Operation, Retry, What};
use crate::ids::{ConversationId, RecordingId};
use crate::json::{Time, entries, every, lenient, word};
use crate::retry::Deadline;
use crate::transport::Tls;

/// Genesys waits so long itself until media are ready, by its own default.
const WAITS_MS: u32 = 5_000;
/// One attempt, that wait included.
const ATTEMPT: Duration = Duration::from_secs(8);

/// One recording: one stored file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Recording {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(deserialize_with = "word")]
    media: Medium,
    #[serde(deserialize_with = "word")]
    media_subtype: Medium,
    /// Where its file is.
    #[serde(deserialize_with = "word")]
    pub file_state: FileState,
    /// When it began.
    pub start_time: Time,
    /// When it ended.
    pub end_time: Time,
    /// How long its file plays, in milliseconds.
    #[serde(deserialize_with = "lenient")]
    pub output_duration_ms: Option<i64>,
    /// What is noted about it, its pauses above all.
    #[serde(deserialize_with = "every")]
    pub annotations: Vec<Annotation>,
    exported_date: Time,
}

/// What was noted about a recording.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Annotation {
    #[serde(rename = "type", deserialize_with = "word")]
    kind: Kind,
    #[serde(deserialize_with = "word")]
    reason: Reason,
    /// Milliseconds from the beginning of the file, in which earlier pauses may be missing.
    #[serde(deserialize_with = "lenient")]
    pub location: Option<i64>,
    /// Milliseconds from the beginning of the recording, by the clock on the wall.
    #[serde(deserialize_with = "lenient")]
    pub realtime_location: Option<i64>,
    /// How many milliseconds it lasted.
    #[serde(deserialize_with = "lenient")]
    pub duration_ms: Option<i64>,
}

/// What a recording is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    /// A voice.
    Audio,
    /// A screen.
    Screen,
    /// Text: no voice and no screen.
    Text,
    /// Nobody can say.
    Unknown,
}

/// Where a recording's file is. A state nobody announced is as good as none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Put away.
    Archived,
    /// There to be played.
    Available,
    /// Deleted.
    Deleted,
    /// Back from the archive.
    Restored,
    /// On its way back.
    Restoring,
    /// On its way in.
    Uploading,
    /// Failed.
    Error,
    /// Not told.
    #[default]
    Unknown,
}

/// What an annotation says of a secure pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notes {
    /// It is one.
    SecurePause,
    /// It is another pause: hold, flow or queue suppression.
    OtherPause,
    /// It is no pause.
    Nothing,
    /// It may be one.
    Doubt,
}

/// The words of `media` and of `mediaSubtype`, whichever has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Medium {
    Screen,
    #[serde(alias = "trunk", alias = "station", alias = "consult", alias = "snippet")]
    Audio,
    #[serde(alias = "email", alias = "message", alias = "messaging")]
    Chat,
    #[default]
    Untold,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Bookmark,
    Hold,
    #[default]
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reason {
    SecurePause,
    #[serde(alias = "floworqueue", alias = "pause")]
    Hold,
    #[default]
    Untold,
}

/// A client of Genesys with credentials of its own, `RECORDINGS_SECRET_ID`: so proof takes neither the allowance nor the
/// rights of the client that pauses. Made for the first look; until then it costs nothing.
#[derive(Debug)]
pub struct OwnClient {
    config: Config,
    aws: SdkConfig,
    tls: Tls,
    made: OnceLock<Genesys>,
}

impl OwnClient {
    /// The client that the settings name; none where they name none.
    pub fn of(config: &Config, aws: &SdkConfig, tls: &Tls) -> Option<Self> {
        let secret_id = config.recordings_secret_id.clone()?;
        let config = Config { secret_id, ..config.clone() };
        Some(Self { config, aws: aws.clone(), tls: tls.clone(), made: OnceLock::new() })
    }

    /// The client.
    ///
    /// # Errors
    /// As [`Genesys::new`].
    pub fn get(&self) -> Result<&Genesys, Error> {
        if let Some(made) = self.made.get() {
            return Ok(made);
        }
        let made = Genesys::new(&self.config, &self.aws, self.tls.clone())?;
        Ok(self.made.get_or_init(|| made))
    }

    /// What Genesys' limits have cost it until now.
    pub fn limits(&self) -> Limits {
        self.made.get().map(Genesys::limits).unwrap_or_default()
    }
}

impl Recording {
    /// The recordings in a body; none where the body is no list.
    pub fn from_body(body: &[u8]) -> Option<Vec<Self>> {
        entries(&String::from_utf8_lossy(body))
    }

    /// Its id.
    pub fn id(&self) -> Option<RecordingId> {
        self.id.as_deref().and_then(RecordingId::parse)
    }

    /// What it is of.
    pub fn media(&self) -> Media {
        match (self.media, self.media_subtype) {
            (Medium::Screen, _) | (_, Medium::Screen) => Media::Screen,
            (Medium::Audio, _) | (_, Medium::Audio) => Media::Audio,
            (Medium::Chat, _) => Media::Text,
            (Medium::Untold, _) => Media::Unknown,
        }
    }

    /// Whether a copy of it has left Genesys.
    pub fn is_exported(&self) -> bool {
        self.exported_date.is_told()
    }
}

impl Annotation {
    /// What it says of a secure pause. One without a reason is older than reasons are, or unreadable.
    pub const fn notes(&self) -> Notes {
        match (self.reason, self.kind) {
            (Reason::SecurePause, _) => Notes::SecurePause,
            (Reason::Hold, _) | (Reason::Untold, Kind::Hold) => Notes::OtherPause,
            (Reason::Untold, Kind::Bookmark) => Notes::Nothing,
            (Reason::Untold, Kind::Other) => Notes::Doubt,
        }
    }
}

impl Genesys {
    /// `GET /api/v2/conversations/{id}/recordings`; `None` where they are not ready, or Genesys knows of none: 202, or a
    /// 404 in Genesys' own words.
    ///
    /// Never with `includePauseAnnotationsForScreenRecordings`: it copies the voice's pauses onto the screens, and says
    /// nothing about these.
    ///
    /// # Errors
    /// [`Error::ConversationUnreadable`] for another 4xx or a body that is no list; else how the token or the request
    /// failed.
    pub async fn recordings(
        &self,
        id: ConversationId,
        rank: Rank,
        deadline: Deadline,
    ) -> Result<Option<Vec<Recording>>, Error> {
        const WHAT: Operation = Operation::Recordings;
        let url = format!("{}/api/v2/conversations/{id}/recordings?maxWaitMs={WAITS_MS}", self.api_url);
        let request = |client: &Client| client.get(&url).timeout(ATTEMPT);
        // The next look is another attempt.
        let failure =
            |answered| Err(Failure { error: Error::ConversationUnreadable(answered), retry: Retry::Never });
        self.authorized(WHAT, rank, deadline, request, async |meaning| match meaning {
            Meaning::Success(response) if response.status() == StatusCode::ACCEPTED => Ok(None),
            Meaning::Success(response) => {
                let correlation = http::correlation(response.headers());
                let body = http::body(WHAT, response).await?;
                let answered = Answered { operation: WHAT, what: What::Unreadable, correlation };
                let recordings = Recording::from_body(body.as_ref()).map(Some);
                recordings.map_or_else(|| failure(answered), Ok)
            }
            Meaning::NotFound(_) => Ok(None),
            Meaning::Refused(_, answered) => failure(answered),
        })
        .await
    }
}
