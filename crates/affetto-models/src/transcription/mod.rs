//! Speech to text, on this machine: what is said counts beside how it is said.
//!
//! - [`Transcriber`] is what any recognizer offers.
//! - [`Whisper`] (Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak
//!   Supervision") reads the published files of `openai/whisper-tiny` and `openai/whisper-base`
//!   from a folder. They are not in the program; without them only the tone of voice is used.
//! - [`Transcript`] is what was understood, with how sure the recognizer is.

mod config;
mod features;
mod generation;
mod load;
mod network;
mod tokens;
mod whisper;

#[cfg(test)]
mod tests;

pub use config::WhisperConfig;
pub use whisper::{TranscriptionOptions, Whisper};

use crate::Error;

/// Names of the published files in a folder with a Whisper model.
pub const WHISPER_FILES: [&str; 3] = ["config.json", "tokenizer.json", "model.safetensors"];

/// What was understood of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The words, without surrounding space; empty when no words were understood.
    pub text: String,
    /// ISO 639-1 code of the language (ISO 639-2 for the few without one), where the model tells
    /// languages apart.
    pub language: Option<String>,
    /// Mean logarithm of the probability of the tokens, up to 0; below −1 it is mostly guessing.
    pub mean_log_probability: f32,
    /// Probability that nobody spoke, in 0..=1, of the window where it was lowest.
    pub no_speech_probability: f32,
    /// Seconds that were listened to; less than the recording where a limit cut it.
    pub seconds: f64,
}

/// A recognizer of speech.
pub trait Transcriber: Send + Sync {
    /// Understands a recording of mono speech at 16 kHz.
    ///
    /// # Shapes
    /// - `samples`: `[n_samples]`, in −1..=1
    ///
    /// # Errors
    /// [`Error::Weights`] when the model gives no numbers.
    fn transcribe(
        &self,
        samples: &[f32],
        options: &TranscriptionOptions,
    ) -> Result<Transcript, Error>;
}
