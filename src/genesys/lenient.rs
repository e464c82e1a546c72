//! Reading JSON of which any part may be missing, null or of another type, without losing the rest.
//!
//! What is not asked for is skipped undecoded: a text that is no Unicode hides nothing but itself.

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A field of another type than expected is as good as none.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// A word of those that `T` knows, in small letters or capitals; one that it does not know is as good as none.
pub(super) fn word<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let word = lenient::<_, String>(deserializer)?.to_ascii_lowercase();
    let word: StringDeserializer<serde::de::value::Error> = word.into_deserializer();
    Ok(T::deserialize(word).unwrap_or_default())
}

/// A list of which every usable entry is taken; `None` where there is no list.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let entries: Option<Vec<&RawValue>> = serde_json::from_str(raw.get()).ok();
    Ok(entries.map(|entries| entries.into_iter().filter_map(|entry| object(entry.get())).collect()))
}

/// The same, where no list is an empty one.
pub(super) fn each<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    list(deserializer).map(Option::unwrap_or_default)
}

/// A list of which every text is taken.
pub(super) fn each_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let entries: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    Ok(entries.into_iter().filter_map(|entry| serde_json::from_str(entry.get()).ok()).collect())
}

/// An object, and nothing else: serde would take a list for one.
pub(super) fn object<T: DeserializeOwned>(json: &str) -> Option<T> {
    json.trim_start().starts_with('{').then(|| serde_json::from_str(json).ok()).flatten()
}

/// Whether a time is told at all; which one does not matter.
pub(super) fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    <&RawValue>::deserialize(deserializer).map(|raw| raw.get() != "null")
}
