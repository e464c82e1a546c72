//! Secrets Manager → the OAuth client credentials.

use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use secrecy::SecretString;
use serde_json::Value;

use crate::error::Error;
use crate::retry::Deadline;

/// One attempt at reading the secret; Secrets Manager answers within tens of milliseconds.
const ATTEMPT: Duration = Duration::from_secs(2);
/// Connecting within a region takes a few milliseconds; longer means a lost packet or a wrong subnet.
const CONNECT: Duration = Duration::from_secs(1);
/// The SDK's own first backoff is about a second, too long while a screen is recorded.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);
/// With these waits, about as long as an event waits before Lambda would try it again anyway.
const ATTEMPTS: u32 = 6;

/// The longest error code of an AWS service that is repeated, in letters; theirs have half as many.
const LONGEST_CODE: usize = 64;

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
    ///
    /// Region and credentials come from the environment as Lambda sets it: looking for a profile or an
    /// instance role would cost a cold start tens of milliseconds and find nothing.
    pub async fn new(id: String) -> Self {
        let config: SdkConfig = aws_config::defaults(BehaviorVersion::latest())
            .region(EnvironmentVariableRegionProvider::new())
            .credentials_provider(EnvironmentVariableCredentialsProvider::new())
            .timeout_config(
                TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build(),
            )
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(FIRST_BACKOFF)
                    .with_max_backoff(LONGEST_BACKOFF),
            )
            .load()
            .await;
        Self { client: Client::new(&config), id }
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
            .map_err(|error| unavailable(&reason(&error)))?;
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

/// Which kind of failure it was. The service's message is left out: it names the role and the account.
fn reason<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::TimeoutError(_) => "Secrets Manager did not answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "Secrets Manager cannot be reached".to_owned(),
        SdkError::ConstructionFailure(_) => {
            "the request cannot be made: region or credentials are missing".to_owned()
        }
        _ => {
            let is_name =
                |code: &&str| code.len() <= LONGEST_CODE && code.bytes().all(|b| b.is_ascii_alphabetic());
            let code = error.code().filter(is_name).unwrap_or("something unreadable");
            format!("Secrets Manager answered {code}")
        }
    }
}
