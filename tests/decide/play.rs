//! The machine in virtual time: a script says what readings show and how requests are answered; commands come out.
//! What every run must keep is checked at the end of each (`promises`).

use secure_pause::config::Policy;
use secure_pause::decide::history::{History, Moment};
use secure_pause::decide::outcome::Outcome;
use secure_pause::decide::request::{Door, Phase, Request};
use secure_pause::decide::tables::Reads;
use secure_pause::decide::voice::{Told, told};
use secure_pause::decide::{Command, Decider, Input};
use secure_pause::error::{Answered, Error, Operation, What};
use secure_pause::genesys::conversation::Conversation;
use secure_pause::genesys::screen_recording::{Action, Reply};
use secure_pause::ids::ParticipantId;
use serde_json::Value;

use crate::fixtures::{AGENT_A, Came, LEG_A, acknowledged, id, ms, request, unread};
use crate::promises;
use crate::stage::Stage;

/// More steps than any run takes.
const STEPS: usize = 2_000;

/// How a reading ends.
#[derive(Clone, Debug)]
pub enum Shows {
    /// With this body; none where Genesys does not know the conversation.
    Body(Value),
    /// With this error.
    Fails(Error),
    /// Not before it is given up.
    Hangs,
}

/// How a request for a leg ends, and after how many milliseconds; or never.
#[derive(Clone, Debug)]
pub struct Ends {
    pub takes: u64,
    pub came: Option<Came>,
}

/// How long a reading takes, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// Until the request is sent that is answered: the client makes failed ones again.
    pub retries: u64,
    /// From then on.
    pub answer: u64,
}

/// The script of one run.
#[derive(Debug)]
pub struct Play {
    pub request: Request,
    pub policy: Policy,
    /// How old the event is when it is received, in milliseconds.
    pub age: i64,
    /// When the time is over.
    pub deadline: u64,
    /// What readings show that begin from a moment on. The last that fits holds.
    pub readings: Vec<(u64, Shows)>,
    /// How long the readings take, one after the other, over and over.
    pub takes: Vec<Takes>,
    /// How requests end that are sent from a moment on. The last that fits holds.
    pub answers: Vec<(u64, Action, Ends)>,
    /// The same of requests for the voice.
    pub voice: Vec<(u64, Ends)>,
}

/// What was fed to the machine in one step.
#[derive(Debug)]
pub enum Fed {
    Time,
    Reading { began: Moment, read: Result<Option<Conversation>, Error> },
    Answer(ParticipantId, Came),
    VoiceAnswer(Came),
}

impl Fed {
    fn input(&self) -> Input<'_> {
        match self {
            Self::Time => Input::Time,
            Self::Reading { began, read } => {
                let read = read.as_ref().map(Option::as_ref).map_err(Clone::clone);
                Input::Reading { began: *began, read }
            }
            Self::Answer(leg, answer) => {
                Input::Answer { leg: *leg, reply: Reply::default(), answer: answer.clone() }
            }
            Self::VoiceAnswer(answer) => {
                Input::VoiceAnswer { reply: Reply::default(), answer: answer.clone() }
            }
        }
    }
}

/// One step, and what came of it.
#[derive(Debug)]
pub struct Step {
    pub now: Moment,
    pub fed: Fed,
    pub commands: Vec<Command>,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Played {
    pub steps: Vec<Step>,
    pub history: History,
    pub end: Result<Outcome, Error>,
}

impl Play {
    /// The first agent's secure pause, just now. Nothing is read, and every request is acknowledged after 100 ms.
    pub fn new(door: Door, phase: Phase) -> Self {
        Self::of(request(door, phase, Some(AGENT_A), None))
    }

    /// A snapshot from just now.
    pub fn snapshot() -> Self {
        Self::of(request(Door::Snapshot, None, None, None))
    }

    fn of(request: Request) -> Self {
        let deadline = if matches!(request.door, Door::Event | Door::Snapshot) { 29_500 } else { 8_000 };
        Self {
            request,
            policy: Policy::default(),
            age: 0,
            deadline,
            readings: Vec::new(),
            takes: vec![Takes { retries: 0, answer: 50 }],
            answers: Vec::new(),
            voice: Vec::new(),
        }
    }

    pub fn started() -> Self {
        Self::new(Door::Event, Phase::Started)
    }

    pub fn ended() -> Self {
        Self::new(Door::Event, Phase::Ended)
    }

    /// The same, with something changed.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The event is this old, in milliseconds.
    pub fn aged(self, age: i64) -> Self {
        self.with(|play| play.age = age)
    }

    /// The event names the first agent's leg, too.
    pub fn naming_the_leg(self) -> Self {
        self.with(|play| play.request.participant = Some(id(LEG_A)))
    }

    /// Readings that begin from then on show this.
    pub fn reads(self, from: u64, body: Value) -> Self {
        self.with(|play| play.readings.push((from, Shows::Body(body))))
    }

    /// Readings that begin from then on fail.
    pub fn fails_to_read(self, from: u64) -> Self {
        self.with(|play| play.readings.push((from, Shows::Fails(unread()))))
    }

    /// Readings that begin from then on give way to pauses.
    pub fn gives_way(self, from: u64) -> Self {
        let (operation, what) = (Operation::Conversation, What::LimitReached);
        let answered = Answered { operation, what, correlation: None };
        self.with(|play| play.readings.push((from, Shows::Fails(Error::RateLimited(answered)))))
    }

