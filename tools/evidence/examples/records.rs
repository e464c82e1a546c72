//! Made-up audit records, the same for the same seed: for the tests, the picture in docs/evidence.md, and the
//! measurement.
//!
//! Every record satisfies docs/audit-record.schema.json, every line of proof docs/proof-record.schema.json, and
//! tests/evidence holds them to it. Lines of others, broken lines and lines that are there twice are among them, where
//! asked for.

use std::io::{self, BufWriter, Write};

use clap::Parser;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use uuid::Uuid;

/// Prints made-up log lines.
#[derive(Parser)]
struct Arguments {
    /// The same seed gives the same lines
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many secure pauses; each leaves some four records
    #[arg(long, default_value_t = 100)]
    pauses: u64,
    /// Prints lines of MODE=observe instead
    #[arg(long)]
    observe: bool,
    /// With lines of proof and of purges, and with calls on which nobody took a card
    #[arg(long)]
    proof: bool,
    /// With lines of others, broken ones, and some that are there twice
    #[arg(long)]
    untidy: bool,
}

const FIRST: OffsetDateTime = datetime!(2026-11-22 08:00:00.25 UTC);
/// Secure pauses of the shift begin so far apart, in milliseconds.
const APART: i64 = 40_000;
/// So many agents take turns.
const AGENTS: usize = 12;
/// Calls come by these; cards are taken on those of the first.
const QUEUES: [Uuid; 3] = [
    Uuid::from_u128(0x0101_0000_0000_4000_8000_0000_0000_0001),
    Uuid::from_u128(0x0101_0000_0000_4000_8000_0000_0000_0002),
    Uuid::from_u128(0x0101_0000_0000_4000_8000_0000_0000_0003),
];

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let mut lines = Lines {
        random: fastrand::Rng::with_seed(arguments.seed),
        to: BufWriter::new(io::stdout().lock()),
        is_untidy: arguments.untidy,
        ended: None,
        is_lost: false,
    };
    // Dice of their own: the records are the same with proof and without.
    let mut dice = fastrand::Rng::with_seed(!arguments.seed);
    let mut call = Uuid::nil();
    let mut has_one_more = true;
    let mut agents = Vec::new();
    for number in 0..arguments.pauses {
        let start = i64::try_from(number).unwrap_or(i64::MAX) * APART;
        // Now and then a caller gives a second card in the same call.
        let is_new = number == 0 || lines.random.u8(..100) >= 15 || !has_one_more;
        if is_new {
            call = lines.id();
        }
        let id = lines.id();
        if agents.len() < AGENTS {
            agents.push(id);
        }
        let agent = usize::try_from(number).unwrap_or(0) % agents.len();
        let (user, queue) = (agents[agent], QUEUES[agent % QUEUES.len()]);
        let pause = Pause { call, user, queue, leg: lines.id(), start };
        if arguments.observe {
            lines.observed(&pause)?;
            continue;
        }
        (lines.ended, lines.is_lost) = (None, false);
        lines.pause(&pause)?;
        if arguments.proof {
            has_one_more = lines.proof(&mut dice, &pause, is_new)?;
        }
    }
    lines.to.flush()
}

/// One secure pause; times are milliseconds from [`FIRST`].
struct Pause {
    call: Uuid,
    user: Uuid,
    queue: Uuid,
    leg: Uuid,
    start: i64,
}

/// What one record tells besides its secure pause.
struct Told<'a> {
    door: &'a str,
    phase: &'a str,
    /// The outcome, or the name of an error.
    ending: &'a str,
    /// The state of the target; none: no target.
    state: Option<&'a str>,
    /// When it is told to have begun or ended.
    at: i64,
    /// When it was acknowledged, or given up.
    until: i64,
    exposure: bool,
}

/// What one line of proof tells; times are milliseconds from [`FIRST`].
struct Stored<'a> {
    call: Uuid,
    interval: Option<(i64, i64)>,
    verdict: &'a str,
    queue: Uuid,
    user: Uuid,
    written: i64,
    paused_screen: &'a str,
}

struct Lines<W> {
    random: fastrand::Rng,
    to: W,
    is_untidy: bool,
    /// When the secure pause ended by its records.
    ended: Option<i64>,
    /// Whether it was exposed for long, by its records.
    is_lost: bool,
}

