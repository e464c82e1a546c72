//! Carries out a plan: every target at once, each read back until its screen is known to be as it should,
//! and planned anew with every reading.

mod ending;

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use crate::attempts::Attempts;
use crate::case::{self, Case};
use crate::error::Error;
use crate::event::Action;
use crate::genesys::conversation::Conversation;
use crate::ids::ParticipantId;
use crate::outcome::{State, Target};
use crate::plan::{Decision, Outcome, Patience, Plan};
use crate::pursuit::{self, Landing, Pursuit};
use crate::verify::{self, Finding};

/// Something that came to its end while a plan was carried out.
enum Step {
    /// A request for the leg.
    Landed(ParticipantId, Result<Landing, Error>),
    /// A reading that began then.
    Read(Instant, Result<Option<Conversation>, Error>),
    /// There is no time for another reading.
    TimeUp,
}

/// Pauses or resumes the targets. One target's failure neither stops nor hides another's.
///
/// Gives how each target ended, and how all of it did: the first error by precedence, if any.
pub async fn carry_out(
    case: &Case<'_>,
    action: Action,
    targets: Vec<ParticipantId>,
) -> (Vec<Target>, Result<Outcome, Error>) {
    let mut work = Work {
        case,
        action,
        targets: Vec::new(),
        steps: FuturesUnordered::new(),
        sent_at: Instant::now(),
        reading: Reading::default(),
        search: None,
        end: None,
        instead: None,
    };
    work.begin(targets);
    if action == Action::Pause {
        case.begins_to_pause();
    }
    while let Some(step) = work.steps.next().await {
        match step {
            Step::Landed(participant, landing) => work.landed(participant, landing),
            Step::Read(began, read) => work.read(began, read),
            Step::TimeUp => work.no_more_readings(),
        }
        work.read_on();
    }
    work.conclude()
}

/// A plan being carried out.
struct Work<'a> {
    case: &'a Case<'a>,
    action: Action,
    targets: Vec<Pursuit>,
    steps: FuturesUnordered<LocalBoxFuture<'a, Step>>,
    /// When the first request was sent.
    sent_at: Instant,
    reading: Reading,
    /// Since when a leg has been gone that nobody was yet found in the place of.
    search: Option<Instant>,
    /// What the last plan says to do instead, where every leg has gone.
    end: Option<Result<Outcome, Error>>,
    /// How it ends where its ground was taken away.
    instead: Option<Outcome>,
}

/// Where the schedule of readings stands.
#[derive(Default)]
struct Reading {
    is_under_way: bool,
    is_over: bool,
    done: usize,
    failed: Option<Error>,
}

impl<'a> Work<'a> {
    fn begin(&mut self, targets: Vec<ParticipantId>) {
        for participant in targets {
            let target = Pursuit::begun(participant);
            self.steps.push(self.request(participant, Rc::clone(&target.sent)));
            self.targets.push(target);
        }
    }

