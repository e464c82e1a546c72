//! The function: what INIT prepares, and one invocation, from payload to answer.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use futures_util::FutureExt;
use futures_util::future::join_all;
use lambda_runtime::{Context as Invoked, LambdaEvent};
use serde_json::Value;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::aws::watch_queue::WatchQueue;
use crate::config::{self, Config, ConfigFaults, Deployed};
use crate::decide::history::History;
use crate::decide::outcome::Outcome;
use crate::decide::proof;
use crate::decide::request::{Door, Request};
use crate::error::Error;
use crate::genesys::recordings::OwnClient;
use crate::genesys::{Genesys, Limits};
use crate::ids::TraceId;
use crate::preflight;
use crate::reconcile::{self, Context, reconcile};
use crate::report::audit::{Circumstances, Record};
use crate::report::metrics::Metrics;
use crate::report::{self, Origin, Report, log};
use crate::request::{self, Asked, Asks, Incoming, Message, Payload};
use crate::retry::Deadline;
use crate::transport::Tls;

/// Longest time for secret and token in INIT. Lambda allows INIT ten seconds, but an upstream that hangs must not delay
/// the first event by more than this.
const INIT: Duration = Duration::from_secs(3);

/// A panic's message may hold anything.
const PANICKED: Error = Error::Internal("a panic, logged with its place");

/// The function: ready for its first event, or the reason why it cannot serve any.
#[derive(Debug)]
pub struct Function {
    ready: Result<Context, Error>,
    deployed: Deployed,
    /// Whether this environment has had an invocation.
    is_warm: AtomicBool,
    /// How many fetched tokens the records have reported.
    tokens_reported: AtomicU64,
    /// What the metrics have counted of Genesys' limits.
    limits_counted: Mutex<Limits>,
}

/// One invocation, and what it will be counted as.
struct Invocation {
    request_id: Option<TraceId>,
    deadline: Deadline,
    is_cold: bool,
    received: OffsetDateTime,
    metrics: RefCell<Metrics>,
}

impl Function {
    /// Sets the function up, in Lambda's INIT phase: clients, secret and token. Never fails. Faulty settings are
    /// logged, and every event is answered with them. If the secret or the token could not be fetched, the next event
    /// tries again.
    pub async fn start(
        config: Result<Config, ConfigFaults>,
        aws: impl FnOnce(&Tls) -> Result<SdkConfig, Error>,
    ) -> Self {
        let ready = set_up(config, aws);
        tracing::info!(version = config::VERSION, commit = config::COMMIT, "starting");
        let prepared = match &ready {
            Ok(context) => context.genesys.prepare(Deadline::after(INIT)).await,
            Err(error) => Err(error.clone()),
        };
        if let Err(error) = prepared {
            // Faulty settings are reported by every event, too. Anything else is tried again by the next event.
            tracing::error!(error_type = error.name(), error_message = %error, "not ready");
        }
        let deployed = Deployed::from_env();
        Self {
            ready,
            deployed,
            is_warm: AtomicBool::default(),
            tokens_reported: AtomicU64::default(),
            limits_counted: Mutex::default(),
        }
    }

    /// Serves one invocation.
    ///
    /// # Errors
    /// What was left undone, under its stable name, so that Lambda tries again and then keeps the event. Never for a batch
    /// of a queue: an error would count against every message of it, and Lambda would poll less often.
    pub async fn invoke(&self, event: LambdaEvent<Payload>) -> Result<Value, Error> {
        let (Payload(payload), invoked) = event.into_parts();
        let invocation = Invocation::new(&invoked, !self.is_warm.swap(true, Ordering::Relaxed));
        let prefix = self.ready.as_ref().map_or("", |context| &context.config.event_source_prefix);
        let answer = match request::classify(&payload, prefix, invocation.received) {
            Incoming::Preflight => return self.preflight(&invoked.request_id, invocation.deadline).await,
            Incoming::Batch(messages) => Ok(self.check(messages, &invocation).await),
            Incoming::One(asked) => self.serve(asked, None, &invocation).await.into_answer(),
        };
        self.count_limits(&invocation);
        let Deployed { namespace, function, .. } = &self.deployed;
        if let Some(line) = invocation.metrics.borrow().line(namespace, function) {
            log::line("INFO", &line);
        }
        answer
    }

    /// Checks every message of a batch, all at once, and says which of them are not done.
    async fn check(&self, messages: Vec<Message>, invocation: &Invocation) -> Value {
        let checks = messages.into_iter().map(async |Message { id, asks }| {
            let message_id = TraceId::parse(&id);
            let is_done = match asks {
                Asks::Check(asked) => {
                    let report = self.serve(asked, message_id, invocation).await;
                    report.outcome().is_some_and(Outcome::is_done)
                }
                Asks::Proof(request) => self.prove(&request, message_id, invocation).await,
            };
            (!is_done).then_some(id)
        });
        request::answer(join_all(checks).await.into_iter().flatten())
    }

    /// Serves one request, and reports it once.
    async fn serve(&self, asked: Asked, message_id: Option<TraceId>, invocation: &Invocation) -> Report {
        let Invocation { request_id, received, .. } = invocation;
        let (began, mut history) = (Instant::now(), History::default());
        let Asked { door, trace, request } = asked;
        let served = async {
            let context = self.ready.as_ref().map_err(Clone::clone)?;
            match request.as_ref().map_err(|refusal| Error::InvalidEvent(refusal))? {
                Some(request) => {
                    let deadline = context.deadline(request, invocation.deadline);
                    reconcile(context, request, deadline, &mut history).await
                }
                None => Ok(Outcome::Ignored),
            }
        };
        let result = AssertUnwindSafe(served).catch_unwind().await.unwrap_or(Err(PANICKED));
        let origin = Origin { request_id: request_id.clone(), message_id, trace, door, received: *received };
        let require_verified =
            self.ready.as_ref().is_ok_and(|context| context.config.policy.require_verified);
        let ended = (began.elapsed(), require_verified);
        let report = Report::of(origin, request.ok().flatten(), history, result, ended);
        self.report(&report, invocation);
        report
    }

