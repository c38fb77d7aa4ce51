//! A judge of another kind than the kernel machines: logistic regression on n-grams of functional
//! tokens, deaf to velocities.
//!
//! It shares neither features nor model family with what listens in the loop, and it is trained on
//! the folds for judges alone, so that composing cannot have been steered towards it. Its
//! probabilities are those of the regression; they need no calibration for a verdict.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use affetto_affect::Estimate;
use affetto_music::Score;
use half::f16;

use super::inference::estimate;
use super::token_ngrams::{Ngrams, VERSION, ngrams};
use crate::softmax_regression::{Example, SoftmaxRegression};
use crate::{Array, Error, Metadata, TrainingItems, WeightsFile};

/// Name of the task in the weights file.
const TASK: &str = "symbolic-emotion-tokens";
/// Most n-grams that a file may hold.
const MAX_NGRAMS: usize = 20_000;
/// Negative and positive.
const N_CLASSES: usize = 2;

/// The token judge.
#[derive(Debug, Clone)]
pub struct TokenJudge {
    /// N-grams with their inputs.
    vocabulary: HashMap<String, u32>,
    /// For valence and arousal.
    heads: [SoftmaxRegression; 2],
    training_items: TrainingItems,
}

/// A bag of n-grams to learn from.
#[derive(Debug, Clone)]
pub(super) struct Bag {
    pub(super) ngrams: Ngrams,
    /// Valence and arousal, each −1 or 1.
    pub(super) labels: [f64; 2],
    pub(super) weight: f64,
}

impl TokenJudge {
    /// File name of the shipped weights.
    pub const FILE_NAME: &'static str = "judge_tokens.safetensors";

    /// Loads built-in weights.
    ///
    /// # Errors
    /// [`Error::Weights`] where the build holds weights of another version.
    pub fn load_embedded() -> Result<Self, Error> {
        let bytes = include_bytes!("../../../../weights/symbolic_emotion/judge_tokens.safetensors");
        Self::from_weights(&WeightsFile::from_bytes(
            bytes,
            "embedded judge_tokens.safetensors",
        )?)
    }

    /// Loads weights from a file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Weights`] when it holds other weights.
    pub fn load_path(path: &Path) -> Result<Self, Error> {
        Self::from_weights(&WeightsFile::load(path)?)
    }

    /// The items that the weights were trained on.
    #[must_use]
    pub fn training_items(&self) -> &TrainingItems {
        &self.training_items
    }

    /// Hears a score; one without pitched notes is neutral and utterly uncertain.
    #[must_use]
    pub fn hear(&self, score: &Score) -> Estimate {
        let bag = ngrams(score);
        estimate(if bag.is_empty() {
            [0.5; 2]
        } else {
            self.positive(&bag)
        })
    }

    /// Fits a judge to the n-grams that at least `least_bags` bags hold.
    pub(super) fn fit(bags: &[Bag], least_bags: usize, ridge: f64) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in bags.iter().flat_map(|bag| bag.ngrams.keys()) {
            *counts.entry(name).or_default() += 1;
        }
        let frequent = counts.into_iter().filter(|&(_, n)| n >= least_bags);
        let vocabulary: HashMap<String, u32> = frequent
            .take(MAX_NGRAMS)
            .zip(0..)
            .map(|((name, _), index)| (name.to_owned(), index))
            .collect();
        let rows: Vec<Vec<(u32, f32)>> = bags
            .iter()
            .map(|bag| inputs(&vocabulary, &bag.ngrams))
            .collect();
        let head = |head: usize| {
            let examples: Vec<Example<'_>> = bags
                .iter()
                .zip(&rows)
                .map(|(bag, inputs)| Example {
                    inputs,
                    class: usize::from(bag.labels[head] > 0.0),
                    weight: bag.weight,
                })
                .collect();
            let fitted = SoftmaxRegression::fit(&examples, vocabulary.len(), N_CLASSES, ridge);
            let rounded = fitted.weights().iter().map(|&weight| round(weight));
            SoftmaxRegression::new(rounded.collect(), N_CLASSES)
        };
        let heads = [head(0), head(1)];
        Self {
            vocabulary,
            heads,
            training_items: TrainingItems::full([]),
        }
    }

    /// Probabilities that valence and arousal are positive.
    pub(super) fn positive(&self, bag: &Ngrams) -> [f64; 2] {
        let inputs = inputs(&self.vocabulary, bag);
        [0, 1].map(|head: usize| self.heads[head].probabilities(&inputs)[1])
    }

    /// The judge as a weights file.
    ///
    /// # Errors
    /// [`Error::Weights`] where the parts do not fit together.
    pub(super) fn to_weights(
        &self,
        config: serde_json::Value,
        items: TrainingItems,
    ) -> Result<WeightsFile, Error> {
        let mut names: Vec<(&u32, &String)> = self
            .vocabulary
            .iter()
            .map(|(name, index)| (index, name))
            .collect();
        names.sort_unstable();
        let of_head = |head: &SoftmaxRegression| {
            let values: Vec<f32> = head.weights().iter().map(|&weight| weight as f32).collect();
            Array::new(vec![names.len() + 1, N_CLASSES], values)
        };
        let arrays = BTreeMap::from([
            ("valence".to_owned(), of_head(&self.heads[0])?),
            ("arousal".to_owned(), of_head(&self.heads[1])?),
        ]);
        let ngrams = names.iter().map(|(_, name)| (*name).clone()).collect();
        let metadata = Metadata {
            task: TASK.to_owned(),
            feature_version: VERSION,
            config,
            labels: BTreeMap::from([("ngrams".to_owned(), ngrams)]),
        };
        Ok(WeightsFile::new(metadata, arrays, items))
    }

    /// Reads a judge from a weights file.
    ///
    /// # Errors
    /// [`Error::Weights`] where task, version, names or shapes are not ours.
    pub(super) fn from_weights(file: &WeightsFile) -> Result<Self, Error> {
        file.expect_task(TASK, VERSION)?;
        let names = file.metadata.labels.get("ngrams");
        let names = names.map(Vec::as_slice).unwrap_or_default();
        if names.len() > MAX_NGRAMS {
            let n = names.len();
            return Err(file.refused(format!("{n} n-grams, expected at most {MAX_NGRAMS}")));
        }
        let head = |name| -> Result<SoftmaxRegression, Error> {
            let values = file.values(name, &[names.len() + 1, N_CLASSES])?;
            let weights = values.iter().copied().map(f64::from).collect();
            Ok(SoftmaxRegression::new(weights, N_CLASSES))
        };
        Ok(Self {
            vocabulary: names.iter().cloned().zip(0..).collect(),
            heads: [head("valence")?, head("arousal")?],
            training_items: file.training_items.clone(),
        })
    }
}

