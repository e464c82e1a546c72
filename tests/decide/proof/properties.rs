//! The properties, over random calls: any secure pauses, any screens, any figures.

use proptest::prelude::*;
use proptest::sample::select;
use secure_pause::config::PausedScreen;
use secure_pause::decide::proof::{Look, Source, Verdict};
use serde_json::{Value, json};

use super::*;

/// Two ends of a time within the call, seconds apart or milliseconds.
fn some_span() -> impl Strategy<Value = (i64, i64)> {
    let length = prop_oneof![1 => 1i64..200, 3 => 200i64..8_000, 3 => 8_000i64..120_000];
    (0i64..CALL, length).prop_map(|(from, length)| (from, from + length))
}

fn some_pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec(some_span(), 0..4)
}

/// From when until when, and how much is missing: often what the secure pauses account for.
fn some_screen() -> impl Strategy<Value = (i64, i64, i64)> {
    let edges = prop_oneof![
        2 => Just((0, CALL)),
        3 => (0i64..CALL - 1, 1_000i64..400_000).prop_map(|(from, length)| (from, (from + length).min(CALL))),
    ];
    let missing = prop_oneof![1 => Just(0i64), 2 => -3_000i64..8_000, 3 => 0i64..300_000];
    (edges, missing).prop_map(|((from, to), missing)| (from, to, missing.min(to - from - 1)))
}

#[derive(Clone, Debug)]
struct Plan {
    pauses: Vec<Vec<(i64, i64)>>,
    screens: Vec<(i64, i64, i64)>,
    source: Source,
    look: Look,
    later: i64,
    paused_screen: PausedScreen,
    tolerance: u64,
}

impl Plan {
    fn scene(&self) -> Scene {
        let voices = self.pauses.iter().map(|pauses| voice(pauses));
        let screens = self.screens.iter().map(|(from, to, missing)| screen(*from, *to, *missing));
        let recordings: Vec<_> = voices.chain(screens).collect();
        let Self { source, look, later, paused_screen, tolerance, .. } = *self;
        Scene { source, look, later, paused_screen, tolerance, ..Scene::with(&recordings) }
    }
}

fn plan() -> impl Strategy<Value = Plan> {
    use PausedScreen::{Cut, Frozen, Masked, Unknown};
    (
        proptest::collection::vec(some_pauses(), 1..3),
        proptest::collection::vec(some_screen(), 0..4),
        select(vec![Source::SecurePause, Source::CustomerEnd]),
        select(vec![Look::First, Look::Second, Look::Third, Look::Last]),
        select(vec![0, DAY]),
        select(vec![Cut, Cut, Frozen, Masked, Unknown]),
        select(vec![0u64, 1_000, 5_000, 5_000, 30_000]),
    )
        .prop_map(|(pauses, screens, source, look, later, paused_screen, tolerance)| Plan {
            pauses,
            screens,
            source,
            look,
            later,
            paused_screen,
            tolerance,
        })
}

/// A recording of which something cannot be relied on.
fn spoilt(recording: &Value, how: usize) -> Value {
    let state = |word: &str| but(recording.clone(), "fileState", json!(word));
    match how {
        0 => state("UPLOADING"),
        1 => state("RESTORING"),
        2 => state("ERROR"),
        3 => state("DELETED"),
        4 => state("ANOTHER"),
        5 => but(recording.clone(), "fileState", Value::Null),
        6 => but(but(recording.clone(), "media", Value::Null), "mediaSubtype", Value::Null),
        7 => json!("no recording"),
        8 => but(recording.clone(), "startTime", Value::Null),
        9 => but(recording.clone(), "startTime", json!(1_700_000_000)),
        10 => but(recording.clone(), "endTime", Value::Null),
        11 => but(recording.clone(), "endTime", recording["startTime"].clone()),
        // Those from here on are a screen's alone: a voice of which all is a secure pause plays for no time.
        12 => but(recording.clone(), "outputDurationMs", json!(-1)),
        13 => but(recording.clone(), "outputDurationMs", json!(0)),
        14 => but(recording.clone(), "outputDurationMs", Value::Null),
        15 => but(recording.clone(), "outputDurationMs", json!("long")),
        16 => but(recording.clone(), "endTime", text(CALL + 31_000)),
        _ => but(recording.clone(), "startTime", text(-31_000)),
    }
}

