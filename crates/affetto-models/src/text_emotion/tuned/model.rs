//! The fine-tuned model, ready to answer.

use std::sync::Arc;

use serde::Deserialize;

use super::mixing::{Mixed, Mixing, Said};
use super::network::{StateBatch, TunedNetwork};
use super::{FEATURE_VERSION, TASK, TunedTrainingConfig};
use crate::text_encoder::{TextEncoder, numbers};
use crate::training::with_arrays;
use crate::{Error, TrainingItems, WeightsFile};

/// The encoder with tuned layers and heads, mixed with the n-gram model.
#[derive(Debug, Clone)]
pub(in super::super) struct TunedModel {
    encoder: Arc<TextEncoder>,
    network: TunedNetwork,
    n_lower: usize,
    mixing: Mixing,
    training_items: TrainingItems,
}

/// What the weights say about how they were made.
#[derive(Deserialize)]
struct Made {
    config: TunedTrainingConfig,
    encoder_sha256: String,
}

impl TunedModel {
    /// A model from its weights and the encoder that they were trained on.
    pub(in super::super) fn from_weights(
        weights: &WeightsFile,
        encoder: Arc<TextEncoder>,
    ) -> Result<Self, Error> {
        weights.expect_task(TASK, FEATURE_VERSION)?;
        let made: Made = serde_json::from_value(weights.metadata.config.clone())
            .map_err(|error| weights.refused(error.to_string()))?;
        made.config.validate()?;
        if made.encoder_sha256 != encoder.source_sha256() {
            return Err(weights.refused(format!(
                "trained on the encoder {}, expected {}",
                made.encoder_sha256,
                encoder.source_sha256()
            )));
        }
        let shape = encoder.config();
        let n_lower = shape.n_layers.checked_sub(made.config.n_tuned);
        let n_lower = n_lower.ok_or_else(|| {
            weights.refused(format!(
                "{} tuned layers, but the encoder has {}",
                made.config.n_tuned, shape.n_layers
            ))
        })?;
        let empty = TunedNetwork::empty(
            shape,
            made.config.n_tuned,
            made.config.n_hidden,
            encoder.device(),
        );
        Ok(Self {
            network: with_arrays(empty, weights, "tuned")?,
            n_lower,
            mixing: Mixing::from_weights(weights)?,
            training_items: weights.training_items.clone(),
            encoder,
        })
    }

    /// The items that were trained on.
    pub(in super::super) fn training_items(&self) -> &TrainingItems {
        &self.training_items
    }

    /// Whether each label applies.
    pub(in super::super) fn applies(&self, probabilities: &[f32]) -> Vec<bool> {
        self.mixing.applies(probabilities)
    }

    /// What a text says; of a long one, the mean over its windows by their tokens.
    pub(in super::super) fn outputs(
        &self,
        text: &str,
        ngrams: Option<Vec<f32>>,
    ) -> Result<Mixed, Error> {
        let windows = self.encoder.windows(text)?;
        let (mut encoder, mut known, mut n_tokens) = (Vec::new(), 0.0, 0.0);
        for window in &windows {
            let weight = window.len() as f32;
            let (states, present) = self.encoder.states(&[window.as_slice()], self.n_lower);
            let outputs = numbers(self.network.forward(StateBatch { states, present }, None))?;
            encoder.resize(outputs.len(), 0.0);
            encoder
                .iter_mut()
                .zip(&outputs)
                .for_each(|(sum, output): (&mut f32, _)| *sum += weight * output);
            known += weight * self.encoder.pieces.known_share(window);
            n_tokens += weight;
        }
        encoder.iter_mut().for_each(|sum| *sum /= n_tokens);
        Ok(self.mixing.mix(&Said {
            encoder,
            ngrams,
            known: known / n_tokens,
        }))
    }
}
