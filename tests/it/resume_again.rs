//! A resume that fails is never simply repeated: the conversation is read again before each request.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::sleep;
use world::{Fault, On, ScreenState};

use crate::live::{id, next_secure_pause};
use crate::stage::*;

/// A 429 for the token's own limit.
fn over_the_tokens() -> Fault {
    let limit =
        json!({"key": "client.credentials.token.rate.per.minute", "namespace": "platform.api", "value": 300});
    let body = json!({"message": "m", "code": "too.many.requests", "status": 429, "limit": limit});
    let headers = vec![("retry-after".to_owned(), "60".to_owned())];
    Fault::StatusWith { status: 429, headers, body: body.to_string() }
}

#[tokio::test]
async fn no_resume_is_repeated_into_a_secure_pause_that_began_since() {
    let cases = [
        (Fault::RetryAfter(2), "Genesys asked to wait, and the time is up"),
        (over_the_tokens(), "there is another token"),
        (Fault::AckThenReset, "carried out, and the answer lost"),
        (Fault::AckThenHang, "carried out, and never answered"),
        (Fault::Close, "not carried out, and the connection closed"),
        (Fault::Hang, "not carried out, and never answered"),
        (Fault::Status(408), "it may have been carried out"),
        (Fault::Html(503), "a gateway in between"),
        (Fault::Status(401), "the token was put out"),
        (Fault::Status(409), "refused"),
        (Fault::Status(404), "refused, as if there were no such leg"),
    ];
    let resumed = cases.map(|(fault, reason)| async move {
        let stage = Stage::in_the_dark().await;
        stage.world.genesys.inject(On::Resume, fault, usize::MAX);
        stage.upon("resume", Duration::ZERO, next_secure_pause);

        let answer = stage.invoke(&fresh(ENDED)).await;

        assert_eq!(outcome(&answer), "resume_withdrawn", "{reason}");
        assert_eq!(stage.sent("resume", LEG_A), 1, "{reason}");
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{reason}");
        let answer = answer.result.unwrap();
        assert_eq!((&answer["paused"], &answer["verified"]), (&json!(true), &json!(true)), "{reason}");
        stage.assert_looked_before_each_resume();
        stage.end().await;
    });
    join_all(resumed).await;
}

#[tokio::test]
async fn resumes_that_take_longer_than_two_seconds_are_not_sent_into_the_next_secure_pause() {
    for slow in [2500, 5000].map(Duration::from_millis) {
        let stage = Stage::in_the_dark().await;
        stage.world.genesys.inject(On::Resume, Fault::Delay(slow), usize::MAX);
        stage.when_sent("resume", next_secure_pause);

        let answer = stage.invoke(&fresh(ENDED)).await;

        assert_eq!(outcome(&answer), "resume_withdrawn", "{slow:?}");
        assert_eq!(stage.sent("resume", LEG_A), 1, "{slow:?}");
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{slow:?}");
        stage.assert_looked_before_each_resume();
        stage.end().await;
    }
}

#[tokio::test]
async fn a_resume_that_fails_once_is_sent_again_after_another_reading() {
    let cases = [
        (Fault::RetryAfter(1), "Genesys asked to wait"),
        (over_the_tokens(), "with another token"),
        (Fault::AckThenReset, "carried out, and the answer lost"),
        (Fault::Reset, "the connection broke"),
        (Fault::Hang, "never answered"),
        (Fault::Status(503), "a blip"),
        (Fault::Status(408), "a blip"),
        (Fault::Status(401), "with a new token"),
        (Fault::Status(409), "a refusal that passes"),
        (Fault::Html(404), "a gateway's"),
    ];
    let resumed = cases.map(|(fault, reason)| async move {
        let stage = Stage::in_the_dark().await;
        stage.world.genesys.inject(On::Resume, fault, 1);
        assert_eq!(outcome(&stage.invoke(&fresh(ENDED)).await), "resumed", "{reason}");
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Active), "{reason}");
        stage.assert_looked_before_each_resume();
        stage.end().await;
    });
    join_all(resumed).await;
}

