//! What must hold, and whether it does. Times count by their median, counts and memory by their worst start.

use std::time::Duration;

use serde_json::{Value, json};
use world::End;

use crate::{
    measure::{Measured, ms},
    start::{Routes, Thaw},
};

/// INIT, as a multiple of the bare program's.
const INIT_RATIO: f64 = 2.0;
/// A cold pause in Node 20 with the AWS SDK v3, as a multiple of the function's.
pub(crate) const NODE_RATIO: f64 = 25.0;
/// A cold pause in Python 3.11 with boto3 and requests, as a multiple of the function's.
pub(crate) const PYTHON_RATIO: f64 = 40.0;
/// Secret and token.
const INIT_REQUESTS: f64 = 2.0;
/// Conversation and pause.
const PAUSE_REQUESTS: f64 = 2.0;
/// What a warm pause may take, in milliseconds, besides waiting for answers.
const WARM_OWN_MS: f64 = 0.5;
/// Megabytes of a million bytes, resident at the most.
const PEAK_MEMORY_MB: f64 = 12.0;
const BINARY_MB: f64 = 9.0;
const ZIP_MB: f64 = 4.5;
const THAW_CONNECTIONS: f64 = 1.0;
/// The shortest backoff is 50 ms; a new connection and another attempt stay far below this, in milliseconds.
const THAW_OWN_MS: f64 = 10.0;
/// By how much INIT may take longer with latency than secret and token explain, as a share of a request's time. Less than
/// that is the grain of the timers. More means that INIT waited for something else.
const INIT_SLACK: f64 = 0.5;
const MB: f64 = 1e6;

/// One thing that must hold.
pub(crate) struct Bar {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) limit: f64,
    /// Whether the limit is the least; else it is the most.
    is_floor: bool,
}

impl Bar {
    fn most(what: impl Into<String>, value: f64, limit: f64) -> Self {
        Self { what: what.into(), value, limit, is_floor: false }
    }

    /// The rival's time must be that many times the function's.
    pub(crate) fn least(what: impl Into<String>, value: f64, limit: f64) -> Self {
        Self { what: what.into(), value, limit, is_floor: true }
    }

    /// Whether it holds.
    pub(crate) fn is_kept(&self) -> bool {
        if self.is_floor { self.value >= self.limit } else { self.value <= self.limit }
    }

    /// The limit with its direction.
    pub(crate) fn told_limit(&self) -> String {
        format!("{} {}", if self.is_floor { "≥" } else { "≤" }, self.limit)
    }

    /// The bar as JSON.
    pub(crate) fn json(&self) -> Value {
        json!({ "what": self.what, "value": self.value, "limit": self.told_limit(), "kept": self.is_kept() })
    }
}

/// What must hold without latency.
pub(crate) fn plain(function: &Measured<'_>, bare: &Measured<'_>) -> Vec<Bar> {
    // Of each start and the bare program's right after it: what the machine does meanwhile hits both alike.
    let pairs = function.starts.iter().zip(&bare.starts).map(|(it, bare)| ms(it.init) / ms(bare.init));
    let init = crate::spread::Spread::of(pairs).map_or(f64::NAN, |it| it.median);
    let own = function.of_routes(|routes| ms(routes.warm.own())).map_or(f64::NAN, |it| it.median);
    let memory = function.spread(|start| start.peak_memory as f64 / MB).map_or(f64::NAN, |it| it.most);
    let mut bars = vec![
        Bar::most("INIT, as a multiple of the bare program's", init, INIT_RATIO),
        Bar::most("warm pause, ms of its own", own, WARM_OWN_MS),
        Bar::most("peak resident memory, MB", memory, PEAK_MEMORY_MB),
        Bar::most("binary, MB", function.size.binary as f64 / MB, BINARY_MB),
        Bar::most("zip, MB", function.size.zip as f64 / MB, ZIP_MB),
    ];
    for end in [End::Closed, End::Forgotten] {
        let thaws = || function.starts.iter().flat_map(|it| &it.thaws).filter(|it| it.end == end);
        let worst = |figure: fn(&Thaw) -> usize| thaws().map(figure).max().unwrap_or_default() as f64;
        let own = crate::spread::Spread::of(thaws().map(|it| ms(it.own))).map_or(f64::NAN, |it| it.median);
        let how = told_end(end);
        bars.push(Bar::most(
            format!("thaw, connections {how}: new ones"),
            worst(|it| it.connections),
            THAW_CONNECTIONS,
        ));
        bars.push(Bar::most(format!("thaw, connections {how}: ms of its own"), own, THAW_OWN_MS));
    }
    bars
}

/// What must hold with latency; `plain` are the same starts without.
pub(crate) fn with_latency(function: &Measured<'_>, plain: &Measured<'_>, request: Duration) -> Vec<Bar> {
    let worst = |figure: &dyn Fn(&Routes) -> usize| {
        let routes = function.starts.iter().filter_map(|it| it.routes.as_ref());
        routes.map(figure).max().map_or(f64::NAN, |it| it as f64)
    };
    let idle = |it: &Measured<'_>| it.of_routes(init_own).map_or(f64::NAN, |it| it.median);
    let slack = INIT_SLACK * ms(request);
    vec![
        Bar::most(
            "INIT, requests waited for one after the other",
            worst(&|it| it.cold.in_a_row(it.cold.began, it.polled)),
            INIT_REQUESTS,
        ),
        Bar::most("INIT, ms waited for anything but these", (idle(function) - idle(plain)).max(0.0), slack),
        Bar::most(
            "cold pause after INIT, requests one after the other",
            worst(&|it| it.cold.in_a_row(it.polled, it.cold.paused)),
            PAUSE_REQUESTS,
        ),
        Bar::most(
            "cold pause after INIT, new connections",
            worst(&|it| it.cold.connections_since(it.polled)),
            0.0,
        ),
        Bar::most("warm pause, requests", worst(&|it| it.warm.count()), PAUSE_REQUESTS),
        Bar::most("warm pause, new connections", worst(&|it| it.warm.connections_since(it.warm.began)), 0.0),
    ]
}

/// The part of INIT in which no answer was waited for, in milliseconds.
pub(crate) fn init_own(routes: &Routes) -> f64 {
    let Routes { cold, polled, .. } = routes;
    ms((*polled - cold.began).saturating_sub(cold.waited(cold.began, *polled)))
}

/// How a connection had ended.
pub(crate) fn told_end(end: End) -> &'static str {
    match end {
        End::Closed => "closed while frozen",
        End::Forgotten => "reset when used",
    }
}
