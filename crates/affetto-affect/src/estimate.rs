//! Estimates of a feeling: a Gaussian on the plane and a distribution over the quadrants.

use crate::normal::{bisect, positive_orthant, quantile};
use crate::{Affect, Error, Quadrant};

/// The largest correlation of valence and arousal that is kept; beyond it the Gaussian is a line.
const MAX_CORRELATION: f64 = 0.99;

/// A symmetric 2 × 2 covariance matrix on the valence–arousal plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covariance {
    /// Variance of valence, > 0.
    pub valence: f64,
    /// Variance of arousal, > 0.
    pub arousal: f64,
    /// Covariance of the two.
    pub cross: f64,
}

impl Covariance {
    /// The smallest variance that is kept: a standard deviation of 0.01.
    pub const MIN_VARIANCE: f64 = 1e-4;
    /// The largest variance that is kept: a standard deviation of 10, which says nothing.
    pub const MAX_VARIANCE: f64 = 100.0;

    /// A covariance whose variances lie in `MIN_VARIANCE..=MAX_VARIANCE` and whose correlation
    /// lies in −0.99..=0.99; values outside become the nearest inside, what is not a number the
    /// least certain.
    #[must_use]
    pub fn clamped(valence: f64, arousal: f64, cross: f64) -> Self {
        let variance = |value: f64| {
            if value.is_nan() {
                Self::MAX_VARIANCE
            } else {
                value.clamp(Self::MIN_VARIANCE, Self::MAX_VARIANCE)
            }
        };
        let (valence, arousal) = (variance(valence), variance(arousal));
        let limit = MAX_CORRELATION * (valence * arousal).sqrt();
        let cross = if cross.is_nan() {
            0.0
        } else {
            cross.clamp(-limit, limit)
        };
        Self {
            valence,
            arousal,
            cross,
        }
    }

    /// Independent axes with these standard deviations, clamped as [`Covariance::clamped`].
    #[must_use]
    pub fn independent(valence_sd: f64, arousal_sd: f64) -> Self {
        Self::clamped(valence_sd * valence_sd, arousal_sd * arousal_sd, 0.0)
    }

    /// Standard deviation of valence.
    #[must_use]
    pub fn valence_sd(&self) -> f64 {
        self.valence.sqrt()
    }

    /// Standard deviation of arousal.
    #[must_use]
    pub fn arousal_sd(&self) -> f64 {
        self.arousal.sqrt()
    }

    /// Correlation of valence and arousal, in −1..=1.
    #[must_use]
    pub fn correlation(&self) -> f64 {
        self.cross / (self.valence * self.arousal).sqrt()
    }

    /// The determinant, > 0.
    #[must_use]
    pub fn determinant(&self) -> f64 {
        self.valence * self.arousal - self.cross * self.cross
    }

    /// The inverse matrix, the precision.
    pub(crate) fn inverse(&self) -> Matrix {
        let determinant = self.determinant();
        Matrix {
            valence: self.arousal / determinant,
            arousal: self.valence / determinant,
            cross: -self.cross / determinant,
        }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self::clamped(
            self.valence + other.valence,
            self.arousal + other.arousal,
            self.cross + other.cross,
        )
    }
}

/// A symmetric positive definite matrix without the limits of a covariance.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Matrix {
    pub(crate) valence: f64,
    pub(crate) arousal: f64,
    pub(crate) cross: f64,
}

impl Matrix {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            valence: self.valence + other.valence,
            arousal: self.arousal + other.arousal,
            cross: self.cross + other.cross,
        }
    }

    pub(crate) fn times(self, (v, a): (f64, f64)) -> (f64, f64) {
        (
            self.valence * v + self.cross * a,
            self.cross * v + self.arousal * a,
        )
    }

    /// The inverse as a covariance.
    pub(crate) fn covariance(self) -> Covariance {
        let determinant = self.valence * self.arousal - self.cross * self.cross;
        Covariance::clamped(
            self.arousal / determinant,
            self.valence / determinant,
            -self.cross / determinant,
        )
    }
}

/// Probabilities of the four quadrant emotions, each in 0..=1, summing to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuadrantProbabilities {
    /// Q1.
    pub happiness: f64,
    /// Q2.
    pub anger: f64,
    /// Q3.
    pub sadness: f64,
    /// Q4.
    pub calmness: f64,
}

