//! The world outside the function, simulated on loopback: Genesys Cloud, AWS Secrets Manager, SQS and
//! the Lambda runtime API with the real binary as its process.
//!
//! A test starts a [`World`], lets something happen in it (a call, a consult transfer, a secure
//! pause), hands the events it gets back to a [`Function`], and then looks at what arrived
//! ([`World::requests`]), what was wrong with it ([`World::complaints`]) and whose screen recording
//! is paused now ([`Genesys::screen`]). The binary `demo` plays a whole shift in it, or replays one event
//! file; the binaries `bench` and `surge` measure the function in it; the binary `world` serves it to whoever is outside
//! this process ([`Control`]).
//!
//! | module | what it decides |
//! |---|---|
//! | `world` | what is started, and the environment the function gets |
//! | `genesys` | the organization: calls, tokens, the API, the events it emits |
//! | `aws` | which service of AWS is asked, and what makes a request to it a good one |
//! | `secrets` | how Secrets Manager answers |
//! | `queue` | how SQS answers, and what was sent to the queue |
//! | `batch` | what Lambda hands a function that the queue feeds |
//! | `function` | how a process of the real binary is run and invoked |
//! | `given_event` | what an event that somebody wrote down needs to be served now |
//! | `control` | what a program outside can have happen, and ask |
//! | `fault` | what can go wrong with a request, and how |
//! | `journal` | what arrived, and what was wrong with it |
//! | `network` | how long the way to the services takes, and how all connections end at once |
//! | `wire` | connections: how they are served, closed, reset |
//! | `caller` | the data of the caller that must never be in a log |
//! | `clock` | how times are written |

mod aws;
mod batch;
mod caller;
mod clock;
mod control;
mod fault;
mod function;
mod genesys;
mod given_event;
mod journal;
mod network;
mod queue;
mod secrets;
mod wire;
mod world;

pub use batch::sqs_batch;
pub use control::Control;
pub use fault::{Fault, On};
pub use function::{Answer, Failure, Function, Lost};
pub use genesys::{
    Files, Genesys, Happening, Moment, Organization, PausedScreen, RateLimit, Refusal, Rights, ScreenState,
    Topics, Voice,
};
pub use given_event::{GivenEvent, NoEvent, Staged};
pub use journal::{Recorded, Service};
pub use network::{Connected, End, Latency};
pub use queue::Queue;
pub use secrets::SecretsManager;
pub use world::{Ports, World};
