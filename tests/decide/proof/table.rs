//! The table: a row a line, each with its reason.

use secure_pause::config::PausedScreen;
use secure_pause::decide::proof::Verdict::*;
use secure_pause::decide::proof::{Finding, Look, Source, Verdict};
use serde_json::{Value, json};

use super::*;

/// The only secure pause of most calls: a minute of it.
const P: (i64, i64) = (100_000, 160_000);

fn p() -> Value {
    voice(&[P])
}

/// The whole call on a screen, of which so much is missing.
fn whole(missing: i64) -> Value {
    screen(0, CALL, missing)
}

fn check(rows: Vec<(Vec<Value>, &[Verdict], &str)>) {
    for (recordings, wanted, reason) in rows {
        assert_eq!(Scene::with(&recordings).verdicts(), wanted, "{reason}: {recordings:#?}");
    }
}

#[test]
fn one_secure_pause_is_judged_by_what_is_missing_in_the_files_that_span_it() {
    #[rustfmt::skip] // A row a line.
    check(vec![
        (vec![p(), whole(60_000)], &[CutOut], "as much is missing"),
        (vec![p(), whole(55_000)], &[CutOut], "the pause arrived five seconds late"),
        (vec![p(), whole(54_999)], &[Exposed], "later than that"),
        (vec![p(), whole(65_000)], &[CutOut], "the resume arrived five seconds late"),
        (vec![p(), whole(65_001)], &[Unknown], "more is missing than anybody can account for"),
        (vec![p(), whole(0)], &[Exposed], "nothing is missing"),
        (vec![p(), screen(0, 90_000, 0)], &[NotRecorded], "it ended before"),
        (vec![p(), screen(0, 105_000, 0)], &[NotRecorded], "it ended five seconds into it"),
        (vec![p(), screen(0, 105_001, 0)], &[Exposed], "it ended later than that"),
        (vec![p(), screen(160_000, CALL, 0)], &[NotRecorded], "it began after"),
        (vec![p(), screen(150_000, CALL, 10_000)], &[CutOut], "it began in the middle, and the rest is missing"),
        (vec![voice(&[(100_000, 103_000)]), whole(3_000)], &[CutOut], "a short one is cut out"),
        (vec![voice(&[(100_000, 103_000)]), whole(1_499)], &[Exposed], "half of a short one is not enough"),
        (vec![voice(&[(100_000, 103_000)]), whole(1_500)], &[CutOut], "half of it is"),
        (vec![voice(&[(590_000, 700_000)]), whole(10_000)], &[CutOut], "it runs on past the end of the call"),
        (vec![voice(&[(590_000, 700_000)]), whole(0)], &[Exposed], "it runs on past the end of the call"),
        (vec![voice(&[(-3_000, 57_000)]), whole(57_000)], &[CutOut], "it began before the recorder did"),
    ]);
}

