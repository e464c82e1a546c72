//! What is proven, as the page shows it: one row a verdict, and one a secure pause that is to be looked at.

use strum::IntoEnumIterator;

use crate::control::{Lapse, Stretch};
use crate::figures::Figures;
use crate::log::Log;
use crate::moment::Moment;
use crate::proof::{Proof, Screen};
use crate::purge::{Purge, Remedy};
use crate::secure_pause::{End, SecurePause};
use crate::span::Span;
use crate::standing::Standing;
use crate::stored::{Claim, DUE_MS, Found, Logged, Proven, Stored};
use crate::words::{PausedScreen, Purged, Refusal, Verdict};

/// A secure pause, by the live records, by the recordings, or by both.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// What the live records have of it.
    pub live: Option<&'a SecurePause>,
    /// The line of proof about it, or about its call.
    pub proof: Option<&'a Proof>,
    /// Why that says so, in the function's words.
    pub reason: Option<&'a str>,
    /// That no live record is of it.
    pub found: Option<&'a Found>,
}

/// Every secure pause, by its start.
pub fn cases<'a>(figures: &'a Figures, log: &'a Log) -> Vec<Case<'a>> {
    let case = |live, place: Option<usize>, found| {
        let proof = place.and_then(|place| log.proofs.get(place));
        let reason = proof.and_then(|proof| log.reasons.get(usize::from(proof.reason?)));
        Case { live, proof, reason: reason.map(String::as_str), found }
    };
    let live = figures.pauses.iter().map(|pause| case(Some(pause), pause.proof, None));
    let found = figures.proofs.found.iter().map(|it| case(None, Some(it.line), Some(it)));
    let mut cases: Vec<Case<'_>> = live.chain(found).collect();
    cases.sort_by_key(Case::start);
    cases
}

impl Case<'_> {
    /// When it started; where that is not known, when its call ended.
    pub fn start(&self) -> Option<Moment> {
        self.live.map(|it| it.start).or(self.found.map(|it| it.from))
    }

    /// What is stored of it.
    pub fn stored(&self) -> Stored {
        match (self.live, self.proof) {
            (Some(pause), _) => pause.stored,
            (None, Some(proof)) => Stored::of(proof),
            (None, None) => Stored::Missing,
        }
    }

    /// The conversation.
    pub fn conversation(&self) -> String {
        let by_proof = || self.proof.map(|it| it.conversation);
        self.live.map(|it| it.conversation).or_else(by_proof).map(|it| it.to_string()).unwrap_or_default()
    }

    /// When it started, in words.
    pub fn start_text(&self) -> String {
        match self.proof.filter(|proof| self.live.is_none() && proof.from.is_none()) {
            Some(_) => "not known".to_owned(),
            None => self.start().map(|it| it.to_string()).unwrap_or_default(),
        }
    }

    /// How long it was, in words: by the recording, else by its records.
    pub fn length(&self) -> String {
        let stored = self.proof.and_then(|it| Some(it.to?.since(it.from?)));
        let told = self.live.and_then(|it| match it.end {
            End::Told(end) => Some(end.since(it.start)),
            End::SeenOver(_) | End::NotTold => None,
        });
        stored.or(told).map_or_else(|| "not told".to_owned(), |ms| Span(ms).to_string())
    }

    /// What the live records claimed, in words.
    pub fn claim(&self) -> &'static str {
        self.live.map_or("no record", |pause| standing_text(pause.standing))
    }

    /// What the log has of it, in words.
    pub fn logged(&self) -> &'static str {
        match self.found.map(|it| it.logged) {
            Some(Logged::Nothing) => "nothing: no event of it reached the function",
            Some(Logged::EndOnly) => "its end only: the event of the start was lost",
            Some(Logged::BeforeTheFiles) => "it began before these files: look at earlier ones",
            None => "its start",
        }
    }

    /// Its screen recordings: the id of each, and the rest in words.
    pub fn screens(&self) -> Vec<(String, String)> {
        let Some(proof) = self.proof else { return vec![(String::new(), "not told".to_owned())] };
        let mut screens: Vec<(String, String)> = Vec::new();
        for screen in &proof.screens {
            screens.push(screen_text(screen));
            screens.extend(screen.purge.map(|purge| (String::new(), purge.text())));
        }
        let more = proof.screen_count.saturating_sub(proof.screens.len());
        let mut word = |is_so: bool, text: String| screens.extend(is_so.then(|| (String::new(), text)));
        word(proof.screen_count == 0, "none".to_owned());
        word(more > 0, format!("{more} more"));
        word(proof.was_exposed, "an earlier line of proof said recorded".to_owned());
        screens
    }

    /// What was done about it.
    pub fn remedy(&self) -> Option<Remedy> {
        self.proof.and_then(|proof| proof.remedy)
    }

    /// What was done about it, in words.
    pub fn remedy_text(&self) -> &'static str {
        self.remedy().map_or("", Remedy::text)
    }

    /// What is stored of it, in few words.
    pub fn stored_short(&self) -> &'static str {
        let text = stored_text(self.stored());
        text.split_once(": ").map_or(text, |(before, _)| before)
    }

    /// Why it is not proven, in words.
    pub fn why(&self) -> &'static str {
        let text = stored_text(self.stored());
        let after = text.split_once(": ").map_or(text, |(_, after)| after);
        match self.proof.filter(|it| it.verdict == Verdict::NotProvable).map(|it| it.paused_screen) {
            Some(PausedScreen::Unknown) => {
                "a file has that time in it, and nobody has tried what the recorder stores of a paused screen \
                 (PAUSED_SCREEN=unknown)"
            }
            Some(PausedScreen::Frozen) => {
                "a file has that time in it; the recorder stores the last picture of a paused screen \
                 (PAUSED_SCREEN=frozen), and the length does not tell it from others"
            }
            Some(PausedScreen::Masked) => {
                "a file has that time in it; the recorder stores a mask for a paused screen (PAUSED_SCREEN=masked), and \
                 the length does not tell it from pictures"
            }
            Some(PausedScreen::Cut) | None => after,
        }
    }
}

