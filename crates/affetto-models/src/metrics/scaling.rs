//! Scaling of logits on validation data, so that probabilities mean what they say.

use serde::{Deserialize, Serialize};

/// Steps of the descent in vector scaling.
const N_STEPS: usize = 300;
/// Pull of vector scaling towards one temperature for all classes; keeps rare classes calm.
const PULL: f64 = 1e-3;
/// Limits of the logarithm of a temperature.
const LOG_TEMPERATURE: (f64, f64) = (-3.0, 3.0);

/// What logits `z` are changed by before softmax: `scale · z + shift`, by class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// Factor of each class; all equal to 1 / T in temperature scaling.
    pub scale: Vec<f32>,
    /// Summand of each class; 0 in temperature scaling.
    pub shift: Vec<f32>,
}

impl Scaling {
    /// No change.
    #[must_use]
    pub fn identity(n_classes: usize) -> Self {
        Self {
            scale: vec![1.0; n_classes],
            shift: vec![0.0; n_classes],
        }
    }

    /// One temperature T for all classes, found by least negative log-likelihood on validation
    /// data (Guo et al. 2017, section 4.2).
    ///
    /// # Shapes
    /// - `logits`: `[n_items][n_classes]`
    /// - `truths`: `[n_items]`, each below `n_classes`
    #[must_use]
    pub fn temperature<L: AsRef<[f32]>>(logits: &[L], truths: &[usize]) -> Self {
        let n_classes = logits.first().map_or(0, |row| row.as_ref().len());
        let scaled = |log_temperature: f64| Self {
            scale: vec![(-log_temperature).exp() as f32; n_classes],
            shift: vec![0.0; n_classes],
        };
        // The likelihood has one minimum in the temperature: golden section search.
        let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = LOG_TEMPERATURE;
        let cost = |x: f64| scaled(x).cost(logits, truths);
        for _ in 0..40 {
            let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
            if cost(left) <= cost(right) {
                high = right;
            } else {
                low = left;
            }
        }
        scaled((low + high) / 2.0)
    }

    /// A factor and a summand for each class (vector scaling, Guo et al. 2017, section 4.2), by
    /// descent from the best temperature. Gives the temperature back where that is no better.
    ///
    /// # Shapes
    /// As [`Scaling::temperature`].
    #[must_use]
    pub fn vector<L: AsRef<[f32]>>(logits: &[L], truths: &[usize]) -> Self {
        let start = Self::temperature(logits, truths);
        let n_classes = start.scale.len();
        let mut values: Vec<f64> = start
            .scale
            .iter()
            .chain(&start.shift)
            .map(|&v| v.into())
            .collect();
        let first = values.clone();
        // Adam (Kingma & Ba 2015) over the whole of the data.
        let (mut mean, mut square) = (vec![0.0; 2 * n_classes], vec![0.0; 2 * n_classes]);
        for step in 1..=N_STEPS {
            let gradient = gradient(&values, &first, logits, truths);
            let rate = 0.05 * (1.0 - (step - 1) as f64 / N_STEPS as f64);
            for i in 0..values.len() {
                mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
                square[i] = 0.99 * square[i] + 0.01 * gradient[i] * gradient[i];
                let (m, s) = (
                    mean[i] / (1.0 - 0.9_f64.powi(step as i32)),
                    square[i] / (1.0 - 0.99_f64.powi(step as i32)),
                );
                values[i] -= rate * m / (s.sqrt() + 1e-8);
            }
        }
        let (scale, shift) = values.split_at(n_classes);
        let to_f32 = |values: &[f64]| values.iter().map(|&value| value as f32).collect();
        let found = Self {
            scale: to_f32(scale),
            shift: to_f32(shift),
        };
        if found.cost(logits, truths) < start.cost(logits, truths) {
            found
        } else {
            start
        }
    }

    /// The scaled logits.
    ///
    /// # Shapes
    /// - `logits`: `[n_classes]`
    #[must_use]
    pub fn apply(&self, logits: &[f32]) -> Vec<f32> {
        let pairs = self.scale.iter().zip(&self.shift);
        logits
            .iter()
            .zip(pairs)
            .map(|(z, (scale, shift))| scale * z + shift)
            .collect()
    }

    /// The probabilities of scaled logits.
    ///
    /// # Shapes
    /// - `logits`, returns: `[n_classes]`
    #[must_use]
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        softmax(&self.apply(logits))
    }

    fn cost<L: AsRef<[f32]>>(&self, logits: &[L], truths: &[usize]) -> f64 {
        let rows = logits.iter().zip(truths);
        let costs = rows.map(|(row, &truth)| log_loss(&self.apply(row.as_ref()), truth));
        costs.sum::<f64>() / logits.len().max(1) as f64
    }
}