impl QuadrantProbabilities {
    /// Each a quarter.
    pub const UNIFORM: Self = Self {
        happiness: 0.25,
        anger: 0.25,
        sadness: 0.25,
        calmness: 0.25,
    };

    /// Probabilities in proportion to four weights, in the order of [`Quadrant::ALL`].
    ///
    /// # Errors
    /// [`Error::NoDistribution`] when a weight is negative or not finite or all are 0.
    pub fn from_weights(weights: [f64; 4]) -> Result<Self, Error> {
        let [happiness, anger, sadness, calmness] = normalized(&weights)?;
        Ok(Self {
            happiness,
            anger,
            sadness,
            calmness,
        })
    }

    /// How likely a Gaussian puts a feeling into each quadrant.
    ///
    /// Bivariate normal orthant probabilities; see `normal.rs` for the numerics (error < 1e-6).
    #[must_use]
    pub fn of_gaussian(mean: Affect, covariance: &Covariance) -> Self {
        let h = mean.v() / covariance.valence_sd();
        let k = mean.a() / covariance.arousal_sd();
        let correlation = covariance
            .correlation()
            .clamp(-MAX_CORRELATION, MAX_CORRELATION);
        let weights = [
            positive_orthant(h, k, correlation),
            positive_orthant(-h, k, -correlation),
            positive_orthant(-h, -k, correlation),
            positive_orthant(h, -k, -correlation),
        ];
        Self::from_weights(weights).unwrap_or(Self::UNIFORM)
    }

    /// Probability of one quadrant.
    #[must_use]
    pub fn of(&self, quadrant: Quadrant) -> f64 {
        match quadrant {
            Quadrant::Happiness => self.happiness,
            Quadrant::Anger => self.anger,
            Quadrant::Sadness => self.sadness,
            Quadrant::Calmness => self.calmness,
        }
    }

    /// The four in the order of [`Quadrant::ALL`].
    #[must_use]
    pub fn to_array(&self) -> [f64; 4] {
        Quadrant::ALL.map(|quadrant| self.of(quadrant))
    }

    /// The most likely quadrant; the first of several.
    #[must_use]
    pub fn most_likely(&self) -> Quadrant {
        Quadrant::ALL
            .into_iter()
            .reduce(|best, next| {
                if self.of(next) > self.of(best) {
                    next
                } else {
                    best
                }
            })
            .unwrap_or(Quadrant::Happiness)
    }
}

/// Weights scaled to sum to 1.
pub(crate) fn normalized<const N: usize>(weights: &[f64; N]) -> Result<[f64; N], Error> {
    let sum: f64 = weights.iter().sum();
    let sound = weights.iter().all(|&weight| weight >= 0.0) && sum.is_finite() && sum > 0.0;
    if sound {
        Ok(weights.map(|weight| weight / sum))
    } else {
        Err(Error::NoDistribution {
            actual: weights.to_vec(),
        })
    }
}

/// What is believed about a feeling: where it lies, how sure that is, which quadrant it is in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean of the Gaussian.
    pub mean: Affect,
    /// Its covariance.
    pub covariance: Covariance,
    /// Probability of each quadrant; a model may know more about it than the Gaussian says.
    pub quadrants: QuadrantProbabilities,
}

impl Estimate {
    /// An estimate whose quadrants follow from its Gaussian.
    #[must_use]
    pub fn from_gaussian(mean: Affect, covariance: Covariance) -> Self {
        let quadrants = QuadrantProbabilities::of_gaussian(mean, &covariance);
        Self {
            mean,
            covariance,
            quadrants,
        }
    }

    /// A point that is known: what the listener dialed, with the smallest variance.
    #[must_use]
    pub fn certain(mean: Affect) -> Self {
        Self::from_gaussian(mean, Covariance::clamped(0.0, 0.0, 0.0))
    }

