//! The voice recording of an order with `"voice": true`: what was sent for it, and what is known of it.
//!
//! A pause is sent with the first pause of a screen, and repeated as that is, by the same readings. A resume comes before
//! every resume of a screen. It is sent once: nobody could tell a secure pause that began since from the one it is to
//! end. Only a request that Genesys refused for its token is sent again.

use std::time::Duration;

use serde::Serialize;

use super::history::{Fate, Moment, Seen, Sent, note};
use super::outcome::Outcome;
use super::read_back::{self, Finding, Reading};
use super::request::Phase;
use super::tables::{Await, End, Rule};
use super::{Command, Decider, silence};
use crate::config::Timing;
use crate::error::{Error, Failure, Retry};
use crate::genesys::conversation::{Recording, Screen, SecurePause};
use crate::genesys::screen_recording::{Action, Answer, Reply};

/// A reading usually takes no longer than this. Readings may lag behind the voice's resume. So one is begun this long
/// before the last moment at which the screens may still be resumed.
const READING: Duration = Duration::from_millis(300);

/// The voice recording, as an order's answer has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    /// It is paused.
    Paused,
    /// It is being recorded.
    Active,
    /// Nobody can say.
    Unknown,
}

/// The requests for the voice recording of one order.
#[derive(Clone, Debug)]
pub struct Voice {
    /// What is to be done to it.
    pub action: Action,
    /// Requests sent.
    pub requests: u32,
    /// When the first of them was sent.
    pub sent: Moment,
    /// The last answers to them.
    pub answers: Vec<Reply>,
    /// The requests.
    pub current: Sent,
    /// From when on a reading shows what the last request did: a while after it was answered.
    pub settled: Option<Moment>,
    /// Why no more are sent.
    pub error: Option<Error>,
}

impl Voice {
    /// A request that is sent now.
    pub fn begun(action: Action, now: Moment) -> Self {
        let (answers, current) = (Vec::new(), Sent::begun(now));
        Self { action, requests: 1, sent: now, answers, current, settled: None, error: None }
    }

    /// Notes that the request is sent again.
    pub fn sent_again(&mut self, now: Moment) {
        self.requests += 1;
        self.settled = None;
        self.current.sent_again(now);
    }

    /// Notes what came back for the request under way. Returns whether it is sent again at once.
    pub fn answered(
        &mut self,
        (now, deadline): (Moment, Moment),
        reply: Reply,
        answer: Result<Answer, Failure>,
        timing: &Timing,
    ) -> bool {
        let retry = answer.as_ref().err().map(|failure| failure.retry);
        note(&mut self.answers, &mut self.requests, reply, &answer);
        let is_final = self.current.answered(now, answer, timing);
        self.settled = Some(now + timing.direct_settled);
        let may_repeat = match self.action {
            Action::Pause => !self.current.is_asked_to_wait || self.current.due < deadline,
            Action::Resume => retry == Some(Retry::Now),
        };
        self.error = is_final.or_else(|| self.failure().filter(|_| !may_repeat));
        self.error.is_none() && self.current.is_due_at_once(retry)
    }

    /// When the request under way is given up. A resume is given up sooner, because the screens wait for it.
    pub fn silent_at(&self) -> Option<Moment> {
        let patience = if self.action == Action::Pause { super::SILENCE } else { read_back::PATIENCE };
        self.current.is_under_way.then(|| self.current.last + patience)
    }

    /// What a reading that shows the voice so says about the pause.
    pub fn after(&self, shown: Recording, reading: Reading<'_>) -> Finding {
        let refused = self.current.first_refused.filter(|_| !self.current.is_under_way);
        let is_refused_for_good = refused.is_some_and(|at| reading.began >= at + reading.timing.lag);
        let is_settled = self.current.accepted > 0 && shown == Recording::Paused;
        let screen = if shown == Recording::Active { Screen::Active } else { Screen::Unknown };
        match self.failure() {
            _ if self.error.is_some() || self.action == Action::Resume => Finding::Open,
            _ if reading.began < self.current.last || is_settled => Finding::Open,
            Some(error) if is_refused_for_good => Finding::Failed(error),
            _ => read_back::again(&self.current, screen, reading),
        }
    }

    /// Whether more can become known of it. A pause is waited for until it is read back, or its state is reported to
    /// nobody; a resume, until it is answered.
    pub fn is_open(&self, last: Option<&Seen>, timing: &Timing) -> bool {
        if self.current.is_under_way || self.action == Action::Resume || self.error.is_some() {
            return self.current.is_under_way;
        }
        let began = last.map(|seen| seen.began);
        let is_read = began.is_some_and(|began| self.settled.is_some_and(|settled| began >= settled));
        let caught_up = self.current.first_accepted.map(|at| at + timing.lag);
        let is_untold = caught_up.is_some_and(|at| began.is_some_and(|began| began >= at));
        match told(Some(self), Some(Action::Pause), last) {
            Told::Paused => !is_read,
            Told::Unknown => !(is_untold && is_read),
            Told::Active => true,
        }
    }

