//! The configuration of the training on top of the encoder.

use serde::{Deserialize, Serialize};

use crate::settings::check_settings;
use crate::{Error, FitConfig};

/// How to fine-tune the last layers of the encoder. Same configuration and data, same weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TunedTrainingConfig {
    /// The descent itself.
    pub training: FitConfig,
    /// Layers that are fine-tuned, counted from the last, 1..=6; each is 3.5 MB of weights.
    pub n_tuned: usize,
    /// Width of the hidden layer before the heads, 1..=1024.
    pub n_hidden: usize,
    /// Tokens of a text that are trained on, 8..=128; the rest is cut.
    pub max_tokens: usize,
    /// Share of the tokens that is hidden at each step, in 0..1.
    pub token_dropout: f64,
    /// Share of the hidden units that is dropped at each step, in 0..1.
    pub hidden_dropout: f64,
    /// Share of the sentences made from lexicon words that is kept, in 0..=1.
    pub made_share: f64,
    /// Share of GoEmotions', dair-ai's and the other texts that is kept, in 0..=1; EmoBank's are
    /// all kept. The rest costs time and tells little more.
    pub text_share: f64,
    /// Share of them that an epoch sees, in 0..=1; EmoBank's are all seen.
    pub epoch_share: f64,
    /// Times that an epoch sees each of EmoBank's texts, 1..=16: they are few.
    pub emobank_repeats: usize,
}

impl Default for TunedTrainingConfig {
    fn default() -> Self {
        Self {
            training: FitConfig {
                seed: 1,
                n_epochs: 1,
                batch_size: 32,
                learning_rate: 3e-4,
                warmup: 0.06,
                last_rate: 0.02,
                weight_decay: 0.01,
                clip_norm: 1.0,
                patience: 0,
                average: 0.99,
                n_shards: 1,
            },
            n_tuned: 2,
            n_hidden: 256,
            max_tokens: 40,
            token_dropout: 0.1,
            hidden_dropout: 0.2,
            made_share: 0.25,
            text_share: 0.6,
            epoch_share: 0.25,
            emobank_repeats: 2,
        }
    }
}

impl TunedTrainingConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        self.training.validate()?;
        let share = |value: f64| (0.0..1.0).contains(&value);
        let (token, hidden) = (self.token_dropout, self.hidden_dropout);
        check_settings([
            (
                (1..=6).contains(&self.n_tuned),
                "tuned layers",
                self.n_tuned.to_string(),
                "1..=6",
            ),
            (
                (1..=1024).contains(&self.n_hidden),
                "hidden width",
                self.n_hidden.to_string(),
                "1..=1024",
            ),
            (
                (8..=128).contains(&self.max_tokens),
                "tokens",
                self.max_tokens.to_string(),
                "8..=128",
            ),
            (share(token), "token dropout", token.to_string(), "in 0..1"),
            (
                share(hidden),
                "hidden dropout",
                hidden.to_string(),
                "in 0..1",
            ),
            (
                (0.0..=1.0).contains(&self.made_share),
                "share of made sentences",
                self.made_share.to_string(),
                "in 0..=1",
            ),
            (
                (0.0..=1.0).contains(&self.text_share),
                "share of texts",
                self.text_share.to_string(),
                "in 0..=1",
            ),
            (
                (0.0..=1.0).contains(&self.epoch_share),
                "share of an epoch",
                self.epoch_share.to_string(),
                "in 0..=1",
            ),
            (
                (1..=16).contains(&self.emobank_repeats),
                "repeats of EmoBank",
                self.emobank_repeats.to_string(),
                "1..=16",
            ),
        ])
    }
}
