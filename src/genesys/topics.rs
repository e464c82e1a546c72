//! Which events Genesys can send here, by the organization's own list of topics.
//!
//! Whatever of the list cannot be read may be the topic that is looked for: then its absence is not known.
//! Source: `GET /api/v2/notifications/availabletopics`, which needs no permission,
//! <https://developer.genesys.cloud/notificationsalerts/notifications/available-topics>.

use reqwest::Client;
use serde::{Deserialize, Serialize};

use super::http::{self, Meaning};
use super::{Genesys, Rank};
use crate::error::{Answered, Error, Failure, Operation, Retry, What};
use crate::json::{every, every_text, lenient, object};
use crate::retry::Deadline;

/// The event of a secure pause.
const SECURE_PAUSE: &str = "v2.detail.events.conversation.{id}.secure_pause";
/// The event of a call's end, after which proof looks at every call.
const CALL_END: &str = "v2.detail.events.conversation.{id}.customer.end";
/// The topics whose bodies show a conversation with its secure pause.
const SNAPSHOTS: [&str; 4] = [
    "v2.users.{id}.conversations",
    "v2.users.{id}.conversations.calls",
    "v2.routing.queues.{id}.conversations",
    "v2.routing.queues.{id}.conversations.calls",
];
/// Names of topics are shorter, and of these characters only.
const LONGEST_NAME: usize = 100;

/// The list.
#[derive(Debug, Default, Deserialize)]
pub struct Topics {
    #[serde(default, deserialize_with = "every")]
    entities: Vec<Topic>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Topic {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(deserialize_with = "every_text")]
    transports: Vec<String>,
    #[serde(deserialize_with = "lenient")]
    visibility: String,
}

/// How a topic is sent. If a topic has several entries, the variant that is listed last here counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sent {
    /// It is not in the list.
    Unlisted,
    /// By other ways than EventBridge.
    Otherwise,
    /// The list does not say.
    Untold,
    /// By EventBridge.
    ByEventBridge,
}

/// The stack's parameter `Trigger`: what a secure pause is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// By its own event.
    SecurePause,
    /// By snapshots of conversations.
    Snapshots,
    /// By either.
    Both,
    /// By nothing that comes here: somebody has to order its pause.
    None,
}

impl Topics {
    /// The list in a body; none where there is no topic in it, since every organization has some.
    fn from_body(body: &[u8]) -> Option<Self> {
        object(&String::from_utf8_lossy(body)).filter(|it: &Self| !it.entities.is_empty())
    }

    /// Which trigger there can be; none where the list does not say.
    pub fn trigger(&self) -> Option<Trigger> {
        let snapshots = SNAPSHOTS.map(|name| self.sent(name)).into_iter().max()?;
        match (self.sent(SECURE_PAUSE), snapshots) {
            (Sent::ByEventBridge, Sent::ByEventBridge) => Some(Trigger::Both),
            (Sent::ByEventBridge, _) => Some(Trigger::SecurePause),
            (_, Sent::ByEventBridge) => Some(Trigger::Snapshots),
            (Sent::Untold, _) | (_, Sent::Untold) => None,
            _ => Some(Trigger::None),
        }
    }

    /// What the list says, for a person.
    pub fn described(&self) -> String {
        let snapshots = SNAPSHOTS.map(|name| (name, self.sent(name)));
        let carried: Vec<_> = snapshots
            .iter()
            .filter(|(_, sent)| *sent == Sent::ByEventBridge)
            .map(|(name, _)| *name)
            .collect();
        let most = snapshots.iter().map(|(_, sent)| *sent).max().unwrap_or(Sent::Untold);
        let snapshots = match carried.len() {
            0 => format!("snapshots {}", most.described()),
            4 => "all four snapshots by EventBridge".to_owned(),
            _ => format!("snapshots by EventBridge: {}", carried.join(", ")),
        };
        let preview = if self.is_preview() { " (in preview)" } else { "" };
        let names = self.longer_names();
        let longer = if names.is_empty() { String::new() } else { format!(", as {}", names.join(", ")) };
        let pause = format!("secure_pause {}{preview}{longer}", self.sent(SECURE_PAUSE).described());
        let similar = self.similar().map(|name| format!("; there is {name}")).unwrap_or_default();
        format!("{pause}; {snapshots}{similar}")
    }

    /// How the end of a call is sent.
    pub fn call_end(&self) -> Sent {
        self.sent(CALL_END)
    }

    fn sent(&self, name: &str) -> Sent {
        let has_unreadable = self.entities.iter().any(|topic| topic.id.is_none());
        let absent = if has_unreadable { Sent::Untold } else { Sent::Unlisted };
        self.named(name).map(Topic::sent).max().unwrap_or(absent)
    }

    /// Whether the event of a secure pause is in preview alone: Genesys turns such a topic on for an organization.
    pub fn is_preview(&self) -> bool {
        let is_preview = |topic: &Topic| topic.visibility.eq_ignore_ascii_case("preview");
        self.has_secure_pause() && self.named(SECURE_PAUSE).all(is_preview)
    }

    fn has_secure_pause(&self) -> bool {
        self.named(SECURE_PAUSE).next().is_some()
    }

