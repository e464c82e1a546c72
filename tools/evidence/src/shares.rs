//! What stands out by queue and by agent: secure pauses that became dark late or not at all, very short ones, and payment
//! calls without one. Ids only.
//!
//! The queue of a secure pause is known by the lines of proof of its call; where these name several, it counts for each.
//! Its agent is the one who started it, by the live record. Where that names nobody, it counts for every agent on the
//! call, as does a payment call without one.

use std::collections::BTreeMap;

use uuid::NonNilUuid;

use crate::proof::Proof;
use crate::secure_pause::{End, SecurePause};
use crate::stored::{Claim, Proofs, Proven, Stored};

/// A pause is late if the screen was dark later than this after the start. That is stricter than the alarm
/// `exposure-high`, whose threshold (`ExposureThresholdMs`) is 5 s by default.
pub const LATE_MS: u32 = 2_000;
/// Nobody takes a card in less time: pressed by mistake, or for form's sake.
pub const SHORT_MS: i64 = 5_000;

/// The secure pauses of a queue or an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// All of them.
    pub pauses: usize,
    /// Those after whose start the screen became dark late.
    pub late: usize,
    /// Those in which, by the live records or the recordings, it was recorded, or may have been by the live records.
    pub not_dark: usize,
    /// Very short ones.
    pub short: usize,
    /// Payment calls without one.
    pub none: usize,
}

/// What stands out by whom.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// By queue.
    pub queues: BTreeMap<NonNilUuid, Share>,
    /// By agent.
    pub agents: BTreeMap<NonNilUuid, Share>,
    /// Secure pauses and payment calls whose queue no line names.
    pub without_queue: usize,
    /// Those whose agent no line names.
    pub without_agent: usize,
}

impl Share {
    /// Whether there is something to look at.
    pub const fn stands_out(&self) -> bool {
        self.late + self.not_dark + self.short + self.none > 0
    }

    fn add(&mut self, other: Self) {
        self.pauses += other.pauses;
        self.late += other.late;
        self.not_dark += other.not_dark;
        self.short += other.short;
        self.none += other.none;
    }
}

impl Shares {
    /// Those of these secure pauses, of those that only the recordings show, and of payment calls without one.
    pub(crate) fn of(pauses: &[SecurePause], proofs: &Proofs, lines: &[Proof]) -> Self {
        let mut shares = Self::default();
        for pause in pauses {
            let agent = pause.user.as_ref().map(std::slice::from_ref);
            shares.count(pause.conversation, agent, lines, live(pause, lines));
        }
        for line in proofs.found.iter().map(|found| &lines[found.line]) {
            let share = Share {
                pauses: 1,
                not_dark: usize::from(is_recorded(Stored::of(line))),
                short: usize::from(length(line).is_some_and(|ms| ms < SHORT_MS)),
                ..Share::default()
            };
            shares.count(line.conversation, None, lines, share);
        }
        for line in proofs.unpaused.iter().map(|place| &lines[*place]) {
            shares.count(line.conversation, None, lines, Share { none: 1, ..Share::default() });
        }
        shares
    }

    fn count(&mut self, call: NonNilUuid, agent: Option<&[NonNilUuid]>, lines: &[Proof], share: Share) {
        let of_call = lines[lines.partition_point(|line| line.conversation < call)..].iter();
        let of_call = || of_call.clone().take_while(|line| line.conversation == call);
        // Of several readings of a call the last knows most.
        let last = |ids: &dyn Fn(&Proof) -> &[NonNilUuid]| -> Vec<NonNilUuid> {
            let line = of_call().filter(|line| !ids(line).is_empty()).max_by_key(|line| line.written);
            line.map(ids).unwrap_or_default().to_vec()
        };
        let queues = last(&|line| &line.queues);
        let agents = agent.map_or_else(|| last(&|line| &line.users), <[_]>::to_vec);
        self.without_queue += usize::from(queues.is_empty());
        self.without_agent += usize::from(agents.is_empty());
        for (ids, all) in [(queues, &mut self.queues), (agents, &mut self.agents)] {
            for id in ids {
                all.entry(id).or_default().add(share);
            }
        }
    }
}

fn live(pause: &SecurePause, lines: &[Proof]) -> Share {
    let stored = pause.proof.and_then(|line| lines.get(line)).and_then(length);
    let told = if let End::Told(end) = pause.end { Some(end.since(pause.start)) } else { None };
    let is_late = pause.exposure.is_some_and(|it| it.is_until_dark && it.ms > LATE_MS);
    let is_lost = Claim::of(pause) == Claim::NotDark || is_recorded(pause.stored);
    Share {
        pauses: 1,
        late: usize::from(is_late),
        not_dark: usize::from(is_lost),
        short: usize::from(stored.or(told).is_some_and(|ms| ms < SHORT_MS)),
        none: 0,
    }
}

const fn is_recorded(stored: Stored) -> bool {
    matches!(stored.proven(), Proven::Recorded | Proven::Remedied)
}

/// How long a secure pause was, by the recording.
fn length(line: &Proof) -> Option<i64> {
    Some(line.to?.since(line.from?))
}
