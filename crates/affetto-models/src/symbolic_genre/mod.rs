//! Which genre multi-track music is of, told from real songs: to see whether composed bands are
//! recognized as what they were asked to be.
//!
//! - [`read_songs`] finds the songs, [`group_copies`] which of them are versions of one
//! - [`GenreClassifier`] is logistic regression on [`GenreInputs`]; [`cross_validate`] measures it
//!
//! No weights ship: a classifier is fitted in seconds where it is needed.

mod classifier;
mod copies;
mod inputs;
mod songs;

pub use classifier::{GenreAnswer, GenreClassifier, cross_validate};
pub use copies::group_copies;
pub use inputs::GenreInputs;
pub use songs::{FILE_GENRES, Song, excerpts, read_songs};
