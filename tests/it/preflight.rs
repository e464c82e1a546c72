//! Preflight: it reports what could be done, and does nothing.

use serde_json::{Value, json};
use world::{Fault, On, Organization, Rights, Service, World};

use crate::stage::*;

/// The preflight's answer, and its checks as pairs of name and status.
async fn preflight(stage: &Stage) -> (Value, Vec<(String, String)>) {
    let answer = stage.function.invoke(&json!({"action": "preflight"})).await;
    let answer = answer.result.expect("a preflight is always answered");
    let checks = answer["checks"].as_array().unwrap();
    let pairs = checks.iter().map(|check| (text(&check["check"]), text(&check["status"]))).collect();
    for check in checks {
        let needs_mending = check["status"] == "failed";
        assert!(!needs_mending || !text(&check["remedy"]).is_empty(), "{check}");
    }
    assert!(stage.world.requests().iter().all(|request| request.method != "PUT"), "nothing is paused");
    (answer, pairs)
}

fn status<'a>(pairs: &'a [(String, String)], check: &str) -> &'a str {
    &pairs.iter().find(|(name, _)| name == check).unwrap_or_else(|| panic!("{check} in {pairs:?}")).1
}

fn remedy(answer: &Value, check: &str) -> String {
    let checks = answer["checks"].as_array().unwrap();
    text(&checks.iter().find(|it| it["check"] == check).unwrap()["remedy"])
}

#[tokio::test]
async fn where_everything_is_as_it_should_be_every_check_says_so() {
    let stage = Stage::new().await;
    let (answer, pairs) = preflight(&stage).await;
    assert_eq!(answer["preflight"], "ok");
    assert!(pairs.iter().all(|(_, status)| status == "ok"), "{answer:#}");
    assert_eq!(pairs.len(), 8);
    let written = answer.to_string();
    assert!(!written.contains("Sentinel"), "no names of the organization: {written}");
    assert!(answer["checks"][2]["detail"].as_str().unwrap().contains(" s"), "the token's life: {answer:#}");
    assert_eq!(stage.count(Service::SecretsManager), 3, "INIT's, its own, and the new token's");
    stage.end().await;
}

#[tokio::test]
async fn what_fails_names_its_remedy_and_what_needs_it_is_skipped() {
    let stage = Stage::new().await;
    stage.world.secrets.set_raw("{\"client_id\":\"Sentinel\"}");
    let (answer, pairs) = preflight(&stage).await;
    assert_eq!(answer["preflight"], "failed");
    assert_eq!(status(&pairs, "secret"), "failed");
    assert!(remedy(&answer, "secret").contains("GENESYS_SECRET_ID"), "{answer:#}");
    for check in ["token", "permissions", "conversation", "screen_recording_path", "recordings"] {
        assert_eq!(status(&pairs, check), "skipped", "{answer:#}");
    }
    assert_eq!(status(&pairs, "watch_queue"), "ok", "it needs none of these");
    assert!(!answer.to_string().contains("Sentinel"));
    stage.end().await;
}

#[tokio::test]
async fn rights_that_cannot_be_read_are_not_taken_for_those_of_the_roles() {
    let stage = Stage::new().await;
    // The new token comes first.
    stage.world.genesys.inject(On::Any, Fault::Delay(std::time::Duration::ZERO), 1);
    stage.world.genesys.inject(On::Any, Fault::Html(200), 1);
    let (answer, _) = preflight(&stage).await;
    assert_eq!(answer["checks"][3]["check"], "permissions");
    let detail = text(&answer["checks"][3]["detail"]);
    assert!(detail.contains("cannot be read"), "{answer:#}");
    stage.end().await;
}

#[tokio::test]
async fn a_missing_permission_is_told_apart_from_a_conversation_that_does_not_exist() {
    let stage = Stage::new().await;
    stage.world.genesys.inject(On::Conversation, Fault::Status(403), usize::MAX);
    let (answer, pairs) = preflight(&stage).await;
    assert_eq!(status(&pairs, "conversation"), "failed");
    assert!(remedy(&answer, "conversation").contains("conversation:communication:view"), "{answer:#}");
    stage.end().await;
}

