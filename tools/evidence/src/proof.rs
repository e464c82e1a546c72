//! The line of proof as a log has it, and the little of it that is kept.
//!
//! The function writes one for each secure pause, when the recordings of the call are stored, and one for a call on
//! which it found none. `from` is null in the latter, and in the one for secure pauses whose time cannot be read.

use serde::Deserialize;
use uuid::{NonNilUuid, Uuid};

use crate::moment::Moment;
use crate::purge::{Purge, Remedy};
use crate::record::{Program, SCHEMA};
use crate::words::{PausedScreen, Source, Verdict};

/// How many screen recordings of a line are kept. A call has one for each screen and each part of it; the count of all
/// is kept too, so that no line makes memory grow.
const SCREENS: usize = 8;
/// How many queues, and how many agents, of a line are kept: as many as the function names.
const NAMED: usize = 20;

/// A line of `"kind": "secure_pause_proof"`, as far as the report uses it. What it has besides is passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    timestamp: Moment,
    schema: u32,
    version: String,
    commit: String,
    function_version: Option<String>,
    mode: Option<String>,
    conversation_id: NonNilUuid,
    from: Option<Moment>,
    to: Option<Moment>,
    verdict: Verdict,
    reason: Option<String>,
    expected: Option<bool>,
    /// Older versions of the function did not write these two.
    queue_ids: Option<Vec<Uuid>>,
    user_ids: Option<Vec<Uuid>>,
    recordings: Vec<Recording>,
    source: Source,
    event_time: Option<Moment>,
    paused_screen: PausedScreen,
    tolerance_ms: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recording {
    id: Option<Uuid>,
    media: Option<String>,
    file_state: Option<String>,
    start: Option<Moment>,
    end: Option<Moment>,
    missing_ms: Option<i64>,
    #[serde(default)]
    exported: bool,
}

/// What is kept of a line of proof: some 150 bytes, 140 for each screen recording, and 16 for each queue and agent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proof {
    /// The conversation.
    pub conversation: NonNilUuid,
    /// When the secure pause began, by the audio recording; none where the line is of a call without one.
    pub from: Option<Moment>,
    /// When the line was written. Of several about the same secure pause the last counts.
    pub written: Moment,
    /// What it concludes.
    pub verdict: Verdict,
    /// Stands for the text of the line: two of the same identity are one.
    pub identity: u64,
    /// When the secure pause ended, by the audio recording.
    pub to: Option<Moment>,
    /// When what made the function look happened: the end of a secure pause, or of the call.
    pub event_time: Option<Moment>,
    /// Whether a secure pause was to be expected: the call was of a payment queue. None where it could not be read.
    pub expected: Option<bool>,
    /// The queues of the call.
    pub queues: Box<[NonNilUuid]>,
    /// The agents who were on it.
    pub users: Box<[NonNilUuid]>,
    /// What made the function look.
    pub source: Source,
    /// What the organization's recorder does with a paused screen, by the function's settings.
    pub paused_screen: PausedScreen,
    /// How much its times may be off, by the function's settings, in milliseconds.
    pub tolerance_ms: Option<i64>,
    /// Why, in the function's words: its place in [`crate::log::Log::reasons`].
    pub reason: Option<u16>,
    /// Which program wrote it: its place in [`crate::log::Log::programs`].
    pub program: u16,
    /// Its screen recordings, the first of them; and those of earlier lines that said exposed.
    pub screens: Box<[Screen]>,
    /// How many it has.
    pub screen_count: usize,
    /// Whether an earlier line about the same secure pause said exposed, and this one does not.
    pub was_exposed: bool,
    /// How far it is remedied; none where neither it nor an earlier one says exposed.
    pub remedy: Option<Remedy>,
}

