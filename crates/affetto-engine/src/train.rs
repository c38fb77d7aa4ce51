//! Training the models that ship, from data on disk.

use std::path::Path;

use affetto_models::symbolic_emotion::{self, SymbolicEmotionConfig};
use affetto_models::text_emotion::{self, TextTrainingConfig};
use affetto_models::{Evaluated, EvaluationOptions, RunOptions, TrainingEvent, TrainingReport};

use crate::Error;

/// What can be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainingTask {
    /// Valence, arousal and emotions of typed text.
    TextEmotion,
    /// Valence, arousal and quadrant of notes: the four listening models.
    SymbolicEmotion,
}

/// What a training made.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// Files and metrics.
    pub report: TrainingReport,
    /// Cross-validation over the frozen song-grouped folds, where that was asked for.
    pub cross_validation: Option<Evaluated>,
}

/// Whether a training is measured by cross-validation as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossValidation {
    /// Over all folds, before the shipped models are trained.
    Run,
    /// Not at all.
    Skip,
}

/// Trains a model and writes its weights into a folder. The same data and seed give the same
/// weights.
///
/// # Errors
/// [`Error::User`] when the folder lacks what the task needs, a row cannot be understood, or
/// cross-validation is asked for where frozen splits take its place.
pub fn train(
    task: TrainingTask,
    data: &Path,
    out: &Path,
    cross_validation: CrossValidation,
    seed: Option<u64>,
    progress: &mut dyn FnMut(&TrainingEvent),
) -> Result<Trained, Error> {
    std::fs::create_dir_all(out).map_err(|source| Error::io("create", out, source))?;
    match task {
        TrainingTask::TextEmotion => {
            if cross_validation == CrossValidation::Run {
                return Err(Error::user_hint(
                    "invalid_request",
                    "text-emotion is measured on frozen splits, not by cross-validation",
                    "leave out --cross-validate and run affetto evaluate text-emotion",
                ));
            }
            let mut config = TextTrainingConfig::default();
            config.training.seed = seed.unwrap_or(config.training.seed);
            let report = text_emotion::train(data, out, &config, &RunOptions::default(), progress)?;
            Ok(Trained {
                report,
                cross_validation: None,
            })
        }
        TrainingTask::SymbolicEmotion => {
            // Kernel ridge regression has a closed form: there is nothing random to seed.
            let config = SymbolicEmotionConfig::default();
            let cross_validation = match cross_validation {
                CrossValidation::Skip => None,
                CrossValidation::Run => {
                    let options = EvaluationOptions::default();
                    Some(symbolic_emotion::cross_validate(
                        &config, data, &options, progress,
                    )?)
                }
            };
            let report =
                symbolic_emotion::train(data, out, &config, &RunOptions::default(), progress)?;
            Ok(Trained {
                report,
                cross_validation,
            })
        }
    }
}
