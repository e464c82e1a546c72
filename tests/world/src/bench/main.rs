//! The bench: how fast the function is from cold, warm and thawed, beside the least a Lambda function can be.
//!
//! | module | what it decides |
//! |---|---|
//! | `program` | what is started |
//! | `start` | what is done with one start, and what is noted of it |
//! | `measure` | how often each is started, and in which order |
//! | `route` | what was asked on the way to a pause, and what waited for what |
//! | `process` | memory, freeze and thaw |
//! | `size` | binary and zip |
//! | `spread` | median, least and most |
//! | `bars` | what must hold |
//! | `waterfall`, `text`, `json` | how it is told |
//! | `machine` | where it was measured |

// Every figure here is far below the numbers that a float cannot hold.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod bars;
mod json;
mod machine;
mod measure;
mod process;
mod program;
mod route;
mod size;
mod spread;
mod start;
mod text;
mod waterfall;

use std::{io::Write, path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use world::Latency;

use bars::{Bar, NODE_RATIO, PYTHON_RATIO};
use machine::Machine;
use measure::Measured;
use program::{Kind, Program, RIVALS};
use start::Thawing;

/// Exit code where a bar is missed.
const MISSED: u8 = 1;
/// Exit code where nothing could be measured; also of arguments that are none.
const UNUSABLE: u8 = 2;
/// The function and the bare program.
const OURS: usize = 2;
/// With latency it is requests and connections that are counted, which vary less than times.
const STARTS_WITH_LATENCY: usize = 10;

/// Measures the release binary of the function on loopback: INIT, cold pause, warm pause, thaw, peak memory and
/// size, beside a bare program of the same runtime and profile, both started in turn.
///
/// INIT is from the start of the process to its first poll; a cold pause from there to the arrival of the request
/// that pauses the screen, with the event waiting for the first poll; a warm pause from the receipt of another event
/// to the same. Where nothing is paused, the answer counts. Of its own is what is left when the time is taken away in
/// which answers were waited for. A thaw is a pause after the process was frozen and its connections had ended.
/// Progress goes to standard error.
#[derive(Parser)]
#[command(
    name = "bench",
    after_help = "\
Exit codes:
  0  every bar is kept
  1  a bar is missed
  2  nothing could be measured: bad arguments, a program that is missing or does not pause

Examples:
  bench
  bench --starts 100 --rtt-ms 0
  bench --json > figures.json"
)]
struct Args {
    /// The function's binary
    #[arg(long, value_name = "PATH", default_value = "target/release/secure-pause")]
    function: PathBuf,
    /// The bare program
    #[arg(long, value_name = "PATH", default_value = "target/release/bare")]
    bare: PathBuf,
    /// What is deployed; one that is older than the binary does not count, and its size is reckoned
    #[arg(long, value_name = "PATH", default_value = "target/lambda/secure-pause/bootstrap.zip")]
    zip: PathBuf,
    /// How often each is started
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    starts: u16,
    /// Milliseconds that every request takes in the second part, and every new connection besides; 0 leaves it out
    #[arg(long, value_name = "MS", default_value_t = 20)]
    rtt_ms: u16,
    /// The same job in Node: the interpreter, and tests/world/bench/job.mjs beside its packages
    #[arg(long, value_names = ["NODE", "JOB"], num_args = 2)]
    node: Vec<PathBuf>,
    /// The same job in Python: the interpreter of an environment with its packages, and tests/world/bench/job.py
    #[arg(long, value_names = ["PYTHON", "JOB"], num_args = 2)]
    python: Vec<PathBuf>,
    /// Print JSON: times in milliseconds, sizes in bytes
    #[arg(long)]
    json: bool,
}

/// Why nothing could be measured.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// In words for whoever called.
    Unusable(String),
}

/// All that was measured.
pub(crate) struct Report<'a> {
    machine: Machine,
    starts: usize,
    /// Without latency: the function, the bare program, the rivals.
    plain: Vec<Measured<'a>>,
    /// The function alone, with latency.
    delayed: Option<(Measured<'a>, Latency)>,
    bars: Vec<Bar>,
    /// The rivals that were not there, whose bars nobody knows to be kept.
    unjudged: Vec<&'static str>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(MISSED),
        Err(Trouble::Unusable(why)) => {
            // Whoever closed standard error does not want to be told.
            let _ = writeln!(std::io::stderr(), "bench: {why}");
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Measures, prints, and says whether every bar is kept.
async fn run(args: &Args) -> Result<bool, Trouble> {
    let machine = Machine::now();
    let programs = programs(args)?;
    let starts = usize::from(args.starts);
    let mut plain = Measured::all(&programs, &args.zip)?;
    // The rivals apart: what they leave in the processor's caches would tell on whoever comes next.
    let (ours, rivals) = plain.split_at_mut(OURS);
    measure::run(ours, starts, Latency::default(), Thawing::Yes, "without latency").await?;
    if !rivals.is_empty() {
        measure::run(rivals, starts, Latency::default(), Thawing::No, "other languages").await?;
    }
    let mut bars = bars::plain(&plain[0], &plain[1]);
    bars.extend(plain[OURS..].iter().map(|rival| bar_of(rival, &plain[0])));
    let mut delayed = None;
    if args.rtt_ms > 0 {
        let time = Duration::from_millis(args.rtt_ms.into());
        let latency = Latency { request: time, connection: time };
        let mut function = Measured::all(&programs[..1], &args.zip)?;
        let (starts, title) = (starts.min(STARTS_WITH_LATENCY), "with latency");
        measure::run(&mut function, starts, latency, Thawing::No, title).await?;
        bars.extend(bars::with_latency(&function[0], &plain[0], time));
        delayed = function.pop().map(|function| (function, latency));
    }
    let is_there = |name| plain.iter().any(|it| it.program.name == name);
    let unjudged = RIVALS.into_iter().filter(|name| !is_there(*name)).collect();
    let report = Report { machine, starts, plain, delayed, bars, unjudged };
    let text = if args.json { format!("{:#}\n", json::render(&report)) } else { text::render(&report) };
    // A reader that stops early, as `head` does, is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(report.bars.iter().all(Bar::is_kept))
}

/// The function first, then the bare program, then the rivals that were named.
fn programs(args: &Args) -> Result<Vec<Program>, Trouble> {
    let mut programs = vec![
        Program::new("secure-pause", Kind::Function, args.function.clone())?,
        Program::new("bare", Kind::Bare, args.bare.clone())?,
    ];
    for (name, command) in RIVALS.into_iter().zip([&args.node, &args.python]) {
        if !command.is_empty() {
            programs.push(Program::script(name, command)?);
        }
    }
    Ok(programs)
}

fn bar_of(rival: &Measured<'_>, function: &Measured<'_>) -> Bar {
    let cold = |it: &Measured<'_>| it.spread(|it| measure::ms(it.cold)).map_or(f64::NAN, |it| it.median);
    let limit = if rival.program.name == "node" { NODE_RATIO } else { PYTHON_RATIO };
    let what = format!("cold pause in {}, as a multiple of the function's", rival.program.name);
    Bar::least(what, cold(rival) / cold(function), limit)
}
