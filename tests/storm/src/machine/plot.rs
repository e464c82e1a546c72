//! How a schedule is drawn from its seed.

use super::schedule::{Fault, Flow, Names, On, Reports, Schedule, Step};
use crate::draws::{Agent, Delivery, Draws};

/// Sets the stream of draws apart that says which organizations have snapshots only: what every other seed plays stays.
const OF_TRIGGERS: u64 = 0x5EED_0F5A;
/// No invocation is killed later than this, in seconds after it began.
pub const LAST_KILL: f64 = 4.0;
/// Of so many seeds, one has orders for the voice, too. It is not drawn, so that every other seed plays what it always did.
const WITH_VOICE: u64 = 5;

impl Schedule {
    /// The schedule of a seed: always the same one.
    pub fn of(seed: u64) -> Self {
        let mut draws = Draws::of(seed, LAST_KILL);
        let reports = draws.one_of(&[Reports::Everything, Reports::VoiceOnly, Reports::NoScreens]);
        let lag = if draws.chance(0.4) { 0.0 } else { draws.between(0.2, 2.9) };
        let has_jitter = draws.chance(0.3);
        let latency = draws.between(0.02, 0.25);
        let all_agents = draws.chance(0.15);
        let resume_delay = if draws.chance(0.1) { draws.whole(1..=15) } else { 0 };
        let require_verified = draws.chance(0.1);
        let queue_delay = if draws.chance(0.7) { 15.0 } else { draws.between(8.0, 15.0) };
        let mut plot = Plot::new(draws, lag, has_jitter, reports);
        plot.voice = seed.is_multiple_of(WITH_VOICE);
        plot.turns();
        plot.holds();
        plot.faults();
        let mut steps = plot.steps;
        let mut triggers = Draws::of(seed ^ OF_TRIGGERS, LAST_KILL);
        // Others cannot use them: what shows a secure pause in its voice alone, or no screens.
        let by_snapshots = reports == Reports::Everything && triggers.chance(0.4);
        for (_, step) in &mut steps {
            if let Step::Flow(flow) = step {
                // A snapshot would undo an order whose flow shows nowhere.
                flow.has_leg |= by_snapshots;
            }
        }
        steps.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        Self {
            seed,
            reports,
            lag,
            has_jitter,
            latency,
            all_agents,
            resume_delay,
            require_verified,
            queue_delay,
            by_snapshots,
            steps,
        }
    }
}

/// A schedule in the making.
struct Plot {
    draws: Draws,
    reports: Reports,
    steps: Vec<(f64, Step)>,
    now: f64,
    lag: f64,
    has_jitter: bool,
    is_b_there: bool,
    is_a_there: bool,
    is_over: bool,
    voice: bool,
    /// Pauses are begun at these times.
    starts: Vec<f64>,
    /// Resumes are likely around these times.
    ends: Vec<f64>,
}

