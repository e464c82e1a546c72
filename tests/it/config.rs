//! The settings: defaults, every fault at once, and no value repeated.

use secure_pause::config::{Config, ConfigFaults, Mode, PausedScreen};

pub fn config(settings: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
    let required = [("GENESYS_SECRET_ID", "genesys"), ("GENESYS_REGION", "mypurecloud.ie")];
    Config::from_lookup(|name| {
        let given = settings.iter().chain(&required).find(|(set, _)| *set == name);
        given.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn the_region_tells_both_hosts_and_everything_else_has_its_default() {
    let config = config(&[]).unwrap();
    assert_eq!(config.api_url, "https://api.mypurecloud.ie");
    assert_eq!(config.login_url, "https://login.mypurecloud.ie");
    assert_eq!(config.event_source_prefix, "aws.partner/genesys.com/cloud/");
    assert_eq!((config.policy.all_agents, config.mode), (false, Mode::Act));
    assert!(config.policy.not_recorded.is_empty() && config.act_for.is_empty());
    assert!(!config.policy.require_verified && config.policy.resume_delay.is_zero());
    assert_eq!((config.watch_queue_url, config.recordings_secret_id), (None, None));
    assert_eq!(
        (config.proof.paused_screen, config.proof.tolerance.as_millis()),
        (PausedScreen::Unknown, 5_000)
    );
    assert!(config.proof.payment_queues.is_empty());
}

#[test]
fn each_setting_takes_what_it_can_mean_and_nothing_else() {
    let (longest, too_long) = ("a".repeat(255), "a".repeat(256));
    let cases = [
        ("GENESYS_SECRET_ID", "arn:aws:secretsmanager:us-east-1:123456789012:secret:genesys", true, "an ARN"),
        ("GENESYS_SECRET_ID", "", false, "required"),
        ("GENESYS_REGION", "usw2.pure.cloud", true, "a published region"),
        ("GENESYS_REGION", "MYPURECLOUD.COM", false, "domains are published in small letters"),
        ("GENESYS_REGION", "evil.example", false, "no region"),
        ("GENESYS_API_URL", "", true, "empty is none: the region tells it"),
        ("GENESYS_API_URL", "https://api.example.com", true, "https anywhere"),
        ("GENESYS_API_URL", "https://api.example.com/", true, "a slash at the end"),
        ("GENESYS_API_URL", "http://127.0.0.1:8080", true, "http on loopback"),
        ("GENESYS_API_URL", "http://127.1.2.3", true, "all of 127/8"),
        ("GENESYS_API_URL", "http://[::1]:8080", true, "IPv6 loopback"),
        ("GENESYS_API_URL", "http://localhost:8080", true, "the name of loopback"),
        ("GENESYS_API_URL", "http://api.example.com", false, "a token in the clear"),
        ("GENESYS_API_URL", "http://127.0.0.1.example.com", false, "looks like loopback"),
        ("GENESYS_API_URL", "http://127.0.0.1@example.com", false, "looks like loopback too"),
        ("GENESYS_API_URL", "https://user:password@example.com", false, "credentials in a URL"),
        ("GENESYS_API_URL", "https://user@example.com", false, "a user alone in a URL"),
        ("GENESYS_API_URL", "https://api.example.com/?q", false, "a path cannot follow a query"),
        ("GENESYS_API_URL", "https://api.example.com/#f", false, "nor a fragment"),
        ("GENESYS_LOGIN_URL", "ftp://example.com", false, "no HTTP"),
        ("GENESYS_LOGIN_URL", "login.example.com", false, "no URL"),
        ("SCREEN_RECORDING_PATH", "/x/{conversationId}/{participantId}/{action}", true, "all three"),
        ("SCREEN_RECORDING_PATH", "/x/{conversationId}/{participantId}", false, "no action"),
        ("SCREEN_RECORDING_PATH", "x/{conversationId}/{participantId}/{action}", false, "no path"),
        ("SCREEN_RECORDING_PATH", "/../{conversationId}/{participantId}/{action}", false, "leads elsewhere"),
        (
            "SCREEN_RECORDING_PATH",
            "/%2e%2e/{conversationId}/{participantId}/{action}",
            false,
            "leads elsewhere in disguise",
        ),
        (
            "SCREEN_RECORDING_PATH",
            "/{org}/{conversationId}/{participantId}/{action}",
            false,
            "a placeholder more",
        ),
        ("SCREEN_RECORDING_PATH", "", false, "nothing falls back in silence"),
        ("NOT_RECORDED_STATUS", "", true, "none"),
        ("NOT_RECORDED_STATUS", "409", true, "one"),
        ("NOT_RECORDED_STATUS", "422, 409", true, "two"),
        ("NOT_RECORDED_STATUS", "409,", false, "a list that breaks off"),
        ("NOT_RECORDED_STATUS", "404", false, "a path that is wrong is no paused screen"),
        ("NOT_RECORDED_STATUS", "405", false, "nor is one that takes no PUT"),
        ("NOT_RECORDED_STATUS", "4O4", false, "no number"),
        ("NOT_RECORDED_STATUS", "200", false, "a success"),
        ("NOT_RECORDED_STATUS", "401", false, "a lost token is no paused screen"),
        ("NOT_RECORDED_STATUS", "408", false, "a request that timed out is no paused screen"),
        ("NOT_RECORDED_STATUS", "425", false, "one that came too early is none either"),
        ("NOT_RECORDED_STATUS", "429", false, "too many requests are no paused screen"),
        ("NOT_RECORDED_STATUS", "403", false, "a lost permission is no paused screen"),
        ("NOT_RECORDED_STATUS", "500", false, "a failure is tried again"),
        ("EVENT_SOURCE_PREFIX", "", false, "every source would pass"),
        ("PAUSE_SCOPE", "all-agents", true, "the other scope"),
        ("PAUSE_SCOPE", "All-Agents", false, "not as written"),
        ("MODE", "observe", true, "a mode"),
        ("MODE", "pause-only", true, "a mode"),
        ("MODE", "dry-run", false, "no mode"),
        ("REQUIRE_VERIFIED", "true", true, "only what was read back"),
        ("REQUIRE_VERIFIED", "yes", false, "neither true nor false"),
        ("REQUIRE_VERIFIED", "", false, "nothing falls back in silence"),
        ("RESUME_DELAY_SECONDS", "0", true, "none"),
        ("RESUME_DELAY_SECONDS", "15", true, "as long as an invocation can wait"),
        ("RESUME_DELAY_SECONDS", "16", false, "longer than that"),
        ("RESUME_DELAY_SECONDS", "-1", false, "no time to wait"),
        ("RESUME_DELAY_SECONDS", "2.5", false, "no whole seconds"),
        ("ACT_FOR", "", true, "everyone"),
        ("ACT_FOR", "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01", true, "one id"),
        (
            "ACT_FOR",
            "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01, b2e4d8b3-2c63-4d2f-9b68-1e7c704fab02",
            true,
            "two",
        ),
        ("ACT_FOR", "Payments", false, "a name is no id"),
        ("ACT_FOR", "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01,", false, "a list that breaks off"),
        ("WATCH_QUEUE_URL", "", true, "none"),
        ("WATCH_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/watch", true, "a queue"),
        ("WATCH_QUEUE_URL", "watch", false, "no URL"),
        ("EXTRA_CA_BUNDLE", "", true, "none"),
        ("METRICS_NAMESPACE", "Payments/SecurePause", true, "a namespace"),
        ("METRICS_NAMESPACE", &longest, true, "as long as CloudWatch takes"),
        ("METRICS_NAMESPACE", &too_long, false, "longer than CloudWatch takes"),
        ("METRICS_NAMESPACE", "AWS/Lambda", false, "Amazon's own"),
        ("METRICS_NAMESPACE", "Ümlaut", false, "not CloudWatch's letters"),
    ];
    check(&cases);
}

#[test]
fn each_setting_of_proof_takes_what_it_can_mean_and_nothing_else() {
    check(&[
        ("RECORDINGS_SECRET_ID", "", true, "the client that pauses"),
        ("RECORDINGS_SECRET_ID", "genesys-recordings", true, "a client of its own"),
        ("RECORDINGS_SECRET_ID", " ", false, "the name of no secret"),
        ("PAUSED_SCREEN", "cut", true, "what a test call showed"),
        ("PAUSED_SCREEN", "frozen", true, "what a test call showed"),
        ("PAUSED_SCREEN", "masked", true, "what a test call showed"),
        ("PAUSED_SCREEN", "black", false, "no word for it"),
        ("PAUSED_SCREEN", "", false, "nothing falls back in silence"),
        ("PROOF_TOLERANCE_MS", "0", true, "to the millisecond"),
        ("PROOF_TOLERANCE_MS", "30000", true, "half a minute"),
        ("PROOF_TOLERANCE_MS", "30001", false, "more than that"),
        ("PROOF_TOLERANCE_MS", "-1", false, "no time"),
        ("PROOF_TOLERANCE_MS", "5s", false, "no number"),
        ("PAYMENT_QUEUES", "", true, "none"),
        ("PAYMENT_QUEUES", "c3f5e9c4-3d74-4e30-8c79-2f8d8150bc07", true, "one queue"),
        ("PAYMENT_QUEUES", "Payments", false, "a name is no id"),
    ]);
}

/// Name, value, whether it is good, and why.
fn check(cases: &[(&str, &str, bool, &str)]) {
    for (name, value, good, reason) in cases {
        let read = config(&[(name, value)]);
        assert_eq!(read.is_ok(), *good, "{name}={value}: {reason}");
        if let Err(faults) = read {
            assert!(faults.to_string().contains(name), "{faults}");
        }
    }
}

#[test]
fn an_empty_region_is_a_missing_one() {
    let faults = config(&[("GENESYS_REGION", "")]).unwrap_err().to_string();
    assert!(faults.contains("GENESYS_REGION is required"), "{faults}");
}

#[test]
fn all_faults_are_reported_at_once_and_no_value_is_repeated() {
    let faults = Config::from_lookup(|name| match name {
        "GENESYS_REGION" | "MODE" | "NOT_RECORDED_STATUS" => Some("pasted-secret".to_owned()),
        _ => None,
    })
    .unwrap_err()
    .to_string();
    for name in ["GENESYS_SECRET_ID", "GENESYS_REGION", "MODE", "NOT_RECORDED_STATUS"] {
        assert!(faults.contains(name), "{faults}");
    }
    assert!(!faults.contains("pasted-secret"), "{faults}");
}
