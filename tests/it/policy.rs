//! The settings that decisions depend on: `REQUIRE_VERIFIED`, `RESUME_DELAY_SECONDS`, `ACT_FOR`, and `MODE` with them.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use world::{Fault, On, ScreenState};

use crate::live::next_secure_pause;
use crate::stage::*;

const QUEUE: &str = "c3f5e9c4-3d74-4e30-8c79-2f8d8150bc07";

#[tokio::test]
async fn where_it_must_be_verified_a_screen_that_is_not_reported_is_not_dark() {
    let cases = [
        ("false", STARTED, "paused", true, "acknowledged is enough"),
        ("true", STARTED, "paused", false, "acknowledged is not enough"),
        ("false", "direct/pause.json", "paused", true, "acknowledged is enough"),
        ("true", "direct/pause.json", "NotPaused", false, "a flow asks for no card"),
    ];
    let paused = cases.map(|(setting, name, wanted, paused, reason)| async move {
        let stage =
            Stage::in_organization(|it| it.tells_screen_state = false, &[("REQUIRE_VERIFIED", setting)])
                .await
                .begins_secure_pause();
        let event = given(name);
        let answer = stage.invoke(&event).await;
        let line = stage.line(&answer);
        assert_eq!(outcome(&answer), wanted, "{setting}, {name}: {reason}");
        assert_eq!(
            (&line["paused"], &line["verified"]),
            (&json!(paused), &json!(false)),
            "{setting}: {reason}"
        );
        assert_eq!(line["targets"][0]["state"], "unverifiable", "{setting}, {name}");
        stage.end().await;
    });
    join_all(paused).await;

    let stage = Stage::with(&[("REQUIRE_VERIFIED", "true")]).await.begins_secure_pause();
    let answer = stage.invoke(&file("direct/pause.json")).await.result.unwrap();
    assert_eq!((&answer["paused"], &answer["verified"]), (&json!(true), &json!(true)), "read back");
    stage.end().await;
}

#[tokio::test]
async fn no_resume_goes_out_before_the_end_and_the_delay() {
    let delay: &[(&str, &str)] = &[("RESUME_DELAY_SECONDS", "3")];
    let stage = Stage::with(delay).await;
    stage.left_dark();
    let answer = stage.invoke(&fresh(ENDED)).await;
    assert_eq!(outcome(&answer), "resumed");
    let resumed =
        stage.world.requests().into_iter().find(|request| request.path.ends_with("resume")).unwrap();
    let waited = resumed.arrived.duration_since(answer.handed_out);
    assert!(waited > Duration::from_millis(2500), "{waited:?}");

    // An end that is older than that is not held back.
    stage.set_screen(LEG_A, ScreenState::Paused);
    let answer = stage.invoke(&aged(ENDED, Duration::from_secs(4))).await;
    assert_eq!(outcome(&answer), "resumed");
    stage.end().await;

    // The next secure pause begins meanwhile.
    let stage = Stage::with(delay).await;
    stage.left_dark();
    let (genesys, ended) = (stage.world.genesys.clone(), fresh(ENDED));
    let next = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        next_secure_pause(&genesys);
    };
    let (answer, ()) = tokio::join!(stage.invoke(&ended), next);
    assert_eq!(outcome(&answer), "still_on");
    assert_eq!((stage.sent("resume", LEG_A), stage.screen(LEG_A)), (0, Some(ScreenState::Paused)));
    stage.end().await;
}

#[tokio::test]
async fn an_order_to_resume_and_a_check_know_no_delay() {
    let stage = Stage::with(&[("RESUME_DELAY_SECONDS", "15")]).await;
    stage.left_dark();
    let answer = stage.invoke(&file("direct/resume.json")).await;
    assert_eq!(outcome(&answer), "resumed", "within the eight seconds of a caller");
    stage.set_screen(LEG_A, ScreenState::Paused);
    assert_eq!(stage.check(&file("watch/started.json")).await.only_outcome(), "recovered");
    stage.end().await;
}

#[tokio::test]
async fn an_end_whose_clock_is_ahead_is_resumed_all_the_same() {
    for ahead in [10, 120, 290] {
        let stage = Stage::in_the_dark().await;
        let mut ended = fresh(ENDED);
        let at = ended["detail"]["eventBody"]["eventTime"].as_u64().unwrap();
        ended["detail"]["eventBody"]["eventTime"] = (at + ahead * 1000).into();
        let answer = stage.invoke(&ended).await;
        assert_eq!(outcome(&answer), "resumed", "{ahead} s");
        assert!(answer.took < Duration::from_secs(8), "{ahead} s: {:?}", answer.took);
        stage.end().await;
    }
}

/// A leg that a queue has brought.
fn of_queue(mut leg: Value) -> Value {
    leg["queueId"] = QUEUE.into();
    leg
}

