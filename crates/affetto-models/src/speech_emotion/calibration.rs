//! From raw outputs to answers that mean what they say, found on speakers and corpora that the
//! model has not heard.
//!
//! What is said is mixed of two answers: one for voices like those of the training corpora, one
//! for voices from elsewhere, by how likely each is. Elsewhere the model knows less, and says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::experts::N_MACHINES;
use super::input::vectors;
use super::kernel::{N_SCORES, narrow_scores};
use super::labels::narrow_class;
use super::linear_algebra::solve;
use super::model::{LOG_VARIANCE, N_NARROW, N_OUTPUTS, N_WIDE};
use crate::metrics::softmax;
use crate::{Array, Error, WeightsFile};

/// Length of a raw answer: the outputs of the network, the scores of the machines, the novelty.
pub(crate) const N_RAW: usize = N_OUTPUTS + N_MACHINES * N_SCORES + 1;
/// What an answer is mixed of: the network and the machines.
const N_SOURCES: usize = 1 + N_MACHINES;
/// Weights of the sources that the search starts from: logits of the network, scores of machines.
const FIRST_WEIGHTS: [f32; N_SOURCES] = [0.5, 3.0, 3.0, 1.0, 1.0];
/// What a weight is multiplied by in the search, and rounds of it.
const FACTORS: [f32; 6] = [0.0, 0.5, 0.8, 0.93, 1.1, 1.6];
const N_ROUNDS: usize = 12;
/// Squared weights cost this much, so that none is large for nothing.
const PULL: f64 = 1e-4;
/// Limits of the factor of a standard deviation.
const SD_SCALE: (f64, f64) = (0.1, 10.0);

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
    /// The fold, from 0, or the place of the corpus that was left out.
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
    /// For voices like those of the training corpora.
    inside: Mixing,
    /// For voices from elsewhere.
    outside: Mixing,
    /// A voice is inside with a chance of σ(a − b · novelty).
    novelty: [f32; 2],
}

/// How the sources are mixed.
#[derive(Debug, Clone, PartialEq)]
struct Mixing {
    /// Weights of the sources for the wide and the narrow classes.
    weights: [[f32; N_SOURCES]; 2],
    /// Weights of the sources for valence and arousal, then a constant.
    plane: [[f32; N_SOURCES + 1]; 2],
    /// Factors of the deviations of valence and arousal.
    sd_scale: [f32; 2],
}

impl Calibration {
    /// Nothing known: equal shares, whatever the novelty.
    pub(crate) fn identity() -> Self {
        Self {
            inside: Mixing::identity(),
            outside: Mixing::identity(),
            novelty: [0.0; 2],
        }
    }

    /// Fits to what was said of speakers (`inside`) and of corpora (`outside`) that were held out.
    ///
    /// Each fold counts the same. Where no corpus was left out, every voice counts as inside.
    pub(crate) fn fit<'a>(
        inside: impl Iterator<Item = &'a HeldOut>,
        outside: impl Iterator<Item = &'a HeldOut>,
    ) -> Self {
        let (inside, outside): (Vec<_>, Vec<_>) = (inside.collect(), outside.collect());
        let is_told = |rows: &[&HeldOut]| rows.iter().any(|row| narrow_class(row.class).is_some());
        match (is_told(&inside), is_told(&outside)) {
            (false, false) => Self::identity(),
            (true, false) => {
                let mixing = Mixing::fit(&inside);
                Self {
                    inside: mixing.clone(),
                    outside: mixing,
                    novelty: [0.0; 2],
                }
            }
            (false, true) => {
                let mixing = Mixing::fit(&outside);
                Self {
                    inside: mixing.clone(),
                    outside: mixing,
                    novelty: [0.0; 2],
                }
            }
            (true, true) => Self {
                inside: Mixing::fit(&inside),
                outside: Mixing::fit(&outside),
                novelty: fit_novelty(&inside, &outside),
            },
        }
    }

    /// The answer of raw outputs.
    ///
    /// # Shapes
    /// - `outputs`: `[N_RAW]`
    pub(crate) fn answer(&self, outputs: &[f32]) -> Answer {
        let share = self.share_inside(outputs);
        let (inside, outside) = (self.inside.answer(outputs), self.outside.answer(outputs));
        let mix = |a: f32, b: f32| share * a + (1.0 - share) * b;
        let share = f64::from(share);
        let mut answer = Answer {
            wide: std::array::from_fn(|i| mix(inside.wide[i], outside.wide[i])),
            narrow: std::array::from_fn(|i| mix(inside.narrow[i], outside.narrow[i])),
            ..Answer::default()
        };
        for axis in 0..2 {
            let mean = share * inside.mean[axis] + (1.0 - share) * outside.mean[axis];
            let square = |answer: &Answer| answer.sd[axis].powi(2) + answer.mean[axis].powi(2);
            let square = share * square(&inside) + (1.0 - share) * square(&outside);
            answer.mean[axis] = mean;
            answer.sd[axis] = (square - mean * mean).max(0.0).sqrt();
        }
        answer
    }

    /// How likely it is that a voice is like those of the training corpora.
    fn share_inside(&self, outputs: &[f32]) -> f32 {
        let novelty = outputs[N_RAW - 1];
        1.0 / (1.0 + (self.novelty[1] * novelty - self.novelty[0]).exp())
    }

    /// The arrays of a weights file.
    pub(crate) fn arrays(&self) -> Result<BTreeMap<String, Array>, Error> {
        let mut arrays = vectors([("calibration.novelty".to_owned(), &self.novelty.to_vec())])?;
        for (name, mixing) in [("inside", &self.inside), ("outside", &self.outside)] {
            arrays.extend(mixing.arrays(&format!("calibration.{name}"))?);
        }
        Ok(arrays)
    }

    /// Reads the arrays back.
    pub(crate) fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        let novelty = weights.values("calibration.novelty", &[2])?;
        Ok(Self {
            inside: Mixing::from_weights(weights, "calibration.inside")?,
            outside: Mixing::from_weights(weights, "calibration.outside")?,
            novelty: [novelty[0], novelty[1]],
        })
    }
}

