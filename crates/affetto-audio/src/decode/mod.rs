//! Sound files to samples: WAV, AIFF, AU, FLAC, MP3, AAC (ADTS), Ogg Vorbis, Ogg Opus, WebM and
//! Matroska as browsers record them, M4A and MP4 (AAC, ALAC), as mono at one rate.
//!
//! The type is found in the content; names and media types are never asked. Symphonia takes the
//! containers apart and decodes; Opus packets go through libopus. Bytes from outside are hostile:
//! they give sound, or an [`Error`], and memory stays bounded with [`MonoReader`] whatever they
//! claim.
//!
//! ```
//! use affetto_audio::Pcm;
//! use affetto_audio::decode::{DecodeOptions, decode_mono};
//! use affetto_audio::encode::{Format, Tags, encode};
//!
//! let second = Pcm::silence(48_000, 48_000);
//! let file = encode(&second, Format::Opus, &Tags::default())?;
//! let samples = decode_mono(&file, &DecodeOptions::default())?;
//! assert_eq!(samples.len(), 16_000);
//! # Ok::<(), affetto_audio::Error>(())
//! ```

mod au;
mod codec;
mod content;
mod opus;
mod reader;

#[cfg(test)]
mod tests;

pub use reader::{Found, MonoReader, Note};

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Error;

/// What to decode to, and how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecodeOptions {
    /// Frames a second of the output in 8,000..=192,000; default 16,000, what speech models take.
    pub sample_rate_hz: u32,
    /// Longest accepted sound in seconds, in 0.1..=86,400; default 10,800 (three hours). Small
    /// files can hold hours of silence. A whole hour at 16 kHz takes 230 MB; [`MonoReader`] never
    /// holds more than a moment of it.
    pub max_seconds: f64,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            sample_rate_hz: 16_000,
            max_seconds: 10_800.0,
        }
    }
}

impl DecodeOptions {
    fn validate(&self) -> Result<(), Error> {
        let rate = f64::from(self.sample_rate_hz);
        Error::check_range("sample rate in Hz", rate, 8e3..=192e3)?;
        Error::check_range("longest sound in seconds", self.max_seconds, 0.1..=86_400.0)
    }
}

/// A decoded file.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// Mono samples in −1..=1.
    pub samples: Vec<f32>,
    /// Frames a second.
    pub sample_rate_hz: u32,
    /// What was not as it should be with the file.
    pub notes: Vec<Note>,
}

impl Sound {
    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.sample_rate_hz.max(1))
    }
}

/// Decodes a whole file.
///
/// # Errors
/// [`Error::NotSound`] when the bytes are something else; [`Error::Decode`] when nothing of the
/// sound can be decoded; [`Error::TooLong`] beyond the limit; [`Error::OutOfRange`] for options
/// outside their ranges.
pub fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Sound, Error> {
    let mut reader = MonoReader::open(std::io::Cursor::new(bytes), options)?;
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block()? {
        samples.extend_from_slice(block);
    }
    Ok(Sound {
        samples,
        sample_rate_hz: options.sample_rate_hz,
        notes: reader.notes(),
    })
}

/// Only the samples of [`decode`].
///
/// # Errors
/// As [`decode`].
pub fn decode_mono(bytes: &[u8], options: &DecodeOptions) -> Result<Vec<f32>, Error> {
    decode(bytes, options).map(|sound| sound.samples)
}

/// What a call of the decoding library gives; nothing when it panics. Damaged files make it
/// overflow and index out of bounds here and there, and one such file must not end a whole scan.
pub(crate) fn survive<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).ok()
}