#[tokio::test]
async fn only_conversations_of_these_users_and_queues_are_acted_on() {
    let (both, other) = (format!("{AGENT_B}, {QUEUE}"), "00000000-0000-4000-8000-000000000001".to_owned());
    let upper = AGENT_A.to_uppercase();
    let plain = || dark(AGENT_A, LEG_A);
    let cases = [
        (AGENT_A.to_owned(), plain(), true, "the user"),
        (upper, plain(), true, "the user, in capitals"),
        (both.clone(), of_queue(plain()), true, "the queue, and another user"),
        (both, plain(), false, "neither"),
        (other, of_queue(plain()), false, "neither"),
    ];
    let acted = cases.map(|(ids, leg, acts, reason)| async move {
        let stage = Stage::with(&[("ACT_FOR", &ids)]).await;
        stage.serve(conversation(true, std::slice::from_ref(&leg)));
        for event in [fresh(STARTED), file("direct/pause.json")] {
            let answer = stage.invoke(&event).await;
            assert_eq!(outcome(&answer), if acts { "paused" } else { "observed" }, "{reason}");
            assert_eq!(answer.result.unwrap()["paused"], acts, "{reason}");
        }
        stage.serve(conversation(false, &[leg]));
        let answer = stage.invoke(&fresh(ENDED)).await;
        assert_eq!(outcome(&answer) == "observed", !acts, "{reason}: {}", outcome(&answer));
        let checked = stage.check(&file("watch/started.json")).await;
        assert_eq!(checked.only_outcome() == "observed", !acts, "{reason}");
        let sent = stage.sent("pause", LEG_A) + stage.sent("resume", LEG_A);
        assert_eq!(sent > 0, acts, "{reason}");
        assert_eq!(stage.world.queue.messages().is_empty(), !acts, "{reason}: no watch message");
        stage.end().await;
    });
    join_all(acted).await;
}

#[tokio::test]
async fn whoever_is_acted_for_may_appear_with_a_later_reading() {
    for (ids, event) in [(QUEUE, fresh(STARTED)), (AGENT_A, file("direct/pause.json"))] {
        let stage = Stage::with(&[("ACT_FOR", ids)]).await;
        let leg = of_queue(dark(AGENT_A, LEG_A));
        stage.serve_in_turn(vec![conversation(true, &[]), conversation(true, &[leg])]);
        assert_eq!(outcome(&stage.invoke(&event).await), "paused", "{ids}");
        assert!(stage.sent("pause", LEG_A) > 0, "{ids}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_conversation_that_nobody_can_read_is_paused_unread_only_for_those_who_are_acted_for() {
    let queue_and_user = format!("{QUEUE},{AGENT_A}");
    let cases = [
        (AGENT_A, 1, "the event names the user"),
        (queue_and_user.as_str(), 1, "the event names one of them"),
        (AGENT_B, 0, "the event names another"),
        (QUEUE, 0, "whether the queue brought it cannot be read"),
    ];
    for (ids, pauses, reason) in cases {
        let stage = Stage::with(&[("ACT_FOR", ids)]).await.begins_secure_pause();
        stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
        assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "Forbidden", "{reason}");
        assert_eq!(stage.sent("pause", LEG_A), pauses, "{reason}");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_brake_holds_back_every_resume_and_no_pause() {
    let stage = Stage::in_organization(|_| {}, &[("MODE", "pause-only")]).await;
    stage.left_dark();
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "pause_only");
    assert_eq!(outcome(&stage.invoke(&file("direct/resume.json")).await), "pause_only");
    assert_eq!(stage.check(&file("watch/started.json")).await.only_outcome(), "pause_only");
    stage.secure_pause(true);
    stage.set_screen(LEG_A, ScreenState::Active);
    assert_eq!(stage.check(&file("watch/started.json")).await.only_outcome(), "repaired");
    stage.set_screen(LEG_A, ScreenState::Active);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    assert_eq!((stage.sent("resume", LEG_A), stage.screen(LEG_A)), (0, Some(ScreenState::Paused)));
    stage.end().await;
}

#[tokio::test]
async fn what_is_observed_is_never_sent_whatever_happens() {
    let order = file("direct/pause_with_participant.json");
    let cases = [
        (true, fresh(STARTED)),
        (true, order),
        (true, fresh(ENDED)),
        (false, fresh(STARTED)),
        (false, file(STARTED)),
        (false, fresh(ENDED)),
        (false, file("direct/resume.json")),
    ];
    let observed = cases.map(|(on, event)| async move {
        let stage = Stage::in_organization(|_| {}, &[("MODE", "observe")]).await;
        stage.call(&[(AGENT_A, LEG_A)]);
        stage.secure_pause(on);
        stage.set_screen(LEG_A, if on { ScreenState::Active } else { ScreenState::Paused });
        assert_eq!(outcome(&stage.invoke(&event).await), "observed", "{event}");
        assert!(stage.world.requests().iter().all(|request| request.method != "PUT"), "{event}");
        assert!(stage.world.queue.messages().is_empty(), "{event}");
        stage.end().await;
    });
    join_all(observed).await;
}
