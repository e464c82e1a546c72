//! What is known of each leg: what was sent for it, what came back, and what readings showed. Plain data, kept outside
//! the machine, so that it survives a panic.

use std::time::Duration;

use super::outcome::State;
use super::request::Door;
use super::status::Shown;
use super::targets::Resolution;
use super::voice::Voice;
use crate::config::Timing;
use crate::error::{Answered, Error, Failure, Operation, Retry};
use crate::genesys::REFUSED_TOKENS;
use crate::genesys::conversation::{Recording, Screen, SecurePause};
use crate::genesys::screen_recording::{Action, Answer, Reply};
use crate::ids::ParticipantId;

/// A point in time: how long after the request was received.
pub type Moment = Duration;

/// The last answers of a leg are kept: enough to show to Genesys' support, few enough for a log line.
pub const ANSWERS_KEPT: usize = 8;
/// The longest wait between two requests for a leg, once reads have caught up with the first.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// Everything that is known of one request.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that is known of the request")]
#[derive(Debug, Default)]
pub struct History {
    /// The targets, in the order in which they were found.
    pub legs: Vec<Leg>,
    /// The requests for the voice recording, if there were any.
    pub voice: Option<Voice>,
    /// The screens as last read, if the order only asks for them.
    pub screens: Option<Vec<Shown>>,
    /// How they were found.
    pub resolution: Option<Resolution>,
    /// What the last reading showed.
    pub last: Option<Seen>,
    /// Whether any reading showed the conversation in secure pause.
    pub was_on: bool,
    /// The resume that a pause took back.
    pub withdrawn: Option<Withdrawal>,
    /// Whether a replacement of a leg that has gone was still being looked for at the end.
    pub is_looking_out: bool,
    /// Whether the watch message of this request could not be posted.
    pub is_not_watched: bool,
    /// Whether the last reading showed a screen that is to be dark, of a leg for which nothing can be sent.
    pub is_out_of_reach: bool,
}

/// A resume that a pause took back.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawal {
    /// When the first request of the resume was sent.
    pub sent: Moment,
    /// Whether secure pause read on then or later, and not only a sign of it.
    pub was_on: bool,
}

/// What a reading showed of the conversation.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When it began.
    pub began: Moment,
    /// Secure pause.
    pub secure_pause: SecurePause,
    /// The voice recording.
    pub voice: Recording,
    /// The same by everything that speaks of it: [`crate::genesys::conversation::Conversation::voice_everywhere`].
    pub voice_everywhere: Recording,
    /// Live agent legs that were no target, and whose screen reads `active`.
    pub others_recording: Vec<ParticipantId>,
}

/// One target.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The leg.
    pub participant: ParticipantId,
    /// What is to be done to its screen recording.
    pub action: Action,
    /// Whether it is the initiator's.
    pub is_own: bool,
    /// Requests sent for it.
    pub requests: u32,
    /// When the first of them was sent.
    pub sent: Moment,
    /// The last answers to them.
    pub answers: Vec<Reply>,
    /// The requests of the present action.
    pub current: Sent,
    /// The state that was read before the first request.
    pub before: Screen,
    /// Whether a resume was sent before the requests of the present action.
    pub was_resumed: bool,
    /// Whether a reading showed its screen in another state than `paused`.
    pub was_not_paused: bool,
    /// What the last reading that began after the last request showed.
    pub seen: Option<Screen>,
    /// Since when readings have shown its recording to be over.
    pub over_since: Option<Moment>,
    /// How it ended.
    pub end: Option<LegEnd>,
}

