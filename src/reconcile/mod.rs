//! Reconciles one request with the conversation: the only loop that reads conversations for a pause or a resume. It
//! feeds the [`Decider`] and carries its commands out. `MODE` and `ACT_FOR` apply here: a request that they hold back
//! is not sent.

mod observe;
pub mod proof;

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::{AbortHandle, Abortable, LocalBoxFuture};
use futures_util::stream::{FuturesUnordered, StreamExt};
use time::OffsetDateTime;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::aws::watch_queue::WatchQueue;
use crate::config::{Config, Mode, Policy};
use crate::decide::history::{History, Moment};
use crate::decide::outcome::Outcome;
use crate::decide::request::{Door, Request};
use crate::decide::targets::Resolution;
use crate::decide::{Command, Decider, Input};
use crate::error::{Error, Failure};
use crate::genesys::conversation::{Conversation, SecurePause};
use crate::genesys::recordings::OwnClient;
use crate::genesys::screen_recording::{Action, Answer, Reply};
use crate::genesys::{Genesys, Rank};
use crate::ids::{ParticipantId, UserId};
use crate::request;
use crate::retry::Deadline;

/// How much of the time for reporting may be spent on the watch message: many times what SQS needs.
const LAST_OF_POSTING: Duration = Duration::from_millis(300);

/// What carrying out a request needs.
#[derive(Debug)]
pub struct Context {
    /// The settings.
    pub config: Config,
    /// Genesys Cloud.
    pub genesys: Genesys,
    /// The client that reads recordings, where that is another one.
    pub recordings: Option<OwnClient>,
    /// Where watch messages are posted.
    pub queue: WatchQueue,
}

/// Something that has ended, and that the machine may want to know.
enum Step {
    Read(Instant, Result<Option<Conversation>, Error>),
    Answered(ParticipantId, Reply, Result<Answer, Failure>),
    VoiceAnswered(Reply, Result<Answer, Failure>),
    GivenUp,
}

/// Reads, decides and acts, until the request has ended.
///
/// # Errors
/// What was left undone.
pub async fn reconcile(
    context: &Context,
    request: &Request,
    deadline: Deadline,
    history: &mut History,
) -> Result<Outcome, Error> {
    let mut driver = Driver {
        context,
        request,
        deadline,
        began: Instant::now(),
        steps: FuturesUnordered::new(),
        under_way: BTreeMap::new(),
        voice: None,
        posting: JoinSet::new(),
    };
    let age = OffsetDateTime::now_utc() - request.at;
    let end = driver.run(history, age).await;
    history.is_not_watched = !driver.is_posted().await;
    end
}

struct Driver<'a> {
    context: &'a Context,
    request: &'a Request,
    deadline: Deadline,
    began: Instant,
    steps: FuturesUnordered<LocalBoxFuture<'a, Step>>,
    under_way: BTreeMap<ParticipantId, AbortHandle>,
    /// The request under way for the voice recording.
    voice: Option<AbortHandle>,
    /// The watch messages; they end with the request.
    posting: JoinSet<bool>,
}

impl<'a> Driver<'a> {
    async fn run(&mut self, history: &mut History, age: time::Duration) -> Result<Outcome, Error> {
        let config = &self.context.config;
        let named = config.act_for.iter().any(|id| self.request.user == Some(UserId::from(*id)));
        let mut is_known = named || config.act_for.is_empty();
        let (mut is_watched_only, mut is_warned) = (config.mode == Mode::Observe, false);
        let policy = Policy { is_observed: is_watched_only || !is_known, ..config.policy.clone() };
        let mut decider = Decider::new(self.request, &policy, history, age, self.deadline.left());
        let mut commands = decider.next(Moment::ZERO, Input::Time);
        loop {
            let withheld = self.withheld(&commands, is_watched_only);
            if let Some(outcome) = withheld {
                return self.withhold(decider.history(), &commands, outcome).await;
            }
            let mut wake = self.deadline.left();
            for command in commands {
                match command {
                    Command::Read { until, rank } => self.read(until, rank),
                    Command::Send(leg, action) => self.send(leg, action),
                    Command::GiveUp(leg) => self.give_up(leg),
                    Command::SendVoice(action) => self.send_voice(action),
                    Command::GiveUpVoice => self.give_up_voice(),
                    Command::PostWatch => self.post(),
                    Command::WaitUntil(moment) => wake = moment,
                    Command::End(end) => return self.ended(end, is_watched_only).await,
                }
            }
            let step = self.next(wake).await;
            let now = self.began.elapsed();
            commands = match &step {
                Some(Step::Read(sent, read)) => {
                    let began = sent.saturating_duration_since(self.began);
                    if let Ok(Some(conversation)) = read {
                        is_warned = is_warned || self.warns_of(conversation);
                        // A stale reading may not show the people of `ACT_FOR` yet. So once known stays known.
                        is_known |= conversation.involves(&config.act_for);
                        is_watched_only = config.mode == Mode::Observe || !is_known;
                    }
                    let read = read.as_ref().map(Option::as_ref).map_err(Clone::clone);
                    decider.next(now, Input::Reading { began, read })
                }
                Some(Step::Answered(leg, reply, answer)) => {
                    let (leg, reply, answer) = (*leg, reply.clone(), answer.clone());
                    decider.next(now, Input::Answer { leg, reply, answer })
                }
                Some(Step::VoiceAnswered(reply, answer)) => {
                    let (reply, answer) = (reply.clone(), answer.clone());
                    decider.next(now, Input::VoiceAnswer { reply, answer })
                }
                Some(Step::GivenUp) | None => decider.next(now, Input::Time),
            };
        }
    }

