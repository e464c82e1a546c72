//! A resume is read back until readings trail no more: a new secure pause may have begun meanwhile.

use std::time::Duration;

use serde_json::{Value, json};
use world::{Fault, Genesys, On, ScreenState};

use crate::live::{id, secure_pause};
use crate::stage::*;

const SOON: Duration = Duration::from_millis(500);

/// The state of the only target, and what was asked for last.
fn state(told: &Value) -> (&Value, &Value) {
    let target = only_target(told);
    (&target["state"], &target["action"])
}

#[tokio::test]
async fn a_resume_is_done_when_a_reading_three_seconds_later_shows_nothing_against_it() {
    let stage = Stage::in_the_dark().await;

    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();

    assert_eq!((&answer["outcome"], &answer["verified"]), (&json!("resumed"), &json!(true)));
    assert_eq!(state(&answer), (&json!("verified"), &json!("resume")));
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Active));
    let requests = stage.world.requests();
    let resumed = requests.iter().find(|request| request.method == "PUT").unwrap();
    let last = requests.iter().rfind(|request| request.method == "GET").unwrap();
    let between = last.at.duration_since(resumed.at).unwrap();
    assert!(between >= Duration::from_millis(2990), "the last reading: {between:?} after the resume");
    stage.end().await;
}

#[tokio::test]
async fn a_secure_pause_that_begins_meanwhile_darkens_the_screen_again() {
    let cases = [
        (Duration::ZERO, "readings that do not trail"),
        (Duration::from_millis(1500), "readings that trail"),
    ];
    for (lag, reason) in cases {
        let stage = Stage::in_the_dark().await;
        stage.world.genesys.organization(|organization| organization.read_lag = lag);
        stage.after("resume", SOON, |genesys| secure_pause(genesys, true));

        let answer = stage.invoke(&fresh(ENDED)).await;

        let first = |action: &str| {
            let requests = stage.world.requests();
            requests.iter().find(|it| it.path.ends_with(action)).unwrap_or_else(|| panic!("{reason}")).at
        };
        let recorded = first("/pause").duration_since(first("/resume")).unwrap();
        assert!(recorded < Duration::from_secs(4), "{reason}: the lag and two requests: {recorded:?}");
        let answer = answer.result.unwrap();
        assert_eq!(answer["outcome"], "resume_withdrawn", "{reason}");
        assert_eq!(state(&answer), (&json!("verified"), &json!("pause")), "{reason}");
        assert_eq!(answer["paused"], true, "{reason}");
        assert_eq!(stage.sent("resume", LEG_A), 1, "{reason}");
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{reason}");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_only_the_voice_or_a_flow_tells_counts_at_the_last_reading() {
    type Happening = fn(&Genesys);
    let cases: [(Happening, &str, &str); 4] = [
        (|it| secure_pause(it, true), "resume_withdrawn", "a secure pause, told by the voice alone"),
        (|it| _ = it.ivr(id(CONVERSATION)), "resume_withdrawn", "a secure flow begins"),
        (|it| _ = it.workflow(id(CONVERSATION)), "resume_withdrawn", "a workflow begins"),
        (|it| _ = it.queue(id(CONVERSATION)), "resumed", "a transfer to a queue takes no card"),
    ];
    for (happening, wanted, reason) in cases {
        let stage = Stage::in_organization(|it| it.tells_secure_pause = false, &[]).await;
        stage.left_dark();
        stage.after("resume", SOON, happening);

        let answer = stage.invoke(&fresh(ENDED)).await;

        assert!(answer.took >= Duration::from_secs(3), "{reason}: {:?}", answer.took);
        assert_eq!(outcome(&answer), wanted, "{reason}");
        let screen = if wanted == "resumed" { ScreenState::Active } else { ScreenState::Paused };
        assert_eq!(stage.screen(LEG_A), Some(screen), "{reason}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_voice_that_was_paused_for_a_moment_darkens_no_screen() {
    let stage = Stage::in_organization(|it| it.hold_suppression = true, &[]).await;
    stage.left_dark();
    stage.after("resume", Duration::ZERO, |genesys| {
        genesys.hold(id(CONVERSATION), true);
        let genesys = genesys.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            genesys.hold(id(CONVERSATION), false);
        });
    });
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "resumed");
    assert_eq!(stage.sent("pause", LEG_A), 0);
    stage.end().await;
}

