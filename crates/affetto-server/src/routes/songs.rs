//! The library of songs: what is in it, what fits a mood, its sound, and what the listener says.

use std::path::PathBuf;

use affetto_engine::songs::feedback::reaction;
use affetto_engine::songs::scan::Depth;
use affetto_engine::songs::{SongId, Songs};
use affetto_engine::{Affect, Engine};
use axum::Json as Answer;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

use crate::body::Json;
use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::wire::{
    LibraryStatus, Problem, RecommendRequest, Recommended, ScanRequest, ScanStatus, Song,
    SongFeedbackRequest, SongMap, SongPage, SongQuery,
};

/// What the library holds.
#[utoipa::path(
    get,
    path = "/api/v1/library",
    tag = "songs",
    responses((status = OK, body = LibraryStatus), (status = "4XX", body = Problem))
)]
pub(crate) async fn status(State(app): State<App>) -> ApiResult<Answer<LibraryStatus>> {
    app.work(|engine| {
        let songs = engine.songs()?;
        let status = LibraryStatus::of(songs.facets()?, songs.sources()?);
        Ok(Answer(status))
    })
    .await
}

/// The songs as points of the plane.
#[utoipa::path(
    get,
    path = "/api/v1/library/map",
    tag = "songs",
    responses((status = OK, body = SongMap), (status = "4XX", body = Problem))
)]
pub(crate) async fn map(State(app): State<App>) -> ApiResult<Answer<SongMap>> {
    app.work(|engine| {
        let mut map = SongMap::default();
        engine.songs()?.for_each_place(|id, place| {
            map.ids.push(id.0);
            map.valence.push(place.v() as f32);
            map.arousal.push(place.a() as f32);
        })?;
        Ok(Answer(map))
    })
    .await
}

/// A page of songs.
#[utoipa::path(
    get,
    path = "/api/v1/songs",
    tag = "songs",
    params(SongQuery),
    responses((status = OK, body = SongPage), (status = "4XX", body = Problem))
)]
pub(crate) async fn list(
    State(app): State<App>,
    query: Result<Query<SongQuery>, axum::extract::rejection::QueryRejection>,
) -> ApiResult<Answer<SongPage>> {
    let Query(query) =
        query.map_err(|error| ApiError::new("invalid_request", error.body_text()))?;
    app.work(move |engine| {
        let page = engine.songs()?.search(&query.into_search()?)?;
        Ok(Answer(SongPage {
            songs: page.songs.iter().map(Song::from).collect(),
            total: page.total,
        }))
    })
    .await
}

/// A song.
#[utoipa::path(
    get,
    path = "/api/v1/songs/{id}",
    tag = "songs",
    params(("id" = i64, Path, description = "Number of the song")),
    responses((status = OK, body = Song), (status = "4XX", body = Problem))
)]
pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Answer<Song>> {
    let id = number(&id)?;
    app.work(move |engine| Ok(Answer(Song::from(&engine.songs()?.song(id)?))))
        .await
}