/// The requests of one action for a leg.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that is known of the requests")]
#[derive(Clone, Debug)]
pub struct Sent {
    /// When the first was sent.
    pub first: Moment,
    /// When the last was sent.
    pub last: Moment,
    /// Whether the last is still under way.
    pub is_under_way: bool,
    ended: Option<Moment>,
    /// What came of the last that ended.
    pub fate: Option<Fate>,
    /// How many were accepted.
    pub accepted: u32,
    /// When the first of these was accepted.
    pub first_accepted: Option<Moment>,
    /// When the last of these was accepted.
    pub last_accepted: Option<Moment>,
    /// If the last one was refused: when the first refusal of the unbroken row came.
    pub first_refused: Option<Moment>,
    /// Whether one ended in anything but a refusal.
    is_unrefused: bool,
    /// Whether a reading ended the leg before the last was answered.
    pub is_overtaken: bool,
    /// The next one is not sent before this moment, and never before the last one ended.
    pub due: Moment,
    /// Whether Genesys asked to wait until then.
    pub is_asked_to_wait: bool,
    /// Whether a request was repeated at once because its connection broke. That happens only once.
    has_reconnected: bool,
    failed_late: u32,
    refused_tokens: u32,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// A 2xx. Acknowledged does not mean done.
    Accepted,
    /// A refusal that a reading may explain.
    Refused(Answered),
    /// It failed, or was never answered.
    Failed(Error),
}

/// How a leg ended.
#[derive(Clone, Debug)]
pub struct LegEnd {
    /// The last known state of its screen.
    pub state: State,
    /// Why it failed.
    pub error: Option<Error>,
    /// When that was known; for a dark screen, when its pause was acknowledged.
    pub at: Moment,
    /// When the reading that verified it arrived.
    pub verified: Option<Moment>,
}

impl History {
    /// The leg with this id.
    pub fn leg(&self, participant: ParticipantId) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.participant == participant)
    }

    /// Whether the screens are paused, as far as can be known: at least one target is dark, every target that has not
    /// gone is, a replacement for each one that has gone was looked for, and nobody is out of reach.
    pub fn is_paused(&self, door: Door, require_verified: bool) -> bool {
        if self.is_out_of_reach {
            return false;
        }
        if let Some(screens) = &self.screens {
            return !screens.is_empty() && screens.iter().all(|it| it.dark);
        }
        let mut left = self.left().peekable();
        !self.is_looking_out
            && left.peek().is_some()
            && left.all(|leg| leg.action == Action::Pause && leg.is_dark(door, require_verified))
    }

    /// Whether every target that has not gone was read back as asked for, and at least one was.
    pub fn is_verified(&self) -> bool {
        if let Some(screens) = &self.screens {
            let is_paused = |it: &Shown| it.screen == Screen::Paused;
            return !self.is_out_of_reach && !screens.is_empty() && screens.iter().all(is_paused);
        }
        let mut left = self.left().peekable();
        left.peek().is_some() && left.all(|leg| leg.state() == Some(State::Verified))
    }

    fn left(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|leg| leg.state() != Some(State::Gone))
    }
}

impl Leg {
    /// A target that a request is sent for now.
    pub fn begun(participant: ParticipantId, action: Action, is_own: bool, now: Moment) -> Self {
        Self {
            participant,
            action,
            is_own,
            requests: 1,
            sent: now,
            answers: Vec::new(),
            current: Sent::begun(now),
            before: Screen::Unknown,
            was_resumed: false,
            was_not_paused: false,
            seen: None,
            over_since: None,
            end: None,
        }
    }

    /// Notes what a reading that began then shows of its screen; none if it does not show the leg.
    pub fn read(&mut self, began: Moment, screen: Option<Screen>) {
        let screen = screen.unwrap_or_default();
        if began < self.current.first {
            self.before = screen;
        }
        if began >= self.current.last {
            self.seen = Some(screen);
        }
        let is_over = matches!(screen, Screen::Stopped | Screen::Error | Screen::Timeout);
        self.over_since = is_over.then(|| self.over_since.unwrap_or(began));
        self.was_not_paused |= !matches!(screen, Screen::Paused | Screen::Unknown);
    }

    /// Pauses now a screen that was resumed, whatever became of the resume.
    pub fn take_back(&mut self, now: Moment) {
        (self.action, self.was_resumed) = (Action::Pause, true);
        self.requests += 1;
        self.current = Sent::begun(now);
        self.seen = None;
        self.end = None;
    }

