//! Everything that was read: what is kept of each record, and what could not be read.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Deserializer;

use crate::files::{Files, Input, about};
use crate::kind::{Head, Kind};
use crate::lines::{self, Found, Place};
use crate::moment::Moment;
use crate::observed::{self, Observed};
use crate::proof::{self, Line, Proof};
use crate::purge::{self, Purge};
use crate::record::{Brief, Program, Record};
use crate::words::Cause;

/// So many broken lines are named, the others counted: a file that is none of ours must not fill the page.
pub const NAMED: usize = 100;
/// So many programs are told apart, many times what a log ever holds; any more count as the last.
const PROGRAMS: usize = 1000;
/// So many reasons are kept, many times what the function has words for; any more are not told.
const REASONS: usize = 1000;

/// What was read. Some 140 bytes a record, with its part of a secure pause; nothing else grows with the log.
#[derive(Debug, Default)]
pub struct Log {
    /// Every record, sorted by conversation, then by time; none twice.
    pub briefs: Vec<Brief>,
    /// Every line of `MODE=observe`, sorted likewise; none twice.
    pub observed: Vec<Observed>,
    /// The last line of proof about each secure pause and each call without one, sorted by conversation, then by time.
    pub proofs: Vec<Proof>,
    /// Lines of proof that a later one about the same secure pause replaced.
    pub replaced: u64,
    /// What was last done about each recording, sorted by conversation and recording.
    pub purges: Vec<Purge>,
    /// When the first of the function's lines was written, and the last.
    pub span: Option<(Moment, Moment)>,
    /// The log group, as whoever exported it names it.
    pub group: Option<String>,
    /// Why lines of proof conclude what they do, in the function's words.
    pub reasons: Vec<String>,
    /// The programs that wrote the records.
    pub programs: Vec<Program>,
    /// What to do about each error: the words of the latest record.
    pub remedies: BTreeMap<Cause, String>,
    /// The files, as they were read.
    pub inputs: Vec<Input>,
    /// Log lines that were looked at, in all files.
    pub lines: u64,
    /// Lines that are neither audit record, nor observation, nor proof, nor of a purge.
    pub not_ours: u64,
    /// Lines that were there before, word for word.
    pub duplicates: u64,
    /// Lines that cannot be read.
    pub broken: u64,
    /// The first of them.
    pub named: Vec<Broken>,
    said: BTreeMap<Cause, Moment>,
}

/// A line that cannot be read. Its content is not kept: it may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its file.
    pub file: String,
    /// Where in it.
    pub place: Place,
    /// What is wrong, in our words.
    pub why: &'static str,
}

impl Log {
    /// Reads all files.
    ///
    /// # Errors
    /// Where a file cannot be opened. One that cannot be read on ends with a broken line.
    pub fn read(files: &Files) -> io::Result<Self> {
        let mut log = Self::default();
        for path in files.paths() {
            let mut take = |place: Place, line: Found<'_>| log.take(path, place, line);
            let input = files.read(path, |reader| lines::each(reader, &mut take));
            log.inputs.push(input.map_err(|error| about(path, &error))?);
        }
        files.done();
        log.sort();
        Ok(log)
    }

    fn take(&mut self, path: &Path, place: Place, line: Found<'_>) {
        self.lines += 1;
        match line.and_then(|line| self.understand(line)) {
            Ok(Kind::Audit | Kind::Observed | Kind::Proof | Kind::Purge) => {}
            Ok(Kind::Other) => self.not_ours += 1,
            Err(why) => {
                self.broken += 1;
                if self.named.len() < NAMED {
                    self.named.push(Broken { file: path.display().to_string(), place, why });
                }
            }
        }
    }

    /// Takes what a line tells. Whatever stands in front of its object is passed over, and behind it too unless it
    /// is another: of two lines that ran into one, none may be lost in silence.
    fn understand(&mut self, line: &[u8]) -> Result<Kind, &'static str> {
        let Some(start) = memchr::memchr(b'{', line) else { return Ok(Kind::Other) };
        let text = &line[start..];
        let mut heads = Deserializer::from_slice(text).into_iter::<Head>();
        let head = heads.next().and_then(Result::ok).ok_or("no JSON object")?;
        let (json, rest) = text.split_at(heads.byte_offset());
        if memchr::memchr(b'{', rest).is_some() {
            return Err("more than one JSON object in a line");
        }
        let kind = head.kind.unwrap_or(Kind::Other);
        match kind {
            Kind::Audit => self.record(json)?,
            Kind::Observed => self.observed.extend(observed::parse(json)?),
            Kind::Proof => self.proof(json)?,
            Kind::Purge => self.purge(json)?,
            Kind::Other => {}
        }
        Ok(kind)
    }

    fn record(&mut self, json: &[u8]) -> Result<(), &'static str> {
        let record: Record = parse(json).ok_or("an audit record whose fields are not as documented")?;
        record.check()?;
        let program = self.program(record.program());
        let brief = record.brief(identity(json), program).ok_or("an audit record without an ending")?;
        if let Some((cause, remedy)) = record.remedy()
            && self.said.get(&cause).is_none_or(|said| *said < brief.written)
        {
            self.said.insert(cause, brief.written);
            self.remedies.insert(cause, remedy.to_owned());
        }
        self.briefs.push(brief);
        Ok(())
    }

    fn proof(&mut self, json: &[u8]) -> Result<(), &'static str> {
        let line: Line = parse(json).ok_or("a line of proof whose fields are not as documented")?;
        line.check()?;
        let program = self.program(line.program());
        let reason = line.reason().and_then(|reason| self.reason(reason));
        self.proofs.push(line.brief(identity(json), program, reason));
        Ok(())
    }

    fn purge(&mut self, json: &[u8]) -> Result<(), &'static str> {
        let line: purge::Line = parse(json).ok_or("a line of a purge whose fields are not as documented")?;
        self.purges.push(line.brief(identity(json))?);
        Ok(())
    }

    fn reason(&mut self, reason: &str) -> Option<u16> {
        let known = self.reasons.iter().position(|it| it == reason);
        let place = known.unwrap_or(self.reasons.len());
        if known.is_none() && place < REASONS {
            self.reasons.push(reason.to_owned());
        }
        u16::try_from(place).ok().filter(|_| place < REASONS)
    }

    fn program(&mut self, program: Program) -> u16 {
        let known = self.programs.iter().position(|it| *it == program);
        let place = known.unwrap_or_else(|| {
            if self.programs.len() < PROGRAMS {
                self.programs.push(program);
            }
            self.programs.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// Brings everything into order; what was read twice then lies side by side.
    fn sort(&mut self) {
        let before = self.briefs.len() + self.observed.len();
        self.briefs.sort_unstable();
        self.briefs.dedup();
        self.observed.sort_unstable();
        self.observed.dedup();
        self.duplicates = (before - self.briefs.len() - self.observed.len()) as u64;
        let (twice, replaced) = proof::keep_last(&mut self.proofs);
        self.duplicates += twice + purge::keep_last(&mut self.purges);
        self.replaced = replaced;
        purge::apply(&mut self.proofs, &self.purges);
        let written = self.briefs.iter().map(|it| it.written);
        let written = written.chain(self.observed.iter().map(|it| it.timestamp));
        let written = written.chain(self.proofs.iter().map(|it| it.written));
        self.span = written.fold(None, |span, at| match span {
            Some((first, last)) => Some((at.min(first), at.max(last))),
            None => Some((at, at)),
        });
    }
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice(json).ok()
}

/// Two texts of the same identity are taken for one. The hash is the same in every run.
fn identity(json: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    json.hash(&mut hasher);
    hasher.finish()
}
