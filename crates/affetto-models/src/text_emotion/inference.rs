//! Estimating the feeling of a text.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use affetto_affect::{Affect, Covariance, Estimate, LabelSet};

use super::data::{DAIR_LABELS, N_GOEMOTIONS};
use super::features::{FEATURE_VERSION, features};
use super::language::{Language, signs_alone};
use super::linear::WordClassifier;
use super::model::{DAIR_OUTPUTS, LOG_VARIANCE, N_SHIPPED};
use super::network::Network;
use super::tuned::TunedModel;
use super::vocabulary::{Bags, Vocabulary};
use crate::metrics::softmax;
use crate::text_encoder::TextEncoder;
use crate::{Error, ItemHash, TrainingItems, WeightsFile};

/// The name of the task in weights files and evaluations.
pub(crate) const TASK: &str = "text-emotion";

/// The longest text that is read, in bytes.
pub const MAX_TEXT_BYTES: usize = 20_000;

/// How much the labels count in arousal beside its own head.
///
/// The head is unsure of lone words ("sad"), the labels know them well; valence keeps to its head,
/// because labels miss negation. Chosen by everyday phrases and EmoBank's `dev`.
const LABEL_SHARE: f64 = 0.25;

/// Standard deviation of an estimate when no part of the text is known.
const SD_OF_NOTHING: f64 = 0.6;

/// Least standard deviation of an estimate from the signs of a text in another language.
const SD_OF_SIGNS: f64 = 0.45;

static EMBEDDED: &[u8] = include_bytes!("../../../../weights/text_emotion/model.safetensors");
static TUNED: &[u8] = include_bytes!("../../../../weights/text_emotion/tuned.safetensors");

/// Which model spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextModel {
    /// The small model of n-grams, which is inside the program.
    Ngrams,
    /// The sentence encoder with fine-tuned layers, mixed with the small model.
    Encoder,
}

impl TextModel {
    /// The name in answers: `"ngrams"` or `"encoder"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ngrams => "ngrams",
            Self::Encoder => "encoder",
        }
    }
}

/// What a text says about a feeling.
#[derive(Debug, Clone, PartialEq)]
pub struct TextEstimate {
    /// Valence and arousal with their uncertainty, and the quadrants.
    pub estimate: Estimate,
    /// The labels of GoEmotions that apply with their probabilities, the likeliest first; the
    /// likeliest alone where none reaches its threshold.
    pub labels: Vec<(&'static str, f32)>,
    /// Which model spoke.
    pub model: TextModel,
    /// The language, where it is surely not English: then only emoji and signs counted, and the
    /// listener should be told so.
    pub foreign: Option<Language>,
}

/// The text model, ready to estimate.
#[derive(Debug, Clone)]
pub struct TextEmotion {
    vocabulary: Vocabulary,
    network: Network,
    classifier: WordClassifier<{ DAIR_LABELS.len() }>,
    thresholds: Vec<f32>,
    sd_scale: [f64; 2],
    pub(crate) training_items: TrainingItems,
    tuned: Option<Arc<TunedModel>>,
    encoder: Option<Arc<TextEncoder>>,
}

/// The outputs for one text.
pub(crate) struct Outputs {
    /// Valence and arousal.
    pub(crate) mean: [f64; 2],
    /// Their standard deviations, calibrated.
    pub(crate) sd: [f64; 2],
    /// Probabilities of the 28 labels, independent of each other.
    pub(crate) goemotions: Vec<f32>,
    /// Probabilities of the six labels of the dair-ai data, which sum to 1.
    pub(crate) dair: Vec<f32>,
    /// Which model spoke.
    pub(crate) model: TextModel,
}

impl TextEmotion {
    /// The shipped weights, read once and shared.
    ///
    /// # Errors
    /// [`Error::Weights`] when the binary was built with weights that do not fit it.
    pub fn load_embedded() -> Result<&'static Self, Error> {
        static SHIPPED: OnceLock<TextEmotion> = OnceLock::new();
        if let Some(model) = SHIPPED.get() {
            return Ok(model);
        }
        let weights = WeightsFile::from_bytes(EMBEDDED, "embedded text weights")?;
        let model = Self::from_weights(&weights)?;
        Ok(SHIPPED.get_or_init(|| model))
    }

