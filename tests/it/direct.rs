//! The direct door: a secure call flow orders a pause, and asks for the card only if the answer allows it.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use world::{Fault, On, Organization, ScreenState};

use crate::live::{id, secure_pause};
use crate::stage::*;

const PAUSE: &str = "direct/pause.json";

type Change = fn(&mut Organization);

/// A call of two agents, in secure pause or not.
async fn stage(in_secure_pause: bool, change: impl FnOnce(&mut Organization)) -> Stage {
    let stage = Stage::in_organization(change, &[]).await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    if in_secure_pause {
        stage.secure_pause(true);
    }
    stage
}

#[tokio::test]
async fn a_pause_is_carried_out_whatever_the_readings_tell_of_a_secure_pause() {
    let both = vec![LEG_A, LEG_B];
    let cases = [
        (PAUSE, true, both.clone(), "all-agents", "without a user: everyone live"),
        (PAUSE, false, both, "all-agents", "the flow knows better than the voice"),
        ("direct/pause_with_user.json", true, vec![LEG_A], "user", "the user named"),
        ("direct/pause_with_participant.json", false, vec![LEG_A], "participant", "the leg named"),
        ("direct/pause_with_user_and_participant.json", false, vec![LEG_A], "user", "the user wins"),
    ];
    let carried_out = cases.map(|(name, on, legs, resolution, reason)| async move {
        let stage = stage(on, |_| {}).await;

        let answer = stage.invoke(&file(name)).await.result.unwrap();

        assert_eq!((&answer["outcome"], &answer["door"]), (&json!("paused"), &json!("direct")), "{reason}");
        assert_eq!((&answer["paused"], &answer["verified"]), (&json!(true), &json!(true)), "{reason}");
        assert_eq!(answer["resolution"], resolution, "{reason}");
        assert_eq!(targets(&answer).len(), legs.len(), "{reason}");
        for leg in [LEG_A, LEG_B] {
            let wanted = if legs.contains(&leg) { ScreenState::Paused } else { ScreenState::Active };
            assert_eq!(stage.screen(leg), Some(wanted), "{reason}");
        }
        stage.end().await;
    });
    join_all(carried_out).await;
}

#[tokio::test]
async fn an_unusable_optional_id_is_dropped_and_counted_and_costs_no_pause() {
    let stage = stage(true, |_| {}).await;
    let mut order = file(PAUSE);
    order["userId"] = json!("Robin");
    order["participantId"] = Value::Null;
    let answer = stage.invoke(&order).await;
    assert_eq!(stage.line(&answer)["droppedFields"], 2);
    assert_eq!(targets(&answer.result.unwrap()).len(), 2);
    stage.end().await;
}

#[tokio::test]
async fn a_pause_is_verified_by_a_reading_a_second_after_its_acknowledgement_and_no_sooner() {
    let stage = stage(true, |_| {}).await;
    assert_eq!(outcome(&stage.invoke(&file("direct/pause_with_user.json")).await), "paused");
    let requests = stage.world.requests();
    let paused = requests.iter().find(|request| request.method == "PUT").unwrap();
    let last = requests.iter().rfind(|request| request.method == "GET").unwrap();
    let between = last.at.duration_since(paused.at).unwrap();
    assert!(between >= Duration::from_millis(990), "{between:?}");
    stage.end().await;
}

#[tokio::test]
async fn a_pause_that_somebody_else_undoes_is_seen_and_repeated() {
    let stage = stage(true, |_| {}).await;
    stage.after("pause", Duration::from_millis(300), |genesys| {
        genesys.set_screen(id(CONVERSATION), id(LEG_A), Some(ScreenState::Active));
    });

    let answer = stage.invoke(&file("direct/pause_with_user.json")).await.result.unwrap();

    assert_eq!((&answer["paused"], &answer["verified"]), (&json!(true), &json!(true)));
    assert!(answer["targets"][0]["attempts"].as_u64().unwrap() >= 2, "{answer}");
    assert!(answer["exposureMs"].as_u64().unwrap() >= 300, "until the one that held: {answer}");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    stage.end().await;
}

#[tokio::test]
async fn an_order_stands_though_the_voice_is_recorded_again() {
    let stage = stage(true, |_| {}).await;
    stage.world.genesys.inject(On::Pause, Fault::AckWithoutEffect, 2);
    stage.after("pause", Duration::ZERO, |genesys| secure_pause(genesys, false));

    let answer = stage.invoke(&file(PAUSE)).await.result.unwrap();

    assert_eq!((&answer["outcome"], &answer["paused"]), (&json!("paused"), &json!(true)));
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    stage.end().await;
}

#[tokio::test]
async fn a_caller_waits_no_longer_than_eight_seconds() {
    let stage = stage(true, |organization| organization.pause_takes_effect = false).await;
    let answer = stage.invoke_within(&file(PAUSE), Duration::from_secs(30)).await;
    assert_eq!(outcome(&answer), "NotPaused");
    let seconds = answer.took.as_secs_f64();
    assert!((6.0..9.0).contains(&seconds), "{seconds}");
    stage.end().await;
}

