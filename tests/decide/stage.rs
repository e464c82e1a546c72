//! Virtual time, in which a script is played: what is under way, and what happens next.

use std::collections::BTreeMap;

use secure_pause::decide::Command;
use secure_pause::decide::history::Moment;
use secure_pause::decide::outcome::Outcome;
use secure_pause::error::{Error, Operation};
use secure_pause::genesys::screen_recording::Action;
use secure_pause::ids::ParticipantId;

use crate::fixtures::{Came, ms, read};
use crate::play::{Ends, Fed, Play, Shows};

/// A reading under way: when it arrives, when the request began that was answered, what it shows.
type UnderWay = (Moment, Moment, Shows);

/// What is under way.
pub struct Stage<'a> {
    play: &'a Play,
    reading: Option<UnderWay>,
    /// How many readings there were.
    read: usize,
    /// When the request for each leg ends, and how.
    requests: BTreeMap<ParticipantId, (Moment, Came)>,
    /// The same of the request for the voice.
    voice: Option<(Moment, Came)>,
    wake: Moment,
}

impl<'a> Stage<'a> {
    /// Nothing is under way.
    pub fn new(play: &'a Play) -> Self {
        Self { play, reading: None, read: 0, requests: BTreeMap::new(), voice: None, wake: ms(0) }
    }

    /// What happens next: a reading before an answer, an answer before the time.
    pub fn next(&mut self) -> (Moment, Fed) {
        let answer = self.requests.iter().map(|(leg, (at, _))| (*at, *leg)).min();
        let reading = self.reading.as_ref().map(|(at, ..)| *at);
        let voice = self.voice.as_ref().map(|(at, _)| *at);
        let first =
            [reading, answer.map(|(at, _)| at), voice, Some(self.wake)].into_iter().flatten().min().unwrap();
        if reading == Some(first) {
            return self.arrives();
        }
        if voice == Some(first) {
            let (at, came) = self.voice.take().unwrap();
            return (at, Fed::VoiceAnswer(came));
        }
        match answer.filter(|(at, _)| *at == first) {
            Some((at, leg)) => {
                let (_, came) = self.requests.remove(&leg).unwrap();
                (at, Fed::Answer(leg, came))
            }
            None => (first, Fed::Time),
        }
    }

    fn arrives(&mut self) -> (Moment, Fed) {
        let (at, began, shows) = self.reading.take().unwrap();
        let read = match shows {
            Shows::Body(body) => Ok(read(&body)),
            Shows::Fails(error) => Err(error),
            Shows::Hangs => Err(Error::DeadlineExceeded(Operation::Conversation)),
        };
        (at, Fed::Reading { began, read })
    }

    /// Gives the end, where it has come.
    pub fn carry_out(&mut self, now: Moment, commands: &[Command]) -> Option<Result<Outcome, Error>> {
        for command in commands {
            match command {
                Command::Read { until, .. } => self.reading = Some(self.reads(now, *until)),
                Command::Send(leg, action) => self.sends(now, *leg, *action),
                Command::GiveUp(leg) => _ = self.requests.remove(leg),
                Command::SendVoice(_) => self.sends_voice(now),
                Command::GiveUpVoice => self.voice = None,
                Command::PostWatch => {}
                Command::WaitUntil(at) => self.wake = *at,
                Command::End(end) => return Some(end.clone()),
            }
        }
        None
    }

    fn reads(&mut self, now: Moment, until: Moment) -> UnderWay {
        let takes = self.play.takes[self.read % self.play.takes.len()];
        self.read += 1;
        let began = now + ms(takes.retries);
        let arrives = began + ms(takes.answer);
        match self.play.shown(began) {
            Shows::Hangs => (until, now, Shows::Hangs),
            _ if arrives > until => (until, now, Shows::Hangs),
            shows => (arrives, began, shows),
        }
    }

    fn sends(&mut self, now: Moment, leg: ParticipantId, action: Action) {
        let Ends { takes, came } = self.play.answer(action, now);
        if let Some(came) = came {
            self.requests.insert(leg, (now + ms(takes), came));
        }
    }
    fn sends_voice(&mut self, now: Moment) {
        let Ends { takes, came } = self.play.voice_answer(now);
        self.voice = came.map(|came| (now + ms(takes), came));
    }
}
