//! The machine: it decides one event, snapshot, order or check, from its first reading to its end. Pure: time, readings
//! and answers go in, commands come out. [`crate::reconcile`] carries them out.
//!
//! Below, a *request* is one HTTP request. Reads may lag behind writes by up to 3 s, the *lag*. A *sign* of a secure pause:
//! the voice reads PAUSED, or a flow's leg (`ivr`, `workflow`) is live.
//!
//! # Properties
//! - P1 A pause never waits for readings that do not come. The first goes out on the first reading, or, if the event
//!   names a participant, without a reading after 2.5 s.
//! - P2 No resume without a fresh reading. Each is sent in the step in which a reading arrives that allows it and began
//!   less than 2 s ago, and only after that leg's previous request ended.
//! - P3 No resume without a look afterwards. It is sent only if 5 s are left. After it, the conversation is read until a
//!   reading began a lag after the last request ended. If secure pause is on by then, the screens are paused again. A
//!   sign is enough for that, but not at the direct door.
//! - P4 An `ended` event, a snapshot and a check resume nothing on a sign. A check pauses on a sign only a screen that
//!   two readings, a lag apart, show recorded. A start and an order need no sign.
//! - P5 An answer is one proof, a reading another ([`read_back`]).
//! - P6 One reading that misses the conversation is not enough to stop. Two must miss it.
//! - P7 A late pause is followed: it posts a watch message ([`follow`]). A later pause that is late too, or not answered,
//!   posts another at the end. An order's pause or a snapshot's posts one in any case.
//! - P8 `paused` is claimed only if every target that has not gone is dark, a replacement for each one that has gone was
//!   looked for, and no live agent is out of reach: one whose leg has no id, so that nothing can be sent for it.
//! - P9 A recorder that begins a second file is paused again: readings go on through the lag.
//! - P10 The same inputs give the same commands.
//!
//! # Races
//! - *A resume is on its way when a secure pause begins.* The reading after it shows On: paused again (P3).
//! - *A resume fails, and a secure pause begins before it is repeated.* The repeat waits for a reading (P2).
//! - *A pause lands after its secure pause ended.* The resume of the end finds it, or the message of P7 does.
//! - *A start and an end are delivered the wrong way round.* Neither is believed: the reading decides.
//! - *A reading is older than the request before it.* Only readings that began after a request speak of it.

pub mod ending;
pub mod follow;
pub mod history;
pub mod outcome;
mod pausing;
pub mod proof;
pub mod read_back;
pub mod request;
mod resuming;
pub mod schedule;
pub mod status;
pub mod tables;
pub mod targets;
pub mod voice;

use std::collections::BTreeMap;
use std::time::Duration;

use self::ending::Course;
use self::history::{History, Leg, Moment, Seen};
use self::outcome::{Outcome, State};
use self::read_back::{Finding, Reading};
use self::request::{Door, Phase, Request};
use self::resuming::STALE_READING;
use self::schedule::Readings;
use self::status::Shown;
use self::tables::{Await, BETWEEN_LOOKS, BETWEEN_MISSES, End, Reads, Rule, Situation};
use self::targets::{Legs, Resolution};
use self::voice::Voice;
use crate::config::Policy;
use crate::error::{Answered, Error, Failure, Operation, Retry, What};
use crate::genesys::Rank;
use crate::genesys::conversation::{Conversation, Participant, Screen};
use crate::genesys::screen_recording::{Action, Answer, Reply};
use crate::ids::ParticipantId;