    /// Weights from a file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Weights`] when it is no text model.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::from_weights(&WeightsFile::load(path)?)
    }

    /// A model from its weights.
    ///
    /// # Errors
    /// [`Error::Weights`] when they are for another task or feature version or do not fit
    /// together.
    pub fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        weights.expect_task(TASK, FEATURE_VERSION)?;
        let vocabulary = Vocabulary::from_hashes(weights.list("vocabulary")?.to_vec())
            .ok_or_else(|| weights.refused("the vocabulary is not sorted".into()))?;
        let scale = weights.values("affect.sd_scale", &[2])?;
        Ok(Self {
            network: Network::from_weights(weights, vocabulary.len(), N_SHIPPED)?,
            classifier: WordClassifier::load(weights)?,
            vocabulary,
            thresholds: weights
                .values("goemotions.thresholds", &[N_GOEMOTIONS])?
                .to_vec(),
            sd_scale: [f64::from(scale[0]), f64::from(scale[1])],
            training_items: weights.training_items.clone(),
            tuned: None,
            encoder: None,
        })
    }

    /// The shipped weights together with the sentence encoder, which makes them better. A
    /// program built without fine-tuned weights takes keywords alone from the encoder.
    ///
    /// # Errors
    /// [`Error::Weights`] when the encoder is not the one that the shipped weights were trained
    /// on.
    pub fn with_encoder(encoder: Arc<TextEncoder>) -> Result<Self, Error> {
        if TUNED.is_empty() {
            return Ok(Self {
                encoder: Some(encoder),
                ..Self::load_embedded()?.clone()
            });
        }
        Self::with_tuned(&shipped_tuned()?, encoder)
    }

    /// The shipped small model together with the sentence encoder and its fine-tuned weights.
    ///
    /// # Errors
    /// [`Error::Weights`] when they do not fit together.
    pub fn with_tuned(weights: &WeightsFile, encoder: Arc<TextEncoder>) -> Result<Self, Error> {
        let tuned = TunedModel::from_weights(weights, encoder.clone())?;
        Ok(Self {
            tuned: Some(Arc::new(tuned)),
            encoder: Some(encoder),
            ..Self::load_embedded()?.clone()
        })
    }

    /// Which model speaks.
    #[must_use]
    pub fn model(&self) -> TextModel {
        match self.tuned {
            Some(_) => TextModel::Encoder,
            None => TextModel::Ngrams,
        }
    }

    /// Estimates the feeling that a text expresses.
    ///
    /// A text of which nothing is known gives the middle of the plane with a wide uncertainty.
    ///
    /// # Errors
    /// [`Error::EmptyText`] when there is no word, sign or emoji, [`Error::TextTooLong`] when it
    /// has more than [`MAX_TEXT_BYTES`] bytes.
    pub fn estimate(&self, text: &str) -> Result<TextEstimate, Error> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(Error::TextTooLong {
                actual: text.len(),
                limit: MAX_TEXT_BYTES,
            });
        }
        if features(text).is_empty() {
            return Err(Error::EmptyText {
                limit: MAX_TEXT_BYTES,
            });
        }
        let foreign = Language::foreign(text, |word| self.knows(word));
        let outputs = match foreign {
            Some(_) => self.outputs_of_signs(text),
            None => self.outputs(text)?,
        };
        let estimate = Estimate::from_gaussian(
            Affect::clamped(outputs.mean[0], outputs.mean[1]),
            Covariance::independent(outputs.sd[0], outputs.sd[1]),
        );
        Ok(TextEstimate {
            estimate,
            labels: self.labels(&outputs),
            model: outputs.model,
            foreign,
        })
    }

    /// Whether any of the weights was trained on an item, by the hash of its trimmed text.
    #[must_use]
    pub fn was_trained_on(&self, item: ItemHash) -> bool {
        let tuned = self.tuned.as_ref();
        self.training_items.contains(item)
            || tuned.is_some_and(|tuned| tuned.training_items().contains(item))
    }

    /// The sentence encoder, where there is one.
    pub(crate) fn encoder(&self) -> Option<&TextEncoder> {
        self.encoder.as_deref()
    }

    /// The vector of a text in the small model, for comparing texts.
    pub(crate) fn ngram_embedding(&self, text: &str) -> Vec<f32> {
        self.network.embedding(&self.vocabulary.rows(text))
    }

    /// What the small model says, where it knows an n-gram of the text.
    pub(crate) fn ngrams(&self, text: &str) -> Option<Vec<f32>> {
        let bags = self.vocabulary.rows(text);
        is_known(&bags).then(|| self.forward(&bags))
    }

    /// The network's outputs, with the classifier's say in the labels of dair-ai.
    fn forward(&self, bags: &Bags) -> Vec<f32> {
        let mut outputs = self.network.forward(bags);
        let logits = &mut outputs[DAIR_OUTPUTS];
        logits.copy_from_slice(&self.classifier.with_logits(bags, logits));
        outputs
    }

    /// The small model's thresholds of the labels, `[28]`.
    pub(crate) fn ngram_thresholds(&self) -> &[f32] {
        &self.thresholds
    }

    /// Whether a word stands in the training data.
    fn knows(&self, word: &str) -> bool {
        !self.vocabulary.rows(word)[0].is_empty()
    }

    /// Whether each label of GoEmotions applies.
    pub(crate) fn applies(&self, outputs: &Outputs) -> Vec<bool> {
        let probabilities = &outputs.goemotions;
        match (&self.tuned, outputs.model) {
            (Some(tuned), TextModel::Encoder) => tuned.applies(probabilities),
            _ => probabilities
                .iter()
                .zip(&self.thresholds)
                .map(|(p, threshold)| p >= threshold)
                .collect(),
        }
    }

    /// What the best model that is there says.
    pub(crate) fn outputs(&self, text: &str) -> Result<Outputs, Error> {
        let Some(tuned) = &self.tuned else {
            return Ok(self.ngram_outputs(text));
        };
        match tuned.outputs(text, self.ngrams(text)) {
            // Signs that the encoder does not see at all.
            Err(Error::EmptyText { .. }) => Ok(self.ngram_outputs(text)),
            Err(error) => Err(error),
            Ok(mixed) => Ok(Outputs {
                mean: mixed.mean,
                sd: mixed.sd,
                dair: mixed.dair,
                goemotions: mixed.goemotions,
                model: TextModel::Encoder,
            }),
        }
    }

    /// What the emoji and signs of a text say whose words are not understood.
    fn outputs_of_signs(&self, text: &str) -> Outputs {
        let mut outputs = self.ngram_outputs(&signs_alone(text));
        outputs.sd = outputs.sd.map(|sd| sd.max(SD_OF_SIGNS));
        outputs
    }

    /// What the small model says; the middle of the plane where it knows nothing of the text.
    pub(crate) fn ngram_outputs(&self, text: &str) -> Outputs {
        let bags = self.vocabulary.rows(text);
        let known = is_known(&bags);
        let raw = self.forward(&bags);
        let sd = |axis: usize| {
            let log_variance = raw[2 + axis].clamp(LOG_VARIANCE.0, LOG_VARIANCE.1);
            f64::from(0.5 * log_variance).exp() * self.sd_scale[axis]
        };
        let goemotions: Vec<f32> = raw[4..4 + N_GOEMOTIONS]
            .iter()
            .map(|x| 1.0 / (1.0 + (-x).exp()))
            .collect();
        let arousal = (1.0 - LABEL_SHARE) * f64::from(raw[1]).clamp(-1.0, 1.0)
            + LABEL_SHARE * label_arousal(&goemotions);
        Outputs {
            mean: if known {
                [f64::from(raw[0]), arousal]
            } else {
                [0.0; 2]
            },
            sd: if known {
                [sd(0), sd(1)]
            } else {
                [SD_OF_NOTHING; 2]
            },
            goemotions,
            dair: softmax(&raw[DAIR_OUTPUTS]),
            model: TextModel::Ngrams,
        }
    }

    fn labels(&self, outputs: &Outputs) -> Vec<(&'static str, f32)> {
        let applies = self.applies(outputs);
        let mut all: Vec<_> = goemotions_names()
            .into_iter()
            .zip(outputs.goemotions.iter().copied())
            .zip(applies)
            .collect();
        all.sort_by(|a, b| b.0.1.total_cmp(&a.0.1));
        let mut labels: Vec<_> = all
            .iter()
            .filter(|(_, applies)| *applies)
            .map(|l| l.0)
            .collect();
        if labels.is_empty() {
            labels.extend(all.first().map(|label| label.0));
        }
        labels
    }
}

