//! Which of the dair-ai emotions a text tells of, by its single words.
//!
//! One linear classifier for each emotion against the others, with squared hinge loss and an L1
//! penalty that keeps the few words that matter, fitted by coordinate descent (Fan et al. 2008,
//! "LIBLINEAR"). Beside the bags of embeddings, whose means blur a lone telling word.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::vocabulary::Bags;
use crate::metrics::{argmax, softmax};
use crate::{Array, Error, WeightsFile};

/// How much an error costs beside the sum of the absolute weights.
const COST: f64 = 0.15;
/// Passes over all words.
const N_PASSES: usize = 60;
/// Steps from 0 to 1 in which the share beside the network is tried.
const SHARES: u8 = 20;
/// Factors of the scores that are tried, in quarters.
const SCALES: std::ops::RangeInclusive<u8> = 2..=20;

/// Weights of words for each of `n` classes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WordClassifier<const N: usize> {
    /// Sorted rows of the vocabulary that have a weight.
    rows: Vec<u32>,
    weights: Vec<[f32; N]>,
    bias: [f32; N],
    /// Share beside the network's logits, in 0..=1, and the factor of the scores.
    mix: [f32; 2],
}

/// Texts by the words they hold.
struct Columns {
    /// The texts with each row of the vocabulary.
    texts: Vec<Vec<u32>>,
    /// Rows that stand in a text at all.
    used: Vec<usize>,
}

impl Columns {
    fn new(bags: &[&Bags], n_rows: usize) -> Self {
        let mut texts = vec![Vec::new(); n_rows];
        for (text, bags) in (0_u32..).zip(bags) {
            for row in distinct(bags) {
                texts[row as usize].push(text);
            }
        }
        let used = (0..n_rows).filter(|&row| !texts[row].is_empty()).collect();
        Self { texts, used }
    }
}

/// The rows of a text's words, each once.
fn distinct(bags: &Bags) -> Vec<u32> {
    let mut rows = bags[0].clone();
    rows.sort_unstable();
    rows.dedup();
    rows
}

impl<const N: usize> WordClassifier<N> {
    /// Fits the weights; `labels` are below `N`, one a text.
    pub(super) fn fit(bags: &[&Bags], labels: &[usize], n_rows: usize, seed: u64) -> Self {
        let columns = Columns::new(bags, n_rows);
        let mut dense = vec![[0.0_f32; N]; n_rows];
        let mut bias = [0.0; N];
        for class in 0..N {
            let sides: Vec<f64> = labels
                .iter()
                .map(|&label| if label == class { 1.0 } else { -1.0 })
                .collect();
            let (weights, constant) = one_against_others(&columns, &sides, seed + class as u64);
            bias[class] = constant as f32;
            for (row, weight) in weights {
                dense[row][class] = weight as f32;
            }
        }
        let (rows, weights) = (0_u32..)
            .zip(dense)
            .filter(|(_, weights)| weights.iter().any(|&weight| weight != 0.0))
            .unzip();
        Self {
            rows,
            weights,
            bias,
            mix: [1.0, 1.0],
        }
    }

    /// The scores of the classes.
    fn scores(&self, bags: &Bags) -> [f32; N] {
        let mut scores = self.bias;
        for row in distinct(bags) {
            if let Ok(place) = self.rows.binary_search(&row) {
                let weights = &self.weights[place];
                scores.iter_mut().zip(weights).for_each(|(s, w)| *s += w);
            }
        }
        scores
    }

    /// Logarithms of the classes' probabilities together with a network's logits.
    pub(super) fn with_logits(&self, bags: &Bags, logits: &[f32]) -> Vec<f32> {
        let [share, scale] = self.mix;
        let scores = self.scores(bags).map(|score| scale * score);
        let (own, other) = (softmax(&scores), softmax(logits));
        let mixed: Vec<f32> = own
            .iter()
            .zip(&other)
            .map(|(own, other)| share * log(*own) + (1.0 - share) * log(*other))
            .collect();
        softmax(&mixed).into_iter().map(log).collect()
    }

    /// Chooses share and factor by likelihood on texts that neither was fitted on; a network's
    /// logits and the label of each.
    pub(super) fn mixed_on(mut self, rows: &[(&Bags, Vec<f32>, usize)]) -> Self {
        if rows.is_empty() {
            return self;
        }
        let loss = |mix: [f32; 2]| {
            let tried = Self {
                mix,
                ..self.clone()
            };
            let losses = rows
                .iter()
                .map(|(bags, logits, label)| f64::from(-tried.with_logits(bags, logits)[*label]));
            losses.sum::<f64>()
        };
        let shares = (0..=SHARES).map(|i| f32::from(i) / f32::from(SHARES));
        let tried = shares
            .flat_map(|share| SCALES.map(move |scale| [share, f32::from(scale) / 4.0]))
            .map(|mix| (mix, loss(mix)));
        let best = tried.reduce(|best, next| if next.1 < best.1 { next } else { best });
        self.mix = best.map_or(self.mix, |(mix, _)| mix);
        self
    }

    /// The share of texts whose likeliest class is theirs.
    pub(super) fn accuracy(&self, rows: &[(&Bags, Vec<f32>, usize)]) -> f64 {
        let right = rows
            .iter()
            .filter(|(bags, logits, label)| argmax(&self.with_logits(bags, logits)) == *label);
        right.count() as f64 / rows.len() as f64
    }

