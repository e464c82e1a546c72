//! The API host: which paths there are, what is wrong with a request, and who answers it.

use std::io;

use tokio::time::sleep;
use uuid::Uuid;

use super::{
    Genesys,
    error::usual_code,
    login::Standing,
    retention::{conversations, delete_date},
    voice,
};
use crate::{
    fault::{Fault, On},
    journal::Service,
    wire::{self, Ending, HttpResponse, Request, Server},
};

/// What is told of a client-credentials token: names, which are nobody's business, and no scope.
const TOKEN_INFO: &str = r#"{"organization": {"id": "7f0c1c0e-5f0b-4f0e-9d43-0f6f7a1be801", "name": "Sentinel Organization"},
    "authorizedScope": [], "OAuthClient": {"id": "9a3f2c1e-0b7d-4f57-8a8e-5d5c1c9f2b02", "name": "Sentinel Client"}}"#;

/// What a request asks for.
#[derive(Clone, Copy)]
enum Route {
    Conversation(Uuid),
    Recordings(Uuid),
    /// One recording of a conversation without its media.
    Metadata(Uuid, Uuid),
    /// When a recording of a conversation is deleted.
    Retention(Uuid, Uuid),
    /// Which conversations are under legal hold.
    Protection,
    Screen {
        conversation: Uuid,
        participant: Uuid,
        pause: bool,
    },
    /// The voice recording is to be paused, or to go on.
    Voice {
        conversation: Uuid,
        pause: bool,
    },
    /// What the token may do.
    Token,
    /// What the client's roles hold.
    Grants,
    /// Which topics there are.
    Topics {
        with_preview: bool,
    },
    /// The path of a screen recording, asked with another method: it exists, and that is all there is to know.
    Probe,
}

/// Why a request has no route, or is refused whatever its route: status, code, complaint.
type Refusal = (u16, &'static str, &'static str);

/// A request as it has been understood.
struct Asked<'a> {
    request: &'a Request,
    route: Result<Route, Refusal>,
    refusal: Option<&'a Refusal>,
    /// Whether an accepted pause, resume or deletion may change anything.
    takes_effect: bool,
}

impl Asked<'_> {
    fn token(&self) -> &str {
        let header = self.request.header("authorization");
        header.and_then(|it| it.strip_prefix("Bearer ")).unwrap_or_default()
    }
}

impl Route {
    fn of(request: &Request, screen_recording_path: &str) -> Result<Self, Refusal> {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let segments: Vec<&str> = path.split('/').collect();
        if let ["", "api", "v2", "conversations", id] = segments[..] {
            let conversation = strict_uuid(id)?;
            return match request.method.as_str() {
                "GET" => Ok(Self::Conversation(conversation)),
                _ => Err((405, "method.not.allowed", "a conversation is only read")),
            };
        }
        if let ["", "api", "v2", "conversations", id, "recordings"] = segments[..] {
            let conversation = strict_uuid(id)?;
            if request.method != "GET" {
                return Err((405, "method.not.allowed", "recordings are only read"));
            }
            // A copied mark looks like a pause, and is none.
            let waits = query.strip_prefix("maxWaitMs=").and_then(|ms| ms.parse::<u32>().ok());
            let waits = waits.ok_or((400, "bad.request", "recordings are asked for with maxWaitMs alone"))?;
            return match waits {
                0..=5_000 => Ok(Self::Recordings(conversation)),
                _ => Err((400, "bad.request", "maxWaitMs is longer than Genesys waits")),
            };
        }
        if let ["", "api", "v2", "conversations", id, "recordingmetadata", recording] = segments[..] {
            return match request.method.as_str() {
                "GET" => Ok(Self::Metadata(strict_uuid(id)?, strict_uuid(recording)?)),
                _ => Err((405, "method.not.allowed", "metadata are only read")),
            };
        }
        if let ["", "api", "v2", "conversations", id, "recordings", recording] = segments[..] {
            return match (request.method.as_str(), query) {
                ("PUT", "clearExport=true") => Ok(Self::Retention(strict_uuid(id)?, strict_uuid(recording)?)),
                ("PUT", _) => Err((400, "bad.request", "an export that waits would still be made")),
                _ => Err((405, "method.not.allowed", "of a recording alone only its retention is changed")),
            };
        }
        if request.path == "/api/v2/recordings/deletionprotection" {
            return match request.method.as_str() {
                "POST" => Ok(Self::Protection),
                _ => Err((405, "method.not.allowed", "legal hold is only asked for")),
            };
        }
        if let ["", "api", "v2", "conversations", "calls", id, "recordingstate"] = segments[..] {
            let conversation = strict_uuid(id)?;
            return match (request.method.as_str(), voice::asked(&request.body)) {
                ("PUT", Some(pause)) => Ok(Self::Voice { conversation, pause }),
                ("PUT", None) => Err((400, "bad.request", "a voice recording is to be paused or active")),
                _ => Err((405, "method.not.allowed", "a voice recording is paused with PUT")),
            };
        }
        if path == "/api/v2/tokens/me" && request.method == "GET" {
            return Ok(Self::Token);
        }
        if request.path == "/api/v2/authorization/subjects/me" && request.method == "GET" {
            return Ok(Self::Grants);
        }
        if path == "/api/v2/notifications/availabletopics" && request.method == "GET" {
            return match query {
                "expand=transports,visibility" => Ok(Self::Topics { with_preview: false }),
                "expand=transports,visibility&includePreview=true" => Ok(Self::Topics { with_preview: true }),
                _ => Err((400, "bad.request", "topics without their transports are of no use")),
            };
        }
        let (mut conversation, mut participant, mut action) = (None, None, None);
        let template: Vec<&str> = screen_recording_path.split('/').collect();
        let mut fits = template.len() == segments.len();
        for (expected, found) in template.into_iter().zip(segments) {
            match expected {
                "{conversationId}" => conversation = Some(found),
                "{participantId}" => participant = Some(found),
                "{action}" => action = Some(found),
                literal => fits &= literal == found,
            }
        }
        let (true, Some(conversation), Some(participant), Some(pause @ ("pause" | "resume"))) =
            (fits, conversation, participant, action)
        else {
            return Err((404, "not.found", "unknown path"));
        };
        if request.method == "GET" {
            return Ok(Self::Probe);
        }
        if request.method != "PUT" {
            return Err((405, "method.not.allowed", "a screen recording is paused with PUT"));
        }
        Ok(Self::Screen {
            conversation: strict_uuid(conversation)?,
            participant: strict_uuid(participant)?,
            pause: pause == "pause",
        })
    }

