//! The configuration of the training on top of the encoder.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::settings::check_settings;
use crate::{Error, FitConfig};

/// What the fine-tuning starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TunedStart {
    /// The layers of the encoder as they were published, and heads that know nothing.
    Published,
    /// The layers and heads that ship: a further pass over more data.
    Shipped,
}

/// How to fine-tune the last layers of the encoder. Same configuration and data, same weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TunedTrainingConfig {
    /// The descent itself.
    pub training: FitConfig,
    /// What it starts from. Default: as published.
    pub start: TunedStart,
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
    /// Share of GoEmotions' texts that is kept, in 0..=1.
    pub goemotions_share: f64,
    /// Share of dair-ai's texts that is kept, in 0..=1.
    pub dair_share: f64,
    /// Share of the lexicons' words and of SemEval's texts that is kept, in 0..=1; EmoBank's texts
    /// and the mood phrases are all kept. The rest costs time and tells little more.
    pub text_share: f64,
    /// Share that an epoch sees of GoEmotions', the lexicons' and SemEval's, in 0..=1.
    pub epoch_share: f64,
    /// Times that an epoch sees each of EmoBank's texts, 1..=16: they are few.
    pub emobank_repeats: usize,
    /// Times that an epoch sees each of dair-ai's texts, 1..=16.
    pub dair_repeats: usize,
    /// Most mood phrases of our own that are trained on, from the start of the table.
    pub n_moods: usize,
    /// Times that an epoch sees each mood phrase, 1..=16; its variants are seen once.
    pub mood_repeats: usize,
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
            start: TunedStart::Published,
            n_tuned: 2,
            n_hidden: 256,
            max_tokens: 40,
            token_dropout: 0.1,
            hidden_dropout: 0.2,
            made_share: 0.25,
            goemotions_share: 0.0,
            dair_share: 1.0,
            text_share: 0.5,
            epoch_share: 0.5,
            emobank_repeats: 1,
            dair_repeats: 2,
            n_moods: 10_000,
            mood_repeats: 3,
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
        let count = |name, value: usize, range: RangeInclusive<usize>, expected| {
            (range.contains(&value), name, value.to_string(), expected)
        };
        let share = |name, value: f64| {
            let sound = (0.0..=1.0).contains(&value);
            (sound, name, value.to_string(), "in 0..=1")
        };
        let dropout = |name, value: f64| {
            let sound = (0.0..1.0).contains(&value);
            (sound, name, value.to_string(), "in 0..1")
        };
        check_settings([
            count("tuned layers", self.n_tuned, 1..=6, "1..=6"),
            count("hidden width", self.n_hidden, 1..=1024, "1..=1024"),
            count("tokens", self.max_tokens, 8..=128, "8..=128"),
            dropout("token dropout", self.token_dropout),
            dropout("hidden dropout", self.hidden_dropout),
            share("share of made sentences", self.made_share),
            share("share of GoEmotions", self.goemotions_share),
            share("share of dair-ai", self.dair_share),
            share("share of texts", self.text_share),
            share("share of an epoch", self.epoch_share),
            count("repeats of EmoBank", self.emobank_repeats, 1..=16, "1..=16"),
            count("repeats of dair-ai", self.dair_repeats, 1..=16, "1..=16"),
            count("repeats of moods", self.mood_repeats, 1..=16, "1..=16"),
        ])
    }
}
