//! Fisher vectors: how the frames of an utterance differ from those of all speech.
//!
//! Descriptors of frames, rotated onto their principal axes, are described by a mixture of
//! Gaussians; the vector of an utterance is the direction in which the means and deviations of the
//! mixture would move to fit it better (Perronnin, Sánchez & Mensink 2010, "Improving the Fisher
//! kernel for large-scale image classification"; for emotions in speech Kaya, Karpov & Salah 2016).

use std::collections::BTreeMap;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::contours::{Contours, N_CEPSTRA, N_SHAPES, quantile, sorted};
use super::linear_algebra::{dot32, eigenvectors};
use crate::{Array, Error, WeightsFile};

/// Cepstra among the descriptors.
const CEPSTRA: usize = 16;
/// Descriptors of a frame without their changes: cepstra, shapes, pitch, pitch against the median
/// of the utterance, voicing.
const N_STILL: usize = CEPSTRA + N_SHAPES + 3;
/// Descriptors of a frame and their changes.
pub(crate) const N_DESCRIPTORS: usize = 2 * N_STILL;
/// Principal axes that are kept.
const N_AXES: usize = 32;
/// Gaussians.
const N_GAUSSIANS: usize = 32;
/// Length of a Fisher vector: means and deviations.
pub(crate) const N_FISHER: usize = 2 * N_AXES * N_GAUSSIANS;
/// Every second frame is enough: frames overlap.
const STEP: usize = 2;
/// Frames on each side over which a change is measured.
const CHANGE: usize = 4;
/// Standardized descriptors farther out are pulled in.
const LIMIT: f32 = 5.0;
/// Rounds of expectation and maximization.
const N_ROUNDS: usize = 15;
/// Smallest variance along an axis of unit variance.
const MIN_VARIANCE: f32 = 0.02;
/// Smallest share of a Gaussian.
const MIN_SHARE: f32 = 1e-3;

/// What descriptors are measured against.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Fisher {
    /// `[N_DESCRIPTORS]`
    mean: Vec<f32>,
    /// `[N_DESCRIPTORS]`
    sd: Vec<f32>,
    /// `[N_AXES, N_DESCRIPTORS]`, scaled to unit variance
    axes: Vec<f32>,
    /// `[N_GAUSSIANS]`
    shares: Vec<f32>,
    /// `[N_GAUSSIANS, N_AXES]`
    means: Vec<f32>,
    /// `[N_GAUSSIANS, N_AXES]`
    variances: Vec<f32>,
}

/// Sums over frames, by how much each Gaussian answers for them.
struct Sums {
    shares: Vec<f32>,
    means: Vec<f32>,
    squares: Vec<f32>,
}

/// The descriptors of an utterance.
///
/// # Shapes
/// - returns: `[n, N_DESCRIPTORS]`, n half the number of frames
pub(crate) fn descriptors(contours: &Contours) -> Vec<f32> {
    let n = contours.n_frames;
    let voiced: Vec<f32> = (0..n)
        .filter(|&i| contours.is_voiced(i))
        .map(|i| contours.log_f0[i])
        .collect();
    let median = quantile(&sorted(&voiced), 0.5);
    let mut still = Vec::with_capacity(n * N_STILL);
    for i in 0..n {
        let voicing = contours.voicing[i];
        let (height, relative) = match contours.is_voiced(i) {
            true => (contours.log_f0[i], contours.log_f0[i] - median),
            false => (0.0, 0.0),
        };
        still.extend_from_slice(&contours.cepstra[i * N_CEPSTRA..][..CEPSTRA]);
        still.extend_from_slice(&contours.shapes[i * N_SHAPES..][..N_SHAPES]);
        still.extend([height, relative, voicing]);
    }
    let row = |i: usize| &still[i.min(n - 1) * N_STILL..][..N_STILL];
    let mut out = Vec::with_capacity(n.div_ceil(STEP) * N_DESCRIPTORS);
    for i in (0..n).step_by(STEP) {
        out.extend_from_slice(row(i));
        let wide = row(i + CHANGE).iter().zip(row(i.saturating_sub(CHANGE)));
        let half = CHANGE / 2;
        let near = row(i + half).iter().zip(row(i.saturating_sub(half)));
        out.extend(
            wide.zip(near)
                .map(|((a, b), (c, d))| (a - b) + 0.5 * (c - d)),
        );
    }
    out
}

