//! The requests sent for one target, counted while they are under way, and what came back for them.

use std::cell::{Cell, RefCell};

use serde::Serialize;
use time::OffsetDateTime;

use crate::ids::TraceId;

/// So many answers are kept, the last ones: enough to tell a story to Genesys' support, few enough for a log line.
pub const KEPT: usize = 8;

/// The requests sent for one target.
#[derive(Debug, Default)]
pub struct Attempts {
    count: Cell<u32>,
    first_at: Cell<Option<OffsetDateTime>>,
    replies: RefCell<Vec<Reply>>,
}

/// What came back for one of them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// The HTTP status; none where no answer came.
    pub status: Option<u16>,
    /// Genesys' own id of the request.
    pub correlation_id: Option<TraceId>,
}

impl Attempts {
    /// Notes that a request is sent now.
    pub fn sent(&self) {
        self.count.set(self.count.get() + 1);
        self.first_at.set(self.first_at.get().or_else(|| Some(OffsetDateTime::now_utc())));
    }

    /// Notes what came back for one.
    pub fn replied(&self, reply: Reply) {
        let mut replies = self.replies.borrow_mut();
        if replies.len() == KEPT {
            replies.remove(0);
        }
        replies.push(reply);
    }

    /// How many were sent, those that failed included.
    pub fn count(&self) -> u32 {
        self.count.get()
    }

    /// When the first was sent.
    pub fn first_at(&self) -> Option<OffsetDateTime> {
        self.first_at.get()
    }

    /// The last answers, in order.
    pub fn replies(&self) -> Vec<Reply> {
        self.replies.borrow().clone()
    }
}
