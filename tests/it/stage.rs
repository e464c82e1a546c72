//! The stage of a behaviour test: the simulated world and the real binary in it.
//!
//! Whatever a test is about, every invocation must leave exactly one log line that says what the answer
//! says, and the world must have nothing to complain about.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use uuid::Uuid;
use world::{Answer, Function, Service, World};

pub const CONVERSATION: &str = "5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11";
pub const AGENT_A: &str = "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01";
pub const LEG_A: &str = "a1f5e9c4-3d74-4e30-8c79-2f8d8150bc03";
pub const AGENT_B: &str = "b2e4d8b3-2c63-4d2f-9b68-1e7c704fab02";
pub const LEG_B: &str = "b206fad5-4e85-4f41-9d8a-309e9261cd04";

/// The event of the first agent's secure pause.
pub const STARTED: &str = "secure_pause/started.json";
/// The same without a participant, so that nothing is paused unread.
pub const BY_USER: &str = "secure_pause/started_without_participant.json";
/// The event of its end.
pub const ENDED: &str = "secure_pause/ended.json";

pub struct Stage {
    pub world: World,
    pub function: Function,
    seen: AtomicUsize,
}

/// What came of a batch of the watch queue.
#[derive(Debug)]
pub struct Checked {
    /// The messages that come back.
    pub undone: Vec<String>,
    /// The line of each message, in no order.
    pub lines: Vec<Value>,
}

impl Checked {
    /// How the only message ended.
    pub fn only_outcome(&self) -> &str {
        let [line] = &self.lines[..] else { panic!("one message: {:#?}", self.lines) };
        outcome_of(line)
    }

    /// How a message ended.
    pub fn outcome(&self, message: &str) -> &str {
        let mut lines = self.lines.iter().filter(|line| line["messageId"] == message);
        let (Some(line), None) = (lines.next(), lines.next()) else {
            panic!("one line a message: {message} in {:#?}", self.lines);
        };
        outcome_of(line)
    }
}

fn outcome_of(line: &Value) -> &str {
    line.get("outcome").or(line.get("errorType")).and_then(Value::as_str).unwrap()
}

