//! Feedback, preferences and primers on the wire.

use affetto_engine::request::PrimerFacts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a listener says about the music that plays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackRequest {
    /// `more-like-this`, `too-busy`, `too-empty`, `too-sad`, `too-happy`, `too-calm`, `too-wild`,
    /// `too-tense`, `less-drums` or `more-drums`.
    #[schema(example = "too-busy")]
    pub feedback: String,
}

/// How a listener wants music to differ from what the emotion alone asks; 0 for no wish.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Preferences {
    /// Sadder to happier.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub valence: f64,
    /// Calmer to more energetic.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub arousal: f64,
    /// Fewer to more notes and instruments.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub density: f64,
    /// More consonant to more tense.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub tension: f64,
    /// Fewer to more drums.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub drums: f64,
    /// The wishes in words, the strongest first; empty for none.
    #[schema(example = json!(["fewer notes", "calmer"]))]
    pub words: Vec<String>,
}

impl From<affetto_engine::Preferences> for Preferences {
    fn from(preferences: affetto_engine::Preferences) -> Self {
        let words = preferences.words().into_iter().map(Into::into).collect();
        let affetto_engine::Preferences {
            valence,
            arousal,
            density,
            tension,
            drums,
        } = preferences;
        Self {
            valence,
            arousal,
            density,
            tension,
            drums,
            words,
        }
    }
}

/// What of a MIDI file the neural writer continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Primer {
    /// Bars that are continued: the last ones of the file, at most 16.
    pub bars: usize,
    /// Their notes.
    pub notes: usize,
}

impl From<PrimerFacts> for Primer {
    fn from(facts: PrimerFacts) -> Self {
        let PrimerFacts { bars, notes } = facts;
        Self { bars, notes }
    }
}
