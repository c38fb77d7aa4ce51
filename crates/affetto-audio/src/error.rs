//! What can go wrong with fonts, settings and sound.

use std::path::PathBuf;

/// A refused font, setting or sound.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a SoundFont that can be played.
    #[error("not a readable SoundFont: {reason}")]
    SoundFont {
        /// What was wrong, with the offending value.
        reason: String,
    },
    /// A sample inside a SoundFont 3 file cannot be decoded.
    #[error("cannot decode SoundFont sample \"{name}\": {reason}")]
    Sample {
        /// The sample's name in the font.
        name: String,
        /// What was wrong.
        reason: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A number lies outside its allowed range.
    #[error("{what} must be between {min} and {max}, but was {actual}")]
    OutOfRange {
        /// The quantity with its unit, e.g. `"sample rate in Hz"`.
        what: &'static str,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
        /// The refused value.
        actual: f64,
    },
    /// Sound and settings do not go together.
    #[error("{what} must be {expected}, but was {actual}")]
    Unsupported {
        /// The quantity.
        what: &'static str,
        /// What would have been accepted.
        expected: String,
        /// The refused value.
        actual: String,
    },
    /// An encoder refused its input.
    #[error("cannot encode {format}: {reason}")]
    Encode {
        /// The format's name, e.g. `"FLAC"`.
        format: &'static str,
        /// What the encoder said.
        reason: String,
    },
    /// The bytes are no sound; another file may be.
    #[error(
        "no sound that can be read: found {found}; expected WAV, AIFF, AU, FLAC, MP3, AAC, Ogg \
         (Vorbis or Opus), WebM or M4A"
    )]
    NotSound {
        /// What the bytes are, as far as can be told.
        found: String,
    },
    /// The bytes are sound of a kind or in a state that cannot be decoded.
    #[error("cannot decode the sound: {reason}")]
    Decode {
        /// What was wrong, and what helps.
        reason: String,
    },
    /// The sound lasts longer than is allowed.
    #[error("the sound is longer than {max_seconds} s; cut it, or allow more")]
    TooLong {
        /// The limit in seconds.
        max_seconds: f64,
    },
    /// Loudness cannot be measured.
    #[error("cannot measure loudness: {reason}")]
    Loudness {
        /// What the meter said.
        reason: String,
    },
}

impl Error {
    /// A font error with its reason.
    pub(crate) fn font(reason: impl Into<String>) -> Self {
        Self::SoundFont {
            reason: reason.into(),
        }
    }

    /// An encoder error from whatever the encoder reports.
    pub(crate) fn encode(format: &'static str, reason: impl ToString) -> Self {
        Self::Encode {
            format,
            reason: reason.to_string(),
        }
    }

    /// A decoding error from whatever a decoder reports.
    pub(crate) fn decode(reason: impl ToString) -> Self {
        Self::Decode {
            reason: reason.to_string(),
        }
    }

    /// Bytes that are something other than sound.
    pub(crate) fn not_sound(found: impl Into<String>) -> Self {
        Self::NotSound {
            found: found.into(),
        }
    }

    /// Checks that a number lies in a range.
    pub(crate) fn check_range(
        what: &'static str,
        actual: f64,
        range: std::ops::RangeInclusive<f64>,
    ) -> Result<(), Self> {
        if range.contains(&actual) {
            Ok(())
        } else {
            Err(Self::OutOfRange {
                what,
                min: *range.start(),
                max: *range.end(),
                actual,
            })
        }
    }
}
