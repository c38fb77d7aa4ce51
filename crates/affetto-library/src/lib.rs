//! Songs: a listener's own files and catalogues, which of them fit a mood, and why.
//!
//! - [`Song`] is what is known of a song; [`Mood`] its place on the valence–arousal plane.
//!
//! Knows no networks and computes no features: how a vector came about is for others, its version
//! is kept here. The only crate that speaks SQL.

mod song;

pub use song::{Keyword, Mood, MoodOrigin, Song, SongId, SongInfo, Sound, Words};
