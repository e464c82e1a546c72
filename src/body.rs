//! Bodies of answers, read to a limit: an answer without an end must not cost the function its memory.

use reqwest::Response;
use thiserror::Error;

use crate::json::BYTE_ORDER_MARK;

/// No answer that is read here comes near it: a conversation takes a few kilobytes a leg. The function has
/// 256 MiB.
const LARGEST: usize = 2 * 1024 * 1024;

/// Why a body was not read to its end.
#[derive(Debug, Error)]
pub enum BodyError {
    /// The connection broke, or the time was over.
    #[error(transparent)]
    Broken(#[from] reqwest::Error),
    /// It is larger than any that is meant for this function.
    #[error("the body is larger than 2 MiB")]
    TooLarge,
}

/// The whole body of an answer, without a byte order mark. One that is too large is broken off, and its connection with it.
///
/// # Errors
/// It did not come whole, or is too large.
pub async fn read(mut response: Response) -> Result<Vec<u8>, BodyError> {
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