impl Mixing {
    fn identity() -> Self {
        let mut plane = [1.0 / N_SOURCES as f32; N_SOURCES + 1];
        plane[N_SOURCES] = 0.0;
        Self {
            weights: [FIRST_WEIGHTS; 2],
            plane: [plane; 2],
            sd_scale: [1.0; 2],
        }
    }

    /// For each head the weights of the sources with the least negative log-likelihood; for each
    /// axis those with the least squared error, and a factor of the deviations so that
    /// standardized errors have variance 1.
    fn fit(rows: &[&HeldOut]) -> Self {
        let row_weights = fold_weights(rows);
        let wide: Vec<Row> = rows
            .iter()
            .zip(&row_weights)
            .map(|(row, &weight)| Row {
                sources: wide_sources(&row.outputs).to_vec(),
                class: row.class,
                weight,
            })
            .collect();
        let narrow: Vec<Row> = rows
            .iter()
            .zip(&row_weights)
            .filter_map(|(row, &weight)| {
                Some(Row {
                    sources: narrow_sources(&row.outputs).to_vec(),
                    class: narrow_class(row.class)?,
                    weight,
                })
            })
            .collect();
        let mut found = Self {
            weights: [fit_weights(&wide), fit_weights(&narrow)],
            plane: [0, 1].map(|axis| fit_plane(rows, &row_weights, axis)),
            sd_scale: [1.0; 2],
        };
        let mut squares = [0.0; 2];
        for (row, weight) in rows.iter().zip(&row_weights) {
            let answer = found.answer(&row.outputs);
            for (axis, square) in squares.iter_mut().enumerate() {
                let error = answer.mean[axis] - f64::from(row.point[axis]);
                *square += weight * (error / answer.sd[axis]).powi(2);
            }
        }
        let total = row_weights.iter().sum::<f64>().max(1e-9);
        found.sd_scale = squares.map(|square| {
            let scale = (square / total).sqrt();
            scale.clamp(SD_SCALE.0, SD_SCALE.1) as f32
        });
        found
    }

    fn answer(&self, outputs: &[f32]) -> Answer {
        let mut answer = Answer::default();
        let wide = mixed(&wide_sources(outputs), &self.weights[0]);
        answer.wide.copy_from_slice(&softmax(&wide));
        let narrow = mixed(&narrow_sources(outputs), &self.weights[1]);
        answer.narrow.copy_from_slice(&softmax(&narrow));
        for axis in 0..2 {
            let sources = plane_sources(outputs, axis).into_iter().chain([1.0]);
            let pairs = sources.zip(&self.plane[axis]);
            let mean: f32 = pairs.map(|(source, weight)| source * weight).sum();
            answer.mean[axis] = f64::from(mean.clamp(-1.0, 1.0));
            let log_variance = outputs[N_WIDE + N_NARROW + 2 + axis];
            let log_variance = log_variance.clamp(LOG_VARIANCE.0, LOG_VARIANCE.1);
            answer.sd[axis] = f64::from((0.5 * log_variance).exp() * self.sd_scale[axis]);
        }
        answer
    }

    fn arrays(&self, name: &str) -> Result<BTreeMap<String, Array>, Error> {
        vectors([
            (format!("{name}.weights"), &self.weights.concat()),
            (format!("{name}.plane"), &self.plane.concat()),
            (format!("{name}.sd_scale"), &self.sd_scale.to_vec()),
        ])
    }

