//! Every network of Affetto: what it is trained on, how it is stored, what it answers.
//!
//! One folder a task; each keeps config, data, model, training, inference and evaluation apart.
//! Networks are trained with burn, which no other crate sees: no tensor is in a public type.
//!
//! - [`WeightsFile`] is a versioned weights file (safetensors, f16) with its config, its labels
//!   and the hashes of every item it was trained on.
//! - [`Evaluation`] is what evaluating shipped weights on unseen items returns.
//! - [`TrainingEvent`] tells a caller how far a training is; nothing here prints.
//!
//! ```
//! use affetto_models::{ItemHash, TrainingItems};
//! let items = TrainingItems::full([ItemHash::of(b"one"), ItemHash::of(b"two")]);
//! assert!(items.contains(ItemHash::of(b"two")));
//! assert!(!items.contains(ItemHash::of(b"three")));
//! ```

mod error;
mod items;
mod settings;

pub mod datasets;
pub mod metrics;

mod evaluation;
mod linear_algebra;
mod ridge;
mod softmax_regression;
mod standard;
mod training;
mod weights;

pub mod audio_emotion;
pub mod drum_patterns;
pub mod face_emotion;
pub mod genre;
pub mod magenta;
pub mod note_model;
pub mod speech_emotion;
pub mod symbolic_emotion;
pub mod symbolic_genre;
pub mod text_emotion;
pub mod text_encoder;
pub mod transcription;

pub use error::Error;
pub use evaluation::{Evaluated, Evaluation, EvaluationOptions};
pub use items::{ItemHash, TrainingItems};
pub use metrics::{Bin, Confusion, bootstrap_interval};
pub use training::{
    DeviceChoice, FitConfig, Fold, Progress, Run, RunEntry, RunOptions, RunSubject, TrainingEvent,
    TrainingReport, read_folds, shuffled_indices,
};
pub use weights::{Array, Metadata, WeightsFile};
