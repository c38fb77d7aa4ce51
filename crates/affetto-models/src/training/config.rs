//! What every training by gradient descent is told.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::settings::check_settings;

/// How a network is fitted. Each task keeps one in its own configuration, under `training`.
///
/// The same configuration, data and device give the same weights, whatever the number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FitConfig {
    /// Seed of the first weights, the order of the items and everything drawn in a step.
    pub seed: u64,
    /// Passes over the items, 1..=10000.
    pub n_epochs: usize,
    /// Items in one step, 1..=65536.
    pub batch_size: usize,
    /// Learning rate at its highest, above 0 and at most 1.
    pub learning_rate: f64,
    /// Share of all steps in which the rate rises from 0, in 0..1.
    pub warmup: f64,
    /// Share of the highest rate that is left at the end of the cosine, in 0..=1.
    pub last_rate: f64,
    /// Decoupled weight decay of AdamW (Loshchilov & Hutter 2019), in 0..=1.
    pub weight_decay: f32,
    /// Gradients longer than this are shortened to it (Pascanu et al. 2013); 0 leaves them as
    /// they are.
    pub clip_norm: f32,
    /// Epochs without a better validation after which the fit stops; 0 never stops early.
    pub patience: usize,
    /// Decay of the moving average of the weights that is validated and returned, in 0..1; 0
    /// takes the weights as they are.
    pub average: f64,
    /// Parts that a batch is cut into, 1..=64, each with a replica of the network whose gradients
    /// are averaged. Batch normalization sees one part at a time.
    pub n_shards: usize,
}

impl Default for FitConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            n_epochs: 20,
            batch_size: 64,
            learning_rate: 1e-3,
            warmup: 0.05,
            last_rate: 0.01,
            weight_decay: 0.01,
            clip_norm: 1.0,
            patience: 0,
            average: 0.0,
            n_shards: 1,
        }
    }
}

impl FitConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let share = |value: f64| (0.0..1.0).contains(&value);
        let rate = self.learning_rate;
        check_settings([
            (
                (1..=10_000).contains(&self.n_epochs),
                "epochs",
                self.n_epochs.to_string(),
                "1..=10000",
            ),
            (
                (1..=65_536).contains(&self.batch_size),
                "batch size",
                self.batch_size.to_string(),
                "1..=65536",
            ),
            (
                rate > 0.0 && rate <= 1.0,
                "learning rate",
                rate.to_string(),
                "above 0, at most 1",
            ),
            (
                share(self.warmup),
                "warmup",
                self.warmup.to_string(),
                "in 0..1",
            ),
            (
                (0.0..=1.0).contains(&self.last_rate),
                "last rate",
                self.last_rate.to_string(),
                "in 0..=1",
            ),
            (
                (0.0..=1.0).contains(&self.weight_decay),
                "weight decay",
                self.weight_decay.to_string(),
                "in 0..=1",
            ),
            (
                self.clip_norm >= 0.0 && self.clip_norm.is_finite(),
                "clip norm",
                self.clip_norm.to_string(),
                "0 or more",
            ),
            (
                share(self.average),
                "average",
                self.average.to_string(),
                "in 0..1",
            ),
            (
                (1..=64).contains(&self.n_shards),
                "shards",
                self.n_shards.to_string(),
                "1..=64",
            ),
        ])
    }

    /// The learning rate of a step, from the share of all steps that are done before it and with
    /// it: a straight rise, then a cosine (Loshchilov & Hutter 2017).
    pub(crate) fn rate(&self, before: f64, with: f64) -> f64 {
        if before < self.warmup {
            return self.learning_rate * (with / self.warmup).min(1.0);
        }
        let share = (before - self.warmup) / (1.0 - self.warmup);
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * share.clamp(0.0, 1.0)).cos());
        self.learning_rate * (self.last_rate + (1.0 - self.last_rate) * cosine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut FitConfig), expected: &str) {
        let mut config = FitConfig::default();
        change(&mut config);
        let error = config.validate().unwrap_err().to_string();
        assert_eq!(error, expected);
    }

    #[test]
    fn settings_outside_their_range_are_named() {
        assert!(FitConfig::default().validate().is_ok());
        check(|c| c.n_epochs = 0, "epochs must be 1..=10000, but was 0");
        check(
            |c| c.batch_size = 0,
            "batch size must be 1..=65536, but was 0",
        );
        check(
            |c| c.learning_rate = f64::NAN,
            "learning rate must be above 0, at most 1, but was NaN",
        );
        check(|c| c.warmup = 1.0, "warmup must be in 0..1, but was 1");
        check(
            |c| c.last_rate = -0.5,
            "last rate must be in 0..=1, but was -0.5",
        );
        check(
            |c| c.weight_decay = 2.0,
            "weight decay must be in 0..=1, but was 2",
        );
        check(
            |c| c.clip_norm = f32::INFINITY,
            "clip norm must be 0 or more, but was inf",
        );
        check(|c| c.average = 1.0, "average must be in 0..1, but was 1");
        check(|c| c.n_shards = 65, "shards must be 1..=64, but was 65");
    }

    #[test]
    fn rate_rises_then_falls() {
        let config = FitConfig {
            learning_rate: 1.0,
            warmup: 0.1,
            last_rate: 0.2,
            ..FitConfig::default()
        };
        assert!((config.rate(0.0, 0.05) - 0.5).abs() < 1e-12);
        assert!((config.rate(0.1, 0.11) - 1.0).abs() < 1e-12);
        assert!((config.rate(0.55, 0.56) - 0.6).abs() < 1e-12);
        assert!((config.rate(1.0, 1.0) - 0.2).abs() < 1e-12);
    }
}
