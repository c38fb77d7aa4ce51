//! From raw outputs to answers that mean what they say: scaling of logits and of deviations, found
//! on speakers that the network has not heard.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kernel::N_SCORES;
use super::labels::narrow_class;
use super::model::{LOG_VARIANCE, N_NARROW, N_OUTPUTS, N_WIDE};
use crate::metrics::Scaling;
use crate::{Array, Error, WeightsFile};

/// Length of a raw answer: the outputs of the network, then the scores of the kernel machines.
pub(crate) const N_RAW: usize = N_OUTPUTS + N_SCORES;
/// How much the kernel machines may count beside the network's logits.
const KERNEL_WEIGHTS: [f32; 9] = [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0];
/// The share of valence and arousal that the kernel machines may have.
const KERNEL_SHARES: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];

/// What the model says of a stretch of speech.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Answer {
    /// Probabilities of the wide classes.
    pub(crate) wide: [f32; N_WIDE],
    /// Probabilities of the narrow classes.
    pub(crate) narrow: [f32; N_NARROW],
    /// Valence and arousal.
    pub(crate) mean: [f64; 2],
    /// Their standard deviations.
    pub(crate) sd: [f64; 2],
}

/// One recording that was held out of a fit: what it is and the raw outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct HeldOut {
    /// Place of the recording in the corpus.
    pub(crate) index: usize,
    /// The fold, from 0.
    pub(crate) fold: usize,
    /// The wide class.
    pub(crate) class: usize,
    /// The valence and arousal that training goes for.
    pub(crate) point: [f32; 2],
    /// `[N_RAW]`
    pub(crate) outputs: Vec<f32>,
}

/// What raw outputs are changed by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibration {
    wide: Scaling,
    narrow: Scaling,
    sd_scale: [f64; 2],
    /// How much the kernel machines count in the wide and the narrow classes.
    kernel_weight: [f32; 2],
    /// Their share of valence and arousal.
    kernel_share: [f64; 2],
}

impl Calibration {
    /// No change.
    pub(crate) fn identity() -> Self {
        Self {
            wide: Scaling::identity(N_WIDE),
            narrow: Scaling::identity(N_NARROW),
            sd_scale: [1.0; 2],
            kernel_weight: [4.0; 2],
            kernel_share: [0.5; 2],
        }
    }

    /// For each head one temperature (Guo et al. 2017) and the weight of the kernel machines with
    /// the least negative log-likelihood; for each axis the share of the kernel machines with the
    /// least squared error and one factor of the deviations, so that standardized errors have
    /// variance 1.
    pub(crate) fn fit<'a>(held_out: impl Iterator<Item = &'a HeldOut>) -> Self {
        let rows: Vec<&HeldOut> = held_out.collect();
        let narrow: Vec<(&HeldOut, usize)> = rows
            .iter()
            .filter_map(|row| Some((*row, narrow_class(row.class)?)))
            .collect();
        if narrow.is_empty() {
            return Self::identity();
        }
        let wide: Vec<(&HeldOut, usize)> = rows.iter().map(|row| (*row, row.class)).collect();
        let (wide, wide_weight) = fit_head(&wide, wide_logits);
        let (narrow, narrow_weight) = fit_head(&narrow, narrow_logits);
        let mut found = Self {
            wide,
            narrow,
            sd_scale: [1.0; 2],
            kernel_weight: [wide_weight, narrow_weight],
            kernel_share: [0.0; 2],
        };
        for axis in 0..2 {
            let error = |share: f64| -> f64 {
                let errors = rows
                    .iter()
                    .map(|row| mean(&row.outputs, axis, share) - f64::from(row.point[axis]));
                errors.map(|error| error * error).sum()
            };
            let better = |best: f64, next: f64| {
                if error(next) < error(best) {
                    next
                } else {
                    best
                }
            };
            found.kernel_share[axis] = KERNEL_SHARES.into_iter().fold(0.0, better);
        }
        let squares = [0, 1].map(|axis| -> f64 {
            let errors = rows.iter().map(|row| {
                let answer = found.answer(&row.outputs);
                (answer.mean[axis] - f64::from(row.point[axis])) / answer.sd[axis]
            });
            errors.map(|error| error * error).sum()
        });
        let n = rows.len() as f64;
        found.sd_scale = squares.map(|square| (square / n).sqrt().clamp(0.1, 10.0));
        found
    }

    /// The answer of raw outputs.
    ///
    /// # Shapes
    /// - `outputs`: `[N_RAW]`
    pub(crate) fn answer(&self, outputs: &[f32]) -> Answer {
        let mut answer = Answer::default();
        let wide = wide_logits(outputs, self.kernel_weight[0]);
        answer.wide.copy_from_slice(&self.wide.probabilities(&wide));
        let narrow = narrow_logits(outputs, self.kernel_weight[1]);
        answer
            .narrow
            .copy_from_slice(&self.narrow.probabilities(&narrow));
        for axis in 0..2 {
            let log_variance = outputs[N_WIDE + N_NARROW + 2 + axis];
            let log_variance = log_variance.clamp(LOG_VARIANCE.0, LOG_VARIANCE.1);
            answer.mean[axis] = mean(outputs, axis, self.kernel_share[axis]);
            answer.sd[axis] = f64::from(0.5 * log_variance).exp() * self.sd_scale[axis];
        }
        answer
    }

    /// The arrays of a weights file.
    pub(crate) fn arrays(&self) -> Result<BTreeMap<String, Array>, Error> {
        let sd_scale: Vec<f32> = self.sd_scale.iter().map(|&scale| scale as f32).collect();
        let kernel: Vec<f32> = self
            .kernel_weight
            .into_iter()
            .chain(self.kernel_share.map(|share| share as f32))
            .collect();
        let parts = [
            ("calibration.wide.scale", &self.wide.scale),
            ("calibration.wide.shift", &self.wide.shift),
            ("calibration.narrow.scale", &self.narrow.scale),
            ("calibration.narrow.shift", &self.narrow.shift),
            ("calibration.sd_scale", &sd_scale),
            ("calibration.kernel", &kernel),
        ];
        let array = |(name, values): (&str, &Vec<f32>)| {
            Ok((
                name.to_owned(),
                Array::new(vec![values.len()], values.clone())?,
            ))
        };
        parts.into_iter().map(array).collect()
    }

    /// Reads the arrays back.
    pub(crate) fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        let scaling = |head: &str, n: usize| {
            let values = |part: &str| {
                let name = format!("calibration.{head}.{part}");
                weights.values(&name, &[n]).map(<[f32]>::to_vec)
            };
            Ok::<_, Error>(Scaling {
                scale: values("scale")?,
                shift: values("shift")?,
            })
        };
        let sd_scale = weights.values("calibration.sd_scale", &[2])?;
        let kernel = weights.values("calibration.kernel", &[4])?;
        Ok(Self {
            wide: scaling("wide", N_WIDE)?,
            narrow: scaling("narrow", N_NARROW)?,
            sd_scale: [f64::from(sd_scale[0]), f64::from(sd_scale[1])],
            kernel_weight: [kernel[0], kernel[1]],
            kernel_share: [f64::from(kernel[2]), f64::from(kernel[3])],
        })
    }
}

