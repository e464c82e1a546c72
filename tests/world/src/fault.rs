//! What can go wrong with a request, on which requests, how often.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use tokio::time::sleep;
use uuid::Uuid;

use crate::wire::{Ending, HttpResponse, answer, with_header};

/// How far the clock that dates [`Fault::RetryAfterDate`] is behind.
const BEHIND: Duration = Duration::from_hours(1);
/// The form of a date in a header.
const DATE: StaticFormatDescription =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// The requests a fault is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The token request.
    Token,
    /// A read of a conversation.
    Conversation,
    /// A read of a conversation's recordings.
    Recordings,
    /// A read of one recording without its media.
    Metadata,
    /// A question about legal hold.
    Protection,
    /// A recording is to be deleted.
    Retention,
    /// A read of what the token may do.
    Permissions,
    /// A read of what the client's roles hold.
    Grants,
    /// A read of the list of topics.
    Topics,
    /// A screen recording is to be paused.
    Pause,
    /// A screen recording is to be resumed.
    Resume,
    /// A screen recording is to be paused or resumed.
    AnyScreenRecording,
    /// The screen recording of this participant is to be paused or resumed.
    Participant(Uuid),
    /// The voice recording is to be paused or resumed.
    Voice,
    /// Every request.
    Any,
}

/// One thing that goes wrong with a request. Faults come before authentication: a faulty answer says
/// nothing about the token.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, with an error body in the service's form.
    Status(u16),
    /// This answer, word for word.
    StatusWith {
        /// The status.
        status: u16,
        /// Names and values.
        headers: Vec<(String, String)>,
        /// The body; its type is JSON unless a header says otherwise.
        body: String,
    },
    /// 429 with `Retry-After` in whole seconds.
    RetryAfter(u64),
    /// 429 with `Retry-After` as a date, so many seconds after the answer's own, which is set by a clock that is
    /// an hour behind.
    RetryAfterDate(u64),
    /// This status with a gateway's HTML page.
    Html(u16),
    /// This status with a body of so many bytes, all of them spaces.
    Huge(u16, usize),
    /// The head of an answer with this status; the body that it announces never comes.
    HeadOnly(u16),
    /// Another fault's answer: its head at once, its body so much later.
    LateBody(Box<Fault>, Duration),
    /// The request is read, then the connection is reset.
    Reset,
    /// The request is read, then the connection is closed without an answer.
    Close,
    /// The request is read and never answered; the connection stays.
    Hang,
    /// Answered normally, this much later.
    Delay(Duration),
    /// Answered normally, later by a random time between these two.
    DelayBetween(Duration, Duration),
    /// Answered normally and promising to stay; the connection closes a few milliseconds later.
    AnswerThenClose,
    /// Answered normally; the next request on the same connection is reset.
    AnswerThenDead,
    /// Acted upon, then the connection is reset instead of an answer.
    AckThenReset,
    /// Acted upon, then never answered.
    AckThenHang,
    /// Answered normally, but a pause, resume or deletion changes nothing: the recording stays what it was.
    /// Every other request is answered and acted upon.
    AckWithoutEffect,
}

impl Fault {
    /// Ends a request under `fault`: `error` makes a body in the service's form, `normally` acts and answers.
    pub(crate) async fn end(
        fault: Option<Self>,
        error: impl FnOnce(u16) -> HttpResponse,
        normally: impl FnOnce() -> HttpResponse,
    ) -> Ending {
        match fault {
            // What is without effect is known to whoever acts.
            None | Some(Self::AckWithoutEffect) => Ending::Answer(normally()),
            Some(Self::Status(status)) => Ending::Answer(error(status)),
            Some(Self::StatusWith { status, headers, body }) => {
                let plain = answer(status, "application/json", body);
                let dressed =
                    headers.iter().fold(plain, |so_far, (name, value)| with_header(so_far, name, value));
                Ending::Answer(dressed)
            }
            Some(Self::RetryAfter(seconds)) => {
                Ending::Answer(with_header(error(429), "retry-after", &seconds.to_string()))
            }
            Some(Self::Html(status)) => {
                let page = format!(
                    "<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"
                );
                Ending::Answer(answer(status, "text/html", page))
            }
            Some(Self::RetryAfterDate(seconds)) => {
                let now = OffsetDateTime::now_utc() - BEHIND;
                let dated = with_header(error(429), "date", &date(now));
                let until = date(now + Duration::from_secs(seconds));
                Ending::Answer(with_header(dated, "retry-after", &until))
            }
            Some(Self::Huge(status, length)) => {
                Ending::Answer(answer(status, "application/json", " ".repeat(length)))
            }
            Some(Self::HeadOnly(status)) => Ending::Head(status),
            Some(Self::LateBody(fault, after)) => {
                match Box::pin(Self::end(Some(*fault), error, normally)).await {
                    Ending::Answer(response) => Ending::LateBody(response, after),
                    other => other,
                }
            }
            Some(Self::Reset) => Ending::Reset,
            Some(Self::Close) => Ending::Close,
            Some(Self::Hang) => Ending::Hang,
            Some(Self::Delay(time)) => {
                sleep(time).await;
                Ending::Answer(normally())
            }
            Some(Self::DelayBetween(least, most)) => {
                sleep(least + most.saturating_sub(least).mul_f64(fastrand::f64())).await;
                Ending::Answer(normally())
            }
            Some(Self::AnswerThenClose) => Ending::AnswerThenClose(normally()),
            Some(Self::AnswerThenDead) => Ending::AnswerThenDead(normally()),
            Some(Self::AckThenReset) => {
                let _unsent = normally();
                Ending::Reset
            }
            Some(Self::AckThenHang) => {
                let _unsent = normally();
                Ending::Hang
            }
        }
    }
}

/// A date as a header has it.
pub(crate) fn date(at: OffsetDateTime) -> String {
    at.format(DATE).expect("a date has all of its parts")
}

/// The faults that wait for their requests, oldest first.
#[derive(Default)]
pub(crate) struct Faults {
    waiting: Vec<(On, Fault, usize)>,
}

impl Faults {
    /// `usize::MAX` times is always.
    pub(crate) fn add(&mut self, on: On, fault: Fault, times: usize) {
        self.waiting.push((on, fault, times));
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The first fault that fits and has times left; uses one of them up.
    pub(crate) fn take(&mut self, fits: impl Fn(On) -> bool) -> Option<Fault> {
        let (_, fault, times) = self.waiting.iter_mut().find(|(on, _, times)| *times > 0 && fits(*on))?;
        if *times != usize::MAX {
            *times -= 1;
        }
        Some(fault.clone())
    }
}
