//! What was measured, as tables and waterfalls.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{
    Report,
    bars::{Bar, told_end},
    machine::Machine,
    measure::{Measured, ms},
    program::Kind,
    spread::Spread,
    start::Start,
    waterfall,
};

/// A megabyte is a million bytes.
const MB: f64 = 1e6;
/// A bar that is missed.
const MARK: &str = "✗ ";

/// One row: its name, and its figure of a program.
type Row = (&'static str, fn(&Measured<'_>) -> Option<Spread>);

/// Every figure that has a row. What is not paused counts up to its answer.
const ROWS: [Row; 7] = [
    ("INIT, ms", |it| it.spread(|start| ms(start.init))),
    ("cold pause, ms", |it| it.spread(|start| ms(start.cold))),
    ("warm pause, ms", |it| it.spread(|start| ms(start.warm))),
    ("  of its own, ms", |it| it.of_routes(|routes| ms(routes.warm.own()))),
    ("peak memory, MB", |it| it.spread(|start| start.peak_memory as f64 / MB)),
    ("binary, MB", |it| if_compiled(it, it.size.binary)),
    ("zip, MB", |it| if_compiled(it, it.size.zip)),
];

/// The whole report.
pub(crate) fn render(report: &Report<'_>) -> String {
    let mut text = format!("{}\n\n{}\n", origin(&report.machine, report.starts), figures(&report.plain));
    let function = &report.plain[0];
    if !function.size.is_found {
        text.push_str("zip: reckoned from the binary; `make build` makes the one that is deployed\n");
    }
    text.push('\n');
    waterfalls(&mut text, "without latency", function.median());
    if let Some((function, latency)) = &report.delayed {
        let told = format!("with {} ms a request and as much a new connection", latency.request.as_millis());
        waterfalls(&mut text, &told, function.median());
    }
    thaws(&mut text, function);
    let _ = write!(text, "\n{}\n", bars(&report.bars));
    for name in &report.unjudged {
        let _ = writeln!(text, "not judged: cold pause in {name}, which was not there");
    }
    let missed = report.bars.iter().filter(|bar| !bar.is_kept()).count();
    let _ = match missed {
        0 if report.unjudged.is_empty() => writeln!(text, "every bar is kept"),
        0 => writeln!(text, "every bar that was judged is kept"),
        _ => writeln!(text, "{missed} of {} bars are missed", report.bars.len()),
    };
    text
}

fn origin(machine: &Machine, starts: usize) -> String {
    let Machine { date, processor, processors, load } = machine;
    let load = load.map_or(String::new(), |load| format!(", load {load}"));
    let busy = if machine.is_busy() { ": BUSY, the figures are worse than they need be" } else { "" };
    format!(
        "{date}, {processors} × {processor}{load}{busy}\n{starts} starts of each: median (least–most), × the function's"
    )
}

fn figures(all: &[Measured<'_>]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let mut header = vec!["".to_owned()];
    for measured in all {
        header.push(measured.program.name.to_owned());
        if measured.program.kind != Kind::Function {
            header.push("×".to_owned());
        }
    }
    table.set_header(header);
    for (name, figure) in ROWS {
        let of_function = figure(&all[0]);
        let mut row = vec![name.to_owned()];
        for measured in all {
            let spread = figure(measured);
            row.push(spread.map_or("–".to_owned(), told));
            if measured.program.kind != Kind::Function {
                row.push(ratio(measured.program.kind, of_function, spread));
            }
        }
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// How many times the bare program's the function's is; or how many times the function's the rival's.
fn ratio(kind: Kind, function: Option<Spread>, other: Option<Spread>) -> String {
    let (Some(function), Some(other)) = (function, other) else {
        return "–".to_owned();
    };
    match kind {
        Kind::Rival => format!("{:.1}", other.median / function.median),
        Kind::Function | Kind::Bare => format!("{:.2}", function.median / other.median),
    }
}

/// An interpreter's size is nobody's question.
fn if_compiled(measured: &Measured<'_>, bytes: u64) -> Option<Spread> {
    (measured.program.kind != Kind::Rival).then(|| Spread::of([bytes as f64 / MB])).flatten()
}

fn told(spread: Spread) -> String {
    let Spread { median, least, most } = spread;
    if least.to_bits() == most.to_bits() {
        return format!("{median:.2}");
    }
    format!("{median:.2} ({least:.2}–{most:.2})")
}

fn waterfalls(text: &mut String, told: &str, median: Option<(usize, &Start)>) {
    let Some((number, Start { cold, init, routes: Some(routes), .. })) = median else {
        return;
    };
    let drawn = waterfall::draw(&routes.cold, Some(routes.polled));
    let _ = writeln!(
        text,
        "cold pause {told}: {:.1} ms, INIT {:.1} ms of it (start {number}, the median)\n{drawn}",
        ms(*cold),
        ms(*init)
    );
    let (warm, drawn) = (ms(routes.warm.took()), waterfall::draw(&routes.warm, None));
    let _ = writeln!(text, "warm pause {told}: {warm:.1} ms (the same start)\n{drawn}");
}

fn thaws(text: &mut String, function: &Measured<'_>) {
    let thaws = |end| function.starts.iter().flat_map(|it| &it.thaws).filter(move |it| it.end == end);
    for end in [world::End::Closed, world::End::Forgotten] {
        let figure =
            |of: fn(&crate::start::Thaw) -> f64| Spread::of(thaws(end).map(of)).map_or("–".to_owned(), told);
        let _ = writeln!(
            text,
            "thaw, connections {}: {} new connections, {} more attempts, {} ms of its own",
            told_end(end),
            figure(|it| it.connections as f64),
            figure(|it| it.attempts as f64),
            figure(|it| ms(it.own)),
        );
    }
}

fn bars(bars: &[Bar]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["bar", "is", "must be", ""]);
    for bar in bars {
        let (mark, verdict) = if bar.is_kept() { ("", "kept") } else { (MARK, "MISSED") };
        let what = format!("{mark}{}", bar.what);
        table.add_row([what, format!("{:.2}", bar.value), bar.told_limit(), verdict.to_owned()]);
    }
    for column in table.column_iter_mut().skip(1).take(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
