//! Which permissions the roles of the OAuth client hold, as far as Genesys shows them.
//!
//! That a permission is missing is known only where every role is shown whole.
//! Source: `GET /api/v2/authorization/subjects/me`, which needs no permission,
//! <https://developer.genesys.cloud/authorization/platform-auth/>.

use reqwest::Client;
use serde::Deserialize;

use super::http::{self, Meaning};
use super::{Genesys, Rank};
use crate::error::{Error, Operation};
use crate::json::{every, every_text, lenient, object};
use crate::retry::Deadline;

/// The roles of the client, each with the divisions it holds in; the divisions are not read.
#[derive(Debug, Default, Deserialize)]
pub struct Grants {
    #[serde(default, deserialize_with = "every")]
    grants: Vec<Grant>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Grant {
    #[serde(deserialize_with = "lenient")]
    role: Role,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Role {
    #[serde(deserialize_with = "every")]
    policies: Vec<Policy>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Policy {
    #[serde(deserialize_with = "lenient")]
    domain: String,
    #[serde(deserialize_with = "lenient")]
    entity_name: String,
    #[serde(deserialize_with = "every_text")]
    actions: Vec<String>,
}

impl Grants {
    /// Whether a role holds this permission, `domain:entity:action`; none where that is not shown.
    pub fn hold(&self, permission: &str) -> Option<bool> {
        let mut policies = self.grants.iter().flat_map(|grant| &grant.role.policies);
        if policies.any(|policy| policy.holds(permission)) {
            return Some(true);
        }
        self.is_whole().then_some(false)
    }

    fn is_whole(&self) -> bool {
        let is_readable = |policy: &Policy| {
            let names = [&policy.domain, &policy.entity_name];
            !policy.actions.is_empty() && !names.into_iter().chain(&policy.actions).any(String::is_empty)
        };
        let is_whole =
            |grant: &Grant| !grant.role.policies.is_empty() && grant.role.policies.iter().all(is_readable);
        !self.grants.is_empty() && self.grants.iter().all(is_whole)
    }
}

impl Policy {
    fn holds(&self, permission: &str) -> bool {
        let is = |held: &str, wanted: &str| held == "*" || held.eq_ignore_ascii_case(wanted);
        match permission.split(':').collect::<Vec<_>>()[..] {
            [domain, entity, action] => {
                is(&self.domain, domain)
                    && is(&self.entity_name, entity)
                    && self.actions.iter().any(|held| is(held, action))
            }
            _ => false,
        }
    }
}

impl Genesys {
    /// What the roles of the client hold; nothing is shown where Genesys refuses to say.
    ///
    /// # Errors
    /// How the token or the request failed.
    pub async fn grants(&self, deadline: Deadline) -> Result<Grants, Error> {
        let url = format!("{}/api/v2/authorization/subjects/me", self.api_url);
        let request = |client: &Client| client.get(&url);
        self.authorized(Operation::Permissions, Rank::First, deadline, request, async |meaning| match meaning
        {
            Meaning::Success(response) => {
                let body = http::body(Operation::Permissions, response).await?;
                Ok(object(&String::from_utf8_lossy(body.as_ref())).unwrap_or_default())
            }
            Meaning::Refused(..) | Meaning::NotFound(_) => Ok(Grants::default()),
        })
        .await
    }
}
