//! Errors on the wire, and the one table from code to status.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Code → status. A code of the engine that is not listed is the caller's mistake: 400.
const STATUS: &[(&str, StatusCode)] = &[
    ("invalid_json", StatusCode::BAD_REQUEST),
    ("invalid_request", StatusCode::BAD_REQUEST),
    ("out_of_range", StatusCode::BAD_REQUEST),
    ("empty_text", StatusCode::BAD_REQUEST),
    ("empty_audio", StatusCode::BAD_REQUEST),
    ("empty_picture", StatusCode::BAD_REQUEST),
    ("unreadable_audio", StatusCode::BAD_REQUEST),
    ("unreadable_picture", StatusCode::BAD_REQUEST),
    ("unknown_name", StatusCode::BAD_REQUEST),
    ("unknown_genre", StatusCode::BAD_REQUEST),
    ("unknown_format", StatusCode::BAD_REQUEST),
    ("invalid_notation", StatusCode::BAD_REQUEST),
    ("invalid_midi", StatusCode::BAD_REQUEST),
    ("no_notes", StatusCode::BAD_REQUEST),
    ("nothing_played", StatusCode::CONFLICT),
    ("sensors_off", StatusCode::FORBIDDEN),
    ("unauthorized", StatusCode::UNAUTHORIZED),
    ("forbidden_host", StatusCode::FORBIDDEN),
    ("forbidden_origin", StatusCode::FORBIDDEN),
    ("not_found", StatusCode::NOT_FOUND),
    ("empty_library", StatusCode::CONFLICT),
    ("database_unavailable", StatusCode::SERVICE_UNAVAILABLE),
    ("database", StatusCode::INTERNAL_SERVER_ERROR),
    ("no_data_folder", StatusCode::INTERNAL_SERVER_ERROR),
    ("unknown_station", StatusCode::NOT_FOUND),
    ("unknown_piece", StatusCode::NOT_FOUND),
    ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED),
    ("too_large", StatusCode::PAYLOAD_TOO_LARGE),
    ("text_too_long", StatusCode::PAYLOAD_TOO_LARGE),
    ("audio_too_long", StatusCode::PAYLOAD_TOO_LARGE),
    ("picture_too_large", StatusCode::PAYLOAD_TOO_LARGE),
    ("not_audio", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("not_a_picture", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("invalid_range", StatusCode::RANGE_NOT_SATISFIABLE),
    ("upgrade_required", StatusCode::UPGRADE_REQUIRED),
    ("too_many_senses", StatusCode::TOO_MANY_REQUESTS),
    ("too_fast", StatusCode::TOO_MANY_REQUESTS),
    ("too_many_stations", StatusCode::TOO_MANY_REQUESTS),
    ("no_video", StatusCode::NOT_IMPLEMENTED),
    ("left_out", StatusCode::NOT_IMPLEMENTED),
    ("busy", StatusCode::SERVICE_UNAVAILABLE),
    ("shutting_down", StatusCode::SERVICE_UNAVAILABLE),
    ("disk_full", StatusCode::INSUFFICIENT_STORAGE),
    ("io", StatusCode::INTERNAL_SERVER_ERROR),
    ("internal", StatusCode::INTERNAL_SERVER_ERROR),
];

/// An error as the client gets it; the request id is added on the way out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl ApiError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    pub(crate) fn internal(cause: &str) -> Self {
        tracing::error!(cause, "internal error");
        Self::new("internal", "something went wrong inside the server")
            .hint("the server's log says more under this request id")
    }

    pub(crate) fn shutting_down() -> Self {
        Self::new("shutting_down", "the server is shutting down")
    }

    pub(crate) fn status(&self) -> StatusCode {
        let row = STATUS.iter().find(|(code, _)| *code == self.code);
        row.map_or(StatusCode::BAD_REQUEST, |(_, status)| *status)
    }
}

impl From<affetto_engine::Error> for ApiError {
    fn from(error: affetto_engine::Error) -> Self {
        match error {
            affetto_engine::Error::User {
                code,
                message,
                hint,
            } => Self {
                code,
                message,
                hint,
            },
            affetto_engine::Error::Io {
                action,
                path,
                source,
            } => {
                // The client learns what failed, the log learns where.
                tracing::error!(path = %path.display(), %source, "cannot {action}");
                let full = source.kind() == std::io::ErrorKind::StorageFull;
                let code = if full { "disk_full" } else { "io" };
                Self::new(code, format!("cannot {action} a file: {source}"))
            }
            other => Self::internal(&other.to_string()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What a handler answers.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once() {
        for (index, (code, _)) in STATUS.iter().enumerate() {
            assert!(
                STATUS[..index].iter().all(|(other, _)| other != code),
                "{code} twice"
            );
        }
    }

    #[test]
    fn unlisted_codes_blame_the_caller() {
        assert_eq!(
            ApiError::new("something_new", "").status(),
            StatusCode::BAD_REQUEST
        );
    }

    #[test]
    fn internal_causes_stay_inside() {
        let error = ApiError::from(affetto_engine::Error::Internal("secret".into()));
        assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!error.message.contains("secret"));
    }
}