fn screen_text(screen: &Screen) -> (String, String) {
    let id = screen.id.map_or_else(|| "without id".to_owned(), |id| id.to_string());
    let left_out = match screen.missing_ms {
        Some(0) => "nothing left out".to_owned(),
        Some(ms) if ms < 0 => format!("longer than its time by {}", Span(-ms)),
        Some(ms) => format!("{} left out", Span(ms)),
        None => "its length is not known".to_owned(),
    };
    let exported = if screen.is_exported { ", exported" } else { "" };
    (id, format!("{left_out}{exported}"))
}

impl Purge {
    /// What was done, in words.
    pub fn text(&self) -> String {
        let at = self.at;
        let what = match (self.outcome, self.reason) {
            (Purged::Deleted, _) => format!("Seen to be deleted {at}"),
            (Purged::Gone, _) => format!("Deletion was ordered; Genesys Cloud did not show it any more {at}"),
            (Purged::Ordered, _) => format!("Deletion ordered {at}"),
            (Purged::Unconfirmed, _) => format!("Deletion asked for {at}, and not confirmed"),
            (Purged::Refused, Some(Refusal::LegalHold)) => {
                format!("Not deleted {at}: the call is under legal hold")
            }
            (Purged::Refused, Some(Refusal::NotAScreen)) => {
                format!("Not deleted {at}: it is no screen recording")
            }
            (Purged::Refused, Some(Refusal::NotExposed)) => {
                format!("Not deleted {at}: nothing said that it was exposed")
            }
            (Purged::Refused, Some(Refusal::NotShown)) => {
                format!("Not deleted {at}: Genesys Cloud showed no such recording")
            }
            (Purged::Refused, None) => format!("Not deleted {at}"),
        };
        format!("{what}{}", if self.is_exported { "; a copy was exported" } else { "" })
    }
}

impl Remedy {
    /// What was done, in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Deleted => "deleted since",
            Self::CopyLeft => {
                "deleted since in Genesys Cloud; a copy was exported, and is not known to be deleted"
            }
            Self::Ordered => "its deletion is ordered, and not seen to be done",
            Self::Unconfirmed => "its deletion was asked for, and not confirmed",
            Self::Refused => "its deletion was refused",
            Self::Nothing => "nothing, by these files",
        }
    }
}

/// A standing in a few words.
const fn standing_text(standing: Standing) -> &'static str {
    match standing {
        Standing::Verified => "dark, read back",
        Standing::NotRecorded => "dark, not recorded",
        Standing::Terminated => "dark, recording ended",
        Standing::Unverifiable => "dark, acknowledged only",
        Standing::RecordedDuring => "recorded again during it",
        Standing::InDoubt => "in doubt",
        Standing::NotDark => "not dark",
        Standing::Observed => "observed only",
        Standing::NothingToPause => "nothing to pause",
        Standing::NotTold => "not told",
    }
}

