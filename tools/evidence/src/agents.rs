//! What stands out by agent: secure pauses that became dark late or not at all, and very short ones.

use std::collections::BTreeMap;

use uuid::NonNilUuid;

use crate::proof::Proof;
use crate::secure_pause::{End, SecurePause};
use crate::stored::Claim;

/// A pause is late where the screen was dark later than this: the default of the stack's `ExposureThresholdMs`.
pub const LATE_MS: u32 = 2_000;
/// Nobody takes a card in less time: pressed by mistake, or for form's sake.
pub const SHORT_MS: i64 = 5_000;

/// The secure pauses of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// All of them.
    pub pauses: usize,
    /// Those after whose start the screen became dark late.
    pub late: usize,
    /// Those in which, by the live records, it was recorded, or may have been.
    pub not_dark: usize,
    /// Very short ones.
    pub short: usize,
}

impl Agent {
    /// Whether there is something to look at.
    pub const fn stands_out(&self) -> bool {
        self.late + self.not_dark + self.short > 0
    }
}

/// The agents whom records name.
pub(crate) fn of(pauses: &[SecurePause], proofs: &[Proof]) -> BTreeMap<NonNilUuid, Agent> {
    let mut agents: BTreeMap<NonNilUuid, Agent> = BTreeMap::new();
    for pause in pauses {
        let Some(user) = pause.user else { continue };
        let agent = agents.entry(user).or_default();
        let is_late = pause.exposure.is_some_and(|it| it.is_until_dark && it.ms > LATE_MS);
        agent.pauses += 1;
        agent.late += usize::from(is_late);
        agent.not_dark += usize::from(Claim::of(pause) == Claim::NotDark);
        agent.short += usize::from(length(pause, proofs).is_some_and(|ms| ms < SHORT_MS));
    }
    agents
}

/// How long a secure pause was: by the recording, else by its own records.
fn length(pause: &SecurePause, proofs: &[Proof]) -> Option<i64> {
    let stored =
        pause.proof.and_then(|line| proofs.get(line)).and_then(|line| Some(line.to?.since(line.from?)));
    let told = if let End::Told(end) = pause.end { Some(end.since(pause.start)) } else { None };
    stored.or(told)
}
