//! The surge: what becomes of pauses when there are many of them, under Genesys' limits, in environments as Lambda keeps
//! them, beside a program that makes two requests an event.
//!
//! | module | what it decides |
//! |---|---|
//! | `arrivals` | when secure pauses begin, from a seed |
//! | `lambda` | which environment serves an invocation, and when a new one is started |
//! | `watch` | the watch's queue and its event source mapping |
//! | `play` | one run, from its first call to its last event |
//! | `figures` | what a run came to |
//! | `host` | whether the machine was the limit |
//! | `cost` | what a month costs by what was measured |
//! | `promises` | what must hold |
//! | `text` | how it is told |

// Every figure here is far below the numbers that a float cannot hold.
#![allow(clippy::cast_precision_loss)]

mod arrivals;
mod cost;
mod figures;
mod host;
mod lambda;
#[path = "../bench/machine.rs"]
mod machine;
mod play;
mod promises;
mod text;
mod watch;

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::Parser;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use arrivals::{Arrivals, one_after_the_other, plan};
use cost::Month;
use figures::Figures;
use host::{Host, Strain};
use machine::Machine;
use play::Scenario;
use promises::Promise;

/// Exit code where a promise is broken.
const BROKEN: u8 = 1;
/// Exit code where nothing could be measured; also of arguments that are none.
const UNUSABLE: u8 = 2;
/// Exit code of a run that was broken off.
const STOPPED: u8 = 130;
/// Starts a minute through one environment: three times as many requests as its first token is good for.
const THROUGH_ONE: u32 = 300;

/// Plays many secure pauses a minute against the simulated Genesys Cloud with its published limits: 300 requests a
/// minute for a token and 3,000 for the OAuth client of all environments.
///
/// Release binaries are started and kept as Lambda would: one invocation at a time each, a new one where none is free,
/// frozen in between. The plain program makes a GET and a PUT for each event, has one token an environment and no watch,
/// and fails on a 429; it has the same secure pauses at the same time in an organization of its own. Each secure pause is
/// about a minute long, on a call of its own. What Lambda itself takes to start an environment is not in it. Progress
/// goes to standard error.
#[derive(Parser)]
#[command(
    name = "surge",
    after_help = "\
Exit codes:
  0  every promise is kept
  1  a promise is broken
  2  nothing could be measured: bad arguments, a program that is missing or does not start, a machine that is too slow

Examples:
  surge
  surge --rates 300 --minutes 1 --arrivals burst
  surge --json > figures.json"
)]
struct Args {
    /// The function's binary
    #[arg(long, value_name = "PATH", default_value = "target/release/secure-pause")]
    function: PathBuf,
    /// The plain program
    #[arg(long, value_name = "PATH", default_value = "target/release/plain")]
    plain: PathBuf,
    /// Secure pauses a minute, one run for each
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [60, 300, 330, 600, 1_200],
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rates: Vec<u32>,
    /// Minutes in which secure pauses begin; from the third on, as many end, and all checks come. A run takes another
    /// minute and a half
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=60))]
    minutes: u32,
    /// How they are spread over a minute
    #[arg(long, value_enum, default_value = "steady")]
    arrivals: Arrivals,
    /// What the times are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The most environments of a program at a time: Lambda's default for an account
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..))]
    environments: u16,
    /// Print JSON: times in milliseconds
    #[arg(long)]
    json: bool,
}

/// Why nothing could be measured.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// In words for whoever called.
    Unusable(String),
}

/// One run, and what came of it.
pub(crate) struct Run {
    scenario: Scenario,
    function: Figures,
    plain: Figures,
    strain: Strain,
}

impl Run {
    fn programs(&self) -> [(&'static str, &Figures); 2] {
        [("secure-pause", &self.function), ("plain", &self.plain)]
    }

    fn json(&self) -> Value {
        let Strain { seconds, saturated, busy, latest, least_memory } = self.strain;
        json!({
            "rate": self.scenario.rate,
            "oneEnvironment": self.scenario.one_environment,
            "function": self.function.json(),
            "plain": self.plain.json(),
            "machine": {
                "seconds": seconds,
                "saturatedSeconds": saturated,
                "busy": busy,
                "latestTimerMs": latest.as_millis(),
                "leastFreeBytes": least_memory,
            },
        })
    }
}

/// All that was measured.
pub(crate) struct Report {
    machine: Machine,
    minutes: u32,
    arrivals: Arrivals,
    seed: u64,
    runs: Vec<Run>,
    months: Vec<Month>,
    promises: Vec<Promise>,
}

impl Report {
    fn measured(&self) -> Option<&Run> {
        measured(&self.runs)
    }

