//! The configuration of a training: the whole experiment, saved with the weights.

use serde::{Deserialize, Serialize};

use crate::settings::check_settings;
use crate::{Error, FitConfig};

/// How to train the text model. Same configuration and data, same weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextTrainingConfig {
    /// How the network is fitted, seed included.
    pub training: FitConfig,
    /// Share of the n-grams of a text that is hidden at each step, in 0..1. Default 0.4.
    pub feature_dropout: f64,
    /// Share of the hidden units that is dropped at each step, in 0..1. Default 0.4.
    pub hidden_dropout: f64,
    /// Most mood phrases of our own that are trained on, from the start of the table.
    pub n_moods: usize,
    /// Width of an embedding.
    pub n_embedding: usize,
    /// Width of the hidden layer.
    pub n_hidden: usize,
    /// Most rows for single words, pairs, triples, pairs with a gap, and character n-grams.
    pub rows_by_kind: [usize; 5],
}

impl Default for TextTrainingConfig {
    fn default() -> Self {
        Self {
            training: FitConfig {
                seed: 1,
                n_epochs: 5,
                batch_size: 256,
                learning_rate: 0.005,
                warmup: 0.0,
                last_rate: 0.05,
                weight_decay: 0.03,
                clip_norm: 0.0,
                ..FitConfig::default()
            },
            feature_dropout: 0.4,
            hidden_dropout: 0.4,
            n_moods: 10_000,
            n_embedding: 32,
            n_hidden: 128,
            rows_by_kind: [20_000, 13_000, 2_500, 2_500, 7_000],
        }
    }
}

impl TextTrainingConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        self.training.validate()?;
        let share = |value: f64| (0.0..1.0).contains(&value);
        let (feature, hidden) = (self.feature_dropout, self.hidden_dropout);
        let rows: usize = self
            .rows_by_kind
            .iter()
            .fold(0, |sum, &n| sum.saturating_add(n));
        check_settings([
            (
                share(feature),
                "feature dropout",
                feature.to_string(),
                "in 0..1",
            ),
            (
                share(hidden),
                "hidden dropout",
                hidden.to_string(),
                "in 0..1",
            ),
            (
                (1..=256).contains(&self.n_embedding),
                "embedding width",
                self.n_embedding.to_string(),
                "1..=256",
            ),
            (
                (1..=1024).contains(&self.n_hidden),
                "hidden width",
                self.n_hidden.to_string(),
                "1..=1024",
            ),
            (
                (1..=500_000).contains(&rows),
                "rows",
                rows.to_string(),
                "1..=500000 in all",
            ),
        ])
    }
}
