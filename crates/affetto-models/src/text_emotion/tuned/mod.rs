//! The text model on top of the sentence encoder: its last layers fine-tuned, and heads.
//!
//! The lower layers stay as they were published, so that only the upper ones ship; their states
//! are computed once for all texts before training. What the n-gram model says is mixed in.

mod config;
mod mixing;
mod model;
mod network;
mod states;
mod training;

pub use config::{TunedStart, TunedTrainingConfig};
pub(super) use model::TunedModel;
pub use training::train_tuned;

/// The name of the task in weights files.
pub(super) const TASK: &str = "text-emotion-tuned";
/// Version of what the weights expect; others are refused.
pub(super) const FEATURE_VERSION: u32 = 2;