    fn json(&self) -> Value {
        let machine = &self.machine;
        json!({
            "date": machine.date,
            "machine": { "processor": machine.processor, "processors": machine.processors, "load": machine.load },
            "minutes": self.minutes,
            "arrivals": format!("{:?}", self.arrivals).to_lowercase(),
            "seed": self.seed,
            "runs": self.runs.iter().map(Run::json).collect::<Vec<_>>(),
            "dollarsAMonth": self.months.iter().map(Month::json).collect::<Vec<_>>(),
            "promises": self.promises.iter().map(Promise::json).collect::<Vec<_>>(),
        })
    }
}

/// The run by which cost is reckoned: the one with proof in it.
fn measured(runs: &[Run]) -> Option<&Run> {
    runs.iter().find(|run| run.scenario.proves)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    let ended = tokio::select! {
        ended = run(&args) => ended,
        () = stopped() => return ExitCode::from(STOPPED),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(BROKEN),
        Err(Trouble::Unusable(why)) => {
            // Whoever closed standard error does not want to be told.
            let _ = writeln!(std::io::stderr(), "surge: {why}");
            ExitCode::from(UNUSABLE)
        }
    }
}

/// A process that is frozen would outlive one that ends without a word.
async fn stopped() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Measures, prints, and says whether every promise is kept.
///
/// # Errors
/// Where nothing can be said of a promise and none is broken, or nothing was measured.
async fn run(args: &Args) -> Result<bool, Trouble> {
    let (function, plain) = (absolute(&args.function)?, absolute(&args.plain)?);
    let machine = Machine::now();
    let mut rates = args.rates.clone();
    rates.sort_unstable();
    rates.dedup();
    fastrand::seed(args.seed);
    let mut runs = Vec::new();
    for scenario in scenarios(&rates, args.environments.into()) {
        let planned = if scenario.one_environment {
            one_after_the_other(scenario.rate)
        } else {
            plan(scenario.rate, args.minutes, args.arrivals, args.seed)
        };
        let host = Host::default();
        let stages = play::run(scenario, &planned, (&function, &plain), &host).await?;
        let [function, plain] = stages.each_ref().map(|stage| Figures::of(stage, &host));
        runs.push(Run { scenario, function, plain, strain: host.strain() });
    }
    let months = measured(&runs).map(|run| cost::months(&run.function)).unwrap_or_default();
    let promises = promises::of(&runs);
    let (minutes, arrivals, seed) = (args.minutes, args.arrivals, args.seed);
    let report = Report { machine, minutes, arrivals, seed, runs, months, promises };
    let text = if args.json { format!("{:#}\n", report.json()) } else { text::render(&report) };
    // A reader that stops early, as `head` does, is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
    let verdicts: Vec<Option<bool>> = report.promises.iter().map(|it| it.is_kept).collect();
    if verdicts.contains(&Some(false)) {
        Ok(false)
    } else if verdicts.contains(&None) {
        Err(Trouble::Unusable("this machine is too slow for one of the runs".to_owned()))
    } else {
        Ok(true)
    }
}

/// One environment first, then the rates from the lowest; what proof takes is measured where there is least to do.
fn scenarios(rates: &[u32], environments: usize) -> Vec<Scenario> {
    let one = Scenario { rate: THROUGH_ONE, one_environment: true, environments: 1, proves: false };
    let of = |(at, &rate)| Scenario { rate, one_environment: false, environments, proves: at == 0 };
    std::iter::once(one).chain(rates.iter().enumerate().map(of)).collect()
}

/// A bare name would be looked for on the search path, which the process does not have.
fn absolute(path: &PathBuf) -> Result<PathBuf, Trouble> {
    if !path.is_file() {
        let shown = path.display();
        return Err(Trouble::Unusable(format!("{shown} is missing; `make surge` builds what is needed")));
    }
    Ok(std::path::absolute(path).unwrap_or_else(|_| path.clone()))
}
