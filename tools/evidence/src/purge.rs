//! The lines that `make purge` writes (docs/operations.md): what a person did about a screen recording, and what that
//! comes to for a secure pause that is exposed.
//!
//! A secure pause is remedied if every screen recording that may hold it is deleted, and no copy of one has left Genesys.
//! The same is asked of one that an earlier line called exposed.
//!
//! How much a file may hold is what it spans of the secure pause, less the missing time that other secure pauses do not
//! explain. If that is more than the function's rule allows, or not known, the recording may hold the secure pause; so it
//! does if nothing is missing from its file. The other recordings are added up, because they may be pieces of one
//! screen: if together they hold more than the rule allows, each of them may hold it. If no recording holds it by these
//! rules, all that run during it may.

use serde::Deserialize;
use serde::de::IgnoredAny;
use strum::IntoStaticStr;
use uuid::NonNilUuid;

use crate::log::Log;
use crate::moment::Moment;
use crate::proof::{Proof, Screen};
use crate::record::SCHEMA;
use crate::stored::{Proven, Stored, TOLERANCE_MS};
use crate::words::{Purged, Refusal, Verdict};

/// A line of `"kind": "secure_pause_purge"`, as far as the report uses it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    schema: u32,
    at: Moment,
    conversation_id: NonNilUuid,
    recording_id: NonNilUuid,
    outcome: Purged,
    reason: Option<Refusal>,
    exported: Option<IgnoredAny>,
}

/// What was done about one recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purge {
    /// Its conversation.
    pub conversation: NonNilUuid,
    /// The recording.
    pub recording: NonNilUuid,
    /// When the line was written. Of several about the same recording the last counts.
    pub at: Moment,
    /// What came of it.
    pub outcome: Purged,
    /// Stands for the text of the line: two of the same identity are one.
    pub identity: u64,
    /// Why it was refused, where it was.
    pub reason: Option<Refusal>,
    /// Whether a copy has left Genesys.
    pub is_exported: bool,
}

/// How far an exposed secure pause is remedied, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Remedy {
    /// What may hold it is deleted.
    Deleted,
    /// The same, but a copy was exported.
    CopyLeft,
    /// It is to be deleted.
    Ordered,
    /// Its deletion was asked for, and Genesys did not confirm it, or showed the recording again.
    Unconfirmed,
    /// Its deletion was refused.
    Refused,
    /// Nothing was done, as far as these files tell.
    Nothing,
}

impl Line {
    /// What is kept of it.
    ///
    /// # Errors
    /// Where this tool does not know what the line means.
    pub fn brief(self, identity: u64) -> Result<Purge, &'static str> {
        if self.schema != SCHEMA {
            return Err("a line of a purge of a schema that this version does not know");
        }
        Ok(Purge {
            conversation: self.conversation_id,
            recording: self.recording_id,
            at: self.at,
            identity,
            outcome: self.outcome,
            reason: self.reason,
            is_exported: self.exported.is_some(),
        })
    }
}

impl Purge {
    /// Whether the recording is deleted. What is gone was ordered to be deleted, and Genesys shows it no more.
    pub const fn is_deleted(&self) -> bool {
        matches!(self.outcome, Purged::Deleted | Purged::Gone)
    }

    const fn remedy(&self) -> Remedy {
        match self.outcome {
            Purged::Deleted | Purged::Gone if self.is_exported => Remedy::CopyLeft,
            Purged::Deleted | Purged::Gone => Remedy::Deleted,
            Purged::Ordered => Remedy::Ordered,
            Purged::Unconfirmed => Remedy::Unconfirmed,
            Purged::Refused => Remedy::Refused,
        }
    }
}

/// Sorts lines, and leaves the last about each recording; but nothing undoes a deletion, nor an export. Gives how many
/// were there twice.
pub(crate) fn keep_last(lines: &mut Vec<Purge>) -> u64 {
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup();
    let twice = all - lines.len();
    lines.dedup_by(|later, kept| {
        let is_same = (later.conversation, later.recording) == (kept.conversation, kept.recording);
        if is_same {
            let is_exported = kept.is_exported || later.is_exported;
            if later.is_deleted() || !kept.is_deleted() {
                *kept = *later;
            }
            kept.is_exported = is_exported;
        }
        is_same
    });
    twice as u64
}

/// Gives each screen recording what was done about it, and each exposed secure pause how far that remedies it. Both
/// lists are sorted, and hold the last lines only.
pub(crate) fn apply(lines: &mut [Proof], purges: &[Purge]) {
    for of_call in lines.chunk_by_mut(|a, b| a.conversation == b.conversation) {
        let pauses: Vec<Time> = of_call.iter().filter_map(Time::of).collect();
        for line in of_call {
            for screen in &mut line.screens {
                screen.purge = done(purges, line.conversation, screen);
            }
            let is_exposed = line.was_exposed || line.verdict == Verdict::Exposed;
            line.remedy = is_exposed.then(|| remedy(line, &pauses));
        }
    }
}

