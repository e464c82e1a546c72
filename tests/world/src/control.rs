//! The control door: what a program outside this process can have happen in the world, and ask about it.
//!
//! JSON over HTTP on a port of its own. A request that is refused is answered with `{"error": …}`: 400 where
//! its body or query is not what the door expects, 404 where there is no such door or conversation.
//!
//! | request | body or query | what happens, and the answer |
//! |---|---|---|
//! | `POST /stage` | an event | its conversation begins anew, see [`GivenEvent::stage`]; the ids |
//! | `POST /now` | any JSON | the same with its event times moved to now |
//! | `POST /secure-pause` | `{"conversationId", "userId", "on"}` | it begins or ends; the event of it |
//! | `POST /snapshots` | `{"conversationId"}` | nothing; the snapshots that Genesys sends of it as it is now |
//! | `POST /hang-up` | `{"conversationId"}` | everybody leaves; the event of the customer's end |
//! | `POST /invoke` | a payload, JSON or not | the function of the world is invoked; `{"result"}` or `{"failure"}` |
//! | `POST /fault` | `{"on", "times"}` and what goes wrong | that many requests go wrong so; `{}` |
//! | `DELETE /fault` | | every fault that waits is taken back; `{}` |
//! | `POST /serve` | `{"conversationId", "conversation", "recordings"}` | these bodies are served for it; `{}` |
//! | `POST /hold` | `{"conversationId", "on"}` | it is under legal hold, or no more; `{}` |
//! | `POST /organization` | settings | they hold from now on; `{}` |
//! | `GET /client` | | the OAuth client, as a secret holds it: `{"client_id", "client_secret"}` |
//! | `GET /recordings-client` | | the one that reads recordings |
//! | `GET /recordings` | `?conversation=` | its recordings in truth |
//! | `GET /secrets` | | what must be in no log, error or answer: secrets, tokens, callers' data, texts of Genesys |
//! | `GET /screens` | `?conversation=` | the states of its screen recordings in truth, by participant |
//! | `GET /requests` | | [`Recorded::json`] of every request so far |
//! | `GET /complaints` | | [`World::complaints`] |
//!
//! `/invoke` is there where the world has a function, and answers 502 where that gives no answer. A fault is `on` one of
//! `conversation`, `recordings`, `metadata`, `protection`, `retention`, `topics`, `pause`, `resume`, `voice`, `token` and `any`,
//! of Genesys alone; `times` is 1 where it is absent. What goes wrong is a `status`, with `headers` and a `body` (null is none) of
//! your own in place of Genesys' where you give them, or a `kind`: `lost` is carried out, and its answer lost; `idle` is
//! answered, and not carried out. `conversation` and `recordings` may each be left out. The settings, each of which may
//! be left out, too: `recordingsRights`, the permissions of the client that reads recordings; `files`, one of `absent`,
//! `transcoding`, `uploading`, `available` and `screens-failed`; `deletesAfterMs`, `forgetsDeleted`, `mayPauseVoices` and
//! `showsRoles`, as [`Organization`] has them; `topics`, one of `all`, `secure-pause`, `snapshots`, `websocket`,
//! `preview` and `absent`.

use std::{io, sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    fault::{Fault, On},
    function::Function,
    genesys::{Files, Organization, Rights, Topics},
    given_event::{GivenEvent, Staged},
    journal::Recorded,
    network::Line,
    wire::{self, Ending, Request, Server},
    world::World,
};

/// The statuses that a fault may have.
const FAULTY: std::ops::RangeInclusive<u64> = 200..=599;
/// The deadline of an invocation: the template's timeout.
const DEADLINE: Duration = Duration::from_secs(30);

/// The control door of a world; dropping it closes it.
pub struct Control {
    server: Server,
}

/// Status and body.
type Reply = (u16, Value);

impl Control {
    /// Opens the door of `world`, and of its function if it has one, on this port of loopback; 0 is any that is free.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn open(world: &World, function: Option<Arc<Function>>, port: u16) -> io::Result<Self> {
        let world = world.clone();
        let server = wire::serve(port, Line::unseen(), move |request| {
            let (world, function) = (world.clone(), function.clone());
            async move {
                let reply = match (function, request.method.as_str(), request.path.as_str()) {
                    (Some(function), "POST", "/invoke") => invoke(&function, &request).await,
                    _ => reply(&world, &request),
                };
                let (status, body) = reply.unwrap_or_else(|refusal| refusal);
                Ending::Answer(wire::json(status, &body))
            }
        });
        Ok(Self { server: server.await? })
    }

    /// Its address: `http://127.0.0.1:` and the port.
    pub fn url(&self) -> String {
        self.server.url()
    }
}

impl Staged {
    /// The ids, as the control door and the binary `world` tell them.
    pub fn json(&self) -> Value {
        json!({
            "conversationId": self.conversation,
            "userId": self.user,
            "participantId": self.initiator,
            "otherParticipantId": self.other,
        })
    }
}

