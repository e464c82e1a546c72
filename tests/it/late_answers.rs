//! An answer is one witness, a reading another: pauses that are refused, lost, slow, or carried out too late.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use world::{Fault, On, ScreenState};

use crate::live::{id, secure_pause};
use crate::stage::*;

const ORDER: &str = "direct/pause_with_user.json";

/// The state of the only target, and how often it was asked for.
fn end_of(told: &Value) -> (&Value, &Value) {
    let target = only_target(told);
    (&target["state"], &target["attempts"])
}

#[tokio::test]
async fn a_pause_that_is_refused_once_is_sent_again_while_the_screen_is_recorded() {
    let none: &[(&str, &str)] = &[];
    let not_recorded: &[(&str, &str)] = &[("NOT_RECORDED_STATUS", "400,409,423")];
    let cases = [
        (409, none, "a conflict"),
        (404, none, "as if there were no such leg"),
        (405, none, "as if there were no such path"),
        (422, none, "another refusal"),
        (409, not_recorded, "what is read outweighs the setting"),
        (423, not_recorded, "the same of another status"),
    ];
    let paused = cases.map(|(status, settings, reason)| async move {
        for name in [STARTED, ORDER] {
            let stage = Stage::in_organization(|_| {}, settings).await.begins_secure_pause();
            stage.world.genesys.inject(On::Pause, Fault::Status(status), 1);

            let event = given(name);
            let answer = stage.invoke(&event).await.result.unwrap();

            assert_eq!((&answer["outcome"], &answer["paused"]), (&json!("paused"), &json!(true)), "{reason}");
            assert_eq!(end_of(&answer), (&json!("verified"), &json!(2)), "{reason}");
            assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{reason}");
            stage.end().await;
        }
    });
    join_all(paused).await;
}

