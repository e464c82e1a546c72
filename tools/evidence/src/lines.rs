//! The log lines in a file, whatever form it was exported in; a line at a time, so that size does not matter.
//!
//! | form | where it comes from |
//! |---|---|
//! | a line each, whatever stands in front of its JSON object | standard output, `aws logs tail`, export tasks |
//! | JSON documents `{"events": [{"message": …}, …]}`, one after another | `aws logs filter-log-events`, `get-log-events` |

use std::fmt;
use std::io::{self, BufRead, Read};

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::files::peek;

/// The longest line that is looked at: CloudWatch Logs takes no event over a megabyte.
const LONGEST: u64 = 1 << 20;
/// A document shows itself by its first member, within so many bytes.
const HEAD: u64 = 64;
/// The members a document may begin with.
const FIRST_MEMBERS: [&[u8]; 4] =
    [b"\"events\"", b"\"searchedLogStreams\"", b"\"nextToken\"", b"\"nextForwardToken\""];

/// Where in its file something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line, counted from 1.
    Line(u64),
    /// A member of `events`, counted from 1 through all documents of the file.
    Event(u64),
    /// A document, counted from 1.
    Document(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Event(number) => write!(f, "event {number}"),
            Self::Document(number) => write!(f, "document {number}"),
        }
    }
}

/// One log line, or why there is none.
pub type Found<'a> = Result<&'a [u8], &'static str>;

/// Hands every log line of a reader to `take`. A reader that fails midway ends with one that is broken.
pub fn each(reader: impl BufRead, take: &mut dyn FnMut(Place, Found<'_>)) {
    match peek(reader, HEAD) {
        Ok((head, rest)) if is_document(&head) => of_documents(head.chain(rest), take),
        Ok((head, rest)) => of_lines(head.chain(rest), take),
        Err(_) => take(Place::Line(1), Err(CUT)),
    }
}

const CUT: &str = "the file cannot be read on from here";
const LONG: &str = "longer than any log event";
const NO_DOCUMENT: &str = "the document breaks off or is no JSON here; what follows is not read";
const NO_EVENTS: &str = "a document without a list of events";
const NO_TEXT: &str = "an event without text";

fn is_document(head: &[u8]) -> bool {
    let member = head.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    member.is_some_and(|member| FIRST_MEMBERS.iter().any(|first| member.starts_with(first)))
}

fn of_lines(mut reader: impl BufRead, take: &mut dyn FnMut(Place, Found<'_>)) {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let place = Place::Line(number);
        match reader.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(read) if read as u64 == LONGEST && line.last() != Some(&b'\n') => {
                take(place, Err(LONG));
                if reader.skip_until(b'\n').is_err() {
                    return take(place, Err(CUT));
                }
            }
            Ok(_) => take(place, Ok(&line)),
            Err(_) => return take(place, Err(CUT)),
        }
    }
}

fn of_documents(reader: impl io::Read, take: &mut dyn FnMut(Place, Found<'_>)) {
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let mut events = Events { take, number: 0 };
    for number in 1.. {
        match Document(&mut events).deserialize(&mut deserializer) {
            Ok(true) => {}
            Ok(false) => (events.take)(Place::Document(number), Err(NO_EVENTS)),
            Err(error) => return (events.take)(Place::Line(error.line() as u64), Err(NO_DOCUMENT)),
        }
        if deserializer.end().is_ok() {
            return;
        }
    }
}

/// A document: its events are handed on one by one, and not kept. Gives whether it has a list of them.
struct Document<'a, 'b>(&'a mut Events<'b>);
/// The lists of events.
struct Events<'a> {
    take: &'a mut dyn FnMut(Place, Found<'_>),
    number: u64,
}

#[derive(Deserialize)]
struct Event {
    message: Option<Text>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Told(String),
    None(IgnoredAny),
}

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of events")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut has_events = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "events" {
                has_events = true;
                map.next_value_seed(&mut *self.0)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(has_events)
    }
}

impl<'de> DeserializeSeed<'de> for &mut Events<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Events<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events with messages")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(event) = list.next_element::<Event>()? {
            self.number += 1;
            let text = match &event.message {
                Some(Text::Told(text)) => Ok(text.as_bytes()),
                Some(Text::None(_)) | None => Err(NO_TEXT),
            };
            (self.take)(Place::Event(self.number), text);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        each(text.as_bytes(), &mut |place, line| {
            let line = line.map(|line| String::from_utf8_lossy(line).trim_end().to_owned());
            found.push(format!("{place}: {}", line.unwrap_or_else(|why| format!("! {why}"))));
        });
        found
    }

    #[test]
    fn both_forms_give_the_same_lines_and_a_broken_end_is_named() {
        let cases: [(&str, &[&str], &str); 10] = [
            ("", &[], "an empty file"),
            ("{\"a\":1}\nSTART x\n", &["line 1: {\"a\":1}", "line 2: START x"], "a line each"),
            ("{\"a\":1}", &["line 1: {\"a\":1}"], "the last line has no end"),
            (
                "{\n  \"events\": [ {\"message\": \"{\\\"a\\\":1}\\n\", \"timestamp\": 1}, {\"message\": \"b\"} ],\n\
                 \"searchedLogStreams\": []}",
                &["event 1: {\"a\":1}", "event 2: b"],
                "a document, as aws indents it",
            ),
            ("{\"events\":[]}", &[], "a document without events"),
            (
                "{\"events\": [\n{\"message\": \"a\"},\n{\"mess",
                &[
                    "event 1: a",
                    "line 3: ! the document breaks off or is no JSON here; what follows is not read",
                ],
                "a document that was cut",
            ),
            (
                "{\"events\":[]} trailing",
                &["line 1: ! the document breaks off or is no JSON here; what follows is not read"],
                "something follows the document",
            ),
            (
                "{\"events\":[{\"message\": \"a\"}]}\n{\"events\":[{\"message\": \"b\"}]}\n",
                &["event 1: a", "event 2: b"],
                "two documents, one after another",
            ),
            (
                "{\"events\":[{\"message\": 7}, {\"timestamp\": 1}, {\"message\": null}, {\"message\": \"a\"}]}",
                &[
                    "event 1: ! an event without text",
                    "event 2: ! an event without text",
                    "event 3: ! an event without text",
                    "event 4: a",
                ],
                "events without text",
            ),
            (
                "{\"events\":[]}{\"kind\":\"secure_pause_audit\"}{\"events\":[{\"message\": \"a\"}]}",
                &["document 2: ! a document without a list of events", "event 1: a"],
                "an object that is no document",
            ),
        ];
        for (text, wanted, reason) in cases {
            assert_eq!(read(text), wanted, "{reason}");
        }
    }

    #[test]
    fn a_line_longer_than_any_event_is_passed_over_and_the_next_is_read() {
        let text = format!("{}\nnext", "x".repeat(3 << 20));
        assert_eq!(read(&text), ["line 1: ! longer than any log event", "line 2: next"]);
    }
}