impl Stage {
    /// The function as deployed by default, past INIT.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same with settings changed.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::raised(World::start().await, settings).await
    }

    /// In a world that something has happened to already.
    pub async fn raised(world: World, settings: &[(&str, &str)]) -> Self {
        let mut env = world.env();
        env.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let function = Function::start(Path::new(env!("CARGO_BIN_EXE_secure-pause")), env).await;
        function.ready().await;
        let stage = Self { world, function, seen: AtomicUsize::new(0) };
        stage.new_requests();
        stage
    }

    /// Every reading shows the first agent in secure pause, with a screen that is dark.
    pub fn reads_dark(self) -> Self {
        self.serve(conversation(true, &[dark(AGENT_A, LEG_A)]));
        self
    }

    /// The same, with both agents on the call.
    pub fn reads_both_dark(self) -> Self {
        self.serve(conversation(true, &[dark(AGENT_A, LEG_A), dark(AGENT_B, LEG_B)]));
        self
    }

    /// Serves a conversation under the id that the event files name.
    pub fn serve(&self, body: Value) {
        self.world.genesys.serve(CONVERSATION.parse().unwrap(), body);
    }

    /// Serves the conversation as each reading in turn is to show it; the last one stays.
    pub fn serve_in_turn(&self, views: Vec<Value>) {
        let read = AtomicUsize::new(0);
        self.serve(views[0].clone());
        self.world.genesys.edit(CONVERSATION.parse().unwrap(), move |body| {
            let view = read.fetch_add(1, Ordering::Relaxed).min(views.len() - 1);
            body.clone_from(&views[view]);
        });
    }

    /// Invokes the function, within the 30 s it has by default.
    pub async fn invoke(&self, event: &Value) -> Answer {
        self.invoke_within(event, Duration::from_secs(30)).await
    }

    pub async fn invoke_within(&self, event: &Value, deadline: Duration) -> Answer {
        let answer = self.function.invoke_bytes(serde_json::to_vec(event).unwrap(), deadline).await;
        let requests = self.world.requests();
        let late = requests.iter().filter(|request| request.arrived > answer.handed_out + deadline);
        assert_eq!(late.count(), 0, "after the deadline: {requests:#?}");
        self.assert_told_once(&answer).await;
        answer
    }

    /// What Genesys and Secrets Manager were asked since the last look, a line each.
    pub fn new_requests(&self) -> Vec<String> {
        let requests = self.world.requests();
        let seen = self.seen.swap(requests.len(), Ordering::Relaxed);
        requests[seen..].iter().map(world::Recorded::line).collect()
    }

    /// The same without the readings that follow the first pause or resume: how often the function reads
    /// back is its own affair, except where a test is about that.
    pub fn new_acts(&self) -> Vec<String> {
        let mut acted = false;
        let mut requests = self.new_requests();
        requests.retain(|line| {
            acted |= line.starts_with("PUT");
            !(acted && line.starts_with("GET"))
        });
        requests
    }

    /// How many requests a service has had, INIT included.
    pub fn count(&self, service: Service) -> usize {
        self.world.requests().iter().filter(|request| request.service == service).count()
    }

    /// Hands the function a batch of the watch queue, as an event source mapping does. Every message must
    /// have a line of its own, and the answer must name the messages that come back and nothing else.
    pub async fn check(&self, batch: &Value) -> Checked {
        self.check_within(batch, Duration::from_secs(30)).await
    }

    pub async fn check_within(&self, batch: &Value, deadline: Duration) -> Checked {
        let count = batch["Records"].as_array().unwrap().len();
        let answer = self.function.invoke_bytes(serde_json::to_vec(batch).unwrap(), deadline).await;
        let lines = self.function.logs_until(|lines| told(lines, &answer).len() >= count).await;
        let lines = told(&lines, &answer);
        assert_eq!(lines.len(), count, "a line a message: {lines:#?}");
        for line in &lines {
            crate::audit::assert_is_a_record(line);
            assert_eq!(line["door"], "watch", "{line}");
            assert!(line.get("outcome").is_some() != line.get("errorType").is_some(), "{line}");
        }
        let wanted = answer.result.expect("a batch is never answered with an error");
        let failures = wanted["batchItemFailures"].as_array().unwrap();
        let undone: Vec<_> = failures.iter().map(|failure| text(&failure["itemIdentifier"])).collect();
        let same = undone.iter().map(|id| json!({"itemIdentifier": id})).collect::<Vec<_>>();
        assert_eq!(wanted, json!({"batchItemFailures": same}), "and nothing more");
        Checked { undone, lines }
    }

    /// Ends the process and looks at what only shows in the end.
    pub async fn end(self) {
        assert_eq!(self.world.complaints(), Vec::<String>::new());
        self.function.stop().await;
    }

    /// No resume of a leg is sent twice on one reading, where one process sends them.
    pub fn assert_looked_before_each_resume(&self) {
        let mut has_looked = BTreeMap::new();
        let mut has_read = false;
        for request in self.world.requests() {
            if request.method == "GET" && request.status == Some(200) {
                has_read = true;
                for looked in has_looked.values_mut() {
                    *looked = true;
                }
            } else if request.path.ends_with("/resume") {
                let looked = has_looked.insert(request.path.clone(), false).unwrap_or(has_read);
                assert!(looked, "no reading before {request}: {:#?}", self.world.requests());
            }
        }
    }

    /// The line of the log that says how an invocation ended; [`Stage::invoke`] has waited for it.
    pub fn line(&self, answer: &Answer) -> Value {
        let logs = self.function.logs();
        let parsed = logs.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut own = parsed.filter(|line| line["requestId"] == answer.request_id.as_str());
        own.next().unwrap_or_else(|| panic!("no line: {logs:#?}"))
    }

    /// Exactly one line of the log says how an invocation ended, and it says what the answer says.
    async fn assert_told_once(&self, answer: &Answer) {
        let told = |lines: &[String]| told(lines, answer);
        let lines = self.function.logs_until(|lines| !told(lines).is_empty()).await;
        let told = told(&lines);
        assert_eq!(told.len(), 1, "one line an invocation: {lines:#?}");
        crate::audit::assert_is_a_record(&told[0]);
        match &answer.result {
            Ok(answer) => {
                assert_eq!(told[0]["outcome"], answer["outcome"]);
                assert_eq!(told[0]["level"], "INFO");
            }
            Err(failure) => {
                assert_eq!(told[0]["errorType"], failure.error_type.as_str());
                assert_eq!(told[0]["errorMessage"], failure.error_message.as_str());
                assert_eq!(told[0]["level"], "ERROR");
            }
        }
    }
}

