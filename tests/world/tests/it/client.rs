//! A client of Genesys, as strict as it must be and no cleverer.

use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use uuid::Uuid;
use world::World;

pub struct Caller {
    pub world: World,
    pub http: Client,
    pub token: String,
}

impl Caller {
    /// A world, and a client that holds a token.
    pub async fn start() -> Self {
        let world = World::start().await;
        let http = client();
        let token = token(&world, &http).await;
        Self { world, http, token }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.world.env()["GENESYS_API_URL"]);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    pub fn get(&self, conversation: Uuid) -> RequestBuilder {
        self.request(Method::GET, &format!("/api/v2/conversations/{conversation}"))
    }

    pub fn put(&self, conversation: Uuid, participant: Uuid, action: &str) -> RequestBuilder {
        let path = format!(
            "/api/v2/conversations/{conversation}/participants/{participant}/screenrecording/{action}"
        );
        self.request(Method::PUT, &path).header("content-length", "0")
    }

    pub async fn read(&self, conversation: Uuid) -> Value {
        let answer = self.get(conversation).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.expect("a body")
    }

    pub async fn pause(&self, conversation: Uuid, participant: Uuid) -> u16 {
        self.status(self.put(conversation, participant, "pause")).await
    }

    pub async fn resume(&self, conversation: Uuid, participant: Uuid) -> u16 {
        self.status(self.put(conversation, participant, "resume")).await
    }

    pub async fn status(&self, request: RequestBuilder) -> u16 {
        request.send().await.expect("an answer").status().as_u16()
    }
}

pub fn client() -> Client {
    builder().user_agent("test").build().expect("a client")
}

pub fn builder() -> ClientBuilder {
    // Nothing here is spoken over TLS; but where the whole workspace is built, reqwest has to be given a provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy()
}

pub fn ask_for_token(world: &World, http: &Client, id: &str, secret: &str) -> RequestBuilder {
    http.post(format!("{}/oauth/token", world.env()["GENESYS_LOGIN_URL"]))
        .basic_auth(id, Some(secret))
        .form(&[("grant_type", "client_credentials")])
}

pub async fn token(world: &World, http: &Client) -> String {
    let (id, secret) = world.genesys.client();
    let answer: Response = ask_for_token(world, http, &id, &secret).send().await.expect("an answer");
    let body: Value = answer.json().await.expect("a body");
    body["access_token"].as_str().expect("a token").to_owned()
}

/// The participant with that id in a body.
pub fn leg(body: &Value, id: Uuid) -> Value {
    let id = id.to_string();
    let all = body["participants"].as_array().expect("participants");
    all.iter().find(|it| it["id"] == id.as_str()).cloned().expect("the participant")
}