/// A request without an answer is given up after this.
pub const SILENCE: Duration = Duration::from_secs(4);
/// The least time that a resume gets for its answer, however little is left: ten times what an answer usually takes.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// What happened.
#[derive(Debug)]
pub enum Input<'c> {
    /// Time has passed.
    Time,
    /// A reading arrived.
    Reading {
        /// When the request that was answered was sent.
        began: Moment,
        /// The conversation; none if Genesys knows no such conversation.
        read: Result<Option<&'c Conversation>, Error>,
    },
    /// The request under way for a leg was answered.
    Answer {
        /// The leg.
        leg: ParticipantId,
        /// What came back, for the record.
        reply: Reply,
        /// What it means.
        answer: Result<Answer, Failure>,
    },
    /// The request under way for the voice recording was answered.
    VoiceAnswer {
        /// What came back, for the record.
        reply: Reply,
        /// What it means.
        answer: Result<Answer, Failure>,
    },
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Read the conversation.
    Read {
        /// Give up at this moment.
        until: Moment,
        /// What it does where Genesys' limit is reached. Once something was sent, its readings go first.
        rank: Rank,
    },
    /// Send the request for a leg.
    Send(ParticipantId, Action),
    /// Stop waiting for the request under way for a leg.
    GiveUp(ParticipantId),
    /// Send the request for the voice recording.
    SendVoice(Action),
    /// Stop waiting for the request under way for the voice recording.
    GiveUpVoice,
    /// Post the watch message, in the background.
    PostWatch,
    /// If nothing happens before this moment, go on then.
    WaitUntil(Moment),
    /// The request has ended.
    End(Result<Outcome, Error>),
}

type Ended = Option<Result<Outcome, Error>>;

/// The machine. See the module.
#[derive(Debug)]
pub struct Decider<'a> {
    request: &'a Request,
    policy: &'a Policy,
    history: &'a mut History,
    /// How old the event was when it was received.
    age: time::Duration,
    deadline: Moment,
    now: Moment,
    readings: Readings,
    /// What the last reading said, and since when readings have said the same.
    said: Option<(Reads, Moment)>,
    /// What the last reading called for.
    rule: Option<Rule>,
    /// When the first reading found nobody to pause.
    nobody_since: Option<Moment>,
    /// Since when each screen has read `active` while there was only a sign of a secure pause.
    active_since: BTreeMap<ParticipantId, Moment>,
    /// Why no reading could be had, if a resume was therefore taken back blindly.
    blind: Option<Error>,
    /// Whether another dark screen was found too late to resume it. The check or event that comes next has to.
    is_left_dark: bool,
    /// When the last watch message was posted.
    watch_posted: Option<Moment>,
    commands: Vec<Command>,
}

impl<'a> Decider<'a> {
    /// A request that was received just now, when its event was `age` old. An event from the future, by a clock that is
    /// ahead, counts as just happened.
    pub fn new(
        request: &'a Request,
        policy: &'a Policy,
        history: &'a mut History,
        age: time::Duration,
        deadline: Moment,
    ) -> Self {
        Self {
            request,
            policy,
            history,
            age: age.max(time::Duration::ZERO),
            deadline,
            now: Moment::ZERO,
            readings: Readings::default(),
            said: None,
            rule: None,
            nobody_since: None,
            active_since: BTreeMap::new(),
            blind: None,
            is_left_dark: false,
            watch_posted: None,
            commands: Vec::new(),
        }
    }

    /// What is known of the request.
    pub fn history(&mut self) -> &mut History {
        self.history
    }

    /// What the machine is doing, by what it has sent.
    fn course(&self) -> Course {
        match self.history.legs.first().map(|leg| leg.action) {
            _ if self.history.withdrawn.is_some() => Course::Withdrawing,
            None => Course::Looking,
            Some(Action::Pause) => Course::Pausing,
            Some(Action::Resume) => Course::Resuming,
        }
    }

    /// Takes what happened, and returns what is to be done. Nothing follows [`Command::End`].
    pub fn next(&mut self, now: Moment, input: Input<'_>) -> Vec<Command> {
        self.now = now;
        let end = match input {
            Input::Time => None,
            Input::Reading { began, read } => {
                self.readings.is_under_way = false;
                match read {
                    Ok(conversation) => {
                        let end = self.read(began, conversation);
                        self.see(began, conversation);
                        if end.is_none() {
                            self.steer_voice(began);
                        }
                        end
                    }
                    Err(error) => self.failed_to_read(error),
                }
            }
            Input::Answer { leg, reply, answer } => {
                self.answered(leg, reply, answer);
                None
            }
            Input::VoiceAnswer { reply, answer } => {
                self.voice_answered(reply, answer);
                None
            }
        };
        let end = end.or_else(|| self.passed()).or_else(|| self.concluded());
        self.watch_over(end.is_some());
        match end {
            Some(end) => self.commands.push(Command::End(end)),
            None => self.go_on(),
        }
        std::mem::take(&mut self.commands)
    }