impl Fisher {
    /// Fits axes and mixture to descriptors of many frames.
    ///
    /// # Shapes
    /// - `rows`: `[n, N_DESCRIPTORS]`
    pub(crate) fn fit(rows: &[f32], rng: &mut Pcg64Mcg) -> Self {
        let n = (rows.len() / N_DESCRIPTORS).max(1) as f64;
        let mut sum = [0.0; N_DESCRIPTORS];
        let mut square = [0.0; N_DESCRIPTORS];
        for row in rows.chunks_exact(N_DESCRIPTORS) {
            for (i, value) in row.iter().enumerate() {
                sum[i] += f64::from(*value);
                square[i] += f64::from(*value).powi(2);
            }
        }
        let deviation = |(sum, square): (&f64, &f64)| {
            let variance = square / n - (sum / n).powi(2);
            variance.max(1e-6).sqrt() as f32
        };
        let mut fisher = Self {
            mean: sum.iter().map(|sum| (sum / n) as f32).collect(),
            sd: sum.iter().zip(&square).map(deviation).collect(),
            ..Self::default()
        };
        fisher.axes = fisher.principal_axes(rows);
        let points: Vec<f32> = rows
            .chunks_exact(N_DESCRIPTORS)
            .flat_map(|row| fisher.point(row))
            .collect();
        fisher.fit_mixture(&points, rng);
        fisher
    }

    fn standardized(&self, row: &[f32]) -> [f32; N_DESCRIPTORS] {
        std::array::from_fn(|i| ((row[i] - self.mean[i]) / self.sd[i]).clamp(-LIMIT, LIMIT))
    }

    fn principal_axes(&self, rows: &[f32]) -> Vec<f32> {
        let mut covariance = vec![0.0; N_DESCRIPTORS * N_DESCRIPTORS];
        for row in rows.chunks_exact(N_DESCRIPTORS) {
            let row = self.standardized(row).map(f64::from);
            for (i, cells) in covariance.chunks_exact_mut(N_DESCRIPTORS).enumerate() {
                for (cell, value) in cells.iter_mut().zip(&row) {
                    *cell += row[i] * value;
                }
            }
        }
        let n = (rows.len() / N_DESCRIPTORS).max(1) as f64;
        covariance.iter_mut().for_each(|cell| *cell /= n);
        let (values, vectors) = eigenvectors(&mut covariance, N_DESCRIPTORS);
        let pairs = values.iter().zip(vectors.chunks_exact(N_DESCRIPTORS));
        let scaled = pairs.take(N_AXES).flat_map(|(value, vector)| {
            let sd = value.max(1e-4).sqrt();
            vector.iter().map(move |x| (x / sd) as f32)
        });
        scaled.collect()
    }

    /// A frame along the principal axes.
    fn point(&self, row: &[f32]) -> [f32; N_AXES] {
        let row = self.standardized(row);
        std::array::from_fn(|axis| dot32(&self.axes[axis * N_DESCRIPTORS..][..N_DESCRIPTORS], &row))
    }

