//! What happens when, from a seed. All times are seconds of life, from the moment the call is taken.

use std::fmt;

use world::{Fault, On};

use crate::draws::{Agent, Delivery, Draws};

/// No invocation is killed later than this, in seconds of life after it began.
const LAST_KILL: f64 = 2.0;
/// Of so many seeds, one has orders for the voice, too. It is not drawn, so that every other seed plays what it always did.
const WITH_VOICE: u64 = 4;

/// What an organization's bodies report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// `securePause`, and the state of screen recordings.
    SecurePause,
    /// Secure pause by the voice's `recordingState` only, and the state of screen recordings.
    VoiceOnly,
    /// `securePause`, and no state of any screen recording.
    NoScreens,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Step {
    /// The second agent is consulted, and answers.
    Consult,
    /// The first agent leaves into wrap-up.
    Transfer,
    /// The first agent is done with it.
    WrapUpEnds,
    /// A secure pause begins, by this agent, and this is how its event is delivered.
    Started(Agent, Vec<Delivery>),
    /// It ends.
    Ended(Agent, Vec<Delivery>),
    /// The caller is handed to a secure flow, which takes this long. It may or may not show as a secure pause, and the
    /// function may be killed under its order to pause. Its orders may be for the voice, too, as a script's are.
    Flow { takes: f64, shows: bool, killed: Option<f64>, voice: bool },
    /// The next requests of a kind go wrong.
    Fault(On, Fault, usize),
    /// Every request of a kind goes wrong, until it ends.
    OutageBegins(On),
    /// The end of it.
    OutageEnds,
    /// The caller hangs up.
    HangUp,
}

/// A schedule.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Where it comes from.
    pub seed: u64,
    /// What the bodies report.
    pub tells: Tells,
    /// How far reads trail.
    pub lag: f64,
    /// How long a request takes.
    pub latency: f64,
    /// In order of time.
    pub steps: Vec<(f64, Step)>,
}

impl Schedule {
    /// The schedule of a seed: always the same one.
    pub fn of(seed: u64) -> Self {
        let mut draws = Draws::of(seed, LAST_KILL);
        let tells = draws.one_of(&[Tells::SecurePause, Tells::VoiceOnly, Tells::NoScreens]);
        let lag = if draws.chance(0.4) { 0.0 } else { draws.between(0.2, 2.7) };
        let latency = draws.between(0.02, 0.15);
        let mut plot = Plot {
            draws,
            steps: Vec::new(),
            now: lag + 1.0,
            lag,
            voice: false,
            is_b_there: false,
            is_a_there: true,
        };
        plot.voice = seed.is_multiple_of(WITH_VOICE);
        plot.pauses();
        plot.faults(tells);
        let mut steps = plot.steps;
        steps.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        Self { seed, tells, lag, latency, steps }
    }
}

/// A schedule in the making.
struct Plot {
    draws: Draws,
    steps: Vec<(f64, Step)>,
    now: f64,
    lag: f64,
    voice: bool,
    is_b_there: bool,
    is_a_there: bool,
}

impl Plot {
    fn pauses(&mut self) {
        let turns = self.draws.count(1..=4);
        for turn in 1..=turns {
            if !self.is_b_there && self.draws.chance(0.35) {
                self.step(Step::Consult);
                self.is_b_there = true;
                // Nobody takes a card before their own desktop has shown them the call.
                self.now += self.lag;
                self.pass(0.5, 4.0);
            }
            if self.is_b_there && self.is_a_there && self.draws.chance(0.2) {
                self.transfer();
                self.pass(0.5, 3.0);
            }
            if self.draws.chance(0.2) {
                let takes = self.draws.between(10.0, 60.0);
                // A flow that shows as a secure pause reports its end by an event, which this one does not: it is
                // followed by the message of its order alone, so that must not be killed.
                let shows = self.draws.chance(0.5);
                let voice = self.voice;
                let killed = self.draws.kill(0.1).filter(|_| !shows && !voice);
                self.step(Step::Flow { takes, shows, killed, voice });
                // The orders take their time too, and the caller is handed back only after the last.
                self.now += takes + 12.0;
            } else {
                self.secure_pause(turn == turns);
            }
            if self.draws.chance(0.5) { self.pass(0.3, 3.0) } else { self.pass(5.0, 40.0) }
        }
        if self.draws.chance(0.3) {
            self.step(Step::HangUp);
        }
    }

    fn secure_pause(&mut self, is_last: bool) {
        let agent = self.draws.initiator([self.is_a_there, self.is_b_there]);
        let deliveries = self.deliveries(true);
        self.step(Step::Started(agent, deliveries));
        let takes = self.draws.secure_pause();
        if self.is_b_there && agent == Agent::A && self.draws.chance(0.15) {
            self.now += takes / 2.0;
            self.transfer();
            self.now -= takes / 2.0;
        }
        self.now += takes;
        if !(is_last && self.draws.chance(0.2)) {
            let deliveries = self.deliveries(false);
            self.step(Step::Ended(agent, deliveries));
        }
    }

    fn transfer(&mut self) {
        self.step(Step::Transfer);
        self.is_a_there = false;
        let wraps_up = self.draws.between(5.0, 60.0);
        self.steps.push((self.now + wraps_up, Step::WrapUpEnds));
    }

    /// A started event is never lost on both ways, since nothing could heal that.
    fn deliveries(&mut self, is_started: bool) -> Vec<Delivery> {
        let is_function_lost = self.draws.chance(0.08);
        let is_queue_lost = self.draws.chance(0.05) && !(is_started && is_function_lost);
        self.draws.deliveries(is_function_lost, is_queue_lost)
    }

    fn faults(&mut self, tells: Tells) {
        let end = self.now;
        let faults = self.draws.count(..=3);
        for _ in 0..faults {
            let on = self.draws.one_of(&[On::Token, On::Conversation, On::Pause, On::Resume, On::Any]);
            let fault = match self.draws.count(..10) {
                0 => Fault::Reset,
                1 => Fault::Close,
                2 => Fault::Status(429),
                3 => Fault::Status(503),
                4 => Fault::Html(502),
                5 => Fault::AckThenReset,
                6 => Fault::AnswerThenDead,
                // Where no screen is reported, nobody can see that a pause had no effect; and a reading that trails
                // may show the screen as an earlier pause left it, and so hide it.
                _ if tells == Tells::NoScreens || self.lag > 0.0 => Fault::Status(500),
                _ => Fault::AckWithoutEffect,
            };
            let on = if matches!(fault, Fault::AckWithoutEffect) { On::AnyScreenRecording } else { on };
            let times = self.draws.count(1..=2);
            let at = self.draws.between(0.0, end);
            self.steps.push((at, Step::Fault(on, fault, times)));
        }
        if self.draws.chance(0.08) {
            let at = self.draws.between(0.0, end);
            let takes = self.draws.between(5.0, 30.0);
            let on = if self.draws.chance(0.5) { On::Any } else { On::AnyScreenRecording };
            self.steps.push((at, Step::OutageBegins(on)));
            self.steps.push((at + takes, Step::OutageEnds));
        }
    }

    fn step(&mut self, step: Step) {
        self.steps.push((self.now, step));
    }

    fn pass(&mut self, least: f64, most: f64) {
        self.now += self.draws.between(least, most);
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, tells, lag, latency, steps } = self;
        writeln!(f, "seed {seed}: {tells:?}, reads trail {lag:.1} s, a request takes {latency:.2} s")?;
        for (at, step) in steps {
            writeln!(f, "  {at:6.1} s  {step:?}")?;
        }
        Ok(())
    }
}
