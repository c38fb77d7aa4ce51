//! What can be wrong with values given to the ranking.

/// A value that the ranking cannot use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A weight of the score is negative or not finite.
    #[error("the weight of {part} must be a number that is at least 0, but was {actual}")]
    Weight {
        /// Name of the part, e.g. `"mood"`.
        part: &'static str,
        /// The refused weight.
        actual: f64,
    },
    /// A vector has another dimension than those before it.
    #[error("expected a vector of {expected} finite numbers for {what}, but got {actual} numbers")]
    Vector {
        /// What the vector stands for, e.g. `keyword "rain"` or `song 7`.
        what: String,
        /// Dimension of the first vector.
        expected: usize,
        /// How many numbers were given.
        actual: usize,
    },
    /// A set without songs or longer than can be planned.
    #[error("a set must have 1 to {max} slots, but {actual} were asked for")]
    SetLength {
        /// The most slots.
        max: usize,
        /// How many were asked for.
        actual: usize,
    },
}
