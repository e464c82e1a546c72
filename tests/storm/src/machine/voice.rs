//! Requests for the voice on their way: they begin and end the secure pause itself.

use std::time::Duration;

use secure_pause::decide::Input;
use secure_pause::genesys::screen_recording::Action;

use super::play::{Event, Play};
use super::sending::{PutAnswer, meaning};

/// The statuses of a request that Genesys does not carry out.
const REFUSALS: [u16; 4] = [403, 409, 500, 401];
/// How often it is one of them, how often it is carried out and never answered, and how often neither.
const REFUSED: f64 = 0.1;
const SILENT: f64 = 0.05;

/// A request for the voice that was sent.
pub struct Sent {
    run: usize,
    action: Action,
    answer: Option<u16>,
}

impl Play<'_> {
    pub fn send_voice(&mut self, number: usize, action: Action) {
        self.tell(|| format!("    #{number} sends {action:?} for the voice"));
        self.record.requests += 1;
        let answer = match self.rng.f64() {
            chance if chance < REFUSED => Some(REFUSALS[self.rng.usize(..REFUSALS.len())]),
            chance if chance < REFUSED + SILENT => None,
            _ => Some(200),
        };
        let id = self.voices.len();
        self.voices.push(Sent { run: number, action, answer });
        self.runs[number].voice = Some(id);
        let took = self.latency();
        self.push(self.now + took / 2, Event::Voice(id));
        if answer.is_some() {
            self.push(self.now + took.max(Duration::from_millis(1)), Event::VoiceAnswer(id));
        }
    }

    /// It is carried out now, whether or not anybody waits for it.
    pub fn voice(&mut self, id: usize) {
        let Sent { action, answer, .. } = self.voices[id];
        let is_done = matches!(answer, Some(200) | None) && !self.call.now().is_over;
        if is_done {
            self.change(|state| state.secure_pause = action == Action::Pause);
        }
    }

    pub fn voice_answer(&mut self, id: usize) {
        let Sent { run: number, action, answer } = self.voices[id];
        let run = &mut self.runs[number];
        let (Some(status), true) = (answer, run.ended.is_none() && run.voice == Some(id)) else { return };
        run.voice = None;
        self.tell(|| format!("    #{number} {action:?} for the voice answered: {status}"));
        let (reply, answer) = meaning(action, PutAnswer::Status(status));
        self.drive(number, |decider, now| decider.next(now, Input::VoiceAnswer { reply, answer }));
    }
}
