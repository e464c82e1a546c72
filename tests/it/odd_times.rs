//! Deadlines, ages and clocks that nobody would choose; several of everything at once.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;
use world::{Fault, On, ScreenState, sqs_batch};

use crate::live::{id, next_secure_pause, secure_pause};
use crate::stage::*;

const NAMES: [&str; 6] = [
    STARTED,
    ENDED,
    "direct/pause.json",
    "direct/pause_with_participant.json",
    "direct/resume.json",
    "direct/resume_with_user.json",
];

/// A message of the watch queue, as old as this.
fn message(body: &Value, age: Duration) -> Value {
    sent_ago(sqs_batch(&[("1", body.to_string())]), age)
}

#[tokio::test]
async fn at_a_deadline_that_has_passed_nothing_is_sent_and_it_is_said() {
    let stage = Stage::in_secure_pause().await;
    for name in NAMES {
        for millis in [0, 1, 300, 499] {
            let answer = stage.invoke_within(&given(name), Duration::from_millis(millis)).await;
            assert_eq!(outcome(&answer), "DeadlineExceeded", "{name}, {millis} ms");
        }
    }
    let checked = stage.check_within(&file("watch/several.json"), Duration::ZERO).await;
    let failed = checked.lines.iter().filter(|line| line["errorType"] == "DeadlineExceeded").count();
    assert_eq!(failed, 2, "{:#?}", checked.lines);
    assert_eq!(stage.new_requests(), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn under_a_deadline_of_three_seconds_a_pause_is_made_and_no_resume() {
    let three = Duration::from_secs(3);
    for lag in [0, 800].map(Duration::from_millis) {
        let stage = Stage::in_organization(|it| it.read_lag = lag, &[]).await;
        stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
        stage.secure_pause(true);
        stage.world.genesys.settle();
        assert_eq!(outcome(&stage.invoke_within(&fresh(STARTED), three).await), "paused", "{lag:?}");
        let answer = stage.invoke_within(&file("direct/pause.json"), three).await;
        assert_eq!(answer.result.unwrap()["paused"], true, "{lag:?}");
        stage.secure_pause(false);
        stage.world.genesys.settle();
        assert_eq!(outcome(&stage.invoke_within(&fresh(ENDED), three).await), "doubtful", "{lag:?}");
        assert_eq!(
            outcome(&stage.invoke_within(&file("direct/resume.json"), three).await),
            "deferred",
            "{lag:?}"
        );
        assert_eq!((stage.sent("resume", LEG_A), stage.sent("resume", LEG_B)), (0, 0), "{lag:?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn an_event_of_any_age_never_resumes_into_a_secure_pause_nor_leaves_it_recorded() {
    let ages = [-290i64, -1, 0, 29, 31, 599, 601, 86_400, 31_536_000];
    let played = ages.map(|age| async move {
        let stage = Stage::in_secure_pause().await;
        let of_age = |name: &str| {
            let mut event = fresh(name);
            let at = event["detail"]["eventBody"]["eventTime"].as_i64().unwrap();
            event["detail"]["eventBody"]["eventTime"] = (at - age * 1000).into();
            event
        };
        assert_eq!(outcome(&stage.invoke(&of_age(ENDED)).await), "still_on", "{age} s");
        assert_eq!((stage.sent("pause", LEG_A), stage.sent("resume", LEG_A)), (0, 0), "{age} s");
        assert_eq!(outcome(&stage.invoke(&of_age(STARTED)).await), "paused", "{age} s: it is on");
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{age} s");
        stage.secure_pause(false);
        assert_eq!(outcome(&stage.invoke(&of_age(ENDED)).await), "resumed", "{age} s: it is off");
        if age > 30 {
            assert_eq!(outcome(&stage.invoke(&of_age(STARTED)).await), "stale", "{age} s");
        }
        stage.end().await;
    });
    join_all(played).await;
}

#[tokio::test]
async fn a_message_of_any_age_does_what_its_conversation_calls_for() {
    let order = json!({"watch": {"conversationId": CONVERSATION, "userId": AGENT_A}});
    let of_pause = json!({"watch": {"conversationId": CONVERSATION, "of": "pause"}});
    let odd = json!({"watch": {"conversationId": CONVERSATION, "of": {"a": 1}, "userId": 7}});
    let cases = [
        (&order, 0, "watching"),
        (&order, 599, "watching"),
        (&order, 700, "recovered"),
        (&order, 100_000_000, "recovered"),
        (&of_pause, 0, "recovered"),
        (&of_pause, 20_000, "recovered"),
        (&odd, 16, "recovered"),
    ];
    let checked = cases.map(|(body, seconds, wanted)| async move {
        let stage = Stage::in_the_dark().await;
        let checked = stage.check(&message(body, Duration::from_secs(seconds))).await;
        assert_eq!(checked.only_outcome(), wanted, "{body}, {seconds} s");
        stage.end().await;
    });
    join_all(checked).await;
}

#[tokio::test]
async fn the_messages_of_one_batch_may_be_about_one_conversation() {
    let stage = Stage::in_secure_pause().await;
    let (started, ended) = (fresh(STARTED).to_string(), fresh(ENDED).to_string());
    let order = json!({"watch": {"conversationId": CONVERSATION}}).to_string();
    let batch = || {
        sqs_batch(&[("1", &started), ("2", &ended), ("3", &order), ("4", &started), ("5", &"{}".to_owned())])
    };
    let checked = stage.check(&batch()).await;
    assert_eq!(checked.undone, ["1", "2", "3", "4", "5"]);
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    assert_eq!(stage.sent("resume", LEG_A), 0);

    stage.secure_pause(false);
    stage.when_sent("resume", next_secure_pause);
    let checked = stage.check(&batch()).await;
    assert!(checked.undone.len() >= 2, "{checked:?}");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "dark again: {checked:?}");
    stage.function.stop().await;
}

#[tokio::test]
async fn whoever_races_the_screen_is_dark_once_all_have_ended() {
    // A secure pause that ends, and the next one, while everything that reports them is on its way at once.
    let first = Stage::in_secure_pause().await;
    first.set_screen(LEG_A, ScreenState::Paused);
    first.world.genesys.settle();
    first.world.genesys.organization(|it| it.read_lag = Duration::from_millis(700));
    let second = Stage::raised(first.world.clone(), &[]).await;
    let third = Stage::raised(first.world.clone(), &[]).await;
    first.world.genesys.inject(On::Resume, Fault::AckThenReset, 1);
    first.world.genesys.inject(On::Resume, Fault::Delay(Duration::from_millis(900)), 1);
    first.secure_pause(false);
    let (ended, order) = (fresh(ENDED), file("watch/started.json"));
    let genesys = first.world.genesys.clone();
    let next = async {
        sleep(Duration::from_millis(1200)).await;
        secure_pause(&genesys, true);
        let started = fresh(STARTED);
        first.invoke(&started).await
    };
    let late = async {
        sleep(Duration::from_millis(900)).await;
        second.invoke(&ended).await
    };
    let (started, ended, checked) = tokio::join!(next, late, third.check(&order));
    assert_eq!(outcome(&started), "paused");
    let last = first.screen(LEG_A);
    assert_eq!(last, Some(ScreenState::Paused), "{} and {checked:?}", outcome(&ended));
    for stage in [first, second, third] {
        assert_eq!(stage.world.complaints(), Vec::<String>::new());
        stage.function.stop().await;
    }
}

#[tokio::test]
async fn two_requests_of_one_leg_are_never_under_way_at_once() {
    let cases = [
        (On::Pause, Fault::Delay(Duration::from_millis(1900))),
        (On::Pause, Fault::AckWithoutEffect),
        (On::Pause, Fault::Status(503)),
        (On::Pause, Fault::Status(409)),
        (On::Pause, Fault::Reset),
        (On::Resume, Fault::Delay(Duration::from_secs(3))),
        (On::Resume, Fault::Status(503)),
    ];
    let played = cases.map(|(on, fault)| async move {
        let stage = Stage::new().await;
        let what = format!("{on:?}, {fault:?}");
        let event = if on == On::Pause {
            stage.call(&[(AGENT_A, LEG_A)]);
            stage.secure_pause(true);
            fresh(STARTED)
        } else {
            stage.left_dark();
            fresh(ENDED)
        };
        stage.world.genesys.inject(on, fault, 6);
        stage.invoke_within(&event, Duration::from_secs(12)).await;
        let requests = stage.world.requests();
        let sent: Vec<_> = requests.iter().filter(|request| request.method == "PUT").collect();
        assert!(!sent.is_empty(), "{what}");
        for pair in sent.windows(2) {
            // One that was given up has no end of its own: it is followed 2 s later at the soonest.
            let ended = pair[0].ended.unwrap_or(pair[0].arrived + Duration::from_millis(1900));
            assert!(pair[1].arrived >= ended, "{what}: {requests:#?}");
        }
        stage.end().await;
    });
    join_all(played).await;
}

#[tokio::test]
async fn what_the_conversation_read_and_whose_clock_is_off_is_in_the_record() {
    let stage = Stage::new().await;
    stage.serve(conversation(
        true,
        &[dark(AGENT_A, LEG_A), screen(leg(AGENT_B, LEG_B, "connected"), "active")],
    ));
    let answer = stage.invoke(&fresh(STARTED)).await;
    let line = stage.line(&answer);
    assert_eq!((&line["securePause"], &line["voice"]), (&json!("on"), &json!("paused")));
    assert_eq!(line["othersRecording"], json!([LEG_B]), "verified, and another screen was recording");
    assert!(line["clockSkewMs"].as_i64().unwrap().abs() < 1_500, "{line}");

    stage.serve(conversation(
        false,
        &[dark(AGENT_A, LEG_A), screen(leg(AGENT_B, LEG_B, "connected"), "active")],
    ));
    let line = stage.line(&stage.invoke(&fresh(ENDED)).await);
    assert_eq!((&line["securePause"], &line["voice"]), (&json!("off"), &json!("active")), "{line}");
    assert_eq!(line["othersRecording"], json!([LEG_B]));

    let mut silent = conversation(false, &[leg(AGENT_A, LEG_A, "connected")]);
    silent["recordingState"] = "NONE".into();
    stage.serve(silent);
    let line = stage.line(&stage.invoke(&aged(ENDED, Duration::from_mins(1))).await);
    assert_eq!((&line["outcome"], &line["securePause"]), (&json!("doubtful"), &json!("unknown")));
    assert_eq!(line["othersRecording"], json!([]));

    let line = stage.line(&stage.invoke(&file("malformed/no_event.json")).await);
    for field in ["securePause", "voice"] {
        assert_eq!(line[field], Value::Null, "nothing was read");
    }
    stage.end().await;

    for minutes in [-7i64, 4] {
        let stage =
            Stage::in_organization(|it| it.clock_ahead = minutes * 60, &[]).await.begins_secure_pause();
        let answer = stage.invoke(&fresh(STARTED)).await;
        assert_eq!(outcome(&answer), "paused");
        let skew = stage.line(&answer)["clockSkewMs"].as_i64().unwrap();
        assert!((skew - minutes * 60_000).abs() < 3_000, "{minutes} min: {skew} ms");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_fourth_401_in_a_row_is_final_and_three_are_ridden_out() {
    for on in [On::Conversation, On::Pause] {
        for (times, wanted) in [(3, "paused"), (usize::MAX, "CredentialsRejected")] {
            let stage = Stage::in_secure_pause().await;
            stage.world.genesys.inject(on, Fault::Status(401), times);
            let mut event = fresh(STARTED);
            event["detail"]["eventBody"]["participantId"] = Value::Null;
            assert_eq!(outcome(&stage.invoke(&event).await), wanted, "{on:?}, {times}");
            let refused = stage.world.requests().into_iter().filter(|it| it.status == Some(401)).count();
            assert_eq!(refused, times.min(4), "{on:?}");
            stage.end().await;
        }
    }
    // Readings between the resumes do not make them another row.
    let stage = Stage::in_the_dark().await;
    stage.world.genesys.inject(On::Resume, Fault::Status(401), usize::MAX);
    let answer = stage.invoke(&fresh(ENDED)).await;
    assert_eq!(outcome(&answer), "CredentialsRejected");
    assert_eq!(stage.sent("resume", LEG_A), 4);
    assert_eq!(stage.world.genesys.screen(id(CONVERSATION), id(LEG_A)), Some(ScreenState::Paused));
    stage.end().await;
}
