//! One request under way: reads the conversation and plans, again as long as that may change the picture.

use std::cell::Cell;

use time::OffsetDateTime;

use crate::config::{Config, Scope};
use crate::error::{Answered, Error, Operation, What};
use crate::event::{Door, Request};
use crate::genesys::Genesys;
use crate::genesys::conversation::{Conversation, SecurePause};
use crate::plan::{self, Decision, Patience, Plan, Policy};
use crate::queue::WatchQueue;
use crate::retry::Deadline;

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
        let (answered, seen_on, last_seen) = (Cell::new(false), Cell::new(false), Cell::new(None));
        Self { config, genesys, queue, request, deadline, answered, seen_on, last_seen }
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
        if self.last_seen.get() == Some(SecurePause::On) {
            self.seen_on.set(true);
        }
        Ok(read)
    }

    /// Whether a pause that is made now needs a watch message of its own. An order does, since no event told of
    /// it. So does an event that comes when reads do not trail it any more and show secure pause off: its
    /// message in the queue may have been checked, and done with, before this pause.
    pub fn is_to_be_watched(&self) -> bool {
        let age = OffsetDateTime::now_utc() - self.request.at;
        match self.request.door {
            Door::Direct => true,
            Door::Event => self.last_seen.get() == Some(SecurePause::Off) && age > self.config.timing.lag,
            Door::Watch => false,
        }
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
