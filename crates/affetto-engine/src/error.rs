//! Whose fault it is: the caller's, the machine's or ours.

use std::path::{Path, PathBuf};

/// What went wrong in a use case.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller asked for something that cannot be; asking differently helps.
    #[error("{message}")]
    User {
        /// Stable name of the mistake in snake case, e.g. `"unknown_genre"`.
        code: &'static str,
        /// What was wrong, with the value and what is allowed.
        message: String,
        /// What to do instead, if there is more to say.
        hint: Option<String>,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// `"read"`, `"write"` …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A fault of this program or of the files it ships with.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// A caller's mistake.
    pub fn user(code: &'static str, message: impl Into<String>) -> Self {
        Self::User {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// A caller's mistake with advice.
    pub fn user_hint(
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self::User {
            code,
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// A file that could not be read or written.
    pub fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// What to do, for the line behind `hint:`.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::User { hint, .. } => hint.clone(),
            Self::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::NotFound => Some("check that the path exists".into()),
                std::io::ErrorKind::PermissionDenied => {
                    Some("check who may read and write there".into())
                }
                std::io::ErrorKind::StorageFull => Some("free some space and try again".into()),
                _ => None,
            },
            Self::Internal(_) => Some("please report this with the command you ran".into()),
        }
    }
}

impl From<affetto_affect::Error> for Error {
    fn from(error: affetto_affect::Error) -> Self {
        let code = match &error {
            affetto_affect::Error::OutOfRange { .. } => "out_of_range",
            affetto_affect::Error::UnknownName { .. } => "unknown_name",
            _ => "invalid_request",
        };
        Self::user(code, error.to_string())
    }
}

impl From<affetto_compose::Error> for Error {
    fn from(error: affetto_compose::Error) -> Self {
        let code = match &error {
            affetto_compose::Error::UnknownName { kind: "genre", .. } => "unknown_genre",
            affetto_compose::Error::UnknownName { .. } => "unknown_name",
            affetto_compose::Error::OutOfRange { .. } => "out_of_range",
            _ => "invalid_request",
        };
        Self::user(code, error.to_string())
    }
}

impl From<affetto_library::Error> for Error {
    fn from(error: affetto_library::Error) -> Self {
        use affetto_library::Error as Library;
        let code = match error {
            Library::Io {
                action,
                path,
                source,
            } => {
                return Self::Io {
                    action,
                    path,
                    source,
                };
            }
            Library::Field { .. } => "out_of_range",
            Library::UnknownName { .. } => "unknown_name",
            Library::NotFound { .. } => "not_found",
            Library::Format { .. } => "invalid_data",
            Library::TooLarge { .. } => "too_large",
            Library::Unavailable { .. } => "database_unavailable",
            _ => "database",
        };
        Self::user(code, error.to_string())
    }
}

impl From<affetto_library::recommend::RecommendError> for Error {
    fn from(error: affetto_library::recommend::RecommendError) -> Self {
        Self::user("invalid_request", error.to_string())
    }
}

impl From<affetto_music::Error> for Error {
    fn from(error: affetto_music::Error) -> Self {
        let code = match &error {
            affetto_music::Error::Notation { .. } => "invalid_notation",
            affetto_music::Error::OutOfRange { .. } => "out_of_range",
            affetto_music::Error::Midi { .. } => "invalid_midi",
            _ => "invalid_music",
        };
        Self::user(code, error.to_string())
    }
}

impl From<affetto_models::Error> for Error {
    fn from(error: affetto_models::Error) -> Self {
        use affetto_models::Error as Models;
        let code = match &error {
            Models::EmptyText { .. } => "empty_text",
            Models::TextTooLong { .. } => "text_too_long",
            Models::Picture { .. } => "invalid_picture",
            Models::Weights { .. } => "invalid_weights",
            Models::MissingData { .. } => "missing_data",
            Models::NothingLeft { .. } => "nothing_left",
            Models::Data { .. } => "invalid_data",
            Models::Io { .. } => "io",
            Models::NoDevice { .. } => "no_device",
            Models::Checkpoint { .. } => "invalid_checkpoint",
            Models::Diverged { .. } => "diverged",
            _ => "invalid_request",
        };
        Self::user(code, error.to_string())
    }
}

impl From<affetto_audio::Error> for Error {
    fn from(error: affetto_audio::Error) -> Self {
        Self::user("invalid_sound", error.to_string())
    }
}
