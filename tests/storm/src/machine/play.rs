//! Plays a schedule in virtual time: one event after the other, from an agenda. Nothing waits.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use secure_pause::config::{Policy, Timing};
use secure_pause::decide::history::History;
use secure_pause::decide::request::Request;
use typed_arena::Arena;

use super::Without;
use super::call::{At, Call};
use super::delivery::{Message, Task};
use super::driver::Run;
use super::flow::UnderWay;
use super::reading::Got;
use super::record::Record;
use super::schedule::{Fault, On, Schedule};
use super::sending::{Put, PutAnswer};
use super::voice::Sent;
use crate::draws::Agent;

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
    Got(usize, Box<Got>),
    Put(usize),
    Arrive(usize),
    Answer(usize, PutAnswer),
    Voice(usize),
    VoiceAnswer(usize),
    Posted(usize, bool),
    SecondFile(Agent),
    Taken,
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
        agenda: BTreeMap::new(),
        number: 0,
        call: Call::taken(schedule.reports),
        faults: Vec::new(),
        outages: Vec::new(),
        runs: Vec::new(),
        puts: Vec::new(),
        voices: Vec::new(),
        messages: Vec::new(),
        flow: None,
        is_over: false,
        record: Record { account: is_told.then(Vec::new), ..Record::default() },
    };
    for (number, (at, _)) in schedule.steps.iter().enumerate() {
        play.push(secs(*at), Event::Step(number));
    }
    while let Some(((at, _), event)) = play.agenda.pop_first() {
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
    /// What comes when; what was put down first comes first.
    agenda: BTreeMap<(At, usize), Event>,
    number: usize,
    pub call: Call,
    pub faults: Vec<(On, Fault, usize)>,
    pub outages: Vec<(On, Fault, At)>,
    pub runs: Vec<Run<'a>>,
    pub puts: Vec<Put>,
    pub voices: Vec<Sent>,
    pub messages: Vec<Message>,
    pub flow: Option<UnderWay>,
    pub is_over: bool,
    pub record: Record,
}

impl Play<'_> {
    pub fn push(&mut self, at: At, event: Event) {
        self.number += 1;
        self.agenda.insert((at, self.number), event);
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
            Event::Voice(sent) => self.voice(sent),
            Event::VoiceAnswer(sent) => self.voice_answer(sent),
            Event::Posted(run, is_last) => self.post(run, is_last),
            Event::SecondFile(agent) => self.begin_second_file(agent),
            Event::Taken => self.taken(),
        }
    }

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
}

pub fn secs(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default()
}
