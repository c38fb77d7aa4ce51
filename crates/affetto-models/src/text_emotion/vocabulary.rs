//! Which hashed n-grams get a row of the embedding table.
//!
//! Rows are given to the n-grams that say most about valence, arousal and labels in training;
//! what is left out is not mapped anywhere, so that no two n-grams share a row.

use std::collections::{BTreeMap, HashMap};

use super::data::{DAIR_LABELS, Item, Labels, N_GOEMOTIONS};
use super::features::{Feature, Kind, features};

/// An n-gram must occur in this many texts.
const MIN_TEXTS: u32 = 2;
/// Pulls the score of rare n-grams towards 0, in texts.
const PRIOR_TEXTS: f32 = 3.0;

/// The table from hashes to rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vocabulary {
    /// Sorted hashes; the index is the row.
    hashes: Vec<u32>,
}

/// Rows of a text, of word n-grams and of character n-grams.
pub(crate) type Bags = [Vec<u32>; 2];

impl Vocabulary {
    /// A vocabulary from its hashes; `None` unless they are sorted and distinct.
    pub(crate) fn from_hashes(hashes: Vec<u32>) -> Option<Self> {
        hashes.is_sorted_by(|a, b| a < b).then_some(Self { hashes })
    }

    /// Selects the rows from the training items, and says how much each tells.
    ///
    /// Returns the vocabulary and the score of each row, ≥ 0.
    pub(crate) fn select(items: &[Item], rows_by_kind: &[usize; 5]) -> (Self, Vec<f32>) {
        let expected = Expected::of(items);
        let mut counts: HashMap<Feature, Evidence> = HashMap::new();
        for item in items {
            let mut found = features(&item.text);
            found.sort_unstable();
            found.dedup();
            for feature in found {
                counts.entry(feature).or_default().add(item, &expected);
            }
        }
        let mut rows: BTreeMap<u32, f32> = BTreeMap::new();
        for (kind, &n_rows) in Kind::ALL.into_iter().zip(rows_by_kind) {
            let mut ranked: Vec<(f32, u32)> = counts
                .iter()
                .filter(|(feature, evidence)| feature.kind == kind && evidence.n_texts >= MIN_TEXTS)
                .map(|(feature, evidence)| (evidence.score(&expected), feature.hash))
                .collect();
            // Ties are broken by hash, so that the order of the map does not matter.
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            rows.extend(
                ranked
                    .into_iter()
                    .take(n_rows)
                    .map(|(score, hash)| (hash, score)),
            );
        }
        let (hashes, scores) = rows.into_iter().unzip();
        (Self { hashes }, scores)
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The sorted hashes.
    pub(crate) fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// The rows of a text's n-grams; unknown ones are left out.
    pub(crate) fn rows(&self, text: &str) -> Bags {
        let mut bags = Bags::default();
        for feature in features(text) {
            if let Ok(row) = self.hashes.binary_search(&feature.hash) {
                bags[feature.kind.bag()].push(row as u32);
            }
        }
        bags
    }
}

/// What an average text says.
struct Expected {
    /// Weighted means of valence and arousal.
    affect: [f32; 2],
    /// Share of the texts with labels of GoEmotions or dair-ai that have each label.
    labels: [f32; N_LABELS],
}

/// The labels that count: GoEmotions', then dair-ai's.
const N_LABELS: usize = N_GOEMOTIONS + DAIR_LABELS.len();
/// Typical deviation of valence and arousal from their means.
const AFFECT_SD: f32 = 0.4;

/// The labels of an item in one list, and where the list of its corpus starts and ends.
fn labels(item: &Item) -> Option<(Vec<usize>, std::ops::Range<usize>)> {
    match &item.labels {
        Labels::GoEmotions(labels) => Some((labels.clone(), 0..N_GOEMOTIONS)),
        Labels::Dair(label) => Some((vec![N_GOEMOTIONS + label], N_GOEMOTIONS..N_LABELS)),
        _ => None,
    }
}

impl Expected {
    fn of(items: &[Item]) -> Self {
        let affect = [0, 1].map(|axis| {
            let sum: f32 = items
                .iter()
                .map(|i| i.affect.weight[axis] * i.affect.value[axis])
                .sum();
            let weight: f32 = items.iter().map(|item| item.affect.weight[axis]).sum();
            if weight > 0.0 { sum / weight } else { 0.0 }
        });
        let (mut counts, mut texts) = ([0.0; N_LABELS], [1.0; N_LABELS]);
        for (set, corpus) in items.iter().filter_map(labels) {
            texts[corpus].iter_mut().for_each(|n: &mut f32| *n += 1.0);
            set.into_iter().for_each(|label| counts[label] += 1.0);
        }
        Self {
            affect,
            labels: std::array::from_fn(|label| counts[label] / texts[label]),
        }
    }
}

/// What the texts with an n-gram say.
struct Evidence {
    n_texts: u32,
    deviation: [f32; 2],
    weight: [f32; 2],
    /// Texts of GoEmotions and of dair-ai.
    n_labeled: [u32; 2],
    labels: [u16; N_LABELS],
}

impl Default for Evidence {
    fn default() -> Self {
        let (deviation, weight) = ([0.0; 2], [0.0; 2]);
        Self {
            n_texts: 0,
            deviation,
            weight,
            n_labeled: [0; 2],
            labels: [0; N_LABELS],
        }
    }
}

impl Evidence {
    fn add(&mut self, item: &Item, expected: &Expected) {
        self.n_texts += 1;
        for (axis, middle) in expected.affect.into_iter().enumerate() {
            let weight = item.affect.weight[axis];
            self.deviation[axis] += weight * (item.affect.value[axis] - middle);
            self.weight[axis] += weight;
        }
        if let Some((set, corpus)) = labels(item) {
            self.n_labeled[usize::from(corpus.start > 0)] += 1;
            for label in set {
                self.labels[label] = self.labels[label].saturating_add(1);
            }
        }
    }

