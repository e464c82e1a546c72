//! One request under way: reads the conversation and plans, again as long as that may change the picture.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::act;
use crate::config::{Config, Mode, Scope};
use crate::error::{Answered, Error, Operation, What};
use crate::event::{Phase, Request};
use crate::genesys::Genesys;
use crate::genesys::conversation::Conversation;
use crate::ids::ParticipantId;
use crate::outcome::Target;
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

/// How long the conversation is waited for before the participant the event names is paused unread: one
/// attempt that hangs, and the next.
const READ_PATIENCE: Duration = Duration::from_millis(2500);

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
    /// How the leg ended that was paused unread, if one was.
    unread: RefCell<Option<Target>>,
}

impl<'a> Case<'a> {
    /// A request that nothing has been done about yet.
    pub fn new(config: &'a Config, genesys: &'a Genesys, request: &'a Request, deadline: Deadline) -> Self {
        Self { config, genesys, request, deadline, unread: RefCell::new(None) }
    }

    /// Reads and decides, until the plan is one that another reading would not change.
    ///
    /// # Errors
    /// How the last reading failed; [`Error::ConversationUnreadable`] or [`Error::NoTarget`] where there
    /// is, after all readings, no conversation or nobody to pause.
    pub async fn settle(&self) -> Result<Plan, Error> {
        let policy = Policy { all_agents: self.config.scope == Scope::AllAgents };
        let mut waits = READ_BACK.iter().filter(|wait| **wait < self.deadline.left());
        loop {
            let conversation = self.read().await?;
            let wait = waits.next();
            let patience = if wait.is_some() { Patience::Left } else { Patience::Spent };
            match plan::decide(
                self.request,
                conversation.as_ref(),
                OffsetDateTime::now_utc(),
                policy,
                patience,
            ) {
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
        }
    }

    /// The leg that was paused unread, and how that ended.
    pub fn take_unread(&self) -> Option<Target> {
        self.unread.take()
    }

    /// Reads the conversation. Where that fails, or takes too long, and the event names a leg to pause,
    /// that leg is paused unread: better the wrong screen dark than the right one recorded.
    async fn read(&self) -> Result<Option<Conversation>, Error> {
        let mut reading = pin!(self.genesys.conversation(self.request.conversation, self.deadline));
        let Some(participant) = self.unread_target() else { return reading.await };
        let patience = READ_PATIENCE.min(self.deadline.left() / 2);
        match timeout(patience, &mut reading).await {
            Ok(Err(error)) if !error.is_about_credentials() => {
                self.unread.replace(Some(act::unread(self, participant).await));
                Err(error)
            }
            Ok(read) => read,
            Err(_elapsed) => match select(reading, pin!(act::unread(self, participant))).await {
                // The plan will see to every target, this one included.
                Either::Left((Ok(read), _abandoned)) => Ok(read),
                Either::Left((Err(error), pausing)) => {
                    self.unread.replace(Some(pausing.await));
                    Err(error)
                }
                Either::Right((paused, reading)) => {
                    tracing::warn!(participant_id = %participant, state = ?paused.state, "paused unread, still reading");
                    self.unread.replace(Some(paused));
                    reading.await
                }
            },
        }
    }

    fn unread_target(&self) -> Option<ParticipantId> {
        let may = self.request.phase == Phase::Started && self.config.mode != Mode::Observe;
        self.request.participant.filter(|_| may && self.unread.borrow().is_none())
    }
}
