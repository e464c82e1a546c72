//! What every run must keep, whatever it was fed: the properties P1 to P10 of the machine.

use std::collections::BTreeMap;
use std::time::Duration;

use secure_pause::config::Timing;
use secure_pause::decide::history::{Leg, Moment};
use secure_pause::decide::outcome::{Outcome, State};
use secure_pause::decide::request::{Door, Phase, Request};
use secure_pause::decide::tables::Reads;
use secure_pause::decide::voice::Told;
use secure_pause::decide::{Command, SILENCE};
use secure_pause::error::{Error, Retry};
use secure_pause::genesys::Rank;
use secure_pause::genesys::conversation::{Conversation, Life, Participant, Recording, Screen, SecurePause};
use secure_pause::genesys::screen_recording::Action;
use secure_pause::ids::ParticipantId;

use crate::fixtures::{ms, timing};
use crate::play::{Fed, Play, Played, Step};

/// The promises that this run broke.
pub fn broken(play: &Play, played: &Played) -> Vec<String> {
    let mut run = Run::new(play);
    for step in &played.steps {
        run.take(step);
    }
    run.ends(played);
    run.broken
}

/// A run as far as it has been looked at: of each leg, whether a request is under way, and when the last ended.
struct Run<'a> {
    play: &'a Play,
    broken: Vec<String>,
    now: Moment,
    /// When the request that is under way for a leg was sent.
    under_way: BTreeMap<ParticipantId, Moment>,
    /// When the last request for a leg ended.
    ended: BTreeMap<ParticipantId, Moment>,
    /// The last action for a leg.
    last: BTreeMap<ParticipantId, Action>,
    /// When the first request was sent.
    first_sent: Option<Moment>,
    /// When the last reading began that arrived, and what it said.
    read: Option<(Moment, Reads)>,
    /// Whose screens it showed to be recorded.
    active: Vec<ParticipantId>,
    /// Since when they have been, where nothing but signs were read.
    active_on_signs: BTreeMap<ParticipantId, Moment>,
    /// When the first reading in a row began that said that the conversation is missing.
    missing_since: Option<Moment>,
    /// The same of secure pause off.
    off_since: Option<Moment>,
    is_reading: bool,
    has_ended: bool,
    watches: u32,
    /// When the request for the voice that is under way was sent.
    voice_under_way: Option<Moment>,
    /// When the last one ended, and whether Genesys refused it for its token, so that it was not carried out.
    voice_ended: Option<(Moment, bool)>,
}

impl<'a> Run<'a> {
    fn new(play: &'a Play) -> Self {
        Self {
            play,
            broken: Vec::new(),
            now: ms(0),
            under_way: BTreeMap::new(),
            ended: BTreeMap::new(),
            last: BTreeMap::new(),
            first_sent: None,
            read: None,
            active: Vec::new(),
            active_on_signs: BTreeMap::new(),
            missing_since: None,
            off_since: None,
            is_reading: false,
            has_ended: false,
            watches: 0,
            voice_under_way: None,
            voice_ended: None,
        }
    }

    fn must(&mut self, is_so: bool, promise: &str) {
        if !is_so {
            self.broken.push(format!("{} ms: {promise}", self.now.as_millis()));
        }
    }

