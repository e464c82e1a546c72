//! The watch queue, as the function writes to it: a pause that was ordered is watched over like one that an
//! event told of.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use tokio::sync::OnceCell;

use crate::aws;
use crate::event::{self, Request};
use crate::retry::Deadline;

/// All attempts together. The pause is read back meanwhile, which takes a second at least; a flow with a
/// caller on the line must not wait much longer for a message.
const POSTING: Duration = Duration::from_secs(3);

/// The queue that `WATCH_QUEUE_URL` names, if it names one.
#[derive(Debug)]
pub struct WatchQueue {
    aws: SdkConfig,
    url: Option<String>,
    /// Built for the first message: where a cold start counts, none is sent.
    client: OnceCell<Client>,
}

impl WatchQueue {
    /// The queue at `url`. Sends nothing yet.
    pub fn new(aws: SdkConfig, url: Option<String>) -> Self {
        Self { aws, url, client: OnceCell::new() }
    }

    /// Posts the watch message of a pause. A failure is logged, and nothing more: the screen is paused all the
    /// same, and a flow that ordered it orders the resume too.
    pub async fn post(&self, request: &Request, deadline: Deadline) {
        let conversation_id = request.conversation;
        let Some(url) = &self.url else {
            tracing::warn!(%conversation_id, "WATCH_QUEUE_URL is not set: this pause is not watched over");
            return;
        };
        let client = self.client.get_or_init(async || Client::new(&self.aws)).await;
        // Boxed: the SDK's future is large, and every future that awaits it would carry it.
        let send =
            Box::pin(client.send_message().queue_url(url).message_body(event::message(request)).send());
        let reason = match tokio::time::timeout(deadline.min(Deadline::after(POSTING)).left(), send).await {
            Ok(Ok(_sent)) => return,
            Ok(Err(error)) => aws::reason("SQS", &error),
            Err(_elapsed) => "SQS did not answer in time".to_owned(),
        };
        tracing::error!(
            %conversation_id,
            reason,
            "watch message not sent: this pause is not watched over; check WATCH_QUEUE_URL and the role's right to send"
        );
    }
}
