//! A conversation that cannot be read, or not soon enough: the leg the event names is paused unread.

use std::time::Duration;

use serde_json::{Value, json};
use world::{Fault, On};

use crate::stage::*;

async fn stage() -> Stage {
    Stage::new().await.reads_both_dark()
}

/// The event, as if it named this user and this leg.
fn naming(user: &str, participant: &str) -> Value {
    let mut event = fresh(STARTED);
    event["detail"]["eventBody"]["userId"] = user.into();
    event["detail"]["eventBody"]["participantId"] = participant.into();
    event
}

fn pauses(stage: &Stage) -> Vec<String> {
    stage.new_requests().into_iter().filter(|line| line.starts_with("PUT")).collect()
}

#[tokio::test]
async fn a_conversation_that_cannot_be_read_is_paused_by_its_participant_and_still_fails() {
    let cases = [
        (Fault::Status(403), "Forbidden", "no permission to read"),
        (Fault::Status(400), "ConversationUnreadable", "another refusal"),
        (Fault::RetryAfter(60), "RateLimited", "longer than the time left"),
        (Fault::Status(503), "UpstreamUnavailable", "an outage"),
        (Fault::Hang, "UpstreamUnavailable", "no answer ever comes"),
    ];
    let stage = stage().await;
    for (fault, name, reason) in cases {
        stage.world.genesys.inject(On::Conversation, fault, usize::MAX);
        let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(3)).await;
        stage.world.genesys.clear_faults();

        assert_eq!(outcome(&answer), name, "{reason}");
        assert_eq!(pauses(&stage), [put(LEG_A, "pause", 202)], "{reason}");
        let line = stage.line(&answer);
        assert_eq!(line["resolution"], "unread", "{reason}");
        assert_eq!(line["targets"][0]["participantId"], LEG_A, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn an_order_whose_conversation_cannot_be_read_is_paused_by_its_participant_too_and_still_fails() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    let answer = stage.invoke(&file("direct/pause_with_participant.json")).await;
    assert_eq!(outcome(&answer), "Forbidden");
    assert_eq!(pauses(&stage), [put(LEG_A, "pause", 202)]);
    // The flow has an error, and may order no resume.
    assert_eq!(stage.world.queue.messages().len(), 1);
    stage.end().await;
}

#[tokio::test]
async fn only_a_pause_made_unread_for_a_late_event_needs_a_message_of_its_own() {
    let cases = [(1, 0, "its own message is not checked yet"), (20, 1, "it may be deleted already")];
    for (age, messages, reason) in cases {
        let stage = stage().await;
        stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
        assert_eq!(outcome(&stage.invoke(&aged(STARTED, Duration::from_secs(age))).await), "Forbidden");
        assert_eq!(stage.world.queue.messages().len(), messages, "{reason}");
        stage.end().await;
    }
}

#[tokio::test]
async fn where_time_is_short_half_of_it_is_left_for_the_pause() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::Hang, usize::MAX);
    stage.invoke_within(&fresh(STARTED), Duration::from_secs(2)).await;
    assert_eq!(pauses(&stage), [put(LEG_A, "pause", 202)]);
    stage.end().await;
}

#[tokio::test]
async fn a_reading_that_comes_late_verifies_the_leg_that_was_paused_unread() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);

    let answer = stage.invoke(&naming(AGENT_B, LEG_B)).await.result.unwrap();

    assert_eq!(stage.new_requests()[..3], [get(429), put(LEG_B, "pause", 202), get(200)]);
    assert_eq!(answer["outcome"], "paused");
    assert_eq!(answer["resolution"], "user");
    assert_eq!(only_target(&answer)["attempts"], 1, "it need not be sent again: {answer}");
    stage.end().await;
}

#[tokio::test]
async fn a_late_reading_that_finds_another_leg_is_told_beside_the_one_paused_unread() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);

    let answer = stage.invoke(&naming(AGENT_A, LEG_B)).await.result.unwrap();

    assert_eq!(pauses(&stage), [put(LEG_B, "pause", 202), put(LEG_A, "pause", 202)]);
    assert_eq!(answer["resolution"], "user");
    assert_eq!(answer["paused"], true);
    let told = targets(&answer).iter().map(|target| &target["participantId"]);
    assert_eq!(told.collect::<Vec<_>>(), [LEG_B, LEG_A]);
    stage.end().await;
}

