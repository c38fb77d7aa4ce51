//! Pieces: composing, listing and fetching their files.

use std::sync::Arc;

use affetto_engine::{FileFormat, LoudnessMode};
use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, RANGE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use crate::body::{Json, MAX_REQUEST_BYTES};
use crate::error::{ApiError, ApiResult};
use crate::pieces::Kept;
use crate::state::App;
use crate::wire::{Piece, PieceList, PieceRequest, Problem, RedoRequest};

/// Composes a piece.
#[utoipa::path(
    post,
    path = "/api/v1/pieces",
    tag = "pieces",
    request_body = PieceRequest,
    responses((status = CREATED, body = Piece), (status = "4XX", body = Problem))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Json(request): Json<PieceRequest, MAX_REQUEST_BYTES>,
) -> ApiResult<(StatusCode, Answer<Piece>)> {
    let piece = app
        .work(move |engine| {
            let music = request.into_music_with(|| engine.preferences());
            Ok(engine.compose(&music)?)
        })
        .await?;
    Ok((
        StatusCode::CREATED,
        Answer(Piece::from(app.pieces.add(piece).as_ref())),
    ))
}

/// Composes bars of a piece anew and leaves the rest to the tick; the result is a piece of its own.
#[utoipa::path(
    post,
    path = "/api/v1/pieces/{id}/redo",
    tag = "pieces",
    params(("id" = String, Path, description = "Name of the piece")),
    request_body = RedoRequest,
    responses((status = CREATED, body = Piece), (status = "4XX", body = Problem))
)]
pub(crate) async fn redo(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<RedoRequest>,
) -> ApiResult<(StatusCode, Answer<Piece>)> {
    let kept = app.pieces.get(&id)?;
    let (redo, request) = request.into_redo();
    let piece = app
        .work(move |engine| Ok(engine.redo_piece(&kept.piece, &redo, &request)?))
        .await?;
    Ok((
        StatusCode::CREATED,
        Answer(Piece::from(app.pieces.add(piece).as_ref())),
    ))
}

/// The pieces made in this session.
#[utoipa::path(get, path = "/api/v1/pieces", tag = "pieces", responses((status = OK, body = PieceList)))]
pub(crate) async fn list(State(app): State<App>) -> Answer<PieceList> {
    let pieces = app
        .pieces
        .all()
        .iter()
        .map(|kept| Piece::from(kept.as_ref()))
        .collect();
    Answer(PieceList { pieces })
}

/// One piece.
#[utoipa::path(
    get,
    path = "/api/v1/pieces/{id}",
    tag = "pieces",
    params(("id" = String, Path, description = "Name of the piece")),
    responses((status = OK, body = Piece), (status = "4XX", body = Problem))
)]
pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    match id.split_once('.') {
        Some((id, ending)) => file(app, id, ending, &headers).await,
        None => Ok(Answer(Piece::from(app.pieces.get(&id)?.as_ref())).into_response()),
    }
}

/// A file of a piece. Audio is rendered on demand.
#[utoipa::path(
    get,
    path = "/api/v1/pieces/{id}.{format}",
    tag = "pieces",
    params(
        ("id" = String, Path, description = "Name of the piece"),
        ("format" = String, Path, description = "`mid`, `musicxml`, `lead.musicxml`, `wav`, `flac`, `mp3`, `opus`, or `stems.zip` with each role as a MIDI and a FLAC file")
    ),
    responses(
        (status = OK, content_type = "application/octet-stream", body = Vec<u8>),
        (status = PARTIAL_CONTENT, content_type = "application/octet-stream", body = Vec<u8>),
        (status = "4XX", body = Problem)
    )
)]
pub(crate) async fn file(
    app: App,
    id: &str,
    ending: &str,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    let kept = app.pieces.get(id)?;
    if ending == STEMS {
        return stems(&app, &kept, headers).await;
    }
    let format = FileFormat::ALL
        .iter()
        .find(|(_, known, _)| *known == ending);
    let Some((format, ..)) = format.copied() else {
        let ending: String = ending.chars().take(40).collect();
        let known: Vec<_> = FileFormat::ALL
            .iter()
            .map(|(_, ending, _)| *ending)
            .chain([STEMS])
            .collect();
        return Err(ApiError::new(
            "unknown_format",
            format!(
                "unknown format {ending:?}, expected one of: {}",
                known.join(", ")
            ),
        ));
    };
    let bytes = match app.pieces.rendered(id, format) {
        Some(bytes) => bytes,
        None => export(&app, &kept, format).await?,
    };
    let name = file_name(&kept, format.ending());
    download(headers, &bytes, &name, format.media_type())
}

