//! A script's button: orders for the voice, too, and for the status.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use world::{Fault, On, Organization, ScreenState};

use crate::live::{id, secure_pause};
use crate::stage::*;

const PAUSE: &str = "direct/pause_with_voice.json";
const RESUME: &str = "direct/resume_with_voice.json";
const STATUS: &str = "direct/status.json";

type Change = fn(&mut Organization);
/// What is arranged on a stage before an order comes.
type Arrangement = fn(&Stage);

/// A call of one agent.
async fn stage(change: impl FnOnce(&mut Organization), settings: &[(&str, &str)]) -> Stage {
    let stage = Stage::in_organization(change, settings).await;
    stage.call(&[(AGENT_A, LEG_A)]);
    stage
}

/// How often the voice was asked for.
fn asked(stage: &Stage) -> usize {
    let is_of_voice = |request: &&world::Recorded| request.path.ends_with("/recordingstate");
    stage.world.requests().iter().filter(is_of_voice).count()
}

fn is_in_secure_pause(stage: &Stage) -> bool {
    stage.world.genesys.is_in_secure_pause(id(CONVERSATION))
}

/// The two words that a script asks for.
fn words(answer: &world::Answer) -> (Value, Value) {
    let answer = answer.result.as_ref().unwrap();
    (answer["paused"].clone(), answer["voice"].clone())
}

