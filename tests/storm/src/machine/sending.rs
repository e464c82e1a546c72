//! Pauses and resumes on their way: when each arrives, how it is answered, and what that means.

use std::time::Duration;

use secure_pause::decide::Input;
use secure_pause::decide::outcome::Outcome;
use secure_pause::error::{Answered, Error, Failure, Retry, What as Came};
use secure_pause::genesys::screen_recording::{Action, Answer, Reply};
use secure_pause::ids::ParticipantId;

use super::Without;
use super::call::{Screen, participant};
use super::play::{Event, Play, secs};
use super::reading::FIRST_WAIT;
use super::record::{Ended, What};
use super::schedule::{Fault, On};
use crate::draws::Agent;

/// How far reads may trail writes.
const LAG: Duration = Duration::from_secs(3);

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
    /// It was not sent, because there was no token.
    NoToken,
}

impl Play<'_> {
    pub fn send(&mut self, number: usize, agent: Agent, action: Action) {
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
}

/// What an answer to a pause or a resume means.
pub fn meaning(action: Action, answer: PutAnswer) -> (Reply, Result<Answer, Failure>) {
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
