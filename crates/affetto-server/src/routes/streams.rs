//! Endless streams for any player: Ogg-Opus and MP3.

use std::sync::Arc;

use affetto_engine::station::{ByteStream, IcyInterleaver};
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::stations::Playing;
use crate::wire::{Problem, StationRequest};

/// Bytes of MP3 between two metadata blocks of the ICY protocol.
const ICY_INTERVAL: usize = 16_000;

/// Which station to stream.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct StreamQuery {
    /// Name of the station; without one the newest, else a new one with the defaults.
    station: Option<String>,
}

/// A station as endless Ogg-Opus, beginning with the last two seconds.
#[utoipa::path(
    get,
    path = "/stream.ogg",
    tag = "streams",
    params(StreamQuery),
    responses((status = OK, content_type = "audio/ogg", body = Vec<u8>), (status = "4XX", body = Problem))
)]
pub(crate) async fn ogg(
    State(app): State<App>,
    Query(query): Query<StreamQuery>,
) -> ApiResult<Response> {
    let playing = station(&app, query).await?;
    let stream = playing.station.ogg()?;
    Ok(answer(app, stream, "audio/ogg", None))
}

/// A station as endless MP3, beginning with the last six seconds; with ICY metadata for players
/// that ask for them.
#[utoipa::path(
    get,
    path = "/stream.mp3",
    tag = "streams",
    params(StreamQuery, ("Icy-MetaData" = Option<u8>, Header, description = "1 for metadata in the stream")),
    responses((status = OK, content_type = "audio/mpeg", body = Vec<u8>), (status = "4XX", body = Problem))
)]
pub(crate) async fn mp3(
    State(app): State<App>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let playing = station(&app, query).await?;
    let stream = playing.station.mp3()?;
    let wanted = headers
        .get("icy-metadata")
        .is_some_and(|value| value.as_bytes() == b"1");
    let icy = wanted.then(|| Icy::new(Arc::clone(&playing)));
    Ok(answer(app, stream, "audio/mpeg", icy))
}

async fn station(app: &App, query: StreamQuery) -> ApiResult<Arc<Playing>> {
    if *app.stopping.borrow() {
        return Err(ApiError::shutting_down());
    }
    if let Some(id) = query.station {
        return app.stations.get(&id);
    }
    if let Some(newest) = app.stations.newest() {
        return Ok(newest);
    }
    let stations = Arc::clone(&app.stations);
    app.work(move |engine| stations.start(engine, StationRequest::default()))
        .await
}

fn answer(app: App, stream: ByteStream, kind: &'static str, icy: Option<Icy>) -> Response {
    let interval = icy.as_ref().map(|_| ICY_INTERVAL.to_string());
    let state = (app, stream, icy);
    let chunks = futures_util::stream::unfold(state, |(app, mut stream, mut icy)| async move {
        let chunk = tokio::select! {
            biased;
            () = app.stopped() => None,
            chunk = stream.next() => chunk,
        }?;
        let chunk = match &mut icy {
            Some(icy) => icy.weave(&chunk),
            None => chunk,
        };
        Some((
            Ok::<Bytes, std::convert::Infallible>(chunk),
            (app, stream, icy),
        ))
    });
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")];
    let mut response = (headers, Body::from_stream(chunks)).into_response();
    let named = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = value.parse() {
            named.insert(HeaderName::from_static(name), value);
        }
    };
    set("icy-name", "Affetto");
    set("icy-pub", "0");
    if let Some(interval) = interval {
        set("icy-metaint", &interval);
    }
    response
}

/// Titles for a stream.
struct Icy {
    playing: Arc<Playing>,
    interleaver: IcyInterleaver,
}

impl Icy {
    fn new(playing: Arc<Playing>) -> Self {
        Self {
            playing,
            interleaver: IcyInterleaver::new(ICY_INTERVAL),
        }
    }

    fn weave(&mut self, chunk: &[u8]) -> Bytes {
        let title = self.title();
        self.interleaver.set_title(&title);
        self.interleaver.push(chunk).into()
    }

    fn title(&self) -> String {
        let genre = self.playing.wish().understood.music.genre;
        let history = self.playing.station.history();
        let key = history
            .last()
            .map(|bar| format!(" in {}", bar.bar.plan.key));
        format!("Affetto: {genre}{}", key.unwrap_or_default())
    }
}
