//! Preflight: it reports what could be done, and does nothing.

use serde_json::{Value, json};
use world::{Fault, On, Organization, Rights, Service, Topics, World};

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
    let requests = stage.world.requests();
    let mut api = requests.iter().filter(|request| request.service == Service::Api);
    assert!(api.all(|request| request.method == "GET"), "nothing is changed: {requests:#?}");
    (answer, pairs)
}

fn status<'a>(pairs: &'a [(String, String)], check: &str) -> &'a str {
    &pairs.iter().find(|(name, _)| name == check).unwrap_or_else(|| panic!("{check} in {pairs:?}")).1
}

fn remedy(answer: &Value, check: &str) -> String {
    of(answer, check, "remedy")
}

fn of(answer: &Value, check: &str, field: &str) -> String {
    let checks = answer["checks"].as_array().unwrap();
    text(&checks.iter().find(|it| it["check"] == check).unwrap()[field])
}

#[tokio::test]
async fn where_everything_is_as_it_should_be_every_check_says_so() {
    let stage = Stage::new().await;
    let (answer, pairs) = preflight(&stage).await;
    assert_eq!(answer["preflight"], "ok");
    assert!(pairs.iter().all(|(_, status)| status == "ok"), "{answer:#}");
    assert_eq!(pairs.len(), 12);
    assert_eq!((&answer["securePauses"], &answer["trigger"]), (&json!("yes"), &json!("both")), "{answer:#}");
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
    assert_eq!((&answer["securePauses"], &answer["trigger"]), (&json!("no"), &Value::Null), "{answer:#}");
    let needs_it = [
        "token",
        "clock",
        "permissions",
        "conversation",
        "events",
        "call_ends",
        "screen_recording_path",
        "voice_pause",
        "recordings",
    ];
    for check in needs_it {
        assert_eq!(status(&pairs, check), "skipped", "{answer:#}");
    }
    assert_eq!(status(&pairs, "watch_queue"), "ok", "it needs none of these");
    assert!(!answer.to_string().contains("Sentinel"));
    stage.end().await;
}

