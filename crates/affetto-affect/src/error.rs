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
        /// The refused name, at most 80 characters of it.
        actual: String,
        /// The allowed names, separated by commas.
        expected: String,
    },
    /// Weights that cannot be scaled to a distribution.
    #[error("expected weights that are at least 0 and not all 0, but they were {actual:?}")]
    NoDistribution {
        /// The refused weights.
        actual: Vec<f64>,
    },
    /// A distribution has not one weight for each label.
    #[error("{set} has {expected} labels, but {actual} weights were given")]
    LabelCount {
        /// Name of the label set.
        set: &'static str,
        /// How many labels it has.
        expected: usize,
        /// How many weights were given.
        actual: usize,
    },
}

impl Error {
    /// A name that is none of `expected`.
    pub(crate) fn unknown_name(kind: &'static str, actual: &str, expected: &[&str]) -> Self {
        let actual = actual.chars().take(80).collect();
        Self::UnknownName {
            kind,
            actual,
            expected: expected.join(", "),
        }
    }
}