/// The inputs of the n-grams that are known, in order.
fn inputs(vocabulary: &HashMap<String, u32>, bag: &Ngrams) -> Vec<(u32, f32)> {
    let known = bag.iter();
    known
        .filter_map(|(name, &value)| Some((*vocabulary.get(name)?, value)))
        .collect()
}

/// The nearest number in half precision, which is what weights files keep.
fn round(value: f64) -> f64 {
    f64::from(f16::from_f64(value).to_f32())
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;

    /// Bags of major and minor tunes, slow and fast.
    fn tunes() -> Vec<Bag> {
        let mut bags = Vec::new();
        for (third, valence) in [("E5", 1.0), ("Eb5", -1.0)] {
            for (tempo, arousal) in [(60, -1.0), (180, 1.0)] {
                for last in ["C6", "G5", "C5", "D5"] {
                    let text = format!(
                        "tempo = {tempo}; C5:q {third}:q G5:q {third}:q C5:q G4:q C5:q {last}:q"
                    );
                    bags.push(Bag {
                        ngrams: ngrams(&notation::parse(&text).unwrap()),
                        labels: [valence, arousal],
                        weight: 1.0,
                    });
                }
            }
        }
        bags
    }

    #[test]
    fn what_can_be_learnt_is_learnt_and_read_again() {
        let bags = tunes();
        let judge = TokenJudge::fit(&bags, 2, 0.01);
        for bag in &bags {
            let positive = judge.positive(&bag.ngrams);
            for head in [0, 1] {
                assert!((positive[head] - 0.5) * bag.labels[head] > 0.0);
            }
        }
        let file = judge
            .to_weights(serde_json::Value::Null, TrainingItems::full([]))
            .unwrap();
        let read = WeightsFile::from_bytes(&file.to_bytes().unwrap(), "test").unwrap();
        let again = TokenJudge::from_weights(&read).unwrap();
        for bag in &bags {
            assert_eq!(judge.positive(&bag.ngrams), again.positive(&bag.ngrams));
        }
    }

    #[test]
    fn foreign_weights_are_refused() {
        let judge = TokenJudge::fit(&tunes(), 2, 0.1);
        let good = judge
            .to_weights(serde_json::Value::Null, TrainingItems::full([]))
            .unwrap();
        let check = |change: &dyn Fn(&mut WeightsFile), expected: &str| {
            let mut file = good.clone();
            change(&mut file);
            let error = TokenJudge::from_weights(&file).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(&|file| file.metadata.task = "other".into(), TASK);
        check(&|file| file.metadata.feature_version += 1, "version");
        check(&|file| file.metadata.labels.clear(), "shape");
        check(
            &|file| drop(file.arrays.remove("arousal")),
            "arousal is missing",
        );
    }

    #[test]
    fn the_shipped_judge_hears_and_silence_is_neutral() {
        let judge = TokenJudge::load_embedded().unwrap();
        let heard = |text: &str| judge.hear(&notation::parse(text).unwrap()).mean;
        let slow = heard("tempo = 60; melody = E5:h G5:h E5:h D5:h; chords = [C3 G3]:w [C3 G3]:w");
        assert!(slow.a() < 0.0, "{slow:?}");
        let silence = judge.hear(&Score::default()).mean;
        assert_eq!((silence.v(), silence.a()), (0.0, 0.0));
    }
}
