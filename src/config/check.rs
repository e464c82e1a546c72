//! What each setting may hold; a fault says what it must be, never what it was.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use uuid::Uuid;

use super::{Mode, PausedScreen};
use crate::json::BYTE_ORDER_MARK;

/// The published region domains of Genesys Cloud.
///
/// Source: <https://help.genesys.cloud/articles/aws-regions-for-genesys-cloud-deployment/>.
pub const REGIONS: [&str; 18] = [
    "mypurecloud.com",
    "use2.us-gov-pure.cloud",
    "usw2.pure.cloud",
    "cac1.pure.cloud",
    "mxc1.pure.cloud",
    "sae1.pure.cloud",
    "mypurecloud.ie",
    "euw2.pure.cloud",
    "mypurecloud.de",
    "euc2.pure.cloud",
    "edee1.eusc-pure.cloud",
    "mec1.pure.cloud",
    "aps1.pure.cloud",
    "apne2.pure.cloud",
    "apne3.pure.cloud",
    "mypurecloud.jp",
    "apse1.pure.cloud",
    "mypurecloud.com.au",
];

/// `RESUME_DELAY_SECONDS` at the most: an invocation has 29 s, and a resume needs 5 of them.
const LONGEST_RESUME_DELAY: u64 = 15;

/// `PROOF_TOLERANCE_MS` at the most: events are delivered within seconds, and a pause of half a minute could hide in it.
const LARGEST_TOLERANCE: u64 = 30_000;

pub(super) fn region(value: &str) -> Result<String, String> {
    if REGIONS.contains(&value) {
        Ok(value.to_owned())
    } else {
        Err(format!("is no Genesys region domain; one of {}", REGIONS.join(", ")))
    }
}

pub(super) fn base_url(value: &str) -> Result<String, &'static str> {
    let url = Url::parse(value).map_err(|_| "is not a URL")?;
    let host = url.host_str().unwrap_or_default();
    let loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if !(url.scheme() == "https" || url.scheme() == "http" && loopback) {
        return Err("must begin with https:// (http:// on a loopback address only)");
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("must be a host and a path, without user, query or fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// As the SDK will read it: it panics at some of what it cannot read.
pub(super) fn endpoint(value: &str) -> Result<(), &'static str> {
    let is_http = |uri: &http::Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    value.parse().ok().filter(is_http).map(|_| ()).ok_or("must be empty, or a URL of http:// or https://")
}

pub(super) fn path(value: &str) -> Result<String, &'static str> {
    let mut rest = value.to_owned();
    for placeholder in ["{conversationId}", "{participantId}", "{action}"] {
        if !rest.contains(placeholder) {
            return Err("must hold {conversationId}, {participantId} and {action}");
        }
        rest = rest.replace(placeholder, "x");
    }
    let plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.~:@+".contains(&b));
    if !rest.starts_with('/') || !plain || rest.split('/').any(|part| part == "..") {
        return Err("must be a path: begin with a slash and hold no other placeholder, query or space");
    }
    Ok(value.to_owned())
}

pub(super) fn statuses(list: &str) -> Result<BTreeSet<u16>, &'static str> {
    // These say something about the client, the path or the moment, never about the screen: a lost permission, or a
    // wrong path, must not pass for a screen that is not recorded.
    let refusal =
        |status: &u16| (400..500).contains(status) && ![401, 403, 404, 405, 408, 425, 429].contains(status);
    list.split(',')
        .filter(|_| !list.is_empty())
        .map(|status| status.trim().parse().ok().filter(refusal))
        .collect::<Option<_>>()
        .ok_or(
            "must be a list of statuses from 400 to 499, without 401, 403, 404, 405, 408, 425 and 429, such as 409,422",
        )
}

/// Whether it is everyone's.
pub(super) fn scope(value: &str) -> Result<bool, &'static str> {
    match value {
        "initiator" => Ok(false),
        "all-agents" => Ok(true),
        _ => Err("must be initiator or all-agents"),
    }
}

pub(super) fn flag(value: &str) -> Result<bool, &'static str> {
    value.parse().map_err(|_| "must be true or false")
}

pub(super) fn resume_delay(value: &str) -> Result<Duration, &'static str> {
    let seconds = value.parse().ok().filter(|seconds| *seconds <= LONGEST_RESUME_DELAY);
    seconds.map(Duration::from_secs).ok_or("must be a whole number of seconds from 0 to 15")
}

pub(super) fn proof_tolerance(value: &str) -> Result<Duration, &'static str> {
    let ms = value.parse().ok().filter(|ms| *ms <= LARGEST_TOLERANCE);
    ms.map(Duration::from_millis).ok_or("must be a whole number of milliseconds from 0 to 30000")
}

pub(super) fn paused_screen(value: &str) -> Result<PausedScreen, &'static str> {
    match value {
        "unknown" => Ok(PausedScreen::Unknown),
        "cut" => Ok(PausedScreen::Cut),
        "frozen" => Ok(PausedScreen::Frozen),
        "masked" => Ok(PausedScreen::Masked),
        _ => Err("must be unknown, cut, frozen or masked"),
    }
}

pub(super) fn ids(list: &str) -> Result<BTreeSet<Uuid>, &'static str> {
    let ids = list.split(',').map(|id| Uuid::try_parse(id.trim()).ok()).collect::<Option<_>>();
    ids.ok_or("must be a list of ids, UUIDs separated by commas")
}

pub(super) fn mode(value: &str) -> Result<Mode, &'static str> {
    match value {
        "act" => Ok(Mode::Act),
        "observe" => Ok(Mode::Observe),
        "pause-only" => Ok(Mode::PauseOnly),
        _ => Err("must be act, observe or pause-only"),
    }
}

pub(super) fn not_empty(value: &str) -> Result<String, &'static str> {
    if value.trim().is_empty() { Err("must not be empty") } else { Ok(value.to_owned()) }
}

pub(super) fn ca_bundle(path: &str) -> Result<Vec<TrustAnchor<'static>>, &'static str> {
    let read = || {
        let mut store = RootCertStore::empty();
        let file = std::fs::read(path).ok()?;
        // It would hide the line that it stands before.
        let pem = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&file);
        for certificate in CertificateDer::pem_slice_iter(pem) {
            store.add(certificate.ok()?).ok()?;
        }
        Some(store.roots).filter(|roots| !roots.is_empty())
    };
    read().ok_or("must be the path of a PEM file of CA certificates in the package")
}

/// CloudWatch's own rule: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>.
pub(super) fn namespace(value: &str) -> Result<String, &'static str> {
    let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/#: ".contains(&b));
    if plain && (1..=255).contains(&value.len()) && !value.starts_with("AWS/") && !value.trim().is_empty() {
        Ok(value.to_owned())
    } else {
        Err(
            "must be a CloudWatch namespace: up to 255 letters, digits and . - _ / # :, not beginning with AWS/",
        )
    }
}
