//! JSON of which any part may be missing, null, of another type or unreadable, without losing the rest.
//!
//! What is not asked for is skipped undecoded: a text that is no Unicode hides nothing but itself.

use std::collections::BTreeMap;

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Some programs write it before a text, and JSON has no place for it.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Whatever is used lies less deep than this: the deepest is a part of a record's attributes in a batch.
const DEEPEST: u32 = 8;

/// The value in a JSON text; null where it is none.
///
/// A part that cannot be held is null and hides nothing but itself: a text cut in the middle of a character, a
/// number that no number type holds, lists in lists without an end.
pub fn readable(json: &str) -> Value {
    within(json, DEEPEST)
}

fn within(json: &str, levels: u32) -> Value {
    if let Ok(value) = serde_json::from_str(json) {
        return value;
    }
    let Some(levels) = levels.checked_sub(1) else { return Value::Null };
    let part = |raw: &RawValue| within(raw.get(), levels);
    if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(json) {
        Value::Object(members.into_iter().map(|(name, raw)| (name, part(raw))).collect())
    } else if let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(json) {
        Value::Array(entries.into_iter().map(part).collect())
    } else {
        Value::Null
    }
}

/// A field of another type than expected is as good as none.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// A word of those that `T` knows, in small letters or capitals; one that it does not know is as good as none.
pub(crate) fn word<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let word = lenient::<_, String>(deserializer)?.to_ascii_lowercase();
    let word: StringDeserializer<serde::de::value::Error> = word.into_deserializer();
    Ok(T::deserialize(word).unwrap_or_default())
}

/// A list of which every usable entry is taken; `None` where there is no list.
pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let entries: Option<Vec<&RawValue>> = serde_json::from_str(raw.get()).ok();
    Ok(entries.map(|entries| entries.into_iter().filter_map(|entry| object(entry.get())).collect()))
}

/// The same, where no list is an empty one.
pub(crate) fn each<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    list(deserializer).map(Option::unwrap_or_default)
}

/// A list of which every entry counts: one that cannot be read, or whatever stands in place of the list, is a default.
pub(crate) fn every<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let none = || if raw.get() == "null" { Vec::new() } else { vec![T::default()] };
    Ok(entries(raw.get()).unwrap_or_else(none))
}

/// The entries of a list, a default for each that is no object; none where there is no list.
pub(crate) fn entries<T: DeserializeOwned + Default>(json: &str) -> Option<Vec<T>> {
    let entries: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(entries.into_iter().map(|entry| object(entry.get()).unwrap_or_default()).collect())
}

/// A list of texts of which every entry counts: one that is no text is an empty one.
pub(crate) fn every_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let entries: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    Ok(entries.into_iter().map(|entry| serde_json::from_str(entry.get()).unwrap_or_default()).collect())
}

/// A boolean. A text may hold it, too; anything else is as good as `false`.
pub(crate) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok().as_ref().and_then(truth_of).unwrap_or_default())
}

/// The boolean that a value is, or holds as a text.
pub(crate) fn truth_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// An object, and nothing else: serde would take a list for one.
pub(crate) fn object<T: DeserializeOwned>(json: &str) -> Option<T> {
    json.trim_start().starts_with('{').then(|| serde_json::from_str(json).ok()).flatten()
}

/// A time of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// Absent or null.
    #[default]
    Untold,
    /// There is one, in a form that is not RFC 3339.
    Unreadable,
    /// This one, in UTC.
    At(OffsetDateTime),
}

impl Time {
    /// Whether there is one, readable or not.
    pub fn is_told(self) -> bool {
        self != Self::Untold
    }

    /// Which one it is, where that can be read.
    pub const fn at(self) -> Option<OffsetDateTime> {
        match self {
            Self::At(at) => Some(at),
            Self::Untold | Self::Unreadable => None,
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        if raw.get() == "null" {
            return Ok(Self::Untold);
        }
        let text: Option<String> = serde_json::from_str(raw.get()).ok();
        let at = text.and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok());
        Ok(at.and_then(|at| at.checked_to_offset(UtcOffset::UTC)).map_or(Self::Unreadable, Self::At))
    }
}
