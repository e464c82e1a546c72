//! Plays many schedules of the storm, and prints what they came to.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use storm::{Broken, Tally, machine, small};

/// Accounts that are printed. Where more schedules break a promise, one cause is likely.
const ACCOUNTS: u64 = 20;

/// Plays seeded schedules of everything that can go wrong, and checks that no screen was recorded longer, or stayed
/// dark longer, than is promised.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Against the machine that decides, in virtual time.
    Machine {
        #[command(flatten)]
        seeds: Seeds,
        /// Takes a protection away, to see that the storm notices.
        #[arg(long)]
        without: Option<machine::Without>,
        /// Prints what happens in every schedule, not only in those that break a promise.
        #[arg(long)]
        verbose: bool,
    },
    /// Against the real handler in the simulated world, ten times as fast as life.
    Small {
        #[command(flatten)]
        seeds: Seeds,
        /// Schedules that are under way at the same time, on each thread. Nearly all of their time is waiting.
        #[arg(long, default_value_t = 60)]
        at_a_time: usize,
        /// Takes a part of the product away, to see that the storm notices.
        #[arg(long)]
        without: Option<small::Without>,
    },
}

#[expect(clippy::struct_field_names, reason = "the option is named seeds")]
#[derive(Args)]
struct Seeds {
    /// How many schedules.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// The first seed; with `--seeds 1`, the one to replay.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: u64,
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Machine { seeds, without, verbose } => {
            let Seeds { seeds, first, threads } = seeds;
            let progress = Progress::of(seeds, "storm");
            machine::storms(first..first + seeds, threads, without, |seed, result| {
                if verbose {
                    eprintln!("{}", machine::account(seed, without));
                }
                progress.note(seed, result);
            });
            progress.end()
        }
        Command::Small { seeds, at_a_time, without } => {
            let progress = Progress::of(seeds.seeds, "small-storm");
            let threads = usize::try_from(seeds.threads).unwrap_or(1);
            let seeds: Vec<u64> = (seeds.first..seeds.first + seeds.seeds).collect();
            small::storms(&seeds, at_a_time, threads, without, |seed, result| progress.note(seed, result));
            progress.end()
        }
    }
}

/// What was played by now.
struct Progress {
    target: &'static str,
    seeds: u64,
    began: Instant,
    played: AtomicU64,
    broken: AtomicU64,
    tally: Mutex<Tally>,
}

impl Progress {
    fn of(seeds: u64, target: &'static str) -> Self {
        let (played, broken) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { target, seeds, began: Instant::now(), played, broken, tally: Mutex::default() }
    }

    fn note(&self, seed: u64, result: Result<Tally, Broken>) {
        let number = self.played.fetch_add(1, Ordering::Relaxed) + 1;
        match result {
            Ok(one) => self.tally.lock().expect("no thread has panicked").add(one),
            Err(fault) => {
                if self.broken.fetch_add(1, Ordering::Relaxed) < ACCOUNTS {
                    eprintln!("{fault}  to replay it alone: make {} SEEDS=1 FIRST={seed}\n", self.target);
                }
            }
        }
        if number.is_multiple_of((self.seeds / 20).max(50)) {
            let seconds = self.began.elapsed().as_secs_f64();
            eprintln!("{number} of {} schedules played in {seconds:.0} s", self.seeds);
        }
    }

    fn end(self) -> ExitCode {
        print!("{}", self.tally.into_inner().expect("no thread has panicked"));
        match self.broken.into_inner() {
            0 => {
                println!("\nevery promise was kept");
                ExitCode::SUCCESS
            }
            broken => {
                println!("\n{broken} schedules broke a promise; accounts of the first {ACCOUNTS} are above");
                ExitCode::FAILURE
            }
        }
    }
}