    /// The topics of a secure pause that EventBridge carries, if none of them has the usual name.
    pub fn longer_names(&self) -> Vec<&str> {
        let carried = self.named(SECURE_PAUSE).filter(|topic| topic.sent() == Sent::ByEventBridge);
        let names: Vec<&str> = carried.filter_map(|topic| topic.id.as_deref()).collect();
        let has_usual = names.iter().any(|id| is_same(id, SECURE_PAUSE));
        names.into_iter().filter(|id| !has_usual && is_name(id)).collect()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Topic> {
        let is_named = move |id: &str| is_same(id, name) || name == SECURE_PAUSE && is_secure_pause(id);
        self.entities.iter().filter(move |topic| topic.id.as_deref().is_some_and(is_named))
    }

    /// Another topic that speaks of secure pauses, by its name.
    fn similar(&self) -> Option<&str> {
        let ids = self.entities.iter().filter_map(|topic| topic.id.as_deref()).filter(|id| is_name(id));
        ids.filter(|id| !is_secure_pause(id)).find(|id| letters(id).contains("securepause"))
    }

    /// This list with what another knows of secure pauses besides.
    fn with_pauses_of(mut self, other: Self) -> Self {
        let speaks = |topic: &Topic| topic.id.as_deref().is_none_or(|id| letters(id).contains("securepause"));
        self.entities.extend(other.entities.into_iter().filter(speaks));
        self
    }
}

impl Topic {
    fn sent(&self) -> Sent {
        let carries = |transport: &String| ["all", "eventbridge"].contains(&letters(transport).as_str());
        match self.transports[..] {
            [] => Sent::Untold,
            _ if self.transports.iter().any(carries) => Sent::ByEventBridge,
            _ if self.transports.iter().any(String::is_empty) => Sent::Untold,
            _ => Sent::Otherwise,
        }
    }
}

impl Sent {
    /// What the list says, for a person.
    pub const fn described(self) -> &'static str {
        match self {
            Self::ByEventBridge => "by EventBridge",
            Self::Otherwise => "not by EventBridge",
            Self::Unlisted => "not listed",
            Self::Untold => "unknown: the list does not say",
        }
    }
}

/// Whether both name one topic, whatever the placeholders are called.
fn is_same(id: &str, name: &str) -> bool {
    let is_placeholder = |part: &str| part.starts_with('{') && part.ends_with('}');
    let same = |(one, other): (&str, &str)| {
        one.eq_ignore_ascii_case(other) || is_placeholder(one) && is_placeholder(other)
    };
    id.split('.').count() == name.split('.').count() && id.split('.').zip(name.split('.')).all(same)
}

/// Whether an event of this topic is one of a secure pause: rule and function look at the beginning of its name.
fn is_secure_pause(id: &str) -> bool {
    let parts: Vec<&str> = id.splitn(SECURE_PAUSE.split('.').count(), '.').collect();
    let usual = SECURE_PAUSE.rsplit_once('.').zip(parts.split_last());
    usual.is_some_and(|((above, begins), (last, parts))| {
        let head = last.get(..begins.len()).unwrap_or_default();
        is_same(&parts.join("."), above) && head.eq_ignore_ascii_case(begins)
    })
}

/// Whether it can be shown: a name of a topic, and no other text.
fn is_name(id: &str) -> bool {
    id.len() <= LONGEST_NAME && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-{}".contains(&b))
}

/// The letters of a name: how words are joined differs.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}

impl Genesys {
    /// Which topics this organization has. Topics in preview are asked for only if the usual list has none of a secure
    /// pause. If that second question fails, the first list stands.
    ///
    /// # Errors
    /// [`Error::UpstreamUnavailable`] for a 4xx, too, and for a body that is no list; else how the token or the request
    /// failed.
    pub async fn topics(&self, deadline: Deadline) -> Result<Topics, Error> {
        const QUERY: &str = "expand=transports,visibility";
        let topics = self.topics_by(QUERY, deadline).await?;
        if topics.has_secure_pause() {
            return Ok(topics);
        }
        let with_preview = self.topics_by(&format!("{QUERY}&includePreview=true"), deadline).await;
        Ok(topics.with_pauses_of(with_preview.unwrap_or_default()))
    }

    async fn topics_by(&self, query: &str, deadline: Deadline) -> Result<Topics, Error> {
        const WHAT: Operation = Operation::Topics;
        let url = format!("{}/api/v2/notifications/availabletopics?{query}", self.api_url);
        let request = |client: &Client| client.get(&url);
        let failure = |answered| Failure { error: Error::UpstreamUnavailable(answered), retry: Retry::Never };
        self.authorized(WHAT, Rank::First, deadline, request, async |meaning| match meaning {
            Meaning::Success(response) => {
                let correlation = http::correlation(response.headers());
                let body = http::body(WHAT, response).await?;
                let answered = Answered { operation: WHAT, what: What::Unreadable, correlation };
                Topics::from_body(body.as_ref()).ok_or_else(|| failure(answered))
            }
            Meaning::Refused(_, answered) | Meaning::NotFound(answered) => Err(failure(answered)),
        })
        .await
    }
}
