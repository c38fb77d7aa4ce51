//! The listener's preferences.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;

use crate::error::ApiResult;
use crate::state::App;
use crate::wire::{Preferences, Problem};

/// What the listener likes, learnt from their feedback.
#[utoipa::path(
    get,
    path = "/api/v1/preferences",
    tag = "profile",
    responses((status = OK, body = Preferences), (status = "4XX", body = Problem))
)]
pub(crate) async fn read(State(app): State<App>) -> ApiResult<Answer<Preferences>> {
    app.work(|engine| Ok(Answer(engine.preferences().into())))
        .await
}

/// Forgets what the listener likes. Stations that play stay as they are.
#[utoipa::path(
    delete,
    path = "/api/v1/preferences",
    tag = "profile",
    responses((status = NO_CONTENT), (status = "4XX", body = Problem))
)]
pub(crate) async fn forget(State(app): State<App>) -> ApiResult<StatusCode> {
    app.work(|engine| Ok(engine.forget_preferences()?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
