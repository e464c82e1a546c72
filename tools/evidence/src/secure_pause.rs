//! What a secure pause is, as the log tells it: a conversation's records in, its secure pauses out.
//!
//! Records of one conversation are taken in the order of what they tell of (`eventTime`), then as they were
//! written. Each belongs to one secure pause:
//!
//! | record | belongs to |
//! |---|---|
//! | `started`, none is open | a new one, which it opens |
//! | `started` by an event, told to have started at another time than the one that is open | a new one; no end of the other was logged |
//! | `started`, any other: redelivery, retry, an order beside the event, a check of the watch | the one that is open |
//! | `ended`, one is open | that one, which it closes; where it ended as `deferred`, the secure pause goes on |
//! | `ended`, within five seconds of the last one's end: redelivery, an order beside the event, a check | the one that ended |
//! | `ended`, any other | none: an end without a start |
//! | neither, or without conversation | none: it is only counted, and told by its error |
//!
//! How a secure pause stands, the first that is true:
//!
//! | standing | a record of its start says |
//! |---|---|
//! | verified | every screen dark, and read back so |
//! | not recorded | every screen dark; one was not being recorded, or its recording was cut in two |
//! | unverifiable | every screen dark, by acknowledgement only |
//! | not dark | an error, and none says dark |
//! | observed | held back by `MODE=observe` |
//! | nothing to pause | the call over, the event late, the secure pause over or the leg gone meanwhile |
//! | not told | none of these: only checks of the watch that found nothing to do |
//!
//! **Exposure** is that of the record by which it first was dark; where none says so, the largest up to giving up.

use uuid::NonNilUuid;

use crate::failure::{Failure, of_pause, of_resume};
use crate::moment::Moment;
use crate::record::{Brief, Dark};
use crate::words::{Door, Outcome, Phase};

/// An end so soon after another is the same one, told by event and by order, or again.
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
    /// How long a screen was exposed, as far as that is told.
    pub exposure: Option<Exposure>,
    /// From when on every screen was dark.
    pub darkened: Option<Moment>,
    /// From when on the screens were recorded again.
    pub relit: Option<Moment>,
    /// The first attempt at pausing that failed.
    pub failure: Option<Failure>,
    /// The first attempt at resuming that failed.
    pub resume_failure: Option<Failure>,
    /// Its records.
    pub records: usize,
    /// The program that wrote the first of them.
    pub program: u16,
}

/// How the end of a secure pause is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// An `ended` record tells when.
    Told(Moment),
    /// No `ended` record; another found it over, at this time.
    SeenOver(Moment),
    /// Nothing tells of an end.
    NotTold,
}

/// How a secure pause stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the table above says what each is")]
pub enum Standing {
    Verified,
    NotRecorded,
    Unverifiable,
    NotDark,
    Observed,
    NothingToPause,
    NotTold,
}

/// How long a screen was exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposure {
    /// Milliseconds from the start of the secure pause.
    pub ms: u32,
    /// Until every screen was dark; otherwise until giving up, and what came after is not told.
    pub is_until_dark: bool,
}

/// What the records of all conversations come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The secure pauses, by conversation, then by time.
    pub pauses: Vec<SecurePause>,
    /// The ends whose start no record tells: conversation and time.
    pub strays: Vec<(NonNilUuid, Moment)>,
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
    records: Vec<&'a Brief>,
}

fn in_conversation(conversation: NonNilUuid, records: &[Brief], told: &mut Told) {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut stray: Option<Moment> = None;
    for record in records {
        let is_again = |end: Moment| record.at.since(end) <= SAME_END_MS;
        match (record.phase, groups.last_mut()) {
            (Some(Phase::Started), Some(group)) if group.is_told_by(record) => group.take(record),
            (Some(Phase::Started), _) => groups.push(Group::opened_by(record)),
            (Some(Phase::Ended), Some(group)) if group.end.is_none_or(is_again) => {
                group.records.push(record);
                if record.ending != Ok(Outcome::Deferred) {
                    group.end.get_or_insert(record.at);
                }
            }
            (Some(Phase::Ended), _) if stray.is_none_or(|stray| !is_again(stray)) => {
                stray = Some(record.at);
                told.strays.push((conversation, record.at));
            }
            (Some(Phase::Ended) | None, _) => {}
        }
    }
    told.pauses.extend(groups.into_iter().map(|group| group.close(conversation)));
}

