//! The audit record as a line has it (docs/audit-record.md), and the little of it that is kept.

use serde::Deserialize;
use uuid::{NonNilUuid, Uuid};

use crate::moment::Moment;
use crate::words::{Action, Cause, Door, Ending, Outcome, Phase};

/// The only schema this tool reads.
pub const SCHEMA: u32 = 1;

/// A line of `"kind": "secure_pause_audit"`, as far as the report uses it. What it has besides is passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    timestamp: Moment,
    schema: u32,
    version: String,
    commit: String,
    function_version: Option<String>,
    mode: Option<String>,
    door: Option<Door>,
    phase: Option<Phase>,
    conversation_id: Option<Uuid>,
    user_id: Option<Uuid>,
    paused: bool,
    exposure_ms: Option<i64>,
    event_time: Option<Moment>,
    received_at: Moment,
    acknowledged_at: Option<Moment>,
    /// Older versions of the function did not write it.
    #[serde(default)]
    others_recording: Vec<Uuid>,
    targets: Vec<Target>,
    outcome: Option<Outcome>,
    error_type: Option<Cause>,
    remedy: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    action: Action,
    state: State,
}

/// The last that was known of a target's screen; a list of its own, as those in [`words`](crate::words).
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Verified,
    Unverifiable,
    Terminated,
    NotRecording,
    Gone,
    Failed,
}

/// The program that wrote a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// Its version.
    pub version: String,
    /// Its commit.
    pub commit: String,
    /// Lambda's version of the function, where it is known.
    pub function_version: Option<String>,
    /// The setting `MODE`; none where the settings were faulty.
    pub mode: Option<String>,
}

/// How dark the screens were after an attempt; legs that had gone are no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dark {
    /// Every screen was read back as paused.
    Verified,
    /// Every pause was acknowledged, and at least one screen's state is not known.
    Unverifiable,
    /// At least one screen had no recording; the others were read back.
    NotRecorded,
    /// The pause ended the recording of at least one screen; the others were read back, or had none.
    Terminated,
}

/// What an attempt failed at. One byte of each record that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failed {
    /// Pausing.
    Pause {
        /// Whether a screen that was to be paused could not be; otherwise it failed before it had any.
        has_screen: bool,
    },
    /// Resuming.
    Resume,
}

/// What is kept of a record: 96 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Brief {
    /// The conversation; none where the record names none.
    pub conversation: Option<NonNilUuid>,
    /// When the secure pause started or ended, by the event or order; receipt, where that is not known.
    pub at: Moment,
    /// When the record was written.
    pub written: Moment,
    /// Stands for the text of the record: two of the same conversation and the same identity are one.
    pub identity: u64,
    /// Whom the event names.
    pub user: Option<NonNilUuid>,
    /// How it ended.
    pub ending: Ending,
    /// Which way it came.
    pub door: Option<Door>,
    /// What it told of.
    pub phase: Option<Phase>,
    /// How dark the screens were; none where not every one was.
    pub dark: Option<Dark>,
    /// From when on every screen was dark.
    pub darkened: Option<Moment>,
    /// What it failed at; none where it did not fail.
    pub failed: Option<Failed>,
    /// From when on every screen was recorded again.
    pub relit: Option<Moment>,
    /// The record's exposure, in milliseconds.
    pub exposure_ms: Option<u32>,
    /// Which program wrote it: its place in [`crate::log::Log::programs`].
    pub program: u16,
    /// Whether the screen of an agent who was no target was being recorded at the last reading.
    pub others_recording: bool,
}