    /// The moments from which on a reading can end something, or allow the resume of a screen.
    pub fn decisive(&self, deadline: Moment, timing: &Timing) -> impl Iterator<Item = Moment> + use<> {
        let sent = &self.current;
        let caught_up = sent.first_accepted.or(sent.first_refused).map(|at| at + timing.lag);
        let moments = match self.action {
            _ if self.error.is_some() && self.action == Action::Pause => [None; 3],
            Action::Pause => [self.settled, caught_up, sent.repeated_at()],
            Action::Resume => {
                let last_chance = deadline.saturating_sub(timing.afterwards + READING);
                [sent.ended(), Some(last_chance), sent.ended().map(|at| at + timing.lag)]
            }
        };
        moments.into_iter().flatten()
    }

    /// Why the last request that ended was not accepted.
    pub fn failure(&self) -> Option<Error> {
        match &self.current.fate {
            Some(Fate::Refused(answered)) => Some(Error::Rejected(answered.clone())),
            _ => self.current.failure(),
        }
    }
}

/// Whether an order to resume the voice, too, waits for it. `began`: when the reading began that is judged.
pub fn awaited(voice: Option<&Voice>, began: Moment, timing: &Timing) -> Await {
    match voice.and_then(|voice| voice.current.ended()) {
        Some(ended) if began >= ended + timing.lag => Await::Nothing,
        Some(ended) if began >= ended => Await::Lag,
        Some(_) | None => Await::Answer,
    }
}

/// The voice by the last reading. Only a reading that began after the last request shows what that did. A voice that merely
/// reads paused may be on hold: that counts as a pause only after a 2xx, a while after the last answer. A secure pause that
/// is said to be on counts at once.
pub fn told(voice: Option<&Voice>, ordered: Option<Action>, last: Option<&Seen>) -> Told {
    let since = voice.map(|voice| voice.current.last).unwrap_or_default();
    let Some(seen) = last else { return Told::Unknown };
    let (is_later, is_on) = (seen.began >= since, seen.secure_pause == SecurePause::On);
    let proves = |voice: &Voice| {
        voice.current.accepted > 0 && voice.settled.is_some_and(|settled| seen.began >= settled)
    };
    let is_proven = is_on || voice.is_some_and(proves);
    match (seen.voice_everywhere, ordered) {
        (Recording::Active, Some(Action::Resume)) if !is_later => Told::Unknown,
        (Recording::Active, _) => Told::Active,
        (Recording::Paused, Some(Action::Pause)) if !is_later || !is_proven => Told::Unknown,
        (Recording::Paused, _) => Told::Paused,
        (Recording::Untold, _) => Told::Unknown,
    }
}

// What the machine does about it.
impl Decider<'_> {
    /// Sends the request for the voice if the reading calls for the order at all, or again if it must be repeated.
    pub(super) fn steer_voice(&mut self, began: Moment) {
        let calls_for_it =
            matches!(self.rule, Some(Rule::Pause(_) | Rule::Look(End::Outcome(Outcome::Deferred))));
        if self.request.voice && self.history.voice.is_none() && calls_for_it {
            return self.begin_voice();
        }
        let (Some(voice), Some(seen)) = (&mut self.history.voice, &self.history.last) else { return };
        let (door, now, timing) = (self.request.door, self.now, &self.policy.timing);
        let reading = Reading { began, now, door, not_recorded: &self.policy.not_recorded, timing };
        match voice.after(seen.voice_everywhere, reading) {
            Finding::Failed(error) => voice.error = Some(error),
            Finding::Again => self.send_voice(),
            Finding::Instead => {
                self.give_up_voice();
                self.send_voice();
            }
            Finding::Ended(_) | Finding::Open => {}
        }
    }

    fn begin_voice(&mut self) {
        let is_end = self.request.phase == Some(Phase::Ended);
        let action = if is_end { Action::Resume } else { Action::Pause };
        self.history.voice = Some(Voice::begun(action, self.now));
        self.commands.push(Command::SendVoice(action));
    }

    fn send_voice(&mut self) {
        if let Some(voice) = &mut self.history.voice {
            voice.sent_again(self.now);
            self.commands.push(Command::SendVoice(voice.action));
        }
    }

    pub(super) fn voice_answered(&mut self, reply: Reply, answer: Result<Answer, Failure>) {
        let Some(voice) = self.history.voice.as_mut().filter(|voice| voice.current.is_under_way) else {
            return;
        };
        if voice.answered((self.now, self.deadline), reply, answer, &self.policy.timing) {
            self.send_voice();
        }
    }

    fn give_up_voice(&mut self) {
        let Some(action) = self.history.voice.as_ref().map(|voice| voice.action) else { return };
        self.commands.push(Command::GiveUpVoice);
        self.voice_answered(Reply::default(), Err(silence(action.operation_on_voice())));
    }

    /// What follows for the voice from the time alone.
    pub(super) fn voice_passed(&mut self) {
        let silent = self.history.voice.as_ref().and_then(Voice::silent_at);
        if silent.is_some_and(|at| self.now >= at) {
            self.give_up_voice();
            if self.request.phase == Some(Phase::Started) {
                self.send_voice();
            }
        } else if self.is_voice_due_unread() && self.now >= self.unread_at() {
            self.begin_voice();
        }
    }

    pub(super) fn is_voice_due_unread(&self) -> bool {
        self.request.voice && self.history.voice.is_none() && self.may_pause_unread()
    }

    pub(super) fn is_voice_open(&self) -> bool {
        let (last, timing) = (self.history.last.as_ref(), &self.policy.timing);
        self.history.voice.as_ref().is_some_and(|voice| voice.is_open(last, timing))
    }
}
