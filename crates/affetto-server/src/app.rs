//! The router: endpoints, their description, and what every request passes through.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use affetto_engine::{Engine, Error};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use futures_util::FutureExt as _;
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::guard::{Access, COOKIE_NAME, Shown};
use crate::routes::{
    assets, live, midi, pieces, profile, sense, sense_live, songs, stations, streams, system,
};
use crate::state::App;
use crate::wire::{
    LiveMessage, Problem, ProblemDetail, SenseCommand, SenseMessage, StationRequest,
};

/// The description of the API that the code does not say itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Affetto",
        description = "Music that fits a mood, composed while you listen. When the server does not \
                       listen on loopback, every request needs `Authorization: Bearer TOKEN` or \
                       `?token=TOKEN`. Errors of every call are a Problem.",
        license(name = "MIT OR Apache-2.0")
    ),
    // Served by the handler of the piece itself, since a path segment holds one parameter only.
    paths(pieces::file),
    components(schemas(LiveMessage, Problem, ProblemDetail, SenseCommand, SenseMessage)),
    tags(
        (name = "sense", description = "How somebody feels"),
        (name = "stations", description = "Music without end"),
        (name = "streams", description = "Stations for any player"),
        (name = "pieces", description = "Music with an end"),
        (name = "songs", description = "Songs of the library and of catalogues"),
        (name = "profile", description = "What the listener likes"),
        (name = "midi", description = "Music from elsewhere"),
        (name = "system", description = "The server itself")
    )
)]
struct Description;

fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(system::health))
        .routes(routes!(system::options))
        .routes(routes!(sense::sense_text))
        .routes(routes!(sense::sense_speech))
        .routes(routes!(sense::sense_face))
        .routes(routes!(sense::correct, sense::forget))
        .routes(routes!(sense_live::live))
        .routes(routes!(stations::create, stations::list))
        .routes(routes!(stations::read, stations::change, stations::remove))
        .routes(routes!(stations::save))
        .routes(routes!(stations::feedback))
        .routes(routes!(live::live))
        .routes(routes!(pieces::create, pieces::list))
        .routes(routes!(pieces::read, pieces::remove))
        .routes(routes!(pieces::redo))
        .routes(routes!(songs::status))
        .routes(routes!(songs::map))
        .routes(routes!(songs::scan, songs::scan_status))
        .routes(routes!(songs::starter))
        .routes(routes!(songs::list))
        .routes(routes!(songs::read))
        .routes(routes!(songs::audio))
        .routes(routes!(songs::feedback))
        .routes(routes!(songs::recommend))
        .routes(routes!(profile::read, profile::forget))
        .routes(routes!(midi::judge))
        .routes(routes!(midi::primer))
        .routes(routes!(midi::render))
        .routes(routes!(streams::ogg))
        .routes(routes!(streams::mp3))
}

/// The description of the API as OpenAPI 3.1, in JSON.
#[must_use]
pub fn openapi() -> String {
    let (_, description) = endpoints().split_for_parts();
    // Plain structs always serialize.
    description.to_pretty_json().unwrap_or_default() + "\n"
}

/// The server without a socket.
pub struct Service {
    app: App,
    stop: watch::Sender<bool>,
}

impl Service {
    /// A service over an engine.
    #[must_use]
    pub fn new(engine: Engine, access: Access) -> Self {
        let (stop, stopping) = watch::channel(false);
        Self {
            app: App::new(engine, access, stopping),
            stop,
        }
    }

    /// The router with everything that requests pass through.
    pub fn router(&self) -> Router {
        let (router, _) = endpoints().split_for_parts();
        let audio = NotForContentType::const_new("audio/");
        let compression = CompressionLayer::new()
            .gzip(true)
            .compress_when(DefaultPredicate::new().and(audio));
        let json = [(CONTENT_TYPE, "application/json")];
        router
            .route(
                "/api/v1/openapi.json",
                axum::routing::get(move || async move { (json, openapi()) }),
            )
            .method_not_allowed_fallback(system::no_such_method)
            .fallback(assets::serve)
            .layer(compression)
            .layer(middleware::from_fn_with_state(self.app.clone(), around))
            .with_state(self.app.clone())
    }

    /// Starts a station.
    ///
    /// # Errors
    /// [`Error::User`] when the request is not to be understood.
    pub async fn play(&self, request: StationRequest) -> Result<(), Error> {
        let stations = Arc::clone(&self.app.stations);
        let started = self
            .app
            .work(move |engine| stations.start(engine, request).map(drop))
            .await;
        started.map_err(|error| Error::User {
            code: error.code,
            message: error.message,
            hint: error.hint,
        })
    }

    /// Ends every station, stream and WebSocket.
    pub fn stop(&self) {
        // Nobody waiting is no error.
        let _ = self.stop.send(true);
        self.app.stations.shut_down();
    }
}

/// What every request passes through: a name, the guards, the net for panics, the shape of errors
/// and the headers that keep browsers careful.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = uuid::Uuid::now_v7().simple().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let (parts, body) = request.into_parts();
    let (shown, mut response) = match app.access.check(&parts) {
        Err(error) => (Shown::Quietly, error.into_response()),
        Ok(shown) => {
            let answer =
                AssertUnwindSafe(next.run(Request::from_parts(parts, body))).catch_unwind();
            let answer = answer
                .await
                .unwrap_or_else(|_| ApiError::internal("a handler panicked").into_response());
            (shown, answer)
        }
    };
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        response = problem(error, &id);
    }
    let status = response.status().as_u16();
    tracing::info!(request_id = %id, %method, %path, status, "answered");
    if shown == Shown::InAddress {
        set_cookie(&app.access, response.headers_mut());
    }
    // The page may ask the browser for camera and microphone; the listener says yes or no there.
    let permissions = if app.engine.settings().senses.sensors {
        "camera=(self), geolocation=(), microphone=(self)"
    } else {
        "camera=(), geolocation=(), microphone=()"
    };
    careful_headers(response.headers_mut(), &id, permissions);
    response
}

fn problem(error: ApiError, id: &str) -> Response {
    let status = error.status();
    let ApiError {
        code,
        message,
        hint,
    } = error;
    let request_id = id.to_owned();
    let error = ProblemDetail {
        code: code.into(),
        message,
        hint,
        request_id,
    };
    (status, Json(Problem { error })).into_response()
}

/// Lets a page that was opened with the token load its own files.
fn set_cookie(access: &Access, headers: &mut HeaderMap) {
    let Some(token) = &access.token else { return };
    let secure = if access.tls { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={token}; Path=/; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        headers.insert(SET_COOKIE, value);
    }
}

/// The page loads from its own server alone, is framed by nobody, and tells nobody the address,
/// which may hold the token.
fn careful_headers(headers: &mut HeaderMap, id: &str, permissions: &'static str) {
    const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
        img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; \
        connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; \
        frame-ancestors 'none'";
    // The page says so in a style of its own; scripts it has none.
    let fixed = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", permissions),
    ];
    for (name, value) in fixed {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
