//! One start of a program: cold, warm and thawed.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;
use uuid::Uuid;
use world::{Answer, End, Function, World};

use crate::{
    Trouble, process,
    program::{Kind, Program},
    route::{Mark, Route},
};

/// What Lambda gives an invocation.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long a frozen process stays frozen: long enough for the ends of its connections to be there when it wakes.
const FROZEN: Duration = Duration::from_millis(5);
/// Lambda sets this as well, and boto3 knows no other.
const DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
/// What a pause needs on a connection that stands: the conversation and the pause.
const REQUESTS: usize = 2;

/// What one start took.
pub(crate) struct Start {
    /// From just before the process was started to its first poll.
    pub(crate) init: Duration,
    /// From there to the request for the pause, or to the answer where nothing is paused.
    pub(crate) cold: Duration,
    /// From the receipt of a second event to the same.
    pub(crate) warm: Duration,
    /// The highest resident memory, in bytes.
    pub(crate) peak_memory: u64,
    /// None where nothing is paused.
    pub(crate) routes: Option<Routes>,
    pub(crate) thaws: Vec<Thaw>,
}

/// What was asked on the way to the cold and to the warm pause.
pub(crate) struct Routes {
    pub(crate) cold: Route,
    /// When the first poll came.
    pub(crate) polled: Instant,
    pub(crate) warm: Route,
}

/// A pause after all connections had ended.
pub(crate) struct Thaw {
    pub(crate) end: End,
    /// New connections.
    pub(crate) connections: usize,
    /// Requests beyond those of a warm pause.
    pub(crate) attempts: usize,
    /// From the receipt of the event to the request for the pause, less the time in which answers were waited for.
    pub(crate) own: Duration,
}

/// Whether connections are ended after the warm pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thawing {
    Yes,
    No,
}

/// Starts the program once and ends it again.
///
/// # Errors
/// Where it cannot be started, never asks for an event, or does not pause.
pub(crate) async fn start(world: &World, program: &Program, thawing: Thawing) -> Result<Start, Trouble> {
    let event = event(world);
    let mark = Mark::now(world);
    let mut env = world.env();
    if program.kind == Kind::Rival {
        let region = env["AWS_REGION"].clone();
        env.insert(DEFAULT_REGION.to_owned(), region);
    }
    let started = Function::try_start_with(&program.path, &program.arguments, env).await;
    let function = started.map_err(|error| {
        Trouble::Unusable(format!("{} cannot be started: {error}", program.path.display()))
    })?;
    let run = Run { world, program, function };
    let cold = run.invoke(&event).await?;
    let began = run.function.started_at();
    let polled = run.function.polled_at().ok_or_else(|| run.trouble("was never asked for an event"))?;
    let cold = run.arrival(mark, began, &cold)?;
    let (warm_began, warm) = run.again().await?;
    let mut thaws = Vec::new();
    if thawing == Thawing::Yes && program.kind == Kind::Function {
        for end in [End::Closed, End::Forgotten] {
            thaws.push(run.thaw(end).await?);
        }
    }
    let peak_memory = process::peak_memory(run.function.pid())?;
    run.function.stop().await;
    let (cold_at, warm_at) = (cold.at, warm.at);
    let routes = match (cold.route, warm.route) {
        (Some(cold), Some(warm)) => Some(Routes { cold, polled, warm }),
        _ => None,
    };
    let (init, cold, warm) = (polled - began, cold_at - began, warm_at - warm_began);
    Ok(Start { init, cold, warm, peak_memory, routes, thaws })
}

struct Run<'a> {
    world: &'a World,
    program: &'a Program,
    function: Function,
}

/// When what counts had come about, and how.
struct Arrival {
    at: Instant,
    route: Option<Route>,
}

impl Run<'_> {
    async fn again(&self) -> Result<(Instant, Arrival), Trouble> {
        let event = event(self.world);
        let mark = Mark::now(self.world);
        let answer = self.invoke(&event).await?;
        Ok((answer.handed_out, self.arrival(mark, answer.handed_out, &answer)?))
    }

    async fn thaw(&self, end: End) -> Result<Thaw, Trouble> {
        let event = event(self.world);
        let mark = Mark::now(self.world);
        process::freeze(self.function.pid())?;
        self.world.end_connections(end);
        let thawed = async {
            sleep(FROZEN).await;
            let at = Instant::now();
            process::thaw(self.function.pid()).map(|()| at)
        };
        let (answer, thawed) = tokio::join!(self.invoke(&event), thawed);
        let answer = answer?;
        let began = answer.handed_out.max(thawed?);
        let route =
            mark.route(self.world, began).ok_or_else(|| self.trouble("did not pause after a thaw"))?;
        Ok(Thaw {
            end,
            connections: route.connections_since(began),
            attempts: route.count().saturating_sub(REQUESTS),
            own: route.own(),
        })
    }

    async fn invoke(&self, event: &Value) -> Result<Answer, Trouble> {
        let payload = event.to_string().into_bytes();
        let lost = |lost: world::Lost| self.trouble(&lost.to_string());
        let answer = self.function.try_invoke(payload, DEADLINE).await.map_err(lost)?;
        let is_paused = answer.result.as_ref().is_ok_and(|body| body["outcome"] == "paused");
        if self.program.kind == Kind::Function && !is_paused {
            return Err(self.trouble("answered, but not that the screen is paused"));
        }
        Ok(answer)
    }

    fn arrival(&self, mark: Mark, began: Instant, answer: &Answer) -> Result<Arrival, Trouble> {
        if self.program.kind == Kind::Bare {
            return Ok(Arrival { at: answer.handed_out + answer.took, route: None });
        }
        let route = mark.route(self.world, began).ok_or_else(|| self.trouble("did not pause"))?;
        Ok(Arrival { at: route.paused, route: Some(route) })
    }

    fn trouble(&self, what: &str) -> Trouble {
        let log = self.function.logs().join("\n");
        Trouble::Unusable(format!("{}: {what}; its log:\n{log}", self.program.name))
    }
}

/// A secure pause has just begun, on a call of its own.
fn event(world: &World) -> Value {
    let (call, user) = (world.genesys.start_call(), Uuid::new_v4());
    world.genesys.join(call, user);
    world.genesys.secure_pause(call, user)
}