fn done(purges: &[Purge], conversation: NonNilUuid, screen: &Screen) -> Option<Purge> {
    let recording = screen.id.and_then(NonNilUuid::new)?;
    let place = purges.binary_search_by_key(&(conversation, recording), |it| (it.conversation, it.recording));
    place.ok().map(|place| purges[place])
}

/// From when until when.
#[derive(Clone, Copy)]
struct Time(Moment, Moment);

impl Time {
    fn of(line: &Proof) -> Option<Self> {
        Some(Self(line.from?, line.to?))
    }

    fn length(self) -> i64 {
        self.1.since(self.0).max(0)
    }

    fn overlap(self, other: Self) -> i64 {
        Self(self.0.max(other.0), self.1.min(other.1)).length()
    }
}

fn remedy(line: &Proof, pauses: &[Time]) -> Remedy {
    // What is not kept of a line of many screens may hold it too.
    if line.screens.len() < line.screen_count {
        return Remedy::Nothing;
    }
    let runs_during = |screen: &&Screen| match (screen.time(), Time::of(line)) {
        (Some(time), Some(pause)) => time.overlap(pause) > 0,
        _ => true,
    };
    let halves = pauses.iter().map(|pause| pause.length() / 2);
    let slack = halves.fold(line.tolerance_ms.unwrap_or(TOLERANCE_MS), i64::min);
    let during: Vec<&Screen> = line.screens.iter().filter(runs_during).collect();
    let holding = holding(&during, Time::of(line), pauses, slack);
    let holding = if holding.is_empty() { during } else { holding };
    holding.into_iter().map(Screen::remedy).max().unwrap_or(Remedy::Nothing)
}

/// Those that hold a secure pause: by themselves, or taken together.
fn holding<'a>(during: &[&'a Screen], pause: Option<Time>, pauses: &[Time], slack: i64) -> Vec<&'a Screen> {
    let share = |screen: &&'a Screen| (*screen, screen.may_hold(pause, pauses));
    let (alone, pieces): (Vec<_>, Vec<_>) =
        during.iter().map(share).partition(|(_, held)| held.is_none_or(|held| held > slack));
    let is_together = pieces.iter().filter_map(|(_, held)| *held).sum::<i64>() > slack;
    let is_whole = |screen: &Screen| screen.missing_ms.is_some_and(|ms| ms <= 0);
    let holds = |(screen, held): &(&Screen, Option<i64>)| {
        is_whole(screen) || (is_together && held.is_some_and(|held| held > 0))
    };
    let pieces = pieces.into_iter().filter(holds);
    alone.into_iter().chain(pieces).map(|(screen, _)| screen).collect()
}

impl Screen {
    fn time(&self) -> Option<Time> {
        Some(Time(self.from?, self.to?))
    }

    /// How much of a secure pause its file may hold, in milliseconds; none where that is not known.
    fn may_hold(&self, pause: Option<Time>, pauses: &[Time]) -> Option<i64> {
        let (time, missing) = self.time().zip(self.missing_ms)?;
        let spanned: i64 = pauses.iter().map(|pause| time.overlap(*pause)).sum();
        Some(time.overlap(pause?).min(spanned - missing).max(0))
    }

    fn remedy(&self) -> Remedy {
        let purged = self.purge.map_or(Remedy::Nothing, |purge| purge.remedy());
        match purged {
            Remedy::Nothing if self.is_deleted && self.is_exported => Remedy::CopyLeft,
            Remedy::Nothing if self.is_deleted => Remedy::Deleted,
            // The function saw it later, and not as deleted.
            Remedy::Deleted | Remedy::CopyLeft if self.is_back() => Remedy::Unconfirmed,
            Remedy::Deleted if self.is_exported => Remedy::CopyLeft,
            purged => purged,
        }
    }

    fn is_back(&self) -> bool {
        !self.is_deleted && self.purge.is_some_and(|purge| purge.at < self.seen)
    }
}

/// Purges that stand beside no secure pause on the page, in order: no line of proof names their recordings, or what they
/// name is proven dark.
pub fn others(log: &Log) -> Vec<&Purge> {
    let is_shown = |purge: &Purge| {
        let from = log.proofs.partition_point(|line| line.conversation < purge.conversation);
        let of_call = log.proofs[from..].iter().take_while(|line| line.conversation == purge.conversation);
        let mut shown = of_call.filter(|line| Stored::of(line).proven() != Proven::Dark);
        shown.any(|line| line.screens.iter().any(|screen| screen.purge.as_ref() == Some(purge)))
    };
    log.purges.iter().filter(|purge| !is_shown(purge)).collect()
}
