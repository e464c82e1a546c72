//! Plays a schedule in virtual time: the call, EventBridge, SQS, Lambda, the secure flow. One event after the other,
//! from a heap; nothing waits.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use fastrand::Rng;
use secure_pause::config::Policy;
use secure_pause::config::Timing;
use secure_pause::decide::history::History;
use secure_pause::decide::request::{Door, Phase, Request};
use secure_pause::genesys::screen_recording::Action;
use time::OffsetDateTime;
use typed_arena::Arena;

use super::Without;
use super::call::{self, At, Call, Life, Screen};
use super::driver::{Put, PutAnswer, Run};
use super::record::{Ended, Pause, Record, Taking, What};
use super::schedule::{Fault, Flow, Names, On, Schedule, Step};
use crate::draws::{Agent, Delivery, Target};

/// When Lambda invokes a failed event again, after each failure.
const RETRIES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];
/// The watch queue's visibility timeout, as the template has it.
pub const VISIBILITY: Duration = Duration::from_mins(1);
/// Checks of one message after everything has happened: more, and it never comes to its end. An order stands for ten
/// minutes.
const LAST_CHECKS: u32 = 14;
/// The same, where secure pause stays on for ever.
const LAST_CHECKS_ON: u32 = 3;

/// What is handed over to an invocation.
#[derive(Clone, Debug)]
pub struct Task {
    pub what: What,
    pub request: Request,
    /// When what the request is about happened.
    pub at: At,
    pub killed: Option<f64>,
    /// How often it was tried before.
    tries: usize,
    message: Option<usize>,
}

/// What comes next.
#[derive(Debug)]
pub enum Event {
    Step(usize),
    Begin(Box<Task>),
    Queued(Box<Task>),
    Check(usize),
    Kill(usize),
    Timer(usize, u32),
    Get(usize),
    Got(usize, Box<super::driver::Got>),
    Put(usize),
    Arrive(usize),
    Answer(usize, PutAnswer),
    Posted(usize, bool),
    SecondFile(Agent),
    Taken,
}

/// A message of the watch queue.
struct Message {
    task: Task,
    received: At,
    last_checks: u32,
}

/// A flow under way.
struct UnderWay {
    flow: Flow,
    ordered: At,
    taking: Option<At>,
}

struct Entry(At, usize, Event);

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

/// Plays it, until everything is quiet. `is_told`: with an account in words.
pub fn play(schedule: &Schedule, without: Option<Without>, is_told: bool) -> Record {
    let policy = Policy {
        all_agents: schedule.all_agents,
        require_verified: schedule.require_verified,
        resume_delay: Duration::from_secs(schedule.resume_delay),
        timing: Timing::default(),
        ..Policy::default()
    };
    let (requests, histories) = (Arena::new(), Arena::new());
    let mut play = Play {
        schedule,
        without,
        policy: &policy,
        requests: &requests,
        histories: &histories,
        rng: Rng::with_seed(!schedule.seed),
        shown: At::ZERO,
        now: At::ZERO,
        heap: BinaryHeap::new(),
        number: 0,
        call: Call::taken(schedule.reports),
        faults: Vec::new(),
        outages: Vec::new(),
        runs: Vec::new(),
        puts: Vec::new(),
        messages: Vec::new(),
        flow: None,
        is_over: false,
        record: Record { account: is_told.then(Vec::new), ..Record::default() },
    };
    for (number, (at, _)) in schedule.steps.iter().enumerate() {
        play.push(secs(*at), Event::Step(number));
    }
    while let Some(Reverse(Entry(at, _, event))) = play.heap.pop() {
        play.now = at;
        play.happen(event);
    }
    play.record.past = play.call.past().to_vec();
    play.record
}