    // ---- A reading.

    fn read(&mut self, began: Moment, conversation: Option<&Conversation>) -> Ended {
        let reads = self.reads(conversation);
        let since = self.said.filter(|(said, _)| *said == reads).map_or(began, |(_, since)| since);
        self.said = Some((reads, since));
        self.readings.failed = None;
        self.readings.arrived = Some(self.now);
        self.history.was_on |= reads == Reads::On;
        self.history.is_out_of_reach = false; // unless this reading shows it, too
        if reads != Reads::Sign {
            self.active_since.clear();
        }
        let rule = self.rule(reads, began, since, conversation);
        self.rule = Some(rule);
        let is_asked_for = self.request.phase == Some(Phase::Started) || self.request.asks_for_status();
        let may_appear = is_asked_for && self.request.door != Door::Watch;
        if reads == Reads::Missing && self.course() == Course::Looking && !may_appear {
            self.readings.not_before = since + BETWEEN_MISSES;
        }
        if self.course() == Course::Resuming && self.is_withdrawn_by(reads, began) {
            self.withdraw(conversation);
        }
        if let Some(withdrawal) = &mut self.history.withdrawn {
            withdrawal.was_on |= reads == Reads::On;
        }
        self.judge(began, conversation, rule);
        if self.has_open() && self.is_superseded(began) {
            let is_unread = self.history.resolution == Some(Resolution::Unread);
            let is_stale = is_unread && rule == Rule::End(End::Outcome(Outcome::Stale));
            return Some(Ok(match self.course() {
                Course::Withdrawing => Outcome::ResumeWithdrawn,
                _ if is_stale => Outcome::Stale,
                _ => Outcome::Superseded,
            }));
        }
        let end = conversation.and_then(|conversation| self.act(rule, conversation, began));
        if self.course() != Course::Looking {
            return end;
        }
        if self.request.door == Door::Snapshot {
            self.readings.not_before = self.readings.not_before.max(began + BETWEEN_LOOKS);
        }
        if let Rule::End(it) = rule { Some(ending::ends(it)) } else { end }
    }

    fn act(&mut self, rule: Rule, conversation: &Conversation, began: Moment) -> Ended {
        match rule {
            Rule::Pause(exposed) => self.pause(conversation, exposed, began),
            Rule::Resume => self.resume(conversation, began),
            Rule::Look(_) | Rule::End(_) => None,
        }
    }

    /// What a reading says. To an order to resume the voice, too, one that still reads paused counts as on: its resume
    /// had no effect yet, or another secure pause is reported through the voice alone.
    fn reads(&self, conversation: Option<&Conversation>) -> Reads {
        let is_of_voice = self.request.voice && self.request.phase == Some(Phase::Ended);
        match Reads::of(conversation) {
            Reads::Sign if is_of_voice && conversation.is_some_and(Conversation::is_voice_paused) => {
                Reads::On
            }
            reads => reads,
        }
    }

    /// What a reading that began then calls for; readings have said the same since `since`.
    fn rule(
        &mut self,
        reads: Reads,
        began: Moment,
        since: Moment,
        conversation: Option<&Conversation>,
    ) -> Rule {
        let Request { door, phase, is_of_order, .. } = *self.request;
        let timing = &self.policy.timing;
        let live = conversation.map(|conversation| Legs::of(self.request, conversation).live());
        let is_all_active = live
            .is_some_and(|live| !live.is_empty() && live.iter().all(|leg| leg.screen() == Screen::Active));
        // A snapshot's reading that took long shows no more than one that did not.
        let age = self.age + if door == Door::Snapshot { began } else { self.now };
        let said_for = began.saturating_sub(since);
        let may_be_dark = self.request.asks_for_status() && self.show(began, conversation);
        let voice = if self.request.voice {
            voice::awaited(self.history.voice.as_ref(), began, timing)
        } else {
            Await::Nothing
        };
        let situation =
            Situation { door, phase, is_of_order, reads, age, said_for, is_all_active, voice, may_be_dark };
        tables::rule(&situation, timing)
    }

