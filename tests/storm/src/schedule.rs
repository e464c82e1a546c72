//! What happens when, from a seed. All times are seconds, from the moment the call is taken.

use std::fmt;

use fastrand::Rng;

/// What an organization's bodies report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reports {
    /// `securePause`, the voice, and the state of screen recordings.
    Everything,
    /// Secure pause by the voice's `recordingState` only, and the state of screen recordings.
    VoiceOnly,
    /// `securePause` and the voice, and no state of any screen recording.
    NoScreens,
}

/// The two agents: the first takes the call, the second is consulted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agent {
    /// The first.
    A,
    /// The second.
    B,
}

impl Agent {
    /// Both of them.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];
}

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// `POST /oauth/token`.
    Token,
    /// The reading of the conversation.
    Conversation,
    /// A pause.
    Pause,
    /// A resume.
    Resume,
    /// A message to the watch queue.
    Queue,
}

/// How a request goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// It is answered with this status, and not carried out. 404 is a gateway's, where a conversation is read.
    Status(u16),
    /// It is answered with 504 and carried out all the same.
    DoneAnd504,
    /// 429, with the seconds of `Retry-After`.
    RetryAfter(u64),
    /// No connection.
    Unreachable,
    /// It is carried out, and the connection breaks before the answer.
    Broken,
    /// It is never answered, and carried out after so long, if at all.
    Silent(Option<f64>),
    /// It is carried out after so long, and answered after so long.
    Slow(f64, f64),
    /// A 2xx that changes nothing.
    NoEffect,
    /// The recorder ends its file in place of pausing it, and begins another after so long.
    SecondFile(f64),
    /// Genesys itself does not find the conversation, once.
    Missing,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Step {
    /// The second agent is consulted, and answers; or only listens in.
    Consult { listens_in: bool },
    /// The first agent leaves into wrap-up.
    Transfer,
    /// The agent is done with it.
    WrapUpEnds(Agent),
    /// A secure pause begins, by this agent, and this is how its event is delivered.
    Started(Agent, Vec<Delivery>),
    /// It ends.
    Ended(Agent, Vec<Delivery>),
    /// The caller is handed to a secure flow.
    Flow(Flow),
    /// The caller is held, where the voice recording pauses too, or is taken back.
    Hold(bool),
    /// The next requests of a kind go wrong.
    Fault(On, Fault, usize),
    /// Every request of a kind goes wrong, for so long.
    Outage(On, Fault, f64),
    /// The caller hangs up. The agents write up the call, or do not.
    HangUp { wraps_up: bool },
}

/// A secure flow.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    /// How long the caller enters digits.
    pub takes: f64,
    /// Whether it counts as a secure pause of the conversation.
    pub is_secure_pause: bool,
    /// Whether its leg is one of a flow. Where it is not and it is no secure pause either, no body shows it.
    pub has_leg: bool,
    /// When the function is killed under its order to pause.
    pub killed: Option<f64>,
    /// Whether its orders name the agent.
    pub names_user: bool,
}

/// One delivery of an event.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// By the first rule to the function, or by the second to the watch queue.
    pub to: Target,
    /// How late.
    pub after: f64,
    /// When the function is killed under the first invocation that it leads to, if it is.
    pub killed: Option<f64>,
    /// What the event names.
    pub names: Names,
}

/// Where a rule delivers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The function.
    Function,
    /// The watch queue.
    Queue,
}

/// What an event names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// The user and their leg.
    Both,
    /// The user.
    User,
    /// Nobody.
    Nobody,
}

/// A schedule.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Where it comes from.
    pub seed: u64,
    /// What the bodies report.
    pub reports: Reports,
    /// How far reads trail, at the most.
    pub lag: f64,
    /// Whether each trails differently.
    pub has_jitter: bool,
    /// How long a request takes.
    pub latency: f64,
    /// `PAUSE_SCOPE=all-agents`.
    pub all_agents: bool,
    /// `RESUME_DELAY_SECONDS`.
    pub resume_delay: u64,
    /// `REQUIRE_VERIFIED`.
    pub require_verified: bool,
    /// The delay of messages in the watch queue.
    pub queue_delay: f64,
    /// In order of time.
    pub steps: Vec<(f64, Step)>,
}

