//! The process Lambda starts: telemetry, settings, function, run.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::ExitCode;

use lambda_runtime::service_fn;
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
    match lambda_runtime::run(service_fn(|event| function.invoke(event))).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the runtime API is gone");
            ExitCode::FAILURE
        }
    }
}