    fn from_weights(weights: &WeightsFile, name: &str) -> Result<Self, Error> {
        let values = |part: &str, n: usize| weights.values(&format!("{name}.{part}"), &[n]);
        let heads = values("weights", 2 * N_SOURCES)?;
        let plane = values("plane", 2 * (N_SOURCES + 1))?;
        let sd_scale = values("sd_scale", 2)?;
        Ok(Self {
            weights: std::array::from_fn(|h| std::array::from_fn(|s| heads[h * N_SOURCES + s])),
            plane: std::array::from_fn(|axis| {
                std::array::from_fn(|s| plane[axis * (N_SOURCES + 1) + s])
            }),
            sd_scale: [sd_scale[0], sd_scale[1]],
        })
    }
}

/// What the sources say of a recording, and what it is.
struct Row {
    /// `[N_SOURCES][n_classes]`
    sources: Vec<Vec<f32>>,
    class: usize,
    weight: f64,
}

/// Weights of rows so that each fold counts the same; 1 on average.
fn fold_weights(rows: &[&HeldOut]) -> Vec<f64> {
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.fold).or_default() += 1.0;
    }
    let mean = rows.len() as f64 / counts.len().max(1) as f64;
    rows.iter().map(|row| mean / counts[&row.fold]).collect()
}

/// One weight after the other is changed as long as that helps: the likelihood is concave in the
/// weights, so there are no false summits.
fn fit_weights(rows: &[Row]) -> [f32; N_SOURCES] {
    let cost = |weights: &[f32; N_SOURCES]| -> f64 {
        let costs = rows.iter().map(|row| {
            let probability = softmax(&mixed(&row.sources, weights))[row.class];
            -row.weight * f64::from(probability.max(1e-9)).ln()
        });
        let size: f32 = weights.iter().map(|weight| weight * weight).sum();
        costs.sum::<f64>() + PULL * rows.len() as f64 * f64::from(size)
    };
    let mut weights = FIRST_WEIGHTS;
    let mut best = cost(&weights);
    for _ in 0..N_ROUNDS {
        for source in 0..N_SOURCES {
            let old = weights[source];
            for factor in FACTORS {
                let mut next = weights;
                // A weight of 0 may come back.
                let from = if old > 0.0 { old } else { 0.3 };
                next[source] = from * factor;
                let cost = cost(&next);
                if cost < best {
                    (best, weights) = (cost, next);
                }
            }
        }
    }
    weights
}

/// Weighted least squares of one axis on what the sources say and a constant.
fn fit_plane(rows: &[&HeldOut], row_weights: &[f64], axis: usize) -> [f32; N_SOURCES + 1] {
    const N: usize = N_SOURCES + 1;
    /// Keeps sources that say the same from cancelling each other, a row.
    const RIDGE: f64 = 0.01;
    let (mut normal, mut moments) = (vec![0.0; N * N], vec![0.0; N]);
    for (row, weight) in rows.iter().zip(row_weights) {
        let mut inputs = [1.0; N];
        let sources = plane_sources(&row.outputs, axis);
        for (input, source) in inputs.iter_mut().zip(sources) {
            *input = f64::from(source);
        }
        for i in 0..N {
            for j in 0..=i {
                normal[i * N + j] += weight * inputs[i] * inputs[j];
            }
            moments[i] += weight * inputs[i] * f64::from(row.point[axis]);
        }
    }
    (0..N_SOURCES).for_each(|i| normal[i * N + i] += RIDGE * rows.len() as f64);
    solve(&mut normal, &mut moments, N, 1);
    std::array::from_fn(|i| moments[i] as f32)
}

/// Logistic regression of inside against outside on the novelty, both sides weighing the same, by
/// Newton's method.
fn fit_novelty(inside: &[&HeldOut], outside: &[&HeldOut]) -> [f32; 2] {
    /// Pull of the slope towards 0, so that it stays finite where the sides do not overlap.
    const PULL: f64 = 1e-3;
    let side = |rows: &[&HeldOut], so: f64| {
        let weights = fold_weights(rows);
        let n = rows.len() as f64;
        let novelty = rows.iter().map(|row| f64::from(row.outputs[N_RAW - 1]));
        let rows = novelty.zip(weights);
        rows.map(|(x, weight)| (x, so, weight / n))
            .collect::<Vec<_>>()
    };
    let rows = [side(inside, 1.0), side(outside, 0.0)].concat();
    let (mut a, mut b) = (0.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut gradient, mut aa, mut ab, mut bb) = ([0.0, -PULL * b], 1e-6, 0.0, PULL);
        for &(x, so, weight) in &rows {
            let p = 1.0 / (1.0 + (b * x - a).exp());
            gradient[0] += weight * (so - p);
            gradient[1] -= weight * (so - p) * x;
            let curve = weight * p * (1.0 - p);
            aa += curve;
            ab -= curve * x;
            bb += curve * x * x;
        }
        let determinant = aa * bb - ab * ab;
        let step_a = (bb * gradient[0] - ab * gradient[1]) / determinant;
        let step_b = (aa * gradient[1] - ab * gradient[0]) / determinant;
        // Long steps are cut, so that far starts do not run away.
        a += step_a.clamp(-2.0, 2.0);
        b = (b + step_b.clamp(-2.0, 2.0)).max(0.0);
    }
    [a as f32, b as f32]
}

