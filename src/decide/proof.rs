//! What the recordings of a conversation prove of its secure pauses, after the call. Pure. Each line is a row of the
//! table, with its reason, and the first row that fits decides.
//!
//! P is a secure pause, by the clock on the wall: the union over all audio recordings, since trunk and consult note the
//! same one. Only what is stored counts, so no mark on a screen recording changes a verdict. Properties that the tests
//! hold: no verdict is better than the evidence; P that is wholly in the files is never called missing, however short
//! it is and whichever other one was cut; more screen on the file never makes a verdict better.

use std::time::Duration as Age;

use serde::Serialize;
use strum::VariantArray;
use time::{Duration, OffsetDateTime};

use crate::config::{PausedScreen, Proof};
use crate::genesys::conversation::Conversation;
use crate::genesys::recordings::{Annotation, FileState, Media, Notes, Recording};
use crate::ids::ConversationId;

/// The third look is the first receipt after this: what was uploaded late is there by then.
const DAY: Age = Age::from_hours(24);
/// The last look is the first receipt after this, within the two days that Genesys itself allows for recordings.
const LAST: Age = Age::from_hours(47);
/// Receipts are so far apart: the queue's visibility, 6,300 s, and some minutes in which Lambda is busy.
const BETWEEN: Age = Age::from_mins(105 + 5);
/// From this receipt on, the message may not come again: the template's `maxReceiveCount`, less one to spare.
const LAST_RECEIPT: u32 = 34;
/// A screen recording that is not there so long after the call was not made.
const SETTLED: Duration = Duration::DAY;

const HIDDEN: &str = "a screen recording is told of, and none is shown: a right may be missing";
const UNPLACED: &str = "when a secure pause was cannot be read";

/// A message of the proof queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The conversation to look at.
    pub conversation: ConversationId,
    /// What the message came of.
    pub source: Source,
    /// When that happened, where the message has it.
    pub at: Option<OffsetDateTime>,
    /// How long ago SQS took the message.
    pub age: Age,
    /// How often SQS has handed it over, this time included.
    pub receipts: u32,
}

/// What a message came of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Source {
    /// The event of a secure pause.
    #[serde(rename = "secure_pause")]
    SecurePause,
    /// The end of a call.
    #[serde(rename = "customer.end")]
    CustomerEnd,
}

/// Which look it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// After a quarter of an hour.
    First,
    /// After two hours.
    Second,
    /// After a day.
    Third,
    /// Before two days are over: the last word.
    Last,
}

impl Request {
    /// Which look this receipt is; none where it is too soon for the next.
    pub fn look(&self) -> Option<Look> {
        match self.receipts {
            _ if self.age >= LAST => Some(Look::Last), // also repeats a last look that failed
            _ if self.age >= DAY && self.age < DAY + BETWEEN => Some(Look::Third),
            0 | 1 => Some(Look::First),
            2 => Some(Look::Second),
            _ => None,
        }
    }

    /// Whether the queue will hand the message over again.
    pub const fn comes_again(&self) -> bool {
        self.receipts < LAST_RECEIPT
    }
}

/// What one look saw.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Which look it was.
    pub look: Look,
    /// What the message came of.
    pub source: Source,
    /// When it was.
    pub now: OffsetDateTime,
    /// The conversation; none where it could not be read.
    pub conversation: Option<&'a Conversation>,
    /// Its recordings; none where they were not ready, or could not be read.
    pub recordings: Option<&'a [Recording]>,
}

/// From when until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its beginning.
    pub from: OffsetDateTime,
    /// Its end, which is later.
    pub to: OffsetDateTime,
}

/// What is said of a secure pause, or of a conversation without one. The first is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, VariantArray)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is on a screen recording.
    Exposed,
    /// Nobody can say. Said at the last look only.
    Unknown,
    /// It may be on a screen recording, frozen or masked.
    NotProvable,
    /// As much is missing in the file as the secure pauses lasted.
    CutOut,
    /// No screen was recorded at the time.
    NotRecorded,
    /// No screen was recorded at all.
    NoScreenRecording,
    /// An event reported a secure pause, and the voice knows of none.
    Unconfirmed,
    /// There was none.
    NoSecurePause,
    /// Nothing was recorded.
    NoRecording,
}

/// What is said, and why.
type Row = (Verdict, &'static str);

/// The verdict on one secure pause; or on the conversation, if it has none, or none whose time can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// When the secure pause was.
    pub pause: Option<Span>,
    /// What is said.
    pub verdict: Verdict,
    /// Why.
    pub reason: &'static str,
}

