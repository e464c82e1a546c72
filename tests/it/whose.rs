//! Whose screen is paused or resumed, where the initiator is no ordinary agent, or is not alone.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use world::{Fault, On, ScreenState};

use crate::live::id;
use crate::stage::*;

/// An agent's leg that reads dark, with another purpose.
fn of_purpose(purpose: &str) -> Value {
    let mut leg = dark(AGENT_A, LEG_A);
    leg["purpose"] = purpose.into();
    leg
}

#[tokio::test]
async fn a_leg_with_a_user_is_an_agents_whatever_its_purpose_unless_it_is_a_partys_or_a_machines() {
    // `tests/decide/targets.rs` has every purpose.
    let cases = [
        ("user", [(LEG_A, "verified")], "user", "the initiator's own, and no other"),
        ("customer", [(LEG_B, "verified")], "all-agents", "everyone but it"),
    ];
    let stage = Stage::new().await;
    for (purpose, wanted, resolution, reason) in cases {
        stage.serve(conversation(true, &[of_purpose(purpose), dark(AGENT_B, LEG_B)]));
        let answer = stage.invoke(&fresh(STARTED)).await.result.unwrap();
        assert_eq!(states(&answer), wanted, "{purpose}: {reason}");
        assert_eq!(answer["resolution"], resolution, "{purpose}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_supervisor_who_only_listens_in_has_the_screens_of_all_agents_paused() {
    // `tests/decide/targets.rs` has every role.
    let cases = [(json!(["monitor"]), 2, "listens"), (json!(["full"]), 1, "is a party")];
    let stage = Stage::new().await;
    for (roles, paused, reason) in cases {
        let mut supervisor = dark(AGENT_A, LEG_A);
        supervisor["mediaRoles"] = roles.clone();
        let mut agent = dark(AGENT_B, LEG_B);
        agent["mediaRoles"] = json!(["full"]);
        stage.serve(conversation(true, &[supervisor, agent]));
        for event in [fresh(STARTED), file("direct/pause_with_user.json")] {
            let answer = stage.invoke(&event).await.result.unwrap();
            assert_eq!(states(&answer).len(), paused, "{roles} {reason}");
            assert_eq!(answer["paused"], true, "{roles} {reason}");
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn who_has_hung_up_stays_dark_and_everyone_live_is_resumed() {
    // The caller hangs up during the secure pause, and the agent types the card on.
    let stage = Stage::in_secure_pause().await;
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.world.genesys.hang_up_into_wrap_up(id(CONVERSATION));
    for (event, reason) in [(fresh(ENDED), "the end"), (aged(ENDED, Duration::from_secs(20)), "a late one")] {
        let answer = stage.invoke(&event).await;
        assert!(["nothing_paused", "doubtful"].contains(&outcome(&answer).as_str()), "{reason}: {answer:?}");
    }
    stage.invoke(&file("direct/resume.json")).await;
    let checked = stage.check(&file("watch/started.json")).await;
    assert_ne!(checked.only_outcome(), "recovered");
    assert_eq!(stage.sent("resume", LEG_A), 0);
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    stage.end().await;

    // The same with the voice recorded on, and another agent on the line.
    let stage = Stage::new().await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.set_screen(LEG_A, ScreenState::Paused);
    stage.set_screen(LEG_B, ScreenState::Paused);
    stage.world.genesys.wrap_up(id(CONVERSATION), id(LEG_A));
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "resumed");
    assert_eq!((stage.sent("resume", LEG_A), stage.sent("resume", LEG_B)), (0, 1));
    stage.end().await;
}

#[tokio::test]
async fn who_hangs_up_while_a_resume_is_under_way_is_not_resumed_again() {
    let stage = Stage::in_the_dark().await;
    stage.world.genesys.inject(On::Resume, Fault::Status(503), usize::MAX);
    stage.upon("resume", Duration::ZERO, |genesys| genesys.wrap_up(id(CONVERSATION), id(LEG_A)));
    let answer = stage.invoke(&fresh(ENDED)).await;
    assert_eq!(stage.sent("resume", LEG_A), 1, "{answer:?}");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    stage.end().await;
}

#[tokio::test]
async fn a_leg_that_has_gone_does_not_unsay_that_the_others_are_dark() {
    let stage = Stage::with(&[("PAUSE_SCOPE", "all-agents")]).await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.secure_pause(true);
    for event in [fresh(STARTED), file("direct/pause.json")] {
        stage.after("pause", Duration::ZERO, |genesys| genesys.end_leg(id(CONVERSATION), id(LEG_B)));
        let answer = stage.invoke(&event).await.result.unwrap();
        assert_eq!((&answer["outcome"], &answer["paused"]), (&json!("paused"), &json!(true)), "{answer}");
        assert_eq!(states(&answer)[0], (LEG_A, "verified"), "{answer}");
        if let Some(second) = states(&answer).get(1) {
            assert_eq!(*second, (LEG_B, "gone"), "{answer}");
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn once_it_is_off_everyone_whose_screen_is_not_reported_is_resumed() {
    let stage = Stage::in_organization(|it| it.tells_screen_state = false, &[]).await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.set_screen(LEG_A, ScreenState::Paused);
    stage.set_screen(LEG_B, ScreenState::Paused);
    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();
    assert_eq!(answer["outcome"], "resumed");
    assert_eq!(states(&answer), [(LEG_A, "unverifiable"), (LEG_B, "unverifiable")]);
    assert_eq!(
        (stage.screen(LEG_A), stage.screen(LEG_B)),
        (Some(ScreenState::Active), Some(ScreenState::Active))
    );

    // The other one was never recorded: a refusal says so, and is no failure.
    stage.set_screen(LEG_A, ScreenState::Paused);
    stage.set_screen(LEG_B, ScreenState::Stopped);
    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();
    assert_eq!(answer["outcome"], "resumed");
    assert_eq!(states(&answer), [(LEG_A, "unverifiable"), (LEG_B, "not_recording")]);
    stage.end().await;
}

#[tokio::test]
async fn an_order_that_shows_nowhere_stands_against_its_own_check_for_ten_minutes() {
    let cases = [
        (15, false, "paused", "watching", 0, "a flow may be asking for digits"),
        (15, false, "untold", "watching", 0, "the same where no screen is reported"),
        (15, false, "active", "nothing_paused", 0, "its resume came"),
        (15, true, "active", "repaired", 0, "a secure pause goes on"),
        (590, false, "paused", "watching", 0, "it stands still"),
        (610, false, "paused", "recovered", 1, "a flow that broke off"),
    ];
    let checked = cases.map(|(age, on, state, wanted, resumes, reason)| async move {
        let stage = Stage::in_organization(|it| it.tells_screen_state = state != "untold", &[]).await;
        stage.call(&[(AGENT_A, LEG_A)]);
        stage.secure_pause(on);
        stage.set_screen(LEG_A, if state == "active" { ScreenState::Active } else { ScreenState::Paused });
        let order = sent_ago(file("watch/order.json"), Duration::from_secs(age));
        let checked = stage.check(&order).await;
        assert_eq!(checked.only_outcome(), wanted, "{reason}");
        assert_eq!(checked.undone.is_empty(), ["recovered", "nothing_paused"].contains(&wanted), "{reason}");
        assert_eq!(stage.sent("resume", LEG_A), resumes, "{reason}");
        stage.end().await;
    });
    join_all(checked).await;
}
