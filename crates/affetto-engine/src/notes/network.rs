//! The note model of `affetto-models` as the writer of `affetto-compose`.

use affetto_affect::Affect;
use affetto_compose::tokens::{Condition, N_ATTRIBUTES, N_CONDITION, N_TOKENS};
use affetto_compose::{Genre, NoteModel, Row, Texture};
use affetto_models::note_model::{self, ConditionVector, InferenceOptions, Memory};
use affetto_models::{ItemHash, TrainingItems, WeightsFile};

use super::plan::AttributePlan;
use crate::Error;

/// A trained note model with its map from emotion to attributes.
pub(crate) struct Network {
    model: note_model::NoteModel,
    plan: AttributePlan,
    training_items: TrainingItems,
}

impl Network {
    /// Takes weights apart.
    ///
    /// # Errors
    /// [`Error::User`] for weights of another task, version, vocabulary or condition.
    pub(crate) fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        let model = note_model::NoteModel::from_file(weights, &InferenceOptions::default())?;
        let actual = (model.n_vocabulary(), model.n_condition());
        let expected = (usize::from(N_TOKENS), N_CONDITION);
        if actual != expected {
            return Err(weights
                .refused(format!(
                    "{} symbols with {} numbers a bar, expected {} with {}",
                    actual.0, actual.1, expected.0, expected.1
                ))
                .into());
        }
        let plan = AttributePlan::from_weights(weights)?;
        Ok(Self {
            model,
            plan,
            training_items: weights.training_items.clone(),
        })
    }

    /// Whether it was trained on a file.
    pub(crate) fn has_read(&self, file: ItemHash) -> bool {
        self.training_items.contains(file)
    }
}

/// What a model that fails answers: no symbol is likely, and the bar closes.
fn told(error: &affetto_models::Error) {
    tracing::error!(%error, "the note model cannot go on");
}

impl NoteModel for Network {
    type Memory = Memory;
    type Condition = Option<ConditionVector>;

    fn context(&self) -> usize {
        self.model.context()
    }

    fn memory(&self) -> Memory {
        self.model.memory()
    }

    fn condition(&self, condition: &Condition) -> Option<ConditionVector> {
        let vector = self.model.condition(&condition.to_vector());
        vector.inspect_err(told).ok()
    }

    fn read(&self, memory: &mut Memory, tokens: &[u16], condition: &Self::Condition) -> Vec<f32> {
        let Some(condition) = condition else {
            return Vec::new();
        };
        let tokens: Vec<_> = tokens.iter().map(|&token| (token, condition)).collect();
        let logits = self.model.read(memory, &tokens);
        logits.inspect_err(told).unwrap_or_default()
    }

    fn step(&self, rows: &mut [Row<'_, Self>], logits: &mut Vec<f32>) {
        let n_rows = rows.len();
        let mut known: Vec<note_model::Row<'_>> = rows
            .iter_mut()
            .filter_map(|row| {
                Some(note_model::Row {
                    memory: &mut *row.memory,
                    token: row.token,
                    condition: row.condition.as_ref()?,
                })
            })
            .collect();
        let is_whole = known.len() == n_rows;
        let stepped = self.model.step(&mut known, logits).inspect_err(told);
        if !is_whole || stepped.is_err() {
            logits.clear();
            logits.resize(n_rows * usize::from(N_TOKENS), f32::NEG_INFINITY);
        }
    }

    fn attributes(&self, target: Affect, genre: Genre, texture: Texture) -> [f64; N_ATTRIBUTES] {
        self.plan.attributes(target, genre, texture)
    }
}
