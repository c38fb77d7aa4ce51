//! What can be wrong with values given to this crate.

/// A value outside its range, or a name that is not known.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A coordinate of the plane is outside −1..=1 or not a number.
    #[error("{axis} must be between -1 and 1, but was {actual}")]
    OutOfRange {
        /// `"valence"` or `"arousal"`.
        axis: &'static str,
        /// The refused value.
        actual: f64,
    },
    /// A name stands for none of the known choices.
    #[error("unknown {kind} \"{actual}\", expected one of: {expected}")]
    UnknownName {
        /// What was looked up, e.g. `"strategy"`.
        kind: &'static str,
        /// The refused name.
        actual: String,
        /// The allowed names, separated by commas.
        expected: String,
    },
}