/// The sound of a song, whole or in ranges of bytes.
#[utoipa::path(
    get,
    path = "/api/v1/songs/{id}/audio",
    tag = "songs",
    params(("id" = i64, Path, description = "Number of the song")),
    responses(
        (status = OK, description = "The file as it is", content_type = "audio/*"),
        (status = PARTIAL_CONTENT, description = "The asked range of it", content_type = "audio/*"),
        (status = "4XX", body = Problem)
    )
)]
pub(crate) async fn audio(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> ApiResult<Response> {
    let id = number(&id)?;
    let song = app
        .work(move |engine: &Engine| Ok(engine.songs()?.song(id)?))
        .await?;
    let gone = |what: &str| {
        ApiError::new("not_found", what.to_owned())
            .hint("scan its folder again, or open the song's link")
    };
    let path = song
        .info
        .path
        .ok_or_else(|| gone("the sound of this song is not here"))?;
    if !path.is_file() {
        return Err(gone("the file of this song is gone"));
    }
    let served = ServeFile::new(path).oneshot(request).await;
    let served = served.map_err(|error| ApiError::internal(&error.to_string()))?;
    Ok(served.into_response())
}

/// Hears the sound files of a folder on the machine of the server; what is done is passed over.
#[utoipa::path(
    post,
    path = "/api/v1/library/scan",
    tag = "songs",
    request_body = ScanRequest,
    responses((status = ACCEPTED, body = ScanStatus), (status = "4XX", body = Problem))
)]
pub(crate) async fn scan(
    State(app): State<App>,
    Json(request): Json<ScanRequest>,
) -> ApiResult<(StatusCode, Answer<ScanStatus>)> {
    let folder = PathBuf::from(&request.folder);
    if !folder.is_dir() {
        return Err(ApiError::new(
            "not_found",
            format!(
                "there is no folder {:?} on the machine of the server",
                request.folder
            ),
        )
        .hint("give the whole path of a folder"));
    }
    let depth = if request.quick {
        Depth::Quick
    } else {
        Depth::Full
    };
    app.scans.start(app.engine.clone(), vec![folder], depth)?;
    Ok((StatusCode::ACCEPTED, Answer(app.scans.state().into())))
}

/// How far the last scan is.
#[utoipa::path(
    get,
    path = "/api/v1/library/scan",
    tag = "songs",
    responses((status = OK, body = ScanStatus))
)]
pub(crate) async fn scan_status(State(app): State<App>) -> Answer<ScanStatus> {
    Answer(app.scans.state().into())
}

/// Lets Affetto compose an album, so that there is something to play. Takes half a minute.
#[utoipa::path(
    post,
    path = "/api/v1/library/starter",
    tag = "songs",
    responses((status = OK, body = LibraryStatus), (status = "4XX", body = Problem))
)]
pub(crate) async fn starter(State(app): State<App>) -> ApiResult<Answer<LibraryStatus>> {
    app.work(|engine| {
        engine.starter_album(&|_, _| ())?;
        let songs = engine.songs()?;
        Ok(Answer(LibraryStatus::of(songs.facets()?, songs.sources()?)))
    })
    .await
}

/// Recommends songs for a mood.
#[utoipa::path(
    post,
    path = "/api/v1/recommend",
    tag = "songs",
    request_body = RecommendRequest,
    responses((status = OK, body = Recommended), (status = "4XX", body = Problem))
)]
pub(crate) async fn recommend(
    State(app): State<App>,
    Json(request): Json<RecommendRequest>,
) -> ApiResult<Answer<Recommended>> {
    app.work(move |engine| {
        let set = engine.recommend(&request.into_request())?;
        Ok(Answer(Recommended::from(&set)))
    })
    .await
}

/// Keeps what the listener says to a song and learns from it.
#[utoipa::path(
    post,
    path = "/api/v1/songs/{id}/feedback",
    tag = "songs",
    params(("id" = i64, Path, description = "Number of the song")),
    request_body = SongFeedbackRequest,
    responses((status = NO_CONTENT), (status = "4XX", body = Problem))
)]
pub(crate) async fn feedback(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<SongFeedbackRequest>,
) -> ApiResult<StatusCode> {
    let id = number(&id)?;
    app.work(move |engine| {
        let point = request.point.map(|point| (point.valence, point.arousal));
        let said = reaction(&request.reaction, request.at_seconds, point)?;
        let target = request
            .target
            .map(|target| Affect::new(target.valence, target.arousal))
            .transpose()
            .map_err(affetto_engine::Error::from)?;
        let songs: std::sync::Arc<Songs> = engine.songs()?;
        Ok(songs.react(id, said, target)?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn number(text: &str) -> ApiResult<SongId> {
    text.parse().map(SongId).map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        ApiError::new("not_found", format!("there is no song {shown}"))
    })
}