async fn invoke(function: &Function, request: &Request) -> Result<Reply, Reply> {
    let answer = function.try_invoke(request.body.to_vec(), DEADLINE).await;
    let answer = answer.map_err(|lost| (502, error(&lost.to_string())))?;
    Ok((200, answer.result.map_or_else(|it| json!({ "failure": it.body }), |it| json!({ "result": it }))))
}

fn reply(world: &World, request: &Request) -> Result<Reply, Reply> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let answer = match (request.method.as_str(), path) {
        ("POST", "/stage") => stage(world, request)?,
        ("POST", "/now") => now(request)?,
        ("POST", "/secure-pause") => secure_pause(world, &object(request)?)?,
        ("POST", "/snapshots") => {
            let conversation = id(&object(request)?, "conversationId")?;
            world.genesys.screens(conversation).ok_or_else(|| no_such(conversation))?;
            world.genesys.snapshots(conversation).into()
        }
        ("POST", "/hang-up") => {
            let conversation = id(&object(request)?, "conversationId")?;
            world.genesys.screens(conversation).ok_or_else(|| no_such(conversation))?;
            world.genesys.customer_end(conversation)
        }
        ("POST", "/fault") => inject(world, &object(request)?)?,
        ("DELETE", "/fault") => {
            world.genesys.clear_faults();
            json!({})
        }
        ("POST", "/serve") => serve(world, &mut object(request)?)?,
        ("POST", "/hold") => {
            let body = object(request)?;
            world.genesys.hold_recordings(id(&body, "conversationId")?, on(&body)?);
            json!({})
        }
        ("POST", "/organization") => {
            let mut settings = Ok(json!({}));
            let body = object(request)?;
            world.genesys.organization(|it| settings = set(it, &body));
            settings?
        }
        ("GET", "/client") => client(world.genesys.client()),
        ("GET", "/recordings-client") => client(world.genesys.recordings_client()),
        ("GET", "/screens") => screens(world, query)?,
        ("GET", "/recordings") => {
            let conversation = asked(query)?;
            world.genesys.recordings(conversation).ok_or_else(|| no_such(conversation))?
        }
        ("GET", "/secrets") => {
            json!([world.secrets.secret_values(), world.genesys.secrets_of_the_caller()].concat())
        }
        ("GET", "/requests") => world.requests().iter().map(Recorded::json).collect(),
        ("GET", "/complaints") => json!(world.complaints()),
        (method, path) => return Err((404, error(&format!("there is no {method} {path}")))),
    };
    Ok((200, answer))
}

fn stage(world: &World, request: &Request) -> Result<Value, Reply> {
    let staged = event(request)?.stage(&world.genesys);
    let staged = staged.ok_or_else(|| bad("the event is no secure pause with a conversation"))?;
    Ok(staged.json())
}

fn now(request: &Request) -> Result<Value, Reply> {
    let (moved, _) = event(request)?.moved_to(OffsetDateTime::now_utc());
    serde_json::from_slice(&moved).map_err(|error| bad(&error.to_string()))
}

fn secure_pause(world: &World, body: &Map<String, Value>) -> Result<Value, Reply> {
    let (conversation, user) = (id(body, "conversationId")?, id(body, "userId")?);
    let on = on(body)?;
    if world.genesys.screens(conversation).is_none() {
        return Err(no_such(conversation));
    }
    let happen = if on { crate::Genesys::secure_pause } else { crate::Genesys::end_secure_pause };
    Ok(happen(&world.genesys, conversation, user))
}

fn inject(world: &World, body: &Map<String, Value>) -> Result<Value, Reply> {
    let word = body.get("on").and_then(Value::as_str).unwrap_or_default();
    let on = match word {
        "conversation" => On::Conversation,
        "recordings" => On::Recordings,
        "metadata" => On::Metadata,
        "protection" => On::Protection,
        "retention" => On::Retention,
        "pause" => On::Pause,
        "resume" => On::Resume,
        "voice" => On::Voice,
        "token" => On::Token,
        "topics" => On::Topics,
        "any" => On::Any,
        _ => return Err(bad("on is one of the kinds of requests that the documentation lists")),
    };
    let times = body.get("times").map_or(Some(1), Value::as_u64).and_then(|it| usize::try_from(it).ok());
    let times = times.ok_or_else(|| bad("times is a number"))?;
    world.genesys.inject(on, fault(body)?, times);
    Ok(json!({}))
}

