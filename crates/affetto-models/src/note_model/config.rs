//! Size of the note model and settings of its training.

use serde::{Deserialize, Serialize};

use crate::settings::check_settings;
use crate::{Error, FitConfig};

/// Size of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoteModelConfig {
    /// Layers, 1..=24.
    pub n_layers: usize,
    /// Width of the states, 8..=1024; a multiple of `2 n_heads`.
    pub width: usize,
    /// Attention heads, 1..=16.
    pub n_heads: usize,
    /// Width between the two products of a layer's feed-forward part, 8..=4096.
    pub feed_width: usize,
    /// Symbols that are seen at once, 16..=4096.
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
    /// Checks every number.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let count =
            |name, value: usize, sound: bool, expected| (sound, name, value.to_string(), expected);
        let pairs = 2 * self.n_heads.max(1);
        check_settings([
            count(
                "layers",
                self.n_layers,
                (1..=24).contains(&self.n_layers),
                "1..=24",
            ),
            count(
                "heads",
                self.n_heads,
                (1..=16).contains(&self.n_heads),
                "1..=16",
            ),
            count(
                "width",
                self.width,
                (8..=1024).contains(&self.width) && self.width.is_multiple_of(pairs),
                "8..=1024 and a multiple of twice the heads",
            ),
            count(
                "width of the feed-forward part",
                self.feed_width,
                (8..=4096).contains(&self.feed_width),
                "8..=4096",
            ),
            count(
                "context",
                self.context,
                (16..=4096).contains(&self.context),
                "16..=4096",
            ),
        ])
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
        self.model.validate()?;
        self.training.validate()?;
        let share = |name, value: f64| {
            let sound = (0.0..1.0).contains(&value);
            (sound, name, value.to_string(), "in 0..1")
        };
        let windows = (1..=1_000_000).contains(&self.n_windows);
        let validation = (1..=4096).contains(&self.n_validation);
        check_settings([
            (
                windows,
                "windows",
                self.n_windows.to_string(),
                "1..=1000000",
            ),
            (
                validation,
                "validation windows",
                self.n_validation.to_string(),
                "1..=4096",
            ),
            share("dropout", self.dropout),
            share("unconditional share", self.unconditional),
        ])
    }
}
