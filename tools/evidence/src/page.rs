//! The page: what stands in templates/page.html, and in which words.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use askama::Template;
use strum::IntoEnumIterator;
use uuid::NonNilUuid;

use crate::chart::{self, Column, Timeline, WIDTH};
use crate::choice::{self, TIMELINES};
use crate::control::Stretch;
use crate::failure::{Failure, How};
use crate::figures::{Figures, WORST};
use crate::log::{Log, NAMED};
use crate::observations::Observations;
use crate::opening;
use crate::organization::Organization;
use crate::proof::Proof;
use crate::proven::{self, Case, Row};
use crate::purge::{self, Purge};
use crate::record::Program;
use crate::secure_pause::{End, SecurePause, Stray};
use crate::shares::{LATE_MS, SHORT_MS, Share};
use crate::span::Span;
use crate::standing::Standing;
use crate::stored::{Logged, Proven};
use crate::words::{Cause, Verdict};

/// How many conversations of a kind are listed, the others counted and left to the CSV: a page is to be read.
const LISTED: usize = 50;
/// The version of this tool.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    figures: &'a Figures,
    log: &'a Log,
    opening: String,
    sum: String,
    rows: Vec<Row>,
    recorded: Vec<Case<'a>>,
    recorded_count: usize,
    remedies: Vec<(&'static str, &'static str, usize)>,
    purges: Vec<&'a Purge>,
    purges_count: usize,
    not_proven: Vec<Case<'a>>,
    overdue: Vec<Case<'a>>,
    overdue_count: usize,
    found: Vec<Case<'a>>,
    unpaused: Vec<(&'a Proof, &'static str)>,
    unsettled: Vec<(&'a Proof, &'static str, &'a str)>,
    shares: Vec<Shown<'a>>,
    contradicting: &'a [NonNilUuid],
    stretches: &'a [Stretch],
    proven_tiles: Vec<(Named, &'static str)>,
    loggeds: [(&'static str, &'static str, usize); 3],
    lines: [(&'static str, &'static str, u64); 3],
    standings: Vec<Named>,
    failures: Vec<Failures>,
    resume_failures: Vec<Failures>,
    hows: Vec<Named>,
    exposures: Vec<(&'static str, &'static str, u32)>,
    columns: Vec<Column>,
    histogram: String,
    worst: Vec<&'a SecurePause>,
    timelines: Vec<Timeline>,
    unverifiable: Vec<&'a SecurePause>,
    others_recording: Vec<&'a SecurePause>,
    open: Vec<&'a SecurePause>,
    strays: Vec<&'a Stray>,
    strays_failed: usize,
    tiles: Vec<Named>,
    observations: Option<Observations>,
    width: f64,
}

/// A figure with its name.
struct Named {
    figure: &'static str,
    text: &'static str,
    count: usize,
}

/// What stands out by queue, or by agent.
struct Shown<'a> {
    /// The word in the names of its figures.
    name: &'static str,
    heading: &'static str,
    /// Whose these are, where a call has several.
    whose: &'static str,
    /// The first of them.
    rows: Vec<(&'a NonNilUuid, &'a Share)>,
    /// All that stand out, and all there are.
    count: usize,
    all: usize,
    /// Secure pauses and payment calls that are in none.
    without: usize,
}

/// Secure pauses that failed by one error.
struct Failures {
    cause: Cause,
    count: usize,
    hows: Vec<String>,
    remedy: String,
}

