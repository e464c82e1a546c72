//! How a schedule is played: the call and its agents, EventBridge, SQS, the secure flow.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;
use std::time::SystemTime;

use secure_pause::genesys::screen_recording::Action;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;
use world::{Fault, World, sqs_batch};

use super::Without;
use super::history::{Attempt, Ended, History, Outage, Pause, Taking, What};
use super::lambda::Lambda;
use super::schedule::{Schedule, Step};
use super::setting::{self, Setting};
use super::time::played;
use crate::draws::{Agent, Delivery, Target};

/// When Lambda invokes a failed event again, in seconds of life after each failure.
const RETRIES: [f64; 2] = [60.0, 120.0];
/// The queue's delay and its visibility timeout, as the template has them, in seconds of life.
pub const DELAY: f64 = 15.0;
/// See [`DELAY`].
pub const VISIBILITY: f64 = 60.0;
/// Checks of one message after everything has happened: more, and it never comes to its end. An order stands for ten
/// minutes.
const LAST_CHECKS: u32 = 14;

/// Plays it, until everything is quiet.
pub async fn play(schedule: &Schedule, without: Option<Without>) -> History {
    let stage = Rc::new(Stage::set(schedule, without).await);
    let began = Instant::now();
    for (at, step) in &schedule.steps {
        sleep_until(began + played(*at)).await;
        stage.step(step);
    }
    stage.is_over.set(true);
    loop {
        // Tasks may begin others.
        let task = stage.tasks.borrow_mut().pop();
        match task {
            Some(task) => task.await.expect("a task of the storm ends well"),
            None => break,
        }
    }
    stage.history()
}

struct Stage {
    world: World,
    lambda: Lambda,
    call: Uuid,
    legs: RefCell<BTreeMap<Agent, Uuid>>,
    users: BTreeMap<Agent, Uuid>,
    has_watch: bool,
    tasks: RefCell<Vec<JoinHandle<()>>>,
    pauses: RefCell<Vec<Pause>>,
    takings: RefCell<Vec<Taking>>,
    attempts: RefCell<Vec<Attempt>>,
    outages: RefCell<Vec<Outage>>,
    posted: Cell<usize>,
    flow: Mutex<()>,
    is_over: Cell<bool>,
    endless: Cell<usize>,
}

impl Stage {
    async fn set(schedule: &Schedule, without: Option<Without>) -> Self {
        let Setting { world, lambda } = Setting::of(schedule).await;
        let call = world.genesys.start_call();
        if without == Some(Without::Doubt) {
            world.genesys.edit(call, setting::take_false_for_off);
        }
        let users = BTreeMap::from([(Agent::A, Uuid::from_u128(0xA)), (Agent::B, Uuid::from_u128(0xB))]);
        let first = world.genesys.join(call, users[&Agent::A]);
        Self {
            lambda,
            call,
            legs: RefCell::new(BTreeMap::from([(Agent::A, first)])),
            users,
            has_watch: without != Some(Without::Watch),
            tasks: RefCell::default(),
            pauses: RefCell::default(),
            takings: RefCell::default(),
            attempts: RefCell::default(),
            outages: RefCell::default(),
            posted: Cell::default(),
            flow: Mutex::default(),
            is_over: Cell::default(),
            endless: Cell::default(),
            world,
        }
    }

    fn step(self: &Rc<Self>, step: &Step) {
        let genesys = &self.world.genesys;
        match step {
            Step::Consult => {
                let second = genesys.consult(self.call, self.leg(Agent::A), self.users[&Agent::B]);
                self.legs.borrow_mut().insert(Agent::B, second);
            }
            Step::Transfer => genesys.complete_transfer(self.call, self.leg(Agent::A)),
            Step::WrapUpEnds => genesys.end_wrap_up(self.call, self.leg(Agent::A)),
            Step::Started(agent, deliveries) => {
                let event = genesys.secure_pause(self.call, self.users[agent]);
                let pause = Pause { agent: *agent, began: SystemTime::now(), ended: None };
                self.pauses.borrow_mut().push(pause);
                self.deliver(&event, true, deliveries);
            }
            Step::Ended(agent, deliveries) => {
                let event = genesys.end_secure_pause(self.call, self.users[agent]);
                if let Some(pause) = self.pauses.borrow_mut().last_mut() {
                    pause.ended.get_or_insert_with(SystemTime::now);
                }
                self.deliver(&event, false, deliveries);
            }
            Step::Flow { takes, shows, killed, voice } => {
                self.begin(Rc::clone(self).flow(*takes, *shows, *killed, *voice));
            }
            Step::Fault(on, fault, times) => genesys.inject(*on, fault.clone(), *times),
            Step::OutageBegins(on) => {
                genesys.inject(*on, Fault::Status(503), usize::MAX);
                self.outages.borrow_mut().push(Outage { began: SystemTime::now(), ended: None });
            }
            Step::OutageEnds => {
                genesys.clear_faults();
                let mut outages = self.outages.borrow_mut();
                outages.iter_mut().for_each(|outage| outage.ended = Some(SystemTime::now()));
            }
            Step::HangUp => {
                genesys.hang_up(self.call);
                if let Some(pause) = self.pauses.borrow_mut().last_mut() {
                    pause.ended.get_or_insert_with(SystemTime::now);
                }
            }
        }
    }

