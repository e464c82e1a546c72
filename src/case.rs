//! One request under way: reads the conversation and plans, again as long as that may change the picture.

use std::cell::Cell;
use std::time::Duration;

use time::OffsetDateTime;

use crate::config::{Config, Scope};
use crate::error::{Answered, Error, Operation, What};
use crate::event::Request;
use crate::genesys::Genesys;
use crate::plan::{self, Decision, Patience, Plan, Policy};
use crate::retry::Deadline;

/// Waits between readings, three seconds together: so far may reads trail writes. The first are short,
/// since most readings are only a little late.
pub const READ_BACK: [Duration; 5] = [
    Duration::from_millis(150),
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_secs(1),
    Duration::from_secs(1),
];

/// A request, and what carrying it out needs.
#[derive(Debug)]
pub struct Case<'a> {
    /// The settings.
    pub config: &'a Config,
    /// Genesys Cloud.
    pub genesys: &'a Genesys,
    /// What is asked.
    pub request: &'a Request,
    /// When it must be done.
    pub deadline: Deadline,
    answered: Cell<bool>,
}

impl<'a> Case<'a> {
    /// A request that nothing has been done about yet.
    pub fn new(config: &'a Config, genesys: &'a Genesys, request: &'a Request, deadline: Deadline) -> Self {
        Self { config, genesys, request, deadline, answered: Cell::new(false) }
    }

    /// Whether Genesys has answered a reading at all, be it that it knows no such conversation.
    pub fn is_answered(&self) -> bool {
        self.answered.get()
    }

    /// Reads and decides, until the plan is one that another reading would not change.
    ///
    /// # Errors
    /// How the last reading failed; [`Error::ConversationUnreadable`] or [`Error::NoTarget`] where there
    /// is, after all readings, no conversation or nobody to pause.
    pub async fn settle(&self) -> Result<Plan, Error> {
        let policy = Policy { all_agents: self.config.scope == Scope::AllAgents };
        let mut waits = READ_BACK.iter().filter(|wait| **wait < self.deadline.left());
        let mut earlier = None;
        loop {
            let read = self.genesys.conversation(self.request.conversation, self.deadline).await;
            let (conversation, wait) = match (read, earlier.take()) {
                (Ok(conversation), _) => (conversation, waits.next()),
                // The time ran out while reading again: what was read before stands.
                (Err(Error::DeadlineExceeded(_)), Some(conversation)) => (conversation, None),
                (Err(error), _) => return Err(error),
            };
            self.answered.set(true);
            let patience = if wait.is_some() { Patience::Left } else { Patience::Spent };
            let now = OffsetDateTime::now_utc();
            match plan::decide(self.request, conversation.as_ref(), now, policy, patience) {
                Decision::Settled(plan) => return Ok(plan),
                Decision::ReadAgain => self.deadline.wait(wait.copied().unwrap_or_default()).await,
                Decision::NoTarget => return Err(Error::NoTarget),
                Decision::NoConversation => {
                    let (operation, what) = (Operation::Conversation, What::Status(404));
                    return Err(Error::ConversationUnreadable(Answered {
                        operation,
                        what,
                        correlation: None,
                    }));
                }
            };
            earlier = Some(conversation);
        }
    }
}