    /// Notes that the request is sent again.
    pub fn sent_again(&mut self, now: Moment) {
        self.requests += 1;
        self.current.sent_again(now);
    }

    /// Notes what came back for the request under way.
    pub fn answered(&mut self, now: Moment, reply: Reply, answer: Result<Answer, Failure>, timing: &Timing) {
        note(&mut self.answers, &mut self.requests, reply, &answer);
        if let Some(error) = self.current.answered(now, answer, timing) {
            self.ended(now, State::Failed, Some(error));
        }
    }

    /// Notes how it ended.
    pub fn ended(&mut self, now: Moment, state: State, error: Option<Error>) {
        if std::mem::take(&mut self.current.is_under_way) {
            (self.current.ended, self.current.is_overtaken) = (Some(now), true);
        }
        let is_dark = !matches!(state, State::Gone | State::Failed);
        let at = self.current.last_accepted.filter(|_| is_dark).unwrap_or(now);
        let verified = (state == State::Verified).then_some(now);
        self.end = Some(LegEnd { state, error, at, verified });
    }

    /// A reading that begins at this moment or later shows that a recorder which has ended its file has not begun
    /// another.
    pub fn no_second_file_at(&self, timing: &Timing) -> Option<Moment> {
        let asked = self.current.last_accepted.unwrap_or(self.current.first);
        self.over_since.map(|since| since.max(asked) + timing.lag)
    }

    /// Whether there is more to know.
    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// Whether the last request was accepted, and none is under way; or it has ended anyway.
    pub fn is_acknowledged(&self) -> bool {
        !self.is_open() || !self.current.is_under_way && self.current.fate == Some(Fate::Accepted)
    }

    /// How it ended, if it has.
    pub fn state(&self) -> Option<State> {
        self.end.as_ref().map(|end| end.state)
    }

    /// The error it failed with.
    pub fn error(&self) -> Option<&Error> {
        self.end.as_ref()?.error.as_ref()
    }

    /// Whether no frame of its screen is stored, as far as can be known. A recorder in an error may start again, so for
    /// a flow it does not count as dark.
    fn is_dark(&self, door: Door, require_verified: bool) -> bool {
        let is_broken = matches!(self.seen, Some(Screen::Error | Screen::Timeout));
        match self.state() {
            Some(State::Verified) => true,
            Some(State::Unverifiable) => !require_verified && self.over_since.is_none(),
            Some(State::Terminated | State::NotRecording) => !(door == Door::Direct && is_broken),
            Some(State::Gone | State::Failed) | None => false,
        }
    }
}

/// Notes an answer; or, if the request was not sent, takes it off the count.
pub(super) fn note(
    answers: &mut Vec<Reply>,
    requests: &mut u32,
    reply: Reply,
    answer: &Result<Answer, Failure>,
) {
    if was_sent(answer) {
        if answers.len() == ANSWERS_KEPT {
            answers.remove(0);
        }
        answers.push(reply);
    } else {
        *requests = requests.saturating_sub(1);
    }
}

/// Whether the request was sent at all. It was not if the token for it, or the time, was missing.
fn was_sent(answer: &Result<Answer, Failure>) -> bool {
    let answered =
        |failure: &Failure| failure.error.answered().is_some_and(|it| it.operation != Operation::Token);
    answer.as_ref().err().is_none_or(answered)
}

impl Sent {
    pub(super) fn begun(now: Moment) -> Self {
        Self {
            first: now,
            last: now,
            is_under_way: true,
            ended: None,
            fate: None,
            accepted: 0,
            first_accepted: None,
            last_accepted: None,
            first_refused: None,
            is_unrefused: false,
            is_overtaken: false,
            due: now,
            is_asked_to_wait: false,
            has_reconnected: false,
            failed_late: 0,
            refused_tokens: 0,
        }
    }

    pub(super) fn sent_again(&mut self, now: Moment) {
        (self.last, self.is_under_way) = (now, true);
    }

