//! Fusion of several estimates of one feeling by precision weighting.

use crate::estimate::Matrix;
use crate::{Affect, Estimate, Quadrant, QuadrantProbabilities};

/// Keeps an impossible quadrant from ruling out what all other estimates say.
const FLOOR: f64 = 1e-6;

/// One estimate from several independent ones; `None` when there is none.
///
/// The Gaussians are multiplied: precisions add, means are weighted by precision (the optimal
/// linear combination; e.g. Ernst & Banks 2002, "Humans integrate visual and haptic information
/// in a statistically optimal fashion"). A variance never grows by fusing. What each estimate
/// knew about the quadrants beyond its own Gaussian is kept by a logarithmic pool (Genest &
/// Zidek 1986) with the shares of the precisions as weights, so that a single estimate is
/// returned as it is.
#[must_use]
pub fn fuse(estimates: &[Estimate]) -> Option<Estimate> {
    match estimates {
        [] => return None,
        [only] => return Some(*only),
        _ => {}
    }
    let precisions: Vec<Matrix> = estimates.iter().map(|e| e.covariance.inverse()).collect();
    let total = precisions
        .iter()
        .fold(Matrix::default(), |sum, &precision| sum.plus(precision));
    let mut weighted = (0.0, 0.0);
    for (estimate, precision) in estimates.iter().zip(&precisions) {
        let (v, a) = precision.times((estimate.mean.v(), estimate.mean.a()));
        weighted = (weighted.0 + v, weighted.1 + a);
    }
    let covariance = total.covariance();
    let (v, a) = Matrix {
        valence: covariance.valence,
        arousal: covariance.arousal,
        cross: covariance.cross,
    }
    .times(weighted);
    let fused = Estimate::from_gaussian(Affect::clamped(v, a), covariance);
    let trace = total.valence + total.arousal;
    let shares = precisions.iter().map(|p| (p.valence + p.arousal) / trace);
    Some(Estimate {
        quadrants: pooled(&fused, estimates, shares),
        ..fused
    })
}

/// The fused Gaussian's quadrants, times what each estimate knew beyond its own Gaussian.
fn pooled(
    fused: &Estimate,
    estimates: &[Estimate],
    shares: impl Iterator<Item = f64>,
) -> QuadrantProbabilities {
    let mut weights = fused.quadrants.to_array();
    for (estimate, share) in estimates.iter().zip(shares) {
        let plain = QuadrantProbabilities::of_gaussian(estimate.mean, &estimate.covariance);
        for (weight, quadrant) in weights.iter_mut().zip(Quadrant::ALL) {
            let ratio = estimate.quadrants.of(quadrant).max(FLOOR) / plain.of(quadrant).max(FLOOR);
            *weight *= ratio.powf(share);
        }
    }
    QuadrantProbabilities::from_weights(weights).unwrap_or(fused.quadrants)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Covariance;

    fn at(v: f64, a: f64, sd_v: f64, sd_a: f64) -> Estimate {
        Estimate::from_gaussian(Affect::clamped(v, a), Covariance::independent(sd_v, sd_a))
    }

    #[test]
    fn nothing_and_one() {
        assert_eq!(fuse(&[]), None);
        let text = Estimate {
            quadrants: QuadrantProbabilities::UNIFORM,
            ..at(0.4, 0.2, 0.3, 0.5)
        };
        assert_eq!(fuse(&[text]), Some(text));
    }

    #[test]
    fn the_surer_counts_more() {
        // Variances .04 and .16: the weights are 4 to 1, the fused variance is .032.
        let fused = fuse(&[at(1.0, 0.0, 0.2, 0.3), at(0.0, 0.5, 0.4, 0.3)]).unwrap();
        assert!((fused.mean.v() - 0.8).abs() < 1e-9);
        assert!((fused.mean.a() - 0.25).abs() < 1e-9);
        assert!((fused.covariance.valence - 0.032).abs() < 1e-9);
    }

    #[test]
    fn knowledge_about_quadrants_survives() {
        let sad = QuadrantProbabilities {
            happiness: 0.0,
            anger: 0.1,
            sadness: 0.9,
            calmness: 0.0,
        };
        let voice = Estimate {
            quadrants: sad,
            ..at(-0.1, -0.1, 0.5, 0.5)
        };
        let fused = fuse(&[voice, at(-0.1, -0.1, 0.5, 0.5)]).unwrap();
        let plain = fuse(&[at(-0.1, -0.1, 0.5, 0.5); 2]).unwrap();
        assert!(fused.quadrants.sadness > plain.quadrants.sadness + 0.1);
    }

    prop_compose! {
        fn estimate()(v in -1.0..1.0, a in -1.0..1.0, sv in 0.05..1.0, sa in 0.05..1.0, r in -0.95..0.95)
            -> Estimate {
            let covariance = Covariance::clamped(sv * sv, sa * sa, r * sv * sa);
            Estimate::from_gaussian(Affect::clamped(v, a), covariance)
        }
    }

    proptest! {
        #[test]
        fn fusion_never_increases_variance(estimates in prop::collection::vec(estimate(), 1..6)) {
            let fused = fuse(&estimates).unwrap();
            for one in &estimates {
                prop_assert!(fused.covariance.valence <= one.covariance.valence + 1e-12);
                prop_assert!(fused.covariance.arousal <= one.covariance.arousal + 1e-12);
            }
            let sum: f64 = fused.quadrants.to_array().iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
        }

        #[test]
        fn order_does_not_matter(one in estimate(), other in estimate()) {
            let (there, back) = (fuse(&[one, other]).unwrap(), fuse(&[other, one]).unwrap());
            prop_assert!(there.mean.distance(back.mean) < 1e-9);
            prop_assert!((there.quadrants.anger - back.quadrants.anger).abs() < 1e-9);
        }
    }
}
