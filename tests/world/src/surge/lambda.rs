//! Environments as Lambda keeps them: one invocation at a time each, a new one where none is free, frozen in between.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{sync::Semaphore, task::JoinSet, time::sleep};
use uuid::Uuid;
use world::Function;

/// What Lambda gives an invocation (template.yaml, `Timeout`).
const DEADLINE: Duration = Duration::from_secs(30);
/// How long Lambda waits before it tries a failed asynchronous invocation again.
const TRIED_AGAIN: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];

/// What an invocation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The event of a start.
    Pause,
    /// The event of an end.
    Resume,
    /// A message of the watch.
    Check,
    /// A message of proof that is looked at.
    Look,
    /// A message of proof for which it is not time yet.
    Receipt,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Pause, Self::Resume, Self::Check, Self::Look, Self::Receipt];

    /// What tables call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pause => "start",
            Self::Resume => "end",
            Self::Check => "check of the watch",
            Self::Look => "look of proof",
            Self::Receipt => "receipt of proof",
        }
    }
}

/// An invocation that is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Invocation {
    pub(crate) kind: Kind,
    pub(crate) conversation: Uuid,
    /// When its environment was given it.
    pub(crate) began: Instant,
    pub(crate) took: Duration,
    /// From the start of the process to its first poll, where it was a cold one. Lambda bills it.
    pub(crate) init: Option<Duration>,
    /// Of its time and INIT: how long its process wanted to run, and another one ran.
    pub(crate) stalled: Duration,
    /// How long it waited until an environment might serve it.
    pub(crate) waited: Duration,
    pub(crate) failed: bool,
}

