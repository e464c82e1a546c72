//! One invocation: reads the payload, has the plan made and carried out, and reports.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use futures_util::FutureExt;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use time::OffsetDateTime;

use crate::act;
use crate::audit::{Circumstances, Record};
use crate::batch::{self, Message};
use crate::case::Case;
use crate::config::{self, Config, ConfigFaults, Deployed, Mode};
use crate::error::Error;
use crate::event::{self, Action, Door, Parsed, Payload, Refusal, Request};
use crate::genesys::Genesys;
use crate::metrics::Metrics;
use crate::observe;
use crate::outcome::Report;
use crate::plan::{Outcome, Plan};
use crate::preflight;
use crate::queue::WatchQueue;
use crate::retry::Deadline;
use crate::telemetry;
use crate::tls::Tls;
use crate::unread;

/// INIT may take ten seconds; an upstream that hangs must not cost the first event more than this.
const INIT: Duration = Duration::from_secs(3);

/// What is left to say of a panic: its message may hold anything.
const PANICKED: Error = Error::Internal("a panic, logged with its place");

/// The function, ready for its first event, or knowing why it cannot serve any.
#[derive(Debug)]
pub struct Function {
    ready: Result<Ready, Error>,
    deployed: Deployed,
    /// Whether this environment has had an invocation.
    is_warm: AtomicBool,
    /// How many of the tokens that were fetched some record has told.
    tokens_told: AtomicU64,
}

#[derive(Debug)]
struct Ready {
    config: Config,
    genesys: Genesys,
    queue: WatchQueue,
}

/// One invocation, and what it will be counted as.
struct Invocation {
    context: Context,
    deadline: Deadline,
    is_cold: bool,
    metrics: RefCell<Metrics>,
}

impl Function {
    /// Sets the function up, in Lambda's INIT phase: clients, secret and token. Never fails: faulty
    /// settings are logged and answer every event, and what could not be fetched is tried again by the
    /// next event.
    pub async fn start(
        config: Result<Config, ConfigFaults>,
        aws: impl FnOnce(&Tls) -> Result<SdkConfig, Error>,
    ) -> Self {
        let ready = Ready::new(config, aws);
        tracing::info!(version = config::VERSION, commit = config::COMMIT, "starting");
        let prepared = match &ready {
            Ok(ready) => ready.genesys.prepare(Deadline::after(INIT)).await,
            Err(error) => Err(error.clone()),
        };
        if let Err(error) = prepared {
            // Every event names faulty settings too; whatever else it was is tried again by the next one.
            tracing::error!(error_type = error.name(), error_message = %error, "not ready");
        }
        let deployed = Deployed::from_env();
        Self { ready, deployed, is_warm: AtomicBool::default(), tokens_told: AtomicU64::default() }
    }

    /// Serves one invocation.
    ///
    /// # Errors
    /// Whatever was left undone, under its stable name, so that Lambda tries again and then keeps the event.
    /// Never for a batch of the watch queue: an error would count against all of it, and back polling off.
    pub async fn invoke(&self, event: LambdaEvent<Payload>) -> Result<Value, Error> {
        let (Payload(payload), context) = event.into_parts();
        let deadline = Deadline::of_invocation(context.deadline());
        let is_cold = !self.is_warm.swap(true, Ordering::Relaxed);
        if event::is_preflight(&payload) {
            return self.preflight(&context.request_id, deadline).await;
        }
        let invocation = Invocation { context, deadline, is_cold, metrics: RefCell::default() };
        invocation.metrics.borrow_mut().count("ColdStart", is_cold);
        let answer = if event::door(&payload) == Some(Door::Watch) {
            Ok(batch::serve(&payload, async |message| self.check(message, &invocation).await).await)
        } else {
            let report = Report::new(&payload, &invocation.context);
            let parse = |prefix: &str| event::parse(&payload, prefix, OffsetDateTime::now_utc());
            self.attempt(report, &invocation, parse).await.into_answer()
        };
        let Deployed { namespace, function, .. } = &self.deployed;
        if let Some(line) = invocation.metrics.borrow().line(namespace, function) {
            telemetry::line("INFO", &line);
        }
        answer
    }

