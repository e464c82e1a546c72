//! One target of a plan, from its first request to all there is to know of its screen.

use std::rc::Rc;

use time::OffsetDateTime;
use tokio::time::Instant;

use crate::attempts::Attempts;
use crate::case::Case;
use crate::error::{Answered, Error};
use crate::event::Action;
use crate::genesys::Answer;
use crate::genesys::conversation::{Conversation, Participant, Screen};
use crate::ids::ParticipantId;
use crate::outcome::{State, Target};
use crate::verify::{self, Finding, Since};

/// How many resumes are acknowledged, and the screen still paused, before it is called a failure.
const RESUMES: u32 = 2;

/// A target under way.
#[derive(Debug)]
pub struct Pursuit {
    /// The leg.
    pub participant: ParticipantId,
    /// The requests sent for it.
    pub sent: Rc<Attempts>,
    acknowledged: Option<Acknowledged>,
    /// What the last reading since then showed.
    seen: Option<Screen>,
    /// When that reading was there.
    seen_at: Option<OffsetDateTime>,
    /// Whether a request is under way.
    is_sending: bool,
    end: Option<(State, Option<Error>, OffsetDateTime)>,
}

/// Genesys has taken the request.
#[derive(Clone, Copy, Debug)]
struct Acknowledged {
    first: Instant,
    last: Instant,
    at: OffsetDateTime,
    times: u32,
}

/// How one request ended.
#[derive(Clone, Debug)]
pub enum Landing {
    /// With a 2xx.
    Acknowledged,
    /// Refused, and this is why.
    Explained(State),
}

impl Pursuit {
    /// A target that a request is under way for.
    pub fn begun(participant: ParticipantId) -> Self {
        Self {
            participant,
            sent: Rc::default(),
            acknowledged: None,
            seen: None,
            seen_at: None,
            is_sending: true,
            end: None,
        }
    }

    /// Forgets what became of it, for the other action: a request of that is under way now. Its count goes on.
    pub fn begin_anew(&mut self) {
        let sent = Rc::clone(&self.sent);
        *self = Self { sent, ..Self::begun(self.participant) };
    }

    /// Notes how a request ended. `is_read_back`: whether an acknowledgement will be followed by readings.
    pub fn landed(&mut self, landing: Result<Landing, Error>, is_read_back: bool) {
        self.is_sending = false;
        match landing {
            Ok(Landing::Acknowledged) => {
                let last = Instant::now();
                let before = self.acknowledged;
                self.acknowledged = Some(Acknowledged {
                    first: before.map_or(last, |before| before.first),
                    last,
                    at: OffsetDateTime::now_utc(),
                    times: before.map_or(0, |before| before.times) + 1,
                });
                if !is_read_back {
                    self.ended(State::Unverifiable, None);
                }
            }
            Ok(Landing::Explained(state)) => self.ended(state, None),
            Err(error) => self.ended(State::Failed, Some(error)),
        }
    }

    /// Notes what a reading that began then shows of its screen.
    pub fn see(&mut self, conversation: Option<&Conversation>, began: Instant) {
        if self.is_open() && self.acknowledged.is_some_and(|acknowledged| acknowledged.last <= began) {
            let leg = conversation.and_then(|conversation| conversation.agent_leg(self.participant));
            self.seen = leg.map(Participant::screen);
            self.seen_at = Some(OffsetDateTime::now_utc());
        }
    }

    /// Gives what follows from a reading that began then. Where that is to send the
    /// request again, it is taken to be under way.
    pub fn read(
        &mut self,
        case: &Case<'_>,
        action: Action,
        conversation: Option<&Conversation>,
        began: Instant,
    ) -> Finding {
        let Some(acknowledged) = self.acknowledged.filter(|acknowledged| acknowledged.last <= began) else {
            return Finding::Open;
        };
        if !self.is_open() || self.is_sending {
            return Finding::Open;
        }
        let leg = conversation.and_then(|conversation| conversation.agent_leg(self.participant));
        let since = Since { first: began - acknowledged.first, last: began - acknowledged.last };
        let timing = &case.config.timing;
        let finding = match action {
            Action::Pause => verify::after_pause(leg, since, case.request.door, timing),
            Action::Resume => verify::after_resume(leg, since, timing),
        };
        match finding {
            Finding::Ended(state) => self.ended(state, None),
            Finding::Again if action == Action::Resume && acknowledged.times >= RESUMES => {
                self.ended(State::Failed, Some(Error::NotResumed));
                return Finding::Ended(State::Failed);
            }
            Finding::Again => self.is_sending = true,
            Finding::Open => {}
        }
        finding
    }