    /// The Gaussian with these standard deviations that has the given quadrant probabilities.
    ///
    /// The inverse of [`QuadrantProbabilities::of_gaussian`]: the means come from the probit of
    /// the two half-plane probabilities, the correlation from bisection. Probabilities that would
    /// need a mean outside the plane or a correlation beyond ±0.99 give the nearest; the
    /// estimate keeps the given quadrants as they are.
    #[must_use]
    pub fn from_quadrants(
        quadrants: QuadrantProbabilities,
        valence_sd: f64,
        arousal_sd: f64,
    ) -> Self {
        let plain = Covariance::independent(valence_sd, arousal_sd);
        let h = quantile(quadrants.happiness + quadrants.calmness);
        let k = quantile(quadrants.happiness + quadrants.anger);
        let correlation = bisect(-MAX_CORRELATION, MAX_CORRELATION, |correlation| {
            positive_orthant(h, k, correlation) - quadrants.happiness
        });
        let (valence_sd, arousal_sd) = (plain.valence_sd(), plain.arousal_sd());
        let cross = correlation * valence_sd * arousal_sd;
        Self {
            mean: Affect::clamped(h * valence_sd, k * arousal_sd),
            covariance: Covariance::clamped(plain.valence, plain.arousal, cross),
            quadrants,
        }
    }

    /// The same estimate with its covariance times `factor`, in 0.01..=100 (values outside become
    /// the nearest inside, what is not a number 1).
    ///
    /// What was known about the quadrants beyond the Gaussian fades as the factor grows beyond 1:
    /// its likelihood ratios are raised to the power 1 / `factor`.
    #[must_use]
    pub fn widened(self, factor: f64) -> Self {
        let factor = if factor.is_nan() {
            1.0
        } else {
            factor.clamp(0.01, 100.0)
        };
        let plain = QuadrantProbabilities::of_gaussian(self.mean, &self.covariance);
        let covariance = Covariance::clamped(
            self.covariance.valence * factor,
            self.covariance.arousal * factor,
            self.covariance.cross * factor,
        );
        let widened = Self::from_gaussian(self.mean, covariance);
        let floor = 1e-6;
        let weights = Quadrant::ALL.map(|quadrant| {
            let ratio = self.quadrants.of(quadrant).max(floor) / plain.of(quadrant).max(floor);
            widened.quadrants.of(quadrant) * ratio.powf(1.0 / factor.max(1.0))
        });
        Self {
            quadrants: QuadrantProbabilities::from_weights(weights).unwrap_or(widened.quadrants),
            ..widened
        }
    }