    /// Notes the screens for an order that asks for them. Returns whether another reading may show them all dark.
    fn show(&mut self, began: Moment, conversation: Option<&Conversation>) -> bool {
        let live = conversation.filter(|conversation| !conversation.is_over());
        let live = live.map(|conversation| Legs::of(self.request, conversation).live()).unwrap_or_default();
        self.history.is_out_of_reach = live.iter().any(targets::is_out_of_reach);
        let before = self.history.screens.take().unwrap_or_default();
        let screens = Shown::of(&live, began, &before, &self.policy.timing);
        let may_be_dark = Shown::may_be_dark(&screens);
        self.history.screens = Some(screens);
        may_be_dark
    }

    /// Judges by the reading each target that a request was sent for.
    fn judge(&mut self, began: Moment, conversation: Option<&Conversation>, rule: Rule) {
        let policy = self.policy;
        let reading = Reading {
            began,
            now: self.now,
            door: self.request.door,
            not_recorded: &policy.not_recorded,
            timing: &policy.timing,
        };
        for place in 0..self.history.legs.len() {
            let leg = &self.history.legs[place];
            let seen = conversation.and_then(|conversation| conversation.agent_leg(leg.participant));
            if !leg.is_open() {
                if read_back::is_recorded_again(leg, seen, reading) {
                    self.history.legs[place].end = None;
                    self.history.legs[place].read(began, seen.map(Participant::screen));
                    self.apply(place, Finding::Again, rule, began);
                }
                continue;
            }
            let finding = match leg.action {
                _ if conversation.is_none() && matches!(rule, Rule::End(_)) => Finding::Ended(State::Gone),
                _ if conversation.is_none() => Finding::Open,
                Action::Pause => read_back::after_pause(leg, seen, reading),
                Action::Resume => read_back::after_resume(leg, seen, reading),
            };
            self.history.legs[place].read(began, seen.map(Participant::screen));
            self.apply(place, finding, rule, began);
        }
    }

    fn apply(&mut self, place: usize, finding: Finding, rule: Rule, began: Moment) {
        let may_resume = self.may_resume(rule, began);
        let seems_over = self.seems_over(began);
        let is_settled = self.caught_up_at().is_some_and(|at| began >= at);
        let has_no_time = self.left() < self.policy.timing.afterwards;
        let leg = &mut self.history.legs[place];
        // A request that was not refused may have been carried out. Only a reading that has caught up shows it.
        let is_too_late =
            has_no_time && leg.current.is_refused() || is_settled && (has_no_time || rule != Rule::Resume);
        match finding {
            Finding::Ended(state) => {
                self.end_leg(place, state, None);
                if state == State::Gone {
                    // If another leg has replaced it, that screen is exposed: look soon.
                    self.readings.restart(self.now);
                }
            }
            Finding::Failed(error) => self.end_leg(place, State::Failed, Some(error)),
            Finding::Instead | Finding::Again if seems_over => {}
            Finding::Instead => {
                self.give_up(place);
                self.send(place);
            }
            Finding::Again if leg.action == Action::Pause || may_resume => self.send(place),
            Finding::Again if is_too_late => {
                let error = leg.current.failure().unwrap_or(Error::NotResumed);
                self.end_leg(place, State::Failed, Some(error));
            }
            Finding::Open | Finding::Again => {}
        }
    }

    /// Notes what the reading showed of the whole conversation.
    fn see(&mut self, began: Moment, conversation: Option<&Conversation>) {
        let Some(conversation) = conversation else { return };
        let is_other = |leg: &&Participant| {
            let is_target = leg.id().is_some_and(|id| self.history.leg(id).is_some());
            leg.screen() == Screen::Active && !is_target
        };
        let live = Legs::of(self.request, conversation).live();
        let others_recording = live.into_iter().filter(is_other).filter_map(Participant::id).collect();
        let (secure_pause, voice) = (conversation.secure_pause(), conversation.voice());
        let voice_everywhere = conversation.voice_everywhere();
        self.history.last = Some(Seen { began, secure_pause, voice, voice_everywhere, others_recording });
    }