fn machine(outputs: &[f32], index: usize) -> &[f32] {
    &outputs[N_OUTPUTS + index * N_SCORES..][..N_SCORES]
}

fn wide_sources(outputs: &[f32]) -> [Vec<f32>; N_SOURCES] {
    std::array::from_fn(|source| match source.checked_sub(1) {
        None => outputs[..N_WIDE].to_vec(),
        Some(index) => machine(outputs, index)[..N_WIDE].to_vec(),
    })
}

fn narrow_sources(outputs: &[f32]) -> [Vec<f32>; N_SOURCES] {
    std::array::from_fn(|source| match source.checked_sub(1) {
        None => outputs[N_WIDE..N_WIDE + N_NARROW].to_vec(),
        Some(index) => narrow_scores(machine(outputs, index)).to_vec(),
    })
}

fn plane_sources(outputs: &[f32], axis: usize) -> [f32; N_SOURCES] {
    std::array::from_fn(|source| match source.checked_sub(1) {
        None => outputs[N_WIDE + N_NARROW + axis],
        Some(index) => machine(outputs, index)[N_WIDE + axis],
    })
}

/// The weighted sum of the sources.
fn mixed(sources: &[Vec<f32>], weights: &[f32; N_SOURCES]) -> Vec<f32> {
    let n = sources.first().map_or(0, Vec::len);
    let mut sums = vec![0.0; n];
    for (source, weight) in sources.iter().zip(weights) {
        for (sum, value) in sums.iter_mut().zip(source) {
            *sum += weight * value;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Outputs of a network that is sure of a class.
    fn outputs(class: usize, sure: f32, novelty: f32) -> Vec<f32> {
        let mut outputs = vec![0.0; N_RAW];
        outputs[class] = sure;
        if let Some(narrow) = narrow_class(class) {
            outputs[N_WIDE + narrow] = sure;
        }
        outputs[N_RAW - 1] = novelty;
        outputs
    }

    /// Anger is said always; it is right in all but every n-th case.
    fn said(n: usize, novelty: f32) -> Vec<HeldOut> {
        let row = |index: usize| HeldOut {
            index,
            fold: index % 2,
            class: if index.is_multiple_of(n) { 3 } else { 4 },
            point: [0.5, 0.0],
            outputs: outputs(4, 10.0, novelty + 0.1 * (index % 3) as f32),
        };
        (0..400).map(row).collect()
    }

    #[test]
    fn too_sure_answers_become_as_sure_as_they_are_right() {
        let calibration = Calibration::fit(said(4, 0.0).iter(), [].iter());
        let answer = calibration.answer(&outputs(4, 10.0, 0.0));
        assert!((answer.narrow[0] - 0.75).abs() < 0.03, "{answer:?}");
        assert!((answer.mean[0] - 0.5).abs() < 0.01, "{answer:?}");
    }

    #[test]
    fn strange_voices_are_doubted() {
        let calibration = Calibration::fit(said(10, 0.0).iter(), said(2, 2.0).iter());
        let known = calibration.answer(&outputs(4, 10.0, 0.0));
        let strange = calibration.answer(&outputs(4, 10.0, 2.2));
        assert!((known.narrow[0] - 0.9).abs() < 0.04, "{known:?}");
        assert!((strange.narrow[0] - 0.5).abs() < 0.06, "{strange:?}");
    }

    #[test]
    fn answers_are_distributions() {
        let answer = Calibration::identity().answer(&outputs(2, 3.0, 0.0));
        assert!((answer.wide.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!((answer.narrow.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        let nothing = Calibration::fit([].iter(), [].iter());
        assert_eq!(nothing, Calibration::identity());
    }

    #[test]
    fn calibration_is_kept() {
        let calibration = Calibration::fit(said(10, 0.0).iter(), said(2, 2.0).iter());
        let file = WeightsFile::of_arrays(calibration.arrays().unwrap());
        assert_eq!(Calibration::from_weights(&file).unwrap(), calibration);
    }
}