impl Invocation {
    /// What Lambda bills, in whole milliseconds.
    pub(crate) fn billed(&self) -> u64 {
        let time = self.took + self.init.unwrap_or_default();
        u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// One deployed program.
pub(crate) struct Lambda {
    program: PathBuf,
    env: BTreeMap<String, String>,
    /// Lambda's limit on environments at a time.
    slots: Semaphore,
    desk: Mutex<Desk>,
    /// What has been delivered and is not done.
    at_work: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct Desk {
    /// The last that became free is taken first.
    free: Vec<Arc<Function>>,
    all: Vec<Arc<Function>>,
    over: Vec<Invocation>,
    /// Invocations that had to wait because no environment was to be had.
    throttled: usize,
    /// Invocations that ended without an answer.
    lost: usize,
    /// Events that Lambda has given up.
    given_up: usize,
    /// Programs that could not be started.
    unstarted: Option<String>,
}

impl Lambda {
    /// No environment yet, and never more than `most`.
    pub(crate) fn new(program: PathBuf, env: BTreeMap<String, String>, most: usize) -> Self {
        Self { program, env, slots: Semaphore::new(most), desk: Mutex::default(), at_work: Mutex::default() }
    }

    /// An asynchronous invocation: accepted at once, and tried again where it fails.
    pub(crate) fn deliver(self: &Arc<Self>, kind: Kind, conversation: Uuid, event: Value) {
        let lambda = Arc::clone(self);
        lock(&self.at_work).spawn(async move { lambda.carry_out(kind, conversation, &event).await });
    }

    async fn carry_out(&self, kind: Kind, conversation: Uuid, event: &Value) {
        let mut again = TRIED_AGAIN.into_iter();
        while self.invoke(kind, conversation, event).await.is_none() {
            match again.next() {
                Some(wait) => sleep(wait).await,
                None => {
                    self.desk().given_up += 1;
                    return;
                }
            }
        }
    }

    /// One invocation. Gives its answer; none where it failed.
    pub(crate) async fn invoke(&self, kind: Kind, conversation: Uuid, event: &Value) -> Option<Value> {
        if self.slots.available_permits() == 0 {
            self.desk().throttled += 1;
        }
        let asked = Instant::now();
        // First come, first served, where Lambda would try again in its own time.
        let _slot = self.slots.acquire().await.ok()?;
        let waited = asked.elapsed();
        let kept = self.desk().free.pop();
        let is_cold = kept.is_none();
        let environment = match kept {
            Some(environment) => environment,
            None => self.start().await?,
        };
        let stalled = if is_cold { Duration::ZERO } else { stalled(&environment) };
        signal(&environment, Signal::CONT);
        let Ok(answer) = environment.try_invoke(event.to_string().into_bytes(), DEADLINE).await else {
            // Lambda ends the environment of an invocation that has run out of time.
            signal(&environment, Signal::KILL);
            self.desk().lost += 1;
            return None;
        };
        signal(&environment, Signal::STOP);
        let polled = environment.polled_at().filter(|_| is_cold);
        let init = polled.map(|polled| polled - environment.started_at());
        let failed = answer.result.is_err();
        let stalled = self::stalled(&environment).saturating_sub(stalled);
        let (began, took) = (answer.handed_out, answer.took);
        let mut desk = self.desk();
        desk.over.push(Invocation { kind, conversation, began, took, init, stalled, waited, failed });
        desk.free.push(environment);
        answer.result.ok()
    }

    async fn start(&self) -> Option<Arc<Function>> {
        match Function::try_start(&self.program, self.env.clone()).await {
            Ok(function) => {
                let environment = Arc::new(function);
                self.desk().all.push(Arc::clone(&environment));
                Some(environment)
            }
            Err(error) => {
                self.desk().unstarted = Some(format!("{}: {error}", self.program.display()));
                None
            }
        }
    }

    /// How many environments there have been.
    pub(crate) fn environments(&self) -> usize {
        self.desk().all.len()
    }

    /// Every invocation that was answered.
    pub(crate) fn invocations(&self) -> Vec<Invocation> {
        self.desk().over.clone()
    }

    /// Every line that the environments have written.
    pub(crate) fn logs(&self) -> Vec<String> {
        self.desk().all.iter().flat_map(|it| it.logs()).collect()
    }

    /// How many invocations waited for an environment, had no answer, and were given up after Lambda's retries.
    pub(crate) fn troubles(&self) -> (usize, usize, usize) {
        let desk = self.desk();
        (desk.throttled, desk.lost, desk.given_up)
    }

    /// Why nothing can be said of this program: one could not be started, or none ever answered.
    pub(crate) fn unusable(&self) -> Option<String> {
        let desk = self.desk();
        let is_mute = desk.over.is_empty() && desk.lost > 0;
        let log = || desk.all.first().map(|it| it.logs().join("\n")).unwrap_or_default();
        let mute = || format!("{} answers nothing; its log:\n{}", self.program.display(), log());
        desk.unstarted.clone().or_else(|| is_mute.then(mute))
    }

    /// What is under way now is left where it is: what came in time has come.
    pub(crate) fn stop_work(&self) {
        lock(&self.at_work).abort_all();
    }

    /// Ends all environments. Their logs stay.
    pub(crate) fn end(&self) {
        for environment in &self.desk().all {
            signal(environment, Signal::KILL);
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long the process has waited for a processor, by the second number of its schedstat, in nanoseconds.
fn stalled(environment: &Function) -> Duration {
    let path = format!("/proc/{}/schedstat", environment.pid());
    let text = fs::read_to_string(path).unwrap_or_default();
    let waited = text.split_whitespace().nth(1).and_then(|it| it.parse().ok());
    Duration::from_nanos(waited.unwrap_or_default())
}

/// A process that is gone needs no signal.
fn signal(environment: &Function, signal: Signal) {
    let pid = i32::try_from(environment.pid()).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid.filter(|_| environment.is_running()) {
        let _ = kill_process(pid, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cold_invocation_is_billed_with_its_init_in_whole_milliseconds() {
        let (began, conversation) = (Instant::now(), Uuid::nil());
        let took = Duration::from_micros(55_001);
        let warm = Invocation {
            kind: Kind::Check,
            conversation,
            began,
            took,
            init: None,
            stalled: Duration::ZERO,
            waited: Duration::ZERO,
            failed: false,
        };
        assert_eq!(warm.billed(), 56);
        assert_eq!(Invocation { init: Some(Duration::from_millis(200)), ..warm }.billed(), 256);
    }
}