    /// Warns if this conversation cannot be served by snapshots. They show no end of its secure pause, and each sends the
    /// pause again, because none can see what an earlier one has done.
    fn warns_of(&self, conversation: &Conversation) -> bool {
        let is_on = conversation.secure_pause() == SecurePause::On;
        let is_blind = self.request.door == Door::Snapshot && is_on && !conversation.tells_screens();
        if is_blind {
            let conversation_id = self.request.conversation;
            tracing::warn!(%conversation_id, "the conversation shows no screen's state: snapshots cannot serve it");
        }
        is_blind
    }

    /// The next thing that happens; none if `wake` comes first.
    async fn next(&mut self, wake: Moment) -> Option<Step> {
        let sleep = sleep_until(self.began + wake);
        tokio::select! {
            biased;
            Some(step) = self.steps.next() => Some(step),
            () = sleep => None,
        }
    }

    fn read(&self, until: Moment, rank: Rank) {
        let (genesys, conversation) = (&self.context.genesys, self.request.conversation);
        let deadline = Deadline::at(self.began + until);
        self.steps.push(Box::pin(async move {
            let (sent, read) = genesys.conversation(conversation, rank, deadline).await;
            Step::Read(sent, read)
        }));
    }

    fn send(&mut self, leg: ParticipantId, action: Action) {
        let (genesys, conversation, deadline) =
            (&self.context.genesys, self.request.conversation, self.deadline);
        let handle = self.begin(async move {
            let (reply, answer) = genesys.screen_recording(action, conversation, leg, deadline).await;
            Step::Answered(leg, reply, answer)
        });
        self.under_way.insert(leg, handle);
    }

    fn send_voice(&mut self, action: Action) {
        let (genesys, conversation, deadline) =
            (&self.context.genesys, self.request.conversation, self.deadline);
        self.voice = Some(self.begin(async move {
            let (reply, answer) = genesys.voice_recording(action, conversation, deadline).await;
            Step::VoiceAnswered(reply, answer)
        }));
    }

    /// Begins a request that can be given up.
    fn begin(&self, request: impl Future<Output = Step> + 'a) -> AbortHandle {
        let (handle, registration) = AbortHandle::new_pair();
        let request = Abortable::new(request, registration);
        self.steps.push(Box::pin(async move { request.await.unwrap_or(Step::GivenUp) }));
        handle
    }

    fn give_up(&mut self, leg: ParticipantId) {
        if let Some(handle) = self.under_way.remove(&leg) {
            handle.abort();
        }
    }

    fn give_up_voice(&mut self) {
        if let Some(handle) = self.voice.take() {
            handle.abort();
        }
    }

    // ---- What `MODE` and `ACT_FOR` hold back.

    /// The outcome, if these commands would send a request that must not be sent.
    fn withheld(&self, commands: &[Command], is_watched_only: bool) -> Option<Outcome> {
        let is_sent = |wanted: Action| {
            let is_wanted = |command: &Command| matches!(command, Command::Send(_, action) | Command::SendVoice(action) if *action == wanted);
            commands.iter().any(is_wanted)
        };
        let is_braked = self.context.config.mode == Mode::PauseOnly && is_sent(Action::Resume);
        match () {
            () if is_watched_only && (is_sent(Action::Pause) || is_sent(Action::Resume)) => {
                Some(Outcome::Observed)
            }
            () if is_braked => Some(Outcome::PauseOnly),
            () => None,
        }
    }

    async fn withhold(
        &self,
        history: &mut History,
        commands: &[Command],
        outcome: Outcome,
    ) -> Result<Outcome, Error> {
        history.legs.clear();
        history.voice = None;
        if outcome == Outcome::Observed {
            let resolution = history.resolution.take().unwrap_or(Resolution::AllAgents);
            let plan = observe::Plan::of(commands, resolution);
            observe::read_on(self.context, self.request, self.deadline, &plan).await;
        }
        Ok(outcome)
    }

    /// A request that is only observed ends as `observed`, whatever it would have ended as. An error stays an error,
    /// what is left for later comes again, and an order that asks for the status sends nothing in any mode.
    async fn ended(&self, end: Result<Outcome, Error>, is_watched_only: bool) -> Result<Outcome, Error> {
        let is_as_it_is = matches!(end, Ok(Outcome::LeftForLater)) || self.request.asks_for_status();
        if !is_watched_only || is_as_it_is {
            return end;
        }
        let plan = observe::Plan::Nothing(end?);
        observe::read_on(self.context, self.request, self.deadline, &plan).await;
        Ok(Outcome::Observed)
    }

    // ---- The watch message.

    fn post(&mut self) {
        let message = request::message(self.request);
        self.posting.spawn(self.context.queue.post(self.request.conversation, message));
    }

    /// Waits for the watch messages: for a moment even if the deadline has passed. Returns whether SQS has all of them.
    /// If it does not have one, that is logged.
    async fn is_posted(&mut self) -> bool {
        let patience = self.deadline.left().max(LAST_OF_POSTING);
        let all = async {
            let mut is_posted = true;
            while let Some(posted) = self.posting.join_next().await {
                is_posted &= posted.map_err(|_panic| "a panic, logged with its place")?;
            }
            Ok(is_posted)
        };
        let reason = match timeout(patience, all).await {
            Ok(Ok(is_posted)) => return is_posted,
            Ok(Err(reason)) => reason,
            Err(_elapsed) => "no time was left",
        };
        let conversation_id = self.request.conversation;
        tracing::error!(%conversation_id, reason, "watch message not sent: the watch does not check this pause");
        false
    }
}