/// Whether nothing more will come of another look.
pub fn is_final(look: Look, findings: &[Finding]) -> bool {
    look == Look::Last || findings.iter().all(|finding| finding.verdict != Verdict::Unknown)
}

/// What came of a look.
#[derive(Debug)]
pub struct Looked {
    /// Which look it was.
    pub look: Look,
    /// What it proves.
    pub findings: Vec<Finding>,
    /// Whether nothing more will come of another look.
    pub is_final: bool,
    /// Whether one of its queues takes payments; none where the conversation was not read.
    pub is_expected: Option<bool>,
    /// What was recorded.
    pub recordings: Vec<Recording>,
}

impl Looked {
    /// The findings to be written down: all of them once nothing more will come; before that, what exposes somebody, as
    /// nothing will make that better.
    pub fn told(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| self.is_final || finding.verdict == Verdict::Exposed)
    }
}

/// What a look proves: a finding for each secure pause, or one for a conversation without.
pub fn findings(seen: &Seen<'_>, rules: &Proof) -> Vec<Finding> {
    let whole = |row| vec![Finding::of(None, row)];
    let Some(conversation) = seen.conversation else {
        return whole((Verdict::Unknown, "the conversation is not there, or cannot be read"));
    };
    let Some(call) = conversation.times().and_then(|(from, to)| Span::new(from, to)) else {
        return whole((Verdict::Unknown, "the conversation is not over, or its times cannot be read"));
    };
    let Some(recordings) = seen.recordings else {
        return whole((Verdict::Unknown, "the recordings are not ready, or cannot be read"));
    };
    let tolerance = Duration::try_from(rules.tolerance).unwrap_or_default();
    let pauses = Pauses::of(recordings, call.wider(tolerance));
    let evidence = Evidence { seen, conversation, recordings, rules, tolerance, call, pauses };
    let placed =
        evidence.pauses.spans.iter().map(|pause| Finding::of(Some(*pause), evidence.of_pause(*pause)));
    let unplaced = evidence.pauses.has_unplaced.then(|| Finding::of(None, (Verdict::Unknown, UNPLACED)));
    let found: Vec<_> = placed.chain(unplaced).collect();
    if found.is_empty() { whole(evidence.without_pause()) } else { found }
}

impl Finding {
    fn of(pause: Option<Span>, (verdict, reason): Row) -> Self {
        Self { pause, verdict, reason }
    }
}

/// A look at a conversation that is over, with its recordings.
struct Evidence<'a> {
    seen: &'a Seen<'a>,
    conversation: &'a Conversation,
    recordings: &'a [Recording],
    rules: &'a Proof,
    tolerance: Duration,
    call: Span,
    pauses: Pauses,
}

/// The secure pauses that the audio recordings note.
struct Pauses {
    /// Those that can be placed; none touches another.
    spans: Vec<Span>,
    /// Whether there is one that cannot be placed.
    has_unplaced: bool,
}

/// A screen recording that can be reckoned with.
#[derive(Clone, Copy)]
struct Screen {
    span: Span,
    /// How much longer it ran than its file plays.
    missing: Duration,
    /// Whether it keeps within the call, and its file within it.
    is_sound: bool,
}

/// What a file has of one secure pause.
struct Share {
    /// How much of it the file spans.
    common: Span,
    /// How much of all secure pauses it spans: what should be missing in it.
    wanted: Duration,
    missing: Duration,
}

