//! The evidence report: what the audit records in an exported log (docs/audit-record.md) say about each secure
//! pause, and what its lines of proof say of the stored recordings, as one HTML page and a CSV.
//!
//! | module | what it decides |
//! |---|---|
//! | `files` | which files are read, how they are decompressed, and their SHA-256 |
//! | `lines` | what a log line is in each form of export |
//! | `log` | which lines are ours, which are broken, which are there twice |
//! | `kind`, `record`, `proof`, `observed`, `words`, `moment` | what a line says |
//! | `purge` | what was done about an exposed recording, and whether that remedies it |
//! | `secure_pause` | which records are of one secure pause |
//! | `standing` | how a secure pause stands, and how long it was exposed |
//! | `failure` | how a failed attempt ended |
//! | `stored` | what the stored recordings say of each secure pause, and which of these no record is of |
//! | `control`, `shares` | when the control was not fully on; what stands out by queue and by agent |
//! | `figures` | what is counted |
//! | `organization` | what observations say about an organization |
//! | `choice`, `chart` | which conversations are drawn, and where their bars stand |
//! | `page`, `opening`, `proven`, `observations`, `csv_file`, `summary`, `span` | in which words it is told |

mod chart;
mod choice;
pub mod control;
pub mod csv_file;
pub mod failure;
pub mod figures;
pub mod files;
pub mod kind;
pub mod lines;
pub mod log;
pub mod moment;
mod observations;
pub mod observed;
mod opening;
pub mod organization;
pub mod page;
pub mod proof;
mod proven;
pub mod purge;
pub mod record;
pub mod secure_pause;
pub mod shares;
mod span;
pub mod standing;
pub mod stored;
pub mod summary;
pub mod words;
