//! One run: the same secure pauses in two organizations, one with the function and one with the plain program.

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, sleep_until},
};
use uuid::Uuid;
use world::{Fault, Latency, On, World, sqs_batch};

use crate::{
    Trouble,
    arrivals::{LONGEST, Planned},
    host::Host,
    lambda::{Kind, Lambda},
    watch::Watch,
};

/// What a request to Genesys takes, a token and a new connection; and a request to a service of AWS.
const REQUEST: (Duration, Duration) = (Duration::from_millis(30), Duration::from_millis(80));
const TOKEN: Duration = Duration::from_millis(120);
const CONNECTION: Duration = Duration::from_millis(30);
const AWS: Duration = Duration::from_millis(10);
/// After the last event: the checks of its messages, which come 15 s later.
const TAIL: Duration = Duration::from_secs(20);
/// How long an environment may take for an event, where no events of ends are played.
const LAST: Duration = Duration::from_secs(5);
/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_secs(20);
/// How many conversations are looked at for what proof takes.
const LOOKS: usize = 20;

/// How a run goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// Secure pauses a minute.
    pub(crate) rate: u32,
    /// As one environment can serve them, and by one, without latency: starts alone.
    pub(crate) one_environment: bool,
    /// The most environments at a time.
    pub(crate) environments: usize,
    /// Whether what proof takes is measured at the end.
    pub(crate) proves: bool,
}

/// A secure pause that was played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Played {
    pub(crate) conversation: Uuid,
    pub(crate) began: SystemTime,
    /// When the event of its start was delivered.
    pub(crate) delivered: SystemTime,
    pub(crate) ended: SystemTime,
    /// When that of its end was; none where it was not played.
    pub(crate) end_delivered: Option<SystemTime>,
}

/// An organization, and the program that serves it.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) lambda: Arc<Lambda>,
    pub(crate) watch: Option<Arc<Watch>>,
    pub(crate) played: Vec<Played>,
    plays_ends: bool,
}

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Function,
    Plain,
}

/// Plays the plan with both programs side by side, so that what else the machine does hits both alike.
///
/// # Errors
/// Where a program cannot be started, or a request is not as it should be.
pub(crate) async fn run(
    scenario: Scenario,
    plan: &[Planned],
    (function, plain): (&Path, &Path),
    host: &Host,
) -> Result<[Stage; 2], Trouble> {
    let watching = tokio::spawn(host.clone().watch());
    let mut function = Stage::raise(scenario, Program::Function, function).await;
    let mut plain = Stage::raise(scenario, Program::Plain, plain).await;
    // The calls are there before the first of them pauses.
    let calls = [function.calls(plan.len()), plain.calls(plan.len())];
    let start = Instant::now();
    let told = tokio::spawn(tell(scenario, start, plan.to_vec(), Arc::clone(&function.lambda)));
    let [of_function, of_plain] = calls;
    tokio::join!(function.play(plan, of_function, start), plain.play(plan, of_plain, start));
    watching.abort();
    told.abort();
    if scenario.proves {
        function.prove().await;
    }
    for stage in [&function, &plain] {
        stage.lambda.end();
        if let Some(why) = stage.lambda.unusable() {
            return Err(Trouble::Unusable(why));
        }
        if let Some(complaint) = stage.world.complaints().first() {
            return Err(Trouble::Unusable(format!("a request is not as it should be: {complaint}")));
        }
    }
    Ok([function, plain])
}

impl Stage {
    async fn raise(scenario: Scenario, program: Program, path: &Path) -> Self {
        let world = World::start().await;
        if !scenario.one_environment {
            world.set_latency(Latency { request: AWS, connection: CONNECTION });
            world.genesys.inject(On::Token, Fault::Delay(TOKEN), usize::MAX);
            world.genesys.inject(On::Any, Fault::DelayBetween(REQUEST.0, REQUEST.1), usize::MAX);
        }
        let mut env: BTreeMap<String, String> = world.env();
        if program == Program::Plain {
            let (id, secret) = world.genesys.client();
            env.insert("GENESYS_CLIENT_ID".to_owned(), id);
            env.insert("GENESYS_CLIENT_SECRET".to_owned(), secret);
        }
        let lambda = Arc::new(Lambda::new(path.to_owned(), env, scenario.environments));
        let has_watch = program == Program::Function && !scenario.one_environment;
        let watch = has_watch.then(|| Arc::new(Watch::new(Arc::clone(&lambda), world.queue.clone())));
        Self { world, lambda, watch, played: Vec::new(), plays_ends: !scenario.one_environment }
    }