#[tokio::test]
async fn a_reading_that_fails_after_a_resume_is_made_again_and_the_next_secure_pause_seen() {
    let cases = [
        (Fault::Status(408), 3, "not read in time"),
        (Fault::RetryAfter(1), 2, "too many requests"),
        (Fault::Html(404), 3, "a gateway's page"),
        (Fault::Html(200), 3, "a gateway's page in place of a conversation"),
        (Fault::Hang, 1, "never answered"),
        (Fault::Status(404), 1, "as if the conversation were gone: one witness"),
    ];
    let read = cases.map(|(fault, times, reason)| async move {
        let stage = Stage::in_the_dark().await;
        stage.upon("resume", Duration::ZERO, move |genesys| {
            crate::live::secure_pause(genesys, true);
            genesys.inject(On::Conversation, fault, times);
        });

        let answer = stage.invoke(&fresh(ENDED)).await;

        assert_eq!(outcome(&answer), "resume_withdrawn", "{reason}");
        assert_eq!((stage.sent("resume", LEG_A), stage.sent("pause", LEG_A)), (1, 1), "{reason}");
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{reason}");
        stage.assert_looked_before_each_resume();
        stage.end().await;
    });
    join_all(read).await;
}

#[tokio::test]
async fn a_late_end_sends_nothing_on_a_sign_of_another_secure_pause() {
    type Arrangement = fn(&Stage);
    let cases: [(Arrangement, &str); 4] = [
        (|it| _ = it.world.genesys.ivr(id(CONVERSATION)), "a secure flow is live"),
        (|it| _ = it.world.genesys.workflow(id(CONVERSATION)), "a workflow is live"),
        (|it| it.secure_pause(true), "the voice is paused"),
        (|it| it.world.genesys.hold(id(CONVERSATION), true), "the voice is paused, on hold"),
    ];
    let late = cases.map(|(arrange, reason)| async move {
        let change =
            |it: &mut world::Organization| (it.tells_secure_pause, it.hold_suppression) = (false, true);
        let stage = Stage::in_organization(change, &[]).await;
        stage.left_dark();
        arrange(&stage);
        for (age, readings) in [(0, 3..=20), (2, 2..=20), (5, 1..=1), (40, 1..=1), (4000, 1..=1)] {
            let answer = stage.invoke(&aged(ENDED, Duration::from_secs(age))).await;
            assert_eq!(outcome(&answer), "doubtful", "{reason}, {age} s");
            let requests = stage.new_requests();
            assert!(readings.contains(&requests.len()), "{reason}, {age} s: {requests:#?}");
        }
        assert_eq!((stage.sent("resume", LEG_A), stage.sent("pause", LEG_A)), (0, 0), "{reason}");
        stage.assert_looked_before_each_resume();
        stage.end().await;
    });
    join_all(late).await;
}

#[tokio::test]
async fn a_resume_whose_token_has_to_be_renewed_first_is_read_again_before_it_is_sent() {
    let stage = Stage::in_organization(|it| it.token_ttl = Duration::from_secs(3), &[]).await;
    stage.left_dark();
    // It was fetched in INIT, and has expired by the time the reading is answered.
    stage.world.genesys.inject(On::Conversation, Fault::Delay(Duration::from_millis(1500)), 1);
    sleep(Duration::from_millis(1500)).await;

    let answer = stage.invoke(&fresh(ENDED)).await.result.unwrap();

    assert_eq!(answer["outcome"], "resumed");
    assert_eq!(answer["targets"][0]["attempts"], 1, "what waited for the token was not sent: {answer}");
    let requests = stage.new_requests();
    let resumed = requests.iter().position(|line| line.contains("/resume")).unwrap();
    assert_eq!(requests[resumed - 1], get(200), "{requests:#?}");
    stage.end().await;
}

#[tokio::test]
async fn no_resume_is_sent_without_time_to_look_after_it() {
    let watch = "watch/started.json";
    let cases = [
        (ENDED, "doubtful", 0, "an event: the watch will resume"),
        ("direct/resume.json", "deferred", 0, "an order: the watch will resume"),
        (watch, "watching", 0, "a check: the next one resumes"),
    ];
    let sent = cases.map(|(name, wanted, resumes, reason)| async move {
        let stage = Stage::in_the_dark().await;
        for seconds in [1.0, 3.0, 5.0] {
            let deadline = Duration::from_secs_f64(seconds);
            let event = given(name);
            if name == watch {
                let checked = stage.check_within(&event, deadline).await;
                assert_eq!(checked.only_outcome(), wanted, "{reason}, {seconds} s");
            } else {
                let answer = stage.invoke_within(&event, deadline).await;
                assert_eq!(outcome(&answer), wanted, "{reason}, {seconds} s");
            }
        }
        assert_eq!(stage.sent("resume", LEG_A), resumes, "{reason}");
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{reason}");
        stage.assert_looked_before_each_resume();
        stage.end().await;
    });
    join_all(sent).await;
}
