//! The figures in a few lines, for standard output.

use std::fmt::Write;

use strum::IntoEnumIterator;

use crate::failure::How;
use crate::figures::Figures;
use crate::log::Log;
use crate::opening;
use crate::span::Span;
use crate::standing::Standing;
use crate::stored::Proven;

/// The figures, one a line.
pub fn of(figures: &Figures, log: &Log) -> String {
    let proofs = &figures.proofs;
    let mut text = format!("{}\n", opening::sentence(figures, log));
    if proofs.lines > 0 {
        text.push_str(&opening::sum(figures));
        text.push('\n');
    }
    text.push('\n');
    let mut line = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<32}{value}");
    };
    line("secure pauses of both", proofs.all().to_string());
    for (name, count) in [
        ("  proven dark", proofs.proven(Proven::Dark)),
        ("  recorded, and deleted since", proofs.proven(Proven::Remedied)),
        ("  recorded", proofs.proven(Proven::Recorded)),
        ("  not proven", proofs.proven(Proven::Not)),
        ("  without proof", proofs.proven(Proven::Missing)),
        ("without a live record", proofs.found.len()),
        ("payment calls without one", proofs.unpaused.len()),
        ("calls that may have had one", proofs.unsettled.len()),
    ] {
        if count > 0 {
            line(name, count.to_string());
        }
    }
    if let Some((first, last)) = figures.span {
        line("period", format!("{first} to {last} UTC"));
    }
    line("records", figures.records.to_string());
    line("records outside the period", figures.outside.to_string());
    line("secure pauses with a record", figures.pauses.len().to_string());
    for standing in Standing::iter().filter(|it| figures.standing(*it) > 0) {
        let name: &str = standing.into();
        line(&format!("  {}", name.replace('-', " ")), figures.standing(standing).to_string());
    }
    if figures.others_recording > 0 {
        line("  while another was recorded", figures.others_recording.to_string());
    }
    line("with a failed attempt", figures.failed.values().sum::<usize>().to_string());
    for how in How::iter().filter(|how| figures.failed(*how) > 0) {
        line(&format!("  {}", how.text()), figures.failed(how).to_string());
    }
    for (name, percent) in [("exposure, median", 50), ("exposure, 95 of 100", 95), ("exposure, longest", 100)]
    {
        let told = figures.exposure(percent).map(|ms| Span(ms.into()).to_string());
        line(name, told.unwrap_or_else(|| "not told".to_owned()));
    }
    line("not dark, as far as is told", figures.undarkened.to_string());
    line("started without ended", figures.open.0.to_string());
    line("ended without started", figures.strays.len().to_string());
    line("observations", log.observed.len().to_string());
    line("lines not ours, twice, broken", format!("{}, {}, {}", log.not_ours, log.duplicates, log.broken));
    text
}