#[tokio::test]
async fn a_screen_that_is_recorded_is_never_not_recorded_whatever_the_setting_says() {
    for state in [ScreenState::Active, ScreenState::Paused, ScreenState::Requested] {
        let stage =
            Stage::in_organization(|_| {}, &[("NOT_RECORDED_STATUS", "409")]).await.begins_secure_pause();
        stage.set_screen(LEG_A, state);
        stage.world.genesys.inject(On::Pause, Fault::Status(409), usize::MAX);
        let answer = stage.invoke(&fresh(STARTED)).await;
        let line = stage.line(&answer);
        if state == ScreenState::Paused {
            assert_eq!((&line["outcome"], &line["paused"]), (&json!("paused"), &json!(true)), "{state:?}");
        } else {
            assert_eq!(
                (&line["errorType"], &line["paused"]),
                (&json!("Rejected"), &json!(false)),
                "{state:?}"
            );
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn a_pause_that_works_at_once_and_is_answered_late_or_never_is_verified_by_readings() {
    let cases = [
        (Fault::AckThenHang, 1, "never answered"),
        (Fault::AckThenReset, 6, "the connection broke: sent again at every reading"),
        (Fault::Delay(Duration::from_millis(1500)), 1, "a slow answer"),
        (Fault::Delay(Duration::from_millis(3500)), 2, "a very slow answer"),
    ];
    let paused = cases.map(|(fault, most, reason)| async move {
        for name in [STARTED, ORDER] {
            let stage = Stage::in_secure_pause().await;
            stage.world.genesys.inject(On::Pause, fault.clone(), usize::MAX);
            let event = given(name);

            let answer = stage.invoke(&event).await;

            assert!(answer.took < Duration::from_secs(8), "{reason}, {name}: {:?}", answer.took);
            let answer = answer.result.unwrap();
            assert_eq!((&answer["outcome"], &answer["paused"]), (&json!("paused"), &json!(true)), "{reason}");
            assert_eq!(answer["verified"], true, "{reason}, {name}");
            assert!(stage.sent("pause", LEG_A) <= most, "{reason}, {name}: {answer}");
            stage.end().await;
        }
    });
    join_all(paused).await;
}

#[tokio::test]
async fn a_pause_that_nobody_knows_the_end_of_is_followed_by_the_watch() {
    // It is sent, its secure pause ends, and whether it is still carried out nobody knows.
    let cases = [(Fault::Hang, "never answered"), (Fault::Status(504), "a gateway gave up on it")];
    let followed = cases.map(|(fault, reason)| async move {
        let stage = Stage::in_secure_pause().await;
        stage.world.genesys.inject(On::Pause, fault, usize::MAX);
        stage.when_sent("pause", |genesys| secure_pause(genesys, false));
        let answer = stage.invoke(&fresh(STARTED)).await;
        assert_eq!(outcome(&answer), "superseded", "{reason}");
        // A second one follows if the pause was repeated before the reading arrived.
        let messages = stage.world.queue.messages();
        assert!(matches!(messages.len(), 1..=2), "{reason}: {messages:?}");
        assert!(messages.iter().all(|it| it.contains(r#""of":"pause""#)), "{reason}: {messages:?}");
        stage.end().await;
    });
    join_all(followed).await;
}

#[tokio::test]
async fn a_pause_that_goes_out_after_its_message_is_followed_by_another() {
    let stage = Stage::new().await;
    stage.serve(json!({"participants": [leg(AGENT_A, LEG_A, "connected")]}));
    stage.world.genesys.inject(On::Pause, Fault::Hang, usize::MAX);
    let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(15)).await;
    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    assert_eq!(stage.world.queue.messages().len(), 2, "{:?}", stage.world.queue.messages());
    stage.end().await;
}

#[tokio::test]
async fn an_unread_pause_that_a_reading_overtakes_is_followed_by_the_watch() {
    let off = conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "active")]);
    for (age, wanted) in [(0, "superseded"), (40, "stale")] {
        let stage = Stage::new().await;
        stage.serve(off.clone());
        stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);
        stage.world.genesys.inject(On::Pause, Fault::Hang, usize::MAX);
        let answer = stage.invoke(&aged(STARTED, Duration::from_secs(age))).await;
        assert_eq!(outcome(&answer), wanted);
        assert!(stage.sent("pause", LEG_A) >= 1, "unread");
        assert_eq!(stage.world.queue.messages().len(), 1, "{age} s");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_recorder_that_begins_a_second_file_is_paused_again() {
    let second = |after: u64| async move {
        for name in [STARTED, ORDER] {
            let stage = Stage::in_secure_pause().await;
            let show = |state| {
                move |genesys: &world::Genesys| genesys.set_screen(id(CONVERSATION), id(LEG_A), Some(state))
            };
            stage.upon("pause", Duration::ZERO, move |genesys| {
                show(ScreenState::Stopped)(genesys);
                let genesys = genesys.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(after)).await;
                    show(ScreenState::Active)(&genesys);
                });
            });
            let event = given(name);
            let answer = stage.invoke(&event).await.result.unwrap();
            assert_eq!((&answer["paused"], &answer["verified"]), (&json!(true), &json!(true)), "{after} ms");
            assert_eq!(end_of(&answer), (&json!("verified"), &json!(2)), "{after} ms");
            assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{after} ms");
            stage.end().await;
        }
    };
    join_all([500, 1500, 2500].map(second)).await;
}

