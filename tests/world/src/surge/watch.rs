//! The watch's queue and its event source mapping, as template.yaml sets them up.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;
use world::{Queue, sqs_batch};

use crate::lambda::{Kind, Lambda};

/// `DelaySeconds`.
const DELAY: Duration = Duration::from_secs(15);
/// `VisibilityTimeout`.
const VISIBILITY: Duration = Duration::from_mins(1);
/// `MaximumConcurrency` of the mapping.
pub(crate) const CONCURRENCY: usize = 5;
/// `maxReceiveCount`.
const MOST_RECEIPTS: u32 = 130;
/// How often the queue is looked at. Lambda's long polls find a message about as soon as it is there.
const POLL: Duration = Duration::from_millis(20);

/// A message that is not done.
struct Message {
    body: String,
    conversation: Uuid,
    sent: SystemTime,
    receipts: u32,
}

/// The queue, and who takes messages out of it.
pub(crate) struct Watch {
    lambda: Arc<Lambda>,
    /// Where the function posts its own messages.
    queue: Queue,
    /// By the moment at which each can be received; the number keeps them apart.
    waiting: Mutex<BTreeMap<(Instant, u64), Message>>,
    counts: Mutex<Counts>,
}

/// What came of the messages.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Sent to the queue, by the rule or by the function.
    pub(crate) sent: u64,
    /// Of these, by the function.
    pub(crate) own: u64,
    /// Received by a check.
    pub(crate) received: u64,
    /// Checked, and not to come again.
    pub(crate) done: u64,
    /// The longest that a message could be received and was not, because all checks were under way.
    pub(crate) behind: Duration,
}

impl Watch {
    /// Nothing in it yet.
    pub(crate) fn new(lambda: Arc<Lambda>, queue: Queue) -> Self {
        Self { lambda, queue, waiting: Mutex::default(), counts: Mutex::default() }
    }

    /// The rule sends an event.
    pub(crate) fn send(&self, conversation: Uuid, body: String) {
        let number = {
            let mut counts = lock(&self.counts);
            counts.sent += 1;
            counts.sent
        };
        let message = Message { body, conversation, sent: SystemTime::now(), receipts: 0 };
        lock(&self.waiting).insert((Instant::now() + DELAY, number), message);
    }

    /// Has messages checked until this is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        let slots = Arc::new(Semaphore::new(CONCURRENCY));
        let mut checks = JoinSet::new();
        let mut ticks = interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.take_own();
            while checks.try_join_next().is_some() {}
            while let Ok(slot) = Arc::clone(&slots).try_acquire_owned() {
                let Some((number, message)) = self.receive() else { break };
                let watch = Arc::clone(&self);
                checks.spawn(async move {
                    watch.check(number, message).await;
                    drop(slot);
                });
            }
        }
    }

    /// What became of the messages.
    pub(crate) fn counts(&self) -> Counts {
        *lock(&self.counts)
    }

    fn take_own(&self) {
        let seen = usize::try_from(lock(&self.counts).own).unwrap_or(usize::MAX);
        for body in self.queue.messages_since(seen) {
            let asked: Value = serde_json::from_str(&body).unwrap_or_default();
            let named = asked["watch"]["conversationId"].as_str().or(asked["conversationId"].as_str());
            let conversation = named.and_then(|it| it.parse().ok()).unwrap_or_default();
            lock(&self.counts).own += 1;
            self.send(conversation, body);
        }
    }

    fn receive(&self) -> Option<(u64, Message)> {
        let now = Instant::now();
        let ((visible, number), mut message) = {
            let mut waiting = lock(&self.waiting);
            let first = waiting.first_entry().filter(|it| it.key().0 <= now)?;
            first.remove_entry()
        };
        message.receipts += 1;
        let mut counts = lock(&self.counts);
        counts.received += 1;
        counts.behind = counts.behind.max(now - visible);
        Some((number, message))
    }

    async fn check(&self, number: u64, message: Message) {
        let visible_again = Instant::now() + VISIBILITY;
        let batch = batch(number, &message);
        let answer = self.lambda.invoke(Kind::Check, message.conversation, &batch).await;
        let is_done = answer.is_some_and(|it| it["batchItemFailures"].as_array().is_some_and(Vec::is_empty));
        if is_done {
            lock(&self.counts).done += 1;
        } else if message.receipts < MOST_RECEIPTS {
            lock(&self.waiting).insert((visible_again, number), message);
        }
    }
}

/// The batch of one message, with what only SQS knows of it.
fn batch(number: u64, message: &Message) -> Value {
    let id = Uuid::from_u128(u128::from(number)).to_string();
    let mut batch = sqs_batch(&[(id.as_str(), message.body.as_str())]);
    let sent = message.sent.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let attributes = &mut batch["Records"][0]["attributes"];
    attributes["SentTimestamp"] = sent.to_string().into();
    attributes["ApproximateReceiveCount"] = message.receipts.to_string().into();
    batch
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_tells_how_often_its_message_was_received_and_when_it_was_sent() {
        let sent = UNIX_EPOCH + Duration::from_millis(1_762_084_801_000);
        let message = Message { body: "{}".to_owned(), conversation: Uuid::nil(), sent, receipts: 3 };
        let attributes = &batch(1, &message)["Records"][0]["attributes"];
        assert_eq!(attributes["ApproximateReceiveCount"], "3");
        assert_eq!(attributes["SentTimestamp"], "1762084801000");
    }
}
