//! How the machine resumes, and how it takes a resume back (P2 and P3).

use std::time::Duration;

use super::ending::Course;
use super::history::{Moment, Withdrawal};
use super::outcome::{Outcome, State};
use super::request::Door;
use super::tables::{Reads, Rule};
use super::targets::Legs;
use super::{Command, Decider, Ended, read_back};
use crate::genesys::conversation::Conversation;
use crate::genesys::screen_recording::Action;

/// A reading that began longer ago allows no resume.
pub(super) const STALE_READING: Duration = Duration::from_secs(2);

impl Decider<'_> {
    pub(super) fn resume(&mut self, conversation: &Conversation, began: Moment) -> Ended {
        if matches!(self.course(), Course::Pausing | Course::Withdrawing) {
            return None;
        }
        let legs = Legs::of(self.request, conversation);
        let (targets, resolution) = legs.to_resume(self.policy.all_agents);
        let new = self.unknown(targets);
        // Off may be from before the secure pause that the snapshot shows.
        let is_known = self.request.door != Door::Snapshot || self.shows_the_event(began);
        if new.is_empty() {
            return (is_known && self.course() == Course::Looking).then_some(Ok(Outcome::NothingPaused));
        }
        if self.may_resume(Rule::Resume, began) {
            self.history.resolution.get_or_insert(resolution);
            for leg in new {
                self.begin(leg, Action::Resume, legs.is_own(leg));
            }
        } else if self.course() == Course::Looking && self.left() < self.policy.timing.afterwards {
            return Some(Ok(self.too_late_to_resume()));
        } else if is_known {
            self.readings.not_before = self.resume_not_before();
            self.is_left_dark |=
                self.course() == Course::Resuming && self.left() < self.policy.timing.afterwards;
        }
        None
    }

    /// Whether P2 allows a resume now, and the time that P3 needs is left.
    pub(super) fn may_resume(&self, rule: Rule, began: Moment) -> bool {
        rule == Rule::Resume
            && self.now.saturating_sub(began) < STALE_READING
            && self.now >= self.resume_not_before()
            && self.left() >= self.policy.timing.afterwards
    }

    fn resume_not_before(&self) -> Moment {
        let delay = self.policy.resume_delay;
        match self.request.door {
            Door::Event => {
                let left = time::Duration::try_from(delay).unwrap_or_default() - self.age;
                Moment::try_from(left).unwrap_or_default()
            }
            // A snapshot does not say when the secure pause ended: by the first reading that shows it at the latest.
            Door::Snapshot => self.said.map_or(delay, |(_, since)| since + delay),
            Door::Direct | Door::Watch => Moment::ZERO,
        }
    }

    pub(super) fn too_late_to_resume(&self) -> Outcome {
        match self.request.door {
            Door::Event | Door::Snapshot => Outcome::Doubtful,
            Door::Direct => Outcome::Deferred,
            Door::Watch => Outcome::Watching,
        }
    }

    /// Whether a reading takes the resume back. On does. So does a sign, once reads have caught up, because some
    /// organizations report secure pause through the voice alone; but not at the direct door, where the flow itself is
    /// the sign.
    pub(super) fn is_withdrawn_by(&self, reads: Reads, began: Moment) -> bool {
        let has_caught_up = self.caught_up_at().is_some_and(|at| began >= at);
        match reads {
            Reads::On => self.history.legs.iter().any(|leg| began >= leg.current.first),
            Reads::Sign => has_caught_up && self.request.door != Door::Direct,
            Reads::Missing | Reads::Over | Reads::Off | Reads::Unknown => false,
        }
    }

    /// From this moment on, a reading that begins shows everything that happened before the last request ended. None
    /// while a request is under way.
    pub(super) fn caught_up_at(&self) -> Option<Moment> {
        let ends: Option<Vec<_>> = self.history.legs.iter().map(|leg| leg.current.ended()).collect();
        ends?.into_iter().max().map(|last| last + self.policy.timing.lag)
    }

    /// Pauses again every screen that was resumed, or may have been. A leg that had gone may be in wrap-up by now.
    pub(super) fn withdraw(&mut self, conversation: Option<&Conversation>) {
        let sent = self.history.legs.iter().map(|leg| leg.sent).min();
        self.history.withdrawn = sent.map(|sent| Withdrawal { sent, was_on: false });
        let now = self.now;
        for leg in &mut self.history.legs {
            let seen = conversation.and_then(|conversation| conversation.agent_leg(leg.participant));
            let is_left = match leg.state() {
                Some(State::NotRecording | State::Terminated) => false,
                Some(State::Gone) => seen.is_some_and(|leg| !read_back::is_gone(leg)),
                _ => true,
            };
            if !is_left {
                continue;
            }
            if leg.current.is_under_way {
                self.commands.push(Command::GiveUp(leg.participant));
            }
            leg.take_back(now);
            self.commands.push(Command::Send(leg.participant, Action::Pause));
        }
        self.readings.restart(now);
    }
}
