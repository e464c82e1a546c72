//! The evidence report: what the audit records in an exported log (docs/audit-record.md) say about each secure
//! pause, as one HTML page and a CSV.
//!
//! | module | what it decides |
//! |---|---|
//! | `files` | which files are read, and how they are decompressed |
//! | `lines` | what a log line is in each form of export |
//! | `log` | which lines are ours, which are broken, which are there twice |
//! | `kind`, `record`, `observed`, `words`, `moment` | what a line says |
//! | `secure_pause` | which records are of one secure pause |
//! | `standing` | how a secure pause stands, and how long it was exposed |
//! | `failure` | how a failed attempt ended |
//! | `figures` | what is counted |
//! | `organization` | what observations say about an organization |
//! | `choice`, `chart` | which conversations are drawn, and where their bars stand |
//! | `page`, `observations`, `csv_file`, `summary`, `span` | in which words it is told |

mod chart;
mod choice;
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
pub mod organization;
pub mod page;
pub mod record;
pub mod secure_pause;
mod span;
pub mod standing;
pub mod summary;
pub mod words;