#[tokio::test]
async fn a_screen_that_had_ended_before_the_pause_was_not_recorded() {
    #[rustfmt::skip] // A row a line.
    let cases = [
        (STARTED, "stopped", 0, true, "paused", "acknowledged all the same"),
        (STARTED, "error", 0, true, "paused", "acknowledged all the same"),
        (STARTED, "timeout", 0, true, "paused", "acknowledged all the same"),
        (STARTED, "stopped", 409, true, "paused", "refused with a status of the setting"),
        (STARTED, "stopped", 404, true, "paused", "refused"),
        (ORDER, "stopped", 0, true, "paused", "nothing is recorded: a flow may ask for the card"),
        (ORDER, "error", 0, false, "NotPaused", "a recorder in an error may start again"),
        (ORDER, "timeout", 0, false, "NotPaused", "a recorder that came late may start again"),
    ];
    let told = cases.map(|(name, state, status, paused, wanted, reason)| async move {
        let stage = Stage::with(&[("NOT_RECORDED_STATUS", "409")]).await;
        stage.serve(conversation(true, &[screen(leg(AGENT_A, LEG_A, "connected"), state)]));
        if status != 0 {
            stage.world.genesys.inject(On::Pause, Fault::Status(status), usize::MAX);
        }
        let event = given(name);
        let answer = stage.invoke(&event).await;
        let line = stage.line(&answer);
        assert_eq!(outcome(&answer), wanted, "{name}, {state}: {reason}");
        assert_eq!(end_of(&line).0, "not_recording", "{name}, {state}: {reason}");
        assert_eq!(line["paused"], paused, "{name}, {state}: {reason}");
        stage.end().await;
    });
    join_all(told).await;
}

#[tokio::test]
async fn one_page_of_a_gateway_in_place_of_a_404_ends_nothing() {
    let cases = [
        (Fault::Html(404), "a gateway's page"),
        (
            Fault::StatusWith { status: 404, headers: Vec::new(), body: "{}".to_owned() },
            "JSON that says nothing",
        ),
        (Fault::Status(404), "as Genesys says it, once"),
    ];
    let looked = cases.map(|(fault, reason)| async move {
        let stage = Stage::in_the_dark().await;
        let fail = || stage.world.genesys.inject(On::Conversation, fault.clone(), 1);
        fail();
        assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "resumed", "{reason}");
        stage.set_screen(LEG_A, ScreenState::Paused);
        fail();
        assert_eq!(outcome(&stage.invoke(&file("direct/resume.json")).await), "resumed", "{reason}");
        stage.set_screen(LEG_A, ScreenState::Paused);
        fail();
        let checked = stage.check(&file("watch/started.json")).await;
        assert_eq!(checked.only_outcome(), "recovered", "{reason}");
        stage.secure_pause(true);
        fail();
        let checked = stage.check(&file("watch/started.json")).await;
        assert_eq!(checked.only_outcome(), "repaired", "{reason}");
        fail();
        assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused", "{reason}");
        stage.end().await;
    });
    join_all(looked).await;
}

#[tokio::test]
async fn a_gateways_404_that_stays_is_a_conversation_that_cannot_be_read() {
    let stage = Stage::new().await;
    stage.world.genesys.inject(On::Conversation, Fault::Html(404), usize::MAX);
    for name in [ENDED, STARTED] {
        let answer = stage.invoke_within(&fresh(name), Duration::from_secs(4)).await;
        assert_eq!(outcome(&answer), "ConversationUnreadable", "{name}");
    }
    let checked = stage.check_within(&file("watch/started.json"), Duration::from_secs(4)).await;
    assert_eq!(checked.only_outcome(), "ConversationUnreadable");
    assert_eq!(checked.undone.len(), 1, "it comes back");
    stage.end().await;
}

#[tokio::test]
async fn a_check_that_cannot_read_or_act_gives_its_slot_back_within_eight_seconds() {
    let cases = [
        (On::Conversation, Fault::Hang, "no reading is answered"),
        (On::Conversation, Fault::Status(503), "an outage"),
        (On::Pause, Fault::Hang, "no pause is answered"),
        (On::Pause, Fault::Status(500), "no pause succeeds"),
    ];
    let checked = cases.map(|(on, fault, reason)| async move {
        let stage = Stage::in_secure_pause().await;
        stage.world.genesys.inject(on, fault, usize::MAX);
        let began = std::time::Instant::now();
        let checked = stage.check(&file("watch/started.json")).await;
        let took = began.elapsed();
        assert_eq!(checked.only_outcome(), "UpstreamUnavailable", "{reason}");
        assert!(took < Duration::from_secs(12), "{reason}: {took:?}");
        assert_eq!(checked.undone.len(), 1, "{reason}");
        stage.end().await;
    });
    join_all(checked).await;
}
