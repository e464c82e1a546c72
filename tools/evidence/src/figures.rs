//! The figures of the report, counted from secure pauses and records. The page, the CSV, and the summary show these.

use std::collections::{BTreeMap, BTreeSet};

use crate::control::{self, Stretch};
use crate::failure::How;
use crate::log::Log;
use crate::moment::Moment;
use crate::record::{Brief, Program};
use crate::secure_pause::{End, SecurePause, Stray, Told, secure_pauses};
use crate::shares::Shares;
use crate::standing::{Exposure, Standing};
use crate::stored::{self, Proofs};
use crate::words::{Cause, word};

/// How many of the longest exposures are listed.
pub const WORST: usize = 10;
/// Exposures up to so many milliseconds fall into one bar; the last bar has everything above. 75 s is what a failed
/// first invocation may take until the watch has made it good.
pub const BARS: [u32; 9] = [250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 75_000, u32::MAX];

/// The part of the log that is reported on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period {
    /// Not before; none: from the first record on.
    pub from: Option<Moment>,
    /// Before; none: to the last record.
    pub to: Option<Moment>,
}

impl Period {
    /// Whether a moment lies in it.
    pub fn holds(&self, at: Moment) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

/// Everything the report says.
#[derive(Debug, Default)]
pub struct Figures {
    /// The period that was asked for.
    pub period: Period,
    /// When the first thing that is reported on happened, and the last.
    pub span: Option<(Moment, Moment)>,
    /// Audit records in the period.
    pub records: usize,
    /// Audit records outside it.
    pub outside: usize,
    /// The secure pauses that started in the period, by start.
    pub pauses: Vec<SecurePause>,
    /// Conversations with one.
    pub conversations: usize,
    /// How they stand.
    pub standing: BTreeMap<Standing, usize>,
    /// Secure pauses with a failed attempt at pausing, by error and how that ended.
    pub failed: BTreeMap<(Cause, How), usize>,
    /// The same of resuming.
    pub resume_failed: BTreeMap<(Cause, How), usize>,
    /// Exposures that ended dark, in milliseconds, sorted.
    pub exposures: Vec<u32>,
    /// Exposures that did not, as far as is known: each may have been longer.
    pub undarkened: usize,
    /// How many of the exposures that ended dark fall into each of [`BARS`].
    pub bars: [usize; BARS.len()],
    /// Secure pauses with a start and no `ended` record; of these, those that another record found over.
    pub open: (usize, usize),
    /// Secure pauses with a dark screen while another agent's was being recorded.
    pub others_recording: usize,
    /// Ends whose start no record has.
    pub strays: Vec<Stray>,
    /// What set-up is wrong: see [`Cause::is_set_up_wrong`].
    pub faults: BTreeMap<Cause, Seen>,
    /// Failed records that name no conversation, by error.
    pub nameless: BTreeMap<Cause, usize>,
    /// Records by outcome or error.
    pub endings: BTreeMap<&'static str, usize>,
    /// The programs that ran.
    pub programs: BTreeMap<Program, Seen>,
    /// What the stored recordings say.
    pub proofs: Proofs,
    /// When the control was not fully on.
    pub stretches: Vec<Stretch>,
    /// What stands out by queue and by agent.
    pub shares: Shares,
}

/// How often something is in the records, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Records, and lines of proof.
    pub records: usize,
    /// When the first was written.
    pub first: Moment,
    /// When the last was written.
    pub last: Moment,
}

impl Figures {
    /// Counts what a log says of a period.
    pub fn of(log: &Log, period: Period) -> Self {
        let mut told = secure_pauses(&log.briefs);
        // All of the log first: what belongs together may lie on both sides of a bound.
        let found = stored::join(&mut told, log, period);
        let Told { mut pauses, mut strays } = told;
        pauses.retain(|pause| period.holds(pause.start));
        pauses.sort_by_key(|pause| (pause.start, pause.conversation));
        strays.retain(|stray| period.holds(stray.at));
        let mut figures = Self { period, strays, ..Self::default() };
        for brief in log.briefs.iter().filter(|brief| period.holds(brief.at)) {
            figures.count_record(brief, &log.programs);
        }
        figures.outside = log.briefs.len() - figures.records;
        for pause in &pauses {
            figures.count_pause(pause);
        }
        for line in log.proofs.iter().filter(|line| period.holds(line.at())) {
            figures.count_program(line.program, line.written, &log.programs);
        }
        figures.exposures.sort_unstable();
        figures.proofs = Proofs::of(log, period, &pauses, found);
        let starts = pauses.iter().map(|pause| pause.start);
        let starts = starts.chain(figures.proofs.found.iter().map(|found| found.from));
        figures.stretches = control::stretches(&log.briefs, &log.programs, period, starts);
        figures.shares = Shares::of(&pauses, &figures.proofs, &log.proofs);
        figures.conversations = pauses.iter().map(|pause| pause.conversation).collect::<BTreeSet<_>>().len();
        figures.pauses = pauses;
        figures
    }

