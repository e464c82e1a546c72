//! The door of snapshots: the rule lets through that something changed, and how the conversation reads decides.

use std::time::Duration;

use serde_json::{Value, json};
use world::{ScreenState, Service, sqs_batch};

use crate::live::id;
use crate::stage::*;

const SNAPSHOT: &str = "snapshot/snapshot.json";

/// The file, as if its snapshot had been taken this long ago.
fn taken(age: Duration) -> Value {
    let mut snapshot = file(SNAPSHOT);
    snapshot["snapshot"]["at"] = ms_ago(age).to_string().into();
    snapshot
}

fn just_now() -> Value {
    taken(Duration::ZERO)
}

fn messages(stage: &Stage) -> Vec<String> {
    stage.world.queue.messages()
}

#[tokio::test]
async fn the_first_of_many_snapshots_pauses_every_screen_and_the_others_send_nothing() {
    let stage = Stage::new().await;
    stage.call(&[(AGENT_A, LEG_A), (AGENT_B, LEG_B)]);
    stage.secure_pause(true);

    let first = stage.invoke(&just_now()).await;
    let record = stage.line(&first);
    assert_eq!((outcome(&first), targets(&record).len()), ("paused".to_owned(), 2));
    assert_eq!((&record["door"], &record["phase"]), (&json!("snapshot"), &Value::Null));
    assert_eq!(record["eventId"], file(SNAPSHOT)["snapshot"]["eventId"]);
    assert!(record["exposureMs"].as_i64().is_some_and(|ms| ms < 5_000), "{record}");
    let [message] = &messages(&stage)[..] else { panic!("one message: {:?}", messages(&stage)) };
    let watch = json!({"watch": {"conversationId": CONVERSATION, "of": "pause"}});
    assert_eq!(serde_json::from_str::<Value>(message).unwrap(), watch);
    stage.new_requests();

    for _ in 0..2 {
        assert_eq!(outcome(&stage.invoke(&just_now()).await), "ignored");
        assert_eq!(stage.new_requests(), vec![get(200); 2], "once more after the lag");
    }
    assert_eq!(messages(&stage).len(), 1);
    for leg in [LEG_A, LEG_B] {
        assert_eq!(stage.screen(leg), Some(ScreenState::Paused));
    }
    stage.end().await;
}

#[tokio::test]
async fn a_snapshot_of_the_end_resumes_every_screen_and_the_others_send_nothing() {
    let stage = Stage::in_the_dark().await;
    assert_eq!(outcome(&stage.invoke(&just_now()).await), "resumed");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Active));
    stage.new_requests();
    assert_eq!(outcome(&stage.invoke(&taken(Duration::from_secs(4))).await), "nothing_paused");
    assert_eq!(stage.new_requests(), [get(200)]);
    assert_eq!(stage.count(Service::Queue), 0, "a resume needs no watch");
    stage.assert_looked_before_each_resume();
    stage.end().await;
}

#[tokio::test]
async fn the_message_of_its_pause_is_followed_like_any_other() {
    let stage = Stage::in_secure_pause().await;
    assert_eq!(outcome(&stage.invoke(&just_now()).await), "paused");
    let [message] = &messages(&stage)[..] else { panic!("one message") };
    let checked = stage.check(&sqs_batch(&[("1", message)])).await;
    assert_eq!(checked.outcome("1"), "watching");
    stage.secure_pause(false);
    let checked = stage.check(&sqs_batch(&[("1", message)])).await;
    assert_eq!((checked.outcome("1"), stage.screen(LEG_A)), ("recovered", Some(ScreenState::Active)));
    stage.end().await;
}

#[tokio::test]
async fn a_reading_that_trails_the_snapshot_is_made_again() {
    let stage = Stage::in_organization(|it| it.read_lag = Duration::from_millis(1_500), &[]).await;
    stage.call(&[(AGENT_A, LEG_A)]);
    stage.world.genesys.settle();
    stage.secure_pause(true);
    assert_eq!(outcome(&stage.invoke(&just_now()).await), "paused");
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused));
    stage.end().await;
}

#[tokio::test]
async fn in_doubt_nothing_is_sent_and_nothing_of_another_queue_is_taken() {
    let stage = Stage::new().await;
    let mut unclear = conversation(false, &[dark(AGENT_A, LEG_A)]);
    unclear["recordingState"] = "NONE".into();
    stage.serve(unclear);
    assert_eq!(outcome(&stage.invoke(&taken(Duration::from_secs(4))).await), "ignored");
    assert_eq!(stage.new_requests(), [get(200)]);
    let checked = stage.check(&sqs_batch(&[("1", &just_now().to_string())])).await;
    assert_eq!(checked.outcome("1"), "InvalidEvent", "the watch's queue holds none");
    stage.end().await;
}

