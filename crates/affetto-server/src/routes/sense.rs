//! Sensing.

use axum::extract::State;

use crate::body::Json;
use crate::error::ApiResult;
use crate::state::App;
use crate::wire::{Problem, Sensed, TextRequest};

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
) -> ApiResult<axum::Json<Sensed>> {
    app.work(move |engine| Ok(axum::Json(Sensed::from(&engine.sense_text(&request.text)?))))
        .await
}
