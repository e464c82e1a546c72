//! The events an organization sends to EventBridge, in the envelope Lambda receives.

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Genesys;
use crate::clock::{epoch_millis, iso_millis, iso_seconds};

impl Genesys {
    /// An event of the topic `v2.detail.events.conversation.{id}.<topic_end>`. `conversationId` and
    /// `eventTime` (now) are added to the body where it does not have them.
    pub fn event(&self, conversation: Uuid, topic_end: &str, mut body: Value) -> Value {
        let now = OffsetDateTime::now_utc();
        if let Some(fields) = body.as_object_mut() {
            fields.entry("conversationId").or_insert_with(|| json!(conversation));
            fields.entry("eventTime").or_insert_with(|| json!(epoch_millis(now)));
        }
        json!({
            "version": "0",
            "id": Uuid::new_v4(),
            // The rule's pattern sees the placeholder itself; only the topic name has the id.
            "detail-type": format!("v2.detail.events.conversation.{{id}}.{topic_end}"),
            "source": format!("aws.partner/genesys.com/cloud/{}/secure-pause", self.shared.id),
            "account": "123456789012",
            "time": iso_seconds(now),
            "region": "us-east-1",
            "resources": [],
            "detail": {
                "topicName": format!("v2.detail.events.conversation.{conversation}.{topic_end}"),
                "version": "2",
                "eventBody": body,
                "metadata": { "CorrelationId": Uuid::new_v4() },
                "timestamp": iso_millis(now),
            }
        })
    }
}