/// The page of these figures, as HTML.
///
/// # Errors
/// None that is known: the template only formats.
pub fn render(figures: &Figures, log: &Log) -> io::Result<String> {
    let all = |wanted: &dyn Fn(&SecurePause) -> bool| -> Vec<&SecurePause> {
        figures.pauses.iter().filter(|pause| wanted(pause)).take(LISTED).collect()
    };
    let cases = proven::cases(figures, log);
    let cases_of = |wanted: Proven| -> Vec<Case<'_>> {
        cases.iter().copied().filter(|case| case.stored().proven() == wanted).collect()
    };
    let mut overdue = cases_of(Proven::Missing);
    overdue.retain(|case| proven::is_due(case, log));
    let mut recorded = cases_of(Proven::Recorded);
    recorded.extend(cases_of(Proven::Remedied));
    let purges = purge::others(log);
    let columns = chart::histogram(figures);
    let counts = columns.iter().filter(|column| column.count > 0);
    let counts: Vec<String> = counts.map(|column| format!("{}: {}", column.text, column.count)).collect();
    let page = Page {
        figures,
        log,
        opening: opening::sentence(figures, log),
        sum: opening::sum(figures),
        rows: proven::rows(figures),
        remedies: proven::remedies(&recorded),
        recorded_count: recorded.len(),
        recorded: listed(recorded),
        purges_count: purges.len(),
        purges: purges.into_iter().take(LISTED).collect(),
        not_proven: listed(cases_of(Proven::Not)),
        overdue_count: overdue.len(),
        overdue: listed(overdue),
        found: cases.iter().copied().filter(|case| case.found.is_some()).take(LISTED).collect(),
        unpaused: figures
            .proofs
            .unpaused
            .iter()
            .take(LISTED)
            .map(|line| unpaused(figures, &log.proofs[*line]))
            .collect(),
        unsettled: first(&figures.proofs.unsettled)
            .iter()
            .map(|line| unsettled(log, &log.proofs[*line]))
            .collect(),
        contradicting: first(&figures.proofs.contradicting),
        stretches: first(&figures.stretches),
        proven_tiles: proven_tiles(figures),
        loggeds: loggeds(figures),
        lines: [
            ("not-ours", "of other programs, or of another kind", log.not_ours),
            ("duplicates", "given more than once, word for word; counted once", log.duplicates),
            ("broken", "unreadable", log.broken),
        ],
        shares: shares(figures),
        standings: Standing::iter().map(|it| standing(figures, it)).filter(|it| it.count > 0).collect(),
        failures: failures(&figures.failed, &log.remedies),
        resume_failures: failures(&figures.resume_failed, &log.remedies),
        hows: How::iter()
            .map(|how| Named { figure: how.into(), text: how.text(), count: figures.failed(how) })
            .filter(|it| it.count > 0)
            .collect(),
        strays: stray_failures(figures).take(LISTED).collect(),
        strays_failed: stray_failures(figures).count(),
        tiles: tiles(figures),
        exposures: exposures(figures),
        histogram: format!("Secure pauses by exposure. {}.", counts.join("; ")),
        columns,
        worst: figures.worst(),
        timelines: choice::of(&figures.pauses)
            .iter()
            .map(|pauses| chart::timeline(pauses, &log.proofs))
            .collect(),
        unverifiable: all(&|pause| pause.standing == Standing::Unverifiable),
        others_recording: all(&|pause| pause.others_recording),
        open: all(&|pause| !matches!(pause.end, End::Told(_))),
        observations: (!log.observed.is_empty()).then(|| Observations::of(&Organization::of(&log.observed))),
        width: WIDTH,
    };
    page.render().map_err(io::Error::other)
}

/// The first of these, as many as are shown.
fn listed(mut cases: Vec<Case<'_>>) -> Vec<Case<'_>> {
    cases.truncate(LISTED);
    cases
}

/// The first of a list, as many as are shown.
fn first<T>(all: &[T]) -> &[T] {
    &all[..all.len().min(LISTED)]
}

/// What stands beside the proven ones, at the top, with its class; what there is none of is left out.
fn proven_tiles(figures: &Figures) -> Vec<(Named, &'static str)> {
    let proofs = &figures.proofs;
    let tiles = [
        ("remedied", "recorded, and deleted since", proofs.proven(Proven::Remedied), ""),
        ("recorded", "recorded", proofs.proven(Proven::Recorded), "bad"),
        ("not-proven", "not proven", proofs.proven(Proven::Not), "bad"),
        ("without-proof", "proof missing", proofs.proven(Proven::Missing), "bad"),
        ("without-record", "without a live record", proofs.found.len(), "bad"),
        ("payment-calls", "payment calls without a secure pause", proofs.unpaused.len(), "bad"),
        ("unsettled", "calls that may have had one", proofs.unsettled.len(), "bad"),
    ];
    let tiles = tiles.into_iter().filter(|it| it.2 > 0);
    tiles.map(|(figure, text, count, class)| (Named { figure, text, count }, class)).collect()
}

/// What the log has of secure pauses without a live record of their start, in words that follow a number.
fn loggeds(figures: &Figures) -> [(&'static str, &'static str, usize); 3] {
    [
        (Logged::Nothing, "left nothing in the log."),
        (Logged::EndOnly, "left a record of their end."),
        (
            Logged::BeforeTheFiles,
            "began before the first line of these files, and may have a record in earlier ones.",
        ),
    ]
    .map(|(logged, text)| (logged.into(), text, figures.proofs.logged(logged)))
}

/// How many of them are shown, in words.
fn shown(shown: usize, all: usize) -> String {
    if shown == all { format!("all {all}") } else { format!("the first {shown} of {all}") }
}

/// A length in words.
fn length(ms: i64) -> Span {
    Span(ms)
}

/// A call of a payment queue on which there was no secure pause, and what the live records have of it.
fn unpaused<'a>(figures: &Figures, proof: &'a Proof) -> (&'a Proof, &'static str) {
    let is_logged = figures.pauses.iter().any(|pause| pause.conversation == proof.conversation);
    (proof, if is_logged { "a pause, as where a secure flow took the card" } else { "nothing" })
}

