//! The listening model for recordings: what valence and arousal a song expresses, and which of the
//! nine emotions of the Geneva Emotional Music Scale (Zentner, Grandjean & Scherer 2008) it induces.
//!
//! Ridge regression on the descriptors of `affetto-analysis`, trained on Emotify (Aljanaki, Wiering
//! & Veltkamp 2015): clips whose listeners said what they felt. Valence and arousal are the place of
//! these emotions by `LabelSet::GEMS`: nobody rated them directly.
//!
//! - [`AudioEmotion`] hears descriptors.
//! - [`train`] makes the shipped weights and cross-validates by artist, [`evaluate`] measures
//!   weights on clips that they have not seen.

mod data;
mod model;
mod training;

pub(crate) use data::descriptors;
pub use data::{Clip, read_clips};
pub use model::{AudioEmotion, HeardSong};
pub use training::{AudioTrainingConfig, evaluate, train};

/// Name of the task in weights, reports and commands.
pub const TASK: &str = "audio-emotion";
/// Emotions of the scale, in the order of Emotify's columns.
pub const GEMS: [&str; N_GEMS] = [
    "amazement",
    "solemnity",
    "tenderness",
    "nostalgia",
    "calmness",
    "power",
    "joyful_activation",
    "tension",
    "sadness",
];
/// How many there are.
pub const N_GEMS: usize = 9;
/// Valence, arousal and the emotions.
pub(crate) const N_OUTPUTS: usize = 2 + N_GEMS;
