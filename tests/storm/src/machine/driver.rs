//! Carries out what the machine commands, as the function's own driver does: one reading at a time, one request a leg,
//! one timer.

use std::time::Duration;

use secure_pause::decide::history::{History, Moment};
use secure_pause::decide::outcome::Outcome;
use secure_pause::decide::request::Door;
use secure_pause::decide::{Command, Decider, Input};

use super::Without;
use super::call::{At, agent_of};
use super::delivery::Task;
use super::play::{Event, Play, secs};
use super::reading::Reading;
use super::record::{Attempt, Ended};
use super::schedule::Fault;

/// What an invocation of an event has, once the time to report is kept back.
const EVENT_BUDGET: Duration = Duration::from_millis(29_500);
/// A caller is on the line; and a check of the watch must not hold its slot.
const SHORT_BUDGET: Duration = Duration::from_secs(8);

/// One invocation.
pub struct Run<'a> {
    pub task: Task,
    pub decider: Decider<'a>,
    pub ended: Option<Ended>,
    pub began: At,
    timer: u32,
    pub reading: Reading,
    pub sends: [Option<usize>; 2],
    /// The request for the voice that is under way.
    pub voice: Option<usize>,
    pub has_token: bool,
    /// Whether it was without a token for a while.
    pub lacked_token: bool,
    /// Whether a message of it is with SQS.
    pub has_posted: bool,
    /// Whether a reading of it went wrong.
    pub is_disturbed: bool,
    /// Requests that went wrong and were not made good yet, since when: readings, then a leg each.
    pub disturbed: [Option<At>; 3],
    pub first_put: Option<At>,
    pub first_reading: Option<At>,
}

impl Play<'_> {
    pub fn begin(&mut self, task: Task) {
        let request = self.requests.alloc(task.request.clone());
        let history = self.histories.alloc(History::default());
        let is_asynchronous = matches!(request.door, Door::Event | Door::Snapshot);
        let budget = if is_asynchronous { EVENT_BUDGET } else { SHORT_BUDGET };
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
            voice: None,
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

    pub fn drive(&mut self, number: usize, next: impl FnOnce(&mut Decider<'_>, Moment) -> Vec<Command>) {
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
            Command::Read { until, rank } => {
                self.runs[number].reading = Reading::until(began + until, rank);
                self.get(number);
            }
            Command::Send(id, action) => self.send(number, agent_of(id), action),
            Command::GiveUp(id) => {
                self.tell(|| format!("    #{number} gives up {:?}", agent_of(id)));
                self.runs[number].sends[agent_of(id) as usize] = None;
            }
            Command::SendVoice(action) => self.send_voice(number, action),
            Command::GiveUpVoice => self.runs[number].voice = None,
            Command::PostWatch => {
                let at = self.now + secs(0.02 + 0.3 * self.rng.f64());
                self.push(at, Event::Posted(number, false));
            }
            Command::WaitUntil(_) if self.is_done_at_once(number) => {
                self.end(number, Ended::Answered((Outcome::Ignored, false)));
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

    /// Whether a snapshot is done with its first reading, where [`Without::SecondLook`].
    fn is_done_at_once(&self, number: usize) -> bool {
        let run = &self.runs[number];
        let is_snapshot = run.task.request.door == Door::Snapshot;
        let has_looked = run.first_reading.is_some() && run.first_put.is_none();
        self.without == Some(Without::SecondLook) && is_snapshot && has_looked
    }

    fn is_paused(&mut self, number: usize, outcome: Outcome) -> bool {
        let run = &mut self.runs[number];
        outcome == Outcome::Paused
            && run.decider.history().is_paused(run.task.request.door, self.policy.require_verified)
    }

    pub fn end(&mut self, number: usize, ended: Ended) {
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
        let is_left = matches!(ended, Ended::Answered((Outcome::LeftForLater, _)));
        let is_in_vain = !ended.is_answered() || is_cut_short || is_left;
        self.record.attempts.push(Attempt { what, began, ended_at: now, ended, is_in_vain });
        self.ended(number, ended);
    }

    /// Notes what went wrong since when, and what was made good by now.
    pub fn disturb(&mut self, number: usize, what: usize, fault: Option<Fault>, took: Duration) {
        let now = self.now;
        self.runs[number].is_disturbed |= what == 0 && fault.is_some();
        let since = &mut self.runs[number].disturbed[what];
        if fault.is_some() {
            since.get_or_insert(now);
        } else if let Some(since) = since.take() {
            self.record.disturbed.push((since, now + took));
        }
    }
}
