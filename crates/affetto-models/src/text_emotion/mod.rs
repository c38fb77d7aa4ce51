//! Typed text, mood words and emoji → an estimate of valence and arousal with emotion labels.
//!
//! Hashed word and character n-grams → two weighted bags of embeddings → a small network with
//! heads for valence, arousal (each with its variance) and the 28 labels of GoEmotions. A
//! stronger encoder can replace it behind [`TextEmotion`].
//!
//! - [`TextEmotion`] estimates a text with the shipped or other weights.
//! - [`train`] makes weights, [`evaluate`] measures them on unseen texts.
//! - [`speaks_of_self_harm`] tells whether help should be shown.

mod config;
mod features;

mod augmentation;
mod data;
mod vocabulary;

mod model;
mod network;

mod evaluation;
mod inference;
mod training;

mod crisis;

pub use config::TextTrainingConfig;
pub use crisis::speaks_of_self_harm;
pub use evaluation::evaluate;
pub use features::FEATURE_VERSION;
pub use inference::{MAX_TEXT_BYTES, TextEmotion, TextEstimate};
pub use training::train;
