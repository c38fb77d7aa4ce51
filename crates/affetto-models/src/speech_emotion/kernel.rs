//! Machines fitted in closed form, strong where recordings are few: a linear one on Fisher
//! vectors, a kernel machine on the statistics of utterances.

use super::linear_algebra::{dot32, gram, solve};
use super::model::{N_NARROW, N_WIDE};
use crate::{Array, Error, WeightsFile};

/// Scores of a machine: wide classes, valence, arousal.
pub(crate) const N_SCORES: usize = N_WIDE + 2;
/// Width of the kernel: exp(−0.3 · mean squared distance of the standardized statistics).
const WIDTH: f32 = 0.3;
/// Weight of the squared norm of a kernel machine against items of the mean weight.
const KERNEL_RIDGE: f64 = 0.1;
/// The same of a linear machine, times the mean squared length of its inputs.
const LINEAR_RIDGE: f64 = 1.5;
/// Added to the diagonal so that near twins among the centers do no harm, a center and item.
const JITTER: f64 = 1e-5;
/// No machine of ours has more centers.
const MAX_CENTERS: usize = 20_000;

/// What a machine is fitted to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Examples {
    /// `[n, width]`
    pub(crate) inputs: Vec<f32>,
    /// What should be said of each.
    pub(crate) targets: Vec<[f64; N_SCORES]>,
    /// How much each counts; 1 on average.
    pub(crate) weights: Vec<f64>,
}

impl Examples {
    /// The mean target.
    fn offset(&self) -> [f64; N_SCORES] {
        let total = self.weights.iter().sum::<f64>().max(1e-9);
        std::array::from_fn(|s| {
            let pairs = self.targets.iter().zip(&self.weights);
            pairs
                .map(|(target, weight)| target[s] * weight)
                .sum::<f64>()
                / total
        })
    }
}

/// Ridge regression (Hoerl & Kennard 1970).
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LinearMachine {
    /// `[width, N_SCORES]`
    weights: Vec<f32>,
    /// `[N_SCORES]`
    offset: Vec<f32>,
}

/// Kernel ridge regression (Saunders, Gammerman & Vovk 1998) with a Gaussian kernel, on a subset
/// of regressors (Poggio & Girosi 1990; Smola & Schölkopf 2000): every item teaches, some are
/// centers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct KernelMachine {
    /// `[n_centers, width]`
    centers: Vec<f32>,
    /// `[n_centers, N_SCORES]`
    weights: Vec<f32>,
    /// `[N_SCORES]`
    offset: Vec<f32>,
}

/// The scores of the narrow classes: those of the wide classes, calm counted with neutral.
pub(crate) fn narrow_scores(wide: &[f32]) -> [f32; N_NARROW] {
    [wide[4], wide[2], wide[0] + wide[1], wide[3]]
}

impl LinearMachine {
    /// Fits to inputs of some width.
    pub(crate) fn fit(examples: &Examples, width: usize) -> Self {
        let n = examples.targets.len();
        let square = f64::from(dot32(&examples.inputs, &examples.inputs)) / n.max(1) as f64;
        let ridge = LINEAR_RIDGE * square + JITTER;
        let (weights, offset) = if n < width {
            by_examples(examples, ridge, width)
        } else {
            let mut penalty = vec![0.0; width * width];
            (0..width).for_each(|i| penalty[i * width + i] = ridge);
            least_squares(&examples.inputs, examples, penalty, width)
        };
        Self { weights, offset }
    }

    /// The scores of an input.
    pub(crate) fn scores(&self, input: &[f32]) -> [f32; N_SCORES] {
        summed(&self.offset, input.iter().copied(), &self.weights)
    }

    /// The arrays of a weights file, by the end of their names.
    pub(crate) fn arrays(&self) -> Result<[(&'static str, Array); 2], Error> {
        let width = self.weights.len() / N_SCORES;
        Ok([
            (
                "linear.weights",
                Array::new(vec![width, N_SCORES], self.weights.clone())?,
            ),
            (
                "linear.offset",
                Array::new(vec![N_SCORES], self.offset.clone())?,
            ),
        ])
    }

    /// Reads the arrays back.
    pub(crate) fn from_weights(
        weights: &WeightsFile,
        name: &str,
        width: usize,
    ) -> Result<Self, Error> {
        let values = |part: &str, shape: &[usize]| {
            let name = format!("{name}.linear.{part}");
            weights.values(&name, shape).map(<[f32]>::to_vec)
        };
        Ok(Self {
            weights: values("weights", &[width, N_SCORES])?,
            offset: values("offset", &[N_SCORES])?,
        })
    }
}

impl KernelMachine {
    /// Fits to inputs of some width, with some of them as centers.
    ///
    /// # Shapes
    /// - `centers`: `[n_centers, width]`
    pub(crate) fn fit(examples: &Examples, centers: Vec<f32>, width: usize) -> Self {
        let n_centers = centers.len() / width;
        let center = |j: usize| &centers[j * width..][..width];
        let rows = examples.inputs.chunks_exact(width);
        let design: Vec<f32> = rows
            .flat_map(|row| (0..n_centers).map(move |j| kernel(row, center(j))))
            .collect();
        let mut penalty = vec![0.0; n_centers * n_centers];
        for i in 0..n_centers {
            for j in 0..=i {
                let similarity = f64::from(kernel(center(i), center(j)));
                penalty[i * n_centers + j] = KERNEL_RIDGE * similarity;
            }
            penalty[i * n_centers + i] += JITTER * examples.targets.len() as f64;
        }
        let (weights, offset) = least_squares(&design, examples, penalty, n_centers);
        Self {
            centers,
            weights,
            offset,
        }
    }

