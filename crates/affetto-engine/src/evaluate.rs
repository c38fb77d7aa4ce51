//! Measuring models on data they have not seen.

use std::path::Path;

use affetto_models::audio_emotion::{self, AudioEmotion};
use affetto_models::face_emotion::{self, FaceEmotion};
use affetto_models::genre::{self, GenreModel};
use affetto_models::speech_emotion::{self, SpeechEmotion};
use affetto_models::symbolic_emotion::{self, SymbolicEmotion};
use affetto_models::text_emotion::{self, TextEmotion};
use affetto_models::{Evaluated, EvaluationOptions};

use crate::{Engine, Error};

/// A model that is measured on data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasuredModel {
    /// Valence, arousal and emotions of typed text.
    TextEmotion,
    /// Valence, arousal and quadrant of notes (EMOPIA and VGMIDI files).
    SymbolicEmotion,
    /// Valence, arousal and emotions of voices, in any layout that is read.
    SpeechEmotion,
    /// Valence, arousal and expression of faces (FER-2013 and CK+).
    FaceEmotion,
    /// Valence, arousal and induced emotions of recordings (Emotify).
    AudioEmotion,
    /// The genre of recordings (GTZAN).
    Genre,
}

impl Engine {
    /// Evaluates a model on the files of its task below a folder: the shipped one, or the weights
    /// that are named.
    ///
    /// # Errors
    /// When no file of the task is there, nothing unseen is left or the weights are not of the
    /// task.
    pub fn evaluate(
        &self,
        model: MeasuredModel,
        weights: Option<&Path>,
        data: &Path,
        options: &EvaluationOptions,
    ) -> Result<Evaluated, Error> {
        Ok(match (model, weights) {
            (MeasuredModel::TextEmotion, None) => {
                text_emotion::evaluate(self.text_model()?, data, options)
            }
            (MeasuredModel::TextEmotion, Some(path)) => {
                text_emotion::evaluate(&TextEmotion::load(path)?, data, options)
            }
            (MeasuredModel::SymbolicEmotion, None) => {
                symbolic_emotion::evaluate(self.hearing_model()?, data, options)
            }
            (MeasuredModel::SymbolicEmotion, Some(path)) => {
                symbolic_emotion::evaluate(&SymbolicEmotion::load_path(path)?, data, options)
            }
            (MeasuredModel::SpeechEmotion, None) => {
                speech_emotion::evaluate(SpeechEmotion::load_embedded()?, data, options)
            }
            (MeasuredModel::SpeechEmotion, Some(path)) => {
                speech_emotion::evaluate(&SpeechEmotion::load(path)?, data, options)
            }
            (MeasuredModel::FaceEmotion, None) => {
                face_emotion::evaluate(FaceEmotion::load_embedded()?, data, options)
            }
            (MeasuredModel::FaceEmotion, Some(path)) => {
                face_emotion::evaluate(&FaceEmotion::load(path)?, data, options)
            }
            (MeasuredModel::AudioEmotion, None) => {
                audio_emotion::evaluate(AudioEmotion::load_embedded()?, data, options)
            }
            (MeasuredModel::AudioEmotion, Some(path)) => {
                audio_emotion::evaluate(&AudioEmotion::load(path)?, data, options)
            }
            (MeasuredModel::Genre, None) => {
                genre::evaluate(GenreModel::load_embedded()?, data, options)
            }
            (MeasuredModel::Genre, Some(path)) => {
                genre::evaluate(&GenreModel::load(path)?, data, options)
            }
        }?)
    }
}