    fn take(&mut self, step: &Step) {
        self.must(!self.has_ended, "nothing follows the end");
        self.must(step.now <= ms(self.play.deadline), "it ends by the deadline");
        self.now = step.now;
        let is_silent = |sent: &Moment| step.now > *sent + SILENCE;
        let is_silent = self.under_way.values().chain(&self.voice_under_way).any(is_silent);
        self.must(!is_silent, "P5: a request without an answer is given up after 4 s");
        self.feed(step);
        for command in &step.commands {
            match command {
                Command::Read { until, rank } => {
                    let is_asked = self.play.request.rank == Rank::Later && self.last.is_empty();
                    self.must((*rank == Rank::Later) == is_asked, "what follows a request goes first");
                    self.reads(*until);
                }
                Command::Send(leg, action) => self.sends(step, *leg, *action),
                Command::GiveUp(leg) => self.gives_up(*leg),
                Command::SendVoice(action) => self.sends_voice(*action),
                Command::GiveUpVoice => {
                    let sent = self.voice_under_way.take();
                    self.must(sent.is_some(), "only what is under way is given up");
                    self.voice_ended = Some((self.now, false));
                }
                Command::PostWatch => {
                    let is_last = matches!(step.commands.last(), Some(Command::End(_)));
                    self.must(self.watches == 0 || is_last, "P7: another message at the end only");
                    self.watches += 1;
                }
                Command::WaitUntil(at) => self.must(*at > step.now, "it waits for a moment that is to come"),
                Command::End(_) => self.has_ended = true,
            }
        }
        let is_sent =
            step.commands.iter().any(|command| matches!(command, Command::Send(..) | Command::SendVoice(_)));
        let is_early = step.now < ms(self.play.deadline);
        self.must(!is_sent || !self.has_ended || !is_early, "nothing is sent at the end");
        let last = step.commands.last();
        let is_last = matches!(last, Some(Command::WaitUntil(_) | Command::End(_)));
        self.must(is_last, "a step ends with a wait or with the end");
    }

    fn feed(&mut self, step: &Step) {
        match &step.fed {
            Fed::Time => {}
            Fed::Reading { read: Err(_), .. } => self.is_reading = false,
            Fed::Reading { began, read: Ok(conversation) } => self.arrives(*began, conversation.as_ref()),
            Fed::Answer(leg, _) => {
                self.under_way.remove(leg);
                self.ended.insert(*leg, step.now);
            }
            Fed::VoiceAnswer(answer) => {
                let is_unsent = answer.as_ref().is_err_and(|failure| failure.retry == Retry::Now);
                self.voice_under_way = None;
                self.voice_ended = Some((step.now, is_unsent));
            }
        }
    }

    /// The voice's pause, and its resume, which is sent once.
    fn sends_voice(&mut self, action: Action) {
        let request = &self.play.request;
        let wanted = if request.phase == Some(Phase::Started) { Action::Pause } else { Action::Resume };
        let is_ordered = request.voice && request.door == Door::Direct && request.phase.is_some();
        let is_first = self.voice_ended.is_none_or(|(_, is_unsent)| is_unsent);
        let is_early = self.last.is_empty();
        self.must(is_ordered && action == wanted, "the voice is left alone unless it is ordered");
        self.must(self.voice_under_way.is_none(), "one request at a time for the voice");
        self.must(action == Action::Pause || is_first, "a resume of the voice is sent once");
        self.must(action == Action::Pause || is_early, "the voice is resumed before any screen");
        self.voice_under_way = Some(self.now);
    }

    fn arrives(&mut self, began: Moment, conversation: Option<&Conversation>) {
        self.is_reading = false;
        let reads = Reads::of(conversation);
        let since = self.missing_since.unwrap_or(began);
        self.missing_since = (reads == Reads::Missing).then_some(since);
        self.off_since = (reads == Reads::Off).then(|| self.off_since.unwrap_or(began));
        self.read = Some((began, reads));
        let is_left = |leg: &&Participant| leg.life() > Life::Dead || leg.is_in_wrap_up();
        let legs = conversation.into_iter().flat_map(Conversation::agent_legs).filter(is_left);
        self.active = legs.filter(|leg| leg.screen() == Screen::Active).filter_map(Participant::id).collect();
        let (active, is_sign) = (&self.active, reads == Reads::Sign);
        self.active_on_signs.retain(|leg, _| is_sign && active.contains(leg));
        for leg in active.iter().filter(|_| is_sign) {
            self.active_on_signs.entry(*leg).or_insert(began);
        }
    }

    fn reads(&mut self, until: Moment) {
        self.must(!self.is_reading, "one reading at a time");
        self.must(until > self.now && until <= ms(self.play.deadline), "a reading has some time");
        self.is_reading = true;
    }

    fn gives_up(&mut self, leg: ParticipantId) {
        let sent = self.under_way.remove(&leg);
        self.must(sent.is_some(), "only what is under way is given up");
        self.ended.insert(leg, self.now);
    }