/// The fine-tuned weights that ship.
pub(crate) fn shipped_tuned() -> Result<WeightsFile, Error> {
    WeightsFile::from_bytes(TUNED, "embedded fine-tuned text weights")
}

fn is_known(bags: &Bags) -> bool {
    bags.iter().any(|bag| !bag.is_empty())
}

/// Mean arousal of the labels' points, weighted by their probabilities.
pub(crate) fn label_arousal(probabilities: &[f32]) -> f64 {
    let pairs = LabelSet::GOEMOTIONS.labels.iter().zip(probabilities);
    let (sum, total) = pairs.fold((0.0, f64::EPSILON), |(sum, total), (label, &p)| {
        (sum + f64::from(p) * label.point().a(), total + f64::from(p))
    });
    sum / total
}

/// The names of GoEmotions' labels in the order of the head.
pub(crate) fn goemotions_names() -> [&'static str; N_GOEMOTIONS] {
    std::array::from_fn(|i| LabelSet::GOEMOTIONS.labels[i].name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shipped() -> &'static TextEmotion {
        TextEmotion::load_embedded().unwrap()
    }

    #[track_caller]
    fn check_order(lower: &str, higher: &str, axis: usize) {
        let value = |text| shipped().outputs(text).unwrap().mean[axis];
        assert!(
            value(lower) < value(higher),
            "{lower} {} {higher} {}",
            value(lower),
            value(higher)
        );
    }

    #[test]
    fn negation_and_intensity() {
        check_order("i am not happy", "i am happy", 0);
        check_order("i am sad", "i am not sad", 0);
        check_order("not so happy", "so happy", 1);
        check_order("a bit happy", "extremely happy", 0);
        check_order("extremely sad", "a bit sad", 0);
        check_order("calm", "furious", 1);
        check_order("sad", "angry", 1);
    }

    #[test]
    fn hostile_texts() {
        let error = |text: &str| shipped().estimate(text).unwrap_err().to_string();
        assert_eq!(
            error(""),
            "the text is empty, expected between 1 and 20000 bytes"
        );
        assert_eq!(
            error(" \n "),
            "the text is empty, expected between 1 and 20000 bytes"
        );
        let long = "x".repeat(10 << 20);
        assert_eq!(
            error(&long),
            "the text has 10485760 bytes, expected between 1 and 20000"
        );
        assert!(shipped().estimate(&"sad ".repeat(5_000)).is_ok());
    }

    #[test]
    fn unknown_signs_say_nothing() {
        let nothing = shipped().estimate("\u{16a0}").unwrap().estimate;
        assert_eq!((nothing.mean.v(), nothing.mean.a()), (0.0, 0.0));
        assert!(nothing.covariance.valence_sd() > 0.5);
    }

    #[test]
    fn labels_apply() {
        let labels = shipped()
            .estimate("thank you so much, i really appreciate it")
            .unwrap()
            .labels;
        assert_eq!(labels[0].0, "gratitude", "{labels:?}");
        assert!(labels.iter().all(|(_, p)| (0.0..=1.0).contains(p)));
    }

    proptest! {
        #[test]
        fn any_text_is_estimated_or_refused(text in ".{0,300}") {
            if let Ok(found) = shipped().estimate(&text) {
                let sum: f64 = found.estimate.quadrants.to_array().iter().sum();
                prop_assert!((sum - 1.0).abs() < 1e-9);
                prop_assert!(!found.labels.is_empty());
            }
        }
    }
}