#[tokio::test]
async fn rights_that_cannot_be_read_are_not_taken_for_those_of_the_roles() {
    let stage = Stage::new().await;
    stage.world.genesys.inject(On::Permissions, Fault::Html(200), 1);
    let (answer, _) = preflight(&stage).await;
    assert!(of(&answer, "permissions", "detail").contains("cannot be read"), "{answer:#}");
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
        (own, none, voices, "failed", "failed", "the other may not see screens"),
        (&[][..], voices, none, "unknown", "ok", "the one client may not see screens, and need not"),
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

/// What a preflight says of secure pauses.
fn said(answer: &Value) -> (&str, Option<&str>) {
    (answer["securePauses"].as_str().unwrap(), answer["trigger"].as_str())
}

#[tokio::test]
async fn the_list_of_topics_says_by_what_a_secure_pause_can_be_known() {
    #[rustfmt::skip] // A row a line: what the organization has, what follows, and what of it is named.
    let rows = [
        (Topics::All, "ok", ("yes", Some("both")), "all four snapshots by EventBridge", "Trigger=both"),
        (Topics::SecurePause, "ok", ("yes", Some("secure-pause")), "snapshots not by EventBridge", "Trigger=secure-pause"),
        (Topics::Snapshots, "ok", ("yes", Some("snapshots")), "v2.users.{id}.conversations.calls", "Trigger=snapshots"),
        (Topics::Preview, "ok", ("yes", Some("secure-pause")), "by EventBridge (in preview)", "have Genesys turn it on"),
        (Topics::Websocket, "unknown", ("no", Some("none")), "secure_pause not by EventBridge", "secure call flow"),
        (Topics::Absent, "unknown", ("no", Some("none")), "secure_pause not listed", "secure call flow"),
    ];
    let stage = Stage::new().await;
    for (topics, wanted, verdict, named, remedied) in rows {
        stage.world.genesys.organization(|it| it.topics = topics);
        let (answer, pairs) = preflight(&stage).await;
        assert_eq!((status(&pairs, "events"), said(&answer)), (wanted, verdict), "{topics:?}: {answer:#}");
        assert!(of(&answer, "events", "detail").contains(named), "{topics:?}: {answer:#}");
        assert!(remedy(&answer, "events").contains(remedied), "{topics:?}: {answer:#}");
        assert_eq!(answer["preflight"], "ok", "another way may be in use: {topics:?}");
    }
    stage.end().await;
}

#[tokio::test]
async fn the_list_is_read_leniently_and_what_cannot_be_read_is_no_verdict() {
    let pause = |transports: &str| {
        format!(
            r#"{{"id": "v2.detail.events.conversation.{{id}}.secure_pause", "transports": {transports}}}"#
        )
    };
    let calls = r#"{"id": "v2.users.{id}.conversations.calls", "transports": ["ALL"]}"#;
    let (unknown, none) = (("unknown", None), ("no", Some("none")));
    let (secure_pause, snapshots) = (("yes", Some("secure-pause")), ("yes", Some("snapshots")));
    let capitals = r#"{"id": "V2.Detail.Events.Conversation.{conversationId}.Secure_Pause", "transports": ["EVENT_BRIDGE"]}"#;
    #[rustfmt::skip] // A row a line: the list's entries, what follows, the reason.
    let rows = [
        (pause(r#"["all"]"#), secure_pause, "small letters"),
        (capitals.to_owned(), secure_pause, "capitals, and another name of the placeholder"),
        (pause(r#"["Websocket", "ProcessAutomation", "EventBridge"]"#), secure_pause, "one of several"),
        (pause(r#"["Websocket"]"#) + "," + &pause(r#"["EventBridge"]"#), secure_pause, "an entry for each transport"),
        (pause(r#"["Allegro"]"#), none, "a transport that nobody knows is not EventBridge"),
        (pause(r#"[{"name": "EventBridge"}, "Websocket"]"#), unknown, "one of them cannot be read"),
        (pause("[]"), unknown, "transports are not told"),
        (pause("null"), unknown, "transports are not told"),
        (pause(r#""All""#), unknown, "no list of transports"),
        (pause("[7]") + "," + calls, snapshots, "what is unreadable hides nothing but itself"),
        (r#"{"id": "v2.users.{id}.presence"}, {"id": 7}"#.to_owned(), unknown, "the topic may be the one without an id"),
        (r#"{"id": "v2.users.{id}.presence"}, 7"#.to_owned(), unknown, "the topic may be what is no object"),
        (r#"{"id": "v2.users.{id}.presence"}"#.to_owned(), none, "neither is there"),
        (r#"{"id": "v2.users.{id}.conversations.calls.x", "transports": ["All"]}"#.to_owned(), none, "a longer name is another"),
        (String::new(), unknown, "no organization has no topic"),
    ];
    let stage = Stage::new().await;
    for (entries, wanted, reason) in rows {
        serve_topics(&stage, &format!(r#"{{"entities": [{entries}]}}"#));
        let (answer, _) = preflight(&stage).await;
        assert_eq!(said(&answer), wanted, "{reason}: {answer:#}");
    }
    for body in ["[]", "{}", r#"{"entities": {}}"#, r#"{"entities": null}"#, "{\"entities\": [", "", "7"] {
        serve_topics(&stage, body);
        let (answer, _) = preflight(&stage).await;
        assert_eq!(said(&answer), unknown, "{body}: {answer:#}");
    }
    let similar =
        r#"{"entities": [{"id": "v2.conversations.{id}.securePause"}, {"id": "securepause \u001b[2J"}]}"#;
    serve_topics(&stage, similar);
    let (answer, _) = preflight(&stage).await;
    let detail = of(&answer, "events", "detail");
    assert!(detail.ends_with("; there is v2.conversations.{id}.securePause"), "{answer:#}");
    let preview = r#"{"entities": [{"id": "v2.detail.events.conversation.{id}.secure_pause", "visibility": "PREVIEW"}]}"#;
    serve_topics(&stage, preview);
    let (answer, _) = preflight(&stage).await;
    assert!(of(&answer, "events", "detail").contains("(in preview)"), "{answer:#}");
    stage.end().await;
}

#[tokio::test]
async fn the_list_of_topics_says_whether_every_call_can_be_proven_and_that_fails_nothing() {
    let end = |transports: &str| {
        format!(
            r#"{{"id": "v2.detail.events.conversation.{{id}}.customer.end", "transports": {transports}}}"#
        )
    };
    let other = r#"{"id": "v2.users.{id}.presence"}"#.to_owned();
    #[rustfmt::skip] // A row a line: the list's entries, how the check comes out, what is found, what is advised.
    let rows = [
        (end(r#"["All"]"#), "ok", "customer.end by EventBridge", "give the integration the topic"),
        (end(r#"["Websocket"]"#), "unknown", "customer.end not by EventBridge", "Proof=pauses"),
        (other.clone(), "unknown", "customer.end not listed", "Proof=pauses"),
        (end("[]"), "unknown", "customer.end unknown", "run this again"),
        (other + ", 7", "unknown", "customer.end unknown", "run this again"),
    ];
    let stage = Stage::new().await;
    for (entries, wanted, found, advised) in rows {
        serve_topics(&stage, &format!(r#"{{"entities": [{entries}]}}"#));
        let (answer, pairs) = preflight(&stage).await;
        assert_eq!((status(&pairs, "call_ends"), &answer["preflight"]), (wanted, &json!("ok")), "{answer:#}");
        assert!(of(&answer, "call_ends", "detail").starts_with(found), "{answer:#}");
        assert!(remedy(&answer, "call_ends").contains(advised), "{answer:#}");
        let checks = answer["checks"].as_array().unwrap();
        let check = checks.iter().find(|it| it["check"] == "call_ends").unwrap();
        assert_eq!(check.get("securePauses"), None, "proof is no part of it");
    }
    stage.end().await;
}

fn serve_topics(stage: &Stage, body: &str) {
    let fault = Fault::StatusWith { status: 200, headers: Vec::new(), body: body.to_owned() };
    stage.world.genesys.clear_faults();
    // Without the topic in it, the list is asked for twice.
    stage.world.genesys.inject(On::Topics, fault, usize::MAX);
}

#[tokio::test]
async fn a_list_that_could_not_be_had_is_no_verdict_and_fails_nothing() {
    let stage = Stage::new().await;
    let faults = [
        Fault::Status(500),
        Fault::Status(403),
        Fault::Status(404),
        Fault::Html(401),
        Fault::Html(403),
        Fault::Html(200),
        Fault::Huge(200, 3 * 1024 * 1024),
        Fault::HeadOnly(200),
        Fault::Reset,
        // The last: proof then leaves its readings for later.
        Fault::RetryAfter(60),
    ];
    for fault in faults {
        stage.world.genesys.inject(On::Topics, fault.clone(), usize::MAX);
        let (answer, pairs) = preflight(&stage).await;
        stage.world.genesys.clear_faults();
        assert_eq!(said(&answer), ("unknown", None), "{fault:?}: {answer:#}");
        assert_eq!((status(&pairs, "events"), &answer["preflight"]), ("unknown", &json!("ok")), "{fault:?}");
        let limited = if matches!(fault, Fault::RetryAfter(_)) { "recordings" } else { "" };
        assert_eq!(status(&pairs, "call_ends"), "unknown", "{fault:?}: {answer:#}");
        let of_topics = ["events", "call_ends", limited];
        let mut others = pairs.iter().filter(|(name, _)| !of_topics.contains(&name.as_str()));
        assert!(others.all(|(_, status)| status == "ok"), "{fault:?}: {answer:#}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_blip_is_tried_again() {
    let stage = Stage::new().await;
    stage.world.genesys.inject(On::Topics, Fault::Status(503), 1);
    stage.world.genesys.inject(On::Topics, Fault::RetryAfter(1), 1);
    let (answer, _) = preflight(&stage).await;
    assert_eq!(said(&answer), ("yes", Some("both")), "{answer:#}");
    stage.end().await;
}

#[tokio::test]
async fn a_server_that_has_no_topics_in_preview_says_no_less() {
    let stage = Stage::new().await;
    stage.world.genesys.organization(|it| it.topics = Topics::Snapshots);
    let (answer, _) = preflight(&stage).await;
    let asked: Vec<_> = lists(&stage);
    assert_eq!(asked, ["expand=transports,visibility", "expand=transports,visibility&includePreview=true"]);
    let snapshot = r#"{"entities": [{"id": "v2.users.{id}.conversations", "transports": ["All"]}]}"#;
    let once = Fault::StatusWith { status: 200, headers: Vec::new(), body: snapshot.to_owned() };
    for fault in [Fault::Status(400), Fault::Html(404), Fault::Status(503), Fault::Reset] {
        stage.world.genesys.inject(On::Topics, once.clone(), 1);
        stage.world.genesys.inject(On::Topics, fault.clone(), usize::MAX);
        let (refused, _) = preflight(&stage).await;
        stage.world.genesys.clear_faults();
        assert_eq!(said(&refused), said(&answer), "{fault:?}");
        assert_eq!(said(&refused), ("yes", Some("snapshots")), "{fault:?}");
    }
    stage.world.genesys.organization(|it| it.topics = Topics::All);
    let before = lists(&stage).len();
    preflight(&stage).await;
    assert_eq!(lists(&stage)[before..], ["expand=transports,visibility"], "the first list has it");
    stage.end().await;
}

/// How the list of topics was asked for.
fn lists(stage: &Stage) -> Vec<String> {
    let requests = stage.world.requests();
    let queries = requests.iter().filter_map(|it| it.path.split_once("availabletopics?"));
    queries.map(|(_, query)| query.to_owned()).collect()
}

#[tokio::test]
async fn a_longer_name_of_the_topic_counts_and_is_named_for_the_integration() {
    let entry = |end: &str, transport: &str| {
        let id = format!("v2.detail.events.conversation.{{id}}.{end}");
        format!(r#"{{"id": "{id}", "transports": ["{transport}"]}}"#)
    };
    let (started, ended) = ("secure_pause_started", "secure_pause_ended");
    let parted = format!("{},{}", entry(started, "All"), entry(ended, "EventBridge"));
    let (secure_pause, none) = (("yes", Some("secure-pause")), ("no", Some("none")));
    #[rustfmt::skip] // A row a line: the list's entries, what follows, what is advised, what is not.
    let rows = [
        (parted.clone(), secure_pause, "secure_pause_started and v2.detail.events.conversation.{id}.secure_pause_ended", "until"),
        (entry("secure_pause.state", "All"), secure_pause, "secure_pause.state (topics in genesys/terraform", "and v2"),
        (parted + "," + &entry("secure_pause", "All"), secure_pause, "Trigger=secure-pause", "genesys/terraform"),
        (entry(started, "Websocket"), none, "secure call flow", "genesys/terraform"),
        (entry("not_secure_pause", "All"), none, "secure call flow", "genesys/terraform"),
    ];
    let stage = Stage::new().await;
    for (entries, wanted, advised, not) in rows {
        serve_topics(&stage, &format!(r#"{{"entities": [{entries}]}}"#));
        let (answer, _) = preflight(&stage).await;
        assert_eq!(said(&answer), wanted, "{answer:#}");
        let remedy = remedy(&answer, "events");
        assert!(remedy.contains(advised) && !remedy.contains(not), "{remedy}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_right_that_the_roles_are_known_to_lack_is_missing_whatever_is_answered() {
    let stage = Stage::new().await;
    let policy = r#"{"domain": "recording", "entityName": "recording", "actions": ["view"]}"#;
    let without = format!(r#"{{"grants": [{{"role": {{"policies": [{policy}]}}}}]}}"#);
    // Conversations that are there are refused; this one is not there, and is answered so.
    let partly = without.replace(r#"["view"]"#, r#"[{"id": "view"}, "add"]"#);
    let faults = [
        (without.as_str(), "failed", "no"),
        (partly.as_str(), "ok", "yes"),
        (r#"{"grants": [{"role": {}}]}"#, "ok", "yes"),
    ];
    for (body, wanted, verdict) in faults {
        let fault = Fault::StatusWith { status: 200, headers: Vec::new(), body: body.to_owned() };
        stage.world.genesys.inject(On::Grants, fault, usize::MAX);
        let (answer, pairs) = preflight(&stage).await;
        stage.world.genesys.clear_faults();
        assert_eq!((status(&pairs, "conversation"), said(&answer).0), (wanted, verdict), "{answer:#}");
        let named = answer.to_string().contains("conversation:communication:view");
        assert_eq!(named, wanted == "failed", "{answer:#}");
    }
    stage.end().await;
}

#[tokio::test]
async fn what_is_no_part_of_a_pause_decides_nothing_of_secure_pauses() {
    let own: &[_] = &[World::recordings_env()];
    #[rustfmt::skip] // A row a line: settings, what goes wrong, the check, how it comes out.
    let rows = [
        (&[][..], Fault::Status(400), "unknown"),
        (&[][..], Fault::Status(503), "unknown"),
        (&[][..], Fault::Html(200), "unknown"),
        (own, Fault::Status(403), "failed"),
        (own, Fault::Status(503), "failed"),
    ];
    for (settings, fault, wanted) in rows {
        let stage = Stage::with(settings).await;
        stage.world.genesys.inject(On::Recordings, fault.clone(), usize::MAX);
        let (answer, pairs) = preflight(&stage).await;
        assert_eq!((status(&pairs, "recordings"), said(&answer).0), (wanted, "yes"), "{fault:?}: {answer:#}");
        assert_eq!(answer["preflight"], if wanted == "failed" { "failed" } else { "ok" }, "{fault:?}");
        stage.end().await;
    }
    let stage = Stage::with(&[("WATCH_QUEUE_URL", "http://127.0.0.1:1/000000000000/nowhere")]).await;
    let (answer, pairs) = preflight(&stage).await;
    assert_eq!((status(&pairs, "watch_queue"), said(&answer).0), ("failed", "yes"), "{answer:#}");
    // The world complains of the queue; that is what this is about.
    stage.function.stop().await;
}

#[tokio::test]
async fn an_outage_is_told_apart_from_a_refusal() {
    let stage = Stage::new().await;
    #[rustfmt::skip] // A row a line: what goes wrong, whether secure pauses can be handled, the check that fails.
    let rows = [
        (On::Conversation, Fault::Status(403), "no", "conversation"),
        (On::Conversation, Fault::Status(503), "unknown", "conversation"),
        (On::Conversation, Fault::Html(200), "unknown", "conversation"),
        (On::Token, Fault::Status(401), "no", "token"),
        (On::Token, Fault::Status(400), "no", "token"),
        (On::Token, Fault::Status(503), "unknown", "token"),
        (On::Token, Fault::RetryAfter(60), "unknown", "token"),
    ];
    for (on, fault, wanted, check) in rows {
        stage.world.genesys.inject(on, fault.clone(), usize::MAX);
        let (answer, pairs) = preflight(&stage).await;
        stage.world.genesys.clear_faults();
        assert_eq!(
            (said(&answer).0, &answer["preflight"]),
            (wanted, &json!("failed")),
            "{fault:?}: {answer:#}"
        );
        assert_eq!((status(&pairs, check), of(&answer, check, "securePauses").as_str()), ("failed", wanted));
    }
    stage.end().await;
}

#[tokio::test]
async fn a_clock_that_is_far_from_genesys_is_told() {
    let stage = Stage::new().await;
    for (ahead, wanted, said) in
        [(2, "ok", "behind Genesys'"), (20, "unknown", "behind"), (-20, "unknown", "ahead of")]
    {
        stage.world.genesys.organization(|it| it.clock_ahead = ahead);
        let (answer, pairs) = preflight(&stage).await;
        assert_eq!((status(&pairs, "clock"), &answer["securePauses"]), (wanted, &json!("yes")), "{answer:#}");
        assert!(of(&answer, "clock", "detail").contains(said), "{answer:#}");
    }
    stage.end().await;
}

#[tokio::test]
async fn whether_the_voice_may_be_paused_too_is_a_finding_and_no_fault() {
    let stage = Stage::new().await;
    for (shows_roles, said) in [(true, "lack"), (false, "does not show")] {
        stage.world.genesys.organization(|it| (it.may_pause_voices, it.shows_roles) = (false, shows_roles));
        let (answer, pairs) = preflight(&stage).await;
        assert_eq!(
            (status(&pairs, "voice_pause"), &answer["preflight"]),
            ("unknown", &json!("ok")),
            "{answer:#}"
        );
        assert!(of(&answer, "voice_pause", "detail").contains(said), "{answer:#}");
        assert!(remedy(&answer, "voice_pause").contains("if a script's button"), "{answer:#}");
    }
    for body in
        ["{}", r#"{"grants": []}"#, r#"{"grants": [{"role": {"policies": [{"domain": 7}]}}]}"#, "<html>"]
    {
        let fault = Fault::StatusWith { status: 200, headers: Vec::new(), body: body.to_owned() };
        stage.world.genesys.inject(On::Grants, fault, 1);
        let (answer, _) = preflight(&stage).await;
        assert!(of(&answer, "voice_pause", "detail").contains("does not show"), "{body}: {answer:#}");
    }
    for held in [
        r#""*", "entityName": "*", "actions": ["*"]"#,
        r#""CONVERSATION", "entityName": "recording", "actions": ["PauseOthers"]"#,
    ] {
        let body = format!(r#"{{"grants": [{{}}, {{"role": {{"policies": [{{"domain": {held}}}]}}}}]}}"#);
        let fault = Fault::StatusWith { status: 200, headers: Vec::new(), body };
        stage.world.genesys.inject(On::Grants, fault, 1);
        let (_, pairs) = preflight(&stage).await;
        assert_eq!(status(&pairs, "voice_pause"), "ok", "{held}");
    }
    stage.end().await;
}
