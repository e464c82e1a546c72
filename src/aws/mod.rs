//! How every AWS client of the function is set up.

mod connector;
pub mod secret;
pub mod watch_queue;

use std::time::Duration;

use aws_config::Region;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};
use aws_smithy_types::retry::ReconnectMode;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use self::connector::Connector;
use crate::config;
use crate::error::Error;
use crate::transport::Tls;

/// Longest time of one attempt. The services answer within tens of milliseconds.
const ATTEMPT: Duration = Duration::from_secs(2);
/// Longest time to connect. Within a region it takes a few milliseconds; longer means a lost packet or a wrong subnet.
const CONNECT: Duration = Duration::from_secs(1);
/// The SDK's own first backoff is about a second, too long while a screen is recorded.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);
/// With these waits, the attempts take about as long as an event waits until Lambda tries it again.
const ATTEMPTS: u32 = 6;
/// The longest error code of an AWS service that goes into a text, in letters. Real ones have half as many.
const LONGEST_CODE: usize = 64;

/// Region, credentials and endpoints from the environment as Lambda sets it.
///
/// Built by hand: aws-config's loader brings along every other source of credentials, and every cold start would pay
/// for them (docs/design.md, "Fast"). Every documented variable of the SDK that a function can use is honoured.
///
/// # Errors
/// [`Error::Internal`] if the HTTP client cannot be set up.
pub fn config(tls: &Tls) -> Result<SdkConfig, Error> {
    let client = tls.client().connect_timeout(CONNECT).build();
    let connector =
        Connector(client.map_err(|_| Error::Internal("the HTTP client for AWS cannot be set up"))?);
    let credentials = EnvironmentVariableCredentialsProvider::new();
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SystemTimeSource::new())
        .identity_cache(IdentityCache::lazy().build())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(
            config::aws_variable("AWS_REGION")
                .or_else(|| config::aws_variable("AWS_DEFAULT_REGION"))
                .map(Region::new),
        )
        .use_fips(is_set("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(is_set("AWS_USE_DUALSTACK_ENDPOINT"))
        .service_config(Environment)
        .timeout_config(
            TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build(),
        )
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(ATTEMPTS)
                .with_initial_backoff(FIRST_BACKOFF)
                .with_max_backoff(LONGEST_BACKOFF)
                // The SDK does not learn which connection an answer came by. With another mode it would log that it
                // cannot close that connection.
                .with_reconnect_mode(ReconnectMode::ReuseAllConnections),
        )
        .build();
    Ok(config)
}

fn is_set(name: &str) -> bool {
    config::aws_variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Settings of a client from the variable of its service, else of all: `AWS_ENDPOINT_URL_SQS`, `AWS_ENDPOINT_URL`.
#[derive(Debug)]
struct Environment;

impl LoadServiceConfig for Environment {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_ascii_uppercase().replace(' ', "_");
        config::aws_variable(&format!("{}_{service}", key.env())).or_else(|| config::aws_variable(key.env()))
    }
}

/// Which kind of failure of `service` it was. The service's message is left out, because it names the role and the
/// account.
pub fn reason<E: ProvideErrorMetadata, R>(service: &str, error: &SdkError<E, R>) -> String {
    match error {
        SdkError::TimeoutError(_) => format!("{service} did not answer in time"),
        SdkError::DispatchFailure(failure) if !failure.is_other() => format!("{service} cannot be reached"),
        SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_) => {
            "the request cannot be made: region or credentials are missing".to_owned()
        }
        _ => {
            let is_name =
                |code: &&str| code.len() <= LONGEST_CODE && code.bytes().all(|b| b.is_ascii_alphabetic());
            let code = error.code().filter(is_name).unwrap_or("something unreadable");
            format!("{service} answered {code}")
        }
    }
}
