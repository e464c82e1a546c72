//! What is stored of a call, as `GET /api/v2/conversations/{id}/recordings` lists it: the voice with its pauses, and
//! each run of each screen recording, made from what truly happened. `retention` has what becomes of it.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Genesys, Happening, Moment, ScreenState, State, Voice};
use crate::{
    clock::iso_millis,
    wire::{self, HttpResponse},
};

/// What the recorders of the organization store of a paused screen. Only the first shows in the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PausedScreen {
    /// Nothing: the time is missing in the file.
    Cut,
    /// The last picture, for as long.
    Frozen,
    /// A picture of nothing, for as long.
    Masked,
    /// The screen, as if it were not paused.
    Untouched,
}

/// How far the files of a call are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    /// Nothing is listed yet.
    Absent,
    /// They are being transcoded: 202.
    Transcoding,
    /// They are on their way in.
    Uploading,
    /// They are there.
    Available,
    /// The voice is there, and the screens failed.
    ScreensFailed,
}

/// What an OAuth client may do beside pausing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// `conversation:communication:view`.
    pub conversations: bool,
    /// `recording:recording:view`.
    pub voices: bool,
    /// `recording:screenRecording:view`.
    pub screens: bool,
    /// `recording:screenRecording:editRetention`.
    pub retention: bool,
}

impl Rights {
    /// To read all there is.
    pub const ALL: Self = Self { conversations: true, voices: true, screens: true, retention: false };
    /// To read conversations, and no recording.
    pub const NONE: Self = Self { voices: false, screens: false, ..Self::ALL };

    /// Whether it may see this recording.
    pub(super) fn see(self, recording: &Value) -> bool {
        if recording["media"] == "screen" { self.screens } else { self.voices }
    }
}

/// One file: from when until when, and when it was paused.
struct File {
    start: SystemTime,
    end: Option<SystemTime>,
    pauses: Vec<(SystemTime, Option<SystemTime>)>,
}

impl Genesys {
    /// Lists these recordings of a conversation, in place of what was stored of it.
    pub fn serve_recordings(&self, conversation: Uuid, list: Value) {
        self.state().recordings.insert(conversation, list);
    }

    /// The recordings of a conversation as a client with these rights sees them.
    pub(super) fn list_recordings(&self, conversation: Uuid, rights: Rights) -> HttpResponse {
        let state = self.state();
        if !rights.voices && !rights.screens {
            drop(state);
            return self.error(403, "missing.permissions");
        }
        if !state.conversations.contains_key(&conversation) {
            drop(state);
            return self.error(404, "not.found");
        }
        let files = state.organization.files;
        if files == Files::Transcoding {
            return wire::answer(202, "application/json", String::new());
        }
        let mut list = state.recordings_of(conversation);
        if let Some(all) = list.as_array_mut() {
            all.retain(|recording| rights.see(recording));
        }
        wire::json(200, &list)
    }
}

impl State {
    /// The recordings of a conversation that is there, as they are now.
    pub(super) fn recordings_of(&self, conversation: Uuid) -> Value {
        if self.organization.files == Files::Absent {
            return json!([]);
        }
        let given = self.recordings.get(&conversation).cloned();
        let mut list = given.unwrap_or_else(|| stored(self, conversation));
        if let Some(all) = list.as_array_mut() {
            self.delete_what_is_due(all);
        }
        list
    }
}

/// What was stored of a conversation.
fn stored(state: &State, conversation: Uuid) -> Value {
    let moments = state.timeline.iter().filter(|moment| moment.conversation == conversation);
    let (voice, screens) = files(moments);
    let is_over = state.now(conversation).end.is_some();
    let of_call = state.organization.files;
    let word = |of_call| match of_call {
        _ if !is_over => "UPLOADING",
        Files::Uploading => "UPLOADING",
        Files::ScreensFailed => "ERROR",
        _ => "AVAILABLE",
    };
    let of_voice = if of_call == Files::ScreensFailed { Files::Available } else { of_call };
    let voice = voice.map(|file| {
        let mut body = file.body("audio", "Trunk", word(of_voice), true);
        body["annotations"] = file.annotations();
        body
    });
    let is_cut = state.organization.paused_screen == PausedScreen::Cut;
    let screens = screens.iter().map(|file| file.body("screen", "Screen", word(of_call), is_cut));
    let mut list: Vec<Value> = voice.into_iter().chain(screens).collect();
    for (number, body) in (1..).zip(&mut list) {
        body["id"] = json!(Uuid::from_u128(conversation.as_u128() ^ number));
        body["conversationId"] = json!(conversation);
    }
    list.into()
}

