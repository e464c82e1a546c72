//! What every client has in common: TLS with the roots compiled in, and bodies read to a limit.

use std::sync::Arc;

use reqwest::{ClientBuilder, Response, redirect, retry};
use rustls::crypto::ring;
use rustls::pki_types::TrustAnchor;
use rustls::{ClientConfig, RootCertStore};
use webpki_roots::TLS_SERVER_ROOTS;

use crate::error::Error;
use crate::json::BYTE_ORDER_MARK;

/// No answer that is read here comes near it: a conversation takes a few kilobytes a leg. The function has
/// 256 MiB.
const LARGEST: usize = 2 * 1024 * 1024;

/// How every connection is secured. Cheap to clone, and clones resume each other's sessions.
#[derive(Clone, Debug)]
pub struct Tls(ClientConfig);

impl Tls {
    /// Trusts the roots of Mozilla's programme, and `extra` ones besides.
    ///
    /// The roots are compiled in, since reading those of the system takes milliseconds of every cold start;
    /// the provider is ring, for its size. Figures: docs/design.md, "Fast".
    ///
    /// # Errors
    /// [`Error::Internal`] where the provider knows no version of TLS.
    pub fn trusting(extra: &[TrustAnchor<'static>]) -> Result<Self, Error> {
        let roots = TLS_SERVER_ROOTS.iter().chain(extra).cloned().collect();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::Internal("TLS cannot be set up"))?
            .with_root_certificates(RootCertStore { roots })
            .with_no_client_auth();
        Ok(Self(config))
    }

    /// A client with this TLS; without redirects, and without retries of its own.
    pub fn client(&self) -> ClientBuilder {
        ClientBuilder::new()
            .tls_backend_preconfigured(self.0.clone())
            .redirect(redirect::Policy::none())
            .retry(retry::never())
    }
}

/// Why a body was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The connection broke, or the time was over.
    #[error(transparent)]
    Broken(#[from] reqwest::Error),
    /// It is larger than any that is meant for this function.
    #[error("the body is larger than 2 MiB")]
    TooLarge,
}

/// The whole body of an answer, without a byte order mark. Reading one that is too large is broken off, and with it
/// its connection.
///
/// # Errors
/// It did not come whole, or is too large.
pub async fn read_body(mut response: Response) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(body)
}
