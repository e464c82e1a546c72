//! What the stored recordings say of each secure pause: the live records and the lines of proof, joined.
//!
//! | a secure pause of the live records | what is stored, by |
//! |---|---|
//! | meets a line of proof, give or take five seconds | the line that begins nearest |
//! | meets none, and its call has a line without a secure pause | that line |
//! | meets none, and other secure pauses of its call have lines | no mark: the audio recording has none at that time |
//! | its call has no line | missing |
//!
//! A secure pause whose end is not told meets the line that holds its start. Several may meet one line: Genesys merges
//! secure pauses that overlap. A line with a secure pause that nothing met has no live record: no event of its start
//! reached the function, or its record is not in these files. A line without a secure pause that says unknown, beside
//! others with one, is about one more whose time could not be read. Alone it leaves open whether there was a secure pause,
//! as does every other line without one, unless it says that there was none.

use std::collections::BTreeMap;

use strum::IntoStaticStr;
use uuid::NonNilUuid;

use crate::figures::Period;
use crate::log::Log;
use crate::moment::Moment;
use crate::proof::Proof;
use crate::purge::Remedy;
use crate::secure_pause::{End, SecurePause, Stray, Told};
use crate::standing::Standing;
use crate::words::Verdict;

/// Delivery of the event, and two clocks: so far may the times of one secure pause lie apart. The function allows as
/// much by default.
pub const TOLERANCE_MS: i64 = 5_000;
/// The function's last look is 47 hours after the call, and it writes its last word then.
pub const DUE_MS: i64 = 48 * 60 * 60 * 1_000;

/// What the stored recordings say of a secure pause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stored {
    /// What a line of proof concludes.
    Told(Verdict),
    /// A line of proof says exposed, and what may hold it is deleted since.
    Remedied,
    /// The audio recording has no secure pause at that time.
    NoMark,
    /// No line is about it.
    #[default]
    Missing,
}

/// The same in five words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::EnumIter)]
pub enum Proven {
    /// No picture of the secure pause is stored.
    Dark,
    /// One is.
    Recorded,
    /// One was, and is deleted.
    Remedied,
    /// The recordings do not tell.
    Not,
    /// Nothing is known of the recordings.
    Missing,
}

impl Stored {
    /// Every one there is, the best first.
    pub const ALL: [Self; 12] = [
        Self::Told(Verdict::CutOut),
        Self::Told(Verdict::NotRecorded),
        Self::Told(Verdict::NoScreenRecording),
        Self::Told(Verdict::Exposed),
        Self::Remedied,
        Self::Told(Verdict::NotProvable),
        Self::Told(Verdict::Unknown),
        Self::Told(Verdict::NoRecording),
        Self::Told(Verdict::Unconfirmed),
        Self::Told(Verdict::NoSecurePause),
        Self::NoMark,
        Self::Missing,
    ];

    /// What a line of proof says, and what was done about it. What an earlier line called exposed was stored: that
    /// nothing of it is listed later remedies nothing, since it may have been looked at, and copied, before.
    pub fn of(line: &Proof) -> Self {
        match line.remedy {
            Some(Remedy::Deleted) => Self::Remedied,
            Some(_) => Self::Told(Verdict::Exposed),
            None => Self::Told(line.verdict),
        }
    }

    /// What it comes to.
    pub const fn proven(self) -> Proven {
        match self {
            Self::Told(Verdict::CutOut | Verdict::NotRecorded | Verdict::NoScreenRecording) => Proven::Dark,
            Self::Told(Verdict::Exposed) => Proven::Recorded,
            Self::Remedied => Proven::Remedied,
            Self::Told(_) | Self::NoMark => Proven::Not,
            Self::Missing => Proven::Missing,
        }
    }

    /// Its word: the line's verdict, or our own.
    pub fn word(self) -> &'static str {
        match self {
            Self::Told(verdict) => verdict.into(),
            Self::Remedied => "remedied",
            Self::NoMark => "no-mark",
            Self::Missing => "missing",
        }
    }
}

/// What the live records said while a secure pause ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Claim {
    /// Every screen was paused, or not being recorded.
    Dark,
    /// A screen was recorded, or may have been.
    NotDark,
    /// Nothing was sent, and nothing is claimed.
    Nothing,
    /// There is no record of its start.
    NoRecord,
}

impl Claim {
    /// What the live records of a secure pause claim.
    pub const fn of(pause: &SecurePause) -> Self {
        match pause.standing {
            Standing::Verified | Standing::NotRecorded | Standing::Terminated | Standing::Unverifiable => {
                Self::Dark
            }
            Standing::RecordedDuring | Standing::InDoubt | Standing::NotDark => Self::NotDark,
            Standing::Observed | Standing::NothingToPause | Standing::NotTold => Self::Nothing,
        }
    }
}

