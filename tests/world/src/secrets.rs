//! The simulated Secrets Manager: one secret, how it is read and refused.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    clock::{epoch_millis, lock},
    fault::{Fault, Faults, On},
    journal::{Journal, Service},
    wire::{self, HttpResponse, Request, Server, answer, with_header},
};

/// The name of the secret.
pub(crate) const SECRET_NAME: &str = "secure-pause/genesys";
/// The credentials a caller signs with.
pub(crate) const ACCESS_KEY_ID: &str = "ASIAMADEUPFORTESTS00";

const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:secure-pause/genesys-Ab1Cd2";
const JSON: &str = "application/x-amz-json-1.1";

/// AWS Secrets Manager with one secret, on loopback. Clones are the same service.
#[derive(Clone)]
pub struct SecretsManager {
    journal: Journal,
    vault: Arc<Mutex<Vault>>,
}

struct Vault {
    secret_string: String,
    version: Uuid,
    created: OffsetDateTime,
    denied: bool,
    reads: usize,
    faults: Faults,
}

impl SecretsManager {
    pub(crate) fn new(journal: Journal) -> Self {
        let vault = Vault {
            secret_string: String::new(),
            version: Uuid::new_v4(),
            created: OffsetDateTime::now_utc(),
            denied: false,
            reads: 0,
            faults: Faults::default(),
        };
        Self { journal, vault: Arc::new(Mutex::new(vault)) }
    }

    pub(crate) async fn listen(&self, port: u16) -> io::Result<Server> {
        let secrets = self.clone();
        wire::serve(port, move |request| {
            let secrets = secrets.clone();
            async move {
                let answer = async {
                    let refusal = secrets.strict_about(&request);
                    let fault = secrets.vault().faults.take(|_| true);
                    let error = |status| aws_error(status, "InternalServiceError");
                    let normally = || refusal.unwrap_or_else(|| secrets.value(&request));
                    Fault::end(fault, error, normally).await
                };
                secrets.journal.record(Service::SecretsManager, &request, answer).await
            }
        })
        .await
    }

    /// Writes `{"client_id","client_secret"}`; Genesys is not told.
    pub fn set(&self, client_id: &str, client_secret: &str) {
        self.journal.secret(client_secret);
        let secret = json!({ "client_id": client_id, "client_secret": client_secret });
        self.set_raw(&secret.to_string());
    }

    /// Writes any text as the secret.
    pub fn set_raw(&self, secret_string: &str) {
        let mut vault = self.vault();
        secret_string.clone_into(&mut vault.secret_string);
        vault.version = Uuid::new_v4();
        vault.created = OffsetDateTime::now_utc();
    }

    /// Lets something go wrong with the next reads; `usize::MAX` times is always.
    pub fn inject(&self, fault: Fault, times: usize) {
        self.vault().faults.add(On::Any, fault, times);
    }

    /// Takes back every fault that is still waiting.
    pub fn clear_faults(&self) {
        self.vault().faults.clear();
    }

    /// Refuses every read with `AccessDeniedException`, or no longer.
    pub fn deny(&self, yes: bool) {
        self.vault().denied = yes;
    }

    /// Every client secret and every token there ever was in this world: none may be in a log.
    pub fn secret_values(&self) -> Vec<String> {
        self.journal.secrets()
    }

    /// How many reads of the secret have been acted on, the refused ones among them.
    pub fn reads(&self) -> usize {
        self.vault().reads
    }

    fn vault(&self) -> MutexGuard<'_, Vault> {
        lock(&self.vault)
    }

    fn strict_about(&self, request: &Request) -> Option<HttpResponse> {
        let authorization = request.header("authorization").unwrap_or_default();
        let signed = format!("AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/");
        let faults = [
            (request.method != "POST" || request.path != "/", "the protocol is POST /"),
            (
                request.header("x-amz-target") != Some("secretsmanager.GetSecretValue"),
                "the only operation is secretsmanager.GetSecretValue",
            ),
            (request.header("content-type") != Some(JSON), "the type is application/x-amz-json-1.1"),
            (authorization.starts_with("Bearer "), "a token was sent to Secrets Manager"),
            (!authorization.starts_with(&signed), "not signed with the credentials of the environment"),
            (request.header("x-amz-date").is_none(), "no X-Amz-Date"),
            (request.header("x-amz-security-token").is_none(), "no X-Amz-Security-Token"),
            (request.header("user-agent").is_none(), "no User-Agent"),
        ];
        let wrong: Vec<&str> = faults.iter().filter(|(wrong, _)| *wrong).map(|it| it.1).collect();
        wrong.iter().for_each(|fault| self.journal.complain(request, fault));
        (!wrong.is_empty()).then(|| aws_error(400, "InvalidRequestException"))
    }

    fn value(&self, request: &Request) -> HttpResponse {
        let mut vault = self.vault();
        vault.reads += 1;
        if vault.denied {
            return aws_error(400, "AccessDeniedException");
        }
        let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if !matches!(asked["SecretId"].as_str(), Some(SECRET_NAME | ARN)) {
            return aws_error(400, "ResourceNotFoundException");
        }
        // Dates of the protocol are seconds with a fraction.
        let created = epoch_millis(vault.created) as f64 / 1000.0;
        dressed(
            200,
            &json!({
                "ARN": ARN,
                "Name": SECRET_NAME,
                "VersionId": vault.version,
                "SecretString": vault.secret_string,
                "VersionStages": ["AWSCURRENT"],
                "CreatedDate": created,
            }),
        )
    }
}

fn aws_error(status: u16, kind: &str) -> HttpResponse {
    dressed(status, &json!({ "__type": kind, "Message": format!("{kind}, as simulated") }))
}

fn dressed(status: u16, body: &Value) -> HttpResponse {
    let id = Uuid::new_v4().to_string();
    with_header(answer(status, JSON, body.to_string()), "x-amzn-requestid", &id)
}
