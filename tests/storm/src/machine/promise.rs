//! What must hold of a record:
//!
//! 1. No screen that is to be dark is recorded during a secure pause longer than the delivery of its event, the lag of
//!    reads, and the requests; a screen that was resumed into one is dark again within the same time. Where an
//!    invocation fails or is killed meanwhile, or a resume is carried out after nobody waits for it any more, no
//!    longer than the watch's delay and one visibility timeout more for each.
//! 2. While a secure flow takes a card, the same, as long as no invocation is killed meanwhile: one that resumes for an
//!    earlier event and is killed before it has read back is the watch's to heal.
//! 3. Once things are quiet, each live agent's screen is paused exactly while the conversation is in secure pause,
//!    unless SQS refused a message, which rings an alarm, or an order was killed before it posted its own. Messages of
//!    the watch come to an end.
//!
//! And on the way (`claims`): no resume is sent more than the lag and the age of a reading after a secure pause began,
//! nor to a leg in wrap-up; a conversation is called over only if it is; nothing is claimed to be paused that has been
//! recorded for longer than a reading can miss; an unread pause is out in time.

use std::time::Duration;

use secure_pause::genesys::screen_recording::Action;

use super::call::{At, Screen};
use super::delivery::VISIBILITY;
use super::play::secs;
use super::record::{Attempt, Ended, Pause, Record, Taking, What};
use super::schedule::{Schedule, Step};
use crate::attempt::{Start, in_vain};
use crate::draws::Agent;
use crate::tally::Tally;

/// How far reads may trail writes.
const LAG: Duration = Duration::from_secs(3);
/// The longest wait between two readings, the reading and the pause after it, and what is lost before the first of
/// them: each as long as the slowest schedule's requests take.
const REQUESTS: Duration = Duration::from_millis(1000 + 3 * 375);
/// Errors that faults and kills lead to. Any other is a defect.
const EXPECTED: [&str; 11] = [
    "CredentialsRejected",
    "ConversationUnreadable",
    "EndpointMissing",
    "Rejected",
    "NoTarget",
    "NotPaused",
    "NotResumed",
    "RateLimited",
    "UpstreamUnavailable",
    "DeadlineExceeded",
    "CredentialsUnavailable",
];

/// Measures a record. Gives what it counts for, and each promise that it breaks.
pub fn judge(schedule: &Schedule, record: &Record) -> (Tally, Vec<String>) {
    let mut judge = Judge { schedule, record, tally: Tally::default(), broken: record.broken.clone() };
    judge.count();
    for pause in 0..record.pauses.len() {
        judge.secure_pause(pause);
    }
    for taking in &record.takings {
        judge.flow(taking);
    }
    judge.quiet();
    judge.watch();
    (judge.tally, judge.broken)
}

struct Judge<'a> {
    schedule: &'a Schedule,
    record: &'a Record,
    tally: Tally,
    broken: Vec<String>,
}

