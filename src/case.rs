//! One request under way: reads the conversation and plans, again as long as that may change the picture.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::config::{Config, Scope};
use crate::error::{Answered, Error, Operation, What};
use crate::event::{Door, Request};
use crate::genesys::Genesys;
use crate::genesys::conversation::{Conversation, SecurePause};
use crate::plan::{self, Decision, Patience, Plan, Policy};
use crate::queue::WatchQueue;
use crate::retry::Deadline;

/// A request that takes longer than this is taken to hang, and may have been carried out.
const HANGING: Duration = Duration::from_secs(1);
/// What the watch message gets of the time that is kept back for reporting: many times what SQS needs.
const LAST_OF_POSTING: Duration = Duration::from_millis(300);

/// A request, and what carrying it out needs.
#[derive(Debug)]
pub struct Case<'a> {
    /// The settings.
    pub config: &'a Config,
    /// Genesys Cloud.
    pub genesys: &'a Genesys,
    /// Where the direct door's pauses are watched over.
    pub queue: &'a WatchQueue,
    /// What is asked.
    pub request: &'a Request,
    /// When it must be done.
    pub deadline: Deadline,
    answered: Cell<bool>,
    seen_on: Cell<bool>,
    last_seen: Cell<Option<SecurePause>>,
    /// A request for a target has ended.
    landed: Arc<Notify>,
    /// The watch message under way, and whether SQS has it; it ends with the case.
    posting: RefCell<JoinSet<bool>>,
}

impl<'a> Case<'a> {
    /// A request that nothing has been done about yet.
    pub fn new(
        config: &'a Config,
        genesys: &'a Genesys,
        queue: &'a WatchQueue,
        request: &'a Request,
        deadline: Deadline,
    ) -> Self {
        Self {
            config,
            genesys,
            queue,
            request,
            deadline,
            answered: Cell::default(),
            seen_on: Cell::default(),
            last_seen: Cell::default(),
            landed: Arc::default(),
            posting: RefCell::default(),
        }
    }

    /// Whether Genesys has answered a reading at all, be it that it knows no such conversation.
    pub fn is_answered(&self) -> bool {
        self.answered.get()
    }

    /// Whether any reading has shown the conversation in secure pause.
    pub fn has_seen_on(&self) -> bool {
        self.seen_on.get()
    }

    /// Reads the conversation; `None` where Genesys knows none.
    ///
    /// # Errors
    /// As [`Genesys::conversation`].
    pub async fn read(&self, deadline: Deadline) -> Result<Option<Conversation>, Error> {
        let read = self.genesys.conversation(self.request.conversation, deadline.min(self.deadline)).await?;
        self.answered.set(true);
        self.last_seen.set(read.as_ref().map(Conversation::secure_pause));
        self.seen_on.set(self.seen_on.get() || self.last_seen.get() == Some(SecurePause::On));
        Ok(read)
    }

    /// Notes that a pause is being made. An order needs a watch message, since no event told of it; it is
    /// posted once a request for a target has ended, or hangs.
    pub fn begins_to_pause(&self) {
        if self.request.door == Door::Direct {
            self.watch_over(HANGING);
        }
    }

    /// Notes that the request for a target has ended, or that secure pause was over then: a screen may have
    /// been darkened. If so late that the event's own message may have been checked, and done with, before, and
    /// no reading says that secure pause is on, it needs one more.
    pub fn has_paused(&self) {
        let is_late = OffsetDateTime::now_utc() - self.request.at > self.config.timing.unchecked;
        let is_on = self.last_seen.get() == Some(SecurePause::On);
        match self.request.door {
            Door::Direct => self.landed.notify_one(),
            Door::Event if is_late && !is_on => self.watch_over(Duration::ZERO),
            Door::Event | Door::Watch => {}
        }
    }

    /// Posts the watch message beside everything else, once, and after waiting for [`Case::has_paused`] so long
    /// at most: it must not stand in the way of the first request.
    fn watch_over(&self, at_most: Duration) {
        let mut posting = self.posting.borrow_mut();
        if posting.is_empty() {
            let landed = Arc::clone(&self.landed);
            let ready = async move { timeout(at_most, landed.notified()).await };
            posting.spawn(self.queue.post(self.request, ready));
        }
    }

    /// Waits for the watch message, if there is one: for a moment even where the deadline has passed. Says
    /// whether it is with SQS; where not, that was logged. True where none had to be posted.
    pub async fn posted(&self) -> bool {
        let mut posting = self.posting.take();
        let patience = self.deadline.left().max(LAST_OF_POSTING);
        let reason = match timeout(patience, posting.join_next()).await {
            Ok(posted) => match posted.unwrap_or(Ok(true)) {
                Ok(is_posted) => return is_posted,
                Err(_panic) => "a panic, logged with its place",
            },
            Err(_elapsed) => "no time was left",
        };
        let conversation_id = self.request.conversation;
        tracing::error!(%conversation_id, reason, "watch message not sent: this pause is not watched over");
        false
    }

    /// What a reading calls for now.
    pub fn decide(&self, conversation: Option<&Conversation>, patience: Patience) -> Decision {
        let Config { scope, timing, .. } = self.config;
        let policy = Policy { all_agents: *scope == Scope::AllAgents, fresh: timing.fresh, old: timing.old };
        plan::decide(self.request, conversation, OffsetDateTime::now_utc(), policy, patience)
    }

    /// Reads and decides, until the plan is one that another reading would not change.
    ///
    /// # Errors
    /// How the last reading failed; [`Error::ConversationUnreadable`] or [`Error::NoTarget`] where there
    /// is, after all readings, no conversation or nobody to pause.
    pub async fn settle(&self) -> Result<Plan, Error> {
        let mut waits = self.config.timing.read_back.iter().filter(|wait| **wait < self.deadline.left());
        let mut earlier = None;
        loop {
            let (conversation, wait) = match (self.read(self.deadline).await, earlier.take()) {
                (Ok(conversation), _) => (conversation, waits.next()),
                // The time ran out while reading again: what was read before stands.
                (Err(Error::DeadlineExceeded(_)), Some(conversation)) => (conversation, None),
                (Err(error), _) => return Err(error),
            };
            let patience = if wait.is_some() { Patience::Left } else { Patience::Spent };
            match self.decide(conversation.as_ref(), patience) {
                Decision::Settled(plan) => return Ok(plan),
                Decision::ReadAgain => self.deadline.wait(wait.copied().unwrap_or_default()).await,
                Decision::NoTarget => return Err(Error::NoTarget),
                Decision::NoConversation => return Err(no_conversation()),
            };
            earlier = Some(conversation);
        }
    }
}

/// The error for a conversation that Genesys does not know.
pub fn no_conversation() -> Error {
    let (operation, what) = (Operation::Conversation, What::Status(404));
    Error::ConversationUnreadable(Answered { operation, what, correlation: None })
}
