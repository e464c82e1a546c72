//! Keeps card numbers out of Genesys Cloud screen recordings.
//!
//! When an agent starts a secure pause, Genesys Cloud stops the voice recording. No public document says that it
//! stops the screen recording, too. This AWS Lambda function receives the event from EventBridge, finds out whose
//! screen it is, and pauses that screen recording. When the secure pause ends, it resumes it.
//!
//! ```text
//! payload ─▶ request::classify ─▶ Request                       once; the only place that looks at shapes
//!                                    │
//!    ┌──────────── reconcile ────────┴───────────┐
//!    │  input:  reading | answer | time          │              the only loop, the only reader
//!    │     ▼                                     │
//!    │  decide::Decider::next(input) ─▶ commands │              pure: tables, targets, read-back, history
//!    │     ▼                                     │
//!    │  command: Read Send GiveUp PostWatch End  │
//!    └───────────────────────────────────────────┘
//!                                    │
//!                           report: audit record, metrics, answer    built once, from the history
//! ```
//!
//! | where | what |
//! |---|---|
//! | [`function`] | one invocation, from payload to answer |
//! | [`request`] | what Lambda hands in becomes a request, or is refused |
//! | [`decide`] | the machine, pure: what to read and send, and how it ends |
//! | [`reconcile`] | feeds the machine, and carries its commands out; looks at recordings |
//! | [`report`] | the answer, the audit record, the proof record, the metrics |
//! | `preflight` | what could be done, without doing it |
//! | [`genesys`], [`aws`] | the clients of Genesys Cloud, and of Secrets Manager and SQS |
//! | [`config`], [`error`], [`ids`], [`json`], [`retry`], [`transport`] | settings, errors, ids, JSON, deadlines, TLS |
//!
//! Rules that nothing may break: in doubt, pause, and in doubt, do not resume; Genesys is the only state; every request
//! ends in exactly one outcome or error; acknowledged is not done; secrets and callers' data never reach a log, an
//! error text or an answer.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::unimplemented)]

pub mod aws;
pub mod config;
pub mod decide;
pub mod error;
pub mod function;
pub mod genesys;
pub mod ids;
pub mod json;
mod preflight;
pub mod reconcile;
pub mod report;
pub mod request;
pub mod retry;
pub mod transport;
