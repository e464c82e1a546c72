//! Secrets Manager → the OAuth client credentials.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use serde_json::Value;

use crate::aws;
use crate::error::Error;
use crate::retry::Deadline;

/// Id and secret of the OAuth client.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: SecretString,
}

/// The secret that holds the credentials.
#[derive(Clone, Debug)]
pub struct Secret {
    client: Client,
    id: String,
}

impl Secret {
    /// The secret with this name or ARN, read with the role's own credentials. Sends nothing yet.
    pub fn new(aws: &SdkConfig, id: String) -> Self {
        Self { client: Client::new(aws), id }
    }

    /// Reads the credentials: JSON with `client_id` and `client_secret` (`clientId`, `clientSecret`).
    ///
    /// # Errors
    /// [`Error::CredentialsUnavailable`], with the service's own error code where there is one.
    pub async fn read(&self, deadline: Deadline) -> Result<ClientCredentials, Error> {
        // Boxed: the SDK's future is twenty kilobytes, and every future that awaits it would carry them.
        let read = Box::pin(self.client.get_secret_value().secret_id(&self.id).send());
        let answer = tokio::time::timeout(deadline.left(), read)
            .await
            .map_err(|_elapsed| unavailable("Secrets Manager did not answer in time"))?
            .map_err(|error| unavailable(&aws::reason("Secrets Manager", &error)))?;
        let text = answer.secret_string().ok_or_else(|| unavailable("its value is binary, not text"))?;
        parse(text).ok_or_else(|| unavailable("its value is no JSON with client_id and client_secret"))
    }
}

/// The parser's own message is dropped: it may quote the value.
fn parse(text: &str) -> Option<ClientCredentials> {
    let value: Value = serde_json::from_str(text).ok()?;
    let field = |names: [&str; 2]| {
        names.into_iter().find_map(|name| value.get(name)?.as_str()).filter(|text| !text.is_empty())
    };
    Some(ClientCredentials {
        client_id: field(["client_id", "clientId"])?.to_owned(),
        client_secret: field(["client_secret", "clientSecret"])?.into(),
    })
}

fn unavailable(why: &str) -> Error {
    Error::CredentialsUnavailable(why.to_owned())
}
