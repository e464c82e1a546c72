//! What was measured, for people to read.

use std::{fmt::Write, time::Duration};

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{Report, Run, cost::PRICED, figures::Figures, lambda::Kind};

/// What the machine took of one pause, beyond which it is named as a limit.
const SLOW: Duration = Duration::from_millis(250);

/// The whole report.
pub(crate) fn render(report: &Report) -> String {
    let mut text = String::new();
    let machine = &report.machine;
    let busy = if machine.is_busy() {
        ": BUSY with other work, the figures are worse than they need be"
    } else {
        ""
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{}, {} × {}, load {}{busy}\n{} min of {:?} arrivals a rate, seed {}; a request takes 30 to 80 ms, a token 120 ms, \
         an event 0.3 to 1 s; on time is dark within 1 s of delivery\n",
        machine.date,
        machine.processors,
        machine.processor,
        machine.load.map_or("unknown".to_owned(), |it| it.to_string()),
        report.minutes,
        report.arrivals,
        report.seed,
    );
    let _ = writeln!(text, "{}\n\n{}", pauses(&report.runs), requests(&report.runs));
    for run in &report.runs {
        strain(&mut text, run);
    }
    if let Some(run) = report.measured() {
        let _ =
            writeln!(text, "\nby the run of {} a minute:\n{}", run.scenario.rate, invocations(&run.function));
        let _ = writeln!(
            text,
            "\na month on AWS, dollars, without what costs the same at any number (prices of {PRICED})"
        );
        let _ = writeln!(text, "{}", costs(report));
    }
    text.push('\n');
    for promise in &report.promises {
        let mark = match promise.is_kept {
            Some(true) => "kept",
            Some(false) => "BROKEN",
            None => "NOT JUDGED",
        };
        let _ = writeln!(text, "{mark:<12}{}: {}", promise.what, promise.seen);
    }
    text
}

fn pauses(runs: &[Run]) -> Table {
    let mut table = table(&[
        "a minute",
        "",
        "pauses",
        "on time",
        "late",
        "never dark",
        "worst, s",
        "resumed late",
        "left dark",
    ]);
    each(runs, |rate, program, it| {
        let row = [it.on_time, it.late.all(), it.never].map(|it| it.to_string());
        let ends = [it.resumed_late, it.left_dark].map(|it| it.to_string());
        let mut cells = vec![rate, program.to_owned(), it.pauses.to_string()];
        cells.extend(row);
        cells.push(format!("{:.2}", it.worst.as_secs_f64()));
        cells.extend(ends);
        table.add_row(cells);
    });
    aligned(table)
}

fn requests(runs: &[Run]) -> Table {
    let mut table = table(&[
        "a minute",
        "",
        "requests a secure pause",
        "429 of a token",
        "429 of the client",
        "tokens",
        "renewed for a limit",
        "environments",
        "left for later",
        "messages left",
    ]);
    each(runs, |rate, program, it| {
        let mut cells = vec![rate, program.to_owned(), format!("{:.1}", it.a_pause(it.requests))];
        let counts = [it.refused_token, it.refused_client, it.tokens].map(|it| it.to_string());
        cells.extend(counts);
        cells.push(it.renewed_for_limit.to_string());
        cells.push(it.environments.to_string());
        cells.push(it.left_for_later.to_string());
        cells.push(it.messages_left.to_string());
        table.add_row(cells);
    });
    aligned(table)
}

fn invocations(figures: &Figures) -> Table {
    let mut table = table(&["", "invocations a secure pause", "cold", "billed ms each", "requests each"]);
    for kind in Kind::ALL {
        let of = figures.kind(kind);
        if of.invocations == 0 {
            continue;
        }
        let each = |count: f64| format!("{:.1}", count / of.invocations as f64);
        let is_proof = matches!(kind, Kind::Look | Kind::Receipt);
        let a_pause =
            if is_proof { "–".to_owned() } else { format!("{:.2}", figures.a_pause(of.invocations)) };
        let (billed, requests) = (each(of.billed as f64), each(of.requests as f64));
        table.add_row([kind.word().to_owned(), a_pause, of.cold.to_string(), billed, requests]);
    }
    aligned(table)
}

fn costs(report: &Report) -> Table {
    let mut table =
        table(&["secure pauses a day", "pausing and resuming", "the watch adds", "proof adds", "together"]);
    for month in &report.months {
        let together = month.pausing + month.watch + month.proof;
        let dollars = [month.pausing, month.watch, month.proof, together].map(|it| format!("{it:.2}"));
        let mut row = vec![month.a_day.to_string()];
        row.extend(dollars);
        table.add_row(row);
    }
    aligned(table)
}

/// Where the machine was the limit, and what else went wrong.
fn strain(text: &mut String, run: &Run) {
    let (rate, it) = (format!("{} a minute{}", run.scenario.rate, by(run)), &run.strain);
    let worst_stall = run.function.worst_stall.max(it.latest);
    let limit = if worst_stall >= SLOW { ": THE MACHINE WAS A LIMIT" } else { "" };
    let _ = writeln!(
        text,
        "{rate}: processors {:.0} % busy, saturated for {} of {} s; a process waited for one for {} ms at the most, and \
         surge itself was {} ms late; {:.1} GB free at the least{limit}",
        100.0 * it.busy,
        it.saturated,
        it.seconds,
        run.function.worst_stall.as_millis(),
        it.latest.as_millis(),
        it.least_memory as f64 / 1e9,
    );
    for (program, it) in run.programs() {
        let troubles = [
            (it.throttled, "invocations waited for an environment"),
            (it.lost, "invocations had no answer"),
            (it.given_up, "events were given up after three attempts"),
        ];
        for (count, what) in troubles.into_iter().filter(|it| it.0 > 0) {
            let _ = writeln!(text, "{rate}, {program}: {count} {what}");
        }
        if it.watch_behind.as_secs() > 0 {
            let _ = writeln!(
                text,
                "{rate}, {program}: checks up to {} s late, because only {} run at a time",
                it.watch_behind.as_secs(),
                crate::watch::CONCURRENCY
            );
        }
    }
}

fn each(runs: &[Run], mut row: impl FnMut(String, &'static str, &Figures)) {
    for run in runs {
        for (program, figures) in run.programs() {
            row(rate(run), program, figures);
        }
    }
}

fn rate(run: &Run) -> String {
    format!("{}{}", run.scenario.rate, by(run))
}

fn by(run: &Run) -> &'static str {
    if run.scenario.one_environment { ", one environment" } else { "" }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(header);
    table
}

fn aligned(mut table: Table) -> Table {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