/// A call of which nobody knows whether there was a secure pause, why, and why in the function's words.
fn unsettled<'a>(log: &'a Log, proof: &'a Proof) -> (&'a Proof, &'static str, &'a str) {
    let why = match proof.verdict {
        Verdict::NoRecording => "no recording of any kind was found of it",
        Verdict::Unconfirmed => "an event told of a secure pause, and its audio recording has no mark of one",
        _ => "a recording could not be read in two days, or its times contradict each other",
    };
    let reason = proof.reason.and_then(|reason| log.reasons.get(usize::from(reason)));
    (proof, why, reason.map_or("", String::as_str))
}

/// What stands out by queue and by agent.
fn shares(figures: &Figures) -> Vec<Shown<'_>> {
    let shares = &figures.shares;
    let queues = Shown {
        name: "queue",
        heading: "By queue",
        whose: "A secure pause counts for each queue that its call was in",
        without: shares.without_queue,
        ..Shown::of(&shares.queues)
    };
    let agents = Shown {
        name: "agent",
        heading: "By agent",
        whose: "A secure pause counts for the agent who started it; where no live record names one, and where there was \
                none, for each agent on the call",
        without: shares.without_agent,
        ..Shown::of(&shares.agents)
    };
    [queues, agents].into_iter().filter(|shown| shown.count > 0).collect()
}

impl<'a> Shown<'a> {
    /// Those with something to look at, the worst first.
    fn of(all: &'a BTreeMap<NonNilUuid, Share>) -> Self {
        let mut rows: Vec<_> = all.iter().filter(|(_, share)| share.stands_out()).collect();
        rows.sort_by_key(|(_, share)| Reverse((share.not_dark, share.none, share.late, share.short)));
        let count = rows.len();
        rows.truncate(LISTED);
        Self { name: "", heading: "", whose: "", rows, count, all: all.len(), without: 0 }
    }
}

fn standing(figures: &Figures, standing: Standing) -> Named {
    let text = match standing {
        Standing::Verified => "verified: every screen was paused, and read back as paused",
        Standing::NotRecorded => "dark: a screen had no recording, and every other was read back as paused",
        Standing::Terminated => "dark: the recording of a screen was ended instead of paused",
        Standing::Unverifiable => {
            "unverifiable: every pause was acknowledged, and no reading tells the state"
        }
        Standing::RecordedDuring => {
            "recorded again during it: dark by one record, and a later one found a screen recorded after all, or it \
             began while a screen was being resumed"
        }
        Standing::InDoubt => {
            "in doubt: dark by one record, and a later attempt could not pause a screen, perhaps another"
        }
        Standing::NotDark => "not dark: no record says that every screen was dark",
        Standing::Observed => "observed only: MODE=observe sends no pause",
        Standing::NothingToPause => "nothing to pause: the call, the secure pause or the leg was over",
        Standing::NotTold => "not told: only checks of the watch that found nothing to do",
    };
    Named { figure: standing.into(), count: figures.standing(standing), text }
}

/// Ends without a start whose pause or resume failed.
fn stray_failures(figures: &Figures) -> impl Iterator<Item = &Stray> {
    figures.strays.iter().filter(|stray| stray.failure.is_some() || stray.resume_failure.is_some())
}

