//! The watch: each check plans anew on the conversation as read, and a message comes back until its secure
//! pause is over and its screens are as they should.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use world::{Fault, Genesys, On, Organization, ScreenState};

use crate::live::{id, secure_pause};
use crate::stage::*;

const STARTED: &str = "watch/started.json";
const ENDED: &str = "watch/ended.json";
const ORDER: &str = "watch/order.json";

type Change = fn(&mut Organization);
type Arrangement = fn(&Stage);

/// The id of the only message of a batch.
fn only(batch: &serde_json::Value) -> String {
    text(&batch["Records"][0]["messageId"])
}

#[tokio::test]
async fn a_check_does_what_the_conversation_calls_for_and_comes_back_until_all_is_well() {
    use ScreenState::{Active, Paused};
    let (told, untold): (Change, Change) = (|_| {}, |it| it.tells_screen_state = false);
    let by_voice: Change = |it| it.tells_secure_pause = false;
    let silent: Change = |it| (it.tells_secure_pause, it.tells_screen_state) = (false, false);
    let flow: Arrangement = |it| _ = it.world.genesys.ivr(id(CONVERSATION));
    let plain: Arrangement = |_| {};
    let nobody: Arrangement = |it| it.world.genesys.end_leg(id(CONVERSATION), id(LEG_A));
    #[rustfmt::skip] // A row a line.
    let cases = [
        (STARTED, true, Active, told, plain, "repaired", 1, 0, "the screen is recorded during the secure pause"),
        (ENDED, true, Active, told, plain, "repaired", 1, 0, "of the next one, after this one ended"),
        (ORDER, true, Active, told, plain, "repaired", 1, 0, "ordered by a flow"),
        (STARTED, true, Paused, told, plain, "watching", 0, 0, "it goes on, and the screen is dark"),
        (ENDED, true, Paused, told, plain, "watching", 0, 0, "another goes on"),
        (STARTED, true, Paused, untold, plain, "watching", 1, 0, "in doubt, pause; it counts as nothing"),
        (STARTED, true, Active, told, nobody, "watching", 0, 0, "the secure pause goes on with nobody's screen"),
        (STARTED, false, Paused, told, plain, "recovered", 0, 1, "over, and the screen left dark"),
        (ENDED, false, Paused, told, plain, "recovered", 0, 1, "over, and the screen left dark"),
        (ORDER, false, Paused, told, plain, "recovered", 0, 1, "over, and the screen left dark"),
        (STARTED, false, Active, told, plain, "nothing_paused", 0, 0, "over, and all as it was before"),
        (STARTED, false, Paused, told, flow, "watching", 0, 0, "a flow may be taking the card: in doubt, do not resume"),
        (ORDER, false, Active, told, flow, "repaired", 1, 0, "a flow may be taking the card: what is seen recorded"),
        (ENDED, false, Active, told, flow, "watching", 0, 0, "it had ended: the flow may be another"),
        (STARTED, true, Active, by_voice, plain, "repaired", 1, 0, "the voice paused is all that tells it here"),
        (ORDER, true, Active, by_voice, plain, "repaired", 1, 0, "the same of an order"),
        (ENDED, true, Active, by_voice, plain, "watching", 0, 0, "it had ended: the voice may be on hold"),
        (STARTED, true, Paused, by_voice, plain, "watching", 0, 0, "the screen is dark"),
        (STARTED, true, Active, silent, plain, "watching", 0, 0, "the screen is not told: left alone"),
        (STARTED, true, Active, by_voice, nobody, "watching", 0, 0, "nobody's screen to be seen recording"),
    ];
    let checks =
        cases.map(|(name, on, screen, change, arrange, wanted, pauses, resumes, reason)| async move {
            let stage = Stage::in_organization(change, &[]).await;
            stage.call(&[(AGENT_A, LEG_A)]);
            if on {
                stage.secure_pause(true);
            }
            stage.set_screen(LEG_A, screen);
            arrange(&stage);
            let batch = file(name);

            let checked = stage.check(&batch).await;

            assert_eq!(checked.outcome(&only(&batch)), wanted, "{name}: {reason}");
            let done = ["recovered", "nothing_paused"].contains(&wanted);
            assert_eq!(checked.undone.is_empty(), done, "{name}: {reason}: {:?}", checked.undone);
            let sent = (stage.sent("pause", LEG_A), stage.sent("resume", LEG_A));
            assert_eq!(sent, (pauses, resumes), "{name}: {reason}");
            stage.end().await;
        });
    join_all(checks).await;
}

