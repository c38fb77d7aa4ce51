//! The configuration of a training: the whole experiment, saved with the weights.

use serde::{Deserialize, Serialize};

use crate::settings::check_settings;
use crate::{Error, FitConfig};

/// How to train the voice model. Same configuration and data, same weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechTrainingConfig {
    /// How the network is fitted.
    pub training: FitConfig,
    /// Sizes of the network.
    pub network: SpeechNetworkConfig,
    /// What is done to a recording before each step.
    pub augmentation: SpeechAugmentationConfig,
    /// Changed copies of each recording that the closed-form machines are fitted to as well; fewer
    /// where a corpus is large; 0..=16.
    pub copies: usize,
    /// Longest part of a recording in one step, in frames of 10 ms; a multiple of 4 in 64..=800.
    pub crop_frames: usize,
    /// Share of the outputs of the last hidden layers that is dropped, in 0..1.
    pub dropout: f64,
    /// Share of a target that is spread over all classes (Szegedy et al. 2016), in 0..1.
    pub label_smoothing: f32,
    /// How often a recording of each corpus is seen in an epoch, by corpus; 1 where it is not
    /// named. Below 1, that share of the recordings is drawn anew in each epoch.
    pub repeats: std::collections::BTreeMap<String, f64>,
    /// Corpora whose speakers are too few to measure on: always trained on, never held out.
    pub never_held_out: Vec<String>,
    /// Number of folds by speaker, 2..=20.
    pub n_folds: usize,
}

/// Sizes of the network, see `model.rs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechNetworkConfig {
    /// Channels of the three two-dimensional convolutions, each in 1..=256.
    pub stem: [usize; 3],
    /// Width of the sequence at 25 Hz, in 8..=512.
    pub width: usize,
    /// Distance of the neighbors that each residual block sees, in steps of 40 ms; 1..=16 each,
    /// at most 8 blocks.
    pub dilations: Vec<usize>,
    /// Width of the branch that sees the statistics of the whole utterance, in 8..=512.
    pub statistics: usize,
    /// Width of the last hidden layer, in 8..=512.
    pub hidden: usize,
}

/// What is done to a recording before each step, on its mel frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechAugmentationConfig {
    /// Largest change of tempo, as a share in 0..=0.5.
    pub tempo: f32,
    /// Largest change of all frequencies (vocal tract length and pitch; Jaitly & Hinton 2013), as
    /// a share in 0..=0.5.
    pub frequency: f32,
    /// Standard deviation of the random equalizer, in nepers of power, 0..=4.
    pub equalizer: f32,
    /// Chance that steady noise is added, in 0..=1.
    pub noise: f64,
    /// Widest band that is hidden (SpecAugment, Park et al. 2019), in mel bands, at most 32.
    pub mask_bands: usize,
    /// Longest stretch that is hidden, in frames, at most 100.
    pub mask_frames: usize,
    /// Chance that a recording is mixed with another (mixup, Zhang et al. 2018), in 0..=1.
    pub mixup: f64,
}

impl Default for SpeechTrainingConfig {
    fn default() -> Self {
        Self {
            training: FitConfig {
                seed: 1,
                n_epochs: 2,
                batch_size: 32,
                learning_rate: 3e-3,
                warmup: 0.15,
                last_rate: 0.01,
                weight_decay: 0.03,
                clip_norm: 2.0,
                patience: 0,
                average: 0.97,
                n_shards: 1,
            },
            network: SpeechNetworkConfig::default(),
            augmentation: SpeechAugmentationConfig::default(),
            copies: 2,
            crop_frames: 160,
            dropout: 0.1,
            label_smoothing: 0.05,
            repeats: [
                ("tess".to_owned(), 0.05),
                ("emodb".to_owned(), 1.0),
                ("nemo".to_owned(), 0.2),
            ]
            .into(),
            never_held_out: vec!["tess".to_owned()],
            n_folds: 5,
        }
    }
}

impl Default for SpeechNetworkConfig {
    fn default() -> Self {
        Self {
            stem: [8, 16, 24],
            width: 64,
            dilations: vec![1, 2],
            statistics: 128,
            hidden: 128,
        }
    }
}

impl Default for SpeechAugmentationConfig {
    fn default() -> Self {
        Self {
            tempo: 0.1,
            frequency: 0.08,
            equalizer: 0.15,
            noise: 0.1,
            mask_bands: 6,
            mask_frames: 12,
            mixup: 0.0,
        }
    }
}