#[tokio::test]
async fn an_unread_pause_is_followed_to_its_end_though_a_reading_finds_another_leg() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);
    stage.world.genesys.inject(On::Participant(LEG_A.parse().unwrap()), Fault::Hang, 1);

    let answer = stage.invoke(&naming(AGENT_B, LEG_A)).await.result.unwrap();

    assert_eq!(answer["outcome"], "paused");
    assert_eq!(answer["paused"], true);
    let unread = target(&answer, LEG_A);
    let (verified, once) = (json!("verified"), json!(1));
    assert_eq!((&unread["state"], &unread["attempts"]), (&verified, &once), "read dark, a lag later");
    stage.end().await;
}

#[tokio::test]
async fn an_unread_pause_under_way_is_waited_for_where_the_reading_fails() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    stage.world.genesys.inject(On::Pause, Fault::Delay(Duration::from_millis(1900)), 1);

    let answer = stage.invoke(&fresh(STARTED)).await;

    assert_eq!(outcome(&answer), "Forbidden");
    // Whether it posts a watch message is a matter of half a second here.
    assert_eq!(stage.new_requests()[..3], [get(429), put(LEG_A, "pause", 202), get(403)]);
    assert_eq!(stage.line(&answer)["targets"][0]["state"], "unverifiable");
    stage.end().await;
}

#[tokio::test]
async fn a_leg_paused_unread_is_reported_whatever_the_reading_then_says() {
    let stage = Stage::new().await;
    stage.serve(conversation(false, &[screen(leg(AGENT_A, LEG_A, "connected"), "active")]));
    stage.world.genesys.inject(On::Conversation, Fault::RetryAfter(3), 1);

    let late = aged(STARTED, Duration::from_mins(1));
    let answer = stage.invoke(&late).await.result.unwrap();

    assert_eq!(answer["outcome"], "stale");
    assert_eq!(answer["resolution"], "unread");
    assert_eq!(answer["targets"][0]["participantId"], LEG_A);
    assert_eq!(answer["targets"][0]["state"], "failed", "it reads recorded, as it should by now");
    stage.end().await;
}

#[tokio::test]
async fn what_a_refused_unread_pause_means_is_told_by_its_status_alone() {
    let cases = [
        (404, "UpstreamUnavailable", json!("UpstreamUnavailable"), "the leg may be gone, or the path wrong"),
        (405, "UpstreamUnavailable", json!("UpstreamUnavailable"), "the path may be wrong"),
        (409, "Rejected", json!("Rejected"), "no reading would explain it"),
        (403, "Forbidden", json!("Forbidden"), "no permission to pause"),
    ];
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(503), usize::MAX);
    for (status, name, error, reason) in cases {
        stage.world.genesys.inject(On::Pause, Fault::Status(status), 1);
        let answer = stage.invoke_within(&fresh(STARTED), Duration::from_millis(1600)).await;

        assert_eq!(outcome(&answer), name, "{reason}");
        assert_eq!(pauses(&stage), [put(LEG_A, "pause", status)], "{reason}");
        let target = &stage.line(&answer)["targets"][0];
        assert_eq!(target["state"], "failed", "{reason}");
        assert_eq!(target["error"], error, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn an_unread_pause_refused_as_not_recorded_counts_as_paused() {
    let stage = Stage::with(&[("NOT_RECORDED_STATUS", "409")]).await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(503), usize::MAX);
    stage.world.genesys.inject(On::Pause, Fault::Status(409), usize::MAX);

    let answer = stage.invoke_within(&fresh(STARTED), Duration::from_secs(2)).await;

    assert_eq!(outcome(&answer), "UpstreamUnavailable");
    let line = stage.line(&answer);
    assert_eq!(line["targets"][0]["state"], "not_recording");
    assert_eq!(line["paused"], true);
    stage.end().await;
}

#[tokio::test]
async fn the_brake_leaves_the_unread_pause_in_force() {
    let stage = Stage::with(&[("MODE", "pause-only")]).await;
    stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "Forbidden");
    assert_eq!(stage.new_requests(), [get(403), put(LEG_A, "pause", 202)]);
    stage.end().await;
}

#[tokio::test]
async fn without_a_token_no_unread_pause_is_tried() {
    let stage = stage().await;
    stage.world.genesys.revoke_tokens();
    stage.world.genesys.inject(On::Token, Fault::Status(403), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "Forbidden");
    assert_eq!(stage.new_requests(), [get(401), "POST /oauth/token -> 403".to_owned()]);
    stage.end().await;
}

#[tokio::test]
async fn an_ended_event_is_never_acted_upon_unread() {
    let stage = stage().await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "Forbidden");
    assert_eq!(stage.new_requests(), [get(403)]);
    stage.end().await;
}