    /// When the last request ended, by an answer or by being given up; none while it is under way.
    pub fn ended(&self) -> Option<Moment> {
        self.ended.filter(|_| !self.is_under_way)
    }

    /// Whether one may have been carried out: any that was not refused, even if it was never answered.
    pub fn may_have_landed(&self) -> bool {
        self.is_under_way || self.is_overtaken || self.is_unrefused
    }

    /// Why the last request that ended was not accepted.
    pub fn failure(&self) -> Option<Error> {
        match &self.fate {
            Some(Fate::Failed(error)) => Some(error.clone()),
            Some(Fate::Refused(answered)) => Some(answered.refusal()),
            Some(Fate::Accepted) | None => None,
        }
    }

    /// When a request that failed may be repeated, if it has to wait.
    pub fn repeated_at(&self) -> Option<Moment> {
        Some(self.due).filter(|due| self.has_failed() && Some(*due) > self.ended)
    }

    /// Whether the last request that ended was refused.
    pub fn is_refused(&self) -> bool {
        matches!(self.fate, Some(Fate::Refused(_)))
    }

    /// Whether the last request was not accepted, and is not under way.
    pub fn has_failed(&self) -> bool {
        !self.is_under_way && matches!(self.fate, Some(Fate::Refused(_) | Fate::Failed(_)))
    }

    /// Whether the next request may go out at once, without a reading: the connection broke for the first time,
    /// or Genesys wants a new token.
    pub fn is_due_at_once(&mut self, retry: Option<Retry>) -> bool {
        match retry {
            Some(Retry::Now) => true,
            Some(Retry::Reconnect) => !std::mem::replace(&mut self.has_reconnected, true),
            _ => false,
        }
    }

    /// Returns the error if nothing more may be sent.
    pub(super) fn answered(
        &mut self,
        now: Moment,
        answer: Result<Answer, Failure>,
        timing: &Timing,
    ) -> Option<Error> {
        (self.is_under_way, self.ended, self.due) = (false, Some(now), now);
        self.is_asked_to_wait = false;
        let is_token_refused = matches!(&answer, Err(Failure { error: Error::CredentialsRejected(_), .. }));
        self.refused_tokens = if is_token_refused { self.refused_tokens + 1 } else { 0 };
        let first_refused = self.first_refused.take();
        let failure = match answer {
            Ok(Answer::Acknowledged) => {
                self.accepted += 1;
                self.first_accepted.get_or_insert(now);
                self.last_accepted = Some(now);
                self.is_unrefused = true;
                self.fate = Some(Fate::Accepted);
                return None;
            }
            Ok(Answer::Refused(answered)) => {
                self.first_refused = Some(first_refused.unwrap_or(now));
                self.fate = Some(Fate::Refused(answered));
                return None;
            }
            Err(failure) => failure,
        };
        self.fate = Some(Fate::Failed(failure.error.clone()));
        match failure.retry {
            Retry::Never => Some(failure.error),
            Retry::Now => (self.refused_tokens >= REFUSED_TOKENS).then_some(failure.error),
            Retry::After(wait) | Retry::TokenLimit(wait) if !wait.is_zero() => {
                (self.due, self.is_asked_to_wait) = (now + wait, true);
                None
            }
            Retry::After(_) | Retry::TokenLimit(_) => self.backs_off(now, Duration::ZERO, timing),
            Retry::Reconnect | Retry::Backoff | Retry::Later(_) => {
                self.is_unrefused = true;
                let asked = if let Retry::Later(asked) = failure.retry { asked } else { Duration::ZERO };
                self.backs_off(now, asked, timing)
            }
        }
    }

    /// Waits as long as Genesys asks. Once reads have caught up with the first request, waits longer each time.
    fn backs_off(&mut self, now: Moment, asked: Duration, timing: &Timing) -> Option<Error> {
        let mut own = Duration::ZERO;
        if now >= self.first + timing.lag {
            own = LONGEST_WAIT.min(Duration::from_secs(1 << self.failed_late.min(3)));
            self.failed_late += 1;
        }
        self.due = now + own.max(asked);
        None
    }
}
