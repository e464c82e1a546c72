//! The simulated Genesys Cloud organization: its state, its settings and what can be seen of it.

mod api;
mod body;
mod error;
mod event;
mod given;
mod grants;
mod life;
mod login;
mod organization;
mod pause;
mod rate;
mod recordings;
mod retention;
mod screen;
mod state;
mod timeline;
mod topics;
mod truth;
mod voice;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, MutexGuard},
    time::{Instant, SystemTime},
};

use serde_json::Value;
use uuid::Uuid;

use crate::{
    caller::Caller,
    clock::lock,
    fault::{Fault, Faults, On},
    journal::Journal,
    wire::Server,
};
use login::Login;
pub use organization::{Organization, RateLimit};
pub use rate::Refusal;
use rate::Window;
pub use recordings::{Files, PausedScreen, Rights};
use state::{Conversation, Tracked};
pub use state::{ScreenState, Voice};
pub use timeline::{Happening, Moment};
pub use topics::Topics;

/// A Genesys Cloud organization on loopback. Clones are the same organization.
///
/// # Panics
/// Its methods panic on conversations and participants it does not know.
#[derive(Clone)]
pub struct Genesys {
    shared: Arc<Shared>,
}

struct Shared {
    journal: Journal,
    caller: Caller,
    id: Uuid,
    state: Mutex<State>,
}

struct State {
    organization: Organization,
    conversations: BTreeMap<Uuid, Tracked>,
    timeline: Vec<Moment>,
    faults: Faults,
    login: Login,
    /// What all tokens of the OAuth client have used of its limit, and all of the one that reads recordings.
    window: Option<Window>,
    recordings_window: Option<Window>,
    refusals: Vec<Refusal>,
    /// Lists of recordings that were given, in place of what was stored.
    recordings: BTreeMap<Uuid, Value>,
    /// The recordings that are to be deleted, since when.
    deletions: BTreeMap<Uuid, Instant>,
    /// The conversations under legal hold.
    held: BTreeSet<Uuid>,
}

impl Genesys {
    pub(crate) fn new(journal: Journal) -> Self {
        let login = Login::new(&journal);
        Self {
            shared: Arc::new(Shared {
                journal,
                caller: Caller::new(),
                id: Uuid::new_v4(),
                state: Mutex::new(State {
                    organization: Organization::default(),
                    conversations: BTreeMap::new(),
                    timeline: Vec::new(),
                    faults: Faults::default(),
                    login,
                    window: None,
                    recordings_window: None,
                    refusals: Vec::new(),
                    recordings: BTreeMap::new(),
                    deletions: BTreeMap::new(),
                    held: BTreeSet::new(),
                }),
            }),
        }
    }

    /// The token host and the API host, each on its port.
    pub(crate) async fn listen(&self, login: u16, api: u16) -> io::Result<(Server, Server)> {
        Ok((login::serve(self.clone(), login).await?, api::serve(self.clone(), api).await?))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }

    fn journal(&self) -> &Journal {
        &self.shared.journal
    }

    fn caller(&self) -> &Caller {
        &self.shared.caller
    }

    /// Changes the settings of the organization; they hold from the next request on.
    pub fn organization(&self, change: impl FnOnce(&mut Organization)) {
        change(&mut self.state().organization);
    }

    /// Lets something go wrong with the next requests that `on` fits; `usize::MAX` times is always.
    /// Of several faults that fit, the oldest with times left is used.
    pub fn inject(&self, on: On, fault: Fault, times: usize) {
        self.state().faults.add(on, fault, times);
    }

    /// Takes back every fault that is still waiting.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Makes every write so far visible to reads, whatever the read lag.
    pub fn settle(&self) {
        self.state().conversations.values_mut().for_each(Tracked::settle);
    }

    /// Changes the body of a conversation after it is rendered, at every read from now on.
    pub fn edit(&self, conversation: Uuid, change: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.change(conversation, |it| it.edits.push(Arc::new(change)));
    }

    /// Serves this body for that id, in place of a simulated conversation. Pauses and resumes of its
    /// participants are accepted and remembered; the body stays as it is.
    pub fn serve(&self, conversation: Uuid, body: Value) {
        {
            let mut state = self.state();
            let tracked = || Tracked::new(Conversation::new(conversation));
            state.conversations.entry(conversation).or_insert_with(tracked);
        }
        self.change(conversation, |it| it.served = Some(body));
    }

    /// What changed, when, over all conversations: in the order in which it came true.
    pub fn timeline(&self) -> Vec<Moment> {
        self.state().timeline.clone()
    }

    /// What must never be in a log, an error or an answer: numbers, names, attributes, upstream texts.
    pub fn secrets_of_the_caller(&self) -> Vec<String> {
        self.shared.caller.values()
    }

    /// Changes one conversation, remembers its past and writes the timeline.
    fn change<R>(&self, conversation: Uuid, change: impl FnOnce(&mut Conversation) -> R) -> R {
        self.state().change(conversation, change)
    }

    fn begin(&self, conversation: Conversation) {
        let mut state = self.state();
        state.timeline.push(Moment {
            at: SystemTime::now(),
            conversation: conversation.id,
            happening: Happening::Started,
        });
        let empty = Conversation { participants: Vec::new(), ..conversation.clone() };
        let suppression = state.organization.hold_suppression;
        state.timeline.extend(timeline::changes(&empty, &conversation, suppression));
        state.conversations.insert(conversation.id, Tracked::new(conversation));
    }
}

impl State {
    fn now(&self, conversation: Uuid) -> &Conversation {
        &self.conversations.get(&conversation).expect("a conversation that this organization has").now
    }

    fn change<R>(&mut self, conversation: Uuid, change: impl FnOnce(&mut Conversation) -> R) -> R {
        let tracked =
            self.conversations.get_mut(&conversation).expect("a conversation that this organization has");
        let before = tracked.now.clone();
        let result = change(&mut tracked.now);
        tracked.remember();
        let suppression = self.organization.hold_suppression;
        self.timeline.extend(timeline::changes(&before, &tracked.now, suppression));
        result
    }
}