/// The secure pauses of a plan, none touching another.
fn merged(plan: &Plan) -> Vec<(i64, i64)> {
    let mut all: Vec<_> = plan.pauses.concat();
    all.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (from, to) in all {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

fn cases() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 1_500;
    }
    config.failure_persistence = None;
    config
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn there_is_a_line_for_each_secure_pause_and_one_for_a_conversation_without(plan in plan()) {
        let findings = plan.scene().findings();
        let pauses: Vec<_> = findings.iter().filter_map(|finding| finding.pause).collect();
        let wanted: Vec<_> = merged(&plan).into_iter().map(span).collect();
        prop_assert_eq!(&pauses, &wanted);
        prop_assert_eq!(findings.len(), wanted.len().max(1));
    }

    #[test]
    fn no_verdict_is_better_than_the_evidence(plan in plan(), which in any::<prop::sample::Index>(), how in 0usize..18) {
        let mut scene = plan.scene();
        let recordings = scene.recordings.as_array_mut().unwrap();
        let which = which.index(recordings.len());
        let is_voice = recordings[which]["media"] == "audio";
        let how = how % if is_voice { 12 } else { 18 };
        recordings[which] = spoilt(&recordings[which], how);
        let has_pauses = !plan.pauses.concat().is_empty();
        for finding in scene.findings() {
            // A screen recording says nothing of a call in which there was no secure pause, unless it is not finished.
            let is_without = !is_voice && !has_pauses && ![0, 1, 6, 7].contains(&how);
            prop_assert!(is_without || !is_good(finding.verdict), "{:?}: {:#}", finding, scene.recordings);
        }
    }

    #[test]
    fn what_cannot_be_reached_proves_nothing(plan in plan(), how in 0usize..5) {
        let mut scene = plan.scene();
        match how {
            0 => scene.call = Value::Null,
            1 => scene.recordings = Value::Null,
            2 => scene.call["endTime"] = Value::Null,
            3 => scene.call["endTime"] = json!("then"),
            _ => scene.call["startTime"] = Value::Null,
        }
        prop_assert_eq!(scene.verdicts(), [Verdict::Unknown]);
    }

    /// Every screen holds all of one secure pause that it spans, but for some milliseconds at the seams, together less
    /// than half of it; of every other one any part may be cut out. The recorder may have come back late, these seams
    /// included together no later than the tolerance.
    #[test]
    fn a_secure_pause_that_is_wholly_in_the_files_is_never_called_missing(
        plan in plan(),
        which in any::<prop::sample::Index>(),
        mut edges in proptest::collection::vec(0i64..CALL, 0..6),
        others in proptest::collection::vec((0i64..CALL, 0i64..CALL), 0..3),
        cuts in proptest::collection::vec(0u32..=100, 32),
        late in 0u64..=100,
        seams in proptest::collection::vec(0i64..=200, 16),
    ) {
        let pauses = merged(&plan);
        let whole: Vec<_> = pauses.iter().filter(|(_, to)| *to <= CALL).copied().collect();
        if whole.is_empty() {
            return Ok(());
        }
        let held = whole[which.index(whole.len())];
        // One screen in pieces, from end to end, and others beside it.
        edges.extend([0, CALL]);
        edges.sort_unstable();
        edges.dedup();
        let pieces = edges.windows(2).map(|edges| (edges[0], edges[1]));
        let beside = others.iter().filter(|(from, to)| from < to).copied();
        let mut cuts = cuts.into_iter().cycle();
        let tolerance = i64::try_from(plan.tolerance).unwrap();
        let mut late = i64::try_from(plan.tolerance * late / 100).unwrap();
        let (mut seams, mut left) = (seams.into_iter(), (tolerance - late).min((held.1 - held.0 - 1) / 2));
        let screens = pieces.chain(beside).map(|(from, to)| {
            let spanned = pauses.iter().filter(|pause| **pause != held);
            let spanned = spanned.map(|pause| (pause.1.min(to) - pause.0.max(from)).max(0));
            let mut missing: i64 = spanned.map(|length| length * i64::from(cuts.next().unwrap()) / 100).sum();
            if missing > 0 {
                missing += std::mem::take(&mut late);
            }
            let seam = seams.next().unwrap().min(left);
            left -= seam;
            (from, to, (missing + seam).min(to - from - 1))
        });
        let plan = Plan { screens: screens.collect(), ..plan.clone() };
        let findings = plan.scene().findings();
        let finding = findings.iter().find(|it| it.pause == Some(span(held))).unwrap();
        prop_assert!(!is_good(finding.verdict), "{finding:?} of {held:?} in {plan:?}");
    }

    /// A screen that was recorded for longer has a file that plays for longer, and a file may play for longer in any
    /// case. Where more was missing than can be accounted for, nothing was said before.
    #[test]
    fn more_screen_on_the_file_never_makes_a_verdict_better(
        plan in plan(),
        which in any::<prop::sample::Index>(),
        (earlier, later, longer) in (0i64..100_000, 0i64..100_000, prop_oneof![Just(0i64), 0i64..100_000]),
    ) {
        if plan.screens.is_empty() {
            return Ok(());
        }
        let mut more = plan.clone();
        let which = which.index(more.screens.len());
        let (from, to, missing) = more.screens[which];
        more.screens[which] = (from - earlier.min(from), (to + later).min(CALL.max(to)), missing - longer);
        let (before, after) = (plan.scene().findings(), more.scene().findings());
        for (before, after) in before.iter().zip(&after) {
            let is_better = match before.verdict {
                Verdict::Exposed => after.verdict != Verdict::Exposed,
                Verdict::NotProvable => is_good(after.verdict),
                Verdict::Unknown => is_good(after.verdict) && !before.reason.starts_with("more is missing"),
                _ => false,
            };
            prop_assert!(!is_better, "{before:?}, then {after:?}: {plan:?}, then {:?}", more.screens[which]);
        }
    }
}
