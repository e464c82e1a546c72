//! The simulated Secrets Manager: a secret for each OAuth client, how they are read and refused.

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    aws::Protocol,
    clock::{epoch_millis, lock},
    fault::{Fault, Faults, On},
    journal::{Journal, Service},
    wire::{Ending, HttpResponse, Request},
};

/// The name of the secret.
pub(crate) const SECRET_NAME: &str = "secure-pause/genesys";

/// The name of the secret of the client that reads recordings.
pub(crate) const RECORDINGS_SECRET_NAME: &str = "secure-pause/genesys-recordings";

const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:secure-pause/genesys-Ab1Cd2";
const PROTOCOL: Protocol = Protocol {
    service: "Secrets Manager",
    scope: "secretsmanager",
    operations: &["secretsmanager.GetSecretValue"],
    content_type: "application/x-amz-json-1.1",
};

/// AWS Secrets Manager with the secrets of both clients, on loopback. Clones are the same service.
#[derive(Clone)]
pub struct SecretsManager {
    journal: Journal,
    vault: Arc<Mutex<Vault>>,
}

struct Vault {
    secret_string: String,
    recordings_secret: String,
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
            recordings_secret: String::new(),
            version: Uuid::new_v4(),
            created: OffsetDateTime::now_utc(),
            denied: false,
            reads: 0,
            faults: Faults::default(),
        };
        Self { journal, vault: Arc::new(Mutex::new(vault)) }
    }

    pub(crate) async fn serve(&self, request: &Request) -> Ending {
        let answer = async {
            let accepted = PROTOCOL.accepts(request, &self.journal);
            let fault = self.vault().faults.take(|_| true);
            let error = |status| refused(status, "InternalServiceError");
            let normally =
                || if accepted { self.value(request) } else { refused(400, "InvalidRequestException") };
            Fault::end(fault, error, normally).await
        };
        self.journal.record(Service::SecretsManager, request, answer).await
    }

    /// Writes `{"client_id","client_secret"}`; Genesys is not told.
    pub fn set(&self, client_id: &str, client_secret: &str) {
        self.journal.secret(client_secret);
        let secret = json!({ "client_id": client_id, "client_secret": client_secret });
        self.set_raw(&secret.to_string());
    }

    /// Writes the same of the client that reads recordings.
    pub(crate) fn set_recordings(&self, client_id: &str, client_secret: &str) {
        let secret = json!({ "client_id": client_id, "client_secret": client_secret });
        self.vault().recordings_secret = secret.to_string();
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

    fn value(&self, request: &Request) -> HttpResponse {
        let mut vault = self.vault();
        vault.reads += 1;
        if vault.denied {
            return refused(400, "AccessDeniedException");
        }
        let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let secret_string = match asked["SecretId"].as_str() {
            Some(SECRET_NAME | ARN) => &vault.secret_string,
            Some(RECORDINGS_SECRET_NAME) => &vault.recordings_secret,
            _ => return refused(400, "ResourceNotFoundException"),
        };
        // Dates of the protocol are seconds with a fraction.
        let created = epoch_millis(vault.created) as f64 / 1000.0;
        PROTOCOL.answer(
            200,
            &json!({
                "ARN": ARN,
                "Name": asked["SecretId"],
                "VersionId": vault.version,
                "SecretString": secret_string,
                "VersionStages": ["AWSCURRENT"],
                "CreatedDate": created,
            }),
        )
    }
}

fn refused(status: u16, kind: &str) -> HttpResponse {
    PROTOCOL.answer(status, &json!({ "__type": kind, "Message": format!("{kind}, as simulated") }))
}
