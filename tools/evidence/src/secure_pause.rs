//! What a secure pause is, as the log has it: a conversation's records in, its secure pauses out.
//!
//! Records of one conversation are taken in the order of what they report (`eventTime`), then as they were
//! written. Each belongs to one secure pause:
//!
//! | record | belongs to |
//! |---|---|
//! | `started`, none is open | a new one, which it opens |
//! | `started` by an event, said to have started at another time than the one that is open | a new one; no end of the other was logged |
//! | `started`, any other: redelivery, retry, an order beside the event, a check of the watch | the one that is open |
//! | `ended`, one is open | that one, which it closes; where it ended as `deferred`, the secure pause goes on |
//! | `ended`, within five seconds of the last one's end: redelivery, an order beside the event, a check | the one that ended |
//! | `ended`, any other | none: an end without a start |
//! | a resume that was withdrawn | a new one, which began during that resume; it is the end of the one before |
//! | neither, or without conversation | none: it is only counted, and named by its error |
//!
//! A snapshot's record counts as `started` if it paused or failed, and as `ended` if it resumed. Like an order, it knows no
//! time of its start but its own.
//!
//! A secure pause that began during a resume starts when that resume was sent, unless an event says when. An end from
//! before that time is of the secure pause before.
//!
//! `standing` says how it stands, `failure` how a failed attempt ended, and `stored` what the recordings prove.

use uuid::NonNilUuid;

use crate::failure::{Failure, of_pause, of_resume};
use crate::moment::Moment;
use crate::record::Brief;
use crate::standing::{self, Exposure, Stand, Standing};
use crate::stored::Stored;
use crate::words::{Door, Outcome, Phase};

/// An end so soon after another is the same one, reported by event and by order, or again.
const SAME_END_MS: i64 = 5_000;

/// One secure pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurePause {
    /// The conversation.
    pub conversation: NonNilUuid,
    /// The agent who started it, where a record says so.
    pub user: Option<NonNilUuid>,
    /// When it started.
    pub start: Moment,
    /// When it ended.
    pub end: End,
    /// When its last record was written.
    pub last: Moment,
    /// How it stands.
    pub standing: Standing,
    /// How long a screen was exposed, as far as that is known.
    pub exposure: Option<Exposure>,
    /// From when on every screen was dark, and no record says otherwise.
    pub darkened: Option<Moment>,
    /// From when on the screens were recorded again.
    pub relit: Option<Moment>,
    /// An attempt at pausing that failed: the first, or the last where that ended worse.
    pub failure: Option<Failure>,
    /// The same of resuming.
    pub resume_failure: Option<Failure>,
    /// Its records.
    pub records: usize,
    /// The program that wrote the first of them.
    pub program: u16,
    /// Whether a record that says dark also says that another agent's screen was being recorded.
    pub others_recording: bool,
    /// What the stored recordings say of it.
    pub stored: Stored,
    /// The line of proof that says so: its place among the log's.
    pub proof: Option<usize>,
}

/// How the end of a secure pause is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// An `ended` record says when.
    Told(Moment),
    /// No `ended` record; another found it over, at this time.
    SeenOver(Moment),
    /// Nothing reports an end.
    NotTold,
}

/// What the records of all conversations come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The secure pauses, by conversation, then by time.
    pub pauses: Vec<SecurePause>,
    /// The ends whose start no record has.
    pub strays: Vec<Stray>,
}

/// An end whose start no record has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The conversation.
    pub conversation: NonNilUuid,
    /// When it ended.
    pub at: Moment,
    /// An attempt of it to pause that failed: it met another secure pause.
    pub failure: Option<Failure>,
    /// An attempt of it to resume that failed.
    pub resume_failure: Option<Failure>,
}

/// Finds the secure pauses in records that are sorted as [`Brief`]s sort.
pub fn secure_pauses(sorted: &[Brief]) -> Told {
    let mut told = Told::default();
    for records in sorted.chunk_by(|a, b| a.conversation == b.conversation) {
        if let Some(conversation) = records[0].conversation {
            in_conversation(conversation, records, &mut told);
        }
    }
    told
}

/// The records of a secure pause, while they are gathered.
struct Group<'a> {
    start: Moment,
    /// When it started by an event; an order's time is another.
    event_start: Option<Moment>,
    end: Option<Moment>,
    /// When a resume found it over that was withdrawn, so that its record is of the next one.
    seen_over: Option<Moment>,
    records: Vec<&'a Brief>,
}