    fn leg(&self, agent: Agent) -> Uuid {
        self.legs.borrow()[&agent]
    }

    fn begin(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().push(spawn_local(task));
    }

    fn deliver(self: &Rc<Self>, event: &Value, is_started: bool, deliveries: &[Delivery]) {
        let pause = self.pauses.borrow().len() - 1;
        for delivery in deliveries {
            let (stage, event, delivery) = (Rc::clone(self), event.clone(), *delivery);
            self.begin(async move {
                sleep(played(delivery.after)).await;
                match delivery.to {
                    Target::Function => {
                        let what = What::Event { pause, is_started };
                        stage.invoke(&event, what, delivery.killed).await;
                    }
                    Target::Queue => {
                        let what = What::Check { pause, is_started, received: SystemTime::now() };
                        stage.watch(event.to_string(), what, delivery.killed).await;
                    }
                }
            });
        }
    }

    /// An asynchronous invocation, with Lambda's own retries.
    async fn invoke(self: &Rc<Self>, event: &Value, what: What, mut killed: Option<f64>) {
        for retry in RETRIES.into_iter().map(Some).chain([None]) {
            let ended = self.attempt(event, what, killed.take()).await;
            let Some(wait) = retry.filter(|_| !ended.is_answered()) else { return };
            sleep(played(wait)).await;
        }
    }

    /// A message of the queue, checked until it is done.
    async fn watch(self: &Rc<Self>, body: String, what: What, mut killed: Option<f64>) {
        if !self.has_watch {
            return;
        }
        sleep(played(DELAY)).await;
        let batch = sqs_batch(&[("message", body)]);
        let mut last_checks = 0;
        loop {
            let (received, is_last) = (Instant::now(), self.is_over.get());
            let ended = self.attempt(&batch, what, killed.take()).await;
            if matches!(&ended, Ended::Answered(answer) if answer["batchItemFailures"] == json!([])) {
                return;
            }
            last_checks += u32::from(is_last && ended.is_answered());
            if last_checks == LAST_CHECKS {
                // A secure pause that never ends is followed for ever; nothing else is.
                let is_on = self.world.genesys.is_in_secure_pause(self.call);
                return self.endless.set(self.endless.get() + usize::from(!is_on));
            }
            sleep_until(received + played(VISIBILITY)).await;
        }
    }

    async fn attempt(self: &Rc<Self>, payload: &Value, what: What, killed: Option<f64>) -> Ended {
        let began = SystemTime::now();
        let ended = self.lambda.invoke(payload, killed).await;
        self.watch_posted();
        let (ended_at, is_in_vain) = (SystemTime::now(), !ended.is_answered());
        let attempt = Attempt { what, began, ended_at, ended: ended.clone(), is_in_vain };
        self.attempts.borrow_mut().push(attempt);
        ended
    }

    /// A secure flow: the card is asked for only if the answer says that the screen is dark, and the resume is
    /// ordered whatever happened before.
    async fn flow(self: Rc<Self>, takes: f64, shows: bool, killed: Option<f64>, voice: bool) {
        let _one_at_a_time = self.flow.lock().await;
        let genesys = &self.world.genesys;
        let leg = genesys.workflow(self.call);
        let secure_pause = shows.then(|| genesys.secure_pause(self.call, self.users[&Agent::A]));
        let order = |action: &str| {
            let order = json!({ "action": action, "conversationId": self.call });
            if voice { with_voice(order) } else { order }
        };
        let ordered = SystemTime::now();
        let answer = self.attempt(&order("pause"), What::Order(Action::Pause), killed).await;
        if matches!(&answer, Ended::Answered(answer) if answer["paused"] == json!(true)) {
            let began = SystemTime::now();
            sleep(played(takes)).await;
            self.takings.borrow_mut().push(Taking { ordered, began, ended: SystemTime::now() });
        }
        self.attempt(&order("resume"), What::Order(Action::Resume), None).await;
        if secure_pause.is_some() {
            genesys.end_secure_pause(self.call, self.users[&Agent::A]);
        }
        genesys.end_leg(self.call, leg);
    }

    /// Has the messages followed that the function has posted.
    fn watch_posted(self: &Rc<Self>) {
        let messages = self.world.queue.messages();
        for body in messages.iter().skip(self.posted.replace(messages.len())) {
            let (stage, body) = (Rc::clone(self), body.clone());
            let what = What::Follow;
            self.begin(async move { stage.watch(body, what, None).await });
        }
    }

    fn history(&self) -> History {
        let genesys = &self.world.genesys;
        let standing =
            |leg: &Uuid| genesys.leg_is_live(self.call, *leg) || genesys.leg_is_in_wrap_up(self.call, *leg);
        let legs = self.legs.borrow().clone();
        History {
            present: legs.iter().filter(|(_, leg)| standing(leg)).map(|(agent, _)| *agent).collect(),
            screens: genesys.screens(self.call).unwrap_or_default(),
            is_on: genesys.is_in_secure_pause(self.call),
            legs,
            timeline: genesys.timeline(),
            pauses: self.pauses.take(),
            takings: self.takings.take(),
            attempts: self.attempts.take(),
            outages: self.outages.take(),
            complaints: self.world.complaints(),
            endless: self.endless.get(),
        }
    }
}

fn with_voice(mut order: Value) -> Value {
    order["voice"] = true.into();
    order
}
