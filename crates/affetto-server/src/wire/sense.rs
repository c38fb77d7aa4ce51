//! Sensing on the wire.

use std::collections::BTreeMap;

use affetto_engine::sense::{HELP_MESSAGE, HELP_RESOURCES};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text to be sensed.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextRequest {
    /// Words or emoji. Nothing of it is kept.
    pub text: String,
}

/// How somebody feels, as far as the text tells: a Gaussian on the valence–arousal plane.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Sensed {
    /// Mean valence, in −1..=1.
    pub valence: f64,
    /// Mean arousal, in −1..=1.
    pub arousal: f64,
    /// Standard deviation of valence.
    pub valence_sd: f64,
    /// Standard deviation of arousal.
    pub arousal_sd: f64,
    /// Correlation of the two, in −1..=1.
    pub correlation: f64,
    /// Probability of each quadrant emotion.
    pub emotions: Emotions,
    /// Probability of each GoEmotions label.
    pub labels: BTreeMap<String, f64>,
    /// Where to find help, when the text speaks of self-harm.
    pub support: Option<Support>,
}

impl From<&affetto_engine::Sensed> for Sensed {
    fn from(sensed: &affetto_engine::Sensed) -> Self {
        let estimate = &sensed.estimate;
        let covariance = &estimate.covariance;
        let (valence_sd, arousal_sd) = (covariance.valence.sqrt(), covariance.arousal.sqrt());
        let correlation = (covariance.cross / (valence_sd * arousal_sd)).clamp(-1.0, 1.0);
        let labels = sensed
            .labels
            .iter()
            .map(|(name, p)| ((*name).to_owned(), *p))
            .collect();
        Self {
            valence: estimate.mean.v(),
            arousal: estimate.mean.a(),
            valence_sd,
            arousal_sd,
            correlation: if correlation.is_finite() {
                correlation
            } else {
                0.0
            },
            emotions: estimate.quadrants.into(),
            labels,
            support: sensed.crisis.then(Support::help),
        }
    }
}

/// Probabilities of the quadrant emotions, which sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Emotions {
    /// Pleasant and activated.
    pub happiness: f64,
    /// Unpleasant and activated.
    pub anger: f64,
    /// Unpleasant and quiet.
    pub sadness: f64,
    /// Pleasant and quiet.
    pub calmness: f64,
}

impl From<affetto_engine::QuadrantProbabilities> for Emotions {
    fn from(p: affetto_engine::QuadrantProbabilities) -> Self {
        Self {
            happiness: p.happiness,
            anger: p.anger,
            sadness: p.sadness,
            calmness: p.calmness,
        }
    }
}

/// Where to find help.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Support {
    /// A few kind words.
    pub message: String,
    /// Who helps.
    pub resources: Vec<Resource>,
}

impl Support {
    /// What is said when a text speaks of self-harm.
    pub(crate) fn help() -> Self {
        let resources = HELP_RESOURCES.iter().map(|resource| Resource {
            name: resource.name.into(),
            contact: resource.contact.into(),
            region: resource.region.into(),
        });
        Self {
            message: HELP_MESSAGE.into(),
            resources: resources.collect(),
        }
    }
}

/// A place to find help.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Resource {
    /// Who helps.
    pub name: String,
    /// How to reach them.
    pub contact: String,
    /// Where they are there for people.
    pub region: String,
}