impl SpeechTrainingConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        self.training.validate()?;
        self.network.validate()?;
        self.augmentation.validate()?;
        let crop = self.crop_frames;
        let smoothing = self.label_smoothing;
        let repeats: Vec<f64> = self.repeats.values().copied().collect();
        check_settings([
            (
                (64..=800).contains(&crop) && crop.is_multiple_of(4),
                "crop frames",
                crop.to_string(),
                "a multiple of 4 in 64..=800",
            ),
            (
                self.copies <= 16,
                "copies",
                self.copies.to_string(),
                "0..=16",
            ),
            (
                (0.0..1.0).contains(&self.dropout),
                "dropout",
                self.dropout.to_string(),
                "in 0..1",
            ),
            (
                (0.0..1.0).contains(&smoothing),
                "label smoothing",
                smoothing.to_string(),
                "in 0..1",
            ),
            (
                repeats.iter().all(|repeat| (0.0..=10.0).contains(repeat)),
                "repeats",
                format!("{repeats:?}"),
                "0..=10 each",
            ),
            (
                (2..=20).contains(&self.n_folds),
                "folds",
                self.n_folds.to_string(),
                "2..=20",
            ),
        ])
    }
}

impl SpeechNetworkConfig {
    /// Checks every size, also of a network read from a file.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let width = |value: usize| (8..=512).contains(&value);
        check_settings([
            (
                self.stem.iter().all(|n| (1..=256).contains(n)),
                "stem channels",
                format!("{:?}", self.stem),
                "1..=256 each",
            ),
            (
                width(self.width),
                "width",
                self.width.to_string(),
                "8..=512",
            ),
            (
                self.dilations.len() <= 8 && self.dilations.iter().all(|d| (1..=16).contains(d)),
                "dilations",
                format!("{:?}", self.dilations),
                "at most 8, 1..=16 each",
            ),
            (
                width(self.statistics),
                "statistics width",
                self.statistics.to_string(),
                "8..=512",
            ),
            (
                width(self.hidden),
                "hidden width",
                self.hidden.to_string(),
                "8..=512",
            ),
        ])
    }
}

impl SpeechAugmentationConfig {
    fn validate(&self) -> Result<(), Error> {
        let half = |value: f32| (0.0..=0.5).contains(&value);
        let chance = |value: f64| (0.0..=1.0).contains(&value);
        check_settings([
            (half(self.tempo), "tempo", self.tempo.to_string(), "0..=0.5"),
            (
                half(self.frequency),
                "frequency",
                self.frequency.to_string(),
                "0..=0.5",
            ),
            (
                (0.0..=4.0).contains(&self.equalizer),
                "equalizer",
                self.equalizer.to_string(),
                "0..=4",
            ),
            (chance(self.noise), "noise", self.noise.to_string(), "0..=1"),
            (
                self.mask_bands <= 32,
                "mask bands",
                self.mask_bands.to_string(),
                "at most 32",
            ),
            (
                self.mask_frames <= 100,
                "mask frames",
                self.mask_frames.to_string(),
                "at most 100",
            ),
            (chance(self.mixup), "mixup", self.mixup.to_string(), "0..=1"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut SpeechTrainingConfig), expected: &str) {
        let mut config = SpeechTrainingConfig::default();
        change(&mut config);
        assert_eq!(config.validate().unwrap_err().to_string(), expected);
    }

    #[test]
    fn settings_outside_their_range_are_named() {
        assert!(SpeechTrainingConfig::default().validate().is_ok());
        check(
            |c| c.crop_frames = 255,
            "crop frames must be a multiple of 4 in 64..=800, but was 255",
        );
        check(|c| c.dropout = 1.0, "dropout must be in 0..1, but was 1");
        check(|c| c.n_folds = 1, "folds must be 2..=20, but was 1");
        check(
            |c| c.network.width = 100_000,
            "width must be 8..=512, but was 100000",
        );
        check(
            |c| c.network.dilations = vec![0],
            "dilations must be at most 8, 1..=16 each, but was [0]",
        );
        check(
            |c| c.augmentation.mixup = f64::NAN,
            "mixup must be 0..=1, but was NaN",
        );
    }

    #[test]
    fn configuration_is_a_file() {
        let text = serde_json::to_string(&SpeechTrainingConfig::default()).unwrap();
        let again: SpeechTrainingConfig = serde_json::from_str(&text).unwrap();
        assert_eq!(again, SpeechTrainingConfig::default());
        assert!(serde_json::from_str::<SpeechTrainingConfig>("{\"width\": 3}").is_err());
    }
}
