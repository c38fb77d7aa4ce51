//! Estimates of a feeling: a Gaussian on the plane and a distribution over the quadrants.

use crate::{Affect, Quadrant};

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