fn in_conversation(conversation: NonNilUuid, records: &[Brief], told: &mut Told) {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut strays: Vec<(Moment, Vec<&Brief>)> = Vec::new();
    for record in records {
        match (record.phase, groups.last_mut()) {
            (Some(_), Some(group)) if record.is_withdrawn() && group.is_open_after(record) => {
                group.take(record);
            }
            (Some(phase), group) if record.is_withdrawn() => {
                if phase == Phase::Ended {
                    end(&mut groups, &mut strays, record);
                } else if let Some(group) = group {
                    group.seen_over.get_or_insert(record.written);
                }
                groups.push(Group::opened_by(record));
            }
            (Some(Phase::Started), Some(group)) if group.is_told_by(record) => group.take(record),
            (Some(Phase::Started), _) => groups.push(Group::opened_by(record)),
            (Some(Phase::Ended), _) => end(&mut groups, &mut strays, record).push(record),
            (None, _) => {}
        }
    }
    told.strays.extend(strays.into_iter().map(|(at, records)| Stray::of(conversation, at, records)));
    told.pauses.extend(groups.into_iter().map(|group| group.close(conversation)));
}

/// Ends the secure pause that an `ended` record is of, or begins a stray. Gives the records to which it belongs.
fn end<'a, 'g>(
    groups: &'g mut [Group<'a>],
    strays: &'g mut Vec<(Moment, Vec<&'a Brief>)>,
    record: &Brief,
) -> &'g mut Vec<&'a Brief> {
    let is_again = |end: Moment| record.at.since(end) <= SAME_END_MS;
    let begun = groups.iter_mut().rfind(|group| record.at >= group.start);
    if let Some(group) = begun.filter(|group| group.end.is_none_or(is_again)) {
        if record.ending != Ok(Outcome::Deferred) {
            group.end.get_or_insert(record.at);
        }
        return &mut group.records;
    }
    let place = match strays.last() {
        Some((end, _)) if is_again(*end) => strays.len() - 1,
        _ => {
            strays.push((record.at, Vec::new()));
            strays.len() - 1
        }
    };
    &mut strays[place].1
}

impl Stray {
    fn of(conversation: NonNilUuid, at: Moment, mut records: Vec<&Brief>) -> Self {
        records.sort_unstable_by_key(|record| record.written);
        Self { conversation, at, failure: of_pause(&records, None), resume_failure: of_resume(&records) }
    }
}

impl<'a> Group<'a> {
    fn opened_by(record: &'a Brief) -> Self {
        // The watch's time is the event's, unless it follows an order or a snapshot, whose own record comes first.
        let is_own = matches!(record.door, Some(Door::Direct | Door::Snapshot));
        let is_event = !is_own && !record.is_withdrawn();
        let event_start = is_event.then_some(record.at);
        let start = if record.is_withdrawn() { Self::resumed_at(record) } else { record.at };
        Self { start, event_start, end: None, seen_over: None, records: vec![record] }
    }

    /// When the resume was sent that was withdrawn: later than the end that it was for.
    fn resumed_at(record: &Brief) -> Moment {
        let dark = record.darkened.unwrap_or(record.written);
        dark.plus(-i64::from(record.exposure_ms.unwrap_or_default())).max(record.at.plus(1))
    }

    /// Whether it began during a resume, goes on, and the record is of the end before it.
    fn is_open_after(&self, record: &Brief) -> bool {
        self.end.is_none() && record.at < self.start
    }

    /// Whether a `started` record reports this secure pause.
    fn is_told_by(&self, record: &Brief) -> bool {
        let is_another = self.event_start.is_some_and(|start| start != record.at);
        self.end.is_none() && !(record.door == Some(Door::Event) && is_another)
    }

    fn take(&mut self, record: &'a Brief) {
        if record.door == Some(Door::Event) && !record.is_withdrawn() && self.event_start.is_none() {
            self.event_start = Some(record.at);
            if self.records[0].is_withdrawn() {
                self.start = record.at;
            }
        }
        self.records.push(record);
    }

    fn close(mut self, conversation: NonNilUuid) -> SecurePause {
        self.records.sort_unstable_by_key(|record| record.written);
        let (records, first) = (&self.records, self.records[0]);
        let is_of_start = |record: &&Brief| record.phase == Some(Phase::Started) || record.is_withdrawn();
        let starts: Vec<&Brief> = records.iter().copied().filter(is_of_start).collect();
        let says_over = starts.iter().find(|record| record.says_over()).map(|record| record.written);
        let seen_over = says_over.or(self.seen_over);
        let Stand { standing, exposure, darkened } = standing::of(&starts, self.start, self.end);
        let is_relit = |at: &Moment| darkened.is_none_or(|darkened| *at >= darkened);
        SecurePause {
            conversation,
            // Who ended the one before did not start this one.
            user: records.iter().filter(|record| !record.is_withdrawn()).find_map(|record| record.user),
            start: self.start,
            end: self.end.map(End::Told).or(seen_over.map(End::SeenOver)).unwrap_or(End::NotTold),
            last: records.iter().map(|record| record.written).max().unwrap_or(first.written),
            standing,
            exposure,
            darkened,
            relit: records.iter().filter_map(|record| record.relit).filter(is_relit).min(),
            failure: of_pause(records, self.end),
            resume_failure: of_resume(records),
            records: records.len(),
            program: first.program,
            others_recording: starts.iter().any(|record| record.dark.is_some() && record.others_recording),
            stored: Stored::Missing,
            proof: None,
        }
    }
}