    fn fits(self, on: On) -> bool {
        match (self, on) {
            (_, On::Any)
            | (Self::Conversation(_), On::Conversation)
            | (Self::Recordings(_), On::Recordings)
            | (Self::Metadata(..), On::Metadata)
            | (Self::Retention(..), On::Retention)
            | (Self::Protection, On::Protection)
            | (Self::Token, On::Permissions)
            | (Self::Grants, On::Grants)
            | (Self::Topics { .. }, On::Topics)
            | (Self::Voice { .. }, On::Voice)
            | (Self::Screen { .. }, On::AnyScreenRecording) => true,
            (Self::Screen { pause, .. }, On::Pause) => pause,
            (Self::Screen { pause, .. }, On::Resume) => !pause,
            (Self::Screen { participant, .. }, On::Participant(wanted)) => participant == wanted,
            _ => false,
        }
    }
}

/// The form with hyphens and no other.
fn strict_uuid(text: &str) -> Result<Uuid, Refusal> {
    let id = Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    id.ok_or((400, "bad.request", "an id in the path is no UUID"))
}

impl Genesys {
    async fn api(&self, request: &Request) -> Ending {
        let (latency, template) = {
            let state = self.state();
            (state.organization.latency, state.organization.screen_recording_path.clone())
        };
        let route = Route::of(request, &template);
        let refusals = refusals(request, route);
        for (_, _, complaint) in &refusals {
            self.journal().complain(request, complaint);
        }
        if !latency.is_zero() {
            sleep(latency).await;
        }
        let fits = |on| route.map_or(on == On::Any, |route| route.fits(on));
        let fault = self.state().faults.take(fits);
        let error = |status| self.error(status, usual_code(status));
        let takes_effect = !matches!(fault, Some(Fault::AckWithoutEffect));
        let asked = Asked { request, route, refusal: refusals.first(), takes_effect };
        let mut ending = Fault::end(fault, error, || self.in_the_limits(&asked)).await;
        self.correlate(&mut ending);
        ending
    }

    fn in_the_limits(&self, asked: &Asked<'_>) -> HttpResponse {
        let Some(usage) = self.state().count(asked.token()) else {
            return self.authorized(asked);
        };
        let response = if usage.is_exceeded() {
            self.note_refusal(usage, &asked.request.path);
            self.too_many_requests(usage.key, usage.allowed)
        } else {
            self.authorized(asked)
        };
        usage.dress(response)
    }

