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
//! | `POST /hang-up` | `{"conversationId"}` | everybody leaves; the event of the customer's end |
//! | `POST /invoke` | a payload, JSON or not | the function of the world is invoked; `{"result"}` or `{"failure"}` |
//! | `POST /fault` | `{"on", "status", "times"}` | that many requests are answered so; the same |
//! | `DELETE /fault` | | every fault that waits is taken back; `{}` |
//! | `GET /client` | | the OAuth client, as a secret holds it: `{"client_id", "client_secret"}` |
//! | `GET /screens` | `?conversation=` | the states of its screen recordings in truth, by participant |
//! | `GET /requests` | | [`Recorded::json`] of every request so far |
//! | `GET /complaints` | | [`World::complaints`] |
//!
//! `/invoke` is there where the world has a function, and answers 502 where that gives no answer. A fault is `on` one of `conversation`, `pause`, `resume`, `token` and `any`, of Genesys alone; `times` is
//! 1 where it is absent.

use std::{io, sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    fault::{Fault, On},
    function::Function,
    given_event::{GivenEvent, Staged},
    journal::Recorded,
    network::Line,
    wire::{self, Ending, Request, Server},
    world::World,
};

/// The statuses that a fault may have.
const FAULTY: std::ops::RangeInclusive<u64> = 400..=599;
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
        ("GET", "/client") => {
            let (id, secret) = world.genesys.client();
            json!({ "client_id": id, "client_secret": secret })
        }
        ("GET", "/screens") => screens(world, query)?,
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
    let on = body.get("on").and_then(Value::as_bool).ok_or_else(|| bad("on is true or false"))?;
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
        "pause" => On::Pause,
        "resume" => On::Resume,
        "token" => On::Token,
        "any" => On::Any,
        _ => return Err(bad("on is one of conversation, pause, resume, token, any")),
    };
    let status = body.get("status").and_then(Value::as_u64).filter(|status| FAULTY.contains(status));
    let status = status.and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or_else(|| bad("status is a number from 400 to 599"))?;
    let times = body.get("times").map_or(Some(1), Value::as_u64).and_then(|it| usize::try_from(it).ok());
    let times = times.ok_or_else(|| bad("times is a number"))?;
    world.genesys.inject(on, Fault::Status(status), times);
    Ok(json!({ "on": word, "status": status, "times": times }))
}

fn screens(world: &World, query: &str) -> Result<Value, Reply> {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "conversation");
    let conversation = asked.and_then(|(_, id)| Uuid::try_parse(&id).ok());
    let conversation = conversation.ok_or_else(|| bad("?conversation= is a UUID"))?;
    let screens = world.genesys.screens(conversation).ok_or_else(|| no_such(conversation))?;
    Ok(screens.into_iter().map(|(participant, state)| (participant.to_string(), state.word())).collect())
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
