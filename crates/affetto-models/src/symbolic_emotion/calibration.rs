//! From the machine's raw answer to a probability, by a logistic curve (Platt 1999, "Probabilistic
//! outputs for support vector machines").

/// Newton steps; the problem is convex and small.
const STEPS: usize = 50;
/// Prior weight on both parameters, so that separable examples do not drive the slope to infinity.
const PRIOR: f64 = 0.01;

/// The curve p = 1 / (1 + exp(−(slope · raw + offset))).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    pub(super) slope: f64,
    pub(super) offset: f64,
}

impl Default for Calibration {
    /// The curve for a raw answer that estimates labels of ±1, with moderate trust.
    fn default() -> Self {
        Self {
            slope: 3.0,
            offset: 0.0,
        }
    }
}

impl Calibration {
    /// Probability that the label is positive.
    pub(super) fn probability(self, raw: f64) -> f64 {
        1.0 / (1.0 + (-(self.slope * raw + self.offset)).exp())
    }

    /// Fits the curve to raw answers and labels (positive or not) that the machine was not
    /// trained on; the default where there are too few or only one label.
    ///
    /// Labels are softened as in Platt's paper, which keeps extreme answers short of 0 and 1.
    pub(super) fn fit(examples: &[(f64, bool)]) -> Self {
        let n_positive = examples.iter().filter(|example| example.1).count() as f64;
        let n_negative = examples.len() as f64 - n_positive;
        let mut curve = Self::default();
        if n_positive < 5.0 || n_negative < 5.0 {
            return curve;
        }
        let (high, low) = (
            (n_positive + 1.0) / (n_positive + 2.0),
            1.0 / (n_negative + 2.0),
        );
        for _ in 0..STEPS {
            let (mut gradient, mut curvature) = ([0.0; 2], [0.0; 3]);
            for &(raw, positive) in examples {
                let p = curve.probability(raw);
                let error = p - if positive { high } else { low };
                let weight = (p * (1.0 - p)).max(1e-9);
                gradient = [gradient[0] + error * raw, gradient[1] + error];
                curvature = [
                    curvature[0] + weight * raw * raw,
                    curvature[1] + weight * raw,
                    curvature[2] + weight,
                ];
            }
            gradient = [
                gradient[0] + PRIOR * curve.slope,
                gradient[1] + PRIOR * curve.offset,
            ];
            let (a, b, c) = (curvature[0] + PRIOR, curvature[1], curvature[2] + PRIOR);
            let determinant = a * c - b * b;
            let slope = (c * gradient[0] - b * gradient[1]) / determinant;
            let offset = (a * gradient[1] - b * gradient[0]) / determinant;
            // A bounded step keeps Newton's method from overshooting on separable examples.
            curve.slope -= slope.clamp(-5.0, 5.0);
            curve.offset -= offset.clamp(-5.0, 5.0);
            if slope.abs() + offset.abs() < 1e-9 {
                break;
            }
        }
        if curve.slope.is_finite() && curve.offset.is_finite() && curve.slope > 0.0 {
            curve
        } else {
            Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovers_a_logistic_curve() {
        // Labels in the exact proportions of the curve with slope 2 and offset −1.
        let truth = Calibration {
            slope: 2.0,
            offset: -1.0,
        };
        let examples: Vec<(f64, bool)> = (-20..=20)
            .flat_map(|step| {
                let raw = f64::from(step) / 10.0;
                let n_positive = (truth.probability(raw) * 200.0).round() as usize;
                (0..200).map(move |index| (raw, index < n_positive))
            })
            .collect();
        let fitted = Calibration::fit(&examples);
        assert!(
            (fitted.slope - 2.0).abs() < 0.05 && (fitted.offset + 1.0).abs() < 0.05,
            "{fitted:?}"
        );
    }

    #[test]
    fn separable_and_one_sided_examples_stay_finite() {
        let separable: Vec<_> = (-50..50)
            .map(|step| (f64::from(step) + 0.5, step >= 0))
            .collect();
        assert!(Calibration::fit(&separable).slope.is_finite());
        assert_eq!(Calibration::fit(&[(1.0, true); 50]), Calibration::default());
        assert_eq!(Calibration::fit(&[]), Calibration::default());
    }
}