impl Evidence<'_> {
    /// A conversation of which no secure pause is known.
    fn without_pause(&self) -> Row {
        use Verdict::{NoRecording, NoSecurePause, Unconfirmed, Unknown};
        let is_none = self.recordings.is_empty();
        let is_mute = self.of(Media::Audio).next().is_none();
        match self.doubt() {
            Some(doubt) => (Unknown, doubt),
            None if is_none && self.conversation.tells_screens() => (Unknown, HIDDEN),
            None if is_none && self.seen.look == Look::First => (Unknown, "no recording is there yet"),
            None if is_none => (NoRecording, "nothing was recorded"),
            None if is_mute => (Unknown, "no audio recording is there, and only these note secure pauses"),
            None if self.seen.source == Source::SecurePause => {
                (Unconfirmed, "an event reported a secure pause, and no audio recording notes one")
            }
            None => (NoSecurePause, "no audio recording notes one"),
        }
    }

    /// The verdict on one secure pause. A doubt makes it unknown, unless it is exposed: what the doubt may hide cannot
    /// make that better.
    fn of_pause(&self, pause: Span) -> Row {
        let row = self.of_screens(pause);
        let doubt = self.doubt().filter(|_| row.0 != Verdict::Exposed);
        doubt.map_or(row, |doubt| (Verdict::Unknown, doubt))
    }

    /// Why more may have happened than the recordings show.
    fn doubt(&self) -> Option<&'static str> {
        use FileState::{Available, Restoring, Uploading};
        let is_doubtful = |it: &Recording| it.annotations.iter().any(|noted| noted.notes() == Notes::Doubt);
        let of_one = self.recordings.iter().find_map(|it| match (it.media(), it.file_state) {
            (Media::Text, _) => None,
            (_, Uploading | Restoring) => Some("a recording is not finished"),
            (Media::Unknown, _) => Some("a recording is of an unknown kind"),
            (Media::Audio, state) if state != Available => Some("an audio recording is not available"),
            (Media::Audio, _) if is_doubtful(it) => Some("an audio recording has a note that cannot be read"),
            (Media::Audio, _) if span_of(it).is_none() => {
                Some("an audio recording has no times that can be read")
            }
            (Media::Audio | Media::Screen, _) => None,
        });
        of_one.or(self.pauses.has_unplaced.then_some(UNPLACED))
    }

    /// The worst that any screen recording says of a secure pause.
    fn of_screens(&self, pause: Span) -> Row {
        let screens: Vec<_> = self.of(Media::Screen).map(|it| self.screen(it)).collect();
        if screens.is_empty() {
            return self.without_screen();
        }
        let faults = screens.iter().filter_map(|screen| match screen {
            None => {
                Some((Verdict::Unknown, "a screen recording failed, or its times or its file cannot be read"))
            }
            Some(screen) if !screen.is_sound => {
                Some((Verdict::Unknown, "a screen recording contradicts the call"))
            }
            Some(_) => None,
        });
        let shares: Vec<_> =
            screens.iter().flatten().filter_map(|screen| self.share(screen, pause)).collect();
        let long = shares.iter().filter(|share| share.common.length() > self.slack());
        let rows = long.map(|share| self.of_file(share)).chain(self.held(&shares));
        let none = (Verdict::NotRecorded, "no screen was recorded at the time");
        let is_short = screens.len() < self.conversation.recorded_screens();
        faults
            .chain(is_short.then_some((Verdict::Unknown, HIDDEN)))
            .chain(rows)
            .min_by_key(|(verdict, _)| *verdict)
            .unwrap_or(none)
    }

    fn without_screen(&self) -> Row {
        let age = self.seen.now - self.call.to;
        match () {
            () if self.conversation.tells_screens() => (Verdict::Unknown, HIDDEN),
            () if age < SETTLED => (Verdict::Unknown, "a screen recording may still come"),
            () => (Verdict::NoScreenRecording, "no screen was recorded in this call"),
        }
    }

    /// What one file says of a secure pause that it spans a good part of.
    fn of_file(&self, share: &Share) -> Row {
        match share.missing {
            missing if missing < share.wanted - self.slack() => self.stored(),
            missing if missing > share.wanted + self.tolerance => {
                (Verdict::Unknown, "more is missing in the file than secure pauses account for")
            }
            _ => (Verdict::CutOut, "as much is missing in the file as the secure pauses lasted"),
        }
    }

    /// What the files say together: pieces of one screen that was cut up may each be short, and another secure pause may
    /// be all that was cut out. None where they hold too little of it.
    fn held(&self, shares: &[Share]) -> Option<Row> {
        let most = |part: &dyn Fn(&Share) -> Duration| {
            one_after_another(shares.iter().map(|share| (share.common, part(share))).collect())
        };
        match self.slack() {
            slack if most(&|share| share.may_hold(self.tolerance)) <= slack => None,
            slack if most(&Share::stored) > slack => Some(self.stored()),
            _ => Some((
                Verdict::NotProvable,
                "other secure pauses account for all that is missing in the file",
            )),
        }
    }

    /// What it means that a secure pause takes up time in a file.
    fn stored(&self) -> Row {
        match self.rules.paused_screen {
            PausedScreen::Cut => (Verdict::Exposed, "too little is missing in the file for it to be cut out"),
            PausedScreen::Unknown | PausedScreen::Frozen | PausedScreen::Masked => (
                Verdict::NotProvable,
                "it takes up time in the file, and by PAUSED_SCREEN it may be dark there",
            ),
        }
    }

    fn share(&self, screen: &Screen, pause: Span) -> Option<Share> {
        let wanted = self.pauses.spans.iter().map(|pause| pause.overlap(screen.span)).sum();
        Some(Share { common: screen.span.common(pause)?, wanted, missing: screen.missing })
    }

    fn screen(&self, recording: &Recording) -> Option<Screen> {
        use FileState::{Archived, Available, Restored};
        let span = span_of(recording)?;
        let plays = recording.output_duration_ms.filter(|ms| *ms > 0).map(Duration::milliseconds)?;
        let (missing, call) = (span.length() - plays, self.call.wider(self.tolerance));
        let is_sound = call.from <= span.from && span.to <= call.to && missing >= -self.tolerance;
        let is_there = matches!(recording.file_state, Available | Archived | Restored);
        is_there.then_some(Screen { span, missing, is_sound })
    }

    /// How much of the secure pauses may be on the file: a pause takes some time to arrive. Never one that is wholly
    /// there.
    fn slack(&self) -> Duration {
        let halves = self.pauses.spans.iter().map(|pause| pause.length() / 2_i32);
        halves.fold(self.tolerance, Duration::min)
    }

    fn of(&self, media: Media) -> impl Iterator<Item = &Recording> {
        self.recordings.iter().filter(move |recording| recording.media() == media)
    }
}