    /// Expectation and maximization (Dempster, Laird & Rubin 1977) from randomly chosen frames.
    fn fit_mixture(&mut self, points: &[f32], rng: &mut Pcg64Mcg) {
        let n = points.len() / N_AXES;
        self.shares = vec![1.0 / N_GAUSSIANS as f32; N_GAUSSIANS];
        self.variances = vec![1.0; N_GAUSSIANS * N_AXES];
        for _ in 0..N_GAUSSIANS {
            let chosen = match n {
                0 => [0.0; N_AXES].to_vec(),
                n => points[rng.random_range(0..n) * N_AXES..][..N_AXES].to_vec(),
            };
            self.means.extend(chosen);
        }
        for _ in 0..N_ROUNDS {
            let sums = self.sums(points);
            for k in 0..N_GAUSSIANS {
                let share = sums.shares[k].max(1.0);
                self.shares[k] = (sums.shares[k] / n.max(1) as f32).max(MIN_SHARE);
                for i in k * N_AXES..(k + 1) * N_AXES {
                    let mean = sums.means[i] / share;
                    self.means[i] = mean;
                    self.variances[i] = (sums.squares[i] / share - mean * mean).max(MIN_VARIANCE);
                }
            }
        }
    }

    fn sums(&self, points: &[f32]) -> Sums {
        let mut sums = Sums {
            shares: vec![0.0; N_GAUSSIANS],
            means: vec![0.0; N_GAUSSIANS * N_AXES],
            squares: vec![0.0; N_GAUSSIANS * N_AXES],
        };
        let precisions: Vec<f32> = self.variances.iter().map(|x| 1.0 / x).collect();
        let heights: Vec<f32> = (0..N_GAUSSIANS)
            .map(|k| {
                let variances = &self.variances[k * N_AXES..][..N_AXES];
                let logs: f32 = variances.iter().map(|x| x.ln()).sum();
                self.shares[k].ln() - 0.5 * logs
            })
            .collect();
        for point in points.chunks_exact(N_AXES) {
            let answers = self.answers(point, &precisions, &heights);
            for (k, &share) in answers.iter().enumerate() {
                // What hardly counts need not be summed.
                if share < 1e-4 {
                    continue;
                }
                sums.shares[k] += share;
                let means = &mut sums.means[k * N_AXES..][..N_AXES];
                let squares = &mut sums.squares[k * N_AXES..][..N_AXES];
                for ((mean, square), x) in means.iter_mut().zip(squares).zip(point) {
                    *mean += share * x;
                    *square += share * x * x;
                }
            }
        }
        sums
    }

    /// How much each Gaussian answers for a point.
    fn answers(&self, point: &[f32], precisions: &[f32], heights: &[f32]) -> [f32; N_GAUSSIANS] {
        let logs: [f32; N_GAUSSIANS] = std::array::from_fn(|k| {
            let means = &self.means[k * N_AXES..][..N_AXES];
            let mut distances = [0.0_f32; N_AXES];
            for (i, distance) in distances.iter_mut().enumerate() {
                let difference = point[i] - means[i];
                *distance = difference * difference * precisions[k * N_AXES + i];
            }
            heights[k] - 0.5 * distances.iter().sum::<f32>()
        });
        let top = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights = logs.map(|log| (log - top).exp());
        let total: f32 = weights.iter().sum();
        weights.map(|weight| weight / total)
    }

    /// The Fisher vector of an utterance, its values drawn together by square roots and of length
    /// 1; all 0 where there is no frame.
    ///
    /// # Shapes
    /// - `rows`: `[n, N_DESCRIPTORS]`
    /// - returns: `[N_FISHER]`
    pub(crate) fn vector(&self, rows: &[f32]) -> Vec<f32> {
        let points: Vec<f32> = rows
            .chunks_exact(N_DESCRIPTORS)
            .flat_map(|row| self.point(row))
            .collect();
        let n = (points.len() / N_AXES).max(1) as f32;
        let sums = self.sums(&points);
        let mut vector = Vec::with_capacity(N_FISHER);
        for k in 0..N_GAUSSIANS {
            let root = self.shares[k].sqrt();
            for i in k * N_AXES..(k + 1) * N_AXES {
                let moved = sums.means[i] - self.means[i] * sums.shares[k];
                vector.push(moved / self.variances[i].sqrt() / root / n);
            }
        }
        for k in 0..N_GAUSSIANS {
            let root = (2.0 * self.shares[k]).sqrt();
            for i in k * N_AXES..(k + 1) * N_AXES {
                let (mean, variance) = (self.means[i], self.variances[i]);
                let square = sums.squares[i] - 2.0 * sums.means[i] * mean
                    + (mean * mean - variance) * sums.shares[k];
                vector.push(square / variance / root / n);
            }
        }
        let length: f32 = vector.iter().map(|x| x.abs()).sum::<f32>().sqrt().max(1e-6);
        vector
            .iter()
            .map(|x| x.signum() * x.abs().sqrt() / length)
            .collect()
    }