    fn count_record(&mut self, brief: &Brief, programs: &[Program]) {
        self.records += 1;
        self.span = Some(match self.span {
            Some((first, last)) => (first.min(brief.at), last.max(brief.at)),
            None => (brief.at, brief.at),
        });
        *self.endings.entry(word(brief.ending)).or_default() += 1;
        self.count_program(brief.program, brief.written, programs);
        let Err(cause) = brief.ending else { return };
        if cause.is_set_up_wrong() {
            let fault = self.faults.entry(cause);
            fault.and_modify(|it| it.again(brief.written)).or_insert_with(|| Seen::once(brief.written));
        }
        if brief.conversation.is_none() {
            *self.nameless.entry(cause).or_default() += 1;
        }
    }

    fn count_program(&mut self, program: u16, written: Moment, programs: &[Program]) {
        let Some(program) = programs.get(usize::from(program)) else { return };
        // Looked up by reference first: of a million records nearly all are of a few programs.
        match self.programs.get_mut(program) {
            Some(ran) => ran.again(written),
            None => drop(self.programs.insert(program.clone(), Seen::once(written))),
        }
    }

    fn count_pause(&mut self, pause: &SecurePause) {
        *self.standing.entry(pause.standing).or_default() += 1;
        if let Some(failure) = pause.failure {
            *self.failed.entry((failure.cause, failure.how)).or_default() += 1;
        }
        if let Some(failure) = pause.resume_failure {
            *self.resume_failed.entry((failure.cause, failure.how)).or_default() += 1;
        }
        self.others_recording += usize::from(pause.others_recording);
        self.open.0 += usize::from(!matches!(pause.end, End::Told(_)));
        self.open.1 += usize::from(matches!(pause.end, End::SeenOver(_)));
        if let Some(exposure) = pause.exposure {
            if exposure.is_until_dark {
                let bar = BARS.iter().position(|most| exposure.ms <= *most).unwrap_or(BARS.len() - 1);
                self.exposures.push(exposure.ms);
                self.bars[bar] += 1;
            } else {
                self.undarkened += 1;
            }
        }
    }

    /// Whether there is nothing to report on.
    pub fn is_empty(&self) -> bool {
        self.records == 0 && self.proofs.lines == 0
    }

    /// How many secure pauses stand so.
    pub fn standing(&self, standing: Standing) -> usize {
        self.standing.get(&standing).copied().unwrap_or_default()
    }

    /// How many secure pauses have a failed attempt at pausing that ended so.
    pub fn failed(&self, how: How) -> usize {
        self.failed.iter().filter(|((_, it), _)| *it == how).map(|(_, count)| count).sum()
    }

    /// The exposure that so many of a hundred secure pauses that became dark do not exceed, in milliseconds: the
    /// nearest rank.
    pub fn exposure(&self, percent: usize) -> Option<u32> {
        let rank = (self.exposures.len() * percent).div_ceil(100).max(1);
        self.exposures.get(rank - 1).copied()
    }

    /// The worst exposures: first those that did not end dark, then the longest.
    pub fn worst(&self) -> Vec<&SecurePause> {
        let rank = |exposure: Exposure| (!exposure.is_until_dark, exposure.ms);
        let mut worst: Vec<&SecurePause> = self.pauses.iter().filter(|it| it.exposure.is_some()).collect();
        worst.sort_by_key(|pause| std::cmp::Reverse(pause.exposure.map(rank)));
        worst.truncate(WORST);
        worst
    }
}

impl Seen {
    fn once(at: Moment) -> Self {
        Self { records: 1, first: at, last: at }
    }

    fn again(&mut self, at: Moment) {
        self.records += 1;
        self.first = self.first.min(at);
        self.last = self.last.max(at);
    }
}