    /// Looks at the recordings of a conversation, if it is time for that. Says whether nothing more will come of it.
    async fn prove(
        &self,
        request: &proof::Request,
        message_id: Option<TraceId>,
        invocation: &Invocation,
    ) -> bool {
        let Some(look) = request.look() else { return false };
        let looked = async {
            let context = self.ready.as_ref().map_err(Clone::clone)?;
            let looked = reconcile::proof::look(context, request, look, invocation.deadline).await?;
            Ok((&context.config.proof, looked))
        };
        let (message_id, request_id) = (message_id.as_ref(), invocation.request_id.as_ref());
        let origin = report::proof::Origin { request, request_id, message_id };
        let failed = |error: &Error, is_left: bool| {
            let level = if is_left { "WARN" } else { "ERROR" };
            log::line(level, &report::proof::FailedLook::of(look, origin, error, is_left));
            invocation.metrics.borrow_mut().note_failed_look(error, is_left);
        };
        match AssertUnwindSafe(looked).catch_unwind().await.unwrap_or(Err(PANICKED)) {
            Ok((rules, (looked, conversation, error))) => {
                if let Some(error) = &error {
                    failed(error, false);
                }
                for record in report::proof::records(&looked, conversation.as_ref(), origin, rules) {
                    log::line(record.level(), &record);
                }
                invocation.metrics.borrow_mut().note_proof(&looked);
                looked.is_final
            }
            Err(error) => {
                failed(&error, error.is_for_later());
                false
            }
        }
    }

    /// Writes the audit record, and counts.
    fn report(&self, report: &Report, invocation: &Invocation) {
        let context = self.ready.as_ref().ok();
        let fetched = context.map_or(0, |context| context.genesys.tokens_fetched());
        let token_fetched = self.tokens_reported.swap(fetched, Ordering::Relaxed) != fetched;
        let circumstances = Circumstances {
            function_version: self.deployed.version.as_deref(),
            mode: context.map(|context| context.config.mode),
            cold_start: invocation.is_cold,
            token_fetched,
            clock_skew_ms: context.and_then(|context| context.genesys.clock_skew_ms()),
        };
        let record = Record::of(report, circumstances);
        log::line(record.level(), &record);
        let mut metrics = invocation.metrics.borrow_mut();
        metrics.count("TokenFetched", token_fetched);
        metrics.note(report, context.is_none_or(|context| context.config.policy.all_agents));
    }

    /// Counts what Genesys' limits have cost since the last invocation.
    fn count_limits(&self, invocation: &Invocation) {
        let Ok(context) = &self.ready else { return };
        let of_recordings = context.recordings.as_ref().map(OwnClient::limits).unwrap_or_default();
        let now = context.genesys.limits().and(of_recordings);
        let before = {
            let mut counted = self.limits_counted.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *counted, now)
        };
        let mut metrics = invocation.metrics.borrow_mut();
        metrics.add("TokenRenewedForLimit", now.tokens.saturating_sub(before.tokens));
        metrics.add("ClientLimitReached", now.refusals.saturating_sub(before.refusals));
    }

    async fn preflight(&self, request_id: &str, deadline: Deadline) -> Result<Value, Error> {
        let answered = async {
            match &self.ready {
                Ok(context) => preflight::run(context, request_id, deadline).await,
                Err(error) => preflight::unready(error),
            }
        };
        let answer = AssertUnwindSafe(answered).catch_unwind().await.map_err(|_panic| PANICKED)?;
        tracing::info!(preflight = answer["preflight"].as_str(), "preflight");
        Ok(answer)
    }
}

impl Invocation {
    fn new(invoked: &Invoked, is_cold: bool) -> Self {
        let metrics = RefCell::<Metrics>::default();
        metrics.borrow_mut().count("ColdStart", is_cold);
        Self {
            request_id: TraceId::parse(&invoked.request_id),
            deadline: Deadline::of_invocation(invoked.deadline()),
            is_cold,
            received: OffsetDateTime::now_utc(),
            metrics,
        }
    }
}

impl Context {
    /// At the direct door a caller is on the line. At the watch an outage must not occupy one of the few checks at a
    /// time.
    fn deadline(&self, request: &Request, deadline: Deadline) -> Deadline {
        let timing = &self.config.policy.timing;
        match request.door {
            Door::Direct => deadline.min(Deadline::after(timing.direct_budget)),
            Door::Watch => deadline.min(Deadline::after(timing.watch_budget)),
            Door::Event | Door::Snapshot => deadline,
        }
    }
}

fn set_up(
    config: Result<Config, ConfigFaults>,
    aws: impl FnOnce(&Tls) -> Result<SdkConfig, Error>,
) -> Result<Context, Error> {
    let config = config.map_err(Error::InvalidConfig)?;
    let tls = Tls::trusting(&config.extra_roots)?;
    let aws = aws(&tls)?;
    let recordings = OwnClient::of(&config, &aws, &tls);
    let genesys = Genesys::new(&config, &aws, tls)?;
    let queue = WatchQueue::new(aws, config.watch_queue_url.clone());
    Ok(Context { config, genesys, recordings, queue })
}
