//! What both kinds of schedule draw in the same way: who, how long, how late, and what is killed.

use fastrand::Rng;

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

/// One delivery of an event.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// By the first rule to the function, or by the second to the watch queue.
    pub to: Target,
    /// How late.
    pub after: f64,
    /// When the function is killed under the first invocation that it leads to, if it is.
    pub killed: Option<f64>,
}

/// Where a rule delivers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The function.
    Function,
    /// The watch queue.
    Queue,
}

/// Chance, from a seed. Whoever changes the order of draws changes what every seed plays.
pub struct Draws {
    rng: Rng,
    /// No invocation is killed later than this, in seconds after it began.
    last_kill: f64,
}

impl Draws {
    /// The draws of a seed: always the same ones.
    pub fn of(seed: u64, last_kill: f64) -> Self {
        Self { rng: Rng::with_seed(seed), last_kill }
    }

    /// Whether something happens that happens this often.
    pub fn chance(&mut self, of: f64) -> bool {
        self.rng.f64() < of
    }

    /// A number between these two.
    pub fn between(&mut self, least: f64, most: f64) -> f64 {
        least + self.rng.f64() * (most - least)
    }

    /// A whole number of this range.
    pub fn whole(&mut self, range: impl std::ops::RangeBounds<u64>) -> u64 {
        self.rng.u64(range)
    }

    /// A number of this range, to count with.
    pub fn count(&mut self, range: impl std::ops::RangeBounds<usize>) -> usize {
        self.rng.usize(range)
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.rng.usize(..all.len())]
    }

    /// Who begins a secure pause, by who of the two is on the call.
    pub fn initiator(&mut self, is_there: [bool; 2]) -> Agent {
        match is_there {
            [true, true] => self.one_of(&Agent::BOTH),
            [false, _] => Agent::B,
            [true, false] => Agent::A,
        }
    }

    /// How long a secure pause takes.
    pub fn secure_pause(&mut self) -> f64 {
        match self.rng.f64() {
            quick if quick < 0.45 => self.between(0.5, 4.0),
            usual if usual < 0.9 => self.between(20.0, 60.0),
            // Long enough for every check that is promised.
            _ => self.between(100.0, 180.0),
        }
    }

    /// When an invocation is killed, if it is: mostly between its first requests.
    pub fn kill(&mut self, chance: f64) -> Option<f64> {
        let when = self.rng.f64().powi(2) * self.last_kill;
        self.chance(chance).then_some(when)
    }

    /// The deliveries of one event by each rule: late, doubled, or none where that one loses it.
    pub fn deliveries(&mut self, is_function_lost: bool, is_queue_lost: bool) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for (to, is_lost) in [(Target::Function, is_function_lost), (Target::Queue, is_queue_lost)] {
            let times = if is_lost { 0 } else { 1 + usize::from(self.chance(0.15)) };
            for _ in 0..times {
                let after = self.lateness();
                let killed = self.kill(0.1);
                deliveries.push(Delivery { to, after, killed });
            }
        }
        deliveries
    }

    fn lateness(&mut self) -> f64 {
        match self.rng.f64() {
            likely if likely < 0.8 => self.between(0.2, 1.5),
            seldom if seldom < 0.95 => self.between(2.0, 40.0),
            _ => self.between(40.0, 180.0),
        }
    }
}
