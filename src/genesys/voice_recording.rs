//! The pause and the resume of the voice recording, which begin and end the secure pause itself: one request at a time.
//!
//! Source: `PUT /api/v2/conversations/calls/{conversationId}/recordingstate`,
//! <https://developer.genesys.cloud/routing/conversations/>. It needs `conversation:recording:pauseOthers`.

use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::Genesys;
use super::screen_recording::{Action, Answer, Reply, SLOW};
use crate::error::{Failure, Operation, Retry};
use crate::ids::ConversationId;
use crate::retry::Deadline;

impl Action {
    /// The request for the voice recording, as error texts name it.
    pub const fn operation_on_voice(self) -> Operation {
        match self {
            Self::Pause => Operation::PauseVoice,
            Self::Resume => Operation::ResumeVoice,
        }
    }

    const fn state_of_voice(self) -> &'static str {
        match self {
            Self::Pause => r#"{"recordingState":"paused"}"#,
            Self::Resume => r#"{"recordingState":"active"}"#,
        }
    }
}

impl Genesys {
    /// Pauses or resumes the voice recording of a conversation, once.
    pub async fn voice_recording(
        &self,
        action: Action,
        conversation: ConversationId,
        deadline: Deadline,
    ) -> (Reply, Result<Answer, Failure>) {
        let token = match self.tokens.get(deadline).await {
            Ok(token) => token,
            Err(error) => return (Reply::default(), Err(Failure { error, retry: Retry::Never })),
        };
        let url = format!("{}/api/v2/conversations/calls/{conversation}/recordingstate", self.api_url);
        let request = |client: &Client| {
            let json = HeaderValue::from_static("application/json");
            client.put(&url).timeout(SLOW).header(CONTENT_TYPE, json).body(action.state_of_voice())
        };
        self.send_once(&token, action.operation_on_voice(), deadline, request).await
    }
}
