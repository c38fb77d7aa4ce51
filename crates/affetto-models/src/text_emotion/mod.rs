//! Typed text, mood words and emoji → an estimate of valence and arousal with emotion labels.
//!
//! Two models behind [`TextEmotion`]. A small one is always there: hashed word and character
//! n-grams → two weighted bags of embeddings → a small network with heads for valence, arousal
//! (each with its variance) and the 28 labels of GoEmotions. Where the sentence encoder
//! ([`crate::text_encoder`]) has been pulled, its last layers, fine-tuned with the same heads,
//! speak together with the small model.
//!
//! - [`TextEmotion`] estimates a text and finds its [`Keyword`]s.
//! - [`train`] and [`train_tuned`] make weights, [`evaluate`] measures them on unseen texts,
//!   [`score_phrases`] on short moods that people type.
//! - [`speaks_of_self_harm`] tells whether help should be shown.

mod config;
mod features;

mod augmentation;
mod data;
mod moods;
mod vocabulary;

mod linear;
mod model;
mod network;

mod evaluation;
mod inference;
mod keywords;
mod language;
mod phrases;
mod training;
mod tuned;

mod crisis;

pub use config::TextTrainingConfig;
pub use crisis::speaks_of_self_harm;
pub use evaluation::evaluate;
pub use features::FEATURE_VERSION;
pub use inference::{MAX_TEXT_BYTES, TextEmotion, TextEstimate, TextModel};
pub use keywords::{Keyword, KeywordOptions};
pub use language::Language;
pub use phrases::{PhraseHalf, PhraseScore, score_phrases};
pub use training::train;
pub use tuned::{TunedStart, TunedTrainingConfig, train_tuned};