/// A screen recording of a line of proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Screen {
    /// Its id.
    pub id: Option<Uuid>,
    /// From when it ran.
    pub from: Option<Moment>,
    /// Until when.
    pub to: Option<Moment>,
    /// How many milliseconds of its time are not in its file; none where that cannot be known.
    pub missing_ms: Option<i64>,
    /// Whether it was exported to somewhere else.
    pub is_exported: bool,
    /// Whether it was deleted when the function looked.
    pub is_deleted: bool,
    /// When the last line that lists it was written.
    pub seen: Moment,
    /// What was done about it.
    pub purge: Option<Purge>,
}

impl Line {
    /// Whether this tool knows what the line means, and its verdict and times go together.
    ///
    /// # Errors
    /// What is wrong with it, in our words.
    pub fn check(&self) -> Result<(), &'static str> {
        let needs_pause = matches!(
            self.verdict,
            Verdict::CutOut | Verdict::NotRecorded | Verdict::NotProvable | Verdict::Exposed
        );
        match (self.from, self.to) {
            _ if self.schema != SCHEMA => Err("a line of proof of a schema that this version does not know"),
            (None, Some(_)) => Err("a line of proof with an end and no start"),
            (Some(from), Some(to)) if to < from => Err("a line of proof that ends before it starts"),
            (None, None) if needs_pause => {
                Err("a line of proof whose verdict needs a secure pause, without one")
            }
            (Some(_), _) if self.verdict == Verdict::NoSecurePause => {
                Err("a line of proof that has a secure pause and says that there was none")
            }
            _ => Ok(()),
        }
    }

    /// The program that wrote it.
    pub fn program(&self) -> Program {
        let Self { version, commit, function_version, mode, .. } = self;
        Program {
            version: version.clone(),
            commit: commit.clone(),
            function_version: function_version.clone(),
            mode: mode.clone(),
        }
    }

    /// Why, in the function's words.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What is kept of it.
    pub fn brief(&self, identity: u64, program: u16, reason: Option<u16>) -> Proof {
        let is_screen = |it: &&Recording| it.media.as_deref() == Some("screen");
        let screens = self.recordings.iter().filter(is_screen);
        let kept = |it: &Recording| Screen {
            id: it.id,
            from: it.start,
            to: it.end,
            missing_ms: it.missing_ms,
            is_exported: it.exported,
            is_deleted: it.file_state.as_deref() == Some("deleted"),
            seen: self.timestamp,
            purge: None,
        };
        Proof {
            conversation: self.conversation_id,
            from: self.from,
            written: self.timestamp,
            verdict: self.verdict,
            identity,
            to: self.to,
            event_time: self.event_time,
            expected: self.expected,
            queues: named(self.queue_ids.as_deref()),
            users: named(self.user_ids.as_deref()),
            source: self.source,
            paused_screen: self.paused_screen,
            tolerance_ms: self.tolerance_ms,
            reason,
            program,
            screens: screens.clone().take(SCREENS).map(kept).collect(),
            screen_count: screens.count(),
            was_exposed: false,
            remedy: None,
        }
    }
}

fn named(ids: Option<&[Uuid]>) -> Box<[NonNilUuid]> {
    ids.unwrap_or_default().iter().filter_map(|id| NonNilUuid::new(*id)).take(NAMED).collect()
}

impl Proof {
    /// Whether two lines are about the same secure pause, or the same call without one.
    fn is_of_same(&self, other: &Self) -> bool {
        (self.conversation, self.from) == (other.conversation, other.from)
    }

    /// Whether both tell of some of the same time. A later look may place a secure pause otherwise: it sees one more
    /// recording of the voice, and the secure pause then is the union.
    fn overlaps(&self, other: &Self) -> bool {
        let (Some(from), Some(other_from)) = (self.from, other.from) else { return false };
        from < other.to.unwrap_or(other_from) && other_from < self.to.unwrap_or(from)
    }

    /// Takes the place of an earlier line. What that one called exposed was stored, whatever is stored now.
    fn replace(&mut self, earlier: &Self) {
        if earlier.was_exposed || earlier.verdict == Verdict::Exposed {
            self.was_exposed = true;
            self.keep_screens_of(earlier);
        }
    }