impl Record {
    /// Whether this tool knows what the record means, and the record says how it ended.
    ///
    /// # Errors
    /// What is wrong with it, in our words.
    pub fn check(&self) -> Result<(), &'static str> {
        match (self.schema, self.outcome, self.error_type) {
            (SCHEMA, Some(_), None) | (SCHEMA, None, Some(_)) => Ok(()),
            (SCHEMA, ..) => Err("an audit record with neither outcome nor error, or with both"),
            _ => Err("an audit record of a schema that this version does not know"),
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

    /// The error and what to do about it, where it failed.
    pub fn remedy(&self) -> Option<(Cause, &str)> {
        self.error_type.zip(self.remedy.as_deref())
    }

    /// What is kept of it. None where it does not say how it ended.
    pub fn brief(&self, identity: u64, program: u16) -> Option<Brief> {
        let ending = self.outcome.map(Ok).or(self.error_type.map(Err))?;
        let at = self.event_time.unwrap_or(self.received_at);
        let pausing = self.targets.iter().any(|target| target.action == Action::Pause);
        let is_relit = matches!(ending, Ok(Outcome::Resumed | Outcome::Recovered)) && !pausing;
        let dark = self.dark();
        let darkened = |_| {
            // The exposure of a resume that was withdrawn begins when it was sent.
            let is_from_start = ending != Ok(Outcome::ResumeWithdrawn);
            let by_exposure = self.exposure_ms.filter(|_| is_from_start).map(|ms| at.plus(ms));
            by_exposure.or(self.acknowledged_at).unwrap_or(self.timestamp)
        };
        Some(Brief {
            conversation: self.conversation_id.and_then(NonNilUuid::new),
            at,
            written: self.timestamp,
            identity,
            user: self.user_id.and_then(NonNilUuid::new),
            ending,
            door: self.door,
            phase: self.phase(),
            dark,
            darkened: dark.map(darkened),
            failed: self.failed(),
            relit: is_relit.then(|| self.acknowledged_at.unwrap_or(self.timestamp)),
            exposure_ms: self.exposure_ms.map(|ms| u32::try_from(ms.max(0)).unwrap_or(u32::MAX)),
            program,
            others_recording: !self.others_recording.is_empty(),
        })
    }

    /// A snapshot does not say what happened: what was done says so. One that could do nothing may have missed a start.
    fn phase(&self) -> Option<Phase> {
        let has = |action| self.targets.iter().any(|target| target.action == action);
        let is_withdrawn = self.outcome == Some(Outcome::ResumeWithdrawn);
        let did = if has(Action::Resume) || is_withdrawn {
            Some(Phase::Ended)
        } else if has(Action::Pause) || self.error_type.is_some() {
            Some(Phase::Started)
        } else {
            None
        };
        self.phase.or(did.filter(|_| self.door == Some(Door::Snapshot)))
    }

    /// The answer's `paused` is false beside a leg that has gone, though its successor was paused.
    fn dark(&self) -> Option<Dark> {
        let has = |state: State| self.targets.iter().any(|target| target.state == state);
        let mut screens = self.targets.iter().filter(|target| target.state != State::Gone).peekable();
        let is_pause = self.targets.iter().any(|target| target.action == Action::Pause);
        let is_told = self.paused || (self.outcome.is_some() && is_pause && screens.peek().is_some());
        if !is_told || screens.any(|target| target.state == State::Failed) {
            None
        } else if has(State::Unverifiable) {
            Some(Dark::Unverifiable)
        } else if has(State::Terminated) {
            Some(Dark::Terminated)
        } else if has(State::NotRecording) {
            Some(Dark::NotRecorded)
        } else {
            Some(Dark::Verified)
        }
    }

    /// Told by the targets, since an ended event may pause, and a check of a started one resume.
    fn failed(&self) -> Option<Failed> {
        let cause = self.error_type?;
        if self.has_failed(Action::Pause) {
            return Some(Failed::Pause { has_screen: true });
        } else if self.has_failed(Action::Resume) || cause == Cause::NotResumed {
            return Some(Failed::Resume);
        }
        self.phase().map(|phase| match phase {
            Phase::Started => Failed::Pause { has_screen: false },
            Phase::Ended => Failed::Resume,
        })
    }

    fn has_failed(&self, action: Action) -> bool {
        self.targets.iter().any(|target| target.action == action && target.state == State::Failed)
    }
}

impl Brief {
    /// Whether it is of a pause that failed.
    pub(crate) const fn is_failed_pause(&self) -> bool {
        matches!(self.failed, Some(Failed::Pause { .. }))
    }

    /// Whether a screen that was to be paused could not be.
    pub(crate) const fn has_failed_screen(&self) -> bool {
        matches!(self.failed, Some(Failed::Pause { has_screen: true }))
    }

    /// Whether a secure pause began during its resume, and the screens were paused again.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.ending == Ok(Outcome::ResumeWithdrawn)
    }

    /// Whether it says that the secure pause of its start is over.
    pub(crate) fn says_over(&self) -> bool {
        let over = [
            Outcome::ConversationOver,
            Outcome::Stale,
            Outcome::Superseded,
            Outcome::Recovered,
            Outcome::NothingPaused,
        ];
        self.ending.is_ok_and(|outcome| over.contains(&outcome))
    }
}
