//! The process Lambda starts: telemetry, settings, function, run.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;
use std::process::ExitCode;

use http::header::ToStrError;
use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{LambdaInvocation, Runtime, service_fn};
use secure_pause::aws;
use secure_pause::config::{self, Config};
use secure_pause::function::Function;
use secure_pause::json::BYTE_ORDER_MARK;
use secure_pause::report::log;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if let Some(advice) = config::outside_lambda() {
        eprintln!("{advice}");
        return ExitCode::from(2);
    }
    log::init(config::log_level());
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
                // In this way an environment is shut down. Whatever was under way has its record already.
                tracing::info!(%error, "the runtime API is gone: this environment ends");
            }
            ExitCode::FAILURE
        }
    }
}

/// The payload with whatever is no Unicode in it replaced, and without a byte order mark: neither a byte in a name nor
/// the program that wrote a file must cost a pause.
fn in_unicode(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if invocation.body.starts_with(BYTE_ORDER_MARK) {
        invocation.body = invocation.body.slice(BYTE_ORDER_MARK.len()..);
    }
    if let Cow::Owned(text) = String::from_utf8_lossy(&invocation.body) {
        invocation.body = text.into_bytes().into();
    }
    invocation
}
