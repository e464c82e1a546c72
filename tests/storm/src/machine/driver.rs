//! Carries out what the machine commands, as the function's own driver does: one reading at a time with the client's
//! own retries, one request a leg, one timer.

use std::rc::Rc;
use std::time::Duration;

use secure_pause::decide::history::Moment;
use secure_pause::decide::outcome::{Outcome, State as LegState};
use secure_pause::decide::request::{Door, Phase};
use secure_pause::decide::{Command, Decider, Input};
use secure_pause::error::{Answered, Error, Failure, Operation, Retry, What as Came};
use secure_pause::genesys::conversation::{Conversation, Screen as Shown};
use secure_pause::genesys::screen_recording::{Action, Answer, Reply};
use secure_pause::ids::ParticipantId;

use super::Without;
use super::call::{At, Life, Screen, agent_of, participant};
use super::play::{Event, Play, Task, secs};
use super::record::{Attempt, Ended, Record, What};
use super::schedule::{Fault, On, Reports};
use crate::draws::Agent;

/// What an invocation of an event has, once the time to report is kept back.
const EVENT_BUDGET: Duration = Duration::from_millis(29_500);
/// A caller is on the line; and a check of the watch must not hold its slot.
const SHORT_BUDGET: Duration = Duration::from_secs(8);
/// One attempt at a reading.
const ATTEMPT: Duration = Duration::from_secs(2);
/// The client's own waits between attempts at a reading, before jitter.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// See [`FIRST_WAIT`].
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// A body that is none is read so often.
const UNREADABLE_READINGS: u32 = 4;
/// The fourth 401 in a row is final.
const REFUSED_TOKENS: u32 = 4;
/// So far may reads trail writes.
const LAG: Duration = Duration::from_secs(3);
/// A resume's reading may be so old.
const LOOK: Duration = Duration::from_secs(2);
/// How old the state is that is handed out for a fresh one, where [`Without::Freshness`].
const STALE: Duration = Duration::from_secs(6);
/// The checks of an event's own message see every pause that lands by then.
const UNCHECKED: Duration = Duration::from_millis(4500);
/// By then an unread pause is out.
const UNREAD: Duration = Duration::from_millis(2600);

/// One invocation.
pub struct Run<'a> {
    pub task: Task,
    pub decider: Decider<'a>,
    pub ended: Option<Ended>,
    began: At,
    timer: u32,
    reading: Reading,
    sends: [Option<usize>; 2],
    has_token: bool,
    /// Whether it was without a token for a while.
    lacked_token: bool,
    /// Whether a message of it is with SQS.
    pub has_posted: bool,
    /// Whether a reading of it went wrong.
    is_disturbed: bool,
    /// Requests that went wrong and were not made good yet, since when: readings, then a leg each.
    disturbed: [Option<At>; 3],
    first_put: Option<At>,
    first_reading: Option<At>,
}

/// The reading under way.
#[derive(Default)]
struct Reading {
    until: At,
    waits: u32,
    has_reconnected: bool,
    unreadable: u32,
    refused: u32,
    cause: Option<Error>,
}

/// What came of a reading.
#[derive(Debug)]
pub struct Got {
    began: At,
    read: Result<Option<Rc<Conversation>>, Error>,
}

/// A pause or resume that was sent.
pub struct Put {
    run: usize,
    agent: Agent,
    action: Action,
    fault: Option<Fault>,
}

/// How it is answered.
#[derive(Clone, Copy, Debug)]
pub enum PutAnswer {
    Status(u16),
    RetryAfter(u64),
    Unreachable,
    Broken,
    /// It was not sent, for want of a token.
    NoToken,
}