    fn authorized(&self, asked: &Asked<'_>) -> HttpResponse {
        if let Some((status, code, _)) = asked.refusal {
            return self.error(*status, code);
        }
        let standing = self.state().login.standing(asked.token());
        let (reads_recordings, rights) = {
            let state = self.state();
            let organization = &state.organization;
            let reads_recordings = state.login.reads_recordings(asked.token());
            (
                reads_recordings,
                if reads_recordings { organization.recordings_rights } else { organization.rights },
            )
        };
        match (standing, asked.route) {
            (Standing::Expired, _) => self.error(401, "credentials.expired"),
            (Standing::Unknown, _) => self.error(401, "bad.credentials"),
            (Standing::Good, Ok(Route::Conversation(_))) if !rights.conversations => {
                self.error(403, "missing.permissions")
            }
            (Standing::Good, Ok(Route::Conversation(conversation))) => self.read(conversation),
            (Standing::Good, Ok(Route::Recordings(conversation))) => {
                self.list_recordings(conversation, rights)
            }
            (Standing::Good, Ok(Route::Metadata(conversation, recording))) => {
                self.metadata(conversation, recording, rights)
            }
            (Standing::Good, Ok(Route::Retention(..))) if !reads_recordings => {
                self.journal().complain(asked.request, "the client that pauses may not delete anything");
                self.error(403, "missing.permissions")
            }
            (Standing::Good, Ok(Route::Retention(conversation, recording))) => {
                self.retain(asked.request, (conversation, recording), rights, asked.takes_effect)
            }
            (Standing::Good, Ok(Route::Protection)) => self.protected(asked.request),
            (Standing::Good, Ok(Route::Screen { .. } | Route::Voice { .. } | Route::Probe))
                if reads_recordings =>
            {
                self.journal().complain(asked.request, "the client that reads recordings may not pause any");
                self.error(403, "missing.permissions")
            }
            (Standing::Good, Ok(Route::Screen { conversation, participant, pause })) => {
                self.steer(conversation, participant, pause, asked.takes_effect)
            }
            (Standing::Good, Ok(Route::Voice { conversation, pause })) => {
                self.steer_voice(conversation, pause, asked.takes_effect)
            }
            (Standing::Good, Ok(Route::Token)) => {
                wire::answer(200, "application/json", TOKEN_INFO.to_owned())
            }
            (Standing::Good, Ok(Route::Grants)) => self.grants(rights, !reads_recordings),
            (Standing::Good, Ok(Route::Topics { with_preview })) => self.topics(with_preview),
            (Standing::Good, Ok(Route::Probe)) => self.error(405, "method.not.allowed"),
            (Standing::Good, Err((status, code, _))) => self.error(status, code),
        }
    }
}

/// Everything that is wrong with a request, the gravest first.
fn refusals(request: &Request, route: Result<Route, Refusal>) -> Vec<Refusal> {
    let mut found = Vec::new();
    match request.header("authorization") {
        None => found.push((401, "authentication.required", "no Authorization")),
        Some(value) if !value.starts_with("Bearer ") => {
            found.push((401, "bad.credentials", "client credentials were sent to the API host"));
        }
        Some(_) => {}
    }
    if let Err(refusal) = route {
        found.push(refusal);
    }
    if request.header("user-agent").is_none() {
        found.push((400, "bad.request", "no User-Agent"));
    }
    if request.method == "GET" && !request.body.is_empty() {
        found.push((400, "bad.request", "a reading has no body"));
    }
    if matches!(route, Ok(Route::Retention(..) | Route::Protection))
        && request.header("content-type") != Some("application/json")
    {
        found.push((415, "bad.request", "a body that is not called JSON"));
    }
    if matches!(route, Ok(Route::Retention(..))) && delete_date(&request.body).is_none() {
        found.push((400, "bad.request", "only the date of a deletion is ever changed"));
    }
    if matches!(route, Ok(Route::Protection)) && conversations(&request.body).is_none() {
        found.push((400, "bad.request", "legal hold is asked for by 1 to 100 ids of conversations"));
    }
    if matches!(route, Ok(Route::Voice { .. })) && request.header("content-type") != Some("application/json")
    {
        found.push((415, "bad.request", "the state of a voice recording is JSON"));
    }
    if matches!(route, Ok(Route::Screen { .. })) {
        if !request.body.is_empty() {
            found.push((400, "bad.request", "a pause or resume has no body"));
        }
        if request.header("content-length") != Some("0") {
            found.push((411, "bad.request", "a pause or resume has Content-Length: 0"));
        }
        if request.header("content-type").is_some() {
            found.push((415, "bad.request", "a pause or resume has no Content-Type"));
        }
    }
    found
}

/// Serves the API host.
pub(super) async fn serve(genesys: Genesys, port: u16) -> io::Result<Server> {
    let line = genesys.journal().network().to(Service::Api);
    wire::serve(port, line, move |request| {
        let genesys = genesys.clone();
        async move {
            let answer = genesys.api(&request);
            genesys.journal().record(Service::Api, &request, answer).await
        }
    })
    .await
}