#[test]
fn several_screens_say_the_worst_and_pieces_of_one_are_one() {
    #[rustfmt::skip] // A row a line.
    check(vec![
        (vec![p(), whole(60_000), whole(0)], &[Exposed], "another agent's, or another monitor"),
        (vec![p(), whole(60_000), screen(200_000, CALL, 0)], &[CutOut], "an agent who came later"),
        (vec![p(), whole(0), but(whole(0), "fileState", json!("ERROR"))], &[Exposed], "nothing is worse"),
        (vec![p(), whole(60_000), but(whole(0), "fileState", json!("ERROR"))], &[Unknown], "one that failed may hold it"),
        (vec![p(), whole(0), but(voice(&[]), "fileState", json!("ARCHIVED"))], &[Exposed], "more secure pauses would expose it no less"),
        (vec![p(), screen(0, 100_000, 0), screen(160_000, CALL, 0)], &[NotRecorded], "cut in two in place of paused"),
        (vec![p(), screen(0, 103_000, 0), screen(158_000, CALL, 0)], &[NotRecorded], "the same, and a little late"),
        (vec![p(), screen(0, 130_000, 0), screen(130_000, CALL, 0)], &[Exposed], "cut in two in the middle of it"),
        (vec![p(), screen(0, 130_000, 30_000), screen(130_000, CALL, 30_000)], &[CutOut], "both halves are missing"),
        (vec![p(), screen(0, 130_000, 30_000), screen(130_000, CALL, 0)], &[Exposed], "only one half is missing"),
        (vec![p(), screen(0, 104_000, 0), screen(0, 104_000, 0)], &[NotRecorded], "two monitors, each four seconds late"),
        (vec![voice(&[(100_000, 110_000)]), screen(0, 105_000, 0), screen(105_000, CALL, 0)], &[Exposed], "two short halves are the whole"),
        (vec![voice(&[(100_000, 110_000)]), screen(0, 105_000, 5_000), screen(105_000, CALL, 5_000)], &[NotRecorded], "both short halves are missing"),
        (vec![voice(&[(100_000, 110_000)]), screen(0, 105_000, 1), screen(105_000, CALL, 1)], &[Exposed], "a millisecond of each makes no difference"),
        (vec![voice(&[(100_000, 110_000)]), screen(0, 105_000, 2_500), screen(105_000, CALL, 2_500)], &[NotRecorded], "half of it is missing"),
        (vec![voice(&[(100_000, 110_000)]), screen(0, 105_000, 2_500), screen(105_000, CALL, 2_499)], &[Exposed], "less than half of it is"),
        (vec![voice(&[(100_000, 110_000)]), screen(0, 106_000, 1_000), screen(106_000, CALL, 0)], &[Exposed], "a long piece and a short one"),
        (vec![voice(&[(100_000, 110_000)]), screen(0, 105_001, 1), screen(105_000, CALL, 1)], &[Exposed], "the new piece began before the old one ended"),
        (vec![p(), whole(57_400), whole(57_400)], &[CutOut], "two monitors, each paused a little late"),
        (vec![p(), whole(57_400), screen(0, 104_000, 0)], &[CutOut], "the same, and one ended"),
        (vec![p(), screen(0, 130_000, 27_000), screen(130_000, CALL, 27_000)], &[Exposed], "an agent after the other, each paused late"),
        (vec![voice(&[(100_000, 110_000), (300_000, 360_000)]), screen(0, 104_000, 0), screen(104_000, 108_000, 0), screen(108_000, CALL, 65_000)], &[Exposed, CutOut], "what is missing in one piece makes good for no other"),
    ]);
}

#[test]
fn several_secure_pauses_are_told_apart_as_far_as_the_figures_go() {
    let two = || voice(&[P, (300_000, 330_000)]);
    let short = || voice(&[P, (300_000, 303_000)]);
    #[rustfmt::skip] // A row a line.
    check(vec![
        (vec![two(), whole(90_000)], &[CutOut, CutOut], "both are missing"),
        (vec![two(), whole(60_000)], &[Exposed, Exposed], "one of them is there, and nobody knows which"),
        (vec![two(), screen(0, 200_000, 60_000)], &[CutOut, NotRecorded], "the recorder ended in between"),
        (vec![two(), screen(0, 200_000, 60_000), screen(200_000, CALL, 0)], &[CutOut, Exposed], "each by its own file"),
        (vec![short(), whole(63_000)], &[CutOut, NotProvable], "a resume three seconds late looks the same as the short one cut out"),
        (vec![short(), whole(60_000)], &[Exposed, Exposed], "the short one is there"),
        (vec![short(), whole(66_000)], &[CutOut, CutOut], "more is missing than a late resume of the other explains"),
        (vec![two(), voice(&[(100_500, 160_500)]), whole(90_500)], &[CutOut, CutOut], "trunk and consult note the same one"),
        (vec![voice(&[P]), voice(&[(140_000, 180_000)]), whole(80_000)], &[CutOut], "they overlap: one from the first to the last"),
    ]);
    let findings = Scene::with(&[voice(&[P]), voice(&[(140_000, 180_000)]), whole(80_000)]).findings();
    assert_eq!(findings[0].pause, Some(span((100_000, 180_000))));
}

#[test]
fn what_takes_up_time_in_a_file_may_be_dark_there_where_nobody_says_that_it_is_cut() {
    use PausedScreen as S;
    for setting in [S::Unknown, S::Frozen, S::Masked] {
        for (missing, wanted) in
            [(0, NotProvable), (54_999, NotProvable), (60_000, CutOut), (65_001, Unknown)]
        {
            let scene = Scene { paused_screen: setting, ..Scene::with(&[p(), whole(missing)]) };
            assert_eq!(scene.verdicts(), [wanted], "{setting:?}, {missing} ms");
        }
    }
}