    /// A call for each secure pause, with an agent of its own: conversation and user.
    fn calls(&self, count: usize) -> Vec<(Uuid, Uuid)> {
        let genesys = &self.world.genesys;
        let call = || {
            let (conversation, user) = (genesys.start_call(), Uuid::new_v4());
            genesys.join(conversation, user);
            (conversation, user)
        };
        std::iter::repeat_with(call).take(count).collect()
    }

    async fn play(&mut self, plan: &[Planned], calls: Vec<(Uuid, Uuid)>, start: Instant) {
        let mut at_work = JoinSet::new();
        if let Some(watch) = &self.watch {
            at_work.spawn(Arc::clone(watch).run());
        }
        let mut pauses = JoinSet::new();
        for (planned, call) in plan.iter().zip(calls) {
            pauses.spawn(self.pause(*planned, call, start));
        }
        let last = plan.last().map_or(Duration::ZERO, |it| it.at);
        let tail = if self.plays_ends { LONGEST + TAIL } else { LAST };
        self.played = pauses.join_all().await;
        sleep_until((start + last + tail).into()).await;
        self.lambda.stop_work();
    }

    /// Plays one secure pause up to the delivery of its last event.
    fn pause(
        &self,
        planned: Planned,
        (conversation, user): (Uuid, Uuid),
        start: Instant,
    ) -> impl Future<Output = Played> + Send + use<> {
        let (genesys, lambda, watch) =
            (self.world.genesys.clone(), Arc::clone(&self.lambda), self.watch.clone());
        let plays_ends = self.plays_ends;
        let deliver = move |kind, event: Value| {
            if let Some(watch) = &watch {
                watch.send(conversation, event.to_string());
            }
            lambda.deliver(kind, conversation, event);
            SystemTime::now()
        };
        async move {
            sleep_until((start + planned.at).into()).await;
            let event = genesys.secure_pause(conversation, user);
            let began = SystemTime::now();
            sleep(planned.start_late).await;
            let delivered = deliver(Kind::Pause, event);
            if !plays_ends {
                return Played {
                    conversation,
                    began,
                    delivered,
                    ended: began + planned.lasts,
                    end_delivered: None,
                };
            }
            sleep_until((start + planned.at + planned.lasts).into()).await;
            let event = genesys.end_secure_pause(conversation, user);
            let ended = SystemTime::now();
            sleep(planned.end_late).await;
            let end_delivered = Some(deliver(Kind::Resume, event));
            Played { conversation, began, delivered, ended, end_delivered }
        }
    }
}

impl Stage {
    /// Has the function look at what was recorded of some of the calls, and receive messages for which it is too early.
    async fn prove(&self) {
        for played in self.played.iter().take(LOOKS) {
            let conversation = played.conversation;
            self.world.genesys.hang_up(conversation);
            let proof = json!({ "conversationId": conversation, "source": "secure_pause" });
            let body = json!({ "proof": proof }).to_string();
            // Of the third receipt on, none is looked at before a day has passed.
            for (kind, receipts) in [(Kind::Look, "1"), (Kind::Receipt, "3")] {
                let mut batch = sqs_batch(&[("proof", &body)]);
                batch["Records"][0]["attributes"]["ApproximateReceiveCount"] = receipts.into();
                self.lambda.invoke(kind, conversation, &batch).await;
            }
        }
    }
}

async fn tell(scenario: Scenario, start: Instant, plan: Vec<Planned>, lambda: Arc<Lambda>) {
    let mut ticks = interval(TOLD_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let begun = plan.iter().filter(|it| it.at <= start.elapsed()).count();
        let (rate, all, environments) = (scenario.rate, plan.len(), lambda.environments());
        let by = if scenario.one_environment { " through one environment" } else { "" };
        // Whoever closed standard error does not want to be told.
        let _ = writeln!(
            std::io::stderr(),
            "{rate} a minute{by}: {begun} of {all} secure pauses have begun, {environments} environments"
        );
    }
}
