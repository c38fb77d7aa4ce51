//! One score of a song for a moment of a set, with named parts.
//!
//! Every part is in nats, a logarithm of a likelihood, so that parts can be added and compared:
//! 0.7 nats are a factor of two. The score is Σ weight · part.

use serde::{Deserialize, Serialize};

use super::Error;
use super::analyses::AnalysisMode;

macro_rules! parts {
    ($($(#[$doc:meta])* $variant:ident $field:ident $default:literal $name:literal,)*) => {
        /// A part of the score.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Part {
            $($(#[$doc])* $variant,)*
        }

        impl Part {
            /// All parts, in the order of their documentation.
            pub const ALL: [Self; 8] = [$(Self::$variant),*];

            /// Lower-case English name, e.g. `"mood"`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        /// The parts of a song's score, unweighted, in nats.
        #[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
        pub struct ScoreParts {
            $($(#[$doc])* pub $field: f64,)*
        }

        impl ScoreParts {
            /// One part.
            #[must_use]
            pub fn get(&self, part: Part) -> f64 {
                match part { $(Part::$variant => self.$field,)* }
            }
        }

        /// How much each part of the score counts, at least 0; 1 is as the likelihoods say.
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        pub struct ScoreWeights {
            $($(#[$doc])* #[doc = concat!("Default ", stringify!($default), ".")] pub $field: f64,)*
        }

        impl Default for ScoreWeights {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl ScoreWeights {
            /// One weight.
            #[must_use]
            pub fn get(&self, part: Part) -> f64 {
                match part { $(Part::$variant => self.$field,)* }
            }

            /// The same weights with another one for a part.
            #[must_use]
            pub fn with(mut self, part: Part, weight: f64) -> Self {
                match part { $(Part::$variant => self.$field = weight,)* }
                self
            }
        }
    };
}

parts! {
    /// Expected fit of the sound to the planned point, at most 0; see
    /// [`acoustic`](super::acoustic).
    Mood mood 1.0 "mood",
    /// Fit of the emotion of the lyrics to what was said, 0 for the usual song and where nothing
    /// can be compared; see [`textual`](super::textual).
    Words words 1.0 "words",
    /// Fit of what the lyrics are about to what was said, 0 as for words; see
    /// [`semantic`](super::semantic).
    Themes themes 1.0 "themes",
    /// Logarithm of the odds that the listener likes the song, less those of an unknown song; see
    /// [`ListenerModel`](super::ListenerModel).
    Taste taste 1.0 "taste",
    /// At most 0: lower the more recently the song was played or skipped.
    Freshness freshness 1.0 "freshness",
    /// At most 0: lower the more the song is like one chosen before (maximal marginal relevance,
    /// Carbonell & Goldstein 1998).
    Diversity diversity 0.5 "diversity",
    /// At most 0: lower where the same artist was heard a few songs ago.
    Spacing spacing 1.0 "spacing",
    /// At most 0: how far key, tempo, loudness and mood jump from the song before.
    Flow flow 0.3 "flow",
}

impl ScoreWeights {
    /// The same weights for an analysis mode: what is not compared has weight 0.
    #[must_use]
    pub fn for_mode(self, mode: AnalysisMode) -> Self {
        match mode {
            AnalysisMode::Audio => self.with(Part::Words, 0.0).with(Part::Themes, 0.0),
            AnalysisMode::AudioText => self.with(Part::Themes, 0.0),
            AnalysisMode::All => self,
        }
    }

    /// Checks all weights.
    ///
    /// # Errors
    /// [`Error::Weight`] names the first that is negative or not finite.
    pub fn validate(&self) -> Result<(), Error> {
        let bad = |part: &Part| !(self.get(*part) >= 0.0 && self.get(*part).is_finite());
        match Part::ALL.into_iter().find(bad) {
            Some(part) => Err(Error::Weight {
                part: part.name(),
                actual: self.get(part),
            }),
            None => Ok(()),
        }
    }
}

impl ScoreParts {
    /// The score: Σ weight · part, in nats.
    #[must_use]
    pub fn total(&self, weights: &ScoreWeights) -> f64 {
        let weighted = |part: Part| weights.get(part) * self.get(part);
        Part::ALL.into_iter().map(weighted).sum()
    }

    /// The parts that do not depend on the songs before.
    #[must_use]
    pub fn without_context(self) -> Self {
        Self {
            diversity: 0.0,
            spacing: 0.0,
            flow: 0.0,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_the_weighted_sum() {
        let parts = ScoreParts {
            mood: -1.0,
            taste: 0.5,
            flow: -1.0,
            words: 2.0,
            ..ScoreParts::default()
        };
        let weights = ScoreWeights::default().with(Part::Words, 0.25);
        assert!((parts.total(&weights) + 0.3).abs() < 1e-12);
        assert!((parts.total(&weights.for_mode(AnalysisMode::Audio)) + 0.8).abs() < 1e-12);
        assert_eq!(parts.without_context().flow, 0.0);
    }

    #[test]
    fn weights_outside_their_range() {
        assert_eq!(ScoreWeights::default().validate(), Ok(()));
        for (weight, text) in [(-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
            let error = ScoreWeights::default().with(Part::Flow, weight).validate();
            let expected =
                format!("the weight of flow must be a number that is at least 0, but was {text}");
            assert_eq!(error.unwrap_err().to_string(), expected);
        }
    }
}