/// What is shown at the top only where there is any of it.
fn tiles(figures: &Figures) -> Vec<Named> {
    let of =
        |standing: Standing, text| Named { figure: standing.into(), text, count: figures.standing(standing) };
    let tiles = [
        of(Standing::NotDark, "never dark"),
        of(Standing::RecordedDuring, "recorded again during it"),
        of(Standing::InDoubt, "in doubt"),
        of(Standing::Observed, "observed only, not paused"),
        of(Standing::NotTold, "not told"),
        Named {
            figure: "nameless",
            text: "failures without a conversation",
            count: figures.nameless.values().sum(),
        },
    ];
    tiles.into_iter().filter(|tile| tile.count > 0).collect()
}

fn failures(counts: &BTreeMap<(Cause, How), usize>, remedies: &BTreeMap<Cause, String>) -> Vec<Failures> {
    let of = |cause: Cause| -> Vec<(How, usize)> {
        counts.iter().filter(|((it, _), _)| *it == cause).map(|((_, how), count)| (*how, *count)).collect()
    };
    let causes = Cause::iter().map(|cause| (cause, of(cause))).filter(|(_, hows)| !hows.is_empty());
    let rows = causes.map(|(cause, hows)| Failures {
        cause,
        count: hows.iter().map(|(_, count)| count).sum(),
        hows: hows.iter().map(|(how, count)| format!("{count} {}", how.text())).collect(),
        remedy: remedies.get(&cause).cloned().unwrap_or_default(),
    });
    rows.collect()
}

fn exposures(figures: &Figures) -> Vec<(&'static str, &'static str, u32)> {
    let rows = [
        ("exposure-median-ms", "half of these: at most", 50),
        ("exposure-p95-ms", "95 of 100: at most", 95),
        ("exposure-p99-ms", "99 of 100: at most", 99),
        ("exposure-worst-ms", "the longest", 100),
    ];
    rows.into_iter()
        .filter_map(|(figure, text, percent)| Some((figure, text, figures.exposure(percent)?)))
        .collect()
}

/// How long, in words.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the template hands on what it goes through")]
fn ms(ms: &u32) -> Span {
    Span(i64::from(*ms))
}

impl Program {
    /// The name of its figure.
    fn figure(&self) -> String {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let (function_version, mode) = (or_none(&self.function_version), or_none(&self.mode));
        format!("program-{}-{}-{function_version}-{mode}", self.version, self.commit)
    }
}

impl Failure {
    fn text(self) -> String {
        format!("{}, {}", self.cause.name(), self.how.text())
    }
}

impl Stray {
    /// What failed and how that ended, in words.
    fn failure_text(&self) -> String {
        let pause = self.failure.map(|it| format!("pause: {}", it.text()));
        let resume = self.resume_failure.map(|it| format!("resume: {}", it.text()));
        pause.into_iter().chain(resume).collect::<Vec<_>>().join("; ")
    }
}

impl SecurePause {
    /// How its end is known, in words.
    fn end_text(&self) -> String {
        match self.end {
            End::Told(at) => at.to_string(),
            End::SeenOver(at) => format!("over by {at}"),
            End::NotTold => "not told".to_owned(),
        }
    }

    /// Its exposure, in words.
    fn exposure_text(&self) -> String {
        match self.exposure {
            Some(it) if it.is_until_dark => ms(&it.ms).to_string(),
            Some(it) => match (self.end, self.standing) {
                (End::Told(_), Standing::NotDark) => {
                    format!("not dark for {}, its whole length", ms(&it.ms))
                }
                (End::Told(_), _) => format!("{}, to its end", ms(&it.ms)),
                _ => format!("{} until giving up, or longer", ms(&it.ms)),
            },
            None => "not told".to_owned(),
        }
    }

    /// What went wrong, in words: recorded again, another screen recorded, and its failure and how that ended.
    fn failure_text(&self) -> String {
        let word = |is_so: bool, text: &str| is_so.then(|| text.to_owned());
        let again = word(self.standing == Standing::RecordedDuring, "recorded again during it");
        let others = word(self.others_recording, self.others_text());
        let words: Vec<String> =
            [again, others, self.failure.map(Failure::text)].into_iter().flatten().collect();
        if words.is_empty() { "–".to_owned() } else { words.join("; ") }
    }

    /// That another screen was being recorded, in words.
    fn others_text(&self) -> &'static str {
        match self.standing {
            Standing::Verified => "verified, another screen was recording",
            _ => "another screen was recording",
        }
    }

    /// Its exposure in milliseconds, for those who read by program.
    fn exposure_ms(&self) -> u32 {
        self.exposure.map_or(0, |exposure| exposure.ms)
    }
}
