//! What the encoder and the n-gram model say together, and how it is calibrated.
//!
//! Valence and arousal are means of both, labels means of their logits (a product of experts,
//! Hinton 2002). The shares are chosen on rows that neither was trained on. Of a text that the
//! encoder has no words for (emoji), the n-gram model speaks; of one without known n-grams, the
//! encoder.

use std::collections::BTreeMap;

use super::super::data::N_GOEMOTIONS;
use super::super::inference::label_arousal;
use super::super::model::{DAIR_OUTPUTS, LOG_VARIANCE};
use crate::metrics::{
    argmax, binary_calibration_error, expected_calibration_error, f1, pearson, reliability, softmax,
};
use crate::{Array, Error, WeightsFile};

/// Thresholds that are tried for each label.
const THRESHOLDS: std::ops::Range<u8> = 2..90;
/// One step of the thresholds that are tried.
const THRESHOLD_STEP: f32 = 0.01;
/// Shares that are tried: so many steps from 0 to 1.
const SHARES: u8 = 20;

/// Correlation that a smaller share of the encoder may cost.
const SPARE_CORRELATION: f64 = 0.01;

/// How the two models are mixed and scaled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mixing {
    /// The encoder's share in valence, arousal, GoEmotions' and dair-ai's labels, in 0..=1.
    share: [f32; 4],
    /// How much the labels' points count in arousal, in 0..=1.
    label_share: f32,
    /// Factor of each standard deviation.
    sd_scale: [f32; 2],
    /// Factor and summand of the labels' logits (Platt 1999).
    label_scale: [f32; 2],
    /// Factor of the logits of dair-ai's labels (temperature scaling, Guo et al. 2017).
    dair_scale: f32,
    /// The probability from which each label applies.
    pub(super) thresholds: Vec<f32>,
}

/// What both models say of one text.
pub(super) struct Said {
    /// Outputs of the encoder's heads.
    pub(super) encoder: Vec<f32>,
    /// Outputs of the n-gram model, where it knows an n-gram.
    pub(super) ngrams: Option<Vec<f32>>,
    /// Share of the tokens that the encoder has words for, in 0..=1.
    pub(super) known: f32,
}

/// The mixture for one text.
pub(in crate::text_emotion) struct Mixed {
    pub(in crate::text_emotion) mean: [f64; 2],
    /// Calibrated standard deviations.
    pub(in crate::text_emotion) sd: [f64; 2],
    /// Probabilities of the labels, independent of each other.
    pub(in crate::text_emotion) goemotions: Vec<f32>,
    /// Probabilities of dair-ai's labels, which sum to 1.
    pub(in crate::text_emotion) dair: Vec<f32>,
}

/// Whether the encoder has learnt the labels.
#[derive(Debug, Clone, Copy)]
pub(super) enum LabelHead<'a> {
    /// From GoEmotions' texts.
    Trained,
    /// It was trained without them: the n-gram model says the labels, with its thresholds.
    Absent {
        /// The n-gram model's, `[28]`.
        thresholds: &'a [f32],
    },
}

/// What the rows that tune say.
#[derive(Default)]
pub(super) struct TuningRows {
    /// With valence and arousal on the plane.
    pub(super) emobank: Vec<(Said, [f32; 2])>,
    /// With the labels that apply.
    pub(super) goemotions: Vec<(Said, Vec<usize>)>,
    /// With the label of dair-ai.
    pub(super) dair: Vec<(Said, usize)>,
}

impl Mixing {
    /// The encoder alone, as it is.
    fn start() -> Self {
        Self {
            share: [1.0; 4],
            label_share: 0.0,
            sd_scale: [1.0; 2],
            label_scale: [1.0, 0.0],
            dair_scale: 1.0,
            thresholds: vec![0.5; N_GOEMOTIONS],
        }
    }

