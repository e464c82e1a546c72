//! The events an organization sends to EventBridge, in the envelope Lambda receives.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Genesys, body};
use crate::clock::{epoch_millis, iso_millis, iso_seconds};

/// How often Genesys sends each snapshot.
const SENT: usize = 2;

impl Genesys {
    /// What Genesys sends of a conversation that has changed: a snapshot for each user and for the queue of it, by the
    /// larger topic and by the smaller one, and each twice. They show it as it is now, without lag.
    pub fn snapshots(&self, conversation: Uuid) -> Vec<Value> {
        let (larger, queue, users) = {
            let state = self.state();
            let now = state.now(conversation);
            let users: BTreeSet<Uuid> = now.participants.iter().filter_map(|leg| leg.user).collect();
            (body::render(now, &state.organization, self.caller()), now.queue, users)
        };
        let smaller = body::of_call(&larger);
        let of_users = users.into_iter().map(|user| ("v2.users", user));
        let topics = of_users.chain([("v2.routing.queues", queue)]);
        let bodies = [("conversations", &larger), ("conversations.calls", &smaller)];
        let told = topics.flat_map(|(of, id)| bodies.map(|(end, body)| (of, id, end, body)));
        told.flat_map(|(of, id, end, body)| {
            let snapshot = move || self.envelope([of, end], id, body);
            std::iter::repeat_with(snapshot).take(SENT)
        })
        .collect()
    }

    /// An event of the topic `v2.detail.events.conversation.{id}.<topic_end>`. `conversationId` and
    /// `eventTime` (now) are added to the body where it does not have them.
    pub fn event(&self, conversation: Uuid, topic_end: &str, mut body: Value) -> Value {
        let now = OffsetDateTime::now_utc();
        if let Some(fields) = body.as_object_mut() {
            fields.entry("conversationId").or_insert_with(|| json!(conversation));
            fields.entry("eventTime").or_insert_with(|| json!(epoch_millis(now)));
        }
        self.envelope(["v2.detail.events.conversation", topic_end], conversation, &body)
    }

    /// The envelope of an event, whose topic has an id between its two parts.
    fn envelope(&self, [begin, end]: [&str; 2], id: Uuid, body: &Value) -> Value {
        let now = OffsetDateTime::now_utc();
        json!({
            "version": "0",
            "id": Uuid::new_v4(),
            // The rule's pattern sees the placeholder itself; only the topic name has the id.
            "detail-type": format!("{begin}.{{id}}.{end}"),
            "source": format!("aws.partner/genesys.com/cloud/{}/secure-pause", self.shared.id),
            "account": "123456789012",
            "time": iso_seconds(now),
            "region": "us-east-1",
            "resources": [],
            "detail": {
                "topicName": format!("{begin}.{id}.{end}"),
                "version": "2",
                "eventBody": body,
                "metadata": { "CorrelationId": Uuid::new_v4() },
                "timestamp": iso_millis(now),
            }
        })
    }
}
