//! What can go wrong with analysis: settings and files, for any sound has features.

/// A refused setting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number lies outside its allowed range.
    #[error("{what} must be between {min} and {max}, but was {actual}")]
    OutOfRange {
        /// The quantity with its unit, e.g. `"hop size in samples"`.
        what: &'static str,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
        /// The refused value.
        actual: f64,
    },
    /// A file is no sound or cannot be decoded.
    #[error(transparent)]
    Audio(#[from] affetto_audio::Error),
    /// The Fourier transform refused its buffers; not expected.
    #[error("cannot transform: {reason}")]
    Transform {
        /// What it said.
        reason: String,
    },
}

impl Error {
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

impl From<realfft::FftError> for Error {
    fn from(error: realfft::FftError) -> Self {
        Self::Transform {
            reason: error.to_string(),
        }
    }
}
