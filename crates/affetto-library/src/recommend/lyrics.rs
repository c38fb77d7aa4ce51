//! What the lyrics of a library say, ready to be compared: quadrants and a vocabulary of keywords.

use std::collections::HashMap;

use super::Error;
use crate::Words;

/// Marks a song without lyrics.
pub(crate) const NO_LYRICS: u32 = u32::MAX;

/// A keyword of a text, with its significance and its vector.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedKeyword {
    /// Word or phrase; case does not matter.
    pub text: String,
    /// Significance, above 0; others are left out. Scaled so that a text sums to 1.
    pub weight: f64,
    /// Embedding by the model that made those of the lyrics; empty where there is none, and then
    /// only identical text is alike.
    pub vector: Vec<f32>,
}

/// The lyrics of a snapshot, one entry a song that has some.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lyrics {
    quadrants: Vec<[f32; 4]>,
    /// Bounds in `keywords` of each entry.
    ranges: Vec<(u32, u32)>,
    /// Term and significance.
    keywords: Vec<(u32, f32)>,
    terms: Vec<String>,
    term_ids: HashMap<String, u32>,
    /// `[n_terms, dimension]`, unit length or all 0 where a term has no vector.
    vectors: Vec<f32>,
    dimension: usize,
}

impl Lyrics {
    /// Adds the lyrics of a song and returns their entry; `NO_LYRICS` where nothing is usable.
    pub(crate) fn push(&mut self, words: &Words) -> u32 {
        let start = self.keywords.len() as u32;
        let total: f32 = words.keywords.iter().map(|k| significance(k.weight)).sum();
        for keyword in &words.keywords {
            let weight = significance(keyword.weight);
            if weight > 0.0 && total.is_finite() {
                let term = self.term(&keyword.text);
                self.keywords.push((term, weight / total));
            }
        }
        self.ranges.push((start, self.keywords.len() as u32));
        self.quadrants.push(distribution(words.quadrants));
        (self.ranges.len() - 1) as u32
    }

    /// Gives the vocabulary its vectors.
    pub(crate) fn set_vectors(
        &mut self,
        mut vector: impl FnMut(&str) -> Option<Vec<f32>>,
    ) -> Result<(), Error> {
        let found: Vec<Option<Vec<f32>>> = self.terms.iter().map(|term| vector(term)).collect();
        let dimension = found.iter().flatten().map(Vec::len).next().unwrap_or(0);
        let mut vectors = vec![0.0; dimension * self.terms.len()];
        for (i, given) in found.into_iter().enumerate() {
            let Some(given) = given else { continue };
            if given.len() != dimension || given.iter().any(|x| !x.is_finite()) {
                return Err(Error::Vector {
                    what: format!("keyword \"{}\"", self.terms[i]),
                    expected: dimension,
                    actual: given.len(),
                });
            }
            vectors[i * dimension..(i + 1) * dimension].copy_from_slice(&unit(&given));
        }
        (self.vectors, self.dimension) = (vectors, dimension);
        Ok(())
    }

    /// How many songs have lyrics.
    pub(crate) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Probabilities of the four quadrants in the lyrics.
    pub(crate) fn quadrants(&self, entry: u32) -> [f32; 4] {
        self.quadrants[entry as usize]
    }

    /// Mean of the quadrant probabilities over all lyrics; uniform without any.
    pub(crate) fn mean_quadrants(&self) -> [f32; 4] {
        let sums = self.quadrants.iter().fold([0.0f64; 4], |mut sum, q| {
            sum.iter_mut().zip(q).for_each(|(s, &x)| *s += f64::from(x));
            sum
        });
        distribution(sums.map(|sum| sum as f32))
    }

    /// Term and significance of each keyword.
    pub(crate) fn keywords(&self, entry: u32) -> &[(u32, f32)] {
        let (start, end) = self.ranges[entry as usize];
        &self.keywords[start as usize..end as usize]
    }

    /// The text of a term.
    pub(crate) fn term_text(&self, term: u32) -> &str {
        &self.terms[term as usize]
    }

    /// How alike every term is to every keyword that was said, in 0..=1.
    ///
    /// Identical text is 1, else the cosine of the vectors, negative ones as 0.
    ///
    /// # Shapes
    /// - returns: `[n_terms, said.len()]`
    pub(crate) fn likeness(&self, said: &[WeightedKeyword]) -> Vec<f32> {
        let n = said.len();
        let mut table = vec![0.0; self.terms.len() * n];
        for (k, keyword) in said.iter().enumerate() {
            if keyword.vector.len() == self.dimension && self.dimension > 0 {
                let query = unit(&keyword.vector);
                for (i, row) in self.vectors.chunks_exact(self.dimension).enumerate() {
                    let cosine: f32 = row.iter().zip(&query).map(|(a, b)| a * b).sum();
                    table[i * n + k] = cosine.clamp(0.0, 1.0);
                }
            }
            if let Some(&same) = self.term_ids.get(&keyword.text.trim().to_lowercase()) {
                table[same as usize * n + k] = 1.0;
            }
        }
        table
    }

    fn term(&mut self, text: &str) -> u32 {
        let text = text.trim().to_lowercase();
        if let Some(&known) = self.term_ids.get(&text) {
            return known;
        }
        let id = self.terms.len() as u32;
        self.terms.push(text.clone());
        self.term_ids.insert(text, id);
        id
    }
}

/// A significance that can be used, else 0.
fn significance(weight: f32) -> f32 {
    if weight.is_finite() {
        weight.max(0.0)
    } else {
        0.0
    }
}

/// Weights scaled to sum to 1; uniform where they cannot be.
fn distribution(weights: [f32; 4]) -> [f32; 4] {
    let weights = weights.map(significance);
    let sum: f32 = weights.iter().sum();
    if sum > 0.0 && sum.is_finite() {
        weights.map(|weight| weight / sum)
    } else {
        [0.25; 4]
    }
}

/// A vector scaled to length 1; all 0 where it has no direction.
pub(crate) fn unit(vector: &[f32]) -> Vec<f32> {
    let length = vector
        .iter()
        .map(|x| f64::from(*x).powi(2))
        .sum::<f64>()
        .sqrt();
    let scale = if length > 0.0 && length.is_finite() {
        1.0 / length
    } else {
        0.0
    };
    vector
        .iter()
        .map(|&x| (f64::from(x) * scale) as f32)
        .collect()
}