impl Schedule {
    /// The schedule of a seed: always the same one.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let reports = [Reports::Everything, Reports::VoiceOnly, Reports::NoScreens][rng.usize(..3)];
        let lag = if chance(&mut rng, 0.4) { 0.0 } else { between(&mut rng, 0.2, 2.9) };
        let has_jitter = chance(&mut rng, 0.3);
        let latency = between(&mut rng, 0.02, 0.25);
        let all_agents = chance(&mut rng, 0.15);
        let resume_delay = if chance(&mut rng, 0.1) { rng.u64(1..=15) } else { 0 };
        let require_verified = chance(&mut rng, 0.1);
        let queue_delay = if chance(&mut rng, 0.7) { 15.0 } else { between(&mut rng, 8.0, 15.0) };
        let mut plot = Plot::new(rng, lag, has_jitter, reports);
        plot.turns();
        plot.holds();
        plot.faults();
        let mut steps = plot.steps;
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
            steps,
        }
    }
}

/// A schedule in the making.
struct Plot {
    rng: Rng,
    reports: Reports,
    steps: Vec<(f64, Step)>,
    now: f64,
    lag: f64,
    has_jitter: bool,
    is_b_there: bool,
    is_a_there: bool,
    is_over: bool,
    /// Pauses are begun at these times.
    starts: Vec<f64>,
    /// Resumes are likely around these times.
    ends: Vec<f64>,
}

