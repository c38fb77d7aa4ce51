//! Size of the note model and settings of its training.

use serde::{Deserialize, Serialize};

use super::NoteShape;
use crate::settings::{check_settings, count};
use crate::{Error, FitConfig};

/// Size of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoteModelConfig {
    /// Layers, 1..=16.
    pub n_layers: usize,
    /// Width of the states, 4..=1024; a multiple of `2 n_heads`.
    pub width: usize,
    /// Attention heads, 1..=16.
    pub n_heads: usize,
    /// Width between the two products of a layer's feed-forward part, 1..=4096.
    pub feed_width: usize,
    /// Symbols that are seen at once, 2..=4096.
    pub context: usize,
}

impl Default for NoteModelConfig {
    /// The size that a processor trains in hours: 2.6 million parameters.
    fn default() -> Self {
        Self {
            n_layers: 5,
            width: 192,
            n_heads: 4,
            feed_width: 768,
            context: 384,
        }
    }
}

impl NoteModelConfig {
    /// The shape of the network for a vocabulary and a condition.
    #[must_use]
    pub fn shape(&self, n_vocabulary: usize, n_condition: usize) -> NoteShape {
        NoteShape {
            n_layers: self.n_layers,
            width: self.width,
            n_heads: self.n_heads,
            feed_width: self.feed_width,
            n_vocabulary,
            n_condition,
            context: self.context,
        }
    }
}

/// What `affetto train notes` is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoteTrainingConfig {
    /// Size of the network.
    pub model: NoteModelConfig,
    /// The descent itself; an epoch is `n_windows` windows, its items.
    pub training: FitConfig,
    /// Windows of one epoch, 1..=1000000: stretches of `context` symbols that begin with a bar.
    pub n_windows: usize,
    /// Windows of the held-out songs that validate, 1..=4096.
    pub n_validation: usize,
    /// Share of the states that is dropped after each part of a layer, in 0..1.
    pub dropout: f64,
    /// Share of the windows whose whole condition is hidden, in 0..1.
    pub unconditional: f64,
}

impl Default for NoteTrainingConfig {
    fn default() -> Self {
        Self {
            model: NoteModelConfig::default(),
            training: FitConfig {
                seed: 1,
                n_epochs: 20,
                batch_size: 8,
                learning_rate: 1.5e-3,
                warmup: 0.03,
                last_rate: 0.03,
                weight_decay: 0.05,
                clip_norm: 1.0,
                patience: 4,
                average: 0.995,
                n_shards: 1,
            },
            n_windows: 1000,
            n_validation: 48,
            dropout: 0.0,
            unconditional: 0.1,
        }
    }
}

impl NoteTrainingConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        self.model.shape(2, 1).validate()?;
        self.training.validate()?;
        let share = |name, value: f64| {
            let sound = (0.0..1.0).contains(&value);
            (sound, name, value.to_string(), "in 0..1")
        };
        check_settings([
            count("windows", self.n_windows, 1..=1_000_000, "1..=1000000"),
            count(
                "validation windows",
                self.n_validation,
                1..=4_096,
                "1..=4096",
            ),
            share("dropout", self.dropout),
            share("unconditional share", self.unconditional),
        ])
    }
}