    fn request(&self, participant: ParticipantId, sent: Rc<Attempts>) -> LocalBoxFuture<'a, Step> {
        let (case, action) = (self.case, self.action);
        Box::pin(async move {
            let refused = async |status, answered| verify::refused(case, participant, status, answered).await;
            Step::Landed(participant, pursuit::send(case, action, participant, &sent, refused).await)
        })
    }

    fn landed(&mut self, participant: ParticipantId, landing: Result<Landing, Error>) {
        let case = self.case;
        let is_read_back = !self.schedule().is_empty();
        let Some(target) = self.targets.iter_mut().find(|target| target.participant == participant) else {
            return;
        };
        let is_first = !target.awaits_reading();
        target.landed(landing, is_read_back);
        if target.state() == Some(State::Gone) {
            self.search = Some(Instant::now());
        }
        if is_first {
            self.reading.done = 0;
        }
        if self.action == Action::Pause {
            case.has_paused();
        }
    }

    /// The waits between readings; none where nothing is read back.
    fn schedule(&self) -> &'a [Duration] {
        let timing = &self.case.config.timing;
        let is_off = self.action == Action::Resume && timing.after_resume.is_zero();
        if is_off { &[] } else { &timing.read_back }
    }

    /// Has the next reading made, if anything waits for one and none is under way.
    fn read_on(&mut self) {
        let wanted = self.search.is_some() || self.targets.iter().any(Pursuit::awaits_reading);
        if !wanted || self.reading.is_under_way || self.reading.is_over {
            return;
        }
        // Whoever is looked for in the place of a leg that has gone is exposed: that reading is made at once.
        let at_once = self.search.is_some() && self.reading.done == 0;
        let schedule = self.schedule();
        let wait = schedule.get(self.reading.done).or(schedule.last()).copied().filter(|_| !at_once);
        self.reading.is_under_way = true;
        self.reading.done += 1;
        let case = self.case;
        self.steps.push(Box::pin(async move {
            if !case.deadline.wait(wait.unwrap_or_default()).await {
                return Step::TimeUp;
            }
            let began = Instant::now();
            Step::Read(began, case.read(case.deadline).await)
        }));
    }

    fn read(&mut self, began: Instant, read: Result<Option<Conversation>, Error>) {
        let mut again = Vec::new();
        self.reading.is_under_way = false;
        let conversation = match read {
            Ok(conversation) => conversation,
            Err(error) => {
                self.reading.failed = Some(error);
                return self.no_more_readings();
            }
        };
        for target in &mut self.targets {
            target.see(conversation.as_ref(), began);
        }
        if let Some(conversation) = &conversation {
            let since_sent = began - self.sent_at;
            let is_last = self.targets.iter().any(|target| target.is_read_last(self.case, began));
            match self.action {
                Action::Pause if verify::is_pause_over(self.case, conversation, since_sent) => {
                    return self.end_as(Outcome::Superseded);
                }
                Action::Resume if verify::is_resume_over(self.case, conversation, is_last) => {
                    return self.pause_again();
                }
                _ => {}
            }
        }
        let is_held = verify::is_repeat_held(self.action, conversation.as_ref());
        for target in &mut self.targets {
            match target.read(self.case, self.action, conversation.as_ref(), began) {
                Finding::Again if is_held => {
                    target.leave();
                    self.instead = Some(Outcome::Deferred);
                }
                Finding::Again => again.push((target.participant, Rc::clone(&target.sent))),
                Finding::Ended(State::Gone) => self.search = Some(began),
                Finding::Ended(_) | Finding::Open => {}
            }
        }
        for (participant, sent) in again {
            self.steps.push(self.request(participant, sent));
        }
        self.plan_anew(conversation.as_ref(), began);
    }

    /// Every reading may show a target that an earlier one did not, since reads trail: it is taken up. Where
    /// every leg has gone, somebody is looked for in their place.
    fn plan_anew(&mut self, conversation: Option<&Conversation>, began: Instant) {
        let searched = self.search.map(|since| began.saturating_duration_since(since));
        let is_all_gone = self.is_all(State::Gone);
        let is_trailing = searched.is_some_and(|searched| searched < self.case.config.timing.lag);
        let patience = if is_all_gone && is_trailing { Patience::Left } else { Patience::Spent };
        let decision = self.case.decide(conversation, patience);
        let (new, end) = match decision {
            Decision::Settled(Plan::Act { action, targets, .. }) if action == self.action => (targets, None),
            Decision::ReadAgain => return,
            Decision::Settled(Plan::Act { .. }) => (Vec::new(), None),
            Decision::Settled(Plan::Nothing(outcome)) => (Vec::new(), Some(Ok(outcome))),
            Decision::NoTarget => (Vec::new(), Some(Err(Error::NoTarget))),
            Decision::NoConversation => (Vec::new(), Some(Err(case::no_conversation()))),
        };
        let is_known = |new: &ParticipantId| self.targets.iter().any(|target| target.participant == *new);
        let new: Vec<_> = new.into_iter().filter(|new| !is_known(new)).collect();
        // A reading that still names the leg that has gone trails.
        if !new.is_empty() || end.is_some() || patience == Patience::Spent {
            self.search = None;
            self.end = end;
        }
        self.begin(new);
    }

    /// Secure pause is on again: whatever was resumed, or may have been, is paused at once.
    fn pause_again(&mut self) {
        self.action = Action::Pause;
        self.instead = Some(Outcome::Superseded);
        self.case.begins_to_pause();
        self.steps = FuturesUnordered::new();
        self.search = None;
        self.reading = Reading::default();
        self.sent_at = Instant::now();
        let mut again = Vec::new();
        for target in &mut self.targets {
            if matches!(target.state(), Some(State::Gone | State::NotRecording | State::Terminated)) {
                continue;
            }
            target.begin_anew();
            again.push((target.participant, Rc::clone(&target.sent)));
        }
        for (participant, sent) in again {
            self.steps.push(self.request(participant, sent));
        }
    }
}

/// Pauses a leg of a conversation that cannot be read, so that a refusal cannot be looked into, nor an
/// acknowledgement be read back.
pub async fn unread(case: &Case<'_>, participant: ParticipantId, sent: Rc<Attempts>) -> Target {
    let refused = async |status, answered| verify::refused_unread(case, status, answered);
    case.begins_to_pause();
    let mut target = Pursuit::begun(participant);
    target.sent = sent;
    let landing = pursuit::send(case, Action::Pause, participant, &Rc::clone(&target.sent), refused).await;
    target.landed(landing, false);
    case.has_paused();
    target.into_target(Action::Pause)
}