#[test]
fn what_cannot_be_relied_on_is_unknown() {
    let no_reason = json!([{"type": "pause", "location": 1, "durationMs": 2}]);
    let cut = || whole(60_000);
    let pause = |member: &str, other: Value| {
        let noted = but(p()["annotations"][0].clone(), member, other);
        but(p(), "annotations", json!([noted]))
    };
    #[rustfmt::skip] // A row a line.
    let mut rows: Vec<(Vec<Value>, &str)> = vec![
        (vec![p(), but(cut(), "startTime", Value::Null)], "a screen without a beginning"),
        (vec![p(), but(cut(), "endTime", Value::Null)], "one without an end"),
        (vec![p(), but(cut(), "endTime", json!("soon"))], "one with an end that is none"),
        (vec![p(), but(cut(), "endTime", text(-1))], "one that ends before it begins"),
        (vec![p(), but(cut(), "outputDurationMs", Value::Null)], "one without a file"),
        (vec![p(), but(screen(100_000, 160_000, 0), "outputDurationMs", json!(0))], "one that was not transcoded"),
        (vec![p(), screen(-5_001, CALL, 60_000)], "one that began before the call"),
        (vec![p(), screen(0, CALL + 5_001, 60_000)], "one that ended after it"),
        (vec![p(), screen(200_000, CALL, -5_001)], "one whose file plays for longer than it ran"),
        (vec![p(), cut(), json!({"id": "x", "fileState": "AVAILABLE"})], "a recording of nobody knows what"),
        (vec![p(), cut(), json!("nonsense")], "an entry that is none"),
        (vec![p(), cut(), but(voice(&[]), "startTime", Value::Null)], "another voice began nobody knows when"),
        (vec![p(), cut(), but(voice(&[]), "endTime", Value::Null)], "it ended nobody knows when"),
        (vec![p(), cut(), but(voice(&[]), "endTime", text(0))], "it ended as it began"),
        (vec![p(), cut(), but(voice(&[]), "annotations", no_reason.clone())], "a pause from before reasons were told"),
        (vec![p(), cut(), but(voice(&[]), "annotations", json!(["?"]))], "a note that cannot be read"),
        (vec![p(), cut(), but(voice(&[]), "annotations", json!("?"))], "notes that cannot be read"),
    ];
    for state in ["UPLOADING", "RESTORING", "ERROR", "DELETED", "NEWLY_INVENTED"] {
        rows.push((vec![p(), but(cut(), "fileState", json!(state))], state));
    }
    for state in ["UPLOADING", "RESTORING", "ERROR", "DELETED", "ARCHIVED", "RESTORED", "NEWLY_INVENTED"] {
        rows.push((vec![p(), cut(), but(voice(&[]), "fileState", json!(state))], state));
    }
    for (recordings, reason) in rows {
        assert_eq!(Scene::with(&recordings).verdicts(), [Unknown], "{reason}: {recordings:#?}");
    }
    #[rustfmt::skip] // A row a line.
    let unplaced = vec![
        (pause("durationMs", Value::Null), "it lasted nobody knows how long"),
        (pause("durationMs", json!(0)), "it lasted no time"),
        (pause("realtimeLocation", json!(CALL * 1_000)), "it began after the call"),
        (pause("realtimeLocation", json!(i64::MAX)), "it began after the end of time"),
        (but(p(), "startTime", Value::Null), "the voice began nobody knows when"),
    ];
    for (voice, reason) in unplaced {
        let findings = Scene::with(&[voice, cut()]).findings();
        let [Finding { pause: None, verdict: Unknown, .. }] = findings[..] else {
            panic!("{reason}: {findings:?}")
        };
    }
}