impl Play<'_> {
    // ---- The invocation.

    pub fn begin(&mut self, task: Task) {
        let request = self.requests.alloc(task.request.clone());
        let history = self.histories.alloc(secure_pause::decide::history::History::default());
        let budget = if request.door == Door::Event { EVENT_BUDGET } else { SHORT_BUDGET };
        let age = time::Duration::try_from(self.now.saturating_sub(task.at)).unwrap_or_default();
        let decider = Decider::new(request, self.policy, history, age, budget);
        let number = self.runs.len();
        self.tell(|| format!("    #{number} begins: {:?}, age {age}", task.what));
        if let Some(killed) = task.killed {
            self.push(self.now + secs(killed), Event::Kill(number));
        }
        let has_token = self.rng.f64() < 0.9;
        self.runs.push(Run {
            task,
            decider,
            ended: None,
            began: self.now,
            timer: 0,
            reading: Reading::default(),
            sends: [None; 2],
            has_token,
            lacked_token: !has_token,
            has_posted: false,
            is_disturbed: false,
            disturbed: [None; 3],
            first_put: None,
            first_reading: None,
        });
        self.drive(number, |decider, now| decider.next(now, Input::Time));
    }

    pub fn kill(&mut self, run: usize) {
        if self.runs[run].ended.is_none() {
            self.end(run, Ended::Killed);
        }
    }

    pub fn wake(&mut self, run: usize, timer: u32) {
        if self.runs[run].timer == timer {
            self.drive(run, |decider, now| decider.next(now, Input::Time));
        }
    }

    fn drive(&mut self, number: usize, next: impl FnOnce(&mut Decider<'_>, Moment) -> Vec<Command>) {
        let run = &mut self.runs[number];
        if run.ended.is_some() {
            return;
        }
        let began = run.began;
        for command in next(&mut run.decider, self.now - began) {
            self.carry_out(number, began, command);
        }
    }

    fn carry_out(&mut self, number: usize, began: At, command: Command) {
        if self.runs[number].ended.is_some() {
            return;
        }
        match command {
            Command::Read(until) => {
                self.runs[number].reading = Reading { until: began + until, ..Reading::default() };
                self.get(number);
            }
            Command::Send(id, action) => self.send(number, agent_of(id), action),
            Command::GiveUp(id) => {
                self.tell(|| format!("    #{number} gives up {:?}", agent_of(id)));
                self.runs[number].sends[agent_of(id) as usize] = None;
            }
            Command::PostWatch => {
                let at = self.now + secs(0.02 + 0.3 * self.rng.f64());
                self.push(at, Event::Posted(number, false));
            }
            Command::WaitUntil(moment) => {
                assert!(began + moment > self.now, "the machine would spin");
                self.runs[number].timer += 1;
                let timer = self.runs[number].timer;
                self.push(began + moment, Event::Timer(number, timer));
            }
            Command::End(result) => {
                let ended = match result {
                    Ok(outcome) => Ended::Answered((outcome, self.is_paused(number, outcome))),
                    Err(error) => Ended::Failed(error.name()),
                };
                self.end(number, ended);
            }
        }
    }

    fn is_paused(&mut self, number: usize, outcome: Outcome) -> bool {
        let run = &mut self.runs[number];
        outcome == Outcome::Paused
            && run.decider.history().is_paused(run.task.request.door, self.policy.require_verified)
    }

    fn end(&mut self, number: usize, ended: Ended) {
        self.tell(|| format!("    #{number} ends: {ended:?}"));
        self.check_claims(number, ended);
        if ended == Ended::Killed && self.is_left(number) {
            self.record.is_not_watched = true;
        }
        let now = self.now;
        let run = &mut self.runs[number];
        run.ended = Some(ended);
        let open = run.disturbed.iter_mut().filter_map(Option::take).map(|since| (since, now));
        self.record.disturbed.extend(open);
        let (what, began, is_disturbed) = (run.task.what, run.began, run.is_disturbed);
        // A check that answers `watching` with a reading gone wrong had no time for the second that it needs.
        let is_cut_short = is_disturbed && matches!(ended, Ended::Answered((Outcome::Watching, _)));
        let is_in_vain = !ended.is_answered() || is_cut_short;
        self.record.attempts.push(Attempt { what, began, ended_at: now, ended, is_in_vain });
        self.ended(number, ended);
    }

    /// Whether an invocation that is killed now leaves a pause behind that no message follows: an order's, or one that
    /// may land after the checks of its event's own message.
    fn is_left(&self, number: usize) -> bool {
        let run = &self.runs[number];
        let is_late = self.now.saturating_sub(run.task.at) > UNCHECKED;
        let is_unanswered = run.sends.iter().any(Option::is_some);
        let is_left = match run.task.what {
            What::Order(action) => action == Action::Pause,
            What::Event { is_started, .. } => is_started && (is_late || is_unanswered),
            What::Check { .. } | What::Follow => false,
        };
        is_left && run.first_put.is_some() && !run.has_posted
    }

    // ---- A reading.

    pub fn get(&mut self, number: usize) {
        let run = &self.runs[number];
        if run.ended.is_some() {
            return;
        }
        let (now, until, has_token) = (self.now, run.reading.until, run.has_token);
        self.record.requests += 1;
        let fault = self.fault(if has_token { On::Conversation } else { On::Token });
        let took = self.latency();
        self.disturb(number, 0, fault, took);
        let run = &mut self.runs[number];
        match fault {
            None if !has_token => {
                run.has_token = true;
                self.push(now + took, Event::Get(number));
            }
            None => self.read(number, took),
            Some(fault) => match failed(fault, has_token, took) {
                Failed::Slow(took) => self.read(number, took),
                Failed::Missing if self.without == Some(Without::SecondMiss) => {
                    self.push(now + took, Event::Got(number, Box::new(Got { began: now, read: Ok(None) })));
                    let began = now + Duration::from_secs(1);
                    self.push(now + took, Event::Got(number, Box::new(Got { began, read: Ok(None) })));
                }
                Failed::Missing => {
                    self.push(now + took, Event::Got(number, Box::new(Got { began: now, read: Ok(None) })));
                }
                Failed::With(failure, took) => self.get_again(number, failure, now + took),
            },
        }
        if now + took > until {
            self.tell(|| format!("    #{number} has no time to read"));
        }
    }

    fn read(&mut self, number: usize, took: Duration) {
        let (now, until) = (self.now, self.runs[number].reading.until);
        if now + took > until {
            let cause = self.runs[number].reading.cause.clone();
            let read = Err(cause.unwrap_or(Error::DeadlineExceeded(Operation::Conversation)));
            return self.push(until.max(now), Event::Got(number, Box::new(Got { began: now, read })));
        }
        let trails = self.schedule.lag * if self.schedule.has_jitter { self.rng.f64() } else { 1.0 };
        // Each reading lags differently, but none shows less than an earlier one did.
        self.shown = self.shown.max(now.saturating_sub(secs(trails)));
        let mut then = self.shown;
        if self.without == Some(Without::Freshness) {
            then = then.saturating_sub(STALE);
        }
        let read = Ok(Some(self.call.read(then, self.without == Some(Without::Signs))));
        self.push(now + took, Event::Got(number, Box::new(Got { began: now, read })));
    }

    /// The client's own retries.
    fn get_again(&mut self, number: usize, failure: Failure, failed_at: At) {
        let jitter = 1.0 + self.rng.f64();
        let reading = &mut self.runs[number].reading;
        let until = reading.until;
        let backoff = LONGEST_WAIT.min(FIRST_WAIT * (1 << reading.waits.min(6))).mul_f64(jitter);
        let wait = match failure.retry {
            Retry::Never => None,
            Retry::Now => Some(Duration::ZERO),
            Retry::Reconnect if !std::mem::replace(&mut reading.has_reconnected, true) => {
                Some(Duration::ZERO)
            }
            Retry::Reconnect | Retry::Backoff | Retry::Later(_) => Some(backoff),
            Retry::After(asked) | Retry::TokenLimit(asked) => Some(backoff.max(asked)),
        };
        if !matches!(failure.retry, Retry::Now) {
            reading.waits += 1;
        }
        let is_unreadable = matches!(failure.error, Error::ConversationUnreadable(_));
        reading.unreadable += u32::from(is_unreadable);
        let is_refused = matches!(failure.error, Error::CredentialsRejected(_));
        reading.refused += u32::from(is_refused);
        let is_final = reading.unreadable >= UNREADABLE_READINGS || reading.refused >= REFUSED_TOKENS;
        reading.cause = Some(failure.error.clone());
        if is_refused {
            let run = &mut self.runs[number];
            (run.has_token, run.lacked_token) = (false, true);
        }
        match wait.filter(|wait| !is_final && failed_at + *wait < until) {
            Some(wait) => self.push(failed_at + wait, Event::Get(number)),
            None => {
                let got = Got { began: self.now, read: Err(failure.error) };
                self.push(failed_at.min(until).max(self.now), Event::Got(number, Box::new(got)));
            }
        }
    }

    pub fn got(&mut self, number: usize, got: Got) {
        if self.runs[number].ended.is_some() {
            return;
        }
        let now = self.now;
        let run = &mut self.runs[number];
        let began = got.began.saturating_sub(run.began);
        if got.read.is_ok() {
            run.first_reading.get_or_insert(now);
        }
        self.tell(|| match &got.read {
            Ok(Some(it)) => {
                let screen = |agent| it.agent_leg(participant(agent)).map(|leg| (leg.life(), leg.screen()));
                let pause = it.secure_pause();
                format!(
                    "    #{number} reads (began {began:?}): {pause:?}, {:?} {:?}",
                    screen(Agent::A),
                    screen(Agent::B)
                )
            }
            Ok(None) => format!("    #{number} reads: missing"),
            Err(error) => format!("    #{number} cannot read: {}", error.name()),
        });
        let shows_end = |it: &Conversation| {
            Agent::BOTH.iter().any(|agent| {
                let leg = it.agent_leg(participant(*agent));
                leg.is_some_and(|leg| leg.screen() == Shown::Stopped)
            })
        };
        let has_paused = self.runs[number].first_put.is_some();
        let is_started = self.runs[number].task.request.phase == Phase::Started;
        let ends = matches!(&got.read, Ok(Some(it)) if shows_end(it));
        if self.without == Some(Without::Lag) && has_paused && is_started && ends {
            return self.end(number, Ended::Answered((Outcome::Paused, true)));
        }
        self.drive(number, |decider, now| {
            let read = got.read.as_ref().map(Option::as_deref).map_err(Clone::clone);
            decider.next(now, Input::Reading { began, read })
        });
    }

    /// Notes what went wrong since when, and what was made good by now.
    fn disturb(&mut self, number: usize, what: usize, fault: Option<Fault>, took: Duration) {
        let now = self.now;
        self.runs[number].is_disturbed |= what == 0 && fault.is_some();
        let since = &mut self.runs[number].disturbed[what];
        if fault.is_some() {
            since.get_or_insert(now);
        } else if let Some(since) = since.take() {
            self.record.disturbed.push((since, now + took));
        }
    }

    // ---- A pause or a resume.

    fn send(&mut self, number: usize, agent: Agent, action: Action) {
        if self.without == Some(Without::Unread) && self.runs[number].first_reading.is_none() {
            return;
        }
        self.tell(|| format!("    #{number} sends {action:?} for {agent:?}"));
        let put = self.puts.len();
        self.puts.push(Put { run: number, agent, action, fault: None });
        self.runs[number].sends[agent as usize] = Some(put);
        self.put(put);
    }

    pub fn put(&mut self, id: usize) {
        let Put { run: number, agent, action, .. } = self.puts[id];
        let run = &mut self.runs[number];
        if run.ended.is_some() || run.sends[agent as usize] != Some(id) {
            return;
        }
        let now = self.now;
        if !run.has_token {
            let fault = self.fault(On::Token);
            let took = self.latency() + if fault.is_some() { FIRST_WAIT * 4 } else { Duration::ZERO };
            self.disturb(number, 1 + agent as usize, Some(Fault::Status(401)), took);
            self.runs[number].has_token = fault.is_none();
            // With a token that had to be fetched no resume is sent: the reading that allowed it is old by now.
            let is_withheld = action == Action::Resume && fault.is_none();
            let next = if is_withheld { Event::Answer(id, PutAnswer::NoToken) } else { Event::Put(id) };
            return self.push(now + took, next);
        }
        run.first_put.get_or_insert(now);
        self.record.requests += 1;
        let fault = self.fault(if action == Action::Pause { On::Pause } else { On::Resume });
        let took = self.latency();
        self.disturb(number, 1 + agent as usize, fault, took);
        self.puts[id].fault = fault;
        if fault.is_some() {
            self.tell(|| format!("    #{number} {action:?} for {agent:?}: {fault:?}"));
        }
        if action == Action::Resume {
            self.check_resume(number, agent);
        }
        let (arrives, answered) = match fault {
            None | Some(Fault::NoEffect | Fault::SecondFile(_)) => (Some(took / 2), None),
            Some(Fault::Status(status)) => (None, Some((took, PutAnswer::Status(status)))),
            Some(Fault::RetryAfter(wait)) => (None, Some((took, PutAnswer::RetryAfter(wait)))),
            Some(Fault::Unreachable) => (None, Some((took, PutAnswer::Unreachable))),
            Some(Fault::Missing) => (None, Some((took, PutAnswer::Status(404)))),
            Some(Fault::DoneAnd504) => (Some(took / 2), Some((took, PutAnswer::Status(504)))),
            Some(Fault::Broken) => (Some(took / 2), Some((took, PutAnswer::Broken))),
            Some(Fault::Silent(done)) => (done.map(secs), None),
            Some(Fault::Slow(done, _)) => (Some(secs(done)), None),
        };
        if let Some(arrives) = arrives {
            self.push(now + arrives, Event::Arrive(id));
        }
        if let Some((took, answer)) = answered {
            self.push(now + took, Event::Answer(id, answer));
        }
    }

    /// It is carried out now, whether or not anybody waits for it.
    pub fn arrive(&mut self, id: usize) {
        let Put { run, agent, action, fault } = self.puts[id];
        let (status, screen) = self.call.now().steer(agent, action);
        let is_awaited = self.runs[run].ended.is_none() && self.runs[run].sends[agent as usize] == Some(id);
        if action == Action::Resume && !is_awaited {
            self.record.late_resumes.push(self.now);
        }
        let before = self.call.now().leg(agent).screen;
        let was_dark = self.call.seen(self.now.saturating_sub(LAG)).leg(agent).screen == Screen::Paused;
        match fault {
            _ if status != 200 => {}
            Some(Fault::NoEffect) => {}
            // There is no file to end where it is paused. Where it was until just now, a stale reading hides it.
            Some(Fault::SecondFile(after)) if before == Screen::Active && !was_dark => {
                self.change(|state| state.leg_mut(agent).screen = Screen::Stopped);
                self.push(self.now + secs(after), Event::SecondFile(agent));
            }
            _ => self.change(|state| state.leg_mut(agent).screen = screen),
        }
        let is_check = matches!(self.runs[run].task.what, What::Check { .. } | What::Follow);
        if is_check && before != self.call.now().leg(agent).screen {
            self.record.by_watch.push((self.now, action));
        }
        let answered = match fault {
            Some(Fault::Silent(_) | Fault::DoneAnd504 | Fault::Broken) => None,
            Some(Fault::Slow(done, answered)) => Some(secs(answered - done)),
            _ => Some(self.latency() / 2),
        };
        if let Some(after) = answered {
            self.push(self.now + after, Event::Answer(id, PutAnswer::Status(status)));
        }
    }

    pub fn answer(&mut self, id: usize, answer: PutAnswer) {
        let Put { run: number, agent, action, .. } = self.puts[id];
        let run = &mut self.runs[number];
        if run.ended.is_some() || run.sends[agent as usize] != Some(id) {
            return;
        }
        self.tell(|| format!("    #{number} {action:?} for {agent:?} answered: {answer:?}"));
        let run = &mut self.runs[number];
        if matches!(answer, PutAnswer::Status(401)) {
            (run.has_token, run.lacked_token) = (false, true);
        }
        let (reply, answer) = meaning(action, answer);
        let is_done = answer.is_ok();
        if let (Some(Without::Look), Action::Resume, Err(failure)) = (self.without, action, &answer) {
            // The client repeats it by itself.
            let wait = if let Retry::After(wait) = failure.retry { wait } else { FIRST_WAIT };
            self.runs[number].has_token = true;
            return self.push(self.now + wait, Event::Put(id));
        }
        run.sends[agent as usize] = None;
        match (self.without, action) {
            (Some(Without::Afterwards), Action::Resume) if is_done => {
                self.end(number, Ended::Answered((Outcome::Resumed, false)));
            }
            (Some(Without::Verification), Action::Pause) if is_done => {
                self.end(number, Ended::Answered((Outcome::Paused, true)));
            }
            _ => {
                let leg: ParticipantId = participant(agent);
                self.drive(number, |decider, now| decider.next(now, Input::Answer { leg, reply, answer }));
            }
        }
    }

    // ---- Promises that are kept or broken on the way.

    /// P2, and no resume for a leg in wrap-up.
    fn check_resume(&mut self, number: usize, agent: Agent) {
        let (now, may) = (self.now, secs(self.schedule.lag) + LOOK);
        let door = self.runs[number].task.request.door;
        let is_silent = door == Door::Direct && self.schedule.reports == Reports::VoiceOnly;
        let is_direct = door == Door::Direct;
        let past = self.call.past();
        let on = Record::since(past, now, |state| state.secure_pause || (state.has_flow && !is_direct));
        let gone = Record::since(past, now, |state| !state.is_live(agent));
        let late = |since: Option<At>| since.filter(|since| now - *since > may);
        if let Some(since) = late(on).filter(|_| !is_silent) {
            self.breaks(number, format!("a resume is sent {:?} after a secure pause began", now - since));
        }
        if let Some(since) = late(gone) {
            self.breaks(number, format!("a resume is sent {:?} after {agent:?} left", now - since));
        }
    }

    /// What an invocation says at its end: P6, P8, and P1 by what it has done.
    fn check_claims(&mut self, number: usize, ended: Ended) {
        let (now, lag) = (self.now, secs(self.schedule.lag));
        let run = &mut self.runs[number];
        let request = &run.task.request;
        let (began, door) = (run.began, request.door);
        let may_pause_unread =
            request.participant.is_some() && request.phase == Phase::Started && door != Door::Watch;
        let is_by_then = |at: Option<At>| at.is_some_and(|at| at <= began + UNREAD);
        let is_due = may_pause_unread && now > began + UNREAD && !run.lacked_token;
        if is_due && !is_by_then(run.first_put) && !is_by_then(run.first_reading) {
            self.breaks(number, "nothing is paused though nothing can be read".to_owned());
        }
        // A flow asks for the card on the answer. An event's is about its own secure pause.
        let on = Record::since(self.call.past(), now, |state| state.secure_pause);
        let is_still_on = door == Door::Direct || on.is_some_and(|on| on <= began);
        match ended {
            Ended::Answered((Outcome::ConversationOver, _)) if !self.call.now().is_over => {
                self.breaks(number, "the conversation is called over".to_owned());
            }
            Ended::Answered((_, true)) if self.schedule.reports != Reports::NoScreens && is_still_on => {
                let history = self.runs[number].decider.history();
                let is_target = |agent: &Agent| {
                    let leg = history.leg(participant(*agent));
                    leg.is_some_and(|leg| !matches!(leg.state(), Some(LegState::Gone)))
                };
                let targets: Vec<Agent> = Agent::BOTH.into_iter().filter(is_target).collect();
                for agent in targets {
                    let recorded = |state: &super::call::State| {
                        let leg = state.leg(agent);
                        leg.screen == Screen::Active && matches!(leg.life, Life::Live)
                    };
                    let since = Record::since(self.call.past(), now, recorded);
                    if let Some(since) = since.filter(|since| now - *since > lag + LOOK) {
                        let claimed =
                            format!("paused is claimed of {agent:?}, recorded for {:?}", now - since);
                        self.breaks(number, claimed);
                    }
                }
            }
            _ => {}
        }
    }

    fn breaks(&mut self, number: usize, what: String) {
        let broken = format!("#{number}, {:?}, at {:.2?}: {what}", self.runs[number].task.what, self.now);
        self.tell(|| format!("BROKEN: {broken}"));
        self.record.broken.push(broken);
    }
}