/// Ending of the archive of stems.
const STEMS: &str = "stems.zip";

/// The stems of a piece, rendered anew each time: they would take much of what is kept.
async fn stems(app: &App, kept: &Arc<Kept>, headers: &HeaderMap) -> ApiResult<Response> {
    let piece = Arc::clone(kept);
    let bytes = app
        .work(move |engine| Ok(engine.stems_archive(&piece.piece)?))
        .await?;
    let name = file_name(kept, STEMS);
    download(headers, &Bytes::from(bytes), &name, "application/zip")
}

/// A file to be saved under a name.
fn download(
    headers: &HeaderMap,
    bytes: &Bytes,
    name: &str,
    media_type: &str,
) -> ApiResult<Response> {
    let headers_out = [
        (CONTENT_TYPE, media_type.to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (ACCEPT_RANGES, "bytes".to_owned()),
        // A piece never changes.
        (CACHE_CONTROL, "private, max-age=3600".to_owned()),
    ];
    let mut response = partial(headers, bytes)?;
    for (key, value) in headers_out {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(key, value);
        }
    }
    Ok(response)
}

/// Forgets a piece.
#[utoipa::path(
    delete,
    path = "/api/v1/pieces/{id}",
    tag = "pieces",
    params(("id" = String, Path, description = "Name of the piece")),
    responses((status = NO_CONTENT), (status = "4XX", body = Problem))
)]
pub(crate) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.pieces.remove(&id)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn export(app: &App, kept: &Arc<Kept>, format: FileFormat) -> ApiResult<Bytes> {
    let piece = Arc::clone(kept);
    let bytes = app
        .work(move |engine| Ok(engine.export(&piece.piece, format, LoudnessMode::Normalized)?))
        .await?;
    let bytes = Bytes::from(bytes);
    app.pieces.keep_rendered(&kept.id, format, bytes.clone());
    Ok(bytes)
}

/// The whole, or the one range that was asked for (RFC 9110, section 14). Several ranges and units
/// other than bytes get the whole, as the standard allows.
fn partial(headers: &HeaderMap, bytes: &Bytes) -> ApiResult<Response> {
    let asked = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let Some(spec) = asked.and_then(|value| value.strip_prefix("bytes=")) else {
        return Ok(bytes.clone().into_response());
    };
    let Some((from, to)) = spec.split_once('-').filter(|_| !spec.contains(',')) else {
        return Ok(bytes.clone().into_response());
    };
    let length = bytes.len();
    let (from, to) = match (from.trim().parse::<usize>(), to.trim().parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, to.min(length.saturating_sub(1))),
        (Ok(from), Err(_)) => (from, length.saturating_sub(1)),
        (Err(_), Ok(last)) => (length.saturating_sub(last), length.saturating_sub(1)),
        (Err(_), Err(_)) => return Ok(bytes.clone().into_response()),
    };
    if from > to || from >= length {
        return Err(ApiError::new(
            "invalid_range",
            format!("the range {spec:?} lies outside the {length} bytes of the file"),
        ));
    }
    let range = [(CONTENT_RANGE, format!("bytes {from}-{to}/{length}"))];
    Ok((StatusCode::PARTIAL_CONTENT, range, bytes.slice(from..=to)).into_response())
}

/// A name that every file system takes, e.g. `jazz-in-a-minor.mid`.
fn file_name(kept: &Kept, ending: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = kept
        .piece
        .title
        .replace('#', "-sharp")
        .chars()
        .map(plain)
        .collect();
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    let stem: String = words.join("-").chars().take(60).collect();
    let stem = if stem.is_empty() {
        "piece"
    } else {
        stem.as_str()
    };
    format!("{stem}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Status and body of a range of ten bytes.
    #[track_caller]
    fn check(range: &str, expected: &str) {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().unwrap());
        let answer = match partial(&headers, &Bytes::from_static(b"0123456789")) {
            Ok(response) => {
                let range = response.headers().get(CONTENT_RANGE);
                range.map_or_else(
                    || "all".to_owned(),
                    |range| range.to_str().unwrap().to_owned(),
                )
            }
            Err(error) => error.code.to_owned(),
        };
        assert_eq!(answer, expected, "{range}");
    }

    #[test]
    fn ranges() {
        check("bytes=0-3", "bytes 0-3/10");
        check("bytes=5-", "bytes 5-9/10");
        check("bytes=-4", "bytes 6-9/10");
        check("bytes=2-99", "bytes 2-9/10");
        check("bytes=10-", "invalid_range");
        check("bytes=7-3", "invalid_range");
        check("bytes=0-1,4-5", "all");
        check("lines=1-2", "all");
        check("bytes=a-b", "all");
    }
}
