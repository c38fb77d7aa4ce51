//! What can go wrong with songs, catalogues, playlists and their storage.

use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Longest piece of refused input that an error repeats, in characters.
const MAX_SHOWN: usize = 80;

/// What went wrong; the variants are what the caller can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried, e.g. `"read"`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A value of the caller is outside its range.
    #[error("{field} must be {expected}, but was {actual}")]
    Field {
        /// Name of the value.
        field: &'static str,
        /// The allowed range.
        expected: &'static str,
        /// The refused value, at most 80 characters of it.
        actual: String,
    },
    /// A name stands for none of the known choices.
    #[error("unknown {kind} \"{actual}\", expected one of: {expected}")]
    UnknownName {
        /// What was looked up, e.g. `"catalogue"`.
        kind: &'static str,
        /// The refused name, at most 80 characters of it.
        actual: String,
        /// The allowed names, separated by commas.
        expected: String,
    },
    /// There is no such song, playlist or job.
    #[error("there is no {kind} {actual}")]
    NotFound {
        /// What was looked up, e.g. `"song"`.
        kind: &'static str,
        /// Its number or name.
        actual: String,
    },
    /// Input from outside is not in the format that it should be in.
    #[error("this is no {format}: {reason}")]
    Format {
        /// Name of the format, e.g. `"XSPF playlist"`.
        format: &'static str,
        /// What is wrong, and where.
        reason: String,
    },
    /// Input from outside is larger than what is read.
    #[error("{what} may have at most {limit}, but has more")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit with its unit.
        limit: String,
    },
    /// The database was written by a later version of the program.
    #[error(
        "the database {place} has version {actual}, but this program knows versions up to \
         {expected}: use the newer program, or restore a backup made before the update"
    )]
    NewerDatabase {
        /// File, or server and database.
        place: String,
        /// Latest version that is known here.
        expected: i64,
        /// Version of the database.
        actual: i64,
    },
    /// The database file is damaged.
    #[error(
        "the database {place} is damaged ({reason}): close every program that uses it and \
         restore the last backup over it"
    )]
    Corrupt {
        /// File, or server and database.
        place: String,
        /// What the database says.
        reason: String,
    },
    /// The database refuses who asks.
    #[error("the database {place} refuses access ({reason}): check user and password")]
    AccessDenied {
        /// Server and database.
        place: String,
        /// What the database says.
        reason: String,
    },
    /// The database does not answer or is busy; the same call may succeed later.
    #[error("the database {place} cannot be reached now ({reason}): try again later")]
    Unavailable {
        /// File, or server and database.
        place: String,
        /// What was seen.
        reason: String,
    },
    /// The database failed in another way.
    #[error("the database {place} failed: {reason}")]
    Database {
        /// File, or server and database.
        place: String,
        /// What the database says.
        reason: String,
    },
}

impl Error {
    /// A file that cannot be used.
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        let path = path.to_path_buf();
        Self::Io {
            action,
            path,
            source,
        }
    }

    /// A value outside its range.
    pub(crate) fn field(field: &'static str, expected: &'static str, actual: impl Display) -> Self {
        Self::Field {
            field,
            expected,
            actual: shown(actual),
        }
    }

    /// A name that is none of `expected`.
    pub(crate) fn unknown_name(kind: &'static str, actual: &str, expected: &[&str]) -> Self {
        Self::UnknownName {
            kind,
            actual: shown(actual),
            expected: expected.join(", "),
        }
    }

    /// Something that is not there.
    pub(crate) fn not_found(kind: &'static str, actual: impl Display) -> Self {
        let actual = shown(actual);
        Self::NotFound { kind, actual }
    }

    /// Input that is not in its format.
    pub(crate) fn format(format: &'static str, reason: impl Display) -> Self {
        let reason = shown(reason);
        Self::Format { format, reason }
    }

    /// Input over a limit.
    pub(crate) fn too_large(what: &'static str, limit: impl Display) -> Self {
        let limit = limit.to_string();
        Self::TooLarge { what, limit }
    }
}

/// The beginning of a refused value, its control characters escaped.
pub(crate) fn shown(actual: impl Display) -> String {
    let text = actual.to_string();
    let mut shown = String::new();
    for c in text.chars().take(MAX_SHOWN) {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}
