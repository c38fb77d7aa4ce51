//! Training the token judge: the penalty is chosen on folds left out.

use rayon::prelude::*;
use serde::Serialize;

use super::augmentation::copies;
use super::data::{Item, MusicSet};
use super::token_judge::{Bag, TokenJudge};
use super::token_ngrams::{Ngrams, ngrams};
use crate::{Error, TrainingItems, WeightsFile};

/// Penalties that are tried.
const RIDGES: [f64; 5] = [0.01, 0.003, 0.001, 0.0003, 0.0001];
/// Share of the bags that must hold an n-gram for it to be learnt.
const LEAST_SHARE: f64 = 0.02;

/// A labelled clip with the n-grams of itself and of its altered copies.
pub(super) struct TokenClip<'a> {
    item: &'a Item,
    fold: u8,
    whole: Ngrams,
    copies: Vec<Ngrams>,
}

/// Clips that were left out, with the probabilities of positive valence and arousal.
type HeldOut<'a> = Vec<(&'a Item, [f64; 2])>;

/// How a judge was trained; saved with the weights.
#[derive(Debug, Serialize)]
struct Config {
    ridge: f64,
    least_share: f64,
    copy_weight: f64,
}

/// What was learnt, and what it answers on the folds left out.
pub(super) struct TrainedJudge<'a> {
    judge: TokenJudge,
    config: Config,
    pub(super) held_out: HeldOut<'a>,
}

impl<'a> TokenClip<'a> {
    /// Counts the n-grams of labelled items, given with their folds.
    pub(super) fn all(items: &[(&'a Item, u8)]) -> Vec<Self> {
        let clip = |&(item, fold): &(&'a Item, u8)| Self {
            item,
            fold,
            whole: ngrams(&item.score),
            copies: copies(&item.score).iter().map(ngrams).collect(),
        };
        items.par_iter().map(clip).collect()
    }
}

impl<'a> TrainedJudge<'a> {
    /// Trains a judge; altered copies count `copy_weight` each, and a set of fewer clips counts
    /// more for each of them, by the root of the proportion.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] without clips.
    pub(super) fn train(clips: &[TokenClip<'a>], copy_weight: f64) -> Result<Self, Error> {
        if clips.is_empty() {
            return Err(Error::InvalidSetting {
                name: "number of labelled clips for the token judge",
                actual: "0".to_owned(),
                expected: "at least 1",
            });
        }
        let all: Vec<&TokenClip<'a>> = clips.iter().collect();
        let tried: Vec<(f64, HeldOut<'a>)> = RIDGES
            .par_iter()
            .map(|&ridge| (ridge, left_out(&all, copy_weight, ridge)))
            .collect();
        let (ridge, unseen) = tried
            .into_iter()
            .min_by(|a, b| log_loss(&a.1).total_cmp(&log_loss(&b.1)))
            .unwrap_or_default();
        Ok(Self {
            judge: fit(&all, copy_weight, ridge),
            held_out: unseen,
            config: Config {
                ridge,
                least_share: LEAST_SHARE,
                copy_weight,
            },
        })
    }

    /// The judge as a weights file with the hashes of its clips.
    ///
    /// # Errors
    /// As [`TokenJudge::to_weights`].
    pub(super) fn to_weights(&self, clips: &[TokenClip<'_>]) -> Result<WeightsFile, Error> {
        let config = serde_json::to_value(&self.config).unwrap_or_default();
        let items = TrainingItems::full(clips.iter().map(|clip| clip.item.hash));
        self.judge.to_weights(config, items)
    }
}

/// Answers fold by fold, each by a judge of the other folds; none where there is one fold only.
fn left_out<'a>(clips: &[&TokenClip<'a>], copy_weight: f64, ridge: f64) -> HeldOut<'a> {
    let mut folds: Vec<u8> = clips.iter().map(|clip| clip.fold).collect();
    folds.sort_unstable();
    folds.dedup();
    let mut answers = Vec::new();
    for &fold in folds.iter().filter(|_| folds.len() > 1) {
        let (held_out, training): (Vec<&TokenClip<'a>>, Vec<&TokenClip<'a>>) =
            clips.iter().partition(|clip| clip.fold == fold);
        let judge = fit(&training, copy_weight, ridge);
        let of_fold = held_out.iter();
        answers.extend(of_fold.map(|clip| (clip.item, judge.positive(&clip.whole))));
    }
    answers
}

/// Sum of −ln p over answers and axes.
fn log_loss(answers: &[(&Item, [f64; 2])]) -> f64 {
    let loss = |positive: f64, label: f64| {
        let p = if label > 0.0 {
            positive
        } else {
            1.0 - positive
        };
        -p.max(f64::MIN_POSITIVE).ln()
    };
    let both = |(item, positive): &(&Item, [f64; 2])| {
        loss(positive[0], item.labels[0]) + loss(positive[1], item.labels[1])
    };
    answers.iter().map(both).sum()
}

fn fit(clips: &[&TokenClip<'_>], copy_weight: f64, ridge: f64) -> TokenJudge {
    let n_of = |set: MusicSet| clips.iter().filter(|clip| clip.item.set == set).count() as f64;
    let most = MusicSet::ALL.map(n_of).into_iter().fold(0.0, f64::max);
    let mut bags = Vec::new();
    for clip in clips {
        let of_set = (most / n_of(clip.item.set)).sqrt();
        let labels = clip.item.labels;
        let mut add = |ngrams: &Ngrams, weight: f64| {
            bags.push(Bag {
                ngrams: ngrams.clone(),
                labels,
                weight,
            });
        };
        add(&clip.whole, of_set);
        clip.copies
            .iter()
            .for_each(|copy| add(copy, of_set * copy_weight));
    }
    let least = (bags.len() as f64 * LEAST_SHARE).ceil() as usize;
    TokenJudge::fit(&bags, least, ridge)
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;
    use crate::ItemHash;

    fn item(index: usize) -> Item {
        let labels = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]][index % 4];
        let third = if labels[0] > 0.0 { "E5" } else { "Eb5" };
        let tempo = if labels[1] > 0.0 { 170 } else { 60 };
        let last = ["C6", "G5", "D5", "A4"][index / 4 % 4];
        let text =
            format!("tempo = {tempo}; C5:q {third}:q G5:q {third}:q C5:q G4:q C5:q {last}:q");
        Item {
            set: MusicSet::ALL[index / 8 % 2],
            file: format!("{index}.mid"),
            song: index.to_string(),
            hash: ItemHash::of(&index.to_le_bytes()),
            labels,
            score: notation::parse(&text).unwrap(),
        }
    }

    #[test]
    fn a_judge_is_trained_and_says_what_it_saw() {
        let items: Vec<Item> = (0..32).map(item).collect();
        let with_folds: Vec<(&Item, u8)> = items
            .iter()
            .enumerate()
            .map(|(index, item)| (item, (index / 16) as u8))
            .collect();
        let clips = TokenClip::all(&with_folds);
        let trained = TrainedJudge::train(&clips, 0.25).unwrap();
        assert_eq!(trained.held_out.len(), 32);
        for (item, positive) in &trained.held_out {
            for head in [0, 1] {
                assert!((positive[head] - 0.5) * item.labels[head] > 0.0);
            }
        }
        let file = trained.to_weights(&clips).unwrap();
        assert!(file.training_items.contains(items[3].hash));
        assert!(TrainedJudge::train(&[], 0.25).is_err());
    }
}
