//! MIDI files from outside: judged and rendered.

use affetto_engine::request::{MAX_PRIMER_BYTES, PrimerFacts};
use affetto_engine::{FileFormat, LoudnessMode};
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::body;
use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::wire::{Judged, Primer, Problem};

/// Says what the music of a MIDI file expresses.
#[utoipa::path(
    post,
    path = "/api/v1/judge",
    tag = "midi",
    request_body(content = Vec<u8>, content_type = "audio/midi"),
    responses((status = OK, body = Judged), (status = "4XX", body = Problem))
)]
pub(crate) async fn judge(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<axum::Json<Judged>> {
    let bytes = midi(&app, &headers, body).await?;
    app.work(move |engine| Ok(axum::Json(engine.judge(&bytes)?.into())))
        .await
}

/// Says whether the neural writer can continue a MIDI file, given as `primer` of a request.
#[utoipa::path(
    post,
    path = "/api/v1/primer",
    tag = "midi",
    request_body(content = Vec<u8>, content_type = "audio/midi"),
    responses((status = OK, body = Primer), (status = "4XX", body = Problem))
)]
pub(crate) async fn primer(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<axum::Json<Primer>> {
    let bytes = body::read(&headers, body, MAX_PRIMER_BYTES).await?;
    app.work(move |_| Ok(axum::Json(PrimerFacts::of(&bytes)?.into())))
        .await
}

/// How to render.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct RenderQuery {
    /// `wav`, `flac`, `mp3` or `opus`; `wav` when left out.
    format: Option<String>,
    /// `normalized` to the configured loudness, or `asked` for the dynamics as they are;
    /// `normalized` when left out.
    loudness: Option<String>,
}

/// Renders a MIDI file as audio.
#[utoipa::path(
    post,
    path = "/api/v1/render",
    tag = "midi",
    params(RenderQuery),
    request_body(content = Vec<u8>, content_type = "audio/midi"),
    responses((status = OK, content_type = "audio/wav", body = Vec<u8>), (status = "4XX", body = Problem))
)]
pub(crate) async fn render(
    State(app): State<App>,
    Query(query): Query<RenderQuery>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Response> {
    let format = audio_format(query.format.as_deref().unwrap_or("wav"))?;
    let loudness = loudness(query.loudness.as_deref())?;
    let bytes = midi(&app, &headers, body).await?;
    let audio = app
        .work(move |engine| Ok(engine.render(&bytes, format, loudness)?))
        .await?;
    let name = format!("attachment; filename=\"rendered.{}\"", format.ending());
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, audio).into_response())
}

async fn midi(app: &App, headers: &HeaderMap, body: Body) -> ApiResult<bytes::Bytes> {
    let bytes = body::read(headers, body, app.engine.settings().server.max_midi_bytes).await?;
    if bytes.is_empty() {
        return Err(ApiError::new(
            "invalid_midi",
            "the body is empty, expected a MIDI file",
        ));
    }
    Ok(bytes)
}

fn audio_format(name: &str) -> ApiResult<FileFormat> {
    let known = FileFormat::ALL
        .iter()
        .map(|(format, ..)| *format)
        .filter(|f| f.is_audio());
    known
        .clone()
        .find(|format| format.ending().eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let name: String = name.chars().take(40).collect();
            let known: Vec<_> = known.map(FileFormat::ending).collect();
            ApiError::new(
                "unknown_format",
                format!(
                    "unknown format {name:?}, expected one of: {}",
                    known.join(", ")
                ),
            )
        })
}

fn loudness(name: Option<&str>) -> ApiResult<LoudnessMode> {
    match name {
        None | Some("normalized") => Ok(LoudnessMode::Normalized),
        Some("asked") => Ok(LoudnessMode::Asked),
        Some(other) => {
            let other: String = other.chars().take(40).collect();
            Err(ApiError::new(
                "unknown_name",
                format!("unknown loudness {other:?}, expected one of: normalized, asked"),
            ))
        }
    }
}