/// A secure pause that is found in the recordings only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The place of its line among the log's.
    pub line: usize,
    /// When it began; where that cannot be read, when its call ended, or its line was written.
    pub from: Moment,
    /// What the log has of it all the same.
    pub logged: Logged,
}

/// Lines of proof that no secure pause of the live records met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unmet {
    /// Those of a secure pause, by time.
    found: Vec<Found>,
    /// The places of those of a call of which it is not known whether there was one.
    open: Vec<usize>,
}

/// What a log has of a secure pause that no `started` record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Logged {
    /// Nothing: no event of it reached the function.
    Nothing,
    /// The end: the event of the start was lost.
    EndOnly,
    /// It began before the first line of these files, or the period asked for: its record may lie before them too.
    BeforeTheFiles,
}

/// What the lines of proof of a period come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// The last lines, each about a secure pause or a call.
    pub lines: usize,
    /// Those about a secure pause, by what they come to.
    pub pauses: BTreeMap<Proven, usize>,
    /// Those about one whose time could not be read, beside others of the same call.
    pub unplaced: usize,
    /// Calls without one.
    pub without: usize,
    /// Calls of which the recordings do not tell whether there was one.
    pub open: usize,
    /// The places of their lines, where no live record tells of one either; by time.
    pub unsettled: Vec<usize>,
    /// Calls of which one line says that there was no secure pause, and another tells one.
    pub contradicting: Vec<NonNilUuid>,
    /// Secure pauses of the recordings without a live record, by time.
    pub found: Vec<Found>,
    /// Calls of a payment queue on which there was no secure pause: the places of their lines, by time.
    pub unpaused: Vec<usize>,
    /// Secure pauses by what is stored and what was claimed live.
    pub cells: BTreeMap<(Stored, Claim), usize>,
    /// Secure pauses that are proven dark, and were exposed for longer than the tolerance by their live record.
    pub disputed: usize,
    /// Secure pauses without proof that began too late for it to have been written.
    pub undue: usize,
}

/// Gives each secure pause what is stored of it. Gives the lines that no live record is of.
pub(crate) fn join(told: &mut Told, log: &Log, period: Period) -> Unmet {
    let mut unmet = Unmet::default();
    // Files are to have all of the period that is asked for. Without a single record there is nothing to wait for.
    let first_line = log.span.filter(|_| !log.briefs.is_empty()).map(|(first, _)| first);
    let covered_from = period.from.or(first_line);
    for lines in log.proofs.chunk_by(|a, b| a.conversation == b.conversation) {
        let base = found_at(&log.proofs, lines);
        let pauses = of_call(&mut told.pauses, lines[0].conversation, |pause| pause.conversation);
        let strays = of_call(&mut told.strays, lines[0].conversation, |stray| stray.conversation);
        let mut is_met = vec![false; lines.len()];
        for pause in pauses {
            (pause.stored, pause.proof) = (Stored::NoMark, None);
            if let Some(place) = nearest(pause, lines).or(lines[0].from.is_none().then_some(0)) {
                (pause.stored, pause.proof) = (Stored::of(&lines[place]), Some(base + place));
                is_met[place] = true;
            }
        }
        for (place, line) in lines.iter().enumerate() {
            let is_pause = line.from.is_some() || (line.is_void() && lines.len() > 1);
            if is_met[place] {
                continue;
            }
            if lines.len() == 1 && line.is_open() {
                unmet.open.push(base + place);
            } else if is_pause {
                let is_before = covered_from.is_some_and(|first| line.at() < first);
                unmet.found.push(Found {
                    line: base + place,
                    from: line.at(),
                    logged: logged(line, strays, is_before),
                });
            }
        }
    }
    unmet.found.sort_unstable_by_key(|it| (it.from, it.line));
    unmet.open.sort_unstable_by_key(|place| log.proofs[*place].at());
    unmet
}

/// Where a part of a list begins in it.
fn found_at(all: &[Proof], part: &[Proof]) -> usize {
    all.partition_point(|line| line < &part[0])
}

/// Those of a call, in a list that is sorted by call.
fn of_call<T>(sorted: &mut [T], call: NonNilUuid, key: impl Fn(&T) -> NonNilUuid) -> &mut [T] {
    let from = sorted.partition_point(|it| key(it) < call);
    let to = sorted.partition_point(|it| key(it) <= call);
    &mut sorted[from..to]
}