    /// Chooses every number on the rows that tune: shares of valence and arousal by correlation
    /// (the least that gives up no more than [`SPARE_CORRELATION`], because the n-gram model knows
    /// typed moods and emoji well), the labels' share and scale by likelihood, thresholds by F1,
    /// standard deviations so that the errors have variance 1.
    pub(super) fn fit(rows: &TuningRows, labels: &LabelHead<'_>) -> Self {
        let mut mixing = Self::start();
        match labels {
            LabelHead::Trained => mixing.fit_labels(rows),
            LabelHead::Absent { thresholds } => {
                mixing.share[2] = 0.0;
                mixing.thresholds = thresholds.to_vec();
            }
        }
        for axis in 0..2 {
            mixing.share[axis] = least_of_the_good(steps(SHARES), |share| {
                let mut tried = mixing.clone();
                tried.share[axis] = share;
                tried.correlation(rows, axis)
            });
        }
        mixing.label_share = best(steps(SHARES / 2), |share| {
            let mut tried = mixing.clone();
            tried.label_share = share;
            tried.correlation(rows, 1)
        });
        mixing.sd_scale = mixing.scales(rows);
        mixing.fit_dair(rows);
        mixing
    }

    /// The share and scale of dair-ai's labels; the n-gram model alone without rows.
    fn fit_dair(&mut self, rows: &TuningRows) {
        if rows.dair.is_empty() {
            self.share[3] = 0.0;
            return;
        }
        let mut found = (f64::NEG_INFINITY, [1.0; 2]);
        for share in steps(SHARES) {
            self.share[3] = share;
            for scale in (2..=16_u8).map(|i| f32::from(i) / 8.0) {
                self.dair_scale = scale;
                let score = -self.dair_loss(rows);
                if score > found.0 {
                    found = (score, [share, scale]);
                }
            }
        }
        [self.share[3], self.dair_scale] = found.1;
    }

    /// The share, scale and thresholds of the labels.
    fn fit_labels(&mut self, rows: &TuningRows) {
        self.share[2] = best(steps(SHARES), |share| {
            let mut tried = self.clone();
            tried.share[2] = share;
            -tried.label_loss(rows)
        });
        for _ in 0..3 {
            let scales = (0..=40_u8).map(|i| 0.4 + f32::from(i) * 0.04);
            self.label_scale[0] = best(scales, |scale| {
                let mut tried = self.clone();
                tried.label_scale[0] = scale;
                -tried.label_loss(rows)
            });
            let shifts = (0..=40_u8).map(|i| f32::from(i) * 0.05 - 1.0);
            self.label_scale[1] = best(shifts, |shift| {
                let mut tried = self.clone();
                tried.label_scale[1] = shift;
                -tried.label_loss(rows)
            });
        }
        self.thresholds = self.best_thresholds(rows);
    }

    /// What both say together.
    pub(super) fn mix(&self, said: &Said) -> Mixed {
        let encoder = &said.encoder;
        let ngrams = said.ngrams.as_deref();
        let share = |i: usize| match ngrams {
            None => 1.0,
            Some(_) => self.share[i] * said.known,
        };
        let both = |output: usize, share: f32| {
            let other = ngrams.map_or(0.0, |ngrams| ngrams[output]);
            share * encoder[output] + (1.0 - share) * other
        };
        let goemotions: Vec<f32> = (4..4 + N_GOEMOTIONS)
            .map(|output| {
                let [scale, shift] = self.label_scale;
                1.0 / (1.0 + (-(scale * both(output, share(2)) + shift)).exp())
            })
            .collect();
        let valence = f64::from(both(0, share(0)));
        let arousal = f64::from(both(1, share(1)).clamp(-1.0, 1.0));
        let labels = f64::from(self.label_share);
        let arousal = (1.0 - labels) * arousal + labels * label_arousal(&goemotions);
        let sd = |axis: usize| {
            let variance = |outputs: &[f32]| {
                outputs[2 + axis]
                    .clamp(LOG_VARIANCE.0, LOG_VARIANCE.1)
                    .exp()
            };
            let share = share(axis);
            let other = ngrams.map_or(0.0, variance);
            let apart = ngrams.map_or(0.0, |ngrams| encoder[axis] - ngrams[axis]);
            // A mixture is as wide as its parts, and wider where they disagree.
            let mixed = share * variance(encoder)
                + (1.0 - share) * other
                + share * (1.0 - share) * apart * apart;
            f64::from(mixed.sqrt() * self.sd_scale[axis])
        };
        let logs = mixed_logs(encoder, ngrams, share(3));
        let scaled: Vec<f32> = logs.iter().map(|log| self.dair_scale * log).collect();
        Mixed {
            mean: [valence, arousal],
            sd: [sd(0), sd(1)],
            dair: softmax(&scaled),
            goemotions,
        }
    }