    fn sends(&mut self, step: &Step, leg: ParticipantId, action: Action) {
        self.must(!self.under_way.contains_key(&leg), "P5: one request at a time a leg");
        match action {
            Action::Pause => self.pauses(step, leg),
            Action::Resume => self.resumes(step, leg),
        }
        self.under_way.insert(leg, self.now);
        self.first_sent.get_or_insert(self.now);
        self.last.insert(leg, action);
    }

    fn pauses(&mut self, step: &Step, leg: ParticipantId) {
        let before = self.last.get(&leg).copied();
        let Request { door, phase, .. } = self.play.request;
        let may_pause = phase == Some(Phase::Started) || matches!(door, Door::Watch | Door::Snapshot);
        self.must(may_pause || before.is_some(), "an end pauses only what it resumed");
        if let (None, Some(reads)) = (before, step.reads()) {
            let is_there = !matches!(reads, Reads::Over | Reads::Missing);
            self.must(is_there, "nobody new is paused where the conversation is over or missing");
            self.must(door != Door::Watch || self.checks(reads, leg), "P4: nor by a check in doubt");
            self.must(door != Door::Snapshot || reads == Reads::On, "nor by a snapshot unless it reads on");
        }
    }

    /// Whether a check may pause a leg: secure pause is on, or two readings of a sign have shown its screen recorded.
    fn checks(&self, reads: Reads, leg: ParticipantId) -> bool {
        let began = self.read.map_or(ms(0), |(began, _)| began);
        let since = self.active_on_signs.get(&leg);
        reads == Reads::On || reads == Reads::Sign && since.is_some_and(|at| began >= *at + timing().lag)
    }

    /// P2 and P3.
    fn resumes(&mut self, step: &Step, leg: ParticipantId) {
        let Fed::Reading { began, read: Ok(Some(conversation)) } = &step.fed else {
            return self.must(false, "P2: a resume is sent in the step of a reading");
        };
        let (door, now) = (self.play.request.door, self.now);
        self.must(self.allows_a_resume(conversation), "P2: what is read allows the resume");
        self.must(now < *began + Duration::from_secs(2), "P2: the reading began less than 2 s ago");
        let ended = self.ended.get(&leg).copied();
        self.must(ended.is_none_or(|at| *began >= at), "P2: it began after the last request had ended");
        self.must(
            now + Timing::default().afterwards <= ms(self.play.deadline),
            "P3: there is time for an afterwards",
        );
        if self.play.request.voice {
            let voice = self.voice_ended.filter(|_| self.voice_under_way.is_none());
            self.must(voice.is_some_and(|(at, _)| *began >= at), "the voice first, the screens last");
            self.must(!conversation.is_voice_paused(), "no screen is resumed beside a paused voice");
        }
        let seen = conversation.agent_leg(leg);
        let screen = seen.map_or(Screen::Unknown, Participant::screen);
        let is_dark = matches!(screen, Screen::Paused | Screen::Unknown);
        self.must(is_dark, "only a screen that reads paused, or is not reported, is resumed");
        let is_live = seen.is_none_or(|leg| leg.life() > Life::Dead && !leg.is_in_wrap_up());
        self.must(is_live, "never a leg that has ended, or is in wrap-up");
        self.must(
            self.last.get(&leg) != Some(&Action::Pause),
            "what was paused is not resumed by the same request",
        );
        let delay = time::Duration::try_from(self.play.policy.resume_delay).unwrap();
        let age = time::Duration::milliseconds(self.play.age.max(0)) + now; // by a clock that is ahead: just now
        self.must(door != Door::Event || age >= delay, "RESUME_DELAY_SECONDS have passed");
        let off = self.off_since.and_then(|since| time::Duration::try_from(now.saturating_sub(since)).ok());
        self.must(door != Door::Snapshot || off >= Some(delay), "RESUME_DELAY_SECONDS of reading off");
    }

    fn allows_a_resume(&self, conversation: &Conversation) -> bool {
        let age = time::Duration::milliseconds(self.play.age.max(0)) + self.now;
        let request = &self.play.request;
        let is_end = request.phase == Some(Phase::Ended);
        match (request.door, Reads::of(Some(conversation))) {
            (Door::Watch, Reads::Off) => !request.is_of_order || age > timing().old,
            (Door::Snapshot, Reads::Off) => true,
            (Door::Event, Reads::Unknown) => is_end && age <= timing().fresh,
            (Door::Event, Reads::Off) | (Door::Direct, Reads::Off | Reads::Sign | Reads::Unknown) => is_end,
            _ => false,
        }
    }