/// What a reading that goes wrong comes to.
enum Failed {
    Slow(Duration),
    Missing,
    With(Failure, Duration),
}

fn failed(fault: Fault, has_token: bool, took: Duration) -> Failed {
    let operation = if has_token { Operation::Conversation } else { Operation::Token };
    let upstream = |what| Error::UpstreamUnavailable(Answered { operation, what, correlation: None });
    let answered = |status| Answered { operation, what: Came::Status(status), correlation: None };
    let (error, retry, took) = match fault {
        Fault::Slow(_, took) if has_token => return Failed::Slow(secs(took)),
        Fault::Missing if has_token => return Failed::Missing,
        Fault::Status(429) => (Error::RateLimited(answered(429)), Retry::Backoff, took),
        Fault::RetryAfter(wait) => {
            (Error::RateLimited(answered(429)), Retry::After(Duration::from_secs(wait)), took)
        }
        Fault::Status(401) if has_token => (Error::CredentialsRejected(answered(401)), Retry::Now, took),
        // A gateway's page: no word of Genesys'.
        Fault::Status(404) if has_token => {
            (Error::ConversationUnreadable(answered(404)), Retry::Backoff, took)
        }
        Fault::Status(status) => (upstream(Came::Status(status)), Retry::Backoff, took),
        Fault::Unreachable => (upstream(Came::Unreachable), Retry::Reconnect, took),
        Fault::Silent(_) => (upstream(Came::TimedOut), Retry::Reconnect, ATTEMPT),
        _ => (upstream(Came::Broken), Retry::Reconnect, took),
    };
    Failed::With(Failure { error, retry }, took)
}

