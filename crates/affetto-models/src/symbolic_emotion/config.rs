//! What shapes a training; saved with the weights.

use serde::{Deserialize, Serialize};

use crate::Error;

/// The whole configuration of a training. Everything is deterministic: there is no seed.
///
/// The defaults lie in the middle of a plateau: halving or doubling any one of them moved
/// cross-validated four-quadrant accuracy by about a point, which is within its standard error. What a
/// cross-validation reports is measured with `kernel_width` and `ridge` chosen anew inside each
/// training part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SymbolicEmotionConfig {
    /// γ of the Gaussian kernel exp(−γ ‖x − y‖² / n_features), > 0. Larger is more local.
    pub kernel_width: f64,
    /// Weight of the linear kernel x·y / n_features that is added, ≥ 0. It keeps the answer
    /// moving where the music is unlike all examples, as composed music may be.
    pub linear_weight: f64,
    /// How much an example of the other set counts, in 0..=1: 1 makes one set of the two, 0
    /// trains each alone.
    pub set_coupling: f64,
    /// Ridge λ, > 0. Larger is smoother.
    pub ridge: f64,
    /// Weight of each altered copy of a clip, ≥ 0, where the clip itself has 1: windows of 8 and
    /// 15 s, highest line alone, without bass, without dynamics.
    pub copy_weight: f64,
    /// Standardized features are clipped to ± this, > 0, so that one odd feature cannot decide.
    pub clip: f64,
}

impl Default for SymbolicEmotionConfig {
    fn default() -> Self {
        Self {
            kernel_width: 0.5,
            linear_weight: 0.1,
            set_coupling: 0.5,
            ridge: 1.0,
            copy_weight: 0.25,
            clip: 4.0,
        }
    }
}

impl SymbolicEmotionConfig {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the first value outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let positive = [
            ("kernel_width", self.kernel_width),
            ("ridge", self.ridge),
            ("clip", self.clip),
        ];
        let not_negative = [
            ("linear_weight", self.linear_weight),
            ("copy_weight", self.copy_weight),
        ];
        let refuse = |name, value: f64, expected| {
            Err(Error::InvalidSetting {
                name,
                actual: value.to_string(),
                expected,
            })
        };
        for (name, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return refuse(name, value, "a number above 0");
            }
        }
        for (name, value) in not_negative {
            if !(value >= 0.0 && value.is_finite()) {
                return refuse(name, value, "a number of at least 0");
            }
        }
        if !(0.0..=1.0).contains(&self.set_coupling) {
            return refuse("set_coupling", self.set_coupling, "between 0 and 1");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(config: SymbolicEmotionConfig, expected: &str) {
        assert_eq!(config.validate().unwrap_err().to_string(), expected);
    }

    #[test]
    fn ranges_are_checked() {
        let good = SymbolicEmotionConfig::default();
        assert!(good.validate().is_ok());
        check_refused(
            SymbolicEmotionConfig {
                ridge: 0.0,
                ..good.clone()
            },
            "ridge must be a number above 0, but was 0",
        );
        check_refused(
            SymbolicEmotionConfig {
                set_coupling: 1.5,
                ..good.clone()
            },
            "set_coupling must be between 0 and 1, but was 1.5",
        );
        check_refused(
            SymbolicEmotionConfig {
                copy_weight: f64::NAN,
                ..good
            },
            "copy_weight must be a number of at least 0, but was NaN",
        );
    }
}