impl<W: Write> Lines<W> {
    fn id(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.random.u128(..).to_be_bytes()).into_uuid()
    }

    fn pause(&mut self, pause: &Pause) -> io::Result<()> {
        let Pause { start, .. } = *pause;
        let end = start + self.random.i64(12_000..35_000);
        let quick = start + self.random.i64(180..900);
        let started = |ending, state, until| Told {
            door: "event",
            phase: "started",
            ending,
            state,
            at: start,
            until,
            exposure: true,
        };
        let check = |ending, state, until| Told {
            door: "watch",
            exposure: ending == "repaired" && state == Some("verified"),
            ..started(ending, state, until)
        };
        let resumed = Told {
            phase: "ended",
            at: end,
            exposure: false,
            ..started("resumed", Some("verified"), end + 400)
        };
        let watched = start + self.random.i64(15_100..16_900);
        let (soon, late) = (start + self.random.i64(1_500..9_500), start + self.random.i64(24_000..29_500));
        match self.random.u16(..1000) {
            0..20 => {
                let cause = ["UpstreamUnavailable", "RateLimited", "Forbidden"][self.random.usize(..3)];
                self.record(pause, &started(cause, Some("failed"), soon))?;
                self.record(pause, &check("repaired", Some("verified"), watched))?;
                self.record(pause, &resumed)
            }
            20..35 => {
                self.record(pause, &started("CredentialsUnavailable", None, soon))?;
                self.record(pause, &started("paused", Some("verified"), soon + 1_300))?;
                self.record(pause, &resumed)
            }
            35..45 => {
                self.record(pause, &started("NotPaused", Some("failed"), late))?;
                self.record(pause, &Told { at: start + 38_000, until: start + 38_400, ..resumed })
            }
            45..48 => self.record(pause, &started("EndpointMissing", Some("failed"), soon)),
            48..90 => {
                self.record(pause, &started("paused", Some("unverifiable"), quick))?;
                self.record(pause, &check("watching", None, watched))?;
                self.record(pause, &Told { state: Some("unverifiable"), ..resumed })
            }
            90..100 => {
                self.record(pause, &started("paused", Some("not_recording"), quick))?;
                self.record(pause, &Told { state: None, ending: "nothing_paused", ..resumed })
            }
            100..115 => {
                self.record(pause, &Told { exposure: false, ..started("conversation_over", None, quick) })
            }
            115..130 => {
                self.record(pause, &started("paused", Some("verified"), quick))?;
                self.record(pause, &check("watching", None, watched))?;
                self.record(pause, &check("recovered", Some("resumed"), watched + 60_000))
            }
            130..140 => {
                self.record(pause, &started("paused", Some("verified"), quick))?;
                self.record(pause, &Told { ending: "NotResumed", state: Some("failed"), ..resumed })?;
                self.record(
                    pause,
                    &Told { door: "watch", ending: "recovered", until: end + 15_900, ..resumed },
                )
            }
            140..150 => self.record(pause, &resumed),
            150..160 => self.nameless(pause),
            160..170 => {
                self.record(pause, &started("paused", Some("verified"), quick))?;
                self.record(pause, &check("repaired", Some("verified"), watched))?;
                self.record(pause, &Told { at: start + 38_000, until: start + 38_400, ..resumed })
            }
            170..175 => {
                self.record(pause, &started("paused", Some("terminated"), quick))?;
                self.record(pause, &Told { state: None, ending: "nothing_paused", ..resumed })
            }
            175..180 => self.record(pause, &Told { ending: "NotResumed", state: Some("failed"), ..resumed }),
            _ => {
                self.record(pause, &started("paused", Some("verified"), quick))?;
                self.record(pause, &check("watching", None, watched))?;
                self.record(pause, &resumed)?;
                self.record(
                    pause,
                    &Told {
                        door: "watch",
                        ending: "nothing_paused",
                        state: None,
                        until: end + 15_300,
                        ..resumed
                    },
                )
            }
        }
    }

    /// A record of faulty settings: nothing of the event is known.
    fn nameless(&mut self, pause: &Pause) -> io::Result<()> {
        let told = Told {
            door: "event",
            phase: "started",
            ending: "InvalidConfig",
            state: None,
            at: pause.start,
            until: pause.start + 3,
            exposure: false,
        };
        let mut record = self.fields(pause, &told);
        for unknown in ["phase", "conversationId", "userId", "eventTime", "mode"] {
            record[unknown] = Value::Null;
        }
        self.line(&record.to_string())
    }

    fn record(&mut self, pause: &Pause, told: &Told<'_>) -> io::Result<()> {
        if told.phase == "ended" {
            self.ended = Some(told.at);
        } else {
            // Half a second of a screen is within the tolerance of the proof, a quarter of a minute is not.
            self.is_lost |= told.exposure && told.until - told.at > 10_000 || told.state == Some("failed");
        }
        let record = self.fields(pause, told);
        self.line(&record.to_string())
    }

    fn fields(&mut self, pause: &Pause, told: &Told<'_>) -> Value {
        let is_error = told.ending.starts_with(char::is_uppercase);
        // "resumed" says that the target of a started event's check is to be resumed.
        let is_resume = told.phase == "ended" || told.state == Some("resumed");
        let state = told.state.map(|state| if state == "resumed" { "verified" } else { state });
        let is_dark = state.is_some_and(|state| state != "failed") && !is_resume;
        let acknowledged =
            state.filter(|it| !["failed", "not_recording"].contains(it)).map(|_| time(told.until));
        let verified = state.filter(|it| *it == "verified").map(|_| time(told.until + 160));
        let written = told.until + if verified.is_some() { 165 } else { 5 };
        let target = |state: &str| {
            let mut target = json!({
                "participantId": pause.leg, "action": if is_resume { "resume" } else { "pause" }, "state": state,
                "attempts": 1, "sentAt": time(told.until - 90), "acknowledgedAt": acknowledged,
                "verifiedAt": verified, "answers": [{ "status": 202, "correlationId": null }],
            });
            if state == "failed" {
                target["error"] = json!(told.ending);
            }
            target
        };
        // Now and then somebody else is on the call.
        let has_other = is_dark && pause.start / APART % 20 == 7;
        let others: Vec<_> =
            has_other.then(|| Uuid::from_u128(pause.leg.as_u128() ^ 1)).into_iter().collect();
        let received = told.at + if told.door == "watch" { 15_000 } else { 120 };
        let mut record = json!({
            "timestamp": time(written), "kind": "secure_pause_audit", "schema": 1, "version": "0.2.0",
            "level": if is_error { "ERROR" } else { "INFO" },
            "message": if is_error { "secure pause failed" } else { "secure pause handled" },
            "commit": if pause.start < 3_600_000 { "0123abc" } else { "4567def" },
            "functionVersion": if pause.start < 3_600_000 { "7" } else { "8" }, "mode": "act",
            "coldStart": self.random.u8(..50) == 0, "tokenFetched": false, "requestId": self.id(),
            "eventId": self.id(), "correlationId": null, "door": told.door, "phase": told.phase,
            "conversationId": pause.call, "userId": pause.user, "participantId": null,
            "resolution": state.map(|_| "user"), "securePause": if is_resume { "off" } else { "on" },
            "voice": if is_resume { "active" } else { "paused" }, "voiceOrder": null, "screens": null,
            "othersRecording": others, "clockSkewMs": 0,
            "paused": is_dark, "verified": verified.is_some(),
            "exposureMs": told.exposure.then_some(told.until - told.at), "eventTime": time(told.at),
            "receivedAt": time(received.min(told.until)), "firstSentAt": state.map(|_| time(told.until - 90)),
            "acknowledgedAt": acknowledged, "verifiedAt": verified, "droppedFields": 0,
            "targets": state.map(target).into_iter().collect::<Vec<_>>(),
        });
        if told.door == "watch" {
            record["messageId"] = json!(self.id());
        }
        if is_error {
            record["errorType"] = json!(told.ending);
            record["errorMessage"] = json!("pause of the screen recording: as made up for a test");
            record["remedy"] =
                json!(format!("see the table of errors in docs/reference.md for {}", told.ending));
        } else {
            record["outcome"] = json!(told.ending);
        }
        record
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.to, "{line}")?;
        if !self.is_untidy {
            return Ok(());
        }
        let id = self.id();
        match self.random.u8(..100) {
            0 => writeln!(self.to, "{line}"),
            1 => writeln!(self.to, "START RequestId: {id} Version: 7"),
            2 => writeln!(self.to, "{}", json!({ "level": "INFO", "message": "starting" })),
            3 => writeln!(self.to, "{}", &line[..line.len() / 2]),
            _ => Ok(()),
        }
    }

    /// What is found after the call; and now and then another call on which nobody took a card. Gives whether the call
    /// may have one secure pause more.
    fn proof(&mut self, dice: &mut fastrand::Rng, pause: &Pause, is_new: bool) -> io::Result<bool> {
        let from = pause.start + dice.i64(-300..300);
        let to = self.ended.unwrap_or(pause.start + 21_000) + dice.i64(-300..300);
        let soon = to + 15 * 60_000;
        let call = |verdict, queue, written| Stored {
            call: uuid::Builder::from_random_bytes(pause.leg.as_u128().rotate_left(32).to_be_bytes())
                .into_uuid(),
            interval: None,
            verdict,
            queue,
            user: pause.user,
            written,
            paused_screen: "cut",
        };
        let stored = |verdict, written| Stored {
            call: pause.call,
            interval: Some((from, to)),
            ..call(verdict, pause.queue, written)
        };
        match dice.u8(..40) {
            0 => self.stored(dice, &call("no-secure-pause", QUEUES[0], soon))?,
            1 => self.stored(dice, &call("no-secure-pause", QUEUES[1], soon))?,
            2 => self.stored(dice, &call("no-recording", QUEUES[2], soon + 6_300_000))?,
            _ => {}
        }
        match dice.u16(..1000) {
            _ if self.is_lost => self.stored(dice, &stored("exposed", soon))?,
            0..40 => {}
            40..70 => self.stored(dice, &stored("exposed", soon))?,
            70..80 => {
                // The later look may see one more recording of the voice, in which it begins earlier.
                let interval = Some((from - from % 2 * 400, to));
                self.stored(dice, &stored("exposed", soon))?;
                self.stored(dice, &Stored { interval, ..stored("not-recorded", soon + 6_300_000) })?;
            }
            80..110 => {
                let paused_screen = if dice.bool() { "unknown" } else { "frozen" };
                self.stored(dice, &Stored { paused_screen, ..stored("not-provable", soon) })?;
            }
            110..130 => self.stored(dice, &stored("unknown", to + 47 * 3_600_000))?,
            130..150 if is_new => {
                let call = Stored { call: pause.call, ..call("unconfirmed", pause.queue, soon) };
                self.stored(dice, &call)?;
                return Ok(false);
            }
            150..230 => self.stored(dice, &stored("not-recorded", soon))?,
            230..260 => self.stored(dice, &stored("no-screen-recording", to + 24 * 3_600_000))?,
            260..290 => {
                // A second card, of which no event arrived; after all others of the call.
                let interval = Some((to + 1_200_000, to + 1_220_000));
                self.stored(dice, &stored("cut-out", soon))?;
                self.stored(dice, &Stored { interval, ..stored("exposed", soon + 1_200_000) })?;
            }
            290..310 => {
                let unplaced = Stored { interval: None, ..stored("unknown", soon) };
                self.stored(dice, &stored("cut-out", soon))?;
                self.stored(dice, &unplaced)?;
            }
            _ => self.stored(dice, &stored("cut-out", soon))?,
        }
        Ok(true)
    }

    fn stored(&mut self, dice: &mut fastrand::Rng, stored: &Stored<'_>) -> io::Result<()> {
        let mut id = || uuid::Builder::from_random_bytes(dice.u128(..).to_be_bytes()).into_uuid();
        let ms = stored.interval.map_or(0, |(from, to)| to - from);
        let end = stored.interval.map_or(stored.written - 900_000, |(_, to)| to + 10_000);
        let is_exported = stored.verdict == "exposed" && ms % 4 == 0;
        let recording = |id: Uuid, media: &str, missing: i64| {
            let length = 600_000;
            json!({
                "id": id, "media": media, "fileState": "available", "start": time(end - length),
                "end": time(end), "outputDurationMs": length - missing, "missingMs": missing,
                "marks": u8::from(media == "audio"), "exported": is_exported && media == "screen",
            })
        };
        let screen = id();
        let mut recordings = vec![recording(id(), "audio", ms)];
        match stored.verdict {
            "cut-out" => recordings.push(recording(screen, "screen", ms + 40)),
            "exposed" | "not-provable" => recordings.push(recording(screen, "screen", 0)),
            "not-recorded" => {
                let mut before = recording(screen, "screen", 0);
                before["end"] = json!(time(end - ms - 60_000));
                before["outputDurationMs"] = json!(540_000 - ms);
                recordings.push(before);
            }
            "no-recording" => recordings.clear(),
            _ => {}
        }
        let level = match stored.verdict {
            "exposed" => "ERROR",
            "unknown" => "WARN",
            _ => "INFO",
        };
        // A conversation that cannot be read names nobody. Now and then a call is transferred.
        let is_read = stored.verdict != "unknown";
        let mut queues = vec![stored.queue];
        queues.extend((ms % 10 == 7).then_some(QUEUES[2]).filter(|queue| *queue != stored.queue));
        let line = json!({
            "timestamp": time(stored.written), "level": level, "message": "recordings looked at",
            "kind": "secure_pause_proof", "schema": 1, "version": "0.2.0", "commit": "4567def", "requestId": id(),
            "messageId": id(), "conversationId": stored.call, "from": stored.interval.map(|it| time(it.0)),
            "to": stored.interval.map(|it| time(it.1)), "verdict": stored.verdict, "reason": "as made up for a test",
            "look": "last", "expected": is_read.then_some(queues.contains(&QUEUES[0])),
            "queueIds": is_read.then_some(queues), "userIds": is_read.then_some([stored.user]),
            "recordings": recordings, "source": "customer.end", "eventTime": time(stored.written - 900_000),
            "pausedScreen": stored.paused_screen, "toleranceMs": 5000,
        });
        self.line(&line.to_string())?;
        if stored.verdict == "exposed" { self.purges(dice, stored, screen, is_exported) } else { Ok(()) }
    }

    /// What was done about an exposed recording, if anything was.
    fn purges(
        &mut self,
        dice: &mut fastrand::Rng,
        stored: &Stored<'_>,
        recording: Uuid,
        is_exported: bool,
    ) -> io::Result<()> {
        const HOUR: i64 = 3_600_000;
        let outcomes: &[&str] = match dice.u8(..12) {
            0..4 => &["ordered", "deleted"],
            4 => &["ordered", "gone", "refused not-shown"],
            5 => &["ordered"],
            6 => &["unconfirmed"],
            7..9 => &["refused legal-hold"],
            _ => &[],
        };
        let mut at = stored.written + 2 * HOUR;
        for outcome in outcomes {
            let (outcome, reason) = outcome.split_once(' ').map_or((*outcome, None), |it| (it.0, Some(it.1)));
            let is_known = !matches!(reason, Some("not-shown"));
            let pauses = stored.interval.map(|(from, to)| json!({ "from": time(from), "to": time(to) }));
            let line = json!({
                "kind": "secure_pause_purge", "schema": 1, "at": time(at), "conversationId": stored.call,
                "recordingId": recording, "outcome": outcome, "reason": reason, "pauses": [pauses],
                "knownBy": "proof", "deleteDate": (outcome == "ordered").then(|| time(at)),
                "exported": (is_exported && is_known).then(|| time(stored.written)),
            });
            self.line(&line.to_string())?;
            at += 20 * HOUR;
        }
        Ok(())
    }

    fn observed(&mut self, pause: &Pause) -> io::Result<()> {
        let end = pause.start + 20_000;
        // The reading from which on the event shows; the fourth is never made.
        let shown = self.random.u8(1..5);
        for (phase, at, plan) in [("started", pause.start, "pause"), ("ended", end, "resume")] {
            let base = json!({
                "kind": "secure_pause_observed", "level": "INFO", "conversationId": pause.call, "phase": phase,
                "eventTime": time(at), "door": "event",
            });
            let mut planned = base.clone();
            planned["message"] = json!("plan, not carried out");
            planned["timestamp"] = json!(time(at + 300));
            planned["plan"] =
                json!({ "act": { "action": plan, "targets": [pause.leg], "resolution": "user" } });
            self.line(&planned.to_string())?;
            for reading in 1..=3_u8 {
                let is_on = (phase == "started") == (reading >= shown);
                let mut read = base.clone();
                read["message"] = json!("read");
                read["timestamp"] = json!(time(at + 300 + 1_050 * i64::from(reading)));
                read["reading"] = json!(reading);
                read["securePause"] = json!(if is_on { "on" } else { "off" });
                read["recordingState"] = json!(if is_on { "paused" } else { "active" });
                read["legs"] = json!([{
                    "participantId": pause.leg, "life": "live", "inWrapUp": false, "screen": "active",
                }]);
                self.line(&read.to_string())?;
            }
        }
        Ok(())
    }
}

fn time(millis: i64) -> String {
    (FIRST + time::Duration::milliseconds(millis)).format(&Rfc3339).unwrap_or_default()
}
