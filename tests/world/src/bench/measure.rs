//! Many starts of every program, each in turn, so that what else the machine does hits all of them alike.

use std::{
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use world::{Latency, World};

use crate::{
    Trouble,
    program::Program,
    size::Size,
    spread::Spread,
    start::{self, Routes, Start, Thawing},
};

/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// A program and how its starts went.
pub(crate) struct Measured<'a> {
    pub(crate) program: &'a Program,
    pub(crate) starts: Vec<Start>,
    pub(crate) size: Size,
}

impl<'a> Measured<'a> {
    /// Programs that have not been started yet.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub(crate) fn all(programs: &'a [Program], zip: &Path) -> Result<Vec<Self>, Trouble> {
        let sized = programs.iter().enumerate().map(|(index, program)| {
            // The first is the function, and only that is ever uploaded.
            let zip = (index == 0).then_some(zip);
            Ok(Self { program, starts: Vec::new(), size: Size::of(&program.path, zip)? })
        });
        sized.collect()
    }

    /// A figure of every start.
    pub(crate) fn spread(&self, figure: impl Fn(&Start) -> f64) -> Option<Spread> {
        Spread::of(self.starts.iter().map(figure))
    }

    /// A figure of every start that paused.
    pub(crate) fn of_routes(&self, figure: impl Fn(&Routes) -> f64) -> Option<Spread> {
        Spread::of(self.starts.iter().filter_map(|start| start.routes.as_ref()).map(figure))
    }

    /// The start with the median cold pause, and which one it was, from 1.
    pub(crate) fn median(&self) -> Option<(usize, &Start)> {
        let mut by_cold: Vec<_> = self.starts.iter().enumerate().map(|(at, it)| (at + 1, it)).collect();
        by_cold.sort_by_key(|(_, start)| start.cold);
        by_cold.get(by_cold.len().saturating_sub(1) / 2).copied()
    }
}

/// Starts every program so many times in a world of its own, with this latency.
///
/// # Errors
/// As [`start::start`].
pub(crate) async fn run(
    all: &mut [Measured<'_>],
    starts: usize,
    latency: Latency,
    thawing: Thawing,
    title: &str,
) -> Result<(), Trouble> {
    let world = World::start().await;
    world.set_latency(latency);
    // Every start has a token of its own, but all have one client; and in a minute a bench makes the starts of a day.
    world.genesys.organization(|it| it.client_limit = None);
    let mut told = Instant::now();
    for number in 1..=starts {
        for measured in &mut *all {
            measured.starts.push(start::start(&world, measured.program, thawing).await?);
        }
        if told.elapsed() > TOLD_EVERY || number == starts {
            told = Instant::now();
            let _ = writeln!(std::io::stderr(), "{title}: start {number} of {starts}");
        }
    }
    match world.complaints().first() {
        Some(complaint) => Err(Trouble::Unusable(format!("a request is not as it should be: {complaint}"))),
        None => Ok(()),
    }
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
