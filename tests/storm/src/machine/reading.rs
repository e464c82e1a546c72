//! Readings of the conversation, with the client's own retries.

use std::rc::Rc;
use std::time::Duration;

use secure_pause::decide::Input;
use secure_pause::decide::outcome::Outcome;
use secure_pause::decide::request::Phase;
use secure_pause::error::{Answered, Error, Failure, Operation, Retry, What as Came};
use secure_pause::genesys::Rank;
use secure_pause::genesys::conversation::{Conversation, Screen as Shown};

use super::Without;
use super::call::{At, participant};
use super::play::{Event, Play, secs};
use super::record::Ended;
use super::schedule::{Fault, On};
use crate::draws::Agent;

/// One attempt at a reading.
const ATTEMPT: Duration = Duration::from_secs(2);
/// The client's own waits between attempts at a reading, before jitter.
pub const FIRST_WAIT: Duration = Duration::from_millis(50);
/// See [`FIRST_WAIT`].
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How often a body that is none is read.
const UNREADABLE_READINGS: u32 = 4;
/// The fourth 401 in a row is final.
const REFUSED_TOKENS: u32 = 4;
/// How old the state is that is handed out for a fresh one, where [`Without::Freshness`].
const STALE: Duration = Duration::from_secs(6);

/// The reading under way.
#[derive(Default)]
pub struct Reading {
    until: At,
    waits: u32,
    has_reconnected: bool,
    unreadable: u32,
    refused: u32,
    cause: Option<Error>,
    rank: Rank,
}

impl Reading {
    /// One that is given up then.
    pub fn until(until: At, rank: Rank) -> Self {
        Self { until, rank, ..Self::default() }
    }
}

/// What came of a reading.
#[derive(Debug)]
pub struct Got {
    began: At,
    read: Result<Option<Rc<Conversation>>, Error>,
}

impl Play<'_> {
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
                Failed::With(failure, took) => {
                    let failure = given_way(self.runs[number].reading.rank, failure);
                    self.get_again(number, failure, now + took);
                }
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
        let is_started = self.runs[number].task.request.phase == Some(Phase::Started);
        let ends = matches!(&got.read, Ok(Some(it)) if shows_end(it));
        if self.without == Some(Without::Lag) && has_paused && is_started && ends {
            return self.end(number, Ended::Answered((Outcome::Paused, true)));
        }
        self.drive(number, |decider, now| {
            let read = got.read.as_ref().map(Option::as_deref).map_err(Clone::clone);
            decider.next(now, Input::Reading { began, read })
        });
    }
}

/// A later check makes no other attempt at the client's limit.
fn given_way(rank: Rank, failure: Failure) -> Failure {
    match failure {
        Failure { error: Error::RateLimited(answered), .. }
            if rank == Rank::Later && answered.operation == Operation::Conversation =>
        {
            let answered = Answered { what: Came::LimitReached, ..answered };
            Failure { error: Error::RateLimited(answered), retry: Retry::Never }
        }
        failure => failure,
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