fn fault(body: &Map<String, Value>) -> Result<Fault, Reply> {
    match body.get("kind").and_then(Value::as_str) {
        Some("lost") => return Ok(Fault::AckThenReset),
        Some("idle") => return Ok(Fault::AckWithoutEffect),
        Some(_) => return Err(bad("kind is lost or idle")),
        None => {}
    }
    let status = body.get("status").and_then(Value::as_u64).filter(|status| FAULTY.contains(status));
    let status = status.and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or_else(|| bad("status is a number from 200 to 599"))?;
    let (headers, own) = (body.get("headers").and_then(Value::as_object), body.get("body"));
    if headers.is_none() && own.is_none() {
        return Ok(Fault::Status(status));
    }
    let headers = headers.into_iter().flatten();
    let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
    let own = own.filter(|own| !own.is_null()).map(Value::to_string).unwrap_or_default();
    Ok(Fault::StatusWith { status, headers: headers.collect(), body: own })
}

fn serve(world: &World, body: &mut Map<String, Value>) -> Result<Value, Reply> {
    let conversation = id(body, "conversationId")?;
    if let Some(served) = body.remove("conversation") {
        world.genesys.serve(conversation, served);
    }
    if let Some(recordings) = body.remove("recordings") {
        world.genesys.serve_recordings(conversation, recordings);
    }
    Ok(json!({}))
}

fn set(organization: &mut Organization, settings: &Map<String, Value>) -> Result<Value, Reply> {
    for (name, value) in settings {
        let set = match name.as_str() {
            "recordingsRights" => rights(value).map(|it| organization.recordings_rights = it),
            "files" => files(value).map(|it| organization.files = it),
            "deletesAfterMs" => {
                value.as_u64().map(|ms| organization.deletes_after = Duration::from_millis(ms))
            }
            "forgetsDeleted" => value.as_bool().map(|it| organization.forgets_deleted = it),
            "topics" => topics(value).map(|it| organization.topics = it),
            "mayPauseVoices" => value.as_bool().map(|it| organization.may_pause_voices = it),
            "showsRoles" => value.as_bool().map(|it| organization.shows_roles = it),
            _ => None,
        };
        set.ok_or_else(|| bad(&format!("{name} is no setting, or has no such value")))?;
    }
    Ok(json!({}))
}

/// The rights that go by these names.
fn rights(names: &Value) -> Option<Rights> {
    let mut rights = Rights { conversations: false, ..Rights::NONE };
    for name in names.as_array()? {
        *match name.as_str()? {
            "conversation:communication:view" => &mut rights.conversations,
            "recording:recording:view" => &mut rights.voices,
            "recording:screenRecording:view" => &mut rights.screens,
            "recording:screenRecording:editRetention" => &mut rights.retention,
            _ => return None,
        } = true;
    }
    Some(rights)
}

fn files(word: &Value) -> Option<Files> {
    Some(match word.as_str()? {
        "absent" => Files::Absent,
        "transcoding" => Files::Transcoding,
        "uploading" => Files::Uploading,
        "available" => Files::Available,
        "screens-failed" => Files::ScreensFailed,
        _ => return None,
    })
}

fn client((id, secret): (String, String)) -> Value {
    json!({ "client_id": id, "client_secret": secret })
}

fn topics(word: &Value) -> Option<Topics> {
    Some(match word.as_str()? {
        "all" => Topics::All,
        "secure-pause" => Topics::SecurePause,
        "snapshots" => Topics::Snapshots,
        "websocket" => Topics::Websocket,
        "preview" => Topics::Preview,
        "absent" => Topics::Absent,
        _ => return None,
    })
}

fn screens(world: &World, query: &str) -> Result<Value, Reply> {
    let conversation = asked(query)?;
    let screens = world.genesys.screens(conversation).ok_or_else(|| no_such(conversation))?;
    Ok(screens.into_iter().map(|(participant, state)| (participant.to_string(), state.word())).collect())
}

/// The conversation that a query names.
fn asked(query: &str) -> Result<Uuid, Reply> {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "conversation");
    let conversation = asked.and_then(|(_, id)| Uuid::try_parse(&id).ok());
    conversation.ok_or_else(|| bad("?conversation= is a UUID"))
}

fn on(body: &Map<String, Value>) -> Result<bool, Reply> {
    body.get("on").and_then(Value::as_bool).ok_or_else(|| bad("on is true or false"))
}

fn event(request: &Request) -> Result<GivenEvent, Reply> {
    GivenEvent::parse(request.body.to_vec()).map_err(|why| bad(&format!("the event is {why}")))
}

fn object(request: &Request) -> Result<Map<String, Value>, Reply> {
    serde_json::from_slice(&request.body).map_err(|why| bad(&format!("the body is no JSON object: {why}")))
}

fn id(body: &Map<String, Value>, name: &str) -> Result<Uuid, Reply> {
    let id = body.get(name).and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
    id.ok_or_else(|| bad(&format!("{name} is a UUID")))
}

fn bad(why: &str) -> Reply {
    (400, error(why))
}

fn no_such(conversation: Uuid) -> Reply {
    (404, error(&format!("there is no conversation {conversation}; stage it first")))
}

fn error(why: &str) -> Value {
    json!({ "error": why })
}