    /// Whether each label applies.
    pub(super) fn applies(&self, probabilities: &[f32]) -> Vec<bool> {
        let pairs = probabilities.iter().zip(&self.thresholds);
        pairs.map(|(p, threshold)| p >= threshold).collect()
    }

    /// Mean cross-entropy of the labels.
    fn label_loss(&self, rows: &TuningRows) -> f64 {
        let loss = |(said, labels): &(Said, Vec<usize>)| -> f64 {
            let probabilities = self.mix(said).goemotions;
            let of = |(label, p): (usize, &f32)| {
                let p = f64::from(p.clamp(1e-6, 1.0 - 1e-6));
                -(if labels.contains(&label) { p } else { 1.0 - p }).ln()
            };
            probabilities.iter().enumerate().map(of).sum()
        };
        rows.goemotions.iter().map(loss).sum::<f64>() / rows.goemotions.len().max(1) as f64
    }

    /// Mean cross-entropy of dair-ai's labels.
    fn dair_loss(&self, rows: &TuningRows) -> f64 {
        let losses = rows
            .dair
            .iter()
            .map(|(said, label)| -f64::from(self.mix(said).dair[*label].max(1e-9)).ln());
        losses.sum::<f64>() / rows.dair.len() as f64
    }

    /// Accuracy and expected calibration error of dair-ai's labels.
    fn dair_metrics(&self, rows: &TuningRows) -> [(String, f64); 2] {
        let (said, so): (Vec<Vec<f32>>, Vec<usize>) = rows
            .dair
            .iter()
            .map(|(said, label)| (self.mix(said).dair, *label))
            .unzip();
        let right = said.iter().zip(&so).filter(|(p, so)| argmax(p) == **so);
        let error = expected_calibration_error(&reliability(&said, &so));
        [
            (
                "dair_tuning_accuracy".into(),
                right.count() as f64 / so.len() as f64,
            ),
            ("dair_tuning_ece".into(), error),
        ]
    }

    fn correlation(&self, rows: &TuningRows, axis: usize) -> f64 {
        let pair =
            |(said, rated): &(Said, [f32; 2])| (self.mix(said).mean[axis], f64::from(rated[axis]));
        pearson(&rows.emobank.iter().map(pair).collect::<Vec<_>>())
    }

    fn scales(&self, rows: &TuningRows) -> [f32; 2] {
        [0, 1].map(|axis| {
            let squares = rows.emobank.iter().map(|(said, rated)| {
                let mixed = self.mix(said);
                ((mixed.mean[axis] - f64::from(rated[axis])) / mixed.sd[axis]).powi(2)
            });
            let mean = squares.sum::<f64>() / rows.emobank.len().max(1) as f64;
            mean.sqrt().clamp(0.5, 2.0) as f32
        })
    }

    fn best_thresholds(&self, rows: &TuningRows) -> Vec<f32> {
        let probabilities: Vec<Vec<f32>> = rows
            .goemotions
            .iter()
            .map(|(said, _)| self.mix(said).goemotions)
            .collect();
        let tried = || THRESHOLDS.map(|step| f32::from(step) * THRESHOLD_STEP);
        (0..N_GOEMOTIONS)
            .map(|label| {
                best(tried(), |threshold| {
                    let said = probabilities.iter().map(|p| p[label] >= threshold);
                    let so = rows.goemotions.iter().map(|row| row.1.contains(&label));
                    f1(said.zip(so))
                })
            })
            .collect()
    }

