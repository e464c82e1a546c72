//! Secrets Manager → the OAuth client credentials.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use serde_json::Value;

use crate::aws;
use crate::error::Error;
use crate::json;
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
        // Boxed: the SDK's future has twenty kilobytes, and every future that awaits it would be as large.
        let read = Box::pin(self.client.get_secret_value().secret_id(&self.id).send());
        let answer = tokio::time::timeout(deadline.left(), read)
            .await
            .map_err(|_elapsed| unavailable("Secrets Manager did not answer in time"))?
            .map_err(|error| unavailable(&aws::reason("Secrets Manager", &error)))?;
        let text = answer.secret_string().ok_or_else(|| unavailable("its value is binary, not text"))?;
        parse(text).map_err(|fault| unavailable(&fault))
    }
}

/// The credentials in the secret's text, or what is wrong with it. In our own words, because the parser's may quote the
/// secret.
fn parse(text: &str) -> Result<ClientCredentials, String> {
    // A byte order mark: Windows writes it before the text of a file, and JSON does not allow it.
    let text = text.trim_start_matches('\u{feff}').trim();
    let value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => match json::readable(text) {
            Value::Null => return Err(format!("its value is no JSON: {}", broken(text, &error))),
            value => value,
        },
    };
    let members = match &value {
        Value::Object(members) => members,
        Value::String(inner) if json::readable(inner).is_object() => {
            return Err("its value is JSON quoted twice: a text that holds the object".to_owned());
        }
        _ => return Err("its value is JSON, but no object".to_owned()),
    };
    let field = |names: [&str; 2]| {
        let mut texts = names.into_iter().filter_map(|name| members.get(name)?.as_str());
        texts
            .find(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| format!("its value has no {} that is a text and not empty", names[0]))
    };
    Ok(ClientCredentials {
        client_id: field(["client_id", "clientId"])?,
        client_secret: field(["client_secret", "clientSecret"])?.into(),
    })
}

/// Why a text is no JSON, and where that shows.
fn broken(text: &str, error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let kind = match text.strip_prefix('{').map(str::trim_start) {
        _ if text.is_empty() => "it is empty",
        None => "it does not begin with a brace",
        Some(rest) if rest.starts_with('\'') => "it has single quotes in place of double ones",
        // This is a fixed text of the parser.
        Some(_) if error.to_string().starts_with("trailing comma") => "it has a comma behind the last member",
        Some(_) if error.is_eof() => "it breaks off",
        Some(_) => "it cannot be parsed",
    };
    format!("{kind} (line {line}, column {column})")
}

fn unavailable(why: &str) -> Error {
    Error::CredentialsUnavailable(why.to_owned())
}
