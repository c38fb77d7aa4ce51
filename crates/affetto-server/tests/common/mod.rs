//! The service without a socket, for tests through the outermost door.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part of these helpers, and a test may fail on what must not be"
)]

use affetto_engine::{Engine, Settings};
use affetto_server::{Access, Service};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

/// A service on loopback with small limits.
pub(crate) struct Server {
    /// Kept so that its stations end with it.
    pub(crate) service: Service,
    router: Router,
    /// Holds the listener's profile.
    _folder: tempfile::TempDir,
}

/// What a request answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:?}"))
    }

    /// Status and error code, or the status alone.
    pub(crate) fn summary(&self) -> String {
        let code = serde_json::from_slice::<Value>(&self.body).ok();
        let code = code.and_then(|body| Some(body["error"]["code"].as_str()?.to_owned()));
        code.map_or(self.status.as_u16().to_string(), |code| {
            format!("{} {code}", self.status.as_u16())
        })
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(
            |_| {},
            Access {
                token: None,
                loopback: true,
                tls: false,
            },
        )
    }

    pub(crate) fn with(change: impl FnOnce(&mut Settings), access: Access) -> Self {
        let mut settings = Settings::default();
        settings.stations.max = 3;
        let folder = tempfile::tempdir().unwrap();
        settings.senses.profile = folder.path().join("listener.json");
        change(&mut settings);
        let service = Service::new(Engine::new(settings).unwrap(), access);
        let router = service.router();
        Self {
            service,
            router,
            _folder: folder,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        Answer {
            status,
            headers,
            body,
        }
    }

    /// The answer with its body still to come.
    pub(crate) async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.send(request("GET", uri).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn call(&self, method: &str, uri: &str, json: &str) -> Answer {
        let request = request(method, uri).header("content-type", "application/json");
        self.send(request.body(Body::from(json.to_owned())).unwrap())
            .await
    }

    pub(crate) async fn post_bytes(&self, uri: &str, bytes: Vec<u8>) -> Answer {
        let request = request("POST", uri).header("content-type", "audio/midi");
        self.send(request.body(Body::from(bytes)).unwrap()).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.service.stop();
    }
}

pub(crate) fn request(method: &str, uri: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(uri)
        .header("host", "127.0.0.1:7377")
}
