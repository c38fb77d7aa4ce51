//! Kernel ridge regression on a subset of regressors.
//!
//! The answer is a weighted sum of kernels with m centers. Centers are the clips; the altered
//! copies only enter the fit: minimize Σ w (y − K α)² + λ α⊤ K_mm α ("subset of regressors", Smola
//! and Schölkopf 2000, "Sparse greedy matrix approximation for machine learning"). The kernel is a
//! Gaussian plus a linear one; between examples of different sets it is scaled by the coupling,
//! the kernel form of Daumé (2007), "Frustratingly easy domain adaptation".

use rayon::prelude::*;

use super::config::SymbolicEmotionConfig;
use super::examples::N_INPUTS;
use crate::linear_algebra::Symmetric;

/// Values summed side by side, so that the compiler can use vector registers.
const LANES: usize = 16;
/// Length of a padded vector of inputs.
pub(super) const PADDED: usize = N_INPUTS.div_ceil(LANES) * LANES;
/// Rows of the kernel matrix made at a time; at a thousand centers half a megabyte.
const BLOCK: usize = 64;
/// Added to the diagonal, so that two equal centers do no harm.
const JITTER: f64 = 1e-4;

/// Standardized inputs, padded with zeros, and the number of the set they are heard as.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    pub(super) values: Vec<f32>,
    pub(super) set: usize,
    /// Squared length.
    norm: f32,
}

impl Point {
    /// A point from at most [`PADDED`] values.
    pub(super) fn new(mut values: Vec<f32>, set: usize) -> Self {
        values.resize(PADDED, 0.0);
        let norm = dot(&values, &values);
        Self { values, set, norm }
    }
}

/// A point to learn from.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) point: Point,
    pub(super) labels: [f64; 2],
    pub(super) weight: f64,
}

/// The kernel's parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kernel {
    width: f32,
    linear: f32,
    coupling: f32,
}

impl Kernel {
    pub(super) fn new(config: &SymbolicEmotionConfig) -> Self {
        Self {
            width: (config.kernel_width / N_INPUTS as f64) as f32,
            linear: (config.linear_weight / N_INPUTS as f64) as f32,
            coupling: config.set_coupling as f32,
        }
    }

    fn between(self, a: &Point, b: &Point) -> f32 {
        let product = dot(&a.values, &b.values);
        let distance = (a.norm + b.norm - 2.0 * product).max(0.0);
        let kernel = (-self.width * distance).exp() + self.linear * product;
        if a.set == b.set {
            kernel
        } else {
            kernel * self.coupling
        }
    }
}

/// Scalar product of two vectors of one length, a multiple of [`LANES`].
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

/// A fitted machine: centers and a weight a center for valence and for arousal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KernelMachine {
    pub(super) kernel: Kernel,
    pub(super) centers: Vec<Point>,
    pub(super) weights: Vec<[f32; 2]>,
}

impl KernelMachine {
    /// Fits the weights; `None` where the system cannot be solved, as with no centers.
    pub(super) fn fit(
        config: &SymbolicEmotionConfig,
        centers: Vec<Point>,
        targets: &[Target],
    ) -> Option<Self> {
        let kernel = Kernel::new(config);
        let m = centers.len();
        let mut matrix = Symmetric::zeros(m);
        for (row, a) in centers.iter().enumerate() {
            for (column, b) in centers.iter().enumerate().skip(row) {
                matrix.add(row, column, config.ridge * f64::from(kernel.between(a, b)));
            }
        }
        matrix.add_diagonal(JITTER);
        let mut right = vec![[0.0; 2]; m];
        let mut block = vec![0.0; BLOCK * m];
        for targets in targets.chunks(BLOCK) {
            let block = &mut block[..targets.len() * m];
            block
                .par_chunks_mut(m)
                .zip(targets)
                .for_each(|(row, target)| {
                    let root = target.weight.sqrt();
                    for (value, center) in row.iter_mut().zip(&centers) {
                        *value = root * f64::from(kernel.between(&target.point, center));
                    }
                });
            for (row, target) in block.chunks_exact(m).zip(targets) {
                let root = target.weight.sqrt();
                for (sums, value) in right.iter_mut().zip(row) {
                    sums[0] += value * root * target.labels[0];
                    sums[1] += value * root * target.labels[1];
                }
            }
            matrix.add_gram(block);
        }
        let weights = matrix.solve(&right).filter(|weights| !weights.is_empty())?;
        let weights = weights
            .iter()
            .map(|pair| pair.map(|weight| weight as f32))
            .collect();
        Some(Self {
            kernel,
            centers,
            weights,
        })
    }

    /// Valence and arousal of a point, uncalibrated: about −1..=1, signs as the labels.
    pub(super) fn answer(&self, point: &Point) -> [f64; 2] {
        let mut sums = [0.0_f64; 2];
        for (center, weights) in self.centers.iter().zip(&self.weights) {
            let kernel = self.kernel.between(point, center);
            sums[0] += f64::from(kernel * weights[0]);
            sums[1] += f64::from(kernel * weights[1]);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(x: f32, y: f32, labels: [f64; 2]) -> Target {
        Target {
            point: Point::new(vec![x * 10.0, y * 10.0], 0),
            labels,
            weight: 1.0,
        }
    }

    #[test]
    fn learns_exclusive_or_and_a_line() {
        let targets = [
            target(0.0, 0.0, [-1.0, -1.0]),
            target(1.0, 1.0, [-1.0, 1.0]),
            target(0.0, 1.0, [1.0, 1.0]),
            target(1.0, 0.0, [1.0, -1.0]),
        ];
        let config = SymbolicEmotionConfig {
            ridge: 0.01,
            kernel_width: 2.0,
            ..SymbolicEmotionConfig::default()
        };
        let centers = targets.iter().map(|target| target.point.clone()).collect();
        let machine = KernelMachine::fit(&config, centers, &targets).unwrap();
        for target in &targets {
            let answer = machine.answer(&target.point);
            assert!(
                answer[0] * target.labels[0] > 0.5 && answer[1] * target.labels[1] > 0.5,
                "{answer:?}"
            );
        }
    }

    #[test]
    fn the_other_set_counts_less() {
        let kernel = Kernel::new(&SymbolicEmotionConfig::default());
        let (here, there) = (Point::new(vec![1.0; 5], 0), Point::new(vec![1.0; 5], 1));
        assert!((kernel.between(&here, &there) / kernel.between(&here, &here) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn nothing_cannot_be_fitted() {
        assert_eq!(
            KernelMachine::fit(&SymbolicEmotionConfig::default(), Vec::new(), &[]),
            None
        );
    }
}
