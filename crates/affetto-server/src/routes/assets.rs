//! The web app inside the program.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::error::ApiError;
use crate::guard::is_api;
use crate::routes::system;
use crate::state::App;

/// What `make web` built, as of compile time; empty in a Rust-only build.
#[derive(RustEmbed)]
#[folder = "../../web/dist/"]
#[allow_missing = true]
struct Web;

/// What is shown where the web app was not built in.
const NOT_BUILT: &str = include_str!("not_built.html");

/// A file of the web app; every other path that is no call of the API shows the page.
pub(crate) async fn serve(
    State(_): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if is_api(uri.path()) {
        return Err(system::no_such_call(method, uri).await);
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(system::no_such_method(method, uri).await);
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Web::get(path) {
        return Ok(answer(path, file, &headers));
    }
    // A missing file is missing; a path without an ending is a place inside the page.
    if path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'))
    {
        return Err(ApiError::new("not_found", format!("there is no /{path}")));
    }
    match Web::get("index.html") {
        Some(file) => Ok(answer("index.html", file, &headers)),
        None => Ok((
            StatusCode::OK,
            [(CACHE_CONTROL, "no-store")],
            Html(NOT_BUILT),
        )
            .into_response()),
    }
}

fn answer(path: &str, file: rust_embed::EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let etag: String = hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let etag = format!("\"{etag}\"");
    // The build puts a hash of the content into the names below assets/.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let common = [(ETAG, etag.clone()), (CACHE_CONTROL, caching.to_owned())];
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == etag)) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let kind = [(CONTENT_TYPE, file.metadata.mimetype().to_owned())];
    (common, kind, file.data.into_owned()).into_response()
}