    /// Whether secure pause seems over, so that nothing more is sent. It must read off, in a reading late enough to
    /// show the event, or the secure pause that took the resume back. An earlier reading may show the gap between two
    /// secure pauses. It is believed only if secure pause was read on before, and the first request for each leg was
    /// accepted. At the direct door this never holds: an order stands until the next one.
    fn seems_over(&self, began: Moment) -> bool {
        let turned = self.history.legs.iter().map(|leg| leg.current.first).max();
        let shows_it = match self.course() {
            Course::Pausing => {
                let is_accepted = |leg: &Leg| !leg.is_open() || leg.requests == 1 && leg.is_acknowledged();
                self.shows_the_event(began)
                    || self.history.was_on && self.history.legs.iter().all(is_accepted)
            }
            Course::Withdrawing => turned.is_some_and(|turned| began >= turned + self.policy.timing.lag),
            Course::Looking | Course::Resuming => false,
        };
        let is_off = matches!(self.said, Some((Reads::Off, _)));
        is_off && shows_it && self.request.door != Door::Direct
    }

    /// Whether the secure pause is over. If a screen reads active, this reading may be older than the one before: the
    /// next one decides.
    fn is_superseded(&self, began: Moment) -> bool {
        let is_active = self.history.legs.iter().any(|leg| leg.is_open() && leg.seen == Some(Screen::Active));
        self.seems_over(began) && (self.shows_the_event(began) || !is_active)
    }

    /// Whether a reading that began at this moment is late enough to show the event.
    fn shows_the_event(&self, began: Moment) -> bool {
        self.age + began >= self.policy.timing.lag
    }

    // ---- Answers, and the lack of them.

    fn answered(&mut self, id: ParticipantId, reply: Reply, answer: Result<Answer, Failure>) {
        let retry = answer.as_ref().err().map(|failure| failure.retry);
        let is_open = |leg: &Leg| leg.participant == id && leg.is_open() && leg.current.is_under_way;
        let Some(place) = self.history.legs.iter().position(is_open) else { return };
        let leg = &mut self.history.legs[place];
        leg.answered(self.now, reply, answer, &self.policy.timing);
        let needed =
            if leg.action == Action::Resume { self.policy.timing.afterwards } else { Duration::ZERO };
        let is_asked_to_wait = matches!(retry, Some(Retry::After(_) | Retry::TokenLimit(_)));
        if leg.is_open() && is_asked_to_wait && leg.current.due + needed >= self.deadline {
            // Genesys asks to wait for longer than the time that is left.
            let error = leg.current.failure();
            return self.end_leg(place, State::Failed, error);
        }
        if leg.is_open() && leg.action == Action::Pause && leg.current.is_due_at_once(retry) {
            self.send(place);
        }
    }

    fn send(&mut self, place: usize) {
        let leg = &mut self.history.legs[place];
        leg.sent_again(self.now);
        self.commands.push(Command::Send(leg.participant, leg.action));
    }

    fn give_up(&mut self, place: usize) {
        let leg = &mut self.history.legs[place];
        self.commands.push(Command::GiveUp(leg.participant));
        let silence = silence(leg.action.operation());
        leg.answered(self.now, Reply::default(), Err(silence), &self.policy.timing);
    }

    fn end_leg(&mut self, place: usize, state: State, error: Option<Error>) {
        let leg = &mut self.history.legs[place];
        if leg.current.is_under_way {
            self.commands.push(Command::GiveUp(leg.participant));
        }
        leg.ended(self.now, state, error);
    }

    fn failed_to_read(&mut self, error: Error) -> Ended {
        if self.course() == Course::Looking {
            if error.is_for_later() {
                return Some(Ok(Outcome::LeftForLater));
            }
            if error.is_without_token() || self.named().is_none() {
                return Some(Err(self.unless_known(error)));
            }
            self.pause_unread();
        }
        self.readings.failed = Some(error);
        self.readings.not_before = self.now + BETWEEN_MISSES;
        None
    }

    /// If the last reading only ran out of time, the end that earlier readings lead to.
    fn unless_known(&self, error: Error) -> Error {
        let known = self.rule.filter(|_| matches!(error, Error::DeadlineExceeded(_)));
        let known = known.and_then(|rule| self.at_the_deadline(rule));
        known.and_then(Result::err).unwrap_or(error)
    }

    // ---- Time.

