//! One invocation: reads the payload, has the plan made and carried out, and reports.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use time::OffsetDateTime;

use crate::act;
use crate::case::Case;
use crate::config::{self, Config, ConfigFaults, Mode};
use crate::error::Error;
use crate::event::{self, Action, Parsed, Payload};
use crate::genesys::Genesys;
use crate::observe;
use crate::outcome::Report;
use crate::plan::{Outcome, Plan};
use crate::retry::Deadline;
use crate::unread;

/// INIT may take ten seconds; an upstream that hangs must not cost the first event more than this.
const INIT: Duration = Duration::from_secs(3);

/// The function, ready for its first event, or knowing why it cannot serve any.
#[derive(Debug)]
pub struct Function {
    ready: Result<Ready, Error>,
}

#[derive(Debug)]
struct Ready {
    config: Config,
    genesys: Genesys,
}

impl Function {
    /// Sets the function up, in Lambda's INIT phase: clients, secret and token. Never fails: faulty
    /// settings are logged and answer every event, and what could not be fetched is tried again by the
    /// next event.
    pub async fn start(config: Result<Config, ConfigFaults>) -> Self {
        let ready = Ready::new(config).await;
        tracing::info!(version = config::VERSION, commit = config::COMMIT, "starting");
        let prepared = match &ready {
            Ok(ready) => ready.genesys.prepare(Deadline::after(INIT)).await,
            Err(error) => Err(error.clone()),
        };
        if let Err(error) = prepared {
            // Every event names faulty settings too; whatever else it was is tried again by the next one.
            tracing::error!(error_type = error.name(), error_message = %error, "not ready");
        }
        Self { ready }
    }

    /// Serves one invocation.
    ///
    /// # Errors
    /// Whatever was left undone, under its stable name, so that Lambda tries again and then keeps the event.
    pub async fn invoke(&self, event: LambdaEvent<Payload>) -> Result<Value, Error> {
        let (Payload(payload), context) = event.into_parts();
        let deadline = Deadline::of_invocation(context.deadline());
        let mut report = Report::new(&payload, &context);
        let served = AssertUnwindSafe(self.serve(&payload, deadline, &mut report)).catch_unwind().await;
        let result = served.unwrap_or(Err(Error::Internal("a panic, logged with its place")));
        report.close(result)
    }

    async fn serve(
        &self,
        payload: &Value,
        deadline: Deadline,
        report: &mut Report,
    ) -> Result<Outcome, Error> {
        let Ready { config, genesys } = self.ready.as_ref().map_err(Clone::clone)?;
        let request = match event::parse(payload, &config.event_source_prefix, OffsetDateTime::now_utc()) {
            Ok(Parsed::Request(request)) => request,
            Ok(Parsed::OtherTopic) => return Ok(Outcome::Ignored),
            Err(refusal) => return Err(Error::InvalidEvent(refusal)),
        };
        report.asked(&request);
        run(&Case::new(config, genesys, &request, deadline), report).await
    }
}

impl Ready {
    async fn new(config: Result<Config, ConfigFaults>) -> Result<Self, Error> {
        let config = config.map_err(Error::InvalidConfig)?;
        let genesys = Genesys::new(&config).await?;
        Ok(Self { config, genesys })
    }
}

async fn run(case: &Case<'_>, report: &mut Report) -> Result<Outcome, Error> {
    let (settled, unread) = unread::settle(case).await;
    let (landed, result) = match settled {
        Err(error) => {
            let first = error.or_sooner(unread.as_ref().and_then(|target| target.error.clone()));
            (Vec::new(), Err(first))
        }
        Ok(plan) if case.config.mode == Mode::Observe => {
            observe::watch(case, &plan).await;
            (Vec::new(), Ok(Outcome::Observed))
        }
        Ok(Plan::Nothing(outcome)) => (Vec::new(), Ok(outcome)),
        Ok(Plan::Act { action, targets, resolution }) => {
            report.resolved(resolution);
            match (case.config.mode, action) {
                (Mode::PauseOnly, Action::Resume) => (Vec::new(), Ok(Outcome::PauseOnly)),
                _ => act::carry_out(case, action, targets).await,
            }
        }
    };
    report.acted(landed, unread);
    result
}