#[tokio::test]
async fn a_message_whose_conversation_is_over_or_unknown_is_done() {
    let stage = Stage::new().await;
    for name in [STARTED, ENDED, ORDER] {
        let checked = stage.check(&file(name)).await;
        assert_eq!(checked.only_outcome(), "conversation_over", "{name}: no such conversation");
        assert_eq!(checked.undone, Vec::<String>::new(), "{name}");
        assert_eq!(stage.new_requests(), [get(404), get(404)], "{name}: one witness is not enough");
    }
    stage.call(&[(AGENT_A, LEG_A)]);
    stage.secure_pause(true);
    stage.world.genesys.hang_up_into_wrap_up(id(CONVERSATION));
    let checked = stage.check(&file(STARTED)).await;
    assert_eq!(checked.undone.len(), 1, "in wrap-up its screen is recorded on: {:?}", checked.lines);
    stage.world.genesys.end_wrap_up(id(CONVERSATION), id(LEG_A));
    let checked = stage.check(&file(STARTED)).await;
    assert_eq!(checked.only_outcome(), "conversation_over");
    assert_eq!(checked.undone, Vec::<String>::new());
    stage.end().await;
}

#[tokio::test]
async fn a_check_reads_back_what_it_does() {
    type Happening = fn(&Genesys);
    let on: Happening = |genesys| secure_pause(genesys, true);
    let off: Happening = |genesys| secure_pause(genesys, false);
    let nothing: Happening = |_| {};
    #[rustfmt::skip] // A row a line.
    let cases = [
        (true, 1, nothing, "repaired", ScreenState::Paused, "a pause without effect is sent again"),
        (true, 0, off, "repaired", ScreenState::Paused, "it ended as its pause was read back: the next check resumes"),
        (false, 1, nothing, "NotResumed", ScreenState::Paused, "its time allows one resume: the next check tries again"),
        (false, 0, on, "resume_withdrawn", ScreenState::Paused, "the next secure pause began: dark again"),
        (false, 9, nothing, "NotResumed", ScreenState::Paused, "the next check tries again"),
    ];
    let checks = cases.map(|(in_pause, without_effect, happening, wanted, screen, reason)| async move {
        let stage = Stage::new().await;
        stage.call(&[(AGENT_A, LEG_A)]);
        stage.set_screen(LEG_A, if in_pause { ScreenState::Active } else { ScreenState::Paused });
        if in_pause {
            stage.secure_pause(true);
        }
        stage.world.genesys.inject(On::AnyScreenRecording, Fault::AckWithoutEffect, without_effect);
        stage.after(if in_pause { "pause" } else { "resume" }, Duration::ZERO, happening);
        let batch = file(STARTED);

        let checked = stage.check(&batch).await;

        assert_eq!(checked.outcome(&only(&batch)), wanted, "{reason}");
        assert_eq!(checked.undone.is_empty(), wanted == "recovered", "{reason}");
        assert_eq!(stage.screen(LEG_A), Some(screen), "{reason}");
        stage.end().await;
    });
    join_all(checks).await;
}

#[tokio::test]
async fn a_check_that_cannot_read_sends_nothing_and_comes_back() {
    let stage = Stage::in_secure_pause().await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    let batch = file(STARTED);
    let checked = stage.check(&batch).await;
    assert_eq!(checked.outcome(&only(&batch)), "Forbidden");
    assert_eq!(checked.undone, [only(&batch)]);
    assert_eq!(stage.new_requests(), [get(403)], "no screen is darkened unread");
    stage.end().await;
}

#[tokio::test]
async fn an_order_is_as_old_as_its_message_and_an_event_as_it_says() {
    let stage = Stage::new().await;
    for (name, wanted) in [
        (ORDER, "2025-11-02T12:00:01Z"),
        ("watch/order_without_user.json", "2025-11-02T12:00:01Z"),
        (STARTED, "2025-11-02T12:00:00.123Z"),
    ] {
        assert_eq!(stage.check(&file(name)).await.lines[0]["eventTime"], wanted, "{name}");
    }
    stage.end().await;
}

#[tokio::test]
async fn an_order_for_nobody_in_particular_is_watched_for_everyone() {
    let stage = Stage::new().await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.secure_pause(true);
    stage.set_screen(LEG_A, ScreenState::Paused);
    let checked = stage.check(&file("watch/order_without_user.json")).await;
    assert_eq!(checked.only_outcome(), "repaired");
    assert_eq!((stage.sent("pause", LEG_A), stage.sent("pause", LEG_B)), (0, 1), "only who is recorded");
    assert_eq!(checked.lines[0]["resolution"], json!("all-agents"));
    stage.end().await;
}
