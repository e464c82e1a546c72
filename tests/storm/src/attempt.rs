//! Invocations as both storms look back on them: what each was for, how it ended, and what all of them came to.

use secure_pause::genesys::screen_recording::Action;

use crate::tally::Tally;

/// What an invocation was for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What<At> {
    /// An event of that secure pause.
    Event { pause: usize, is_started: bool },
    /// A check of the message that such an event is, which SQS took then.
    Check { pause: usize, is_started: bool, received: At },
    /// A check of a message that the function posted.
    Follow,
    /// An order of a secure flow.
    Order(Action),
}

/// How an invocation ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ended<Answer> {
    /// With an answer.
    Answered(Answer),
    /// With an error of this name.
    Failed(&'static str),
    /// The environment was killed under it.
    Killed,
}

impl<Answer> Ended<Answer> {
    /// Whether there was an answer.
    pub fn is_answered(&self) -> bool {
        matches!(self, Self::Answered(_))
    }
}

/// One invocation.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<At, Answer> {
    pub what: What<At>,
    pub began: At,
    pub ended_at: At,
    pub ended: Ended<Answer>,
    /// Whether it healed nothing.
    pub is_in_vain: bool,
}

impl<At: Copy + Ord, Answer> Attempt<At, Answer> {
    /// Whether it was under way in a span of time.
    pub fn is_meanwhile(&self, from: At, to: At) -> bool {
        self.began < to && self.ended_at > from
    }
}

/// How many invocations healed nothing in a span of time.
pub fn in_vain<At: Copy + Ord, Answer>(attempts: &[Attempt<At, Answer>], from: At, to: At) -> usize {
    attempts.iter().filter(|it| it.is_meanwhile(from, to) && it.is_in_vain).count()
}

/// When the start of one secure pause reached the function.
pub struct Start<At> {
    /// The first invocation for it began.
    first: Option<At>,
    /// The first that was answered began.
    answered: Option<At>,
    /// SQS took the first message of it.
    queued: Option<At>,
}

impl<At: Copy + Ord> Start<At> {
    /// The start of the secure pause of this number.
    pub fn of<Answer>(number: usize, attempts: &[Attempt<At, Answer>]) -> Self {
        let own = |attempt: &&Attempt<At, Answer>| matches!(attempt.what, What::Event { pause, is_started: true } if pause == number);
        let invoked = || attempts.iter().filter(own);
        let queued = attempts.iter().filter_map(|attempt| match attempt.what {
            What::Check { pause, is_started: true, received } if pause == number => Some(received),
            _ => None,
        });
        Self {
            first: invoked().map(|it| it.began).min(),
            answered: invoked().filter(|it| it.ended.is_answered()).map(|it| it.began).min(),
            queued: queued.min(),
        }
    }

    /// Whether an invocation ever answered for it. Where none did, the watch is all there is.
    pub fn is_answered(&self) -> bool {
        self.answered.is_some()
    }

    /// Since when its screens must be dark, but for what is allowed.
    pub fn due(&self) -> Option<At> {
        self.answered.or(self.earliest())
    }

    /// When it was delivered.
    pub fn delivered(&self) -> Option<At> {
        if self.is_answered_at_once() { self.first } else { self.earliest() }
    }

    fn is_answered_at_once(&self) -> bool {
        self.is_answered() && self.answered == self.first
    }

    fn earliest(&self) -> Option<At> {
        self.first.into_iter().chain(self.queued).min()
    }
}

impl Tally {
    /// Counts invocations. Gives what is broken by errors that are none of these.
    pub fn count<At, Answer>(&mut self, attempts: &[Attempt<At, Answer>], expected: &[&str]) -> Vec<String> {
        let mut broken = Vec::new();
        self.invocations = attempts.len();
        for attempt in attempts {
            match attempt.ended {
                Ended::Killed => self.killed += 1,
                Ended::Failed(name) => {
                    self.failed += 1;
                    if !expected.contains(&name) {
                        broken.push(format!("an invocation failed with {name}"));
                    }
                }
                Ended::Answered(_) => {}
            }
        }
        broken
    }

    /// Notes when the initiator's screen was recorded since the start was delivered: before it was dark for the first
    /// time, and again after that.
    pub fn note<At: Copy + Ord>(
        &mut self,
        start: &Start<At>,
        recorded: Vec<(At, At)>,
        life: impl Fn(At, At) -> f64,
    ) {
        let mut spans = recorded.into_iter().peekable();
        let open = spans.next_if(|(from, _)| Some(*from) == start.delivered());
        let exposed = open.map_or(0.0, |(from, to)| life(from, to));
        let exposures = if start.is_answered_at_once() { &mut self.exposures } else { &mut self.healed };
        exposures.push(exposed);
        self.reopened.extend(spans.map(|(from, to)| life(from, to)));
    }
}