    /// How many standard deviations the most telling of valence, arousal and the labels is off.
    fn score(&self, expected: &Expected) -> f32 {
        let axis =
            |i: usize| self.deviation[i].abs() / AFFECT_SD / (self.weight[i] + PRIOR_TEXTS).sqrt();
        let label = |i: usize| {
            let n = self.n_labeled[usize::from(i >= N_GOEMOTIONS)] as f32 * expected.labels[i];
            (f32::from(self.labels[i]) - n).abs() / (n + 1.0).sqrt()
        };
        (0..N_LABELS)
            .map(label)
            .fold(axis(0).max(axis(1)), f32::max)
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::AffectTarget;
    use super::*;

    fn item(text: &str, valence: f32) -> Item {
        let affect = AffectTarget {
            value: [valence, 0.0],
            weight: [1.0; 2],
        };
        Item {
            text: text.into(),
            affect,
            labels: Labels::None,
            is_made: false,
        }
    }

    fn items() -> Vec<Item> {
        let good = (0..9).map(|i| item(&format!("the good thing{i}"), 0.8));
        let bad = (0..9).map(|i| item(&format!("the bad thing{i}"), -0.8));
        good.chain(bad).collect()
    }

    #[test]
    fn telling_words_come_first() {
        let (vocabulary, scores) = Vocabulary::select(&items(), &[2, 0, 0, 0, 0]);
        assert_eq!(scores.len(), 2);
        assert_eq!(vocabulary.len(), 2);
        assert_eq!(vocabulary.rows("good bad")[0].len(), 2);
        assert_eq!(vocabulary.rows("the thing1")[0].len(), 0);
    }

    #[test]
    fn hashes_and_back() {
        let (vocabulary, _) = Vocabulary::select(&items(), &[10, 10, 10, 10, 10]);
        let again = Vocabulary::from_hashes(vocabulary.hashes().to_vec());
        assert_eq!(again, Some(vocabulary));
        assert_eq!(Vocabulary::from_hashes(vec![2, 1]), None);
        assert_eq!(Vocabulary::from_hashes(vec![1, 1]), None);
    }
}
