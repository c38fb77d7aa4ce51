//! What a training of the face model is told.

use serde::{Deserialize, Serialize};

use crate::settings::check_settings;
use crate::{Error, FitConfig};

/// The whole configuration of a training; stored in the weights file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaceTrainingConfig {
    /// The loop: seed, epochs, rates.
    pub training: FitConfig,
    /// Channels of each stage; the first looks at every second pixel, each other halves again.
    pub widths: Vec<usize>,
    /// Residual blocks of each stage, 0..=8; only the first stage may have none.
    pub n_blocks: Vec<usize>,
    /// Share of the pooled features that is left out in each step, in 0..1.
    pub dropout: f64,
    /// Share of the raters' distribution in the target of the seven classes, in 0..=1: FER-2013
    /// has one label an image, and it agrees with the raters of FER+ on 65 % of the images only.
    pub rater_share: f32,
    /// Share spread over all classes, in 0..1 (label smoothing, Szegedy et al. 2016).
    pub smoothing: f32,
    /// How much the eight classes of FER+ count beside the seven, in 0..=10.
    pub eight_weight: f32,
    /// Side of the faces by share of the training that is over: small ones first are cheap and
    /// teach the coarse features (progressive resizing). Ascending shares, the first 0.
    pub sides: Vec<(f64, usize)>,
    /// What is done to each face.
    pub augmentation: Augmentation,
}

/// What is done to each face anew in each epoch, besides the mirror.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Turned by up to this many degrees either way, 0..=90.
    pub rotation_deg: f32,
    /// Larger or smaller by up to this factor, 1..=2.
    pub zoom: f32,
    /// Shifted by up to this many of 48 pixels in each direction, 0..=24.
    pub shift: f32,
    /// Gray values raised to a power up to this or its inverse, 1..=4.
    pub gamma: f32,
    /// Share of the faces of which a part is covered, in 0..=1.
    pub cutout_share: f32,
    /// Longest side of the covered part as a share of the face, in 0..=1.
    pub cutout_size: f32,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self {
            rotation_deg: 12.0,
            zoom: 1.15,
            shift: 3.0,
            gamma: 1.4,
            cutout_share: 0.4,
            cutout_size: 0.4,
        }
    }
}

impl Default for FaceTrainingConfig {
    fn default() -> Self {
        Self {
            training: FitConfig {
                seed: 1,
                n_epochs: 42,
                batch_size: 64,
                learning_rate: 3e-3,
                warmup: 0.1,
                last_rate: 0.005,
                weight_decay: 0.02,
                clip_norm: 2.0,
                patience: 0,
                average: 0.998,
                n_shards: 1,
            },
            widths: vec![32, 64, 128, 256],
            n_blocks: vec![0, 1, 1, 1],
            dropout: 0.2,
            rater_share: 0.3,
            smoothing: 0.05,
            eight_weight: 0.7,
            sides: vec![(0.0, 32), (0.4, 40), (0.7, 48)],
            augmentation: Augmentation::default(),
        }
    }
}

impl FaceTrainingConfig {
    /// The side of the faces in an epoch (from 1).
    pub(crate) fn side(&self, epoch: usize) -> usize {
        let over = (epoch - 1) as f64 / self.training.n_epochs as f64;
        let reached = self
            .sides
            .iter()
            .rev()
            .find(|(share, _)| *share <= over + 1e-9);
        reached.map_or(super::data::SIDE, |(_, side)| *side)
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        self.training.validate()?;
        let a = &self.augmentation;
        let n_blocks_fit = self.n_blocks.len() == self.widths.len()
            && self.n_blocks.iter().all(|n| *n <= 8)
            && self.n_blocks.iter().skip(1).all(|n| *n > 0);
        let sides_fit = self.sides.first().is_some_and(|(share, _)| *share == 0.0)
            && self.sides.is_sorted_by(|a, b| a.0 < b.0)
            && self.sides.iter().all(|(_, side)| (16..=96).contains(side));
        let widths_fit = (1..=6).contains(&self.widths.len())
            && self.widths.iter().all(|w| (4..=1024).contains(w));
        check_settings([
            (
                widths_fit,
                "widths",
                format!("{:?}", self.widths),
                "1 to 6 numbers in 4..=1024",
            ),
            (
                n_blocks_fit,
                "blocks",
                format!("{:?}", self.n_blocks),
                "one number a width in 0..=8, only the first 0",
            ),
            (
                sides_fit,
                "sides",
                format!("{:?}", self.sides),
                "ascending shares from 0, sides in 16..=96",
            ),
            (
                (0.0..1.0).contains(&self.dropout),
                "dropout",
                self.dropout.to_string(),
                "in 0..1",
            ),
            (
                (0.0..=1.0).contains(&self.rater_share),
                "rater share",
                self.rater_share.to_string(),
                "in 0..=1",
            ),
            (
                (0.0..1.0).contains(&self.smoothing),
                "smoothing",
                self.smoothing.to_string(),
                "in 0..1",
            ),
            (
                (0.0..=10.0).contains(&self.eight_weight),
                "weight of eight classes",
                self.eight_weight.to_string(),
                "in 0..=10",
            ),
            (
                (0.0..=90.0).contains(&a.rotation_deg),
                "rotation",
                a.rotation_deg.to_string(),
                "in 0..=90",
            ),
            (
                (1.0..=2.0).contains(&a.zoom),
                "zoom",
                a.zoom.to_string(),
                "in 1..=2",
            ),
            (
                (0.0..=24.0).contains(&a.shift),
                "shift",
                a.shift.to_string(),
                "in 0..=24",
            ),
            (
                (1.0..=4.0).contains(&a.gamma),
                "gamma",
                a.gamma.to_string(),
                "in 1..=4",
            ),
            (
                (0.0..=1.0).contains(&a.cutout_share),
                "cutout share",
                a.cutout_share.to_string(),
                "in 0..=1",
            ),
            (
                (0.0..=1.0).contains(&a.cutout_size),
                "cutout size",
                a.cutout_size.to_string(),
                "in 0..=1",
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_grow() {
        let config = FaceTrainingConfig::default();
        let sides: Vec<usize> = (1..=42).map(|epoch| config.side(epoch)).collect();
        assert_eq!(
            (sides[0], sides[16], sides[17], sides[41]),
            (32, 32, 40, 48)
        );
        assert!(sides.is_sorted());
    }

    #[track_caller]
    fn check(config: FaceTrainingConfig, expected: &str) {
        let actual = config
            .validate()
            .map_or_else(|error| error.to_string(), |()| "fine".into());
        assert_eq!(actual, expected);
    }

    #[test]
    fn settings_are_checked() {
        let fine = FaceTrainingConfig::default;
        check(fine(), "fine");
        check(
            FaceTrainingConfig {
                dropout: 1.0,
                ..fine()
            },
            "dropout must be in 0..1, but was 1",
        );
        check(
            FaceTrainingConfig {
                widths: vec![],
                ..fine()
            },
            "widths must be 1 to 6 numbers in 4..=1024, but was []",
        );
        check(
            FaceTrainingConfig {
                sides: vec![(0.5, 48)],
                ..fine()
            },
            "sides must be ascending shares from 0, sides in 16..=96, but was [(0.5, 48)]",
        );
    }
}