impl Plot {
    fn new(rng: Rng, lag: f64, has_jitter: bool, reports: Reports) -> Self {
        Self {
            rng,
            reports,
            steps: Vec::new(),
            now: lag + 1.0,
            lag,
            has_jitter,
            is_b_there: false,
            is_a_there: true,
            is_over: false,
            starts: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn turns(&mut self) {
        let turns = self.rng.usize(1..=4);
        for turn in 1..=turns {
            if !self.is_b_there && self.chance(0.35) {
                let listens_in = self.chance(0.15);
                self.step(Step::Consult { listens_in });
                self.is_b_there = true;
                // Nobody takes a card before their own desktop has shown them the call.
                self.now += self.lag;
                self.pass(0.5, 4.0);
            }
            if self.is_b_there && self.is_a_there && self.chance(0.2) {
                self.transfer();
                self.pass(0.5, 3.0);
            }
            if self.chance(0.2) {
                self.flow();
            } else {
                self.secure_pause(turn == turns);
            }
            if self.is_over {
                return;
            }
            if self.chance(0.5) { self.pass(0.1, 4.0) } else { self.pass(5.0, 40.0) }
        }
        if self.chance(0.3) {
            self.hang_up();
        }
    }

    fn flow(&mut self) {
        let takes = self.between(10.0, 60.0);
        let is_secure_pause = self.chance(0.5);
        let has_leg = is_secure_pause || self.chance(0.8);
        // A flow that is a secure pause is followed by the message of its order alone, since it has no event here:
        // that must not be killed.
        let killed = self.kill(0.1).filter(|_| !is_secure_pause);
        let names_user = self.is_a_there && self.chance(0.3);
        self.starts.push(self.now);
        self.step(Step::Flow(Flow { takes, is_secure_pause, has_leg, killed, names_user }));
        // Each order takes eight seconds at the most, and the caller is handed back after the second.
        self.now += takes + 17.0;
        self.ends.push(self.now - 10.0);
    }

    fn secure_pause(&mut self, is_last: bool) {
        let agent = match (self.is_a_there, self.is_b_there) {
            (true, true) => Agent::BOTH[self.rng.usize(..2)],
            (false, _) => Agent::B,
            (true, false) => Agent::A,
        };
        let (started, queued) = self.deliveries(true, false);
        self.starts.push(self.now);
        self.step(Step::Started(agent, started));
        let takes = match self.rng.f64() {
            quick if quick < 0.45 => self.between(0.5, 4.0),
            usual if usual < 0.9 => self.between(20.0, 60.0),
            // Long enough for every check that is promised.
            _ => self.between(100.0, 180.0),
        };
        if self.is_b_there && self.is_a_there && agent == Agent::A && self.chance(0.15) {
            self.now += takes / 2.0;
            self.transfer();
            self.now -= takes / 2.0;
        }
        if self.chance(0.06) {
            self.now += takes / 2.0;
            self.hang_up();
            self.now -= takes / 2.0;
        }
        self.now += takes;
        if self.is_over || !(is_last && self.chance(0.2)) {
            // Where no word at all of a start or its end reaches the queue, nothing heals what the function missed.
            let (ended, _) = self.deliveries(false, !queued);
            self.ends.push(self.now);
            self.step(Step::Ended(agent, ended));
        }
    }

    fn transfer(&mut self) {
        self.step(Step::Transfer);
        self.is_a_there = false;
        let wraps_up = self.between(5.0, 60.0);
        self.steps.push((self.now + wraps_up, Step::WrapUpEnds(Agent::A)));
    }

    fn hang_up(&mut self) {
        let wraps_up = self.chance(0.5);
        self.step(Step::HangUp { wraps_up });
        self.is_over = true;
        for agent in Agent::BOTH {
            let at = self.now + self.between(5.0, 90.0);
            self.steps.push((at, Step::WrapUpEnds(agent)));
        }
    }

    /// Doubled, late, lost; but a started event is never lost on both ways, since nothing could heal that. Gives
    /// whether the queue gets it.
    fn deliveries(&mut self, is_started: bool, must_be_queued: bool) -> (Vec<Delivery>, bool) {
        let names = [Names::Both, Names::Both, Names::User, Names::Nobody][self.rng.usize(..4)];
        let is_function_lost = self.chance(0.08);
        let is_queue_lost = self.chance(0.05) && !(is_started && is_function_lost) && !must_be_queued;
        let mut deliveries = Vec::new();
        for (to, is_lost) in [(Target::Function, is_function_lost), (Target::Queue, is_queue_lost)] {
            let times = if is_lost { 0 } else { 1 + usize::from(self.chance(0.15)) };
            for _ in 0..times {
                let after = match self.rng.f64() {
                    likely if likely < 0.8 => self.between(0.2, 1.5),
                    seldom if seldom < 0.95 => self.between(2.0, 40.0),
                    _ => self.between(40.0, 180.0),
                };
                let killed = self.kill(0.1);
                deliveries.push(Delivery { to, after, killed, names });
            }
        }
        (deliveries, !is_queue_lost)
    }

    /// Mostly between the first requests.
    fn kill(&mut self, chance: f64) -> Option<f64> {
        let when = self.rng.f64().powi(2) * 4.0;
        self.chance(chance).then_some(when)
    }

    fn holds(&mut self) {
        while self.chance(0.25) {
            let (at, takes) = (self.between(0.5, self.now), self.between(2.0, 60.0));
            self.steps.push((at, Step::Hold(true)));
            self.steps.push((at + takes, Step::Hold(false)));
        }
    }

    fn faults(&mut self) {
        let faults = self.rng.usize(..=4);
        for _ in 0..faults {
            let on = [On::Token, On::Conversation, On::Pause, On::Pause, On::Resume, On::Resume]
                [self.rng.usize(..6)];
            let at = self.moment(on);
            if self.chance(0.25) {
                let fault = self.outage(on);
                // Where no screen is reported, a refusal that outlasts the lag is taken at its word.
                let is_believed = matches!(fault, Fault::Status(400 | 404 | 405 | 409))
                    && self.reports == Reports::NoScreens;
                let takes = self.between(0.3, if is_believed { 2.0 } else { 6.0 });
                self.steps.push((at, Step::Outage(on, fault, takes)));
            } else {
                let (fault, times) = (self.fault(on), self.rng.usize(1..=3));
                let times = if matches!(fault, Fault::Missing | Fault::SecondFile(_)) { 1 } else { times };
                self.steps.push((at, Step::Fault(on, fault, times)));
            }
        }
        if self.chance(0.05) {
            let (at, takes) = (self.between(0.0, self.now), self.between(5.0, 30.0));
            let all = [On::Token, On::Conversation, On::Pause, On::Resume];
            let on = if self.chance(0.5) { &all[..] } else { &all[2..] };
            self.steps.extend(on.iter().map(|on| (at, Step::Outage(*on, Fault::Status(503), takes))));
        }
        if self.chance(0.05) {
            let (at, takes) = (self.between(0.0, self.now), self.between(1.0, 30.0));
            self.steps.push((at, Step::Outage(On::Queue, Fault::Status(503), takes)));
        }
    }

    /// Most faults come when they matter.
    fn moment(&mut self, on: On) -> f64 {
        let near = if on == On::Resume { &self.ends } else { &self.starts };
        let near = near.get(self.rng.usize(..near.len().max(1))).copied();
        match near {
            Some(near) if self.chance(0.7) => near + self.between(-0.5, 3.0),
            _ => self.between(0.0, self.now),
        }
    }

    /// What goes on for some seconds.
    fn outage(&mut self, on: On) -> Fault {
        let put = [409, 404, 405, 400, 429, 503, 500, 408];
        let other = [429, 503, 500, 408];
        let is_put = matches!(on, On::Pause | On::Resume);
        let statuses = if is_put { &put[..] } else { &other[..] };
        match self.rng.usize(..8) {
            0 => Fault::Unreachable,
            1 => Fault::RetryAfter(self.rng.u64(0..=4)),
            2 if is_put => Fault::Slow(0.1, self.between(1.0, 3.9)),
            _ => Fault::Status(statuses[self.rng.usize(..statuses.len())]),
        }
    }

    fn fault(&mut self, on: On) -> Fault {
        let is_put = matches!(on, On::Pause | On::Resume);
        match self.rng.usize(..20) {
            0 => Fault::Unreachable,
            1 | 2 => Fault::Broken,
            3 => Fault::Status(429),
            4..6 => Fault::RetryAfter(self.rng.u64(0..=9)),
            6 => Fault::Status(503),
            7 => Fault::Status(408),
            8 => Fault::Status(401),
            9 if is_put => Fault::DoneAnd504,
            10 if is_put => Fault::Silent(None),
            10 => Fault::Silent(Some(0.0)),
            11 if is_put => Fault::Silent(Some(self.between(0.0, 2.0))),
            12 if is_put => Fault::Silent(Some(self.between(2.0, 8.0))),
            13 | 14 if is_put => {
                let done = self.between(0.0, 3.0);
                Fault::Slow(done, done + self.between(0.1, 3.0))
            }
            13 | 14 => Fault::Slow(0.0, self.between(0.5, 1.99)),
            15 if is_put => Fault::Status([409, 404, 405, 400][self.rng.usize(..4)]),
            15 | 16 if on == On::Conversation => Fault::Status(404),
            17 if on == On::Conversation && !self.has_missing() => Fault::Missing,
            // Where each reading trails differently, a second file is seen through the lag only if it begins early.
            16 | 17
                if on == On::Pause
                    && self.reports != Reports::NoScreens
                    && (!self.has_jitter || self.lag < 1.4) =>
            {
                Fault::SecondFile(self.between(0.1, 1.5))
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
        self.now += between(&mut self.rng, least, most);
    }

    fn between(&mut self, least: f64, most: f64) -> f64 {
        between(&mut self.rng, least, most)
    }

    fn chance(&mut self, chance_of: f64) -> bool {
        chance(&mut self.rng, chance_of)
    }
}

fn between(rng: &mut Rng, least: f64, most: f64) -> f64 {
    least + rng.f64() * (most - least)
}

fn chance(rng: &mut Rng, chance: f64) -> bool {
    rng.f64() < chance
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let jitter = if self.has_jitter { "up to " } else { "" };
        writeln!(
            f,
            "seed {}: {:?}, reads trail {jitter}{:.2} s, a request takes {:.2} s, all agents {}, resume delay {} s, \
             verified {}, queue delay {:.1} s",
            self.seed,
            self.reports,
            self.lag,
            self.latency,
            self.all_agents,
            self.resume_delay,
            self.require_verified,
            self.queue_delay,
        )?;
        for (at, step) in &self.steps {
            writeln!(f, "  {at:8.2} s  {step:?}")?;
        }
        Ok(())
    }
}
