//! Judging: what a listening model hears in a MIDI file.

use affetto_affect::Estimate;
use affetto_music::{Score, midi};

use crate::{Engine, Error};

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Where on the plane, how surely, and in which quadrant.
    pub estimate: Estimate,
    /// The symbolic features by name.
    pub features: Vec<(&'static str, f64)>,
}

impl Engine {
    /// Says what the music of a MIDI file expresses, by the model trained on everything open.
    ///
    /// # Errors
    /// [`Error::User`] when the bytes are no MIDI file or hold no notes.
    pub fn judge(&self, midi_bytes: &[u8]) -> Result<Judgement, Error> {
        self.judge_score(&midi::read(midi_bytes)?)
    }

    /// The same for a score.
    ///
    /// # Errors
    /// [`Error::User`] when the score has no pitched notes.
    pub fn judge_score(&self, score: &Score) -> Result<Judgement, Error> {
        if score.pitched_notes().next().is_none() {
            return Err(Error::user(
                "no_notes",
                "the file holds no pitched notes to judge",
            ));
        }
        let heard = self.hearing_model()?.hear(score);
        let features = affetto_music::features::symbolic_features(score);
        Ok(Judgement {
            estimate: heard.estimate,
            features: features
                .iter()
                .map(|(name, value)| (name, f64::from(value)))
                .collect(),
        })
    }
}
