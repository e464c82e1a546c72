//! A process of the binary `world`, driven from outside.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use reqwest::{Client, Method};
use serde_json::{Map, Value};

use crate::client::client;

/// How long a line, or the end, is waited for on a busy machine.
pub const SOON: Duration = Duration::from_secs(20);
/// The ids in the event files of a secure pause.
pub const CONVERSATION: &str = "5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11";
pub const USER: &str = "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01";
pub const PARTICIPANT: &str = "a1f5e9c4-3d74-4e30-8c79-2f8d8150bc03";

/// A process that is killed where a test forgets it.
pub struct Served {
    child: Child,
    pub stdin: Option<ChildStdin>,
    pub lines: Receiver<Value>,
    pub ready: Value,
    http: Client,
}

impl Served {
    pub fn start(arguments: &[&str]) -> Self {
        let http = client();
        let mut child = Command::new(env!("CARGO_BIN_EXE_world"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the world can be started");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let ready: Value = lines.recv_timeout(SOON).expect("a first line");
        assert_eq!(ready["kind"], "ready");
        Self { child, stdin, lines, ready, http }
    }

    pub fn url(&self, name: &str) -> String {
        self.ready["env"][name].as_str().expect("a URL").to_owned()
    }

    pub async fn knock(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.ready["control"].as_str().expect("a URL"));
        let answer = self.http.request(method, url).json(body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("a body"))
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.knock(Method::POST, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.knock(Method::GET, path, &Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub async fn token(&self) -> String {
        let client = self.get("/client").await;
        let secret = |name: &str| client[name].as_str().expect("a text").to_owned();
        let answer = self
            .http
            .post(format!("{}/oauth/token", self.url("GENESYS_LOGIN_URL")))
            .basic_auth(secret("client_id"), Some(secret("client_secret")))
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .expect("an answer");
        let body: Value = answer.json().await.expect("a body");
        body["access_token"].as_str().expect("a token").to_owned()
    }

    pub async fn api(&self, token: &str, method: Method, end: &str) -> (u16, Value) {
        let url = format!("{}/api/v2/conversations/{CONVERSATION}{end}", self.url("GENESYS_API_URL"));
        let request = self.http.request(method.clone(), url).bearer_auth(token);
        let request = if method == Method::PUT { request.header("content-length", "0") } else { request };
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("a body"))
    }

    pub async fn steer(&self, token: &str, action: &str) -> u16 {
        let end = format!("/participants/{PARTICIPANT}/screenrecording/{action}");
        self.api(token, Method::PUT, &end).await.0
    }

    /// The state of the initiator's screen recording, and of the others'.
    pub async fn screens(&self) -> (Value, Vec<Value>) {
        let all = self.get(&format!("/screens?conversation={CONVERSATION}")).await;
        let mut all: Map<String, Value> = serde_json::from_value(all).expect("an object");
        let initiator = all.remove(PARTICIPANT).expect("the initiator's");
        (initiator, all.into_iter().map(|(_, state)| state).collect())
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().expect("kill can be started");
        assert!(status.success());
    }

    pub fn end(&mut self) -> ExitStatus {
        let until = Instant::now() + SOON;
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                return status;
            }
            assert!(Instant::now() < until, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
