//! What a month costs on AWS by what was measured: what depends on the number of secure pauses, and nothing else.
//!
//! Prices of us-east-1 in US dollars, without free tiers, as published in 2026-06: <https://aws.amazon.com/lambda/pricing>,
//! <https://aws.amazon.com/eventbridge/pricing>, <https://aws.amazon.com/sqs/pricing>,
//! <https://aws.amazon.com/cloudwatch/pricing>, <https://aws.amazon.com/xray/pricing>.

use serde_json::{Value, json};

use crate::{
    figures::{Figures, OfKind},
    lambda::Kind,
};

/// The month of the prices.
pub(crate) const PRICED: &str = "2026-06";
/// An invocation.
const INVOCATION: f64 = 0.20 / MILLION;
/// A GB-second of x86_64; of arm64 a fifth less.
const GB_SECOND: f64 = 0.000_016_666_7;
/// An event of a partner, if it costs what a custom one does.
const EVENT: f64 = 1.00 / MILLION;
/// A request to SQS.
const MESSAGE: f64 = 0.40 / MILLION;
/// A GB of the log: taken in, and kept for 400 days at 0.15 of its size.
const LOGGED: f64 = 0.50 + 0.03 * 0.15 * 400.0 / 30.0;
/// A trace.
const TRACE: f64 = 5.00 / MILLION;
const MILLION: f64 = 1e6;

/// Of the function (template.yaml, `MemorySize`), in GB.
const MEMORY: f64 = 0.25;
/// What Lambda logs itself of an invocation, in bytes: its start and its report, in JSON. Not measured.
const PLATFORM_LOG: f64 = 700.0;
/// Of a secure pause: its start and its end.
const EVENTS: f64 = 2.0;
/// Proof looks four times at each secure pause and receives its message 24 times besides (docs/proof-record.md).
const LOOKS: f64 = 4.0;
const RECEIPTS: f64 = 24.0;
const DAYS: f64 = 30.0;
/// Seconds a month with calls, eight hours a day: X-Ray takes one trace of each, and a twentieth of the rest.
const SECONDS: f64 = DAYS * 8.0 * 3600.0;
const REST: f64 = 0.05;
/// Secure pauses a day that the table is for.
pub(crate) const A_DAY: [u32; 3] = [1_000, 10_000, 100_000];

/// What one secure pause takes.
#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    invocations: f64,
    /// Milliseconds, altogether.
    billed: f64,
    events: f64,
    messages: f64,
    /// Bytes.
    logged: f64,
}

/// A month's cost: of pausing and resuming, and what the watch and proof add.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Month {
    pub(crate) a_day: u32,
    pub(crate) pausing: f64,
    pub(crate) watch: f64,
    pub(crate) proof: f64,
}

impl Month {
    /// For programs to read.
    pub(crate) fn json(&self) -> Value {
        json!({ "aDay": self.a_day, "pausing": self.pausing, "watch": self.watch, "proof": self.proof })
    }
}

/// What months of so many secure pauses a day cost, by the figures of a run without trouble.
pub(crate) fn months(figures: &Figures) -> Vec<Month> {
    let (pausing, watch, proof) = usages(figures);
    let month = |a_day| {
        let pauses = f64::from(a_day) * DAYS;
        let of = |usage: &Usage| cost(usage, pauses);
        // Of all invocations, X-Ray takes its trace of each second once.
        let both = pausing.plus(&watch);
        let (alone, with_watch, with_proof) = (of(&pausing), of(&both), of(&both.plus(&proof)));
        Month { a_day, pausing: alone, watch: with_watch - alone, proof: with_proof - with_watch }
    };
    A_DAY.into_iter().map(month).collect()
}

fn usages(figures: &Figures) -> (Usage, Usage, Usage) {
    let kind = |kind| figures.kind(kind);
    let all: usize = figures.kinds.values().map(|it| it.invocations).sum();
    let logged = figures.log_bytes as f64 / all.max(1) as f64 + PLATFORM_LOG;
    let a_pause = |of: OfKind| {
        let invocations = figures.a_pause(of.invocations);
        let billed = of.billed as f64 / figures.pauses.max(1) as f64;
        Usage { invocations, billed, events: 0.0, messages: 0.0, logged: invocations * logged }
    };
    let pausing = a_pause(kind(Kind::Pause)).plus(&a_pause(kind(Kind::Resume)));
    let checks = a_pause(kind(Kind::Check));
    // Sent once; received, and deleted or left, at each check.
    let sent = figures.messages as f64 / figures.pauses.max(1) as f64;
    let watch = Usage { messages: sent + 2.0 * checks.invocations, ..checks };
    let each = |of: OfKind| of.billed as f64 / of.invocations.max(1) as f64;
    let proof = Usage {
        invocations: LOOKS + RECEIPTS,
        billed: LOOKS * each(kind(Kind::Look)) + RECEIPTS * each(kind(Kind::Receipt)),
        events: 0.0,
        messages: 1.0 + 2.0 * (LOOKS + RECEIPTS),
        logged: LOOKS * logged + RECEIPTS * PLATFORM_LOG,
    };
    (Usage { events: EVENTS, ..pausing }, watch, proof)
}

fn cost(usage: &Usage, pauses: f64) -> f64 {
    let invocations = usage.invocations * pauses;
    let traced = invocations.min(SECONDS) + (invocations - SECONDS).max(0.0) * REST;
    invocations * INVOCATION
        + usage.billed / 1000.0 * MEMORY * pauses * GB_SECOND
        + usage.events * pauses * EVENT
        + usage.messages * pauses * MESSAGE
        + usage.logged * pauses / 1e9 * LOGGED
        + traced * TRACE
}

impl Usage {
    fn plus(&self, other: &Self) -> Self {
        Self {
            invocations: self.invocations + other.invocations,
            billed: self.billed + other.billed,
            events: self.events + other.events,
            messages: self.messages + other.messages,
            logged: self.logged + other.logged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_reckoned_by_its_prices() {
        let usage = Usage { invocations: 2.0, billed: 4_000.0, events: 2.0, messages: 10.0, logged: 6_000.0 };
        // A million secure pauses: 2 million invocations, a million GB-seconds, 2 million events, 10 million requests,
        // 6 GB, and 864,000 traces with a twentieth of 1,136,000.
        let wanted = 0.40 + 16.6667 + 2.00 + 4.00 + 6.0 * 0.56 + 920_800.0 * 5.0 / 1e6;
        assert!((cost(&usage, 1e6) - wanted).abs() < 1e-6);
    }

    #[test]
    fn the_watch_and_proof_are_what_they_add() {
        let mut figures =
            Figures { pauses: 100, messages: 200, log_bytes: 500 * 3_000, ..Figures::default() };
        let of = |invocations, billed| OfKind { invocations, billed, ..OfKind::default() };
        figures.kinds.insert(Kind::Pause, of(100, 25_000));
        figures.kinds.insert(Kind::Resume, of(100, 350_000));
        figures.kinds.insert(Kind::Check, of(300, 18_000));
        let (pausing, watch, _) = usages(&figures);
        assert!((pausing.invocations - 2.0).abs() < 1e-9 && (pausing.billed - 3_750.0).abs() < 1e-9);
        assert!((watch.messages - 8.0).abs() < 1e-9 && (watch.logged - 3.0 * 3_700.0).abs() < 1e-6);
        let months = months(&figures);
        let all = cost(&pausing.plus(&watch), 30_000.0);
        assert!((months[0].pausing + months[0].watch - all).abs() < 1e-9);
        assert!(months[2].proof > months[0].proof && months[0].proof > 0.0);
    }
}