    /// What follows from the time alone.
    fn passed(&mut self) -> Ended {
        if self.now >= self.deadline {
            return Some(self.out_of_time());
        }
        for place in 0..self.history.legs.len() {
            let leg = &self.history.legs[place];
            if leg.is_open() && leg.current.is_under_way && self.now >= self.silent_at(leg) {
                self.give_up(place);
                if self.history.legs[place].action == Action::Pause {
                    self.send(place);
                }
            } else if self.refused_until(leg).is_some_and(|at| self.now >= at) {
                let unread = self.unread_error();
                self.give_the_last_word(place, &unread);
            } else if self.repeat_unread_at(leg).is_some_and(|at| self.now >= at) {
                // Genesys may allow only one request now. A reading at the same moment might use it up.
                self.readings.restart(self.now);
                self.send(place);
            }
        }
        self.voice_passed();
        if self.named().is_some() && self.now >= self.unread_at() {
            self.pause_unread();
        }
        if self.last_pause_at().is_some_and(|at| self.now >= at) {
            self.blind = Some(self.unread_error());
            self.withdraw(None);
        }
        None
    }

    /// When the request under way is given up. A resume is given up sooner if, otherwise, the reading that has caught
    /// up would come too late to take it back.
    fn silent_at(&self, leg: &Leg) -> Moment {
        let silent = leg.current.last + SILENCE;
        let afterwards = self.deadline.saturating_sub(self.policy.timing.afterwards);
        match leg.action {
            Action::Pause => silent,
            Action::Resume => silent.min(afterwards.max(leg.current.last + LEAST_PATIENCE)),
        }
    }

    /// When a pause that failed goes out again although no reading has arrived since.
    fn repeat_unread_at(&self, leg: &Leg) -> Option<Moment> {
        let may = leg.is_open() && leg.action == Action::Pause && leg.current.has_failed();
        let ended = leg.current.ended().filter(|_| may)?;
        if leg.current.is_asked_to_wait {
            return Some(leg.current.due);
        }
        let since = self.readings.arrived.map_or(ended, |arrived| arrived.max(ended));
        Some((since + self.policy.timing.unread_after).max(leg.current.due))
    }

    /// Until when a reading may explain a refusal: the lag, and the time of one reading. The first reading is waited for.
    fn refused_until(&self, leg: &Leg) -> Option<Moment> {
        let may_end = leg.is_open() && leg.current.is_refused() && !self.is_unread();
        let refused = leg.current.first_refused.filter(|_| may_end)?;
        let is_read =
            self.readings.arrived.is_some_and(|arrived| arrived >= refused + self.policy.timing.lag);
        (!is_read).then_some(refused + self.policy.timing.lag + STALE_READING)
    }

    /// The error if no reading shows what became of a leg.
    fn unread_error(&self) -> Error {
        self.readings.failed.clone().unwrap_or(Error::DeadlineExceeded(Operation::Conversation))
    }

    fn unread_at(&self) -> Moment {
        self.policy.timing.unread_after.min(self.deadline / 2)
    }

    /// When a resume is taken back blindly: no reading has shown what came of it. An order to resume stands.
    fn last_pause_at(&self) -> Option<Moment> {
        let may = self.course() == Course::Resuming && self.request.door != Door::Direct;
        (may && self.is_owed(self.caught_up_at()))
            .then(|| self.deadline.saturating_sub(self.policy.timing.last_pause))
    }

