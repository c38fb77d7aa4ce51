//! What can go wrong with weights, data and texts given to this crate.

use std::path::{Path, PathBuf};

/// Why a model could not be loaded, trained, evaluated or asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written; the path says which.
    #[error("cannot use {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The bytes are not weights that this version can use; another file may be.
    #[error("{origin} holds no usable weights: {reason}")]
    Weights {
        /// Path of the file, or `"embedded weights"`.
        origin: String,
        /// What is wrong, with expected and actual values.
        reason: String,
    },
    /// A data file has a row or an entry that cannot be understood.
    #[error("{path}, line {line}: {reason}")]
    Data {
        /// The file.
        path: PathBuf,
        /// Line number from 1; 0 where the file as a whole is meant.
        line: u64,
        /// What is wrong, with expected and actual values.
        reason: String,
    },
    /// The folder lacks what the task needs.
    #[error("{path} has none of the expected files: {expected}")]
    MissingData {
        /// The folder that was searched.
        path: PathBuf,
        /// The file names looked for.
        expected: String,
    },
    /// Every item of the data was seen in training, or there was none.
    #[error(
        "nothing to evaluate for {task} in {data}: {seen} items were used in training and no other is there"
    )]
    NothingLeft {
        /// The task, e.g. `"text-emotion"`.
        task: &'static str,
        /// Where the items came from.
        data: String,
        /// How many were left out because training saw them.
        seen: usize,
    },
    /// There is no word, emoji or sign to estimate from.
    #[error("the text is empty, expected between 1 and {limit} bytes")]
    EmptyText {
        /// The longest text that is read, in bytes.
        limit: usize,
    },
    /// The text is longer than what is read.
    #[error("the text has {actual} bytes, expected between 1 and {limit}")]
    TextTooLong {
        /// Length of the text in bytes.
        actual: usize,
        /// The longest text that is read, in bytes.
        limit: usize,
    },
    /// The bytes are no picture that can be used; another picture may be.
    #[error("the picture cannot be read: {reason}")]
    Picture {
        /// What is wrong, with expected and actual values.
        reason: String,
    },
    /// The device that was asked for cannot be used here.
    #[error("cannot compute there: {reason}")]
    NoDevice {
        /// What is missing.
        reason: String,
    },
    /// A checkpoint cannot be resumed from.
    #[error("cannot resume from {path}: {reason}")]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A training lost its way: losses that are not numbers.
    #[error("the training of {task} diverged in epoch {epoch}; a lower learning rate may help")]
    Diverged {
        /// The task, e.g. `"face-emotion"`.
        task: &'static str,
        /// Number of the epoch, from 1.
        epoch: usize,
    },
    /// The note model was asked for what it cannot do, such as reading on with a full memory.
    #[error("the note model cannot go on: {reason}")]
    NoteModel {
        /// What is wrong, with expected and actual values.
        reason: String,
    },
    /// A sound could not be analyzed.
    #[error(transparent)]
    Sound(#[from] affetto_analysis::Error),
    /// A setting is outside its range.
    #[error("{name} must be {expected}, but was {actual}")]
    InvalidSetting {
        /// Name of the setting.
        name: &'static str,
        /// The refused value.
        actual: String,
        /// The allowed range.
        expected: &'static str,
    },
}

impl Error {
    /// An IO error with the path it happened at.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_path_buf(),
            source,
        }
    }

    /// A data error at a line of a file.
    pub(crate) fn data(path: &Path, line: u64, reason: impl Into<String>) -> Self {
        Self::Data {
            path: path.to_path_buf(),
            line,
            reason: reason.into(),
        }
    }
}
