//! How a shift is told: the table, the figures, and what was not as it should be.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{scene::Line, shift::Report};

/// What stands in front of a line that did not end as it should.
const MARK: &str = "✗ ";

/// The whole report.
pub(crate) fn render(report: &Report) -> String {
    let mut text = format!("{}\n\n{}", table(&report.lines), figures(&report.lines));
    let of_lines = report.lines.iter().flat_map(|line| line.faults.iter().map(move |it| (line.event, it)));
    let of_shift = report.faults.iter().map(|it| ("the shift", it));
    let faults: Vec<_> = of_lines.chain(of_shift).collect();
    if faults.is_empty() {
        text.push_str("\nevery line ended as it should\n");
    } else {
        text.push('\n');
        for (whose, fault) in faults {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{MARK}{whose}: {fault}");
        }
    }
    text
}

fn table(lines: &[Line]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["event", "whose screen", "outcome", "requests", "exposure ms"]);
    for line in lines {
        let mark = if line.faults.is_empty() { "" } else { MARK };
        let screens = if line.screens.is_empty() { "–".to_owned() } else { line.screens.join(", ") };
        table.add_row([
            format!("{mark}{}", line.event),
            screens,
            line.came.end.clone(),
            line.came.requests.len().to_string(),
            line.came.exposure_ms.map_or("–".to_owned(), |ms| ms.to_string()),
        ]);
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn figures(lines: &[Line]) -> String {
    let asked: usize = lines.iter().map(|line| line.asked).sum();
    let acknowledged: usize = lines.iter().map(|line| line.acknowledged).sum();
    let mut exposures: Vec<i64> = lines.iter().filter_map(|line| line.came.exposure_ms).collect();
    exposures.sort_unstable();
    let told = |ms: Option<i64>| ms.map_or("none".to_owned(), |ms| format!("{ms} ms"));
    let rows = [
        ("pauses asked", asked.to_string()),
        ("acknowledged", acknowledged.to_string()),
        ("median exposure", told(median(&exposures))),
        ("worst exposure", told(exposures.last().copied())),
    ];
    rows.iter().fold(String::new(), |mut text, (name, figure)| {
        let _ = writeln!(text, "{name:<16}{figure:>8}");
        text
    })
}

/// The middle one; of an even number, the mean of the middle two.
fn median(sorted: &[i64]) -> Option<i64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(i64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let cases: [(&[i64], Option<i64>); 4] =
            [(&[], None), (&[7], Some(7)), (&[1, 3], Some(2)), (&[1, 2, 900], Some(2))];
        for (sorted, wanted) in cases {
            assert_eq!(median(sorted), wanted, "{sorted:?}");
        }
    }
}
