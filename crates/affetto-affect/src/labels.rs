//! Emotion vocabularies: from a distribution over labels to an estimate, and back.

use crate::{Affect, Covariance, Error, Estimate};

/// How far from the origin a term of Russell's circle is put.
///
/// His circular scaling gives angles only; 0.8 leaves room for what is stronger than the word.
const RUSSELL_RADIUS: f64 = 0.8;
/// Mean disagreement of the Glasgow Norms' raters about valence, over the words of the tables.
const VALENCE_SD: f64 = 0.3;
/// The same of arousal, about which people agree far less.
const AROUSAL_SD: f64 = 0.5;

/// One word of an emotion vocabulary with where it lies on the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label {
    /// The label as its data set writes it.
    pub name: &'static str,
    /// The words whose published coordinates stand for the label.
    pub words: &'static str,
    pub(crate) place: Place,
}

/// Where the coordinates of a label come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// Ratings of the Glasgow Norms, averaged with an angle of Russell (1980) where given.
    Rated {
        /// Angle on the circle in degrees, from pleasure counterclockwise.
        angle_deg: Option<f64>,
        /// Mean valence and arousal on the scale 1–9.
        glasgow: (f64, f64),
    },
    /// By definition: valence, arousal.
    Defined(f64, f64),
}

impl Label {
    /// The point that the label stands for.
    #[must_use]
    pub fn point(&self) -> Affect {
        match self.place {
            Place::Defined(valence, arousal) => Affect::clamped(valence, arousal),
            Place::Rated { angle_deg, glasgow } => {
                let rated = rated_point(glasgow);
                let circle = angle_deg.map_or(rated, circle_point);
                Affect::clamped(
                    f64::midpoint(rated.0, circle.0),
                    f64::midpoint(rated.1, circle.1),
                )
            }
        }
    }

    /// How much what people mean by the label varies: the same for every label, so that none
    /// wins by being narrow.
    #[must_use]
    pub fn covariance(&self) -> Covariance {
        Covariance::independent(VALENCE_SD, AROUSAL_SD)
    }
}

/// Ratings on 1–9 as a point of the plane.
fn rated_point(glasgow: (f64, f64)) -> (f64, f64) {
    ((glasgow.0 - 5.0) / 4.0, (glasgow.1 - 5.0) / 4.0)
}

/// An angle on the circle as a point of the plane.
fn circle_point(angle_deg: f64) -> (f64, f64) {
    let (sin, cos) = angle_deg.to_radians().sin_cos();
    (RUSSELL_RADIUS * cos, RUSSELL_RADIUS * sin)
}

/// An emotion vocabulary and its mapping to the plane and back.
///
/// From: a distribution over the labels, as a classifier with that vocabulary gives it. To: an
/// [`Estimate`], the mixture of the labels' Gaussians. Coordinates: see [`Label`] and the
/// `source` of each set.
#[derive(Debug, PartialEq)]
pub struct LabelSet {
    /// Name of the vocabulary, e.g. `"goemotions"`.
    pub name: &'static str,
    /// Who defined the labels, and where the coordinates come from.
    pub source: &'static str,
    /// The labels in the order of their data set.
    pub labels: &'static [Label],
}

impl LabelSet {
    /// The index of a label by its name; case does not matter.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the labels of the set.
    pub fn index_of(&self, label: &str) -> Result<usize, Error> {
        let wanted = label.trim();
        self.labels
            .iter()
            .position(|known| known.name.eq_ignore_ascii_case(wanted))
            .ok_or_else(|| {
                let names: Vec<&str> = self.labels.iter().map(|known| known.name).collect();
                Error::unknown_name(self.name, wanted, &names)
            })
    }

    /// The estimate for a distribution over the labels: the mixture of their Gaussians.
    ///
    /// Weights are in the order of `labels` and need not sum to 1.
    ///
    /// # Errors
    /// [`Error::LabelCount`] when there is not one weight a label, [`Error::NoDistribution`] when
    /// a weight is negative or not finite or all are 0.
    pub fn estimate(&self, weights: &[f64]) -> Result<Estimate, Error> {
        if weights.len() != self.labels.len() {
            return Err(Error::LabelCount {
                set: self.name,
                expected: self.labels.len(),
                actual: weights.len(),
            });
        }
        let parts: Vec<_> = self
            .labels
            .iter()
            .zip(weights)
            .map(|(label, &weight)| (weight, label.point(), label.covariance()))
            .collect();
        Estimate::from_mixture(&parts)
    }