    /// Metrics on the rows that tune, by name.
    pub(super) fn metrics(&self, rows: &TuningRows) -> BTreeMap<String, f64> {
        let (said, so): (Vec<_>, Vec<_>) = rows
            .goemotions
            .iter()
            .map(|(said, labels)| {
                let so = (0..N_GOEMOTIONS).map(|label| labels.contains(&label));
                (
                    self.applies(&self.mix(said).goemotions),
                    so.collect::<Vec<_>>(),
                )
            })
            .unzip();
        let all: Vec<usize> = (0..said.len()).collect();
        let mut metrics = BTreeMap::from([
            ("emobank_dev_r_valence".into(), self.correlation(rows, 0)),
            ("emobank_dev_r_arousal".into(), self.correlation(rows, 1)),
            (
                "goemotions_tuning_macro_f1".into(),
                crate::metrics::macro_f1(&said, &so, &all),
            ),
            ("goemotions_tuning_loss".into(), self.label_loss(rows)),
            ("goemotions_tuning_ece".into(), self.label_calibration(rows)),
            (
                "emobank_dev_within_sd_valence".into(),
                self.within_sd(rows, 0),
            ),
            (
                "emobank_dev_within_sd_arousal".into(),
                self.within_sd(rows, 1),
            ),
        ]);
        if !rows.dair.is_empty() {
            metrics.extend(self.dair_metrics(rows));
        }
        metrics
    }

    /// Expected calibration error of the labels, each a question of its own with two answers.
    fn label_calibration(&self, rows: &TuningRows) -> f64 {
        let pairs = rows.goemotions.iter().flat_map(|(said, labels)| {
            let said = self.mix(said).goemotions.into_iter().enumerate();
            said.map(|(label, p)| (p, labels.contains(&label)))
        });
        binary_calibration_error(pairs)
    }

    /// The share of rated texts within one standard deviation; .68 if errors are Gaussian.
    fn within_sd(&self, rows: &TuningRows, axis: usize) -> f64 {
        let inside = rows.emobank.iter().filter(|(said, rated)| {
            let mixed = self.mix(said);
            (mixed.mean[axis] - f64::from(rated[axis])).abs() <= mixed.sd[axis]
        });
        inside.count() as f64 / rows.emobank.len().max(1) as f64
    }

    /// The numbers as arrays of a weights file.
    pub(super) fn arrays(&self) -> Result<BTreeMap<String, Array>, Error> {
        let arrays = [
            ("mix.share", self.share.to_vec()),
            ("mix.label_share", vec![self.label_share]),
            ("mix.sd_scale", self.sd_scale.to_vec()),
            ("mix.label_scale", self.label_scale.to_vec()),
            ("mix.dair_scale", vec![self.dair_scale]),
            ("mix.thresholds", self.thresholds.clone()),
        ];
        let array = |(name, values): (&str, Vec<f32>)| {
            Ok((name.to_owned(), Array::new(vec![values.len()], values)?))
        };
        arrays.into_iter().map(array).collect()
    }

    /// Reads the numbers back.
    pub(super) fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        let pair = |name: &str| -> Result<[f32; 2], Error> {
            let values = weights.values(name, &[2])?;
            Ok([values[0], values[1]])
        };
        let mut share = [0.0; 4];
        share.copy_from_slice(weights.values("mix.share", &[4])?);
        Ok(Self {
            share,
            dair_scale: weights.values("mix.dair_scale", &[1])?[0],
            label_share: weights.values("mix.label_share", &[1])?[0],
            sd_scale: pair("mix.sd_scale")?,
            label_scale: pair("mix.label_scale")?,
            thresholds: weights.values("mix.thresholds", &[N_GOEMOTIONS])?.to_vec(),
        })
    }
}

/// Mean of the log-probabilities of dair-ai's labels.
fn mixed_logs(encoder: &[f32], ngrams: Option<&[f32]>, share: f32) -> Vec<f32> {
    let logs = |outputs: &[f32]| {
        let probabilities = softmax(&outputs[DAIR_OUTPUTS]);
        probabilities.into_iter().map(|p| p.max(1e-9).ln())
    };
    match ngrams {
        None => logs(encoder).collect(),
        Some(ngrams) => logs(encoder)
            .zip(logs(ngrams))
            .map(|(a, b)| share * a + (1.0 - share) * b)
            .collect(),
    }
}

/// Shares from 0 up to `most` steps.
fn steps(most: u8) -> impl Iterator<Item = f32> {
    (0..=most).map(|i| f32::from(i) / f32::from(SHARES))
}