/// What an answer to a pause or a resume means.
fn meaning(action: Action, answer: PutAnswer) -> (Reply, Result<Answer, Failure>) {
    let operation = action.operation();
    let answered = |what| Answered { operation, what, correlation: None };
    let failed = |error, retry| Err(Failure { error, retry });
    let status = match answer {
        PutAnswer::Status(status) => Some(status),
        PutAnswer::RetryAfter(_) => Some(429),
        PutAnswer::Unreachable | PutAnswer::Broken | PutAnswer::NoToken => None,
    };
    let answer = match answer {
        PutAnswer::Status(200) => Ok(Answer::Acknowledged),
        PutAnswer::Status(401) => failed(Error::CredentialsRejected(answered(Came::Status(401))), Retry::Now),
        PutAnswer::Status(429) => failed(Error::RateLimited(answered(Came::Status(429))), Retry::Backoff),
        PutAnswer::RetryAfter(wait) => {
            failed(Error::RateLimited(answered(Came::Status(429))), Retry::After(Duration::from_secs(wait)))
        }
        PutAnswer::Status(status) if status >= 500 || status == 408 => {
            failed(Error::UpstreamUnavailable(answered(Came::Status(status))), Retry::Backoff)
        }
        PutAnswer::Status(status) => Ok(Answer::Refused(answered(Came::Status(status)))),
        PutAnswer::Unreachable => {
            failed(Error::UpstreamUnavailable(answered(Came::Unreachable)), Retry::Reconnect)
        }
        PutAnswer::NoToken => failed(Error::DeadlineExceeded(operation), Retry::Now),
        PutAnswer::Broken => failed(Error::UpstreamUnavailable(answered(Came::Broken)), Retry::Reconnect),
    };
    (Reply { status, correlation_id: None }, answer)
}
