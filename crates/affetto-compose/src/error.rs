//! What can be wrong with a request.

/// A refused request.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name stands for none of the known choices.
    #[error("unknown {kind} \"{actual}\", expected one of: {expected}")]
    UnknownName {
        /// What was looked up, e.g. `"genre"`.
        kind: &'static str,
        /// The refused name.
        actual: String,
        /// The allowed names, separated by commas.
        expected: String,
    },
    /// A number lies outside its allowed range.
    #[error("{what} must be between {min} and {max}, but was {actual}")]
    OutOfRange {
        /// The quantity with its unit.
        what: &'static str,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
        /// The refused value.
        actual: f64,
    },
}