/// What is stored of a secure pause, in words: what that comes to, a colon, and why.
pub const fn stored_text(stored: Stored) -> &'static str {
    match stored {
        Stored::Told(Verdict::CutOut) => {
            "proven dark: the file of the screen recording lacks the time of the secure pause"
        }
        Stored::Told(Verdict::NotRecorded) => "proven dark: no screen recording runs during it",
        Stored::Told(Verdict::NoScreenRecording) => "proven dark: no screen of the call was recorded",
        Stored::Told(Verdict::Exposed) => {
            "recorded: the file of a screen recording has the time of the secure pause in it"
        }
        Stored::Remedied => {
            "recorded, and remedied: the screen recording that had the time of the secure pause in it is deleted, and \
             no copy of it was exported"
        }
        Stored::Told(Verdict::NotProvable) => {
            "not proven: a file has that time in it, and whether it shows the screen there cannot be told from its length"
        }
        Stored::Told(Verdict::Unknown) => {
            "not proven: a recording could not be read in two days, or its times contradict each other"
        }
        Stored::Told(Verdict::NoRecording) => "not proven: no recording of any kind was found of the call",
        Stored::Told(Verdict::Unconfirmed) => {
            "not proven: an event told of it, and the audio recording has no mark of a secure pause"
        }
        Stored::Told(Verdict::NoSecurePause) => {
            "not proven: the audio recording of the call has no mark of a secure pause, as where a secure flow took the card"
        }
        Stored::NoMark => {
            "not proven: the audio recording has marks of other secure pauses, and none at that time"
        }
        Stored::Missing => "proof missing: no line of proof is about it",
    }
}

/// A row of the table of what was claimed and what is stored.
pub struct Row {
    /// The verdict, or our own word.
    pub figure: &'static str,
    /// In words.
    pub text: &'static str,
    /// Its class in the style sheet.
    pub class: &'static str,
    /// By what was claimed live.
    pub cells: Vec<(&'static str, usize)>,
    /// All of them.
    pub count: usize,
}

/// The rows that count something.
pub fn rows(figures: &Figures) -> Vec<Row> {
    let row = |stored: Stored| {
        let cell = |claim: Claim| (claim.into(), figures.proofs.cell(stored, claim));
        let cells: Vec<(&'static str, usize)> = Claim::iter().map(cell).collect();
        let class = if stored.proven() == Proven::Recorded { "bad" } else { "" };
        let count = cells.iter().map(|(_, count)| count).sum();
        Row { figure: stored.word(), text: stored_text(stored), class, cells, count }
    };
    Stored::ALL.into_iter().map(row).filter(|row| row.count > 0).collect()
}

/// What was done about those that were recorded, the worst last.
pub fn remedies(cases: &[Case<'_>]) -> Vec<(&'static str, &'static str, usize)> {
    let count = |remedy| cases.iter().filter(|case| case.remedy() == Some(remedy)).count();
    let rows = Remedy::iter().map(|remedy| (remedy.into(), remedy.text(), count(remedy)));
    rows.filter(|(_, _, count)| *count > 0).collect()
}

/// Whether a secure pause without proof should have had it by the end of these files.
pub fn is_due(case: &Case<'_>, log: &Log) -> bool {
    let since_start = log.span.zip(case.start()).map(|((_, last), start)| last.since(start));
    since_start.is_some_and(|ms| ms >= DUE_MS)
}

impl Claim {
    /// How many secure pauses the live records claim so of.
    pub fn of_cells(figures: &Figures, claim: Self) -> usize {
        figures.proofs.cells.iter().filter(|((_, it), _)| *it == claim).map(|(_, count)| count).sum()
    }
}

impl Stretch {
    /// How the control was not fully on, in words.
    pub const fn text(&self) -> &'static str {
        match self.lapse {
            Lapse::Observing => "observing: it looked, and paused nothing (MODE=observe)",
            Lapse::PauseOnly => "pause-only: it paused, and resumed nothing (MODE=pause-only)",
            Lapse::Off => "off: its settings were faulty, and it could do nothing",
            Lapse::Silent => "silent: it wrote no record; no call, or no event reached it",
        }
    }

    /// How long, in words.
    pub fn length(&self) -> Span {
        Span(self.to.since(self.from))
    }
}
