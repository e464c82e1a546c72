//! Lines of `MODE=observe` in, what the organization says out.

use evidence::observed::{SecurePause, Voice};
use evidence::organization::{Field, Organization, Situation};
use evidence::words::Phase;
use serde_json::{Value, json};

use crate::made::{CALL, LEG, log, time};

const OTHER_LEG: &str = "00000000-0000-4000-8000-00000000000b";

fn line(phase: &str, written: f64) -> Value {
    json!({
        "timestamp": time(written), "level": "INFO", "message": "read", "kind": "secure_pause_observed",
        "conversationId": CALL, "door": "event", "phase": phase, "eventTime": time(0.0),
    })
}

fn reading(phase: &str, number: u32, pause: &str, voice: &str, agents: &[&str]) -> Value {
    let mut read = line(phase, 0.3 + f64::from(number));
    let leg =
        |id: &&str| json!({ "participantId": id, "life": "live", "inWrapUp": false, "screen": "active" });
    read["reading"] = json!(number);
    read["securePause"] = json!(pause);
    read["recordingState"] = json!(voice);
    read["legs"] = agents.iter().map(leg).collect();
    read
}

fn organization(name: &str, lines: &[Value]) -> Organization {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let log = log(name, &lines);
    assert_eq!(log.named, []);
    Organization::of(&log.observed)
}

#[test]
fn a_reading_is_of_the_first_situation_whose_sign_it_shows() {
    let one: &[&str] = &[LEG];
    let cases = [
        (reading("started", 1, "on", "paused", one), Situation::Pause, "after a start"),
        (
            reading("started", 1, "off", "active", one),
            Situation::Pause,
            "after a start that does not show yet",
        ),
        (
            reading("started", 1, "on", "paused", &[LEG, OTHER_LEG]),
            Situation::Pause,
            "two agents on the call from the first reading on",
        ),
        (reading("started", 1, "unknown", "active", one), Situation::Flow, "recorded, and yet not off"),
        (reading("ended", 1, "unknown", "paused", one), Situation::Hold, "after an end, the voice paused"),
        (reading("ended", 1, "off", "active", one), Situation::Resumed, "after an end"),
    ];
    for (place, (line, wanted, reason)) in cases.into_iter().enumerate() {
        let organization = organization(&format!("situation-{place}.jsonl"), &[line]);
        let came: Vec<Situation> = organization.moves.keys().map(|(situation, _, _)| *situation).collect();
        assert_eq!(came, [wanted], "{reason}");
    }
    let moves: [(&[&str], &[&str], usize, &str); 5] = [
        (one, &[OTHER_LEG], 1, "another agent than before"),
        (one, &[LEG, OTHER_LEG], 1, "one more agent"),
        (&[LEG, OTHER_LEG], one, 0, "one agent fewer"),
        (one, &[], 0, "none any more"),
        (&[LEG, OTHER_LEG], &[LEG, OTHER_LEG], 0, "two agents all along"),
    ];
    for (place, (before, after, wanted, reason)) in moves.into_iter().enumerate() {
        let lines =
            [reading("started", 1, "on", "paused", before), reading("started", 2, "on", "paused", after)];
        let moves = organization(&format!("situation-moved-{place}.jsonl"), &lines).moves;
        let transfers = moves.get(&(Situation::Transfer, SecurePause::On, Voice::Paused));
        assert_eq!(transfers.copied().unwrap_or_default(), wanted, "{reason}");
    }
}

#[test]
fn how_far_reads_trail_is_told_by_the_first_reading_that_shows_the_event() {
    let mut failed = line("started", 3.3);
    failed["reading"] = json!(3);
    failed["notRead"] = json!("UpstreamUnavailable");
    let mut plan = line("started", 0.2);
    plan["plan"] = json!({ "act": { "action": "pause", "targets": [LEG], "resolution": "user" } });
    let lines = [
        plan,
        reading("started", 1, "off", "active", &[LEG]),
        reading("started", 2, "on", "active", &[LEG]),
        failed,
    ];
    let organization = organization("trail.jsonl", &lines);
    assert_eq!((organization.events, organization.readings), (1, (2, 1)));
    assert_eq!(organization.plans.into_iter().collect::<Vec<_>>(), [((Phase::Started, "pause"), 1)]);
    let pause = &organization.trails[&(Phase::Started, Field::SecurePause)];
    assert_eq!((pause.shown, pause.never, pause.longest_ms), ([0, 1, 0], 0, Some(2_300)));
    let voice = &organization.trails[&(Phase::Started, Field::RecordingState)];
    assert_eq!((voice.shown, voice.never, voice.longest_ms), ([0, 0, 0], 1, None));
}

#[test]
fn plans_and_trails_are_those_of_events_not_of_checks_or_orders() {
    for (door, wanted) in [("event", 1), ("watch", 0), ("direct", 0)] {
        let (mut plan, mut read) = (line("started", 0.2), reading("started", 1, "on", "paused", &[LEG]));
        plan["plan"] = json!({ "act": { "action": "pause", "targets": [LEG], "resolution": "user" } });
        for line in [&mut plan, &mut read] {
            line["door"] = json!(door);
        }
        let organization = organization(&format!("door-{door}.jsonl"), &[plan, read]);
        let trails: usize = organization.trails.values().map(|trail| trail.shown[0]).sum();
        let plans: usize = organization.plans.values().sum();
        assert_eq!((organization.events, plans, trails), (wanted, wanted, 2 * wanted), "{door}");
        assert_eq!(organization.readings, (1, 0), "{door}: what it read is counted");
    }
}

#[test]
fn an_observation_of_a_snapshot_follows_no_event_and_is_passed_over() {
    let mut lines = [line("started", 1.0), reading("started", 1, "on", "paused", &[])];
    for line in &mut lines {
        (line["door"], line["phase"]) = (json!("snapshot"), Value::Null);
    }
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let log = log("observed-snapshots.jsonl", &lines);
    assert_eq!((log.observed.len(), log.broken), (0, 0));
}

#[test]
fn an_observation_with_neither_plan_nor_reading_is_broken() {
    let log = log("observation.jsonl", &[line("started", 1.0).to_string()]);
    assert_eq!((log.broken, log.observed.len()), (1, 0));
}
