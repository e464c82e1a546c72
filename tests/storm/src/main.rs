//! Plays many schedules of the storm, and prints what they came to.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use storm::{Schedule, Tally, Without, storms};

/// Plays seeded schedules of everything that can go wrong against the handler in the simulated world, and checks
/// on the world's timeline that no screen was recorded longer, or stayed dark longer, than is promised.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// How many schedules.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// The first seed; with `--seeds 1`, the one to replay.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Schedules that are under way at the same time, on each thread. Nearly all of their time is waiting.
    #[arg(long, default_value_t = 60)]
    at_a_time: usize,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Takes a part of the product away, to see that the storm notices.
    #[arg(long)]
    without: Option<Without>,
    /// Prints every schedule, not only those that break a promise.
    #[arg(long)]
    verbose: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seeds: Vec<u64> = (arguments.first..arguments.first + arguments.seeds).collect();
    let (tally, broken, played) = (Mutex::new(Tally::default()), AtomicUsize::new(0), AtomicUsize::new(0));
    storms(&seeds, arguments.at_a_time, arguments.threads, arguments.without, |seed, result| {
        let number = played.fetch_add(1, Ordering::Relaxed) + 1;
        if arguments.verbose {
            eprint!("{}", Schedule::of(seed));
        }
        match result {
            Ok(one) => tally.lock().expect("no thread has panicked").add(one),
            Err(fault) => {
                broken.fetch_add(1, Ordering::Relaxed);
                eprintln!("{fault}  to replay it alone: make storm SEEDS=1 FIRST={seed}\n");
            }
        }
        if number % 50 == 0 {
            eprintln!("{number} of {} schedules played", arguments.seeds);
        }
    });
    print!("{}", tally.into_inner().expect("no thread has panicked"));
    match broken.into_inner() {
        0 => {
            println!("\nevery promise was kept");
            ExitCode::SUCCESS
        }
        broken => {
            println!("\n{broken} schedules broke a promise; their accounts are above");
            ExitCode::FAILURE
        }
    }
}