#[tokio::test]
async fn each_file_is_one_that_the_function_takes() {
    let stage = Stage::in_organization(|it| it.read_lag = Duration::ZERO, &[]).await;
    for (name, dropped) in [(SNAPSHOT, 0), ("snapshot/without_time.json", 1)] {
        stage.call(&[(AGENT_A, LEG_A)]);
        stage.secure_pause(true);
        let answer = stage.invoke(&file(name)).await;
        let record = stage.line(&answer);
        assert_eq!(
            (outcome(&answer), &record["droppedFields"]),
            ("paused".to_owned(), &json!(dropped)),
            "{name}"
        );
        assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "{name}");
    }
    let mut files: Vec<_> =
        std::fs::read_dir("events/snapshot").unwrap().map(|it| it.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["snapshot.json", "without_time.json"]);
    stage.end().await;
}

#[tokio::test]
async fn an_organization_whose_bodies_tell_no_screens_is_warned_and_paused_all_the_same() {
    let stage = Stage::in_organization(|it| it.tells_screen_state = false, &[]).await.begins_secure_pause();
    let answer = stage.invoke(&just_now()).await.result.unwrap();
    assert_eq!(
        (&answer["outcome"], &answer["targets"][0]["state"]),
        (&json!("paused"), &json!("unverifiable"))
    );
    assert_eq!(stage.screen(LEG_A), Some(ScreenState::Paused), "in doubt, pause");
    let logs = stage.function.logs();
    let warned = |line: &&String| {
        line.contains("shows no screen's state: snapshots cannot serve it") && line.contains("WARN")
    };
    assert_eq!(logs.iter().filter(warned).count(), 1, "{logs:#?}");
    stage.end().await;

    let stage = Stage::in_secure_pause().await;
    stage.invoke(&just_now()).await;
    assert!(!stage.function.logs().iter().any(|line| line.contains("snapshots cannot serve it")));
    stage.end().await;
}

#[tokio::test]
async fn a_snapshot_is_counted_as_an_event_and_nobody_is_missed_by_it() {
    let stage = Stage::in_secure_pause().await;
    stage.invoke(&just_now()).await;
    let is_told = |lines: &[String]| lines.iter().any(|line| is_metrics(line));
    let logs = stage.function.logs_until(is_told).await;
    let line = logs.iter().find(|line| is_metrics(line)).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    for (name, is_there) in [
        ("Handled", true),
        ("Paused", true),
        ("EventAgeMs", true),
        ("ExposureMs", true),
        ("UnresolvedInitiator", false),
    ] {
        assert_eq!(line.get(name).is_some(), is_there, "{name}: {line}");
    }
    stage.end().await;
}

#[tokio::test]
async fn one_that_cannot_be_read_is_a_failed_pause_and_no_exposure() {
    let stage = Stage::new().await;
    stage.world.genesys.inject(world::On::Conversation, world::Fault::Status(403), 1);
    let answer = stage.invoke(&just_now()).await;
    assert_eq!(outcome(&answer), "Forbidden");
    assert_eq!(stage.line(&answer)["exposureMs"], Value::Null, "the screen may have been dark all the time");
    let logs = stage.function.logs_until(|lines| lines.iter().any(|line| is_metrics(line))).await;
    assert!(logs.iter().any(|line| is_metrics(line) && line.contains("\"PauseFailed\":[1]")), "{logs:#?}");
    stage.end().await;
}

#[tokio::test]
async fn the_brake_observing_and_a_pilot_hold_it_back_like_an_event() {
    let stage = Stage::with(&[("MODE", "pause-only")]).await;
    stage.left_dark();
    assert_eq!(outcome(&stage.invoke(&just_now()).await), "pause_only");
    stage.end().await;

    for (setting, value) in [("MODE", "observe"), ("ACT_FOR", AGENT_B)] {
        let stage = Stage::with(&[(setting, value)]).await.begins_secure_pause();
        assert_eq!(outcome(&stage.invoke(&just_now()).await), "observed", "{setting}");
        assert_eq!((stage.screen(LEG_A), stage.count(Service::Queue)), (Some(ScreenState::Active), 0));
        let line =
            stage.function.logs().into_iter().find(|line| line.contains("plan, not carried out")).unwrap();
        assert!(line.contains(r#""door":"snapshot""#) && line.contains(r#""phase":null"#), "{line}");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_end_is_waited_out_where_agents_close_the_payment_page_late() {
    let stage = Stage::with(&[("RESUME_DELAY_SECONDS", "3")]).await;
    stage.left_dark();
    let answer = stage.invoke(&taken(Duration::from_mins(1))).await;
    assert_eq!(outcome(&answer), "resumed");
    let requests = stage.world.requests();
    let resume = requests.iter().find(|request| request.path.ends_with("/resume")).unwrap();
    let waited = resume.arrived.duration_since(answer.handed_out);
    assert!(waited >= Duration::from_secs(3), "{waited:?}: nobody knows when the secure pause ended");
    assert!(stage.world.genesys.screen(id(CONVERSATION), id(LEG_A)) == Some(ScreenState::Active));
    stage.end().await;
}