impl Pauses {
    /// One that does not begin within `call` is placed wrongly.
    fn of(recordings: &[Recording], call: Span) -> Self {
        let voices = recordings.iter().filter(|recording| recording.media() == Media::Audio);
        let noted = voices.flat_map(|voice| voice.annotations.iter().map(move |noted| (voice, noted)));
        let pauses = noted.filter(|(_, noted)| noted.notes() == Notes::SecurePause);
        let is_within = |pause: &Span| call.from <= pause.from && pause.from <= call.to;
        let placed: Vec<_> = pauses.map(|(voice, noted)| place(voice, noted).filter(is_within)).collect();
        let has_unplaced = placed.contains(&None);
        Self { spans: union(placed.into_iter().flatten().collect()), has_unplaced }
    }
}

impl Share {
    /// How much of this secure pause the file may hold: all of it, if other secure pauses can explain what is missing.
    fn may_hold(&self, tolerance: Duration) -> Duration {
        let others = self.wanted - self.common.length();
        let is_accounted_for = others.is_positive() && self.missing <= others + tolerance;
        if is_accounted_for { self.common.length() } else { self.part(self.common.length() - self.missing) }
    }

    /// How much the file has, of this secure pause or of another.
    fn stored(&self) -> Duration {
        self.part(self.wanted - self.missing)
    }

    fn part(&self, length: Duration) -> Duration {
        length.clamp(Duration::ZERO, self.common.length())
    }
}

/// The most that files hold of which each takes over from the one before. What two of them span at the same time counts
/// once: two monitors that were both paused late hold no more than the later one.
fn one_after_another(mut held: Vec<(Span, Duration)>) -> Duration {
    held.sort_unstable();
    let mut most: Vec<Duration> = Vec::new();
    for (span, length) in &held {
        let before = held.iter().zip(&most).filter(|((earlier, _), _)| earlier.to <= span.to);
        let before = before.map(|((earlier, _), most)| *most - earlier.overlap(*span)).max();
        most.push(*length + before.map_or(Duration::ZERO, |before| before.max(Duration::ZERO)));
    }
    most.into_iter().max().unwrap_or_default()
}

/// From when until when a recording ran.
fn span_of(recording: &Recording) -> Option<Span> {
    Span::new(recording.start_time.at()?, recording.end_time.at()?)
}

/// When a pause was that an audio recording notes.
fn place(voice: &Recording, pause: &Annotation) -> Option<Span> {
    let by_file = || pause.location.filter(|_| is_first(voice, pause));
    let offset = pause.realtime_location.or_else(by_file)?;
    let from = voice.start_time.at()?.checked_add(Duration::milliseconds(offset))?;
    Span::new(from, from.checked_add(Duration::milliseconds(pause.duration_ms?))?)
}

/// Whether no other pause began before it, so that nothing is missing in the file up to there.
fn is_first(voice: &Recording, pause: &Annotation) -> bool {
    let mut pauses = voice.annotations.iter().filter(|noted| noted.notes() != Notes::Nothing);
    pauses.all(|other| other.location.is_some() && other.location >= pause.location)
}

impl Span {
    /// None where the end is not later than the beginning.
    fn new(from: OffsetDateTime, to: OffsetDateTime) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    fn length(self) -> Duration {
        self.to - self.from
    }

    fn common(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    fn overlap(self, other: Self) -> Duration {
        self.common(other).map_or(Duration::ZERO, Self::length)
    }

    fn wider(self, by: Duration) -> Self {
        Self { from: self.from.saturating_sub(by), to: self.to.saturating_add(by) }
    }
}

/// The same times, in order, and none twice.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}