/// The gradient of the mean log loss and the pull, by factor and then summand of each class.
fn gradient<L: AsRef<[f32]>>(
    values: &[f64],
    first: &[f64],
    logits: &[L],
    truths: &[usize],
) -> Vec<f64> {
    let n_classes = values.len() / 2;
    let mut gradient = vec![0.0; values.len()];
    for (row, &truth) in logits.iter().zip(truths) {
        let row = row.as_ref();
        let scaled: Vec<f32> = (0..n_classes.min(row.len()))
            .map(|class| (values[class] * f64::from(row[class]) + values[n_classes + class]) as f32)
            .collect();
        for (class, p) in softmax(&scaled).into_iter().enumerate() {
            let error = f64::from(p) - f64::from(u8::from(class == truth));
            gradient[class] += error * f64::from(row[class]);
            gradient[n_classes + class] += error;
        }
    }
    let n = logits.len().max(1) as f64;
    let pull = values
        .iter()
        .zip(first)
        .map(|(value, first)| PULL * (value - first));
    gradient
        .iter()
        .zip(pull)
        .map(|(sum, pull)| sum / n + pull)
        .collect()
}

/// The mean negative log-likelihood of what is so, in nats; not a number without items.
///
/// # Shapes
/// - `probabilities`: `[n_items][n_classes]`
/// - `truths`: `[n_items]`, each below `n_classes`
#[must_use]
pub fn negative_log_likelihood<P: AsRef<[f32]>>(probabilities: &[P], truths: &[usize]) -> f64 {
    let rows = probabilities.iter().zip(truths);
    let losses = rows.map(|(row, &truth)| {
        let p = row.as_ref().get(truth).copied().unwrap_or(0.0);
        -f64::from(p).max(1e-12).ln()
    });
    losses.sum::<f64>() / probabilities.len() as f64
}

/// The probabilities of logits, summing to 1; equal where nothing is finite.
///
/// # Shapes
/// - `logits`, returns: `[n_classes]`
#[must_use]
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f32> = logits.iter().map(|z| (z - highest).exp()).collect();
    let sum: f32 = weights.iter().sum();
    if sum.is_finite() && sum > 0.0 {
        weights.iter().map(|weight| weight / sum).collect()
    } else {
        vec![1.0 / logits.len() as f32; logits.len()]
    }
}

/// The place of the highest value, the first of equals; 0 for nothing.
#[must_use]
pub fn argmax(values: &[f32]) -> usize {
    let highest = values
        .iter()
        .enumerate()
        .fold((0, f32::NEG_INFINITY), |best, (i, &value)| {
            if value > best.1 { (i, value) } else { best }
        });
    highest.0
}

fn log_loss(logits: &[f32], truth: usize) -> f64 {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|z| f64::from(z - highest).exp()).sum();
    let so = logits.get(truth).copied().unwrap_or(f32::NEG_INFINITY);
    sum.ln() - f64::from(so - highest)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::super::{expected_calibration_error, reliability};
    use super::*;

    /// Logits of which the truth is drawn with known probabilities, then spoiled.
    fn spoiled(spoil: impl Fn(usize, f32) -> f32) -> (Vec<Vec<f32>>, Vec<usize>) {
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        let draw = |_| {
            let logits: Vec<f32> = (0..3).map(|_| rng.random::<f32>() * 4.0 - 2.0).collect();
            let mut left = rng.random::<f32>();
            let truth = softmax(&logits).iter().position(|p| {
                left -= p;
                left <= 0.0
            });
            let spoiled = logits.iter().enumerate().map(|(i, &z)| spoil(i, z));
            (spoiled.collect(), truth.unwrap_or(2))
        };
        (0..4000).map(draw).unzip()
    }

    #[test]
    fn temperature_is_found_again() {
        let (logits, truths) = spoiled(|_, z| 3.0 * z);
        let scaling = Scaling::temperature(&logits, &truths);
        assert!((scaling.scale[0] - 1.0 / 3.0).abs() < 0.03, "{scaling:?}");
        let rows: Vec<Vec<f32>> = logits.iter().map(|z| scaling.probabilities(z)).collect();
        let error = expected_calibration_error(&reliability(&rows, &truths));
        assert!(error < 0.03, "{error}");
    }

    #[test]
    fn vector_scaling_undoes_a_shift() {
        let (logits, truths) = spoiled(|i, z| 2.0 * z + if i == 0 { 1.5 } else { 0.0 });
        let vector = Scaling::vector(&logits, &truths);
        let temperature = Scaling::temperature(&logits, &truths);
        let loss = |scaling: &Scaling| {
            let rows: Vec<Vec<f32>> = logits.iter().map(|z| scaling.probabilities(z)).collect();
            negative_log_likelihood(&rows, &truths)
        };
        assert!(loss(&vector) < loss(&temperature) - 0.02);
        let shift = vector.shift[0] - vector.shift[1];
        assert!((shift + 0.75).abs() < 0.15, "{vector:?}");
    }

    #[test]
    fn odd_logits_give_probabilities() {
        assert_eq!(softmax(&[f32::NEG_INFINITY; 2]), [0.5, 0.5]);
        assert_eq!(softmax(&[1000.0, 1000.0]), [0.5, 0.5]);
        assert!(softmax(&[]).is_empty());
        assert_eq!(argmax(&[1.0, 3.0, 3.0]), 1);
        assert_eq!(argmax(&[]), 0);
        assert_eq!(Scaling::vector::<Vec<f32>>(&[], &[]), Scaling::identity(0));
        assert!((negative_log_likelihood(&[[0.5, 0.5]], &[0]) - 2.0_f64.ln()).abs() < 1e-9);
    }
}