    fn parts(&self) -> [(&'static str, [usize; 2], &Vec<f32>); 6] {
        [
            ("fisher.mean", [1, N_DESCRIPTORS], &self.mean),
            ("fisher.sd", [1, N_DESCRIPTORS], &self.sd),
            ("fisher.axes", [N_AXES, N_DESCRIPTORS], &self.axes),
            ("fisher.shares", [1, N_GAUSSIANS], &self.shares),
            ("fisher.means", [N_GAUSSIANS, N_AXES], &self.means),
            ("fisher.variances", [N_GAUSSIANS, N_AXES], &self.variances),
        ]
    }

    /// The arrays of a weights file.
    pub(crate) fn arrays(&self) -> Result<BTreeMap<String, Array>, Error> {
        let array = |(name, shape, values): (&str, [usize; 2], &Vec<f32>)| {
            Ok((name.to_owned(), Array::new(shape.to_vec(), values.clone())?))
        };
        self.parts().into_iter().map(array).collect()
    }

    /// Reads the arrays back.
    pub(crate) fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        let [mean, sd, axes, shares, means, variances] = Self::default()
            .parts()
            .map(|(name, shape, _)| weights.values(name, &shape).map(<[f32]>::to_vec));
        let positive = |values: Result<Vec<f32>, Error>, least: f32| {
            Ok::<_, Error>(values?.into_iter().map(|x| x.max(least)).collect())
        };
        Ok(Self {
            mean: mean?,
            sd: positive(sd, 1e-3)?,
            axes: axes?,
            shares: positive(shares, 0.5 * MIN_SHARE)?,
            means: means?,
            variances: positive(variances, 0.5 * MIN_VARIANCE)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::super::frames::{Frames, N_COLUMNS};
    use super::*;

    fn rows(pitch: f32) -> Vec<f32> {
        let value = |i: usize| match i % N_COLUMNS {
            64 => pitch,
            65 => 0.9,
            band => ((i * 31 + band * band) % 17) as f32 / 8.0,
        };
        descriptors(&Contours::of(&Frames {
            values: (0..300 * N_COLUMNS).map(value).collect(),
        }))
    }

    #[test]
    fn utterances_are_told_apart() {
        let all: Vec<f32> = [4.9, 5.1, 5.3].into_iter().flat_map(rows).collect();
        let fisher = Fisher::fit(&all, &mut Pcg64Mcg::seed_from_u64(1));
        let vectors = [4.9, 5.3].map(|pitch| fisher.vector(&rows(pitch)));
        for vector in &vectors {
            assert_eq!(vector.len(), N_FISHER);
            assert!((dot32(vector, vector) - 1.0).abs() < 1e-3);
        }
        assert!(dot32(&vectors[0], &vectors[1]) < 0.9);
        let again = Fisher::fit(&all, &mut Pcg64Mcg::seed_from_u64(1));
        assert_eq!(again, fisher);
    }

    #[test]
    fn nothing_has_no_direction() {
        let fisher = Fisher::fit(&[], &mut Pcg64Mcg::seed_from_u64(1));
        let vector = fisher.vector(&descriptors(&Contours::default()));
        assert!(vector.iter().all(|&x| x == 0.0), "{vector:?}");
    }
}
