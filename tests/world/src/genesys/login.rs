//! The token host: which client gets a token, and how long a token is good.

use std::{
    collections::BTreeMap,
    io,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use time::OffsetDateTime;
use tokio::time::sleep;
use uuid::Uuid;

use super::{Genesys, error::usual_code, rate::Window};
use crate::{
    fault::{self, Fault, On},
    journal::{Journal, Service},
    secrets::SecretsManager,
    wire::{self, Ending, HttpResponse, Request, Server, json, with_header},
};

/// The OAuth clients of the organization, the one that pauses and the one that reads recordings, and their tokens.
pub(super) struct Login {
    client_id: String,
    client_secret: String,
    recordings_client: (String, String),
    tokens: BTreeMap<String, Token>,
}

struct Token {
    /// Whether it is one of the client that reads recordings.
    reads_recordings: bool,
    expires: Instant,
    revoked: bool,
    /// What it has used of its limit.
    window: Option<Window>,
}

/// What a token is worth.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    Expired,
    Unknown,
}

impl Login {
    pub(super) fn new(journal: &Journal) -> Self {
        let client_secret = random_text();
        let recordings_client = (Uuid::new_v4().to_string(), random_text());
        journal.secret(&client_secret);
        journal.secret(&recordings_client.1);
        let client_id = Uuid::new_v4().to_string();
        Self { client_id, client_secret, recordings_client, tokens: BTreeMap::new() }
    }

    pub(super) fn standing(&self, token: &str) -> Standing {
        match self.tokens.get(token) {
            Some(token) if token.revoked => Standing::Unknown,
            Some(token) if token.expires <= Instant::now() => Standing::Expired,
            Some(_) => Standing::Good,
            None => Standing::Unknown,
        }
    }

    /// Whether a token is one of the client that reads recordings.
    pub(super) fn reads_recordings(&self, token: &str) -> bool {
        self.tokens.get(token).is_some_and(|token| token.reads_recordings)
    }

    /// What a good token has used of its limit; none for one that is not good.
    pub(super) fn window(&mut self, token: &str) -> Option<&mut Option<Window>> {
        if self.standing(token) != Standing::Good {
            return None;
        }
        self.tokens.get_mut(token).map(|token| &mut token.window)
    }

    fn issue(&mut self, life: Duration, reads_recordings: bool) -> String {
        let token = format!("{}{}", random_text(), random_text());
        let expires = Instant::now() + life;
        self.tokens.insert(token.clone(), Token { reads_recordings, expires, revoked: false, window: None });
        token
    }

    fn revoke_all(&mut self) {
        self.tokens.values_mut().for_each(|token| token.revoked = true);
    }
}

impl Genesys {
    /// The client id and the client secret that are good now.
    pub fn client(&self) -> (String, String) {
        let state = self.state();
        (state.login.client_id.clone(), state.login.client_secret.clone())
    }

    /// Id and secret of the client that reads recordings.
    pub fn recordings_client(&self) -> (String, String) {
        self.state().login.recordings_client.clone()
    }

    /// From now on every token issued so far is answered with 401.
    pub fn revoke_tokens(&self) {
        self.state().login.revoke_all();
    }

    /// A new client secret, here alone; the tokens of the old one are revoked.
    pub fn rotate_secret(&self) {
        let secret = random_text();
        self.journal().secret(&secret);
        let mut state = self.state();
        state.login.client_secret = secret;
        state.login.revoke_all();
    }

    /// A new client secret here and in Secrets Manager; the tokens of the old one are revoked.
    pub fn rotate_secret_with(&self, secrets: &SecretsManager) {
        self.rotate_secret();
        let (id, secret) = self.client();
        secrets.set(&id, &secret);
    }