impl<'a> Group<'a> {
    fn opened_by(record: &'a Brief) -> Self {
        // The watch's time is the event's, unless it follows an order; but an order's own record comes first.
        let event_start = (record.door != Some(Door::Direct)).then_some(record.at);
        Self { start: record.at, event_start, end: None, records: vec![record] }
    }

    /// Whether a `started` record tells of this secure pause.
    fn is_told_by(&self, record: &Brief) -> bool {
        let is_another = self.event_start.is_some_and(|start| start != record.at);
        self.end.is_none() && !(record.door == Some(Door::Event) && is_another)
    }

    fn take(&mut self, record: &'a Brief) {
        if record.door == Some(Door::Event) {
            self.event_start.get_or_insert(record.at);
        }
        self.records.push(record);
    }

    fn close(mut self, conversation: NonNilUuid) -> SecurePause {
        self.records.sort_unstable_by_key(|record| record.written);
        let (records, first) = (&self.records, self.records[0]);
        let starts = || records.iter().copied().filter(|record| record.phase == Some(Phase::Started));
        let darkest = starts().filter(|record| record.dark.is_some()).min_by_key(|record| record.darkened);
        let seen_over = starts().find(|record| ends(record)).map(|record| record.written);
        let darkened = darkest.and_then(|record| record.darkened);
        let is_relit = |at: &Moment| darkened.is_none_or(|darkened| *at >= darkened);
        SecurePause {
            conversation,
            user: records.iter().find_map(|record| record.user),
            start: self.start,
            end: self.end.map(End::Told).or(seen_over.map(End::SeenOver)).unwrap_or(End::NotTold),
            last: records.iter().map(|record| record.written).max().unwrap_or(first.written),
            standing: standing(starts),
            exposure: exposure(starts),
            darkened,
            relit: records.iter().filter_map(|record| record.relit).filter(is_relit).min(),
            failure: of_pause(records, self.end),
            resume_failure: of_resume(records),
            records: records.len(),
            program: first.program,
        }
    }
}

/// Whether a record of a start says that the secure pause is over.
pub(crate) fn ends(record: &Brief) -> bool {
    let over = [
        Outcome::ConversationOver,
        Outcome::Stale,
        Outcome::Superseded,
        Outcome::Recovered,
        Outcome::NothingPaused,
    ];
    record.ending.is_ok_and(|outcome| over.contains(&outcome))
}

fn standing<'a, I: Iterator<Item = &'a Brief>>(starts: impl Fn() -> I) -> Standing {
    let any = |wanted: &dyn Fn(&Brief) -> bool| starts().any(wanted);
    let is = |dark: Dark| starts().any(|record| record.dark == Some(dark));
    let rules = [
        (is(Dark::Verified), Standing::Verified),
        (is(Dark::NotRecorded), Standing::NotRecorded),
        (is(Dark::Unverifiable), Standing::Unverifiable),
        (any(&|record| record.ending.is_err()), Standing::NotDark),
        (any(&|record| record.ending == Ok(Outcome::Observed)), Standing::Observed),
        (any(&|record| ends(record) || record.ending == Ok(Outcome::Paused)), Standing::NothingToPause),
    ];
    rules.into_iter().find(|(is_so, _)| *is_so).map_or(Standing::NotTold, |(_, standing)| standing)
}

fn exposure<'a, I: Iterator<Item = &'a Brief>>(starts: impl Fn() -> I) -> Option<Exposure> {
    let told = |record: &&Brief| record.exposure_ms.is_some();
    let held = starts().filter(|record| record.dark.is_some()).filter(told).min_by_key(|it| it.darkened);
    let gave_up = || starts().filter(|record| record.ending.is_err()).max_by_key(|record| record.exposure_ms);
    let of = |record: &Brief, is_until_dark| record.exposure_ms.map(|ms| Exposure { ms, is_until_dark });
    held.and_then(|record| of(record, true)).or_else(|| gave_up().and_then(|record| of(record, false)))
}