    /// The distribution over the labels for an estimate, in their order, summing to 1.
    ///
    /// Bayes' rule with all labels equally likely beforehand: each weighs as much as its
    /// Gaussian and that of the estimate overlap.
    #[must_use]
    pub fn distribution(&self, estimate: &Estimate) -> Vec<f64> {
        let logs: Vec<f64> = self
            .labels
            .iter()
            .map(|label| log_overlap(label, estimate))
            .collect();
        let best = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logs.iter().map(|log| (log - best).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    }
}

/// Logarithm, up to a constant, of the integral of the product of two Gaussians.
fn log_overlap(label: &Label, estimate: &Estimate) -> f64 {
    let covariance = label.covariance().plus(&estimate.covariance);
    let point = label.point();
    let (v, a) = (estimate.mean.v() - point.v(), estimate.mean.a() - point.a());
    let (x, y) = covariance.inverse().times((v, a));
    -0.5 * (v * x + a * y + covariance.determinant().ln())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Quadrant;

    /// The quadrant that a label surely means.
    #[track_caller]
    fn check(set: &LabelSet, label: &str, expected: Quadrant) {
        let mut weights = vec![0.0; set.labels.len()];
        weights[set.index_of(label).unwrap()] = 1.0;
        let estimate = set.estimate(&weights).unwrap();
        assert_eq!(
            estimate.mean.quadrant(),
            expected,
            "{label}: {:?}",
            estimate.mean
        );
        assert_eq!(
            estimate.quadrants.most_likely(),
            expected,
            "{label}: {estimate:?}"
        );
    }

    #[test]
    fn labels_lie_in_their_quadrants() {
        check(LabelSet::FER, "angry", Quadrant::Anger);
        check(LabelSet::FER, "fear", Quadrant::Anger);
        check(LabelSet::FER, "happy", Quadrant::Happiness);
        check(LabelSet::FER, "sad", Quadrant::Sadness);
        check(LabelSet::GOEMOTIONS, "excitement", Quadrant::Happiness);
        check(LabelSet::GOEMOTIONS, "annoyance", Quadrant::Anger);
        check(LabelSet::GOEMOTIONS, "disappointment", Quadrant::Sadness);
        check(LabelSet::GOEMOTIONS, "relief", Quadrant::Calmness);
        check(LabelSet::GEMS, "peacefulness", Quadrant::Calmness);
        check(LabelSet::GEMS, "power", Quadrant::Happiness);
        check(LabelSet::GEMS, "tension", Quadrant::Anger);
        check(LabelSet::TOHOILAM, "Calmness", Quadrant::Calmness);
        check(LabelSet::SPOTIFY_MOODS, "Energetic", Quadrant::Happiness);
        check(LabelSet::SPOTIFY_MOODS, "calm", Quadrant::Calmness);
        check(LabelSet::MIREX_CLUSTERS, "cluster 3", Quadrant::Sadness);
        check(LabelSet::MIREX_CLUSTERS, "cluster 5", Quadrant::Anger);
    }

    #[test]
    fn sets_have_as_many_labels_as_their_sources() {
        let counts: Vec<_> = LabelSet::ALL
            .iter()
            .map(|set| format!("{} {}", set.name, set.labels.len()))
            .collect();
        let expected =
            "fer 7, goemotions 28, gems 9, tohoilam 4, spotify moods 4, mirex clusters 5";
        assert_eq!(counts.join(", "), expected);
    }

    #[test]
    fn coordinates_follow_from_their_sources() {
        // Glasgow "sad": 2.2 and 3.941 on 1–9; Russell's sad at 207.5°, radius 0.8.
        let sad = LabelSet::FER.labels[4].point();
        assert!((sad.v() - (-0.7 - 0.7096) / 2.0).abs() < 1e-3, "{sad:?}");
        assert!(
            (sad.a() - (-0.264_75 - 0.3694) / 2.0).abs() < 1e-3,
            "{sad:?}"
        );
    }

    #[test]
    fn a_label_is_its_own_best_label() {
        for set in LabelSet::ALL {
            for (i, label) in set.labels.iter().enumerate() {
                let distribution = set.distribution(&Estimate::certain(label.point()));
                let better = distribution
                    .iter()
                    .filter(|&&p| p > distribution[i])
                    .count();
                assert_eq!(better, 0, "{} {}: {distribution:.2?}", set.name, label.name);
            }
        }
    }

    #[test]
    fn unknown_labels_and_wrong_counts_are_refused() {
        let error = LabelSet::FER.index_of("bliss").unwrap_err().to_string();
        assert!(
            error.starts_with("unknown fer \"bliss\", expected one of: angry, "),
            "{error}"
        );
        let error = LabelSet::FER.estimate(&[1.0]).unwrap_err().to_string();
        assert_eq!(error, "fer has 7 labels, but 1 weights were given");
        assert!(LabelSet::TOHOILAM.estimate(&[0.0; 4]).is_err());
    }

    proptest! {
        #[test]
        fn distributions_sum_to_one(v in -1.0..1.0, a in -1.0..1.0, sd in 0.01..2.0) {
            let estimate =
                Estimate::from_gaussian(Affect::clamped(v, a), Covariance::independent(sd, sd));
            for set in LabelSet::ALL {
                let distribution = set.distribution(&estimate);
                prop_assert!((distribution.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                let back = set.estimate(&distribution).unwrap();
                prop_assert!((back.quadrants.to_array().iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        }
    }
}