/// The temperature and the weight of the kernel machines of one head.
fn fit_head(
    rows: &[(&HeldOut, usize)],
    logits: impl Fn(&[f32], f32) -> Vec<f32>,
) -> (Scaling, f32) {
    let classes: Vec<usize> = rows.iter().map(|(_, class)| *class).collect();
    let fit = |weight: f32| {
        let logits: Vec<Vec<f32>> = rows
            .iter()
            .map(|(row, _)| logits(&row.outputs, weight))
            .collect();
        let scaling = Scaling::temperature(&logits, &classes);
        let costs = logits.iter().zip(&classes).map(|(logits, &class)| {
            let probability = scaling.probabilities(logits)[class];
            -f64::from(probability.max(1e-9)).ln()
        });
        (costs.sum::<f64>(), scaling, weight)
    };
    let found = KERNEL_WEIGHTS.map(fit);
    let best = found.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or((Scaling::identity(1), 0.0), |(_, scaling, weight)| {
        (scaling, weight)
    })
}

fn wide_logits(outputs: &[f32], weight: f32) -> Vec<f32> {
    let scores = &outputs[N_OUTPUTS..];
    let pairs = outputs[..N_WIDE].iter().zip(scores);
    pairs.map(|(logit, score)| logit + weight * score).collect()
}

fn narrow_logits(outputs: &[f32], weight: f32) -> Vec<f32> {
    let scores = &outputs[N_OUTPUTS + N_WIDE..];
    let pairs = outputs[N_WIDE..N_WIDE + N_NARROW].iter().zip(scores);
    pairs.map(|(logit, score)| logit + weight * score).collect()
}

/// Valence or arousal, with a share of the kernel machines.
fn mean(outputs: &[f32], axis: usize, share: f64) -> f64 {
    let network = f64::from(outputs[N_WIDE + N_NARROW + axis]);
    let kernel = f64::from(outputs[N_OUTPUTS + N_WIDE + N_NARROW + axis]);
    ((1.0 - share) * network + share * kernel).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Outputs that are sure of a class.
    fn outputs(class: usize, sure: f32) -> Vec<f32> {
        let mut outputs = vec![0.0; N_RAW];
        outputs[class] = sure;
        if let Some(narrow) = narrow_class(class) {
            outputs[N_WIDE + narrow] = sure;
        }
        outputs
    }

    #[test]
    fn too_sure_answers_become_as_sure_as_they_are_right() {
        // Angry is said four times and right three times, with a logit of 10.
        let held_out: Vec<HeldOut> = (0..400)
            .map(|index| HeldOut {
                index,
                fold: 0,
                class: if index % 4 == 0 { 3 } else { 4 },
                point: [0.5, 0.0],
                outputs: outputs(4, 10.0),
            })
            .collect();
        let calibration = Calibration::fit(held_out.iter());
        let answer = calibration.answer(&outputs(4, 10.0));
        assert!((answer.narrow[0] - 0.75).abs() < 0.02, "{answer:?}");
        assert!(
            (answer.sd[0] - 0.5).abs() < 0.01 && answer.sd[1] < 0.2,
            "{answer:?}"
        );
    }

    #[test]
    fn answers_are_distributions() {
        let answer = Calibration::identity().answer(&outputs(2, 3.0));
        assert!((answer.wide.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!((answer.narrow.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(Calibration::fit([].iter()), Calibration::identity());
    }
}