/// The file of the voice, and the files of all screens.
fn files<'a>(moments: impl Iterator<Item = &'a Moment>) -> (Option<File>, Vec<File>) {
    let (mut voice, mut running, mut screens) = (None::<File>, BTreeMap::<Uuid, File>::new(), Vec::new());
    for Moment { at, happening, .. } in moments {
        match happening {
            Happening::Voice(Voice::Active | Voice::Paused) if voice.is_none() => {
                voice = Some(File::from(*at))
            }
            Happening::SecurePause(on) => voice.get_or_insert_with(|| File::from(*at)).pause(*on, *at),
            Happening::Ended => {
                voice.iter_mut().chain(running.values_mut()).for_each(|file| file.close(*at));
            }
            Happening::Screen { participant, state } => match state {
                Some(ScreenState::Active | ScreenState::Paused) => {
                    let file = running.entry(*participant).or_insert_with(|| File::from(*at));
                    file.pause(*state == Some(ScreenState::Paused), *at);
                }
                Some(ScreenState::Requested) => {}
                _ => screens.extend(running.remove(participant).map(|mut file| {
                    file.close(*at);
                    file
                })),
            },
            _ => {}
        }
    }
    screens.extend(running.into_values());
    (voice, screens)
}

impl File {
    const fn from(start: SystemTime) -> Self {
        Self { start, end: None, pauses: Vec::new() }
    }

    fn pause(&mut self, on: bool, at: SystemTime) {
        let open = self.pauses.iter_mut().find(|(_, to)| to.is_none());
        match open {
            Some(pause) if !on => pause.1 = Some(at),
            None if on => self.pauses.push((at, None)),
            _ => {}
        }
    }

    fn close(&mut self, at: SystemTime) {
        self.pause(false, at);
        self.end.get_or_insert(at);
    }

    /// How long its pauses lasted, as far as they have ended.
    fn paused_ms(&self) -> i64 {
        self.pauses.iter().filter_map(|(from, to)| Some(ms(*from, (*to)?))).sum()
    }

    fn body(&self, media: &str, subtype: &str, state: &str, is_cut: bool) -> Value {
        let mut body = json!({
            "media": media, "mediaSubtype": subtype, "fileState": state,
            "recordingFileRole": "CUSTOMER_EXPERIENCE", "annotations": [],
        });
        if let Some(end) = self.end.filter(|_| state == "AVAILABLE") {
            body["startTime"] = json!(iso(self.start));
            body["endTime"] = json!(iso(end));
            body["outputDurationMs"] = json!(ms(self.start, end) - if is_cut { self.paused_ms() } else { 0 });
        }
        body
    }

    /// All pauses of a recording share an id.
    fn annotations(&self) -> Value {
        let (id, mut before) = (Uuid::new_v4(), 0);
        let ended = self.pauses.iter().filter_map(|(from, to)| Some((*from, (*to)?)));
        ended
            .map(|(from, to)| {
                let (offset, duration) = (ms(self.start, from), ms(from, to));
                let cut = offset - before;
                before += duration;
                json!({
                    "id": id, "type": "pause", "reason": "SecurePause", "location": cut,
                    "realtimeLocation": offset, "durationMs": duration, "absoluteLocation": cut,
                    "absoluteDurationMs": duration,
                })
            })
            .collect()
    }
}

fn ms(from: SystemTime, to: SystemTime) -> i64 {
    to.duration_since(from).map_or(0, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}

fn iso(at: SystemTime) -> String {
    iso_millis(OffsetDateTime::from(at))
}