    // ---- The end.

    fn ends(&mut self, played: &Played) {
        self.must(self.has_ended, "it ends");
        let most = if self.play.request.door == Door::Event { 2 } else { 1 };
        self.must(self.watches <= most, "P7: one message, and one for a later pause");
        self.pauses_in_time(played);
        self.has_an_afterwards(played);
        self.claims(played);
        self.posts(played);
        self.has_two_witnesses(played);
    }

    /// P1: the first pause goes out on the first reading, or unread after 2.5 s.
    fn pauses_in_time(&mut self, played: &Played) {
        let request = &self.play.request;
        let is_named = request.participant.is_some() && request.phase == Some(Phase::Started);
        if is_named && request.door != Door::Watch && !self.play.policy.is_observed {
            let is_read = |step: &Step| matches!(step.fed, Fed::Reading { read: Ok(_), .. });
            let first = played.steps.iter().find(|step| is_read(step)).map(|step| step.now);
            let due = timing().unread_after.min(ms(self.play.deadline) / 2);
            let is_paused = self.first_sent.is_some_and(|at| at <= due);
            let is_without_token = played.end.as_ref().is_err_and(Error::is_without_token);
            let is_in_time = first.is_some_and(|at| at <= due) || is_paused || is_without_token;
            self.must(is_in_time, "P1: a pause never waits for readings that do not come");
        }
    }

    /// P3: after a resume, a reading that has caught up, or the pause that takes it back.
    fn has_an_afterwards(&mut self, played: &Played) {
        let resumed: Vec<_> = self.last.iter().filter(|(_, action)| **action == Action::Resume).collect();
        let ended = resumed.iter().map(|(leg, _)| self.ended.get(leg).copied().unwrap_or(self.now)).max();
        let Some(ended) = ended else { return };
        let is_gone = |leg: ParticipantId| {
            let state = played.history.leg(leg).and_then(Leg::state);
            matches!(state, Some(State::Gone | State::NotRecording | State::Terminated))
        };
        let is_all_gone = resumed.iter().all(|(leg, _)| is_gone(**leg));
        let is_over = matches!(self.read, Some((_, Reads::Over | Reads::Missing)));
        let has_caught_up = self.read.is_some_and(|(began, _)| began >= ended + timing().lag);
        let is_direct = self.play.request.door == Door::Direct;
        let at_the_deadline = self.now >= ms(self.play.deadline);
        let may_stop = is_over || has_caught_up || is_all_gone || is_direct && at_the_deadline;
        self.must(may_stop, "P3: it ends only after a reading that has caught up");
        let is_on = has_caught_up && self.read.is_some_and(|(_, reads)| reads == Reads::On);
        self.must(!is_on || is_all_gone, "P3: nothing stays resumed into a secure pause");
    }

    /// P8, P9 and the words of the outcome.
    fn claims(&mut self, played: &Played) {
        let door = self.play.request.door;
        let is_paused = played.is_paused(self.play);
        self.claims_of_voice(played);
        if self.play.request.asks_for_status() {
            self.must(self.first_sent.is_none(), "an order for the status sends nothing");
            let screens = played.history.screens.iter().flatten();
            let is_active = screens.into_iter().any(|it| self.active.contains(&it.participant_id));
            self.must(!is_paused || !is_active, "P8: none was last read active");
            return;
        }
        let legs = &played.history.legs;
        if door == Door::Direct && self.play.request.phase == Some(Phase::Started) {
            self.must(played.end.is_err() || is_paused, "P8: a flow hears of nothing but a dark screen");
            self.must(played.end.is_err() || played.end == Ok(Outcome::Paused), "P8: or of an error");
        }
        if played.end == Ok(Outcome::Paused) {
            self.must(self.read.is_some(), "P8: paused is said of nothing that was never read");
        }
        if !is_paused {
            return;
        }
        let strict = self.play.policy.require_verified;
        for leg in legs {
            let is_dark = match leg.state() {
                Some(State::Verified | State::Terminated | State::NotRecording | State::Gone) => true,
                Some(State::Unverifiable) => !strict,
                Some(State::Failed) | None => false,
            };
            self.must(is_dark, "P8: every target that has not gone is dark");
            let (is_gone, is_recorded) =
                (leg.state() == Some(State::Gone), self.active.contains(&leg.participant));
            self.must(is_gone || leg.action == Action::Pause, "P8: by a pause");
            self.must(is_gone || !is_recorded, "P8: none was last read active");
        }
        let is_gone = |leg: &&Leg| leg.state() == Some(State::Gone);
        let gone = legs.iter().filter(is_gone).filter_map(|leg| leg.end.as_ref().map(|end| end.at)).max();
        if let Some(gone) = gone {
            let has_caught_up = self.read.is_some_and(|(began, _)| began >= gone + timing().lag);
            let is_over = matches!(self.read, Some((_, Reads::Over | Reads::Missing)));
            self.must(has_caught_up || is_over, "P8: whoever took their place was looked for");
        }
    }

