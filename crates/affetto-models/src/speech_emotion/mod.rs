//! Speech → an estimate of valence and arousal with emotion labels, from the tone of voice alone.
//!
//! Log-mel frames and pitch → a small network of convolutions, residual blocks over time and
//! attentive pooling; a kernel machine on the statistics of the utterance; a linear machine on its
//! Fisher vector → four classes, eight classes, valence and arousal with their uncertainty,
//! calibrated on speakers and on corpora not heard.
//!
//! - [`SpeechEmotion`] estimates a sound, [`SpeechStream`] one that goes on for hours.
//! - [`train`] makes weights, [`cross_validate`] says how good they would be for new speakers and
//!   for new corpora, [`evaluate`] measures weights on recordings that they have not seen.
//!
//! ```
//! use affetto_models::speech_emotion::SpeechEmotion;
//! let silence = vec![0.0; 16_000];
//! let estimate = SpeechEmotion::load_embedded()?.estimate(&silence)?;
//! assert!(estimate.overall.is_none() && estimate.abstained.is_some());
//! # Ok::<(), affetto_models::Error>(())
//! ```

mod config;
mod labels;

mod contours;
mod frames;
mod pitch;
mod statistics;

mod augmentation;
mod corpora;
mod data;
mod input;

mod baseline;
mod calibration;
mod experts;
mod fisher;
mod kernel;
mod linear_algebra;
mod measures;
mod model;
mod task;

mod evaluation;
mod inference;
mod stream;
mod training;

#[cfg(test)]
mod tests;

pub use config::{SpeechAugmentationConfig, SpeechNetworkConfig, SpeechTrainingConfig};
pub use evaluation::evaluate;
pub use frames::{FEATURE_VERSION, SPEECH_SAMPLE_RATE_HZ};
pub use inference::{SpeechAbstention, SpeechEmotion, SpeechEstimate, SpeechSegment, SpeechSense};
pub use labels::{SPEECH_CLASSES_4, SPEECH_CLASSES_8};
pub use stream::SpeechStream;
pub use training::{cross_validate, train};

/// The name of the task in weights files and evaluations.
pub(crate) const TASK: &str = "speech-emotion";
