//! Reads log files, writes the report, and prints its figures.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use evidence::figures::{Figures, Period};
use evidence::files::{Files, about};
use evidence::log::Log;
use evidence::moment::Moment;
use evidence::{csv_file, page, summary};

/// Exit code where the files hold no audit record, no proof and no observation of the period.
const NOTHING: u8 = 1;
/// Exit code where a file cannot be read or written; also of arguments that are none.
const UNUSABLE: u8 = 2;

/// Turns exported log lines of secure-pause into an evidence report: one HTML page and a CSV with a line for each
/// secure pause. Prints the figures.
#[derive(Parser)]
#[command(
    name = "evidence",
    after_help = "\
Files may be log lines as they are, the output of `aws logs filter-log-events`, or gzip exports; of a directory,
every .gz, .json, .jsonl, .log, .ndjson and .txt below it is read. A line that is given twice counts once.

Exit codes:
  0  the report is written
  1  there is nothing to report on: no audit record, no proof and no observation in the period
  2  bad arguments, or a file that cannot be read or written

Example:
  aws logs filter-log-events --log-group-name \"$LOG_GROUP\" --filter-pattern '{ $.kind = \"secure_pause_*\" }' \\
    --output json > shift.json
  evidence --log-group \"$LOG_GROUP\" --from 2026-11-01 --to 2026-12-01 shift.json

Proof of a call is written up to two days after it: export the log of the period and of two days more, and name the
period."
)]
struct Arguments {
    /// Where the page is written
    #[arg(long, value_name = "PATH", default_value = "evidence.html")]
    html: PathBuf,
    /// Where the CSV is written
    #[arg(long, value_name = "PATH", default_value = "evidence.csv")]
    csv: PathBuf,
    /// Leave out secure pauses that started before; RFC 3339, or a date
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Moment>,
    /// Leave out secure pauses that started at this time or later; RFC 3339, or a date
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<Moment>,
    /// The log group that the files were exported from, as the page is to name it
    #[arg(long, value_name = "NAME", env = "LOG_GROUP")]
    log_group: Option<String>,
    /// Log files, or directories with log files
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
}

fn moment(text: &str) -> Result<Moment, &'static str> {
    Moment::parse_bound(text).ok_or("give a time such as 2026-11-22T10:00:00Z, or a date such as 2026-11-22")
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            told(
                "no audit record, no proof and no observation in these files and this period; see --help for what is read",
            );
            ExitCode::from(NOTHING)
        }
        Err(error) => {
            told(&error.to_string());
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Whether there was something to report on.
fn run(arguments: &Arguments) -> io::Result<bool> {
    let mut log = Log::read(&Files::find(&arguments.files)?)?;
    log.group = arguments.log_group.clone().filter(|name| !name.is_empty());
    let figures = Figures::of(&log, Period { from: arguments.from, to: arguments.to });
    print(&summary::of(&figures, &log));
    if figures.is_empty() && log.observed.is_empty() {
        return Ok(false);
    }
    let html = page::render(&figures, &log)?;
    create(&arguments.html, |file| file.write_all(html.as_bytes()))?;
    create(&arguments.csv, |file| csv_file::write(&figures, &log, file))?;
    print(&format!("\nwritten: {}, {}\n", arguments.html.display(), arguments.csv.display()));
    Ok(true)
}

/// Writes a file, and the directory it is to lie in.
fn create(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let written = || {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let mut file = BufWriter::new(File::create(path)?);
        write(&mut file)?;
        file.flush()
    };
    written().map_err(|error| about(path, &error))
}

/// A reader that stops early, as `head` does, is no failure.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Whoever closed standard error does not want to be told.
fn told(why: &str) {
    let _ = writeln!(io::stderr(), "evidence: {why}");
}