    /// What is said of the voice is what was read last, after its last request.
    fn claims_of_voice(&mut self, played: &Played) {
        let last = played.history.last.as_ref();
        let (told, since) = (played.voice(self.play), self.voice_ended.map(|(at, _)| at));
        let shown = last.map(|seen| seen.voice_everywhere);
        let wanted = match told {
            Told::Paused => Some(Recording::Paused),
            Told::Active => Some(Recording::Active),
            Told::Unknown => shown,
        };
        self.must(shown == wanted, "the voice is told as it was read");
        let is_settled = last.zip(since).is_none_or(|(seen, at)| seen.began >= at + timing().direct_settled);
        let is_given_up = played.history.voice.as_ref().is_some_and(|voice| voice.error.is_some());
        let is_in_time =
            self.now < ms(self.play.deadline) && played.end == Ok(Outcome::Paused) && !is_given_up;
        let is_told = told == Told::Paused && is_in_time;
        self.must(!is_told || is_settled, "a paused voice is read back a second after its answer");
    }

    /// P7: an order's pause is followed; at the event door, one that nobody answered.
    fn posts(&mut self, played: &Played) {
        let Request { door, phase, .. } = self.play.request;
        let is_order = door == Door::Direct && phase == Some(Phase::Started);
        let (is_snapshot, is_check) = (door == Door::Snapshot, door == Door::Watch);
        let is_paused = self.last.values().any(|action| *action == Action::Pause);
        let is_posted = self.watches > 0;
        self.must(is_posted || !is_order || !is_paused, "P7: an order's pause is followed");
        self.must(
            is_posted == is_paused || !is_snapshot,
            "P7: a snapshot's pause is followed, and nothing else",
        );
        self.must(!is_posted || !is_check, "P7: a check posts nothing");
        let is_on =
            played.history.last.as_ref().is_some_and(|seen| {
                seen.secure_pause == SecurePause::On && self.now < seen.began + timing().lag
            });
        let must_post = door == Door::Event && self.hangs(played) && !is_on;
        self.must(is_posted || !must_post, "P7: a pause without an answer is followed");
    }

    /// Whether a pause is not answered at the end.
    fn hangs(&self, played: &Played) -> bool {
        let last = &played.steps.last().unwrap().commands;
        let is_given_up = |leg: &ParticipantId| last.contains(&Command::GiveUp(*leg));
        let is_silent = |leg: &ParticipantId| self.under_way.contains_key(leg) || is_given_up(leg);
        self.last.iter().any(|(leg, action)| *action == Action::Pause && is_silent(leg))
    }

    /// P6: one reading that misses the conversation ends nothing.
    fn has_two_witnesses(&mut self, played: &Played) {
        let is_over =
            matches!(played.end, Ok(Outcome::ConversationOver | Outcome::NothingPaused | Outcome::Ignored));
        let Some((began, Reads::Missing)) = self.read.filter(|_| is_over) else { return };
        let since = self.missing_since.unwrap_or(began);
        let in_time = self.now < ms(self.play.deadline);
        self.must(
            !in_time || began >= since + Duration::from_secs(1),
            "P6: one witness is not enough to stop",
        );
    }
}
