//! How the machine pauses: which screens, without a reading too, and how it ends if nobody is left to pause.

use super::ending::Course;
use super::history::{Leg, Moment};
use super::outcome::Outcome;
use super::request::{Door, Phase, Request};
use super::tables::Exposed;
use super::targets::{Legs, Resolution, is_out_of_reach};
use super::{Command, Decider, Ended};
use crate::error::Error;
use crate::genesys::conversation::{Conversation, Participant, Screen};
use crate::genesys::screen_recording::Action;
use crate::ids::ParticipantId;

impl Decider<'_> {
    pub(super) fn pause(&mut self, conversation: &Conversation, exposed: Exposed, began: Moment) -> Ended {
        if self.course() == Course::Resuming {
            return None;
        }
        let legs = Legs::of(self.request, conversation);
        let (targets, resolution) = legs.to_pause(self.policy.all_agents);
        let exposed: Vec<_> = match exposed {
            Exposed::All => targets,
            Exposed::NotPaused => targets.into_iter().filter(|leg| leg.screen() != Screen::Paused).collect(),
            Exposed::StillActive => self.still_active(targets, began)?,
        };
        if !exposed.is_empty() {
            self.history.resolution = Some(resolution);
        }
        self.history.is_out_of_reach = exposed.iter().any(is_out_of_reach);
        for leg in self.unknown(exposed) {
            self.begin(leg, Action::Pause, legs.is_own(leg));
        }
        match self.request.door {
            _ if self.course() != Course::Looking => None,
            Door::Watch => Some(self.nobody_is_left()),
            // Nobody to pause is found. Reads may lag, so it counts only after that time. A snapshot's one other reading
            // tells whether `paused` was from before.
            door => {
                let nobody = *self.nobody_since.get_or_insert(began) + self.policy.timing.lag;
                if door == Door::Snapshot {
                    self.readings.not_before = nobody;
                }
                (began >= nobody).then(|| self.nobody_is_left())
            }
        }
    }

    /// How it ends if nobody is left to pause. Of many snapshots, most find every screen dark.
    pub(super) fn nobody_is_left(&self) -> Result<Outcome, Error> {
        match self.request.door {
            Door::Event | Door::Direct => Err(Error::NoTarget),
            Door::Snapshot if self.history.is_out_of_reach => Err(Error::NoTarget),
            Door::Snapshot => Ok(Outcome::Ignored),
            Door::Watch => Ok(Outcome::Watching),
        }
    }

    /// The targets that read `active` now and did so a lag ago. None while a second reading has to decide.
    fn still_active<'c>(
        &mut self,
        targets: Vec<&'c Participant>,
        began: Moment,
    ) -> Option<Vec<&'c Participant>> {
        let active: Vec<_> = targets.into_iter().filter(|leg| leg.screen() == Screen::Active).collect();
        let ids: Vec<_> = active.iter().filter_map(|leg| leg.id()).collect();
        self.active_since.retain(|id, _| ids.contains(id));
        for id in ids {
            self.active_since.entry(id).or_insert(began);
        }
        let Some(first) = self.active_since.values().min() else { return Some(active) };
        let second = *first + self.policy.timing.lag;
        if self.course() == Course::Looking && began < second {
            self.readings.not_before = second;
            return None;
        }
        let is_still = |leg: &&Participant| {
            let since = leg.id().and_then(|id| self.active_since.get(&id));
            since.is_some_and(|since| began >= *since + self.policy.timing.lag)
        };
        Some(active.into_iter().filter(is_still).collect())
    }

    /// The legs that are no target yet.
    pub(super) fn unknown<'c>(&self, legs: Vec<&'c Participant>) -> Vec<&'c Participant> {
        let is_new = |leg: &&Participant| leg.id().is_some_and(|id| self.history.leg(id).is_none());
        legs.into_iter().filter(is_new).collect()
    }

    pub(super) fn begin(&mut self, seen: &Participant, action: Action, is_own: bool) {
        let Some(id) = seen.id() else { return };
        let mut leg = Leg::begun(id, action, is_own, self.now);
        leg.read(Moment::ZERO, Some(seen.screen()));
        self.history.legs.push(leg);
        self.commands.push(Command::Send(id, action));
        self.readings.restart(self.now);
    }

    /// Pauses the leg that the event names, because no reading can be had.
    pub(super) fn pause_unread(&mut self) {
        let Some(id) = self.named() else { return };
        self.history.resolution = Some(Resolution::Unread);
        self.history.legs.push(Leg::begun(id, Action::Pause, true, self.now));
        self.commands.push(Command::Send(id, Action::Pause));
        self.readings.restart(self.now);
    }

    /// The leg to pause without a reading. The watch has time to read again, so it pauses nobody without one.
    pub(super) fn named(&self) -> Option<ParticipantId> {
        self.request.participant.filter(|_| self.may_pause_unread())
    }

    pub(super) fn may_pause_unread(&self) -> bool {
        let Request { door, phase, .. } = *self.request;
        let may = door != Door::Watch && phase == Some(Phase::Started) && self.course() == Course::Looking;
        may && !self.policy.is_observed && self.readings.arrived.is_none()
    }
}
