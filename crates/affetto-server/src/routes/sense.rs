//! Sensing, once: words, a recording, a picture.

use affetto_engine::Media;
use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::body::{self, Json};
use crate::error::ApiResult;
use crate::state::App;
use crate::wire::{
    CorrectionRequest, FaceSensed, Problem, Sensed, SpeechSensed, TextRequest, Trust,
};

/// Estimates how somebody feels from text, mood words or emoji. Keeps nothing of it.
#[utoipa::path(
    post,
    path = "/api/v1/sense/text",
    tag = "sense",
    request_body = TextRequest,
    responses((status = OK, body = Sensed), (status = "4XX", body = Problem))
)]
pub(crate) async fn sense_text(
    State(app): State<App>,
    Json(request): Json<TextRequest>,
) -> ApiResult<Answer<Sensed>> {
    app.work(move |engine| Ok(Answer(Sensed::from(&engine.sense_text(&request.text)?))))
        .await
}

/// Estimates how somebody feels from a recording of their voice. Keeps nothing of it.
///
/// The body is the recording itself; its type is found in its content: WAV, FLAC, MP3, Ogg Vorbis
/// or Opus, WebM as browsers record it, M4A.
#[utoipa::path(
    post,
    path = "/api/v1/sense/speech",
    tag = "sense",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = OK, body = SpeechSensed), (status = "4XX", body = Problem))
)]
pub(crate) async fn sense_speech(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Answer<SpeechSensed>> {
    app.admit_sensing()?;
    let limit = app.engine.settings().senses.max_audio_bytes;
    let bytes = body::read(&headers, body, limit).await?;
    app.work(move |engine| {
        let heard = engine.sense_speech(Media::Bytes(&bytes))?;
        Ok(Answer(SpeechSensed::from(&heard)))
    })
    .await
}

/// Estimates how somebody feels from a picture of their face. Keeps nothing of it.
///
/// The body is the picture itself (PNG, JPEG or WebP), or a short video where the server reads
/// videos; its type is found in its content.
#[utoipa::path(
    post,
    path = "/api/v1/sense/face",
    tag = "sense",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = OK, body = FaceSensed), (status = "4XX", body = Problem))
)]
pub(crate) async fn sense_face(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Answer<FaceSensed>> {
    app.admit_sensing()?;
    let limit = app.engine.settings().senses.max_picture_bytes;
    let bytes = body::read(&headers, body, limit).await?;
    app.work(move |engine| {
        let seen = engine.sense_face(Media::Bytes(&bytes))?;
        Ok(Answer(FaceSensed::from(&seen)))
    })
    .await
}

/// Learns from a correction how far a sense can be trusted for this listener.
///
/// Two numbers for each sense are stored, never what was sensed.
#[utoipa::path(
    post,
    path = "/api/v1/sense/correct",
    tag = "sense",
    request_body = CorrectionRequest,
    responses((status = OK, body = Trust), (status = "4XX", body = Problem))
)]
pub(crate) async fn correct(
    State(app): State<App>,
    Json(request): Json<CorrectionRequest>,
) -> ApiResult<Answer<Trust>> {
    let correction = request.into_correction()?;
    app.work(move |engine| Ok(Answer(engine.correct(&correction)?.into())))
        .await
}

/// Forgets all corrections.
#[utoipa::path(
    delete,
    path = "/api/v1/sense/correct",
    tag = "sense",
    responses((status = NO_CONTENT), (status = "4XX", body = Problem))
)]
pub(crate) async fn forget(State(app): State<App>) -> ApiResult<StatusCode> {
    app.work(|engine| Ok(engine.forget_corrections()?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
