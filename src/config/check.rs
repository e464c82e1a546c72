//! What each setting may hold; a fault says what it must be, never what it was.

use std::collections::BTreeSet;
use std::net::IpAddr;

use reqwest::Url;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, TrustAnchor};

use super::{Mode, Scope};

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

pub(super) fn region(value: Option<String>) -> Result<String, String> {
    match value {
        Some(region) if REGIONS.contains(&region.as_str()) => Ok(region),
        Some(_) => Err(format!("is no Genesys region domain; one of {}", REGIONS.join(", "))),
        None => Err("is required, for example mypurecloud.com".to_owned()),
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

pub(super) fn path(value: String) -> Result<String, &'static str> {
    let mut rest = value.clone();
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
    Ok(value)
}

pub(super) fn statuses(list: &str) -> Result<BTreeSet<u16>, &'static str> {
    // These say something about the client or the moment, never about the screen: a lost permission must not
    // pass for a screen that is not recorded.
    let refusal = |status: &u16| (400..500).contains(status) && ![401, 403, 408, 425, 429].contains(status);
    list.split(',')
        .filter(|_| !list.is_empty())
        .map(|status| status.trim().parse().ok().filter(refusal))
        .collect::<Option<_>>()
        .ok_or(
            "must be a list of statuses from 400 to 499, without 401, 403, 408, 425 and 429, such as 404,409",
        )
}

pub(super) fn scope(value: &str) -> Result<Scope, &'static str> {
    match value {
        "initiator" => Ok(Scope::Initiator),
        "all-agents" => Ok(Scope::AllAgents),
        _ => Err("must be initiator or all-agents"),
    }
}

pub(super) fn mode(value: &str) -> Result<Mode, &'static str> {
    match value {
        "act" => Ok(Mode::Act),
        "observe" => Ok(Mode::Observe),
        "pause-only" => Ok(Mode::PauseOnly),
        _ => Err("must be act, observe or pause-only"),
    }
}

pub(super) fn not_empty(value: String) -> Result<String, &'static str> {
    if value.trim().is_empty() { Err("must not be empty") } else { Ok(value) }
}

pub(super) fn ca_bundle(path: &str) -> Result<Vec<TrustAnchor<'static>>, &'static str> {
    let read = || {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(path).ok()? {
            store.add(certificate.ok()?).ok()?;
        }
        Some(store.roots).filter(|roots| !roots.is_empty())
    };
    read().ok_or("must be the path of a PEM file of CA certificates in the package")
}

/// CloudWatch's own rule: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>.
pub(super) fn namespace(value: String) -> Result<String, &'static str> {
    let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/#: ".contains(&b));
    if plain && (1..=255).contains(&value.len()) && !value.starts_with("AWS/") && !value.trim().is_empty() {
        Ok(value)
    } else {
        Err(
            "must be a CloudWatch namespace: up to 255 letters, digits and . - _ / # :, not beginning with AWS/",
        )
    }
}