impl Plot {
    fn new(draws: Draws, lag: f64, has_jitter: bool, reports: Reports) -> Self {
        Self {
            draws,
            reports,
            steps: Vec::new(),
            now: lag + 1.0,
            lag,
            has_jitter,
            is_b_there: false,
            is_a_there: true,
            is_over: false,
            voice: false,
            starts: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn turns(&mut self) {
        let turns = self.draws.count(1..=4);
        for turn in 1..=turns {
            if !self.is_b_there && self.draws.chance(0.35) {
                let listens_in = self.draws.chance(0.15);
                self.step(Step::Consult { listens_in });
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
                self.flow();
            } else {
                self.secure_pause(turn == turns);
            }
            if self.is_over {
                return;
            }
            if self.draws.chance(0.5) { self.pass(0.1, 4.0) } else { self.pass(5.0, 40.0) }
        }
        if self.draws.chance(0.3) {
            self.hang_up();
        }
    }

    fn flow(&mut self) {
        let takes = self.draws.between(10.0, 60.0);
        let is_secure_pause = self.draws.chance(0.5);
        let has_leg = is_secure_pause || self.draws.chance(0.8);
        // A flow that is a secure pause is followed by the message of its order alone, since it has no event here:
        // that must not be killed.
        let voice = self.voice;
        let killed = self.draws.kill(0.1).filter(|_| !is_secure_pause && !voice);
        let names_user = self.is_a_there && self.draws.chance(0.3);
        self.starts.push(self.now);
        self.step(Step::Flow(Flow { takes, is_secure_pause, has_leg, killed, names_user, voice }));
        // Each order takes eight seconds at the most, and the caller is handed back after the second.
        self.now += takes + 17.0;
        self.ends.push(self.now - 10.0);
    }

    fn secure_pause(&mut self, is_last: bool) {
        let agent = self.draws.initiator([self.is_a_there, self.is_b_there]);
        let (names, started, queued) = self.deliveries(true, false);
        self.starts.push(self.now);
        self.step(Step::Started(agent, names, started));
        let takes = self.draws.secure_pause();
        if self.is_b_there && self.is_a_there && agent == Agent::A && self.draws.chance(0.15) {
            self.now += takes / 2.0;
            self.transfer();
            self.now -= takes / 2.0;
        }
        if self.draws.chance(0.06) {
            self.now += takes / 2.0;
            self.hang_up();
            self.now -= takes / 2.0;
        }
        self.now += takes;
        if self.is_over || !(is_last && self.draws.chance(0.2)) {
            // Where no word at all of a start or its end reaches the queue, nothing heals what the function missed.
            let (names, ended, _) = self.deliveries(false, !queued);
            self.ends.push(self.now);
            self.step(Step::Ended(agent, names, ended));
        }
    }

    fn transfer(&mut self) {
        self.step(Step::Transfer);
        self.is_a_there = false;
        let wraps_up = self.draws.between(5.0, 60.0);
        self.steps.push((self.now + wraps_up, Step::WrapUpEnds(Agent::A)));
    }

    fn hang_up(&mut self) {
        let wraps_up = self.draws.chance(0.5);
        self.step(Step::HangUp { wraps_up });
        self.is_over = true;
        for agent in Agent::BOTH {
            let at = self.now + self.draws.between(5.0, 90.0);
            self.steps.push((at, Step::WrapUpEnds(agent)));
        }
    }

    /// What an event names, and its deliveries; but a started event is never lost on both ways, since nothing could heal
    /// that. Gives whether the queue gets it, too.
    fn deliveries(&mut self, is_started: bool, must_be_queued: bool) -> (Names, Vec<Delivery>, bool) {
        let names = self.draws.one_of(&[Names::Both, Names::Both, Names::User, Names::Nobody]);
        let is_function_lost = self.draws.chance(0.08);
        let is_queue_lost = self.draws.chance(0.05) && !(is_started && is_function_lost) && !must_be_queued;
        (names, self.draws.deliveries(is_function_lost, is_queue_lost), !is_queue_lost)
    }

    fn holds(&mut self) {
        while self.draws.chance(0.25) {
            let (at, takes) = (self.draws.between(0.5, self.now), self.draws.between(2.0, 60.0));
            self.steps.push((at, Step::Hold(true)));
            self.steps.push((at + takes, Step::Hold(false)));
        }
    }

    fn faults(&mut self) {
        let faults = self.draws.count(..=4);
        for _ in 0..faults {
            let on = self.draws.one_of(&[
                On::Token,
                On::Conversation,
                On::Pause,
                On::Pause,
                On::Resume,
                On::Resume,
            ]);
            let at = self.moment(on);
            if self.draws.chance(0.25) {
                let fault = self.outage(on);
                // Where no screen is reported, a refusal that outlasts the lag is taken at its word.
                let is_believed = matches!(fault, Fault::Status(400 | 404 | 405 | 409))
                    && self.reports == Reports::NoScreens;
                let takes = self.draws.between(0.3, if is_believed { 2.0 } else { 6.0 });
                self.steps.push((at, Step::Outage(on, fault, takes)));
            } else {
                let (fault, times) = (self.fault(on), self.draws.count(1..=3));
                let times = if matches!(fault, Fault::Missing | Fault::SecondFile(_)) { 1 } else { times };
                self.steps.push((at, Step::Fault(on, fault, times)));
            }
        }
        if self.draws.chance(0.05) {
            let (at, takes) = (self.draws.between(0.0, self.now), self.draws.between(5.0, 30.0));
            let all = [On::Token, On::Conversation, On::Pause, On::Resume];
            let on = if self.draws.chance(0.5) { &all[..] } else { &all[2..] };
            self.steps.extend(on.iter().map(|on| (at, Step::Outage(*on, Fault::Status(503), takes))));
        }
        if self.draws.chance(0.05) {
            let (at, takes) = (self.draws.between(0.0, self.now), self.draws.between(1.0, 30.0));
            self.steps.push((at, Step::Outage(On::Queue, Fault::Status(503), takes)));
        }
    }

    /// Most faults come when they matter.
    fn moment(&mut self, on: On) -> f64 {
        let near = if on == On::Resume { &self.ends } else { &self.starts };
        let near = near.get(self.draws.count(..near.len().max(1))).copied();
        match near {
            Some(near) if self.draws.chance(0.7) => near + self.draws.between(-0.5, 3.0),
            _ => self.draws.between(0.0, self.now),
        }
    }

    /// What goes on for some seconds.
    fn outage(&mut self, on: On) -> Fault {
        let put = [409, 404, 405, 400, 429, 503, 500, 408];
        let other = [429, 503, 500, 408];
        let is_put = matches!(on, On::Pause | On::Resume);
        let statuses = if is_put { &put[..] } else { &other[..] };
        match self.draws.count(..8) {
            0 => Fault::Unreachable,
            1 => Fault::RetryAfter(self.draws.whole(0..=4)),
            2 if is_put => Fault::Slow(0.1, self.draws.between(1.0, 3.9)),
            _ => Fault::Status(statuses[self.draws.count(..statuses.len())]),
        }
    }

    fn fault(&mut self, on: On) -> Fault {
        let is_put = matches!(on, On::Pause | On::Resume);
        match self.draws.count(..20) {
            0 => Fault::Unreachable,
            1 | 2 => Fault::Broken,
            3 => Fault::Status(429),
            4..6 => Fault::RetryAfter(self.draws.whole(0..=9)),
            6 => Fault::Status(503),
            7 => Fault::Status(408),
            8 => Fault::Status(401),
            9 if is_put => Fault::DoneAnd504,
            10 if is_put => Fault::Silent(None),
            10 => Fault::Silent(Some(0.0)),
            11 if is_put => Fault::Silent(Some(self.draws.between(0.0, 2.0))),
            12 if is_put => Fault::Silent(Some(self.draws.between(2.0, 8.0))),
            13 | 14 if is_put => {
                let done = self.draws.between(0.0, 3.0);
                Fault::Slow(done, done + self.draws.between(0.1, 3.0))
            }
            13 | 14 => Fault::Slow(0.0, self.draws.between(0.5, 1.99)),
            15 if is_put => Fault::Status(self.draws.one_of(&[409, 404, 405, 400])),
            15 | 16 if on == On::Conversation => Fault::Status(404),
            17 if on == On::Conversation && !self.has_missing() => Fault::Missing,
            // Where each reading trails differently, a second file is seen through the lag only if it begins early.
            16 | 17
                if on == On::Pause
                    && self.reports != Reports::NoScreens
                    && (!self.has_jitter || self.lag < 1.4) =>
            {
                Fault::SecondFile(self.draws.between(0.1, 1.5))
            }
            // Where no screen is reported, nobody can see that a pause had no effect; and a reading that trails
            // may show the screen as an earlier pause left it, and so hide it.
            18 | 19 if is_put && self.reports != Reports::NoScreens && self.lag == 0.0 => Fault::NoEffect,
            _ => Fault::Status(500),
        }
    }

    fn has_missing(&self) -> bool {
        self.steps.iter().any(|(_, step)| matches!(step, Step::Fault(_, Fault::Missing, _)))
    }

    fn step(&mut self, step: Step) {
        self.steps.push((self.now, step));
    }

    fn pass(&mut self, least: f64, most: f64) {
        self.now += self.draws.between(least, most);
    }
}