#[test]
fn a_pause_is_placed_by_its_place_in_the_file_only_where_no_other_came_before() {
    let by_file = |mut noted: Value| {
        for pause in noted["annotations"].as_array_mut().unwrap() {
            pause.as_object_mut().unwrap().remove("realtimeLocation");
        }
        noted
    };
    let with_hold = |from: i64| {
        let mut voice = by_file(p());
        let hold = json!({"type": "hold", "reason": "Hold", "location": from, "durationMs": 10_000});
        voice["annotations"].as_array_mut().unwrap().push(hold);
        voice
    };
    #[rustfmt::skip] // A row a line.
    check(vec![
        (vec![by_file(p()), whole(60_000)], &[CutOut], "the only one"),
        (vec![with_hold(200_000), whole(60_000)], &[CutOut], "the first one"),
        (vec![with_hold(50_000), whole(60_000)], &[Unknown], "a hold before it may be missing in the file"),
        (vec![by_file(voice(&[P, (300_000, 330_000)])), whole(90_000)], &[Unknown, Unknown], "only the first of two can be placed"),
    ]);
    let first = Scene::with(&[by_file(p()), whole(60_000)]).findings();
    assert_eq!(first[0].pause, Some(span(P)));
}

#[test]
fn hold_flow_and_queue_suppression_and_bookmarks_are_no_secure_pauses() {
    let rows =
        [("pause", "Hold"), ("pause", "FlowOrQueue"), ("pause", "Pause"), ("hold", ""), ("bookmark", "")];
    for (kind, reason) in rows {
        let mut noted =
            json!({"type": kind, "location": 1_000, "realtimeLocation": 1_000, "durationMs": 60_000});
        if !reason.is_empty() {
            noted["reason"] = json!(reason);
        }
        let recordings = [but(voice(&[]), "annotations", json!([noted])), whole(0)];
        let scene = Scene { source: Source::CustomerEnd, ..Scene::with(&recordings) };
        assert_eq!(scene.verdicts(), [NoSecurePause], "{kind} {reason}");
    }
}

#[test]
fn a_mark_on_a_screen_recording_changes_nothing() {
    let copied = but(whole(0), "annotations", p()["annotations"].clone());
    let alone = Scene { source: Source::CustomerEnd, ..Scene::with(&[voice(&[]), copied.clone()]) };
    assert_eq!(Scene::with(&[p(), copied]).verdicts(), [Exposed]);
    assert_eq!(alone.verdicts(), [NoSecurePause], "the voice alone knows");
}

#[test]
fn a_call_without_a_screen_recording_is_waited_for_and_told_apart_from_a_missing_right() {
    let told = |mut scene: Scene| {
        scene.call["participants"][0]["screenRecordingState"] = json!("stopped");
        scene
    };
    let alone = || Scene::with(&[p()]);
    #[rustfmt::skip] // A row a line.
    let rows = [
        (alone(), Unknown, "a screen recording may still come"),
        (Scene { later: DAY - 1, look: Look::Third, ..alone() }, Unknown, "not over for a day"),
        (Scene { later: DAY, look: Look::Third, ..alone() }, NoScreenRecording, "over for a day"),
        (told(Scene { later: DAY, look: Look::Last, ..alone() }), Unknown, "a right may be missing"),
    ];
    for (scene, wanted, reason) in rows {
        assert_eq!(scene.verdicts(), [wanted], "{reason}");
    }
}

#[test]
fn a_screen_that_ran_and_is_not_listed_leaves_the_others_in_doubt() {
    let states = |states: &[(&str, &str)], recordings: &[Value]| {
        let leg = |(user, state): &(&str, &str)| json!({"purpose": "agent", "userId": user, "screenRecordingState": state});
        let mut scene = Scene::with(recordings);
        scene.call["participants"] = states.iter().map(leg).collect();
        scene
    };
    let cut = || whole(60_000);
    let two = [("a", "stopped"), ("b", "active")];
    #[rustfmt::skip] // A row a line.
    let rows = [
        (states(&two, &[p(), cut()]), Unknown, "another agent's is not there"),
        (states(&two, &[p(), screen(200_000, CALL, 0)]), Unknown, "nor is that of the time"),
        (states(&two, &[p(), whole(0)]), Exposed, "nothing makes that better"),
        (states(&two, &[p(), cut(), cut()]), CutOut, "both are there"),
        (states(&[("a", "stopped"), ("a", "stopped")], &[p(), cut()]), CutOut, "one agent, twice on the call"),
        (states(&[("a", "stopped"), ("b", "error"), ("c", "timeout"), ("d", "requested")], &[p(), cut()]), CutOut, "the others' never ran"),
        (states(&two, &[voice(&[])]), Unconfirmed, "without a secure pause the screen does not matter"),
    ];
    for (scene, wanted, reason) in rows {
        assert_eq!(scene.verdicts(), [wanted], "{reason}");
    }
}

