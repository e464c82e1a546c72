//! Keeps card numbers out of Genesys Cloud screen recordings.
//!
//! When an agent starts a secure pause, the voice recording stops and the screen recording does not. This
//! AWS Lambda function receives the event from EventBridge, finds out whose screen it is, and pauses that
//! screen recording; when the secure pause ends, it resumes it.
//!
//! ```text
//! payload ─ event::parse ─▶ Request{conversation, user?, participant?, phase, at, door}
//!                              │
//!    genesys.conversation(id) ─▶ Conversation              case: again while that may help
//!                              │
//!              plan::decide(request, conversation, now, policy) ─▶ Plan{action, targets}    pure
//!                              │
//!    genesys.screen_recording(target, pause|resume)        act: every target at once
//!                              │
//!              verify (read back) ─▶ outcome: audit record + metrics + answer
//! ```
//!
//! Three doors, one path: the EventBridge event; a direct call by a secure call flow; the watch queue's batches,
//! in which each message is an event or stands for a call.
//!
//! # Modules, from the door inwards
//! - [`handler`] — one invocation, from payload to report
//! - [`event`] — what Lambda hands in becomes a request, or is refused
//! - [`batch`] — the watch's messages, and which of them are done
//! - [`case`] — one request under way: reads and plans, again while that may help
//! - [`unread`] — a conversation that cannot be read must not cost a pause
//! - [`plan`] — the decision tables; pure
//! - [`act`] — puts a plan's action to every target at once, and reads back
//! - [`pursuit`] — one target, from its first request to all there is to know
//! - [`verify`] — what a leg's state says about a request that was sent for it
//! - [`preflight`] — what could be done, without doing it
//! - [`observe`] — what is done instead under `MODE=observe`
//! - [`attempts`] — the requests sent for one target, and what came back
//! - [`outcome`] — what happened, and the answer
//! - [`audit`] — the log line of it: the audit record
//! - [`metrics`] — the metrics of it
//! - [`genesys`] — the client: conversation, screen recording, token
//! - [`queue`] — the watch queue, as the function writes to it
//! - [`credentials`] — Secrets Manager → the OAuth client credentials
//! - [`aws`] — how AWS clients are set up
//! - [`body`] — bodies of answers, read to a limit
//! - [`retry`] — which failures are tried again, when, and never past the deadline
//! - [`tls`] — TLS, set up once for every client
//! - [`telemetry`] — log lines
//! - [`config`] — the only reader of the environment
//! - [`json`] — JSON of which a part cannot be read
//! - [`error`] — what can go wrong, one variant per reaction
//! - [`ids`] — ids as types
//!
//! Rules that nothing may break: in doubt, pause, and in doubt, do not resume; Genesys is the only state;
//! every attempt ends in exactly one outcome or error; acknowledged is not done; secrets and callers' data
//! never reach a log, an error text or an answer.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::unimplemented)]

pub mod act;
pub mod attempts;
pub mod audit;
pub mod aws;
pub mod batch;
pub mod body;
pub mod case;
pub mod config;
pub mod credentials;
pub mod error;
pub mod event;
pub mod genesys;
pub mod handler;
pub mod ids;
pub mod json;
pub mod metrics;
pub mod observe;
pub mod outcome;
pub mod plan;
pub mod preflight;
pub mod pursuit;
pub mod queue;
pub mod retry;
pub mod telemetry;
pub mod tls;
pub mod unread;
pub mod verify;