    /// Writes the weights into a file.
    pub(super) fn save(&self, weights: &mut WeightsFile) -> Result<(), Error> {
        let values = self.weights.concat();
        let arrays = [
            ("dair.words", vec![self.rows.len(), N], values),
            ("dair.bias", vec![N], self.bias.to_vec()),
            ("dair.mix", vec![2], self.mix.to_vec()),
        ];
        for (name, shape, values) in arrays {
            let array = Array::new(shape, values)?;
            weights.arrays.insert(name.into(), array);
        }
        weights
            .indices
            .insert("dair.rows".into(), self.rows.clone());
        Ok(())
    }

    /// Reads the weights from a file.
    pub(super) fn load(weights: &WeightsFile) -> Result<Self, Error> {
        let rows = weights.list("dair.rows")?.to_vec();
        if !rows.is_sorted_by(|a, b| a < b) {
            return Err(weights.refused("the rows of dair.words are not sorted".into()));
        }
        let values = weights.values("dair.words", &[rows.len(), N])?;
        let mut bias = [0.0; N];
        bias.copy_from_slice(weights.values("dair.bias", &[N])?);
        let mix = weights.values("dair.mix", &[2])?;
        Ok(Self {
            rows,
            weights: values.as_chunks().0.to_vec(),
            bias,
            mix: [mix[0], mix[1]],
        })
    }
}

fn log(p: f32) -> f32 {
    p.max(1e-9).ln()
}

/// The weights of one class against the others, and its constant.
///
/// Minimizes Σ |w| + COST Σ max(0, 1 − y f)². Each coordinate takes a Newton step with the upper
/// bound of the second derivative, 2 COST n, so that no step makes the sum larger.
fn one_against_others(columns: &Columns, sides: &[f64], seed: u64) -> (Vec<(usize, f64)>, f64) {
    let mut slack = vec![1.0; sides.len()];
    let mut weights = vec![0.0_f64; columns.texts.len()];
    let mut constant = 0.0;
    let mut order = columns.used.clone();
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let everywhere: Vec<u32> = (0..sides.len() as u32).collect();
    for _ in 0..N_PASSES {
        order.shuffle(&mut rng);
        for &row in &order {
            step(
                &columns.texts[row],
                sides,
                &mut slack,
                &mut weights[row],
                1.0,
            );
        }
        step(&everywhere, sides, &mut slack, &mut constant, 0.0);
    }
    let found = columns.used.iter().map(|&row| (row, weights[row]));
    (
        found.filter(|(_, weight)| *weight != 0.0).collect(),
        constant,
    )
}

/// Moves one weight; `slack` is 1 − y f of each text.
fn step(texts: &[u32], sides: &[f64], slack: &mut [f64], weight: &mut f64, penalty: f64) {
    if texts.is_empty() {
        return;
    }
    let pull: f64 = texts
        .iter()
        .map(|&text| sides[text as usize] * slack[text as usize].max(0.0))
        .sum();
    let bound = 2.0 * COST * texts.len() as f64;
    let free = *weight + 2.0 * COST * pull / bound;
    let moved = free.signum() * (free.abs() - penalty / bound).max(0.0);
    let change = moved - *weight;
    if change != 0.0 {
        for &text in texts {
            slack[text as usize] -= sides[text as usize] * change;
        }
        *weight = moved;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Texts of three words: one that tells the class, two that do not.
    fn texts() -> (Vec<Bags>, Vec<usize>) {
        let labels: Vec<usize> = (0..90).map(|i| i % 3).collect();
        let bags = |(i, &label): (usize, &usize)| {
            let others = [3 + (i / 3 % 4) as u32, 7 + (i % 2) as u32];
            [vec![label as u32, others[0], others[1], others[1]], vec![]]
        };
        (labels.iter().enumerate().map(bags).collect(), labels)
    }

    fn fitted() -> (WordClassifier<3>, Vec<Bags>, Vec<usize>) {
        let (bags, labels) = texts();
        let lent: Vec<&Bags> = bags.iter().collect();
        (WordClassifier::fit(&lent, &labels, 12, 1), bags, labels)
    }

    #[test]
    fn telling_words_are_found() {
        let (classifier, bags, labels) = fitted();
        assert_eq!(classifier.rows[..3], [0, 1, 2]);
        let quiet = classifier.rows.len() - 3;
        assert!(quiet <= 2, "{classifier:?}");
        let rows: Vec<_> = bags
            .iter()
            .zip(&labels)
            .map(|(bags, &label)| (bags, vec![0.3, 0.2, 0.1], label))
            .collect();
        let mixed = classifier.mixed_on(&rows);
        assert_eq!(mixed.accuracy(&rows), 1.0);
        assert!(mixed.mix[0] > 0.5, "{mixed:?}");
        let logs = mixed.with_logits(&bags[0], &[0.0; 3]);
        assert!((logs.iter().map(|log| log.exp()).sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn weights_come_back() {
        let (classifier, ..) = fitted();
        let mut weights = WeightsFile::of_arrays(BTreeMap::new());
        classifier.save(&mut weights).unwrap();
        assert_eq!(WordClassifier::load(&weights).unwrap(), classifier);
        weights.indices.insert("dair.rows".into(), vec![3, 1, 2]);
        assert!(WordClassifier::<3>::load(&weights).is_err());
    }
}
