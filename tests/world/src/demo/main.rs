//! The demo: a shift of secure pauses, or one event from a file, served by the real binary in the
//! simulated world.
//!
//! | module | what it decides |
//! |---|---|
//! | `stage` | what is started, and what is unusable |
//! | `scenes` | what happens in the shift, and how each line is meant to end |
//! | `shift` | how a line is served and what came of it |
//! | `scene` | whether a line ended as it was meant to |
//! | `checks` | what must hold for the shift as a whole |
//! | `table` | how it is told |
//! | `kept` | what is left behind in files |
//! | `replay` | how one event file is served and told |

mod checks;
mod kept;
mod replay;
mod scene;
mod scenes;
mod shift;
mod stage;
mod table;

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};

use shift::Shift;
use stage::{Stage, Trouble};
use world::GivenEvent;

/// Exit code where a line, or anything else about the function, is not as it should be.
const NOT_AS_IT_SHOULD: u8 = 1;
/// Exit code where there is nothing to run or to send; also of arguments that are none.
const UNUSABLE: u8 = 2;

/// Plays a shift of secure pauses against the real binary of the function, in a simulated Genesys Cloud,
/// AWS Secrets Manager and Lambda on loopback; or replays one event file.
///
/// The shift: each event is checked against how it is meant to end, whose screens are paused afterwards,
/// and which requests were sent. Progress goes to standard error, the table and the figures to standard
/// output.
///
/// The replay: a conversation with the ids of the event is staged, the event is sent, and the answer, the
/// requests, the screens and the log are printed.
#[derive(Parser)]
#[command(
    name = "demo",
    after_help = "\
Exit codes:
  0  every line ended as it should; in a replay, the function answered, with an outcome or an error
  1  a line did not; or the log leaks, or is not JSON, or Genesys had a complaint; or the function died
  2  nothing could be run: bad arguments, no such binary, an event file that is missing or no JSON

Examples:
  demo
  demo --log target/demo/log.jsonl
  demo --event events/secure_pause/started.json
  demo --event events/secure_pause/started.json --as-is --log-level debug"
)]
struct Args {
    /// The function's binary
    #[arg(long, value_name = "PATH", default_value = "target/release/secure-pause")]
    function: PathBuf,
    /// Replay this EventBridge event instead of playing the shift
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,
    /// Send the event with its own times; without this they are moved to now
    #[arg(long, requires = "event")]
    as_is: bool,
    /// Write the function's log of the shift to this file
    #[arg(long, value_name = "PATH", conflicts_with = "event")]
    log: Option<PathBuf>,
    /// Write what happened in truth to this file: secure pauses and screens, a JSON object for each change
    #[arg(long, value_name = "PATH", conflicts_with = "event")]
    truth: Option<PathBuf>,
    /// What the function is to log
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = Level::Info)]
    log_level: Level,
}

/// The levels of `AWS_LAMBDA_LOG_LEVEL`.
#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(Trouble::NotAsItShould(why)) => told(&why, NOT_AS_IT_SHOULD),
        Err(Trouble::Unusable(why)) => told(&why, UNUSABLE),
    }
}

async fn run(args: &Args) -> Result<(), Trouble> {
    let given = match args.event.as_deref() {
        Some(path) => {
            Some((path, GivenEvent::read(path).map_err(|error| Trouble::Unusable(error.to_string()))?))
        }
        None => None,
    };
    let stage = Stage::open(&args.function, args.log_level.word()).await?;
    let Some((path, event)) = given else {
        let mut shift = Shift::begin(stage);
        shift.play().await;
        let report = shift.end().await;
        print(&table::render(&report));
        for (path, lines) in [(&args.log, &report.log), (&args.truth, &report.truth)] {
            path.as_deref().map_or(Ok(()), |path| kept::keep(path, lines))?;
        }
        return report.verdict();
    };
    let (text, result) = replay::play(stage, path, &event, args.as_is).await;
    print(&text);
    result
}

fn told(why: &str, code: u8) -> ExitCode {
    // Whoever closed standard error does not want to be told.
    let _ = writeln!(std::io::stderr(), "demo: {why}");
    ExitCode::from(code)
}

/// A reader that stops early, as `head` does, is no failure.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