pub struct Play<'a> {
    pub schedule: &'a Schedule,
    pub without: Option<Without>,
    pub policy: &'a Policy,
    pub requests: &'a Arena<Request>,
    pub histories: &'a Arena<History>,
    pub rng: Rng,
    /// What readings have shown: the call as it was then.
    pub shown: At,
    pub now: At,
    heap: BinaryHeap<Reverse<Entry>>,
    number: usize,
    pub call: Call,
    faults: Vec<(On, Fault, usize)>,
    outages: Vec<(On, Fault, At)>,
    pub runs: Vec<Run<'a>>,
    pub puts: Vec<Put>,
    messages: Vec<Message>,
    flow: Option<UnderWay>,
    is_over: bool,
    pub record: Record,
}

impl Play<'_> {
    pub fn push(&mut self, at: At, event: Event) {
        self.number += 1;
        self.heap.push(Reverse(Entry(at, self.number, event)));
    }

    pub fn tell(&mut self, what: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(account) = &mut self.record.account {
            account.push((now, what()));
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Step(number) => self.step(number),
            Event::Begin(task) => self.begin(*task),
            Event::Queued(task) => self.queue(*task),
            Event::Check(message) => self.check(message),
            Event::Kill(run) => self.kill(run),
            Event::Timer(run, number) => self.wake(run, number),
            Event::Get(run) => self.get(run),
            Event::Got(run, got) => self.got(run, *got),
            Event::Put(put) => self.put(put),
            Event::Arrive(put) => self.arrive(put),
            Event::Answer(put, answer) => self.answer(put, answer),
            Event::Posted(run, is_last) => self.post(run, is_last),
            Event::SecondFile(agent) => self.begin_second_file(agent),
            Event::Taken => self.taken(),
        }
    }

    // ---- The call.

    fn step(&mut self, number: usize) {
        let schedule = self.schedule;
        let step = &schedule.steps[number].1;
        self.is_over = number + 1 == schedule.steps.len();
        self.tell(|| format!("{step:?}"));
        match step {
            Step::Consult { listens_in } => self.change(|state| {
                let leg = state.leg_mut(Agent::B);
                (leg.life, leg.screen, leg.listens_in) = (Life::Live, Screen::Active, *listens_in);
            }),
            Step::Transfer => self.change(|state| state.leave(Agent::A, true)),
            Step::WrapUpEnds(agent) => {
                if self.call.now().leg(*agent).life == Life::WrapUp {
                    self.change(|state| state.leave(*agent, false));
                }
            }
            Step::Started(agent, names, deliveries) => self.started(*agent, *names, deliveries),
            Step::Ended(_, names, deliveries) => {
                self.change(|state| state.secure_pause = false);
                let now = self.now;
                if let Some(pause) = self.record.pauses.last_mut() {
                    pause.ended.get_or_insert(now);
                }
                self.deliver(false, *names, deliveries);
            }
            Step::Flow(flow) => self.begin_flow(*flow),
            Step::Hold(is_held) => self.change(|state| state.is_held = *is_held),
            Step::Fault(on, fault, times) => self.faults.push((*on, *fault, *times)),
            Step::Outage(on, fault, takes) => self.outages.push((*on, *fault, self.now + secs(*takes))),
            Step::HangUp { wraps_up } => self.hang_up(*wraps_up),
        }
    }

    pub fn change(&mut self, change: impl FnOnce(&mut call::State)) {
        let before = self.call.now();
        self.call.change(self.now, change);
        let after = self.call.now();
        if self.record.account.is_some() {
            for agent in Agent::BOTH.into_iter().filter(|agent| before.leg(*agent) != after.leg(*agent)) {
                self.tell(|| {
                    format!("{agent:?}: {:?}, screen {:?}", after.leg(agent).life, after.leg(agent).screen)
                });
            }
        }
    }

    fn started(&mut self, agent: Agent, names: Names, deliveries: &[Delivery]) {
        self.change(|state| state.secure_pause = true);
        let state = self.call.now();
        let is_everyone = self.schedule.all_agents || state.leg(agent).listens_in;
        let pause = Pause {
            agent,
            wanted: self.wanted(|it| is_everyone || it == agent),
            began: self.now,
            ended: None,
        };
        self.record.pauses.push(pause);
        self.deliver(true, names, deliveries);
    }

    fn wanted(&self, is_wanted: impl Fn(Agent) -> bool) -> [bool; 2] {
        Agent::BOTH.map(|agent| is_wanted(agent) && self.call.now().is_live(agent))
    }

    fn hang_up(&mut self, wraps_up: bool) {
        self.change(|state| {
            state.leave(Agent::A, wraps_up && state.is_live(Agent::A));
            state.leave(Agent::B, wraps_up && state.is_live(Agent::B));
            (state.secure_pause, state.is_over, state.has_flow) = (false, true, false);
        });
        let now = self.now;
        if let Some(pause) = self.record.pauses.last_mut() {
            pause.ended.get_or_insert(now);
        }
    }

    fn begin_second_file(&mut self, agent: Agent) {
        if matches!(self.call.now().leg(agent).life, Life::Live | Life::WrapUp) {
            self.change(|state| state.leg_mut(agent).screen = Screen::Active);
        }
    }

    // ---- Faults.

    /// What goes wrong with a request of this kind that is sent now.
    pub fn fault(&mut self, on: On) -> Option<Fault> {
        let now = self.now;
        let outage = self.outages.iter().find(|(of, _, until)| *of == on && now < *until);
        if let Some((_, fault, _)) = outage {
            return Some(*fault);
        }
        let (_, fault, times) = self.faults.iter_mut().find(|(of, _, times)| *of == on && *times > 0)?;
        *times -= 1;
        Some(*fault)
    }

    pub fn latency(&mut self) -> Duration {
        secs(self.schedule.latency * (0.5 + self.rng.f64()))
    }

    // ---- EventBridge, SQS, Lambda.

    fn deliver(&mut self, is_started: bool, names: Names, deliveries: &[Delivery]) {
        let pause = self.record.pauses.len() - 1;
        let phase = if is_started { Phase::Started } else { Phase::Ended };
        for Delivery { to, after, killed } in deliveries {
            let agent = self.record.pauses[pause].agent;
            let request = Request {
                door: if *to == Target::Function { Door::Event } else { Door::Watch },
                user: (names != Names::Nobody).then(|| call::user(agent)),
                participant: (names == Names::Both).then(|| call::participant(agent)),
                ..self.request(phase)
            };
            let delivered = self.now + secs(*after);
            let what = match to {
                Target::Function => What::Event { pause, is_started },
                Target::Queue => What::Check { pause, is_started, received: delivered },
            };
            let task =
                Box::new(Task { what, request, at: self.now, killed: *killed, tries: 0, message: None });
            self.push(
                delivered,
                if *to == Target::Function { Event::Begin(task) } else { Event::Queued(task) },
            );
        }
    }

    fn request(&self, phase: Phase) -> Request {
        Request {
            door: Door::Event,
            phase,
            is_of_order: false,
            conversation: call::conversation(),
            user: None,
            participant: None,
            at: OffsetDateTime::UNIX_EPOCH + self.now,
            dropped: 0,
        }
    }

    /// SQS takes a message.
    fn queue(&mut self, mut task: Task) {
        if self.without == Some(Without::Watch) {
            return;
        }
        task.message = Some(self.messages.len());
        self.messages.push(Message { task, received: self.now, last_checks: 0 });
        let at = self.now + secs(self.schedule.queue_delay);
        self.push(at, Event::Check(self.messages.len() - 1));
    }

    fn check(&mut self, message: usize) {
        self.messages[message].received = self.now;
        let task = self.messages[message].task.clone();
        self.messages[message].task.killed = None;
        self.begin(task);
    }

    /// A message that the function posts.
    fn post(&mut self, run: usize, is_last: bool) {
        let is_alive_or_ended = self.runs[run].ended != Some(Ended::Killed) || self.rng.bool();
        if !is_alive_or_ended || self.without == Some(Without::Follow) {
            return;
        }
        if self.fault(On::Queue).is_some() {
            if is_last {
                self.tell(|| format!("    #{run} SQS refuses the message"));
                self.record.is_not_watched = true;
                self.runs[run].decider.history().is_not_watched = true;
            } else {
                self.push(self.now + Duration::from_millis(2800), Event::Posted(run, true));
            }
            return;
        }
        let Task { request, .. } = &self.runs[run].task;
        let is_of_order = request.door == Door::Direct;
        let request = Request { door: Door::Watch, phase: Phase::Started, is_of_order, ..request.clone() };
        let task = Task { what: What::Follow, request, at: self.now, killed: None, tries: 0, message: None };
        self.runs[run].has_posted = true;
        self.tell(|| format!("    #{run} posts a message"));
        self.queue(task);
    }

    /// An invocation has ended: what Lambda, SQS or the flow does then.
    pub fn ended(&mut self, run: usize, ended: Ended) {
        let task = self.runs[run].task.clone();
        match task.what {
            What::Event { .. } if !ended.is_answered() => {
                if let Some(wait) = RETRIES.get(task.tries) {
                    let again = Task { killed: None, tries: task.tries + 1, ..task };
                    self.push(self.now + *wait, Event::Begin(Box::new(again)));
                }
            }
            What::Event { .. } => {}
            What::Check { .. } | What::Follow => self.checked(task.message.unwrap_or_default(), ended),
            What::Order(Action::Pause) => self.pause_answered(matches!(ended, Ended::Answered((_, true)))),
            What::Order(Action::Resume) => self.end_flow(),
        }
    }

    fn checked(&mut self, number: usize, ended: Ended) {
        let is_on = self.call.now().secure_pause;
        let message = &mut self.messages[number];
        if matches!(ended, Ended::Answered((outcome, _)) if outcome.is_done()) {
            return;
        }
        message.last_checks += u32::from(self.is_over && ended.is_answered());
        // A secure pause that never ends is followed for ever; nothing else is.
        if is_on && message.last_checks >= LAST_CHECKS_ON {
            return;
        }
        if message.last_checks >= LAST_CHECKS {
            self.record.endless += 1;
            return;
        }
        let at = (message.received + VISIBILITY).max(self.now);
        self.push(at, Event::Check(number));
    }

    // ---- The secure flow: the card is asked for only if the answer says that the screen is dark, and the resume is
    // ordered whatever happened before.

    fn begin_flow(&mut self, flow: Flow) {
        self.change(|state| {
            state.has_flow = flow.has_leg;
            state.secure_pause |= flow.is_secure_pause;
        });
        self.flow = Some(UnderWay { flow, ordered: self.now, taking: None });
        self.order(Action::Pause, flow.killed, flow.names_user);
    }

    fn order(&mut self, action: Action, killed: Option<f64>, names_user: bool) {
        let phase = if action == Action::Pause { Phase::Started } else { Phase::Ended };
        let user = names_user.then(|| call::user(Agent::A));
        let request = Request { door: Door::Direct, user, ..self.request(phase) };
        self.begin(Task {
            what: What::Order(action),
            request,
            at: self.now,
            killed,
            tries: 0,
            message: None,
        });
    }

    fn pause_answered(&mut self, is_paused: bool) {
        let now = self.now;
        let Some(under_way) = &mut self.flow else { return };
        let takes = if is_paused {
            under_way.taking = Some(now);
            secs(under_way.flow.takes)
        } else {
            Duration::ZERO
        };
        self.push(now + takes, Event::Taken);
    }

    fn taken(&mut self) {
        let Some(UnderWay { flow, ordered, taking }) = self.flow else { return };
        if let Some(began) = taking {
            let is_everyone = self.schedule.all_agents || !flow.names_user;
            let wanted = self.wanted(|agent| is_everyone || agent == Agent::A);
            let is_shown = flow.has_leg || flow.is_secure_pause;
            self.record.takings.push(Taking { wanted, is_shown, ordered, began, ended: self.now });
        }
        self.order(Action::Resume, None, flow.names_user);
    }

    fn end_flow(&mut self) {
        let Some(UnderWay { flow, .. }) = self.flow.take() else { return };
        self.change(|state| {
            state.has_flow = false;
            if flow.is_secure_pause {
                state.secure_pause = false;
            }
        });
    }
}

pub fn secs(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default()
}