#[tokio::test]
async fn the_right_to_read_recordings_is_asked_of_the_client_that_reads_them() {
    let own: &[_] = &[World::recordings_env()];
    let (none, voices) = (Rights::NONE, Rights { screens: false, ..Rights::ALL });
    #[rustfmt::skip] // A row a line: settings, rights of the client that pauses, of the other, status, preflight.
    let rows = [
        (&[][..], Rights::ALL, none, "ok", "ok", "the one client may"),
        (&[][..], none, Rights::ALL, "unknown", "ok", "it may not, and need not"),
        (own, none, Rights::ALL, "ok", "ok", "the other may"),
        (own, none, voices, "ok", "ok", "what it may not see, only a call can tell"),
        (own, Rights::ALL, none, "failed", "failed", "the other may not"),
    ];
    for (settings, rights, recordings_rights, wanted, preflight_is, reason) in rows {
        let change = |it: &mut Organization| (it.rights, it.recordings_rights) = (rights, recordings_rights);
        let stage = Stage::in_organization(change, settings).await;
        let (answer, pairs) = preflight(&stage).await;
        assert_eq!(status(&pairs, "recordings"), wanted, "{reason}: {answer:#}");
        assert_eq!(answer["preflight"], preflight_is, "{reason}");
        if wanted != "ok" {
            assert!(remedy(&answer, "recordings").contains("recording:screenRecording:view"), "{answer:#}");
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn a_client_of_its_own_is_asked_even_where_the_other_fails() {
    let stage = Stage::with(&[World::recordings_env()]).await;
    stage.world.secrets.set_raw("nonsense");
    let (answer, pairs) = preflight(&stage).await;
    assert_eq!((status(&pairs, "secret"), status(&pairs, "recordings")), ("failed", "ok"), "{answer:#}");
    stage.end().await;
}

#[tokio::test]
async fn a_path_that_is_answered_like_any_other_cannot_be_told_without_a_live_call() {
    let stage = Stage::with(&[(
        "SCREEN_RECORDING_PATH",
        "/api/v2/elsewhere/{conversationId}/{participantId}/{action}",
    )])
    .await;
    let (answer, pairs) = preflight(&stage).await;
    assert_eq!(answer["preflight"], "ok", "not known to be wrong: {answer:#}");
    assert_eq!(status(&pairs, "screen_recording_path"), "unknown");
    assert!(remedy(&answer, "screen_recording_path").contains("first-hour"), "{answer:#}");
    // The world complains of the path; that is what this is about.
    stage.function.stop().await;
}

#[tokio::test]
async fn faulty_settings_are_the_first_check() {
    let stage = Stage::with(&[("MODE", "off")]).await;
    let (answer, pairs) = preflight(&stage).await;
    assert_eq!(answer["preflight"], "failed");
    assert_eq!(status(&pairs, "settings"), "failed");
    assert!(answer["checks"][0]["detail"].as_str().unwrap().contains("MODE"), "{answer:#}");
    assert!(pairs[1..].iter().all(|(_, status)| status == "skipped"), "{answer:#}");
    stage.end().await;
}

#[tokio::test]
async fn a_preflight_that_gets_no_token_leaves_the_one_that_serves() {
    let stage = Stage::new().await;
    stage.world.genesys.inject(On::Token, Fault::Status(400), usize::MAX);
    let (_, pairs) = preflight(&stage).await;
    assert_eq!((status(&pairs, "secret"), status(&pairs, "token")), ("ok", "failed"));
    stage.serve(conversation(true, &[dark(AGENT_A, LEG_A)]));
    assert_eq!(outcome(&stage.invoke(&fresh(STARTED)).await), "paused");
    stage.end().await;
}