    /// Keeps what an earlier line called exposed, though this one lists it no more; and that a copy has left Genesys.
    fn keep_screens_of(&mut self, earlier: &Self) {
        for screen in &mut self.screens {
            let was_exported = |it: &Screen| it.id == screen.id && it.is_exported;
            screen.is_exported |= earlier.screens.iter().any(was_exported);
        }
        let is_new = |screen: &&Screen| !self.screens.iter().any(|it| it.id == screen.id);
        let unlisted: Vec<Screen> = earlier.screens.iter().filter(is_new).copied().collect();
        self.screen_count += unlisted.len();
        self.screens = self.screens.iter().copied().chain(unlisted).take(SCREENS).collect();
    }

    /// Whether it tells nothing of a secure pause, and not that there was none either.
    pub fn is_void(&self) -> bool {
        self.from.is_none() && self.verdict == Verdict::Unknown
    }

    /// Whether it is of a call, and does not say that there was no secure pause: nobody knows whether there was one.
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.verdict != Verdict::NoSecurePause
    }

    /// When its secure pause began; of a call without one, when that ended, or when the line was written.
    pub fn at(&self) -> Moment {
        self.from.or(self.event_time).unwrap_or(self.written)
    }

    /// Whether one of its screen recordings was exported to somewhere else.
    pub fn is_exported(&self) -> bool {
        self.screens.iter().any(|screen| screen.is_exported || screen.purge.is_some_and(|it| it.is_exported))
    }
}

/// Sorts lines, takes those out that are there twice, and leaves the last about each secure pause. Gives how many were
/// there twice, and how many were replaced by a later one.
///
/// A line is about the same secure pause as another one of its call that tells of some of the same time.
///
/// A line without a secure pause that says `unknown` is also replaced by a later line of its call that has one, because
/// the later look could read more. If it was written together with that line, or after it, it stays: it is about a secure
/// pause whose time cannot be read.
pub fn keep_last(lines: &mut Vec<Proof>) -> (u64, u64) {
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup();
    let different = lines.len();
    // `dedup_by` keeps the first of a run: the last line takes its place.
    lines.dedup_by(|later, kept| {
        let is_same = later.is_of_same(kept);
        if is_same {
            later.replace(kept);
            std::mem::swap(later, kept);
        }
        is_same
    });
    let mut is_kept = Vec::with_capacity(lines.len());
    for of_call in lines.chunk_by_mut(|a, b| a.conversation == b.conversation) {
        let is_last = replace_overlapped(of_call);
        let last = of_call.iter().filter(|line| line.from.is_some()).map(|line| line.written).max();
        let may_stay = |line: &Proof| !line.is_void() || last.is_none_or(|last| line.written >= last);
        is_kept.extend(of_call.iter().zip(is_last).map(|(line, is_last)| is_last && may_stay(line)));
    }
    for line in lines.iter_mut() {
        line.was_exposed &= line.verdict != Verdict::Exposed;
    }
    let mut is_kept = is_kept.into_iter();
    lines.retain(|_| is_kept.next().unwrap_or(true));
    ((all - different) as u64, (different - lines.len()) as u64)
}

/// Lets later lines of a call take the place of those that they overlap. Gives which are the last.
fn replace_overlapped(of_call: &mut [Proof]) -> Vec<bool> {
    let mut is_last = vec![true; of_call.len()];
    let mut by_time: Vec<usize> = (0..of_call.len()).collect();
    by_time.sort_by_key(|place| (of_call[*place].written, of_call[*place].verdict));
    for (number, earlier) in by_time.iter().enumerate() {
        for later in &by_time[number + 1..] {
            if of_call[*earlier].overlaps(&of_call[*later]) {
                let line = of_call[*earlier].clone();
                of_call[*later].replace(&line);
                is_last[*earlier] = false;
            }
        }
    }
    is_last
}