    async fn token(&self, request: &Request) -> Ending {
        let refusal = self.strict_about_token(request);
        let latency = self.state().organization.latency;
        if !latency.is_zero() {
            sleep(latency).await;
        }
        let fault = self.state().faults.take(|on| matches!(on, On::Token | On::Any));
        let error = |status| match status {
            400 | 401 => oauth_error(status, "invalid_client", &self.caller().upstream),
            _ => self.error(status, usual_code(status)),
        };
        let normally = || match refusal {
            Some((404, code)) => self.error(404, code),
            Some((status, code)) => oauth_error(status, code, &self.caller().upstream),
            None => self.issue(request),
        };
        let mut ending = Fault::end(fault, error, normally).await;
        self.correlate(&mut ending);
        ending
    }

    /// Adds what Genesys support asks for to an answer.
    pub(super) fn correlate(&self, ending: &mut Ending) {
        if let Some(response) = ending.response_mut() {
            let plain = std::mem::take(response);
            let id = Uuid::new_v4().to_string();
            let correlated = with_header(plain, "inin-correlation-id", &id);
            let ahead = time::Duration::seconds(self.state().organization.clock_ahead);
            // A date that is there was set by a fault; without any the server sets its own.
            *response = if ahead.is_zero() || correlated.headers().contains_key("date") {
                correlated
            } else {
                with_header(correlated, "date", &fault::date(OffsetDateTime::now_utc() + ahead))
            };
        }
    }

    fn strict_about_token(&self, request: &Request) -> Option<(u16, &'static str)> {
        let complain = |fault: &str| self.journal().complain(request, fault);
        let mut refusal = None;
        if request.header("user-agent").is_none() {
            complain("no User-Agent");
            refusal = Some((400, "invalid_request"));
        }
        if request.header("authorization").is_some_and(|value| !value.starts_with("Basic ")) {
            complain("a token was sent to the token host");
            refusal = Some((400, "invalid_request"));
        }
        if request.path != "/oauth/token" {
            complain("unknown path on the token host");
            return Some((404, "not.found"));
        }
        if request.method != "POST" {
            complain("a token is asked for with POST");
            return Some((405, "invalid_request"));
        }
        if request.header("authorization").is_none() {
            complain("no Authorization");
            refusal = Some((400, "invalid_request"));
        }
        let form = request.header("content-type").unwrap_or_default();
        if !form.starts_with("application/x-www-form-urlencoded") {
            complain("a token request is a form");
            refusal = Some((415, "invalid_request"));
        }
        let grant = form_urlencoded::parse(&request.body).find(|(name, _)| name == "grant_type");
        if refusal.is_none() && grant.is_none_or(|(_, value)| value != "client_credentials") {
            complain("the form has no grant_type=client_credentials");
            refusal = Some((400, "unsupported_grant_type"));
        }
        refusal
    }

    fn issue(&self, request: &Request) -> HttpResponse {
        let mut state = self.state();
        let (id, secret) = basic(request).unwrap_or_default();
        let upstream = &self.caller().upstream;
        let reads_recordings = id == state.login.recordings_client.0;
        if id != state.login.client_id && !reads_recordings {
            return oauth_error(400, "invalid_client", upstream);
        }
        let login = &state.login;
        let wanted = if reads_recordings { &login.recordings_client.1 } else { &login.client_secret };
        if secret != *wanted {
            return oauth_error(401, "invalid_client", upstream);
        }
        let life = state.organization.token_ttl;
        let token = state.login.issue(life, reads_recordings);
        self.journal().secret(&token);
        let seconds = life.as_secs();
        json(200, &json!({ "access_token": token, "token_type": "bearer", "expires_in": seconds }))
    }
}

/// Serves the token host.
pub(super) async fn serve(genesys: Genesys, port: u16) -> io::Result<Server> {
    let line = genesys.journal().network().to(Service::Login);
    wire::serve(port, line, move |request| {
        let genesys = genesys.clone();
        async move {
            let answer = genesys.token(&request);
            genesys.journal().record(Service::Login, &request, answer).await
        }
    })
    .await
}

/// The token endpoint's own form of an error.
fn oauth_error(status: u16, code: &str, text: &str) -> HttpResponse {
    json(status, &json!({ "error": code, "description": text, "error_description": text }))
}

fn basic(request: &Request) -> Option<(String, String)> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// As long as a real client secret, and as hard to guess.
fn random_text() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())[..43].to_owned()
}
