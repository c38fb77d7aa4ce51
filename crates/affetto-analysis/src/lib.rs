//! From sound to features: short-time spectra, mel spectrograms, voice activity and level, and
//! descriptors and fingerprints of songs. Input is mono sound at a known rate, as
//! [`affetto_audio::decode`] gives it; knows nothing of emotion or networks.
//!
//! - [`Stft`] cuts sound into windows and gives their power spectra.
//! - [`MelSpectrogram`] sums them in bands that are spaced as hearing is.
//! - [`song::Listener`] hears a whole file: [`song::Descriptors`], tempo, beats, key, loudness and a
//!   [`fingerprint::Fingerprint`].
//! - [`voice_activity`] says where somebody speaks; [`normalize_level`] makes speech equally loud.
//!
//! What is planned once can process many sounds without allocating.
//!
//! ```
//! use affetto_analysis::{MelOptions, MelSpectrogram};
//!
//! let mut mel = MelSpectrogram::new(MelOptions { n_mels: 64, ..MelOptions::default() })?;
//! let second = vec![0.0; 16_000];
//! let frames = mel.process(&second)?;
//! assert_eq!(frames.len(), 101 * 64);
//! # Ok::<(), affetto_analysis::Error>(())
//! ```

mod error;

mod stft;

mod mel;

mod level;
mod voice;

pub mod song;

pub mod fingerprint;

pub use error::Error;
pub use level::{active_level_db, normalize_level};
pub use mel::{MelNormalization, MelOptions, MelScale, MelSpectrogram, hz_to_mel, mel_to_hz};
pub use stft::{Framing, Stft, StftOptions};
pub use voice::{VoiceDetector, voice_activity};