/// The lines of the log that say how something ended that this invocation was asked for.
fn told(lines: &[String], answer: &Answer) -> Vec<Value> {
    let parsed = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    parsed
        .filter(|line| line["requestId"] == answer.request_id.as_str())
        .filter(|line| line.get("outcome").is_some() || line.get("errorType").is_some())
        .collect()
}

/// Whether a line of the log is one of metrics, whose form is CloudWatch's.
pub fn is_metrics(line: &str) -> bool {
    line.contains("\"_aws\":{")
}

/// An event file, as it is in `events/`.
pub fn file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("events").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// An event file, as if what it reports had just happened.
pub fn fresh(name: &str) -> Value {
    aged(name, Duration::ZERO)
}

/// A file of any door, as if it came from something that has just happened.
pub fn given(name: &str) -> Value {
    if name.starts_with("secure_pause") { fresh(name) } else { file(name) }
}

/// A batch, as if its first message were as old as this.
pub fn sent_ago(mut batch: Value, age: Duration) -> Value {
    batch["Records"][0]["attributes"]["SentTimestamp"] = ms_ago(age).to_string().into();
    batch
}

pub fn ms_ago(age: Duration) -> u64 {
    let at = SystemTime::now() - age;
    u64::try_from(at.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// An event file, as if what it reports had happened this long ago.
pub fn aged(name: &str, age: Duration) -> Value {
    let mut event = file(name);
    event["detail"]["eventBody"]["eventTime"] = ms_ago(age).into();
    event
}

/// A conversation in secure pause, with these participants.
pub fn conversation(secure_pause: bool, participants: &[Value]) -> Value {
    let recording = if secure_pause { "PAUSED" } else { "ACTIVE" };
    json!({
        "id": CONVERSATION, "startTime": "2025-11-02T11:50:00.000Z", "securePause": secure_pause,
        "recordingState": recording, "participants": participants,
    })
}

/// An agent's leg with one call in this state.
pub fn leg(user: &str, id: &str, call: &str) -> Value {
    json!({
        "id": id, "userId": user, "purpose": "agent", "connectedTime": "2025-11-02T11:50:10.000Z",
        "calls": [{"id": Uuid::new_v4(), "state": call}],
    })
}

/// An agent's leg on a call, which every reading shows with its screen paused: what is read back at once.
pub fn dark(user: &str, id: &str) -> Value {
    screen(leg(user, id, "connected"), "paused")
}

/// The same leg with its screen recording in this state.
pub fn screen(mut leg: Value, state: &str) -> Value {
    leg["screenRecordingState"] = state.into();
    leg
}

/// The path of a screen recording's pause or resume in the conversation of the event files.
pub fn put(leg: &str, action: &str, status: u16) -> String {
    format!(
        "PUT /api/v2/conversations/{CONVERSATION}/participants/{leg}/screenrecording/{action} -> {status}"
    )
}

/// The reading of that conversation.
pub fn get(status: u16) -> String {
    format!("GET /api/v2/conversations/{CONVERSATION} -> {status}")
}

/// A text of a JSON value, which is one.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The names in an answer or failure, for comparison.
pub fn outcome(answer: &Answer) -> String {
    match &answer.result {
        Ok(answer) => answer["outcome"].as_str().unwrap_or("no outcome").to_owned(),
        Err(failure) => failure.error_type.clone(),
    }
}

/// The targets in an answer or a line.
pub fn targets(told: &Value) -> &[Value] {
    told["targets"].as_array().unwrap()
}

/// The target of a leg.
pub fn target<'a>(told: &'a Value, leg: &str) -> &'a Value {
    let mut of_leg = targets(told).iter().filter(|target| target["participantId"] == leg);
    let (Some(target), None) = (of_leg.next(), of_leg.next()) else { panic!("one target {leg}: {told}") };
    target
}

/// The target, where there must be no other.
pub fn only_target(told: &Value) -> &Value {
    let [target] = targets(told) else { panic!("one target: {told}") };
    target
}

/// The legs of the targets in order, each with its state.
pub fn states(told: &Value) -> Vec<(&str, &str)> {
    let mut states: Vec<_> = targets(told)
        .iter()
        .map(|target| (target["participantId"].as_str().unwrap(), target["state"].as_str().unwrap()))
        .collect();
    states.sort_unstable();
    states
}