#[tokio::test]
async fn a_resume_undoes_a_pause_unless_the_secure_pause_is_on() {
    let (dark, alight) = (ScreenState::Paused, ScreenState::Active);
    let untold: Change = |organization| organization.tells_secure_pause = false;
    let told: Change = |_| {};
    let cases = [
        (true, told, dark, "deferred", 0, "the ended event, or the watch, will do it"),
        (true, untold, dark, "resumed", 1, "whether it is on cannot be told: an order"),
        (false, told, dark, "resumed", 1, "it is over"),
        (false, told, alight, "nothing_paused", 0, "no screen is paused"),
    ];
    let carried_out = cases.map(|(on, change, screen, wanted, sent, reason)| async move {
        let stage = stage(on, change).await;
        stage.set_screen(LEG_A, screen);

        let answer = stage.invoke(&file("direct/resume.json")).await.result.unwrap();

        assert_eq!((&answer["outcome"], &answer["paused"]), (&json!(wanted), &json!(false)), "{reason}");
        assert_eq!((stage.sent("resume", LEG_A), stage.sent("pause", LEG_A)), (sent, 0), "{reason}");
        stage.end().await;
    });
    join_all(carried_out).await;
}

#[tokio::test]
async fn a_secure_pause_that_begins_after_a_resume_was_ordered_takes_it_back() {
    let stage = stage(false, |_| {}).await;
    stage.set_screen(LEG_A, ScreenState::Paused);
    stage.after("resume", Duration::from_millis(300), |genesys| secure_pause(genesys, true));
    let answer = stage.invoke(&file("direct/resume_with_user.json")).await;
    assert_eq!(outcome(&answer), "resume_withdrawn");
    assert_eq!((stage.sent("resume", LEG_A), stage.sent("pause", LEG_A)), (1, 1));
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    let messages = stage.world.queue.messages();
    assert!(
        messages.len() == 1 && messages[0].contains(r#""of":"pause""#),
        "no order to pause: {messages:?}"
    );
    stage.end().await;
}

#[tokio::test]
async fn an_order_to_resume_is_not_repeated_into_a_secure_pause_that_has_begun_since() {
    let stage = stage(false, |_| {}).await;
    stage.set_screen(LEG_A, ScreenState::Paused);
    stage.after("resume", Duration::from_millis(300), |genesys| {
        secure_pause(genesys, true);
        genesys.set_screen(id(CONVERSATION), id(LEG_A), Some(ScreenState::Paused));
    });
    let answer = stage.invoke(&file("direct/resume_with_user.json")).await;
    assert_eq!(outcome(&answer), "resume_withdrawn");
    assert_eq!(stage.sent("resume", LEG_A), 1);
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    stage.end().await;
}

#[tokio::test]
async fn a_conversation_that_is_over_or_unknown_leaves_nothing_to_resume_and_nobody_to_pause() {
    let stage = Stage::new().await;
    assert_eq!(outcome(&stage.invoke(&file("direct/resume.json")).await), "nothing_paused");
    assert_eq!(stage.new_requests(), [get(404), get(404)], "one witness is not enough");
    assert_eq!(outcome(&stage.invoke(&file(PAUSE)).await), "ConversationUnreadable");
    assert_eq!(stage.new_requests(), vec![get(404); 6], "read for three seconds");

    stage.call(&[(AGENT_A, LEG_A)]);
    stage.world.genesys.hang_up(id(CONVERSATION));
    assert_eq!(outcome(&stage.invoke(&file("direct/resume.json")).await), "nothing_paused");
    assert_eq!(outcome(&stage.invoke(&file(PAUSE)).await), "NoTarget");
    stage.end().await;
}

/// What is arranged on a stage before an order comes.
type Arrangement = fn(&Stage);

#[tokio::test]
async fn whatever_is_no_dark_screen_is_a_failure_or_says_so() {
    let gone: Arrangement = |it| {
        it.after("pause", Duration::ZERO, |genesys| genesys.hang_up(id(CONVERSATION)));
    };
    let unconfirmed: Arrangement = |it| {
        it.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 1);
        it.world.genesys.inject(On::Conversation, Fault::Status(503), usize::MAX);
    };
    let no_later: Arrangement = |it| {
        it.world.genesys.inject(On::Conversation, Fault::Delay(Duration::ZERO), 3);
        it.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    };
    let refused: Arrangement = |it| it.world.genesys.inject(On::Pause, Fault::Status(403), usize::MAX);
    let nobody: Arrangement = |it| {
        it.world.genesys.end_leg(id(CONVERSATION), id(LEG_A));
        it.world.genesys.end_leg(id(CONVERSATION), id(LEG_B));
    };
    let nothing: Arrangement = |_| {};
    #[rustfmt::skip] // A row a line.
    let cases = [
        (&[][..], 30.0, gone, "NoTarget", "acknowledged, and the call ended meanwhile: no dark screen to ask for a card on"),
        (&[], 4.0, unconfirmed, "UpstreamUnavailable", "acknowledged, and never read back"),
        (&[], 30.0, no_later, "Forbidden", "read back, but no reading was late enough"),
        (&[], 1.3, nothing, "DeadlineExceeded", "the time was too short for one that is late enough"),
        (&[], 30.0, refused, "Forbidden", "no permission to pause"),
        (&[], 30.0, nobody, "NoTarget", "nobody's screen could be paused"),
        (&[("MODE", "observe")], 30.0, nothing, "observed", "nothing is sent"),
        (&[("MODE", "off")], 30.0, nothing, "InvalidConfig", "settings that are wrong"),
    ];
    let told = cases.map(|(settings, seconds, arrange, wanted, reason)| async move {
        let stage = Stage::in_organization(|_| {}, settings).await;
        stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
        arrange(&stage);
        let answer = stage.invoke_within(&file(PAUSE), Duration::from_secs_f64(seconds)).await;
        assert_eq!(outcome(&answer), wanted, "{reason}");
        assert!(answer.result.is_err() || answer.result.unwrap()["paused"] == false, "{reason}");
        stage.end().await;
    });
    join_all(told).await;
}
