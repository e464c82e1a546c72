//! Sends the SDK's requests by the HTTP client that sends all others, so that there is one HTTP stack and not two.

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use reqwest::{Client, Request};

use crate::transport::{BodyError, read_body};

/// A connector of the SDK. Requests and answers are small, and are kept in memory as a whole.
#[derive(Clone, Debug)]
pub(super) struct Connector(pub(super) Client);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let Some(body) = request.body().bytes().map(<[u8]>::to_vec) else {
                return Err(ConnectorError::user("a body that is not in memory".into()));
            };
            let request = request.map(|_body| body);
            let request = Request::try_from(request).map_err(|error| ConnectorError::user(error.into()))?;
            let mut response = client.execute(request).await.map_err(failed)?;
            let mut answer = http::Response::new(());
            *answer.status_mut() = response.status();
            std::mem::swap(answer.headers_mut(), response.headers_mut());
            let body = SdkBody::from(read_body(response).await.map_err(broken_off)?);
            let answer = answer.map(|()| body);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Gives the error a kind that the SDK tries again.
fn failed(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}

fn broken_off(error: BodyError) -> ConnectorError {
    match error {
        BodyError::Broken(error) => failed(error),
        BodyError::TooLarge => ConnectorError::io(error.into()),
    }
}
