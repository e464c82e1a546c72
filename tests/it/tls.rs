//! TLS as it is spoken: whom the function trusts, and whom the settings add.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use world::{Service, World};

use crate::stage::*;

const UPSTREAMS: [&str; 3] = ["AWS_ENDPOINT_URL", "GENESYS_LOGIN_URL", "GENESYS_API_URL"];

/// The services of a world behind TLS, as somebody shows them who inspects what goes through: with
/// certificates of an authority that nobody else knows.
struct Inspected {
    world: World,
    /// Where each of [`UPSTREAMS`] is now.
    urls: Vec<String>,
    /// The authority's certificate.
    authority: String,
    /// Ends with this.
    _ways: JoinSet<()>,
}

impl Inspected {
    async fn world() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let leaf = params.signed_by(&key, &authority).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let world = World::start().await;
        let (mut urls, mut ways) = (Vec::new(), JoinSet::new());
        for name in UPSTREAMS {
            let behind = world.env()[name].strip_prefix("http://").unwrap().parse().unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            urls.push(format!("https://{}", listener.local_addr().unwrap()));
            ways.spawn(lead(listener, acceptor.clone(), behind));
        }
        Self { world, urls, authority: authority.pem(), _ways: ways }
    }

    /// The function among these services, set to trust what the file at `bundle` holds.
    async fn stage(&self, bundle: &str) -> Stage {
        let urls = UPSTREAMS.into_iter().zip(self.urls.iter().map(String::as_str));
        let settings: Vec<_> = urls.chain([("EXTRA_CA_BUNDLE", bundle)]).collect();
        Stage::raised(self.world.clone(), &settings).await
    }
}

/// Leads every connection to the address behind, for as long as that is left to.
async fn lead(listener: TcpListener, acceptor: TlsAcceptor, behind: SocketAddr) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        connections.spawn(async move {
            let mut front = acceptor.accept(stream).await.ok()?;
            let mut back = TcpStream::connect(behind).await.ok()?;
            tokio::io::copy_bidirectional(&mut front, &mut back).await.ok()
        });
    }
}

/// A file of this name and content.
fn bundle(name: &str, content: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pem"));
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_authority_of_the_settings_is_trusted_by_every_client() {
    let inspected = Inspected::world().await;
    // The second as some programs of Windows write it.
    for (asked, mark) in ["", "\u{feff}"].into_iter().enumerate() {
        let bundle = bundle(&format!("trusted-{asked}"), &format!("{mark}{}", inspected.authority));
        let stage = inspected.stage(&bundle).await;
        stage.serve(conversation(true, &[leg(AGENT_A, LEG_A, "connected")]));
        let answer = stage.invoke(&fresh(STARTED)).await;
        assert_eq!(outcome(&answer), "paused");
        assert_eq!(stage.count(Service::SecretsManager), asked + 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn nobody_else_is_trusted_and_no_token_is_sent_to_them() {
    let inspected = Inspected::world().await;
    let stage = inspected.stage("").await;
    let answer = stage.invoke(&fresh(STARTED)).await;
    assert_eq!(outcome(&answer), "CredentialsUnavailable");
    assert_eq!(inspected.world.requests().len(), 0);
    stage.end().await;
}

#[test]
fn a_bundle_is_a_file_of_certificates_and_nothing_else() {
    let certificate = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
    let missing = format!("{}/missing.pem", env!("CARGO_TARGET_TMPDIR"));
    let cases = [
        (missing, "no such file"),
        (bundle("empty", ""), "nothing in it"),
        (bundle("text", "not a bundle"), "no PEM"),
        (bundle("junk", certificate), "a certificate that is none"),
    ];
    for (path, reason) in cases {
        let settings = [("EXTRA_CA_BUNDLE", path.as_str())];
        let faults = crate::config::config(&settings).unwrap_err().to_string();
        assert!(faults.contains("EXTRA_CA_BUNDLE must be"), "{reason}: {faults}");
        assert!(!faults.contains(&path), "{faults}");
    }
}
