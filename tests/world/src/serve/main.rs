//! The world for programs outside: serves the simulated Genesys Cloud, Secrets Manager and SQS until it is told
//! to stop, and tells in lines of JSON what arrives.
//!
//! | module | what it decides |
//! |---|---|
//! | `lines` | how lines reach whoever reads standard output, however slowly |
//! | `stop` | what ends the process |

mod lines;
mod stop;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use serde_json::json;
use world::{Control, Function, GivenEvent, Ports, Staged, World};

use lines::Lines;
use stop::Stop;

/// Exit code where there is nothing to serve; also of arguments that are none.
const UNUSABLE: u8 = 2;

/// Serves a simulated Genesys Cloud, AWS Secrets Manager and SQS on loopback until it gets SIGTERM or SIGINT.
///
/// Standard output has one JSON object a line. The first is `{"kind":"ready"}` with `env`, the environment the
/// function needs here, `control`, the address of the control door, and `staged`, the ids of the conversation of
/// --stage or null. Then comes `{"kind":"request"}` with `service`, `method`, `path`, `status` and `at` for
/// everything that was asked of Genesys, Secrets Manager and SQS, as it is answered.
#[derive(Parser)]
#[command(
    name = "world",
    after_help = "\
The control door takes and gives JSON:
  POST   /stage         EVENT: its conversation begins anew, in the state the event tells of; gives the ids
  POST   /now           EVENT: gives it back with its times moved to now
  POST   /secure-pause  {conversationId, userId, on}: it begins or ends; gives the event of it
  POST   /invoke        PAYLOAD: the program of --function is invoked; gives {result} or {failure}
  POST   /fault         {on, status, times}: on conversation, pause, resume, token, topics or any request to Genesys
  DELETE /fault
  POST   /serve         {conversationId, conversation, recordings}: these bodies are served for it
  POST   /hold          {conversationId, on}: it is under legal hold, or no more
  POST   /organization  {recordingsRights, files, deletesAfterMs, forgetsDeleted, topics, mayPauseVoices, showsRoles}:
                        settings, each on its own
  GET    /client        the OAuth client as JSON, to be put into a secret elsewhere
  GET    /recordings-client
  GET    /screens       ?conversation=ID: the state of each screen recording, by participant
  GET    /recordings    ?conversation=ID: what is stored of it
  GET    /secrets       what must be in no log: secrets, tokens, callers' data, texts of Genesys
  GET    /requests      all so far, as the lines tell them
  GET    /complaints    what the strict services would not have forgiven

The documentation of the module `control` has all of what each of them takes.

Exit codes:
  0  it was told to stop
  2  nothing could be served: bad arguments, a port that is taken, an event file that is missing or no JSON, a
     program that cannot be started

Examples:
  world --stage events/secure_pause/started.json
  world --genesys-port 8400 --login-port 8401 --secrets-port 8402 --control-port 8403"
)]
struct Args {
    /// Stage the conversation of this EventBridge event: in secure pause if it starts one, else out of it again
    /// with the screen still paused
    #[arg(long, value_name = "FILE")]
    stage: Option<PathBuf>,
    /// Run this program as Lambda runs the function, in the world's environment, to be invoked by the control door
    #[arg(long, value_name = "FILE")]
    function: Option<PathBuf>,
    /// Port of the API of Genesys; 0 is any
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    genesys_port: u16,
    /// Port of the token host of Genesys; 0 is any
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    login_port: u16,
    /// Port of Secrets Manager and SQS; 0 is any
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    secrets_port: u16,
    /// Port of the control door; 0 is any
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    control_port: u16,
    /// Stop when standard input closes, too
    #[arg(long)]
    until_stdin_closes: bool,
}

impl Args {
    fn ports(&self) -> Ports {
        Ports { login: self.login_port, api: self.genesys_port, aws: self.secrets_port }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever closed standard error does not want to be told.
            let _ = writeln!(io::stderr(), "world: {error}");
            ExitCode::from(UNUSABLE)
        }
    }
}

async fn run(args: &Args) -> io::Result<()> {
    // Whoever has read the first line may stop us at once.
    let stop = Stop::listen(args.until_stdin_closes)?;
    let given = args.stage.as_deref().map(read).transpose()?;
    let world = World::start_on(args.ports()).await?;
    let function = match &args.function {
        Some(program) => Some(Arc::new(start(program, &world).await?)),
        None => None,
    };
    let control = Control::open(&world, function, args.control_port).await?;
    let staged = given.and_then(|event| event.stage(&world.genesys));
    let lines = Lines::to_stdout();
    lines.write(&json!({
        "kind": "ready",
        "env": world.env(),
        "control": control.url(),
        "staged": staged.as_ref().map(Staged::json),
    }));
    let requests = lines.writer();
    world.follow(move |request| requests.write(&request.json()));
    stop.wait().await;
    lines.finish().await;
    Ok(())
}

async fn start(program: &Path, world: &World) -> io::Result<Function> {
    let started = Function::try_start(program, world.env()).await;
    started.map_err(|error| io::Error::other(format!("{} cannot be started: {error}", program.display())))
}

fn read(path: &Path) -> io::Result<GivenEvent> {
    GivenEvent::read(path).map_err(io::Error::other)
}
