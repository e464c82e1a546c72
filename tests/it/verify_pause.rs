//! A pause is read back: acknowledged is not done.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use world::{Fault, On, ScreenState};

use crate::live::{id, secure_pause};
use crate::stage::*;

#[tokio::test]
async fn a_screen_that_is_recorded_on_is_paused_until_the_deadline_and_then_a_failure() {
    let stage = Stage::in_secure_pause().await;
    stage.world.genesys.organization(|organization| organization.pause_takes_effect = false);

    let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(4)).await;

    assert_eq!(outcome(&answer), "NotPaused");
    assert!(answer.took > Duration::from_secs(2), "until the deadline: {:?}", answer.took);
    assert!(stage.sent("pause", LEG_A) >= 4, "at every reading: {:#?}", stage.new_requests());
    let line = stage.line(&answer);
    assert_eq!((&line["paused"], &line["verified"]), (&json!(false), &json!(false)));
    assert_eq!(target(&line, LEG_A)["state"], "failed");
    assert_eq!(target(&line, LEG_A)["error"], "NotPaused");
    assert!(line["exposureMs"].as_u64().unwrap() >= 2000, "until it was given up: {line}");
    stage.end().await;
}

#[tokio::test]
async fn a_pause_without_effect_is_sent_again_and_the_exposure_lasts_until_the_one_that_held() {
    let stage = Stage::in_secure_pause().await;
    stage.world.genesys.inject(On::Pause, Fault::AckWithoutEffect, 2);

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!(answer["outcome"], "paused");
    assert_eq!(answer["verified"], true);
    assert_eq!(target(&answer, LEG_A)["attempts"], 3);
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    let exposure = answer["exposureMs"].as_u64().unwrap();
    assert!(exposure >= 150 + 300, "two readings: {exposure} ms");
    stage.end().await;
}

#[tokio::test]
async fn what_the_screen_tells_is_what_became_of_the_pause() {
    let cases = [
        (Some("paused"), "verified", true, 0, "as asked for"),
        (Some("requested"), "unverifiable", false, 3, "the recording has not begun; read for three seconds"),
        (Some("brightening"), "unverifiable", false, 3, "a state nobody announced"),
        (None, "unverifiable", false, 3, "real bodies often do not tell"),
        (Some("stopped"), "terminated", false, 3, "cut in two instead of paused"),
        (Some("error"), "terminated", false, 3, "it failed, and nothing is recorded"),
        (Some("timeout"), "terminated", false, 3, "it never came to run"),
    ];
    let read_back = cases.map(|(state, wanted, verified, seconds, reason)| async move {
        let stage = Stage::new().await;
        let untold = leg(AGENT_A, LEG_A, "connected");
        let after =
            conversation(true, &[state.map_or(untold.clone(), |state| screen(untold.clone(), state))]);
        // It was running before.
        stage.serve_in_turn(vec![conversation(true, &[screen(untold, "active")]), after]);

        let answer = stage.invoke(&fresh(STARTED)).await;

        assert!(answer.took >= Duration::from_secs(seconds), "{reason}: {:?}", answer.took);
        let told = answer.result.unwrap();
        assert_eq!(told["outcome"], "paused", "{reason}");
        assert_eq!(target(&told, LEG_A)["state"], wanted, "{reason}");
        assert_eq!((&told["paused"], &told["verified"]), (&json!(true), &json!(verified)), "{reason}");
        assert_eq!(stage.sent("pause", LEG_A), 1, "{reason}");
        stage.end().await;
    });
    join_all(read_back).await;
}

#[tokio::test]
async fn a_secure_pause_that_ends_while_its_pause_is_read_back_takes_its_ground_away() {
    let stage = Stage::in_secure_pause().await;
    stage.world.genesys.organization(|organization| organization.pause_takes_effect = false);
    stage.after("pause", Duration::ZERO, |genesys| secure_pause(genesys, false));

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!(answer["outcome"], "superseded");
    assert_eq!(stage.sent("pause", LEG_A), 1, "a screen that is recorded by now is as it should");
    assert_eq!(answer["paused"], false, "and is not said to be dark: {answer}");
    stage.end().await;
}

#[tokio::test]
async fn a_reading_of_off_before_any_of_on_is_believed_after_three_seconds() {
    let stage = Stage::new().await;
    stage.serve(conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "active")]));

    let answer = stage.invoke(&fresh(STARTED)).await;

    assert!(answer.took >= Duration::from_secs(3), "the readings may trail: {:?}", answer.took);
    assert_eq!(outcome(&answer), "superseded");
    assert!(stage.sent("pause", LEG_A) > 2, "until then, in doubt, paused: {:#?}", stage.new_requests());
    stage.end().await;
}

#[tokio::test]
async fn all_targets_are_paused_before_anything_is_read_back_and_read_back_at_once() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.secure_pause(true);

    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");

    let mut requests = stage.new_requests();
    requests[1..3].sort();
    let wanted = [get(200), put(LEG_A, "pause", 202), put(LEG_B, "pause", 202), get(200)];
    assert_eq!(requests, wanted, "one reading for both");
    stage.end().await;
}

#[tokio::test]
async fn a_target_that_answers_slowly_does_not_delay_what_another_needs() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.secure_pause(true);
    let genesys = &stage.world.genesys;
    genesys.inject(On::Participant(id(LEG_A)), Fault::AckWithoutEffect, 1);
    genesys.inject(On::Participant(id(LEG_B)), Fault::Delay(Duration::from_millis(1800)), 1);

    let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();

    assert_eq!((&answer["outcome"], &answer["verified"]), (&json!("paused"), &json!(true)));
    let requests = stage.world.requests();
    let pauses: Vec<_> = requests.iter().filter(|request| request.path.contains(LEG_A)).collect();
    let between = pauses[1].at.duration_since(pauses[0].at).unwrap();
    assert!(between < Duration::from_millis(1500), "paused again while the other hangs: {between:?}");
    stage.end().await;
}

#[tokio::test]
async fn a_target_that_cannot_be_paused_neither_stops_nor_hides_another() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.secure_pause(true);
    stage.world.genesys.inject(On::Participant(id(LEG_A)), Fault::AckWithoutEffect, usize::MAX);

    let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(3)).await;

    assert_eq!(outcome(&answer), "NotPaused");
    let line = stage.line(&answer);
    assert_eq!(line["paused"], false);
    assert_eq!(target(&line, LEG_A)["error"], "NotPaused");
    assert_eq!(target(&line, LEG_B)["state"], "verified");
    assert_eq!(stage.sent("pause", LEG_B), 1);
    stage.end().await;
}