    /// Whether a reading that begins at this moment or later is still missing. It also is if the moment is not known
    /// yet.
    fn is_owed(&self, at: Option<Moment>) -> bool {
        let seen = self.history.last.as_ref().map(|seen| seen.began);
        at.is_none_or(|at| seen.is_none_or(|seen| seen < at))
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.now)
    }

    fn has_open(&self) -> bool {
        self.history.legs.iter().any(Leg::is_open)
    }

    // ---- The end.

    /// Ends the request if every target has ended, and no reading is owed any more.
    fn concluded(&mut self) -> Ended {
        let could_not_read = self.readings.arrived.is_none() && self.readings.failed.is_some();
        if could_not_read
            && self.course() == Course::Pausing
            && self.history.legs.iter().all(Leg::is_acknowledged)
        {
            return Some(self.out_of_time());
        }
        let is_open =
            self.course() == Course::Looking || self.has_open() || self.looks_on() || self.is_voice_open();
        (!is_open).then(|| self.conclude())
    }

    /// Whether a reading is still owed: after a resume, one that has caught up (P3); if a leg has gone, one that began
    /// a lag later (P8); after a pause without a reading, the first one, which may show others to pause.
    fn looks_on(&self) -> bool {
        match self.course() {
            Course::Resuming => self.is_owed(self.caught_up_at()) && !self.is_over(),
            Course::Pausing => self.may_be_replaced() || self.is_unread(),
            Course::Looking | Course::Withdrawing => false,
        }
    }

    /// Whether no reading has arrived yet, and none has failed for good.
    fn is_unread(&self) -> bool {
        self.readings.arrived.is_none() && self.readings.failed.is_none()
    }

    /// Whether the last reading shows that nobody is left on the conversation.
    fn is_over(&self) -> bool {
        match self.said {
            Some((Reads::Over, _)) => true,
            Some((Reads::Missing, _)) => matches!(self.rule, Some(Rule::End(_))),
            _ => false,
        }
    }

    /// Whether a leg has gone, and its replacement must still be looked for.
    fn may_be_replaced(&self) -> bool {
        self.replaced_by().is_some_and(|at| self.is_owed(Some(at))) && !self.is_over()
    }

    /// Until when the replacement of a leg that has gone is looked for.
    fn replaced_by(&self) -> Option<Moment> {
        let gone = |leg: &Leg| leg.end.as_ref().filter(|end| end.state == State::Gone).map(|end| end.at);
        let last = self.history.legs.iter().filter_map(gone).max();
        last.map(|last| last + self.policy.timing.lag)
    }

    fn conclude(&mut self) -> Result<Outcome, Error> {
        self.history.is_looking_out = self.may_be_replaced();
        // If a reading is still owed and could not be had, the request must end with that error.
        let unread = match self.readings.arrived {
            None => Some(self.unread_error()),
            Some(_) => self.readings.failed.clone().filter(|_| self.looks_on()),
        };
        let end = (self.request.door, self.course(), self.rule);
        let unread = self.blind.as_ref().or(unread.as_ref());
        match ending::conclude(end, self.history, unread, self.policy.require_verified) {
            Ok(Outcome::Resumed | Outcome::Recovered | Outcome::NothingPaused) if self.is_left_dark => {
                Ok(self.too_late_to_resume())
            }
            end => end,
        }
    }

    /// The deadline: every leg ends by what is known.
    fn out_of_time(&mut self) -> Result<Outcome, Error> {
        let unread = self.unread_error();
        if self.course() == Course::Looking {
            let known = self.rule.filter(|_| self.readings.failed.is_none());
            return known.and_then(|rule| self.at_the_deadline(rule)).unwrap_or(Err(unread));
        }
        for place in 0..self.history.legs.len() {
            self.give_the_last_word(place, &unread);
        }
        self.conclude()
    }

    /// Ends a leg by what is known. `unread` is the error if no reading shows it.
    fn give_the_last_word(&mut self, place: usize, unread: &Error) {
        let leg = &self.history.legs[place];
        if !leg.is_open() {
            return;
        }
        if leg.current.is_under_way && self.now >= leg.current.last + read_back::PATIENCE {
            self.give_up(place);
        }
        let leg = &self.history.legs[place];
        let (state, error) = ending::last_word(leg, self.request.door, unread, &self.policy.not_recorded);
        self.end_leg(place, state, error);
    }

    /// How the request ends at the deadline if nothing was sent.
    fn at_the_deadline(&self, rule: Rule) -> Ended {
        match rule {
            // One reading missed the conversation, and there was no other.
            Rule::Look(End::Outcome(_)) if matches!(self.said, Some((Reads::Missing, _))) => None,
            Rule::Look(end) | Rule::End(end) => Some(ending::ends(end)),
            Rule::Resume => Some(Ok(self.too_late_to_resume())),
            Rule::Pause(_) => Some(self.nobody_is_left()),
        }
    }

    // ---- What comes next.

    fn watch_over(&mut self, is_end: bool) {
        let timing = &self.policy.timing;
        let (request, history, age, now) = (self.request, &*self.history, self.age, self.now);
        let is_needed = match self.watch_posted {
            None => follow::is_needed(request, history, age, now, is_end, timing),
            Some(posted) => is_end && follow::is_needed_again(request, history, age, now, posted, timing),
        };
        if is_needed {
            self.watch_posted = Some(self.now);
            self.commands.push(Command::PostWatch);
        }
    }

    fn go_on(&mut self) {
        let mut wake = self.wake_at();
        if !self.readings.is_under_way {
            let scheduled = self.readings.next(self.decisive_at(), &self.policy.timing);
            let next = scheduled.max(self.asked_to_wait()).max(self.resumed_until());
            if self.now >= next {
                self.readings.begin(self.now, &self.policy.timing);
                let until = self.last_pause_at().unwrap_or(self.deadline);
                let rank = if self.course() == Course::Looking { self.request.rank } else { Rank::First };
                self.commands.push(Command::Read { until, rank });
            } else {
                wake = wake.min(next);
            }
        }
        self.commands.push(Command::WaitUntil(wake));
    }

    /// No reading before this moment. If every open leg waits because Genesys asked to, a reading would use up requests
    /// that Genesys allows. The reading after a resume is made all the same.
    fn asked_to_wait(&self) -> Moment {
        if self.course() == Course::Resuming && self.is_owed(self.caught_up_at()) {
            return Moment::ZERO;
        }
        let open = || self.history.legs.iter().filter(|leg| leg.is_open());
        let is_waiting = |leg: &Leg| leg.current.is_asked_to_wait && !leg.current.is_under_way;
        let due = open().map(|leg| leg.current.due).min();
        due.filter(|_| open().all(is_waiting)).unwrap_or_default()
    }

    /// No reading before this moment. Once every resume is accepted, only the reading that has caught up can end
    /// anything. It also finds a secure pause that began meanwhile, soon enough for P3.
    fn resumed_until(&self) -> Moment {
        let is_accepted =
            self.course() == Course::Resuming && self.history.legs.iter().all(Leg::is_acknowledged);
        self.caught_up_at().filter(|at| is_accepted && self.is_owed(Some(*at))).unwrap_or_default()
    }

    /// The next moment from which on a reading can end something, or allow a repeat.
    fn decisive_at(&self) -> Option<Moment> {
        let (timing, is_direct) = (&self.policy.timing, self.request.door == Door::Direct);
        let of_leg = |leg: &Leg| {
            let sent = &leg.current;
            let settled = sent.ended().filter(|_| is_direct).map(|at| at + timing.direct_settled);
            let caught_up = sent.first_accepted.or(sent.first_refused).map(|at| at + timing.lag);
            [settled, caught_up, leg.no_second_file_at(timing)]
        };
        let open = || self.history.legs.iter().filter(|leg| leg.is_open());
        let mut times: Vec<_> = match self.course() {
            Course::Resuming => vec![self.caught_up_at()],
            _ => open().flat_map(of_leg).chain([self.replaced_by()]).collect(),
        };
        times.extend(open().map(|leg| leg.current.repeated_at()));
        times.extend(
            self.history.voice.iter().flat_map(|voice| voice.decisive(self.deadline, timing)).map(Some),
        );
        times.into_iter().flatten().filter(|at| self.is_owed(Some(*at))).min()
    }

    /// When something follows from the time alone.
    fn wake_at(&self) -> Moment {
        let of_leg = |leg: &Leg| {
            let sent = &leg.current;
            let silent = (leg.is_open() && sent.is_under_way).then(|| self.silent_at(leg));
            let watched = Some(sent.ended().unwrap_or(sent.last) + follow::HANGING);
            [silent, self.repeat_unread_at(leg), self.refused_until(leg), watched]
        };
        let times = self.history.legs.iter().flat_map(of_leg).chain([
            (self.named().is_some() || self.is_voice_due_unread()).then(|| self.unread_at()),
            self.history.voice.as_ref().and_then(Voice::silent_at),
            self.last_pause_at(),
            Some(self.deadline),
        ]);
        times.flatten().filter(|at| *at > self.now).min().unwrap_or(self.deadline)
    }
}

/// A request that is given up, because no answer came in time.
fn silence(operation: Operation) -> Failure {
    let error = Error::UpstreamUnavailable(Answered { operation, what: What::TimedOut, correlation: None });
    Failure { error, retry: Retry::Backoff }
}
