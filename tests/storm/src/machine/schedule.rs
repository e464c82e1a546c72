//! What a schedule says: what happens when. All times are seconds, from the moment the call is taken.

use std::fmt;

use crate::draws::{Agent, Delivery};

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
    /// It is never answered, and carried out after these seconds, if at all.
    Silent(Option<f64>),
    /// It is carried out after the first seconds, and answered after the second.
    Slow(f64, f64),
    /// A 2xx that changes nothing.
    NoEffect,
    /// The recorder ends its file in place of pausing it, and begins another after these seconds.
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
    /// A secure pause begins, by this agent; its event names this, and is delivered so.
    Started(Agent, Names, Vec<Delivery>),
    /// It ends.
    Ended(Agent, Names, Vec<Delivery>),
    /// The caller is handed to a secure flow.
    Flow(Flow),
    /// The caller is held, where the voice recording pauses too, or is taken back.
    Hold(bool),
    /// The next requests of a kind go wrong.
    Fault(On, Fault, usize),
    /// Every request of a kind goes wrong, for these seconds.
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
    /// Whether its orders are for the voice, too, as a script's are.
    pub voice: bool,
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
    /// Whether it has snapshots only, and no events.
    pub by_snapshots: bool,
    /// In order of time.
    pub steps: Vec<(f64, Step)>,
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let jitter = if self.has_jitter { "up to " } else { "" };
        writeln!(
            f,
            "seed {}: {:?}, reads trail {jitter}{:.2} s, a request takes {:.2} s, all agents {}, resume delay {} s, \
             verified {}, queue delay {:.1} s, by snapshots {}",
            self.seed,
            self.reports,
            self.lag,
            self.latency,
            self.all_agents,
            self.resume_delay,
            self.require_verified,
            self.queue_delay,
            self.by_snapshots,
        )?;
        for (at, step) in &self.steps {
            writeln!(f, "  {at:8.2} s  {step:?}")?;
        }
        Ok(())
    }
}
