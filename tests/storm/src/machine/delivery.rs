//! EventBridge, SQS and Lambda: what is delivered when, and again.

use std::time::Duration;

use secure_pause::decide::request::{Door, Phase, Request};
use secure_pause::genesys::Rank;
use secure_pause::genesys::screen_recording::Action;
use time::OffsetDateTime;

use super::Without;
use super::call::{self, At, Screen};
use super::play::{Event, Play, secs};
use super::plot::LAST_KILL;
use super::record::{Ended, What};
use super::schedule::{Names, On};
use crate::draws::{Delivery, Target};

/// When Lambda invokes a failed event again, after each failure.
const RETRIES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];
/// The watch queue's visibility timeout, as the template has it.
pub const VISIBILITY: Duration = Duration::from_mins(1);
/// How many snapshots come of one change: of each agent and queue, in both forms, and doubled.
const SNAPSHOTS: std::ops::Range<usize> = 2..7;
/// How many of them are lost.
const SNAPSHOTS_LOST: f64 = 0.3;
/// How often the function is killed under one.
const SNAPSHOTS_KILLED: f64 = 0.05;

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
    pub tries: usize,
    pub message: Option<usize>,
}

/// A message of the watch queue.
pub struct Message {
    task: Task,
    received: At,
    receipts: u32,
    last_checks: u32,
}

impl Play<'_> {
    pub fn deliver(&mut self, is_started: bool, names: Names, deliveries: &[Delivery]) {
        if self.schedule.by_snapshots {
            return;
        }
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

    /// Genesys sends snapshots of the call as it is now. The rule lets through those that show a secure pause or a paused
    /// screen: doubled, late, and not all of them. Of those of a secure pause's start, one at the least arrives.
    pub fn send_snapshots(&mut self, is_start: bool) {
        let state = self.call.now();
        let is_dark = state.legs.iter().any(|leg| leg.screen == Screen::Paused);
        if !self.schedule.by_snapshots || !state.secure_pause && !is_dark {
            return;
        }
        let is_on =
            state.secure_pause && self.record.pauses.last().is_some_and(|pause| pause.ended.is_none());
        let what = What::Event { pause: self.record.pauses.len().saturating_sub(1), is_started: is_on };
        for number in 0..self.rng.usize(SNAPSHOTS) {
            if self.rng.f64() < SNAPSHOTS_LOST && !(is_start && number == 0) {
                continue;
            }
            let door = Door::Snapshot;
            let request = Request { door, phase: None, ..self.request(Phase::Started) };
            let killed = (self.rng.f64() < SNAPSHOTS_KILLED).then(|| self.rng.f64().powi(2) * LAST_KILL);
            let late = match self.rng.f64() {
                likely if likely < 0.85 => self.rng.f64() * 1.3 + 0.2,
                seldom if seldom < 0.95 => self.rng.f64() * 38.0 + 2.0,
                _ => self.rng.f64() * 140.0 + 40.0,
            };
            let task = Task { what, request, at: self.now, killed, tries: 0, message: None };
            self.record.snapshots += 1;
            self.push(self.now + secs(late), Event::Begin(Box::new(task)));
        }
    }

    pub fn request(&self, phase: Phase) -> Request {
        Request {
            door: Door::Event,
            phase: Some(phase),
            voice: false,
            is_of_order: false,
            rank: Rank::First,
            conversation: call::conversation(),
            user: None,
            participant: None,
            at: OffsetDateTime::UNIX_EPOCH + self.now,
            dropped: 0,
        }
    }

    /// SQS takes a message.
    pub fn queue(&mut self, mut task: Task) {
        if self.without == Some(Without::Watch) {
            return;
        }
        task.message = Some(self.messages.len());
        self.messages.push(Message { task, received: self.now, receipts: 0, last_checks: 0 });
        let at = self.now + secs(self.schedule.queue_delay);
        self.push(at, Event::Check(self.messages.len() - 1));
    }

    pub fn check(&mut self, message: usize) {
        self.messages[message].received = self.now;
        self.messages[message].receipts += 1;
        let mut task = self.messages[message].task.clone();
        task.request.rank = if self.messages[message].receipts < 3 { Rank::First } else { Rank::Later };
        self.messages[message].task.killed = None;
        self.begin(task);
    }

    /// A message that the function posts.
    pub fn post(&mut self, run: usize, is_last: bool) {
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
        let request = Request {
            door: Door::Watch,
            phase: Some(Phase::Started),
            voice: false,
            is_of_order,
            ..request.clone()
        };
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
}