impl Judge<'_> {
    fn count(&mut self) {
        let tally = &mut self.tally;
        tally.schedules = 1;
        tally.pauses = self.record.pauses.len();
        tally.flows = self.record.takings.len();
        tally.requests = self.record.requests;
        tally.unwatched = usize::from(self.record.is_not_watched);
        tally.events += self.record.snapshots;
        for (_, step) in self.schedule.steps.iter().filter(|_| !self.schedule.by_snapshots) {
            if let Step::Started(_, _, deliveries) | Step::Ended(_, _, deliveries) = step {
                tally.events += deliveries.len();
            }
        }
        self.broken.extend(self.tally.count(&self.record.attempts, &EXPECTED));
    }

    fn secure_pause(&mut self, number: usize) {
        let record = self.record;
        let Pause { wanted, began, ended, agent } = record.pauses[number];
        let ended = ended.unwrap_or_else(|| self.end());
        let start = Start::of(number, &record.attempts);
        let unanswered = usize::from(!start.is_answered());
        let Some(due) = start.due() else { return };
        for wanted in Agent::BOTH.into_iter().filter(|agent| wanted[*agent as usize]) {
            for (from, to) in record.recorded(wanted, due, ended) {
                let exposed = record.undisturbed(from, to);
                let failures = self.failures(from, to) + self.late_resumes(began, to);
                let healing = self.healing(failures.max(unanswered));
                if exposed > LAG + REQUESTS + healing {
                    self.broken.push(format!(
                        "secure pause {number}: the screen of {wanted:?} was recorded for {exposed:.1?} from {from:.1?} \
                         on, though its event was due at {due:.1?}",
                    ));
                }
            }
        }
        if let Some(delivered) = start.delivered().filter(|delivered| *delivered < ended) {
            self.tally.note(&start, record.recorded(agent, delivered, ended), life);
        }
    }

    fn flow(&mut self, taking: &Taking) {
        let is_meanwhile = |attempt: &&Attempt| attempt.is_meanwhile(taking.ordered, taking.ended);
        let mut meanwhile = self.record.attempts.iter().filter(is_meanwhile);
        // Only the order's own message knows of a flow that no body shows.
        let is_safe = meanwhile.all(|attempt| {
            let is_own = matches!(attempt.what, What::Order(_));
            attempt.ended != Ended::Killed && (taking.is_shown || is_own)
        });
        if !is_safe {
            return;
        }
        for agent in Agent::BOTH.into_iter().filter(|agent| taking.wanted[*agent as usize]) {
            for (from, to) in self.record.recorded(agent, taking.began, taking.ended) {
                self.tally.reopened.push(life(from, to));
                let exposed = self.record.undisturbed(from, to);
                let failures = self.failures(taking.ordered, to) + self.late_resumes(taking.ordered, to);
                let healing = self.healing(failures);
                if exposed > LAG + REQUESTS + healing {
                    self.broken.push(format!(
                        "secure flow: the screen of {agent:?} was recorded for {exposed:.1?} from {from:.1?} on"
                    ));
                }
            }
        }
    }

    fn quiet(&mut self) {
        let (record, state) = (self.record, self.record.end());
        if record.endless > 0 {
            self.broken.push("in the end: a message of the watch comes to no end".to_owned());
        }
        // What may be on: the last secure pause of an agent, or the one that an order has begun since. If the order was
        // not answered `paused`, no card was asked for.
        let pause = record.pauses.last();
        let order = record.voice_order.filter(|at| pause.is_none_or(|pause| pause.began < *at));
        let taking = record.takings.last().filter(|taking| order == Some(taking.ordered));
        let pause = pause.filter(|pause| pause.ended.is_none() || order.is_none()).map(|pause| pause.wanted);
        let holds: Vec<_> = pause.into_iter().chain(taking.map(|taking| taking.wanted)).collect();
        for agent in Agent::BOTH.into_iter().filter(|agent| state.is_live(*agent)) {
            let is_dark = state.leg(agent).screen == Screen::Paused;
            let is_wanted = holds.iter().any(|wanted| wanted[agent as usize]);
            if state.secure_pause && is_wanted && !is_dark {
                self.broken
                    .push(format!("in the end: the screen of {agent:?} is recorded during a secure pause"));
            }
            if !state.secure_pause && is_dark && !record.is_not_watched {
                self.broken
                    .push(format!("in the end: the screen of {agent:?} is paused without a secure pause"));
            }
        }
    }

    /// What only a check of the watch can have done.
    fn watch(&mut self) {
        for (at, action) in &self.record.by_watch {
            let Some(pause) = self.record.pauses.iter().rev().find(|pause| pause.began <= *at) else {
                continue;
            };
            match (action, pause.ended.filter(|ended| ended < at)) {
                (Action::Pause, None) => self.tally.repaired.push(life(pause.began, *at)),
                (Action::Resume, Some(ended)) => self.tally.recovered.push(life(ended, *at)),
                _ => {}
            }
        }
    }

    /// The end of everything.
    fn end(&self) -> At {
        let tried = self.record.attempts.iter().map(|attempt| attempt.ended_at);
        tried.chain(self.record.past.last().map(|(at, _)| *at)).max().unwrap_or_default()
    }

    /// How long the watch takes: its first check, and one more for each that fails.
    fn healing(&self, failures: usize) -> Duration {
        let delay = if failures == 0 { Duration::ZERO } else { secs(self.schedule.queue_delay) };
        delay + VISIBILITY * u32::try_from(failures).unwrap_or_default()
    }

    /// How many invocations failed altogether in a span of time: one may have been to pause, or have resumed for an
    /// earlier event and not read back; another the check that was to heal that.
    fn failures(&self, from: At, to: At) -> usize {
        in_vain(&self.record.attempts, from, to)
    }

    /// How many resumes were carried out that nobody waited for any more.
    fn late_resumes(&self, from: At, to: At) -> usize {
        self.record.late_resumes.iter().filter(|at| from <= **at && **at <= to).count()
    }
}

fn life(from: At, to: At) -> f64 {
    to.saturating_sub(from).as_secs_f64()
}