#[tokio::test]
async fn a_screen_that_stays_paused_is_resumed_once_more_and_then_a_failure() {
    let stage = Stage::in_the_dark().await;
    stage.world.genesys.inject(On::Resume, Fault::AckWithoutEffect, usize::MAX);

    let answer = stage.invoke(&fresh(ENDED)).await;

    assert_eq!(outcome(&answer), "NotResumed");
    let line = stage.line(&answer);
    assert_eq!(state(&line), (&json!("failed"), &json!("resume")));
    assert_eq!(line["targets"][0]["error"], "NotResumed");
    assert_eq!(line["exposureMs"], Value::Null, "a dark screen exposes nothing");
    assert_eq!(stage.new_acts(), [get(200), put(LEG_A, "resume", 202), put(LEG_A, "resume", 202)]);
    stage.end().await;
}

#[tokio::test]
async fn a_resume_without_effect_is_made_up_for_by_the_next() {
    let stage = Stage::in_the_dark().await;
    stage.world.genesys.inject(On::Resume, Fault::AckWithoutEffect, 1);

    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();

    assert_eq!((&answer["outcome"], &answer["verified"]), (&json!("resumed"), &json!(true)));
    assert_eq!(answer["targets"][0]["attempts"], 2);
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Active));
    stage.end().await;
}

#[tokio::test]
async fn a_secure_pause_that_begins_between_two_resumes_ends_them() {
    let stage = Stage::in_the_dark().await;
    stage.world.genesys.inject(On::Resume, Fault::AckWithoutEffect, 1);
    let ended = fresh(ENDED);
    let next = async {
        while stage.sent("resume", LEG_A) < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stage.secure_pause(true);
    };

    let (answer, ()) = tokio::join!(stage.invoke(&ended), next);

    assert_eq!(outcome(&answer), "resume_withdrawn");
    assert_eq!((stage.sent("resume", LEG_A), stage.sent("pause", LEG_A)), (2, 1));
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    stage.end().await;
}

#[tokio::test]
async fn what_the_screen_tells_is_what_became_of_the_resume() {
    let cases = [
        (Some(ScreenState::Requested), "verified", "it is asked for again"),
        (Some(ScreenState::Stopped), "terminated", "the recording is over"),
        (Some(ScreenState::Error), "terminated", "it failed"),
        (Some(ScreenState::Timeout), "terminated", "it never came to run"),
        (None, "unverifiable", "not told any more"),
    ];
    let read_back = cases.map(|(screen, wanted, reason)| async move {
        let stage = Stage::in_the_dark().await;
        stage.after("resume", SOON, move |it| it.set_screen(id(CONVERSATION), id(LEG_A), screen));
        let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();
        assert_eq!((&answer["outcome"], state(&answer).0), (&json!("resumed"), &json!(wanted)), "{reason}");
        assert_eq!(stage.sent("resume", LEG_A), 1, "{reason}");
        stage.end().await;
    });
    futures_util::future::join_all(read_back).await;
}

#[tokio::test]
async fn a_resume_that_no_reading_confirms_is_the_failure_of_the_readings() {
    let cases = [
        (Fault::Status(403), "Forbidden", "the permission is gone"),
        (Fault::Status(503), "UpstreamUnavailable", "an outage that lasts"),
    ];
    let stage = Stage::in_the_dark().await;
    for (fault, name, reason) in cases {
        stage.left_dark();
        stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 1);
        stage.world.genesys.inject(On::Conversation, fault, usize::MAX);
        let answer = stage.invoke_within(&fresh(ENDED), Duration::from_secs(7)).await;
        stage.world.genesys.clear_faults();
        assert_eq!(outcome(&answer), name, "{reason}");
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{reason}: paused again, blindly");
        assert_eq!(stage.line(&answer)["targets"][0]["error"], name, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn an_agent_who_leaves_after_the_resume_is_gone_and_the_resume_done() {
    let stage = Stage::in_the_dark().await;
    stage.after("resume", SOON, |genesys| genesys.end_leg(id(CONVERSATION), id(LEG_A)));
    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();
    assert_eq!(state(&answer).0, "gone");
    assert_eq!(answer["outcome"], "nothing_paused", "nobody is left to resume");
    stage.end().await;
}