    /// Checks one message of the watch queue. Says whether it is done.
    async fn check(&self, message: &Message, invocation: &Invocation) -> bool {
        let report = Report::of_message(message, &invocation.context);
        let parse = |prefix: &str| event::parse_message(&message.body, prefix, message.sent);
        self.attempt(report, invocation, parse).await.outcome().is_some_and(batch::is_done)
    }

    /// Serves one request, and tells of it once.
    async fn attempt(
        &self,
        mut report: Report,
        invocation: &Invocation,
        parse: impl FnOnce(&str) -> Result<Parsed, Refusal>,
    ) -> Report {
        let served = async {
            let ready = self.ready.as_ref().map_err(Clone::clone)?;
            let request = match parse(&ready.config.event_source_prefix) {
                Ok(Parsed::Request(request)) => request,
                Ok(Parsed::OtherTopic) => return Ok(Outcome::Ignored),
                Err(refusal) => return Err(Error::InvalidEvent(refusal)),
            };
            report.asked(&request);
            ready.serve(&request, invocation.deadline, &mut report).await
        };
        let result = AssertUnwindSafe(served).catch_unwind().await;
        report.ended(result.unwrap_or(Err(PANICKED)));
        self.tell(&report, invocation);
        report
    }

    /// Writes the audit record, and counts.
    fn tell(&self, report: &Report, invocation: &Invocation) {
        let ready = self.ready.as_ref().ok();
        let fetched = ready.map_or(0, |ready| ready.genesys.tokens_fetched());
        let token_fetched = self.tokens_told.swap(fetched, Ordering::Relaxed) != fetched;
        let record = Record::of(
            report,
            Circumstances {
                function_version: self.deployed.version.as_deref(),
                mode: ready.map(|ready| ready.config.mode),
                cold_start: invocation.is_cold,
                token_fetched,
            },
        );
        telemetry::line(record.level(), &record);
        let mut metrics = invocation.metrics.borrow_mut();
        metrics.count("TokenFetched", token_fetched);
        metrics.note(report, ready.map(|ready| ready.config.scope));
    }

    async fn preflight(&self, request_id: &str, deadline: Deadline) -> Result<Value, Error> {
        let answered = async {
            match &self.ready {
                Ok(Ready { config, genesys, queue }) => {
                    preflight::run(config, genesys, queue, request_id, deadline).await
                }
                Err(error) => preflight::unready(error),
            }
        };
        let answer = AssertUnwindSafe(answered).catch_unwind().await.map_err(|_panic| PANICKED)?;
        tracing::info!(preflight = answer["preflight"].as_str(), "preflight");
        Ok(answer)
    }
}

impl Ready {
    fn new(
        config: Result<Config, ConfigFaults>,
        aws: impl FnOnce(&Tls) -> Result<SdkConfig, Error>,
    ) -> Result<Self, Error> {
        let config = config.map_err(Error::InvalidConfig)?;
        let tls = Tls::trusting(&config.extra_roots)?;
        let aws = aws(&tls)?;
        let genesys = Genesys::new(&config, &aws, tls)?;
        let queue = WatchQueue::new(aws, config.watch_queue_url.clone());
        Ok(Self { config, genesys, queue })
    }

    async fn serve(
        &self,
        request: &Request,
        deadline: Deadline,
        report: &mut Report,
    ) -> Result<Outcome, Error> {
        let Self { config, genesys, queue } = self;
        let deadline = match request.door {
            Door::Direct => deadline.min(Deadline::after(config.timing.direct_budget)),
            Door::Event | Door::Watch => deadline,
        };
        run(&Case::new(config, genesys, queue, request, deadline), report).await
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
    report.watched = case.posted().await;
    report.acted(landed, unread);
    result
}