/// The line that a secure pause meets; of several the one that begins nearest to it.
fn nearest(pause: &SecurePause, lines: &[Proof]) -> Option<usize> {
    // Where only somebody else's record found it over, it may have ended long before.
    let end = if let End::Told(end) = pause.end { end.max(pause.start) } else { pause.start };
    let meets = |line: &Proof| {
        let from = line.from?;
        let to = line.to.unwrap_or(from);
        let is_met = pause.start <= to.plus(TOLERANCE_MS) && end >= from.plus(-TOLERANCE_MS);
        is_met.then(|| from.since(pause.start).abs())
    };
    let met = lines.iter().enumerate().filter_map(|(place, line)| Some((meets(line)?, place)));
    met.min().map(|(_, place)| place)
}

fn logged(line: &Proof, strays: &[Stray], is_before: bool) -> Logged {
    let end = line.to.or(line.from);
    let has_end = |stray: &Stray| end.is_some_and(|end| stray.at.since(end).abs() <= TOLERANCE_MS);
    if strays.iter().any(has_end) {
        Logged::EndOnly
    } else if is_before {
        Logged::BeforeTheFiles
    } else {
        Logged::Nothing
    }
}

impl Proofs {
    /// Counts the lines of a period, and the secure pauses of that period by what is stored of them.
    pub(crate) fn of(log: &Log, period: Period, pauses: &[SecurePause], unmet: Unmet) -> Self {
        let Unmet { mut found, open: mut unsettled } = unmet;
        found.retain(|it| period.holds(it.from));
        unsettled.retain(|place| period.holds(log.proofs[*place].at()));
        let mut proofs = Self { unsettled, found, ..Self::default() };
        for lines in log.proofs.chunk_by(|a, b| a.conversation == b.conversation) {
            proofs.count_call(found_at(&log.proofs, lines), lines, period);
        }
        proofs.unpaused.sort_unstable_by_key(|line| log.proofs[*line].at());
        for pause in pauses {
            *proofs.cells.entry((pause.stored, Claim::of(pause))).or_default() += 1;
            let is_due = log.span.is_some_and(|(_, last)| last.since(pause.start) >= DUE_MS);
            let tolerance =
                pause.proof.and_then(|line| log.proofs[line].tolerance_ms).unwrap_or(TOLERANCE_MS);
            let is_exposed = pause.exposure.is_some_and(|it| i64::from(it.ms) > tolerance);
            proofs.disputed += usize::from(pause.stored.proven() == Proven::Dark && is_exposed);
            proofs.undue += usize::from(pause.stored == Stored::Missing && !is_due);
        }
        for found in &proofs.found {
            let stored = Stored::of(&log.proofs[found.line]);
            *proofs.cells.entry((stored, Claim::NoRecord)).or_default() += 1;
        }
        proofs
    }

    fn count_call(&mut self, base: usize, lines: &[Proof], period: Period) {
        let has_pause = lines.iter().any(|line| line.from.is_some());
        let counted = |line: &&Proof| period.holds(line.at());
        for line in lines.iter().filter(counted) {
            self.lines += 1;
            match (line.from, has_pause) {
                (Some(_), _) => *self.pauses.entry(Stored::of(line).proven()).or_default() += 1,
                (None, false) if line.is_open() => self.open += 1,
                (None, false) => self.without += 1,
                (None, true) if line.is_void() => self.unplaced += 1,
                (None, true) => self.contradicting.push(line.conversation),
            }
            if line.from.is_none() && line.verdict == Verdict::NoSecurePause && line.expected == Some(true) {
                self.unpaused.push(base);
            }
        }
    }

    /// Whether every line is of a secure pause, or of a call without one, or of one of which that is not known.
    pub fn comes_out(&self) -> bool {
        self.lines == self.pauses.values().sum::<usize>() + self.unplaced + self.without + self.open
    }

    /// How many secure pauses there were, by the live records and the recordings.
    pub fn all(&self) -> usize {
        self.cells.values().sum()
    }

    /// How many secure pauses the recordings say so of.
    pub fn proven(&self, proven: Proven) -> usize {
        self.cells.iter().filter(|((stored, _), _)| stored.proven() == proven).map(|(_, count)| count).sum()
    }

    /// How many secure pauses are found in the recordings only, of which the log has that much.
    pub fn logged(&self, logged: Logged) -> usize {
        self.found.iter().filter(|it| it.logged == logged).count()
    }

    /// How many secure pauses are in a cell of the table.
    pub fn cell(&self, stored: Stored, claim: Claim) -> usize {
        self.cells.get(&(stored, claim)).copied().unwrap_or_default()
    }
}