    /// The scores of an input.
    pub(crate) fn scores(&self, input: &[f32]) -> [f32; N_SCORES] {
        let centers = self.centers.chunks_exact(input.len().max(1));
        let similarities = centers.map(|center| kernel(input, center));
        summed(&self.offset, similarities, &self.weights)
    }

    /// The arrays of a weights file, by the end of their names.
    pub(crate) fn arrays(&self) -> Result<[(&'static str, Array); 3], Error> {
        let n = self.weights.len() / N_SCORES;
        let width = self.centers.len() / n.max(1);
        Ok([
            (
                "kernel.centers",
                Array::new(vec![n, width], self.centers.clone())?,
            ),
            (
                "kernel.weights",
                Array::new(vec![n, N_SCORES], self.weights.clone())?,
            ),
            (
                "kernel.offset",
                Array::new(vec![N_SCORES], self.offset.clone())?,
            ),
        ])
    }

    /// Reads the arrays back.
    pub(crate) fn from_weights(
        weights: &WeightsFile,
        name: &str,
        width: usize,
    ) -> Result<Self, Error> {
        let name = |part: &str| format!("{name}.kernel.{part}");
        let found = weights.arrays.get(&name("centers"));
        let n = found.map_or(0, |array| array.values.len() / width.max(1));
        if n > MAX_CENTERS {
            let reason = format!("it has {n} centers, expected at most {MAX_CENTERS}");
            return Err(weights.refused(reason));
        }
        let values =
            |part: &str, shape: &[usize]| weights.values(&name(part), shape).map(<[f32]>::to_vec);
        Ok(Self {
            centers: values("centers", &[n, width])?,
            weights: values("weights", &[n, N_SCORES])?,
            offset: values("offset", &[N_SCORES])?,
        })
    }
}

/// Offset + Σ value · weights.
fn summed(offset: &[f32], values: impl Iterator<Item = f32>, weights: &[f32]) -> [f32; N_SCORES] {
    let mut scores = [0.0; N_SCORES];
    scores.copy_from_slice(offset);
    for (value, weights) in values.zip(weights.chunks_exact(N_SCORES)) {
        for (score, weight) in scores.iter_mut().zip(weights) {
            *score += value * weight;
        }
    }
    scores
}

/// Weights β and offset o that minimize Σ wᵢ |dᵢ β + o − yᵢ|² + βᵀ P β; o is the mean target.
///
/// # Shapes
/// - `design`: `[n, m]`, `penalty`: `[m, m]`, its lower triangle
/// - returns: `[m, N_SCORES]` and `[N_SCORES]`
fn least_squares(
    design: &[f32],
    examples: &Examples,
    mut penalty: Vec<f64>,
    m: usize,
) -> (Vec<f32>, Vec<f32>) {
    let n = examples.targets.len();
    let offset = examples.offset();
    let mut moments = vec![0.0; m * N_SCORES];
    // Columns beside each other, so that the products of all pairs of them run along memory.
    let mut columns = vec![0.0; m * n];
    for (i, row) in design.chunks_exact(m.max(1)).enumerate() {
        let weight = examples.weights[i];
        for (j, &value) in row.iter().enumerate() {
            columns[j * n + i] = value * weight.sqrt() as f32;
            let moments = &mut moments[j * N_SCORES..][..N_SCORES];
            for (s, cell) in moments.iter_mut().enumerate() {
                *cell += weight * f64::from(value) * (examples.targets[i][s] - offset[s]);
            }
        }
    }
    for (cell, product) in penalty.iter_mut().zip(gram(&columns, n)) {
        *cell += product;
    }
    solve(&mut penalty, &mut moments, m, N_SCORES);
    let weights = moments.iter().map(|&weight| weight as f32).collect();
    (weights, offset.iter().map(|&value| value as f32).collect())
}

/// As [`least_squares`] with the penalty λ |β|², solved for the examples in place of the inputs,
/// which are more: β = Aᵀ (A Aᵀ + λ W⁻¹)⁻¹ (Y − o).
fn by_examples(examples: &Examples, ridge: f64, width: usize) -> (Vec<f32>, Vec<f32>) {
    let n = examples.targets.len();
    let offset = examples.offset();
    let mut products = gram(&examples.inputs, width);
    for (i, weight) in examples.weights.iter().enumerate() {
        products[i * n + i] += ridge / weight.max(1e-6);
    }
    let targets = examples.targets.iter();
    let mut shares: Vec<f64> = targets
        .flat_map(|target| (0..N_SCORES).map(move |s| target[s] - offset[s]))
        .collect();
    solve(&mut products, &mut shares, n, N_SCORES);
    let mut weights = vec![0.0; width * N_SCORES];
    let rows = examples.inputs.chunks_exact(width);
    for (row, shares) in rows.zip(shares.chunks_exact(N_SCORES)) {
        for (value, weights) in row.iter().zip(weights.chunks_exact_mut(N_SCORES)) {
            for (weight, share) in weights.iter_mut().zip(shares) {
                *weight += value * *share as f32;
            }
        }
    }
    (weights, offset.iter().map(|&value| value as f32).collect())
}

fn kernel(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    // Sums side by side, so that the compiler can use vector registers.
    let mut sums = [0.0_f32; LANES];
    let width = a.len().max(1) as f32;
    let (mut a, mut b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (a, b) in a.by_ref().zip(b.by_ref()) {
        for lane in 0..LANES {
            let difference = a[lane] - b[lane];
            sums[lane] += difference * difference;
        }
    }
    let rest = a.remainder().iter().zip(b.remainder());
    let distance = sums.iter().sum::<f32>() + rest.map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
    (-WIDTH * distance / width).exp()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const WIDTH: usize = 20;

    /// A point of a class, somewhere around its middle.
    fn point(class: usize, take: usize) -> Vec<f32> {
        let noise = |i: usize| ((i * 31 + take * 17) % 11) as f32 * 0.1 - 0.5;
        let place = |i: usize| if i % 3 == class % 3 { 1.5 } else { 0.0 };
        (0..WIDTH).map(|i| place(i) + noise(i)).collect()
    }

    fn examples() -> Examples {
        let classes = (0..60).map(|i| 2 + i % 3);
        let mut examples = Examples::default();
        for (take, class) in classes.enumerate() {
            let mut target = [0.0; N_SCORES];
            target[class] = 1.0;
            target[N_WIDE] = if class == 2 { 0.5 } else { -0.5 };
            examples.inputs.extend(point(class, take));
            examples.targets.push(target);
            examples.weights.push(1.0);
        }
        examples
    }

    #[track_caller]
    fn check(scores: impl Fn(&[f32]) -> [f32; N_SCORES]) {
        for take in 100..106 {
            let class = 2 + take % 3;
            let found = scores(&point(class, take));
            let best = (0..N_WIDE).max_by(|&a, &b| found[a].total_cmp(&found[b]));
            assert_eq!(best, Some(class), "{found:?}");
            assert_eq!(found[N_WIDE] > -0.1, class == 2, "{found:?}");
        }
    }

    #[test]
    fn classes_are_told_apart() {
        let examples = examples();
        let linear = LinearMachine::fit(&examples, WIDTH);
        check(|input| linear.scores(input));
        let centers = examples.inputs[..30 * WIDTH].to_vec();
        let kernel = KernelMachine::fit(&examples, centers, WIDTH);
        check(|input| kernel.scores(input));
    }

    #[test]
    fn both_ways_lead_to_the_same() {
        let examples = examples();
        let mut penalty = vec![0.0; WIDTH * WIDTH];
        (0..WIDTH).for_each(|i| penalty[i * WIDTH + i] = 2.0);
        let (direct, _) = least_squares(&examples.inputs, &examples, penalty, WIDTH);
        let (other, _) = by_examples(&examples, 2.0, WIDTH);
        for (a, b) in direct.iter().zip(&other) {
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
    }

    #[test]
    fn machines_are_kept() {
        let examples = examples();
        let linear = LinearMachine::fit(&examples, WIDTH);
        let kernel = KernelMachine::fit(&examples, examples.inputs.clone(), WIDTH);
        let parts = linear.arrays().unwrap().into_iter();
        let arrays: BTreeMap<String, Array> = parts
            .chain(kernel.arrays().unwrap())
            .map(|(name, array)| (format!("x.{name}"), array))
            .collect();
        let file = WeightsFile::of_arrays(arrays);
        assert_eq!(
            LinearMachine::from_weights(&file, "x", WIDTH).unwrap(),
            linear
        );
        assert_eq!(
            KernelMachine::from_weights(&file, "x", WIDTH).unwrap(),
            kernel
        );
        assert!(LinearMachine::from_weights(&file, "x", WIDTH + 1).is_err());
        assert!(KernelMachine::from_weights(&file, "y", WIDTH).is_err());
    }

    #[test]
    fn calm_counts_with_neutral() {
        let wide = [0.1, 0.2, 0.3, 0.05, 0.15, 0.0, 0.1, 0.1];
        assert_eq!(narrow_scores(&wide), [0.15, 0.3, 0.3, 0.05]);
    }
}
