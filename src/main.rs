//! The process Lambda starts: telemetry, settings, function, run.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;
use std::process::ExitCode;

use http::header::ToStrError;
use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{LambdaInvocation, Runtime, service_fn};
use secure_pause::aws;
use secure_pause::config::{self, Config};
use secure_pause::handler::Function;
use secure_pause::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if let Some(advice) = config::outside_lambda() {
        eprintln!("{advice}");
        return ExitCode::from(2);
    }
    telemetry::init(config::log_level());
    let function = Function::start(Config::from_env(), aws::config).await;
    let runtime = Runtime::new(service_fn(|event| function.invoke(event)));
    match runtime.layer(MapRequestLayer::new(in_unicode)).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The runtime reads both before anything of ours is called. Its error may quote them.
            if error.is::<serde_json::Error>() || error.is::<ToStrError>() {
                tracing::error!(
                    "the client context or Cognito identity of an invocation is not made of texts: the invocation \
                     is lost; see docs/design.md, \"Known limits\""
                );
            } else {
                tracing::error!(%error, "the runtime API is gone");
            }
            ExitCode::FAILURE
        }
    }
}

/// The payload with whatever is no Unicode in it replaced: a byte in a name must cost no pause.
fn in_unicode(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if let Cow::Owned(text) = String::from_utf8_lossy(&invocation.body) {
        invocation.body = text.into_bytes().into();
    }
    invocation
}