    /// The Gaussian with the mean and covariance of a mixture; quadrants are the mixture's own.
    ///
    /// Each part is a weight ≥ 0, a mean and a covariance.
    ///
    /// # Errors
    /// [`Error::NoDistribution`] when a weight is negative or not finite or all are 0.
    pub fn from_mixture(parts: &[(f64, Affect, Covariance)]) -> Result<Self, Error> {
        let total: f64 = parts.iter().map(|part| part.0).sum();
        if !(total.is_finite() && total > 0.0) || parts.iter().any(|part| part.0 < 0.0) {
            return Err(Error::NoDistribution {
                actual: parts.iter().map(|p| p.0).collect(),
            });
        }
        let average = |value: &dyn Fn(&Affect, &Covariance) -> f64| {
            parts
                .iter()
                .map(|(weight, mean, cov)| weight / total * value(mean, cov))
                .sum::<f64>()
        };
        let (v, a) = (average(&|mean, _| mean.v()), average(&|mean, _| mean.a()));
        let covariance = Covariance::clamped(
            average(&|mean, cov| cov.valence + (mean.v() - v).powi(2)),
            average(&|mean, cov| cov.arousal + (mean.a() - a).powi(2)),
            average(&|mean, cov| cov.cross + (mean.v() - v) * (mean.a() - a)),
        );
        let quadrants = QuadrantProbabilities::from_weights(Quadrant::ALL.map(|quadrant| {
            average(&|mean, cov| QuadrantProbabilities::of_gaussian(*mean, cov).of(quadrant))
        }))?;
        Ok(Self {
            mean: Affect::clamped(v, a),
            covariance,
            quadrants,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(mean: (f64, f64), sd: f64, expected: &str) {
        let mean = Affect::new(mean.0, mean.1).unwrap();
        let estimate = Estimate::from_gaussian(mean, Covariance::independent(sd, sd));
        let [happiness, anger, sadness, calmness] = estimate.quadrants.to_array();
        let actual = format!("{happiness:.3} {anger:.3} {sadness:.3} {calmness:.3}");
        assert_eq!(actual, expected);
    }

    #[test]
    fn quadrants_of_gaussians() {
        check((0.0, 0.0), 0.3, "0.250 0.250 0.250 0.250");
        check((0.3, 0.0), 0.3, "0.421 0.079 0.079 0.421");
        check((0.3, -0.3), 0.3, "0.133 0.025 0.133 0.708");
        check((-1.0, 1.0), 0.1, "0.000 1.000 0.000 0.000");
    }

    #[test]
    fn correlation_moves_mass_to_the_diagonal() {
        let covariance = Covariance::clamped(0.09, 0.09, 0.045);
        let quadrants = QuadrantProbabilities::of_gaussian(Affect::default(), &covariance);
        assert!((quadrants.happiness - 1.0 / 3.0).abs() < 1e-9);
        assert!((quadrants.anger - 1.0 / 6.0).abs() < 1e-9);
    }

    #[test]
    fn weights_that_are_no_distribution_are_refused() {
        for weights in [
            [0.0; 4],
            [-1.0, 2.0, 0.0, 0.0],
            [f64::NAN; 4],
            [f64::INFINITY; 4],
        ] {
            assert!(
                QuadrantProbabilities::from_weights(weights).is_err(),
                "{weights:?}"
            );
        }
        assert!(Estimate::from_mixture(&[]).is_err());
    }

    #[test]
    fn what_is_not_a_number_is_uncertain() {
        let covariance = Covariance::clamped(f64::NAN, -1.0, f64::NAN);
        assert_eq!(
            covariance,
            Covariance {
                valence: 100.0,
                arousal: 1e-4,
                cross: 0.0
            }
        );
    }

    prop_compose! {
        fn gaussian()(v in -0.9..0.9, a in -0.9..0.9, sv in 0.15..0.8, sa in 0.15..0.8, r in -0.9..0.9)
            -> (Affect, Covariance) {
            (Affect::clamped(v, a), Covariance::clamped(sv * sv, sa * sa, r * sv * sa))
        }
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one((mean, covariance) in gaussian()) {
            let array = Estimate::from_gaussian(mean, covariance).quadrants.to_array();
            prop_assert!((array.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(array.iter().all(|p| (0.0..=1.0).contains(p)));
        }

        #[test]
        fn quadrants_and_back((mean, covariance) in gaussian()) {
            let there = Estimate::from_gaussian(mean, covariance);
            // A quadrant that is all but empty says nothing about the correlation.
            prop_assume!(there.quadrants.to_array().iter().all(|&p| p > 1e-3));
            let sds = (covariance.valence_sd(), covariance.arousal_sd());
            let back = Estimate::from_quadrants(there.quadrants, sds.0, sds.1);
            prop_assert!(back.mean.distance(mean) < 1e-3);
            prop_assert!((back.covariance.correlation() - covariance.correlation()).abs() < 1e-2);
        }

        #[test]
        fn widening_keeps_the_mean_and_adds_doubt((mean, covariance) in gaussian(), factor in 1.0..16.0) {
            let estimate = Estimate::from_gaussian(mean, covariance);
            let widened = estimate.widened(factor);
            prop_assert_eq!(widened.mean, mean);
            prop_assert!(widened.covariance.determinant() >= covariance.determinant() - 1e-12);
            prop_assert!((widened.quadrants.to_array().iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let same = estimate.widened(1.0);
            prop_assert!((same.quadrants.anger - estimate.quadrants.anger).abs() < 1e-9);
        }

        #[test]
        fn a_mixture_of_one_is_itself((mean, covariance) in gaussian(), weight in 0.1..9.0) {
            let mixed = Estimate::from_mixture(&[(weight, mean, covariance)]).unwrap();
            let plain = Estimate::from_gaussian(mean, covariance);
            prop_assert!(mixed.mean.distance(plain.mean) < 1e-9);
            prop_assert!((mixed.quadrants.happiness - plain.quadrants.happiness).abs() < 1e-9);
        }
    }
}
