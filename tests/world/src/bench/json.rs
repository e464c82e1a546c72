//! What was measured, for programs to read.

use serde_json::{Value, json};
use world::End;

use crate::{
    Report,
    bars::{Bar, init_own, told_end},
    measure::{Measured, ms},
    spread::Spread,
    start::Thaw,
};

/// The whole report: times in milliseconds, sizes in bytes.
pub(crate) fn render(report: &Report<'_>) -> Value {
    let machine = &report.machine;
    json!({
        "date": machine.date,
        "machine": { "processor": machine.processor, "processors": machine.processors, "load": machine.load },
        "starts": report.starts,
        "programs": report.plain.iter().map(program).collect::<Vec<_>>(),
        "withLatency": report.delayed.as_ref().map(|(function, latency)| {
            let mut figures = program(function);
            figures["requestMs"] = ms(latency.request).into();
            figures["connectionMs"] = ms(latency.connection).into();
            figures
        }),
        "bars": report.bars.iter().map(Bar::json).collect::<Vec<_>>(),
        "notJudged": report.unjudged,
    })
}

fn program(measured: &Measured<'_>) -> Value {
    let spread = |it: Option<Spread>| it.as_ref().map(Spread::json);
    json!({
        "name": measured.program.name,
        "initMs": spread(measured.spread(|it| ms(it.init))),
        "initOwnMs": spread(measured.of_routes(init_own)),
        "coldPauseMs": spread(measured.spread(|it| ms(it.cold))),
        "warmPauseMs": spread(measured.spread(|it| ms(it.warm))),
        "warmPauseOwnMs": spread(measured.of_routes(|it| ms(it.warm.own()))),
        "peakMemoryBytes": spread(measured.spread(|it| it.peak_memory as f64)),
        "binaryBytes": measured.size.binary,
        "zipBytes": measured.size.zip,
        "coldPath": measured.median().and_then(|(_, it)| Some(it.routes.as_ref()?.cold.json())),
        "warmPath": measured.median().and_then(|(_, it)| Some(it.routes.as_ref()?.warm.json())),
        "thaws": thaws(measured),
    })
}

fn thaws(measured: &Measured<'_>) -> Vec<Value> {
    let of = |end| measured.starts.iter().flat_map(|it| &it.thaws).filter(move |it: &&Thaw| it.end == end);
    let ends = [End::Closed, End::Forgotten].into_iter().filter(|end| of(*end).next().is_some());
    let thaw = |end| {
        let spread = |figure: fn(&Thaw) -> f64| Spread::of(of(end).map(figure)).as_ref().map(Spread::json);
        json!({
            "connections": told_end(end),
            "newConnections": spread(|it| it.connections as f64),
            "moreAttempts": spread(|it| it.attempts as f64),
            "ownMs": spread(|it| ms(it.own)),
        })
    };
    ends.map(thaw).collect()
}
