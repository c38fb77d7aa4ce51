//! Which hashed n-grams get a row of the embedding table.
//!
//! Rows are given to the n-grams that say most about valence and arousal in the training data;
//! what is left out is not mapped anywhere, so that no two n-grams share a row.

use std::collections::HashMap;

use super::data::Item;
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

    /// Selects the rows from the training items.
    pub(crate) fn select(items: &[Item], rows_by_kind: &[usize; 5]) -> Self {
        let mut counts: HashMap<Feature, Evidence> = HashMap::new();
        let middle = weighted_mean(items);
        for item in items {
            let mut found = features(&item.text);
            found.sort_unstable();
            found.dedup();
            for feature in found {
                counts.entry(feature).or_default().add(item, middle);
            }
        }
        let mut hashes = Vec::new();
        for (kind, &n_rows) in Kind::ALL.into_iter().zip(rows_by_kind) {
            let mut ranked: Vec<(f32, u32)> = counts
                .iter()
                .filter(|(feature, evidence)| feature.kind == kind && evidence.n_texts >= MIN_TEXTS)
                .map(|(feature, evidence)| (evidence.score(), feature.hash))
                .collect();
            // Ties are broken by hash, so that the order of the map does not matter.
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            hashes.extend(ranked.into_iter().take(n_rows).map(|(_, hash)| hash));
        }
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes }
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

/// What the texts with an n-gram say about valence and arousal.
#[derive(Default)]
struct Evidence {
    n_texts: u32,
    deviation: [f32; 2],
    weight: [f32; 2],
}

impl Evidence {
    fn add(&mut self, item: &Item, middle: [f32; 2]) {
        self.n_texts += 1;
        for (axis, middle) in middle.into_iter().enumerate() {
            let weight = item.affect.weight[axis];
            self.deviation[axis] += weight * (item.affect.value[axis] - middle);
            self.weight[axis] += weight;
        }
    }

    /// How far from chance the deviations are, in units that a z score has up to a factor.
    fn score(&self) -> f32 {
        let axis = |i: usize| self.deviation[i].abs() / (self.weight[i] + PRIOR_TEXTS).sqrt();
        axis(0) + axis(1)
    }
}

fn weighted_mean(items: &[Item]) -> [f32; 2] {
    [0, 1].map(|axis| {
        let sum: f32 = items
            .iter()
            .map(|i| i.affect.weight[axis] * i.affect.value[axis])
            .sum();
        let weight: f32 = items.iter().map(|item| item.affect.weight[axis]).sum();
        if weight > 0.0 { sum / weight } else { 0.0 }
    })
}

#[cfg(test)]
mod tests {
    use super::super::data::{AffectTarget, Labels};
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
        }
    }

    fn items() -> Vec<Item> {
        let good = (0..9).map(|i| item(&format!("the good thing{i}"), 0.8));
        let bad = (0..9).map(|i| item(&format!("the bad thing{i}"), -0.8));
        good.chain(bad).collect()
    }

    #[test]
    fn telling_words_come_first() {
        let vocabulary = Vocabulary::select(&items(), &[2, 0, 0, 0, 0]);
        assert_eq!(vocabulary.len(), 2);
        assert_eq!(vocabulary.rows("good bad")[0].len(), 2);
        assert_eq!(vocabulary.rows("the thing1")[0].len(), 0);
    }

    #[test]
    fn hashes_and_back() {
        let vocabulary = Vocabulary::select(&items(), &[10, 10, 10, 10, 10]);
        let again = Vocabulary::from_hashes(vocabulary.hashes().to_vec());
        assert_eq!(again, Some(vocabulary));
        assert_eq!(Vocabulary::from_hashes(vec![2, 1]), None);
        assert_eq!(Vocabulary::from_hashes(vec![1, 1]), None);
    }
}