    /// Readings that begin from then on do not come back.
    pub fn hangs(self, from: u64) -> Self {
        self.with(|play| play.readings.push((from, Shows::Hangs)))
    }

    /// Each reading takes this long, in milliseconds.
    pub fn reading_takes(self, answer: u64) -> Self {
        self.with(|play| play.takes = vec![Takes { retries: 0, answer }])
    }

    /// The first reading is made again and again for so long, in milliseconds.
    pub fn reads_only_after(self, retries: u64) -> Self {
        let usual = std::iter::repeat_n(Takes { retries: 0, answer: 50 }, 50);
        let takes = std::iter::once(Takes { retries, answer: 50 }).chain(usual).collect();
        self.with(|play| play.takes = takes)
    }

    /// Requests that are sent from then on are answered so, after `takes` milliseconds.
    pub fn answers(self, from: u64, action: Action, takes: u64, came: Came) -> Self {
        self.with(|play| play.answers.push((from, action, Ends { takes, came: Some(came) })))
    }

    /// Requests that are sent from then on are not answered.
    pub fn leaves_unanswered(self, from: u64, action: Action) -> Self {
        self.with(|play| play.answers.push((from, action, Ends { takes: 0, came: None })))
    }

    /// The order is for the voice, too.
    pub fn with_voice(self) -> Self {
        self.with(|play| play.request.voice = true)
    }

    /// Requests for the voice that are sent from then on are answered so, after 100 ms.
    pub fn answers_voice(self, from: u64, came: Came) -> Self {
        self.with(|play| play.voice.push((from, Ends { takes: 100, came: Some(came) })))
    }

    /// Requests for the voice that are sent from then on are not answered.
    pub fn leaves_voice_unanswered(self, from: u64) -> Self {
        self.with(|play| play.voice.push((from, Ends { takes: 0, came: None })))
    }

    /// What a reading shows that begins at this moment.
    pub fn shown(&self, at: Moment) -> Shows {
        let fits = |(from, _): &&(u64, Shows)| ms(*from) <= at;
        self.readings.iter().rfind(fits).map_or(Shows::Hangs, |(_, shows)| shows.clone())
    }

    /// How a request ends that is sent at this moment.
    pub fn answer(&self, action: Action, at: Moment) -> Ends {
        let fits = |(from, of, _): &&(u64, Action, Ends)| *of == action && ms(*from) <= at;
        let usual = || Ends { takes: 100, came: Some(acknowledged()) };
        self.answers.iter().rfind(fits).map_or_else(usual, |(.., ends)| ends.clone())
    }

    /// How a request for the voice ends that is sent at this moment.
    pub fn voice_answer(&self, at: Moment) -> Ends {
        let fits = |(from, _): &&(u64, Ends)| ms(*from) <= at;
        let usual = || Ends { takes: 100, came: Some(acknowledged()) };
        self.voice.iter().rfind(fits).map_or_else(usual, |(_, ends)| ends.clone())
    }

    /// Runs to the end, and checks what every run must keep.
    pub fn run(&self) -> Played {
        let played = self.run_unchecked();
        let broken = promises::broken(self, &played);
        assert!(broken.is_empty(), "{broken:#?} in {}", played.story());
        played
    }

    /// Runs to the end.
    pub fn run_unchecked(&self) -> Played {
        let mut history = History::default();
        let age = time::Duration::milliseconds(self.age);
        let mut decider = Decider::new(&self.request, &self.policy, &mut history, age, ms(self.deadline));
        let mut stage = Stage::new(self);
        let mut steps = Vec::new();
        let end = loop {
            let (now, fed) = stage.next();
            let commands = decider.next(now, fed.input());
            let end = stage.carry_out(now, &commands);
            steps.push(Step { now, fed, commands });
            if let Some(end) = end {
                break end;
            }
            assert!(steps.len() < STEPS, "it never ends");
        };
        let legs = decider.history().legs.len();
        assert_eq!(legs, history.legs.len(), "the machine shows the history it was given");
        Played { steps, history, end }
    }
}

impl Played {
    /// When the readings were begun, in milliseconds.
    pub fn readings(&self) -> Vec<u128> {
        let is_read =
            |step: &&Step| step.commands.iter().any(|command| matches!(command, Command::Read { .. }));
        self.steps.iter().filter(is_read).map(|step| step.now.as_millis()).collect()
    }

    /// What would be answered of the voice.
    pub fn voice(&self, play: &Play) -> Told {
        let action = play.request.phase.map(|phase| match phase {
            Phase::Started => Action::Pause,
            Phase::Ended => Action::Resume,
        });
        told(self.history.voice.as_ref(), action, self.history.last.as_ref())
    }

    /// Whether `paused: true` would be answered.
    pub fn is_paused(&self, play: &Play) -> bool {
        self.end.is_ok() && self.history.is_paused(play.request.door, play.policy.require_verified)
    }
}

impl Step {
    /// What the reading says that arrived in this step.
    pub fn reads(&self) -> Option<Reads> {
        match &self.fed {
            Fed::Reading { read: Ok(conversation), .. } => Some(Reads::of(conversation.as_ref())),
            Fed::Time | Fed::Reading { .. } | Fed::Answer(..) | Fed::VoiceAnswer(_) => None,
        }
    }
}
