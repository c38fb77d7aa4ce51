//! What can be wrong with music given to this crate.

/// A refused value or file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text does not follow the notation it should be in.
    #[error("cannot read {kind} \"{actual}\": expected {expected}")]
    Notation {
        /// What was read, e.g. `"chord"`.
        kind: &'static str,
        /// The refused text.
        actual: String,
        /// What would have been accepted.
        expected: &'static str,
    },
    /// A number lies outside its allowed range.
    #[error("{what} must be between {min} and {max}, but was {actual}")]
    OutOfRange {
        /// The quantity with its unit, e.g. `"tempo in bpm"`.
        what: &'static str,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
        /// The refused value.
        actual: f64,
    },
    /// The bytes are not a Standard MIDI File we can read.
    #[error("not a readable MIDI file: {reason}")]
    Midi {
        /// What was wrong, with the offending value.
        reason: String,
    },
}
