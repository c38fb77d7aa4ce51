//! Estimating the feeling of a text.

use std::path::Path;
use std::sync::OnceLock;

use affetto_affect::{Affect, Covariance, Estimate, LabelSet};

use super::data::{DAIR_LABELS, N_GOEMOTIONS};
use super::features::{FEATURE_VERSION, features};
use super::model::{LOG_VARIANCE, N_SHIPPED};
use super::network::Network;
use super::vocabulary::Vocabulary;
use crate::{Error, TrainingItems, WeightsFile};

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

static EMBEDDED: &[u8] = include_bytes!("../../../../weights/text_emotion/model.safetensors");
static PHRASES: &str = include_str!("everyday_phrases.tsv");

/// What a text says about a feeling.
#[derive(Debug, Clone, PartialEq)]
pub struct TextEstimate {
    /// Valence and arousal with their uncertainty, and the quadrants.
    pub estimate: Estimate,
    /// The labels of GoEmotions that apply with their probabilities, the likeliest first; the
    /// likeliest alone where none reaches its threshold.
    pub labels: Vec<(&'static str, f32)>,
}

/// The text model, ready to estimate.
#[derive(Debug, Clone)]
pub struct TextEmotion {
    vocabulary: Vocabulary,
    network: Network,
    thresholds: Vec<f32>,
    sd_scale: [f64; 2],
    pub(crate) training_items: TrainingItems,
}

/// The outputs of the network for one text.
pub(crate) struct Outputs {
    /// Valence and arousal.
    pub(crate) mean: [f64; 2],
    /// Their standard deviations, calibrated.
    pub(crate) sd: [f64; 2],
    /// Probabilities of the 28 labels, independent of each other.
    pub(crate) goemotions: Vec<f32>,
    /// Index of the likeliest of the six labels of the dair-ai data.
    pub(crate) dair: usize,
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
            vocabulary,
            thresholds: weights
                .values("goemotions.thresholds", &[N_GOEMOTIONS])?
                .to_vec(),
            sd_scale: [f64::from(scale[0]), f64::from(scale[1])],
            training_items: weights.training_items.clone(),
        })
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
        let outputs = self.outputs(text);
        let estimate = Estimate::from_gaussian(
            Affect::clamped(outputs.mean[0], outputs.mean[1]),
            Covariance::independent(outputs.sd[0], outputs.sd[1]),
        );
        Ok(TextEstimate {
            estimate,
            labels: self.labels(&outputs.goemotions),
        })
    }

    /// The items that the weights were trained on: hashes of trimmed texts.
    #[must_use]
    pub fn training_items(&self) -> &TrainingItems {
        &self.training_items
    }

    /// Whether each label of GoEmotions applies.
    pub(crate) fn applies(&self, probabilities: &[f32]) -> Vec<bool> {
        probabilities
            .iter()
            .zip(&self.thresholds)
            .map(|(p, threshold)| p >= threshold)
            .collect()
    }

    pub(crate) fn outputs(&self, text: &str) -> Outputs {
        let bags = self.vocabulary.rows(text);
        let known = bags.iter().any(|bag| !bag.is_empty());
        let raw = self.network.forward(&bags);
        let dair = &raw[4 + N_GOEMOTIONS..4 + N_GOEMOTIONS + DAIR_LABELS.len()];
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
            dair: (0..dair.len())
                .max_by(|&a, &b| dair[a].total_cmp(&dair[b]))
                .unwrap_or_default(),
        }
    }

    fn labels(&self, probabilities: &[f32]) -> Vec<(&'static str, f32)> {
        let applies = self.applies(probabilities);
        let mut all: Vec<_> = goemotions_names()
            .into_iter()
            .zip(probabilities.iter().copied())
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

/// Mean arousal of the labels' points, weighted by their probabilities.
fn label_arousal(probabilities: &[f32]) -> f64 {
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

/// The phrases that the shipped weights must get right and that training must not see.
///
/// Each line of the file is a phrase and the side of valence and of arousal that it is surely on:
/// `+`, `-` or `.` where both are right.
pub(crate) fn everyday_phrases() -> impl Iterator<Item = &'static str> {
    PHRASES.lines().filter_map(|line| line.split('\t').next())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::data::text_hash;
    use super::*;

    fn shipped() -> &'static TextEmotion {
        TextEmotion::load_embedded().unwrap()
    }

    #[test]
    fn everyday_moods_are_on_their_sides() {
        let right = |side, value: f64| match side {
            "+" => value > 0.0,
            "-" => value < 0.0,
            other => other == ".",
        };
        let wrong: Vec<String> = PHRASES
            .lines()
            .filter_map(|line| {
                let cells: Vec<&str> = line.split('\t').collect();
                let mean = shipped().estimate(cells[0]).unwrap().estimate.mean;
                let sound = right(cells[1], mean.v()) && right(cells[2], mean.a());
                (!sound).then(|| format!("{line}: {:.2} {:.2}", mean.v(), mean.a()))
            })
            .collect();
        assert!(everyday_phrases().count() >= 40);
        assert!(
            50 * wrong.len() <= everyday_phrases().count(),
            "{} wrong:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }

    #[test]
    fn phrases_were_not_trained_on() {
        let items = shipped().training_items();
        for phrase in everyday_phrases() {
            assert!(!items.contains(text_hash(phrase)), "{phrase}");
        }
    }

    #[track_caller]
    fn check_order(lower: &str, higher: &str, axis: usize) {
        let value = |text| shipped().outputs(text).mean[axis];
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
