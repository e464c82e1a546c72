//! The client's side of preflight: requests that change nothing, and show which rights and paths there are.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::http::{self, Meaning};
use super::screen_recording::Action;
use super::{Genesys, Rank};
use crate::error::{Error, Operation, What};
use crate::ids::{ConversationId, ParticipantId};
use crate::json::object;
use crate::retry::Deadline;

/// Scopes have short names, such as `conversations:readonly`.
const LONGEST_SCOPE: usize = 64;

/// `GET /api/v2/tokens/me`, as far as it is used: the organization's and the client's names are not.
#[derive(Default, Deserialize)]
struct TokenInfo {
    #[serde(rename = "authorizedScope", default)]
    scopes: Vec<Value>,
}

impl Genesys {
    /// Reads the secret, and keeps nothing of it.
    ///
    /// # Errors
    /// [`Error::CredentialsUnavailable`].
    pub async fn read_secret(&self, deadline: Deadline) -> Result<(), Error> {
        self.tokens.read_secret(deadline).await
    }

    /// Fetches a new token with what the secret holds now. Gives how long it lives.
    ///
    /// # Errors
    /// As for any request with a token.
    pub async fn renew_token(&self, deadline: Deadline) -> Result<Duration, Error> {
        self.tokens.renew(deadline).await
    }

    /// What the token may do, in the words of Genesys' scopes.
    ///
    /// # Errors
    /// How the token or the request failed.
    pub async fn granted(&self, deadline: Deadline) -> Result<String, Error> {
        let url = format!("{}/api/v2/tokens/me", self.api_url);
        let request = |client: &Client| client.get(&url);
        self.authorized(Operation::Permissions, Rank::First, deadline, request, async |meaning| match meaning
        {
            Meaning::Success(response) => {
                let body = http::body(Operation::Permissions, response).await?;
                let info = object(&String::from_utf8_lossy(body.as_ref()));
                let unread = || "not known: the answer of /api/v2/tokens/me cannot be read".to_owned();
                Ok(info.as_ref().map_or_else(unread, told))
            }
            Meaning::Refused(status, _) => {
                Ok(format!("not known: /api/v2/tokens/me answered {}", status.as_u16()))
            }
            Meaning::NotFound(_) => Ok("not known: /api/v2/tokens/me answered 404".to_owned()),
        })
        .await
    }

    /// Asks the path of the screen recording's pause with `GET`, which pauses nothing. Gives the status.
    ///
    /// # Errors
    /// How the token or the request failed, where no status came back.
    pub async fn probe(
        &self,
        conversation: ConversationId,
        participant: ParticipantId,
        deadline: Deadline,
    ) -> Result<u16, Error> {
        let url = self.screen_recording_url(Action::Pause, conversation, participant);
        let request = |client: &Client| client.get(&url);
        let status = self.authorized(Operation::Pause, Rank::First, deadline, request, async |meaning| {
            Ok(match meaning {
                Meaning::Success(response) => response.status().as_u16(),
                Meaning::Refused(status, _) => status.as_u16(),
                Meaning::NotFound(_) => StatusCode::NOT_FOUND.as_u16(),
            })
        });
        status.await.or_else(|error| match error.answered().map(|answered| answered.what) {
            Some(What::Status(status)) => Ok(status),
            _ => Err(error),
        })
    }
}

/// The scopes, if they are words; a client-credentials token has none, and may do what its roles may.
fn told(info: &TokenInfo) -> String {
    let is_word = |scope: &&str| {
        scope.len() <= LONGEST_SCOPE && scope.bytes().all(|b| b.is_ascii_lowercase() || b":-_".contains(&b))
    };
    let scopes: Vec<_> = info.scopes.iter().filter_map(Value::as_str).filter(is_word).collect();
    match scopes[..] {
        [] => "what the roles of the OAuth client allow".to_owned(),
        _ => format!("within {}", scopes.join(", ")),
    }
}