    /// Leaves it as it was last read, acknowledged.
    pub fn leave(&mut self) {
        self.is_sending = false;
        self.ended(State::Unverifiable, None);
    }

    /// Whether there is more to know.
    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// Whether Genesys has taken a request for it.
    pub fn is_acknowledged(&self) -> bool {
        self.acknowledged.is_some()
    }

    /// Whether it is acknowledged and waits for a reading.
    pub fn awaits_reading(&self) -> bool {
        self.is_open() && self.acknowledged.is_some()
    }

    /// Whether a reading that began then trails its resume no more.
    pub fn is_read_last(&self, case: &Case<'_>, began: Instant) -> bool {
        let wait = case.config.timing.after_resume;
        self.is_open() && self.acknowledged.is_some_and(|acknowledged| began >= acknowledged.last + wait)
    }

    /// How it ended, where it has.
    pub fn state(&self) -> Option<State> {
        self.end.as_ref().map(|(state, ..)| *state)
    }

    /// The error it failed with, if it did.
    pub fn error(&self) -> Option<&Error> {
        self.end.as_ref().and_then(|(_, error, _)| error.as_ref())
    }

    fn ended(&mut self, state: State, error: Option<Error>) {
        let at = self.acknowledged.filter(|_| state.is_dark()).map(|acknowledged| acknowledged.at);
        self.end = Some((state, error, at.unwrap_or_else(OffsetDateTime::now_utc)));
    }

    /// Ends it by what is known, since nothing more will be: the time is up, or there is no need. `unread` is
    /// the error for a target that no reading has shown, or, if `is_strict`, none that was late enough.
    pub fn give_up(&mut self, action: Action, is_time_up: bool, unread: Option<&Error>, is_strict: bool) {
        if !self.is_open() {
            return;
        }
        match (self.seen, action) {
            _ if self.acknowledged.is_none() => self.ended(State::Failed, None),
            (Some(Screen::Active), Action::Pause) => {
                self.ended(State::Failed, is_time_up.then_some(Error::NotPaused));
            }
            (Some(Screen::Paused), Action::Resume) if is_time_up => {
                self.ended(State::Failed, Some(Error::NotResumed));
            }
            _ if unread.is_some() && (is_strict || self.seen.is_none()) => {
                self.ended(State::Unverifiable, unread.cloned());
            }
            (Some(Screen::Paused), Action::Pause) => self.ended(State::Verified, None),
            _ => self.ended(State::Unverifiable, None),
        }
    }

    /// What is reported of it.
    pub fn into_target(self, action: Action) -> Target {
        let (state, error, at) = self.end.unwrap_or_else(|| (State::Failed, None, OffsetDateTime::now_utc()));
        Target {
            state,
            error,
            at,
            acknowledged_at: self.acknowledged.map(|acknowledged| acknowledged.at),
            verified_at: self.seen_at.filter(|_| state == State::Verified),
            ..Target::of(self.participant, action, &self.sent)
        }
    }
}

/// Sends one request for a leg, and finds out why where Genesys refuses it.
///
/// # Errors
/// How it failed, after all attempts that fit before the deadline.
pub async fn send(
    case: &Case<'_>,
    action: Action,
    participant: ParticipantId,
    sent: &Attempts,
    refused: impl AsyncFnOnce(u16, Answered) -> Result<State, Error>,
) -> Result<Landing, Error> {
    let conversation = case.request.conversation;
    match case.genesys.screen_recording(action, conversation, participant, case.deadline, sent).await? {
        Answer::Acknowledged => Ok(Landing::Acknowledged),
        Answer::Refused(status, answered) => refused(status.as_u16(), answered).await.map(Landing::Explained),
    }
}
