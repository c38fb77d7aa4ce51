//! Reading request bodies within limits.

use affetto_engine::request::MAX_PRIMER_BYTES;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult};
use crate::state::App;

/// Largest JSON body in bytes.
pub(crate) const MAX_JSON_BYTES: usize = 64 * 1024;

/// Largest JSON body that may hold a primer: a third more than the file, since it is in base64.
pub(crate) const MAX_REQUEST_BYTES: usize = MAX_PRIMER_BYTES / 3 * 4 + MAX_JSON_BYTES;

/// A JSON body of at most `LIMIT` bytes; no body at all reads as `{}`.
pub(crate) struct Json<T, const LIMIT: usize = MAX_JSON_BYTES>(pub(crate) T);

impl<T: DeserializeOwned, const LIMIT: usize> FromRequest<App> for Json<T, LIMIT> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> ApiResult<Self> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, LIMIT).await?;
        if bytes.is_empty() {
            return parse(b"{}").map(Self);
        }
        require_json(&parts.headers)?;
        parse(&bytes).map(Self)
    }
}

/// Reads JSON; the message of an error names field, value and what was expected.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    axum::Json::from_bytes(bytes)
        .map(|axum::Json(value)| value)
        .map_err(|rejection| {
            let text = rejection.body_text();
            // axum opens with a sentence about its target type that says nothing to a client.
            let message = text
                .split_once(": ")
                .map_or(text.as_str(), |(_, rest)| rest);
            match rejection {
                axum::extract::rejection::JsonRejection::JsonDataError(_) => {
                    ApiError::new("invalid_request", message)
                }
                _ => ApiError::new(
                    "invalid_json",
                    format!("the body is no valid JSON: {message}"),
                ),
            }
        })
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> ApiResult<Bytes> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if let Some(length) = announced.and_then(|text| text.parse::<u64>().ok())
        && length > limit as u64
    {
        return Err(too_large(limit, &format!("has {length}")));
    }
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        if std::error::Error::source(&error)
            .is_some_and(|cause| cause.to_string().contains("limit"))
        {
            too_large(limit, "has more")
        } else {
            ApiError::new("invalid_request", "the body ended too early")
        }
    })
}

fn too_large(limit: usize, actual: &str) -> ApiError {
    ApiError::new(
        "too_large",
        format!("the body {actual} bytes, expected at most {limit}"),
    )
}

fn require_json(headers: &HeaderMap) -> ApiResult<()> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if essence == "application/json" || essence.ends_with("+json") {
        return Ok(());
    }
    Err(ApiError::new(
        "unsupported_media_type",
        format!("the content type is {kind:?}, expected application/json"),
    ))
}
