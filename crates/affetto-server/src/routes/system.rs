//! Health, choices, and what is not there.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, Uri};

use crate::error::ApiError;
use crate::state::App;
use crate::wire::{Health, Options};

/// Whether the server is well.
#[utoipa::path(get, path = "/health", tag = "system", responses((status = OK, body = Health)))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health {
        status: "ok".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    })
}

/// What there is to choose from, and the limits of this server.
#[utoipa::path(get, path = "/api/v1/options", tag = "system", responses((status = OK, body = Options)))]
pub(crate) async fn options(State(app): State<App>) -> Json<Options> {
    Json(Options::of(&app))
}

/// Answers calls of the API that do not exist.
pub(crate) async fn no_such_call(method: Method, uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new("not_found", format!("there is no {method} {path}"))
        .hint("GET /api/v1/openapi.json describes the API")
}

/// Answers known paths with a method that they do not take.
pub(crate) async fn no_such_method(method: Method, uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(
        "method_not_allowed",
        format!("{path} does not take {method}"),
    )
    .hint("GET /api/v1/openapi.json describes the API")
}
