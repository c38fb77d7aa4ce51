//! Live stations.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::body::{Json, MAX_REQUEST_BYTES};
use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::wire::{
    FeedbackRequest, Piece, Problem, SaveRequest, Station, StationList, StationRequest,
};

/// Starts a station.
#[utoipa::path(
    post,
    path = "/api/v1/stations",
    tag = "stations",
    request_body = StationRequest,
    responses((status = CREATED, body = Station), (status = "4XX", body = Problem))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Json(request): Json<StationRequest, MAX_REQUEST_BYTES>,
) -> ApiResult<(StatusCode, Answer<Station>)> {
    if *app.stopping.borrow() {
        return Err(ApiError::shutting_down());
    }
    let stations = Arc::clone(&app.stations);
    let playing = app
        .work(move |engine| stations.start(engine, request))
        .await?;
    Ok((StatusCode::CREATED, Answer(Station::from(playing.as_ref()))))
}

/// The stations that play.
#[utoipa::path(
    get,
    path = "/api/v1/stations",
    tag = "stations",
    responses((status = OK, body = StationList))
)]
pub(crate) async fn list(State(app): State<App>) -> Answer<StationList> {
    let stations = app.stations.all();
    let stations = stations
        .iter()
        .map(|playing| Station::from(playing.as_ref()))
        .collect();
    Answer(StationList { stations })
}

/// One station.
#[utoipa::path(
    get,
    path = "/api/v1/stations/{id}",
    tag = "stations",
    params(("id" = String, Path, description = "Name of the station")),
    responses((status = OK, body = Station), (status = "4XX", body = Problem))
)]
pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Answer<Station>> {
    Ok(Answer(Station::from(app.stations.get(&id)?.as_ref())))
}

/// Changes what a station plays: fields that are left out stay, `null` returns to the default.
///
/// Tempo, loudness and layers follow within a beat, density from the next bar, mode and genre from
/// the next phrase.
#[utoipa::path(
    patch,
    path = "/api/v1/stations/{id}",
    tag = "stations",
    params(("id" = String, Path, description = "Name of the station")),
    request_body = StationRequest,
    responses((status = OK, body = Station), (status = "4XX", body = Problem))
)]
pub(crate) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(patch): Json<serde_json::Value, MAX_REQUEST_BYTES>,
) -> ApiResult<Answer<Station>> {
    let playing = app.stations.get(&id)?;
    let changed = Arc::clone(&playing);
    app.work(move |engine| changed.change(engine, &patch))
        .await?;
    Ok(Answer(Station::from(playing.as_ref())))
}

/// Says what is wrong with the music that plays, or right.
///
/// It acts with the next bar, `more-like-this` with the next part. Unless the station was asked for
/// with `profile: false` it also moves the listener's preferences a little, from which their later
/// music starts.
#[utoipa::path(
    post,
    path = "/api/v1/stations/{id}/feedback",
    tag = "stations",
    params(("id" = String, Path, description = "Name of the station")),
    request_body = FeedbackRequest,
    responses((status = OK, body = Station), (status = "4XX", body = Problem))
)]
pub(crate) async fn feedback(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<FeedbackRequest>,
) -> ApiResult<Answer<Station>> {
    let playing = app.stations.get(&id)?;
    let steered = Arc::clone(&playing);
    app.work(move |engine| steered.feedback(engine, request.feedback.parse()?))
        .await?;
    Ok(Answer(Station::from(playing.as_ref())))
}

/// Fades a station out and ends it.
#[utoipa::path(
    delete,
    path = "/api/v1/stations/{id}",
    tag = "stations",
    params(("id" = String, Path, description = "Name of the station")),
    responses((status = NO_CONTENT), (status = "4XX", body = Problem))
)]
pub(crate) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.stations.stop(&id)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps the last minutes of a station as a piece.
#[utoipa::path(
    post,
    path = "/api/v1/stations/{id}/save",
    tag = "stations",
    params(("id" = String, Path, description = "Name of the station")),
    request_body = SaveRequest,
    responses((status = CREATED, body = Piece), (status = "4XX", body = Problem))
)]
pub(crate) async fn save(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<SaveRequest>,
) -> ApiResult<(StatusCode, Answer<Piece>)> {
    let playing = app.stations.get(&id)?;
    let minutes = request.minutes.unwrap_or(DEFAULT_MINUTES);
    let title = title(request.title)?;
    let piece = app
        .work(move |engine| {
            let understood = playing.wish().understood;
            Ok(engine.save_station(&playing.station, understood, minutes, title)?)
        })
        .await?;
    Ok((
        StatusCode::CREATED,
        Answer(Piece::from(app.pieces.add(piece).as_ref())),
    ))
}

/// Minutes that are saved when nobody says.
const DEFAULT_MINUTES: f64 = 3.0;
/// Longest title in characters.
const MAX_TITLE: usize = 200;

fn title(title: Option<String>) -> ApiResult<Option<String>> {
    let title = title
        .map(|title| title.trim().to_owned())
        .filter(|title| !title.is_empty());
    let length = title.as_ref().map_or(0, |title| title.chars().count());
    if length > MAX_TITLE {
        return Err(ApiError::new(
            "out_of_range",
            format!("the title has {length} characters, expected at most {MAX_TITLE}"),
        ));
    }
    Ok(title)
}