/// The first candidate with the highest score.
fn best(candidates: impl Iterator<Item = f32>, score: impl Fn(f32) -> f64) -> f32 {
    candidates
        .map(|candidate| (candidate, score(candidate)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map_or(1.0, |found| found.0)
}

/// The first candidate whose score is nearly that of the best.
fn least_of_the_good(candidates: impl Iterator<Item = f32>, score: impl Fn(f32) -> f64) -> f32 {
    let scored: Vec<(f32, f64)> = candidates.map(|c| (c, score(c))).collect();
    let most = scored.iter().map(|c| c.1).fold(f64::NEG_INFINITY, f64::max);
    let good = scored.iter().find(|c| c.1 >= most - SPARE_CORRELATION);
    good.map_or(1.0, |found| found.0)
}

#[cfg(test)]
mod tests {
    use super::super::super::model::N_OUTPUTS;
    use super::*;

    /// Outputs with this valence, arousal and logit of every label; variances of 1.
    fn outputs(valence: f32, arousal: f32, logit: f32) -> Vec<f32> {
        let mut outputs = vec![logit; N_OUTPUTS];
        outputs[..4].copy_from_slice(&[valence, arousal, 0.0, 0.0]);
        outputs
    }

    fn said(encoder: f32, ngrams: Option<f32>, known: f32) -> Said {
        Said {
            encoder: outputs(encoder, 0.0, encoder),
            ngrams: ngrams.map(|value| outputs(value, 0.0, value)),
            known,
        }
    }

    #[track_caller]
    fn check(said: &Said, valence: f64) {
        let mixing = Mixing {
            share: [0.75; 4],
            ..Mixing::start()
        };
        let mixed = mixing.mix(said);
        assert!((mixed.mean[0] - valence).abs() < 1e-6, "{}", mixed.mean[0]);
        assert!(mixed.sd[0] >= 0.99, "{}", mixed.sd[0]);
    }

    #[test]
    fn who_knows_speaks() {
        check(&said(0.8, Some(-0.4), 1.0), 0.5);
        check(&said(0.8, Some(-0.4), 0.0), -0.4);
        check(&said(0.8, None, 0.0), 0.8);
    }

    #[test]
    fn disagreement_widens() {
        let mixing = Mixing {
            share: [0.5; 4],
            ..Mixing::start()
        };
        let sd = |ngrams| mixing.mix(&said(0.8, Some(ngrams), 1.0)).sd[0];
        assert!(sd(-0.8) > sd(0.7) + 0.1);
    }

    /// The encoder follows the ratings and the labels, the n-grams are noise.
    fn rows() -> TuningRows {
        let mut rows = TuningRows::default();
        for i in 0..60_i16 {
            let (value, noise) = (
                f32::from(i % 11) / 5.0 - 1.0,
                f32::from(i * 7 % 13) / 6.0 - 1.0,
            );
            rows.emobank
                .push((said(value, Some(noise), 1.0), [value, 0.1 * noise]));
            let labels = if value > 0.0 { vec![3, 4] } else { vec![] };
            rows.goemotions
                .push((said(4.0 * value, Some(noise), 1.0), labels));
            let mut hint = said(0.0, Some(0.0), 1.0);
            let label = (i % 6) as usize;
            hint.encoder[DAIR_OUTPUTS][label] = 1.0;
            rows.dair.push((hint, label));
        }
        rows
    }

    #[test]
    fn fit_trusts_who_is_right() {
        let mixing = Mixing::fit(&rows(), &LabelHead::Trained);
        assert!(mixing.share[0] > 0.7, "{mixing:?}");
        let metrics = mixing.metrics(&rows());
        assert!(metrics["emobank_dev_r_valence"] > 0.98, "{metrics:?}");
        assert_eq!(metrics["dair_tuning_accuracy"], 1.0);
        assert!(mixing.dair_scale > 1.9, "{mixing:?}");
        let thresholds = vec![0.25; N_GOEMOTIONS];
        let absent = LabelHead::Absent {
            thresholds: &thresholds,
        };
        let without = Mixing::fit(&rows(), &absent);
        assert_eq!((without.share[2], &without.thresholds), (0.0, &thresholds));
        let weights = crate::WeightsFile::of_arrays(mixing.arrays().unwrap());
        assert_eq!(Mixing::from_weights(&weights).unwrap(), mixing);
    }
}
