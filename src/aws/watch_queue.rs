//! Posts watch messages. With its message, a pause that a flow ordered is followed like a pause of an event.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use tokio::time::timeout;

use crate::aws;
use crate::ids::ConversationId;

/// Longest time of all attempts together. The pause is read back meanwhile, which takes a second at least. A flow with
/// a caller on the line must not wait much longer for a message.
const POSTING: Duration = Duration::from_secs(3);

/// The queue that `WATCH_QUEUE_URL` names, if it names one. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WatchQueue {
    aws: SdkConfig,
    url: Option<String>,
    /// Built for the first message, not at a cold start: most invocations send none.
    client: Arc<OnceLock<Client>>,
}

impl WatchQueue {
    /// The queue at `url`. Sends nothing yet.
    pub fn new(aws: SdkConfig, url: Option<String>) -> Self {
        Self { aws, url, client: Arc::default() }
    }

    /// Whether the queue exists; none if no queue is set.
    ///
    /// # Errors
    /// Why it cannot be looked at.
    pub async fn look(&self) -> Option<Result<(), String>> {
        let url = self.url.as_ref()?;
        let look = Box::pin(self.client().get_queue_attributes().queue_url(url).send());
        Some(match timeout(POSTING, look).await {
            Ok(Ok(_attributes)) => Ok(()),
            Ok(Err(error)) => Err(aws::reason("SQS", &error)),
            Err(_elapsed) => Err("SQS did not answer in time".to_owned()),
        })
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| Client::new(&self.aws))
    }

    /// Posts the watch message of a pause. Returns whether SQS has it; also true if no queue is set, because no message
    /// is wanted then. A failure is logged and is no error: the pause goes on, and a flow that ordered it orders the
    /// resume, too.
    pub fn post(
        &self,
        conversation_id: ConversationId,
        message: String,
    ) -> impl Future<Output = bool> + use<> {
        let queue = self.clone();
        async move {
            let Some(url) = &queue.url else {
                tracing::warn!(%conversation_id, "WATCH_QUEUE_URL is not set: the watch does not check this pause");
                return true;
            };
            let send = Box::pin(queue.client().send_message().queue_url(url).message_body(message).send());
            let reason = match timeout(POSTING, send).await {
                Ok(Ok(_sent)) => return true,
                Ok(Err(error)) => aws::reason("SQS", &error),
                Err(_elapsed) => "SQS did not answer in time".to_owned(),
            };
            tracing::error!(
                %conversation_id,
                reason,
                "watch message not sent: the watch does not check this pause; look at WATCH_QUEUE_URL and the role's right to send"
            );
            false
        }
    }
}
