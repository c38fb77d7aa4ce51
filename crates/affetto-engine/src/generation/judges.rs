//! The judges: trained on folds 3–4 only, never in the loop, of two kinds.

use affetto_models::symbolic_emotion::{MusicSet, SymbolicEmotion, TokenJudge, Which};
use affetto_music::Score;

use crate::Error;

/// A judge of composed music.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    /// Name in metrics.
    pub(crate) name: &'static str,
    /// Whose real music it knows: its ceiling is measured on other songs of these sets.
    pub(crate) home: &'static [MusicSet],
    ear: Ear,
}

#[derive(Debug, Clone)]
enum Ear {
    Features(Box<SymbolicEmotion>),
    Tokens(TokenJudge),
}

impl Judge {
    /// The three shipped judges.
    ///
    /// # Errors
    /// [`Error::Internal`] when weights inside the program cannot be read.
    pub(crate) fn all() -> Result<Vec<Self>, Error> {
        let features = |which| -> Result<Ear, Error> {
            Ok(Ear::Features(Box::new(SymbolicEmotion::load_embedded(
                which,
            )?)))
        };
        Ok(vec![
            Self {
                name: "emopia",
                home: &[MusicSet::Emopia],
                ear: features(Which::JudgeEmopia)?,
            },
            Self {
                name: "vgmidi",
                home: &[MusicSet::Vgmidi],
                ear: features(Which::JudgeVgmidi)?,
            },
            Self {
                name: "tokens",
                home: &MusicSet::ALL,
                ear: Ear::Tokens(TokenJudge::load_embedded()?),
            },
        ])
    }

    /// Valence and arousal of a score, each in −1..=1.
    pub(crate) fn hear(&self, score: &Score) -> [f64; 2] {
        let mean = match &self.ear {
            Ear::Features(model) => model.hear(score).estimate.mean,
            Ear::Tokens(judge) => judge.hear(score).mean,
        };
        [mean.v(), mean.a()]
    }

    /// The judge with its sense of what is usual taken from a collection, without labels; the
    /// token judge has none and stays as it is.
    pub(crate) fn adapted_to(&self, music: &[Score]) -> Self {
        let ear = match &self.ear {
            Ear::Features(model) => {
                Ear::Features(Box::new(model.as_ref().clone().adapted_to(music)))
            }
            Ear::Tokens(judge) => Ear::Tokens(judge.clone()),
        };
        Self { ear, ..*self }
    }

    /// Whether the judge's weights were trained on an item.
    pub(crate) fn has_seen(&self, hash: affetto_models::ItemHash) -> bool {
        match &self.ear {
            Ear::Features(model) => model.training_items().contains(hash),
            Ear::Tokens(judge) => judge.training_items().contains(hash),
        }
    }
}