#[test]
fn a_conversation_without_a_secure_pause_has_one_finding() {
    let told = |mut scene: Scene| {
        scene.call["participants"][0]["screenRecordingState"] = json!("active");
        scene
    };
    let of_call = |recordings: &[Value]| Scene { source: Source::CustomerEnd, ..Scene::with(recordings) };
    let later = |scene: Scene| Scene { look: Look::Second, ..scene };
    let edited = |mut scene: Scene, place: &str, value: Value| {
        *scene.call.pointer_mut(place).unwrap() = value;
        scene
    };
    let in_wrap_up = |mut scene: Scene| {
        scene.call["participants"][0]["startAcwTime"] = text(CALL);
        scene
    };
    let chat = json!({"media": "chat", "fileState": "UPLOADING"});
    #[rustfmt::skip] // A row a line.
    let rows = [
        (of_call(&[voice(&[]), whole(0)]), NoSecurePause, "nobody pressed the button"),
        (of_call(&[voice(&[])]), NoSecurePause, "the screen does not matter"),
        (of_call(&[voice(&[]), but(whole(0), "fileState", json!("ERROR"))]), NoSecurePause, "the screen does not matter"),
        (of_call(&[voice(&[]), chat]), NoSecurePause, "nor does a chat"),
        (Scene::with(&[voice(&[]), whole(0)]), Unconfirmed, "an event knew of one"),
        (of_call(&[voice(&[]), but(whole(0), "fileState", json!("UPLOADING"))]), Unknown, "not finished"),
        (of_call(&[voice(&[]), but(voice(&[]), "fileState", json!("ARCHIVED"))]), Unknown, "one of two voices is put away"),
        (of_call(&[but(voice(&[]), "startTime", Value::Null)]), Unknown, "a voice without a beginning"),
        (of_call(&[but(voice(&[]), "endTime", Value::Null)]), Unknown, "one without an end"),
        (of_call(&[but(voice(&[]), "outputDurationMs", json!(0))]), NoSecurePause, "its length decides nothing"),
        (of_call(&[but(voice(&[]), "outputDurationMs", Value::Null)]), NoSecurePause, "its length decides nothing"),
        (later(of_call(&[whole(0)])), Unknown, "no voice, and so no notes"),
        (later(Scene::with(&[whole(0)])), Unknown, "no voice, and so no notes"),
        (of_call(&[]), Unknown, "not at the first look"),
        (later(of_call(&[])), NoRecording, "nothing"),
        (later(Scene::with(&[])), NoRecording, "nothing"),
        (told(later(of_call(&[]))), Unknown, "a right may be missing"),
        (edited(of_call(&[voice(&[]), whole(0)]), "/endTime", Value::Null), Unknown, "it goes on"),
        (edited(of_call(&[voice(&[]), whole(0)]), "/startTime", json!("noon")), Unknown, "it began nobody knows when"),
        (in_wrap_up(of_call(&[voice(&[]), whole(0)])), Unknown, "the agent writes it up"),
    ];
    for (scene, wanted, reason) in rows {
        let findings = scene.findings();
        let [Finding { pause: None, verdict, .. }] = findings[..] else { panic!("{reason}: {findings:?}") };
        assert_eq!(verdict, wanted, "{reason}");
    }
}

#[test]
fn a_screen_recording_may_run_on_to_the_end_of_the_last_wrap_up() {
    let recordings = [p(), screen(0, CALL + 90_000, 60_000)];
    let mut scene = Scene::with(&recordings);
    assert_eq!(scene.verdicts(), [Unknown]);
    scene.call["participants"][0]["startAcwTime"] = text(CALL);
    scene.call["participants"][0]["endAcwTime"] = text(CALL + 90_000);
    assert_eq!(scene.verdicts(), [CutOut]);
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let good = || Scene::with(&[p(), whole(60_000)]);
    for scene in [
        Scene { call: Value::Null, ..good() },
        Scene { recordings: Value::Null, ..good() },
        Scene { recordings: json!({"entities": []}), ..good() },
    ] {
        assert_eq!(scene.verdicts(), [Unknown]);
    }
}
