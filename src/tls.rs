//! TLS and HTTP, set up once for every client: one provider, the roots compiled in.

use std::sync::Arc;

use reqwest::{ClientBuilder, redirect, retry};
use rustls::crypto::ring;
use rustls::pki_types::TrustAnchor;
use rustls::{ClientConfig, RootCertStore};
use webpki_roots::TLS_SERVER_ROOTS;

use crate::error::Error;

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