#[tokio::test]
async fn one_order_pauses_voice_and_screen_and_one_resumes_both() {
    for (name, change) in [
        (PAUSE, (|_| {}) as Change),
        ("direct/pause_with_user_and_voice.json", |_| {}),
        (PAUSE, |organization| organization.tells_secure_pause = false),
        (PAUSE, |organization| organization.read_lag = Duration::from_millis(800)),
    ] {
        let stage = stage(change, &[]).await;
        stage.world.genesys.settle();
        let answer = stage.invoke(&file(name)).await;
        assert_eq!(outcome(&answer), "paused");
        assert_eq!(words(&answer), (json!(true), json!("paused")), "{answer:?}");
        assert_eq!((stage.screen(LEG_A), is_in_secure_pause(&stage)), (Some(ScreenState::Paused), true));
        let line = stage.line(&answer);
        let order = &line["voiceOrder"];
        assert_eq!((&order["action"], &order["state"]), (&json!("pause"), &json!("paused")), "{line:#}");
        assert_eq!(order["answers"][0]["status"], 202);
        assert!(order["sentAt"].is_string() && order["acknowledgedAt"].is_string(), "{line:#}");

        let answer = stage.invoke(&file(RESUME)).await;
        assert_eq!(outcome(&answer), "resumed", "{answer:?}");
        assert_eq!(words(&answer), (json!(false), json!("active")));
        assert_eq!((stage.screen(LEG_A), is_in_secure_pause(&stage)), (Some(ScreenState::Active), false));
        let requests = stage.world.requests();
        let at = |end: &str| requests.iter().rposition(|request| request.path.ends_with(end)).unwrap();
        assert!(at("/recordingstate") < at("/screenrecording/resume"), "the voice first: {requests:#?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_voice_is_left_alone_unless_it_is_ordered() {
    let stage = stage(|_| {}, &[]).await;
    let mut unusable = file(PAUSE);
    unusable["voice"] = json!(7);
    let mut text = file(PAUSE);
    text["voice"] = json!("True");
    let mut refused = file(PAUSE);
    refused["voice"] = json!(false);
    #[rustfmt::skip] // A row a line.
    let cases = [
        (file("direct/pause.json"), 0, 0, "not ordered"),
        (refused, 0, 0, "not wanted"),
        (unusable, 1, 0, "it cannot be used, and costs no pause"),
        (text, 0, 1, "as a template may write it"),
    ];
    for (order, dropped, wanted, reason) in cases {
        let answer = stage.invoke(&order).await;
        let line = stage.line(&answer);
        let answer = answer.result.unwrap();
        assert_eq!(answer["paused"], true, "{reason}");
        assert_eq!((answer.get("voice").is_some(), asked(&stage)), (wanted == 1, wanted), "{reason}");
        assert_eq!(line["droppedFields"], dropped, "{reason}");
        assert_eq!(line["voiceOrder"].is_null(), wanted == 0, "{reason}");
    }
    stage.end().await;
}

#[tokio::test]
async fn whatever_becomes_of_the_voice_the_screen_is_paused_and_each_is_told_of() {
    let forbidden: Arrangement = |it| it.world.genesys.organization(|it| it.may_pause_others = false);
    let refused: Arrangement = |it| it.world.genesys.inject(On::Voice, Fault::Status(409), usize::MAX);
    let down: Arrangement = |it| it.world.genesys.inject(On::Voice, Fault::Status(503), usize::MAX);
    let hangs: Arrangement = |it| it.world.genesys.inject(On::Voice, Fault::Hang, usize::MAX);
    let in_vain: Arrangement = |it| it.world.genesys.inject(On::Voice, Fault::AckWithoutEffect, usize::MAX);
    let twice: Arrangement = |it| it.world.genesys.inject(On::Voice, Fault::Status(503), 2);
    let untold: Arrangement = |it| {
        it.world.genesys.edit(id(CONVERSATION), |body| {
            body["recordingState"] = json!("NONE");
            body["securePause"] = json!(false);
            for leg in body["participants"].as_array_mut().unwrap() {
                for call in leg["calls"].as_array_mut().unwrap() {
                    call["recordingState"] = json!("none");
                    call["securePause"] = json!(false);
                }
            }
        });
    };
    #[rustfmt::skip] // A row a line.
    let cases = [
        (forbidden, "active", json!("Forbidden"), 1, "no permission"),
        (refused, "active", json!("Rejected"), 3, "refused until reads have caught up"),
        (down, "active", json!("UpstreamUnavailable"), 3, "repeated as a pause is"),
        (hangs, "active", json!("UpstreamUnavailable"), 2, "given up, and sent again"),
        (in_vain, "active", Value::Null, 3, "acknowledged is not done"),
        (twice, "paused", Value::Null, 3, "the third one works"),
        (untold, "unknown", Value::Null, 1, "acknowledged, and not reported"),
    ];
    let ordered = cases.map(|(arrange, voice, error, least, reason)| async move {
        let stage = stage(|_| {}, &[]).await;
        arrange(&stage);
        let answer = stage.invoke(&file(PAUSE)).await;
        assert_eq!(outcome(&answer), "paused", "{reason}");
        assert_eq!(words(&answer), (json!(true), json!(voice)), "{reason}");
        assert!(answer.took < Duration::from_millis(8_500), "{reason}: {:?}", answer.took);
        assert!(asked(&stage) >= least, "{reason}: {}", asked(&stage));
        let line = stage.line(&answer);
        assert_eq!(line["voiceOrder"]["state"], voice, "{reason}");
        assert_eq!(line["voiceOrder"].get("error").unwrap_or(&Value::Null), &error, "{reason}: {line:#}");
        let logs = stage.function.logs_until(|lines| lines.iter().any(|line| is_metrics(line))).await;
        let metrics: Value =
            serde_json::from_str(logs.iter().find(|line| is_metrics(line)).unwrap()).unwrap();
        let is_counted = metrics.get("VoiceFailed").is_some();
        assert_eq!(is_counted, voice == "active", "{reason}: {metrics}");
        stage.end().await;
    });
    join_all(ordered).await;
}

#[tokio::test]
async fn a_screen_that_is_not_dark_is_an_error_although_the_voice_is_paused() {
    let stage = stage(|_| {}, &[]).await;
    stage.world.genesys.inject(On::Pause, Fault::Status(403), usize::MAX);
    let answer = stage.invoke(&file(PAUSE)).await;
    assert_eq!(outcome(&answer), "Forbidden");
    assert_eq!((stage.line(&answer)["voiceOrder"]["action"].clone(), asked(&stage)), (json!("pause"), 1));
    assert!(is_in_secure_pause(&stage));
    assert_eq!(outcome(&stage.invoke(&file(RESUME)).await), "nothing_paused");
    assert!(!is_in_secure_pause(&stage), "the script's resume undoes it");
    stage.end().await;
}

#[tokio::test]
async fn the_screens_stay_dark_while_the_voice_is_not_resumed() {
    let forbidden: Arrangement = |it| it.world.genesys.organization(|it| it.may_pause_others = false);
    let down: Arrangement = |it| it.world.genesys.inject(On::Voice, Fault::Status(503), usize::MAX);
    let in_vain: Arrangement = |it| it.world.genesys.inject(On::Voice, Fault::AckWithoutEffect, usize::MAX);
    let voice_only: Arrangement = |it| {
        it.world.genesys.organization(|it| {
            (it.tells_secure_pause, it.may_pause_others) = (false, false);
        });
    };
    let again: Arrangement = |it| {
        it.after("recordingstate", Duration::ZERO, |genesys| secure_pause(genesys, true));
    };
    let cases = [
        (forbidden, "no permission"),
        (down, "a resume of the voice is not repeated"),
        (in_vain, "it reads paused as long as reads may lag"),
        (voice_only, "the voice alone reports it"),
        (again, "another secure pause has begun"),
    ];
    let ordered = cases.map(|(arrange, reason)| async move {
        let stage = stage(|_| {}, &[]).await;
        stage.secure_pause(true);
        stage.set_screen(LEG_A, ScreenState::Paused);
        arrange(&stage);
        let answer = stage.invoke(&file(RESUME)).await;
        assert_eq!(outcome(&answer), "deferred", "{reason}");
        assert_eq!(words(&answer), (json!(false), json!("paused")), "{reason}");
        assert_eq!((stage.screen(LEG_A), asked(&stage)), (Some(ScreenState::Paused), 1), "{reason}");
        assert_eq!(stage.sent("resume", LEG_A), 0, "{reason}");
        stage.end().await;
    });
    join_all(ordered).await;
}

#[tokio::test]
async fn observing_and_the_brake_hold_the_voice_back_too() {
    let dark: Arrangement = |it| {
        it.secure_pause(true);
        it.set_screen(LEG_A, ScreenState::Paused);
    };
    let lit: Arrangement = |_| {};
    let other = "c3f5e9c4-3d74-4e30-8c79-2f8d8150bc07";
    #[rustfmt::skip] // A row a line.
    let cases = [
        (("MODE", "observe"), PAUSE, lit, "observed", "active", 0),
        (("MODE", "observe"), RESUME, dark, "observed", "paused", 0),
        (("MODE", "pause-only"), PAUSE, lit, "paused", "paused", 1),
        (("MODE", "pause-only"), RESUME, dark, "pause_only", "paused", 0),
        (("ACT_FOR", other), PAUSE, lit, "observed", "active", 0),
        (("ACT_FOR", other), RESUME, dark, "observed", "paused", 0),
        (("ACT_FOR", AGENT_A), PAUSE, lit, "paused", "paused", 1),
    ];
    let ordered = cases.map(|(setting, name, arrange, wanted, voice, sent)| async move {
        let stage = stage(|_| {}, &[setting]).await;
        arrange(&stage);
        let answer = stage.invoke(&file(name)).await;
        assert_eq!(outcome(&answer), wanted, "{setting:?}, {name}");
        assert_eq!(words(&answer).1, voice, "{setting:?}, {name}");
        assert_eq!(asked(&stage), sent, "{setting:?}, {name}");
        stage.end().await;
    });
    join_all(ordered).await;
}

#[tokio::test]
async fn a_status_is_read_and_nothing_is_sent_in_any_mode() {
    let both = json!([
        {"participantId": LEG_A, "screen": "paused", "dark": true},
        {"participantId": LEG_B, "screen": "active", "dark": false},
    ]);
    for setting in [("MODE", "act"), ("MODE", "observe"), ("MODE", "pause-only"), ("ACT_FOR", LEG_A)] {
        let stage = Stage::with(&[setting]).await;
        stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
        stage.secure_pause(true);
        stage.set_screen(LEG_A, ScreenState::Paused);
        let answer = stage.invoke(&file(STATUS)).await;
        assert_eq!(
            (outcome(&answer), words(&answer)),
            ("reported".to_owned(), (json!(false), json!("paused")))
        );
        let line = stage.line(&answer);
        let told = answer.result.unwrap();
        assert_eq!((&told["door"], &told["phase"]), (&json!("direct"), &Value::Null));
        assert_eq!((&told["targets"], &told["screens"]), (&json!([]), &both));
        assert_eq!((&line["screens"], &line["voiceOrder"]), (&both, &Value::Null));

        stage.set_screen(LEG_B, ScreenState::Paused);
        let told = stage.invoke(&file(STATUS)).await.result.unwrap();
        assert_eq!((&told["paused"], &told["verified"]), (&json!(true), &json!(true)), "{setting:?}");
        assert_eq!(stage.new_requests(), vec![get(200); 2], "{setting:?}");
        assert_eq!(stage.world.queue.messages(), Vec::<String>::new());
        stage.end().await;
    }
}

#[tokio::test]
async fn a_status_of_what_is_over_unknown_or_unreadable_is_not_paused() {
    let stage = Stage::new().await;
    assert_eq!(outcome(&stage.invoke(&file(STATUS)).await), "ConversationUnreadable");
    stage.call(&[(AGENT_A, LEG_A)]);
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), 1);
    assert_eq!(outcome(&stage.invoke(&file(STATUS)).await), "Forbidden");
    let logs = stage.function.logs().join("\n");
    assert!(!logs.contains("PauseFailed"), "no pause has failed: {logs}");
    stage.world.genesys.hang_up(id(CONVERSATION));
    let answer = stage.invoke(&file(STATUS)).await;
    assert_eq!(outcome(&answer), "conversation_over");
    let told = answer.result.unwrap();
    assert_eq!(
        (&told["paused"], &told["screens"], &told["voice"]),
        (&json!(false), &json!([]), &json!("unknown"))
    );
    stage.end().await;
}
