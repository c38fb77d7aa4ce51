//! Three ways to compare a listener with a song: sound, words, themes.
//!
//! All are in nats: natural logarithms of likelihoods, so that they can be added. 0 of the
//! acoustic analysis is a song that is surely on the point; 0 of the textual and the semantic
//! analysis is the usual song of the library, so that a song without lyrics is neither favored nor
//! punished.

use affetto_affect::{Affect, Covariance, QuadrantProbabilities};

use super::lyrics::{Lyrics, WeightedKeyword};
use super::snapshot::Place;

/// How far a song may be from a point of the plane and still be right: a standard deviation, on
/// each axis.
///
/// Our choice: about the disagreement of people who rate the valence of the same word
/// (the Glasgow Norms' raters, Scott et al. 2019: 0.3 of this plane).
pub const TOLERANCE: f64 = 0.3;

/// Keeps an impossible quadrant from ruling out a song.
const QUADRANT_FLOOR: f64 = 0.02;
/// Keeps a song that shares no theme from being ruled out: the likeness of unrelated texts.
const THEME_FLOOR: f64 = 0.2;

/// The most keywords of what was said that are compared; the first ones count.
const MOST_SAID: usize = 16;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AnalysisMode {
    /// The sound alone.
    Audio,
    /// Sound, and the emotion of the words.
    AudioText,
    /// Sound, the emotion of the words, and what they are about.
    #[default]
    All,
}

/// What a listener said.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Emotion of the text.
    pub quadrants: QuadrantProbabilities,
    /// What it is about, the most significant first; may be empty. The first 16 are compared.
    pub keywords: Vec<WeightedKeyword>,
}

/// A point of a plan with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Where the music should be.
    pub point: Affect,
    /// How sure that is.
    pub covariance: Covariance,
}

impl Target {
    /// A point that is known.
    #[must_use]
    pub fn certain(point: Affect) -> Self {
        Self {
            point,
            covariance: Covariance::clamped(0.0, 0.0, 0.0),
        }
    }
}

/// A symmetric 2 × 2 matrix: valence, arousal, cross.
pub(crate) type Symmetric = (f64, f64, f64);

/// Precision and constant of the acoustic analysis for all songs with the same deviations.
pub(crate) fn acoustic_kernel(
    target: &Target,
    valence_sd: f64,
    arousal_sd: f64,
) -> (Symmetric, f64) {
    let slack = TOLERANCE * TOLERANCE;
    let felt = target.covariance;
    let (v0, a0) = (felt.valence + slack, felt.arousal + slack);
    let (v, a) = (v0 + valence_sd * valence_sd, a0 + arousal_sd * arousal_sd);
    let determinant = v * a - felt.cross * felt.cross;
    let certain = v0 * a0 - felt.cross * felt.cross;
    let precision = (a / determinant, v / determinant, -felt.cross / determinant);
    (precision, -0.5 * (determinant / certain).ln())
}

/// How well the sound of a song fits a point, in nats, at most 0.
///
/// With the target N(t, Σₜ), the song N(m, Σₛ), the tolerance τ ([`TOLERANCE`]) and
/// S = Σₜ + Σₛ + τ²I this is the expected fit E[exp(−½|x−y|²/τ²)] of the two Gaussians as a
/// logarithm, less that of a song known to be on t:
///
/// −½ (m − t)ᵀ S⁻¹ (m − t) − ½ ln(|S| / |Σₜ + τ²I|).
///
/// The first term is the Mahalanobis distance under the summed covariance; the second says that a
/// song about which little is known is a worse bet than a sure one on the same point.
#[must_use]
pub fn acoustic(target: &Target, song: &Place) -> f64 {
    let (precision, constant) = acoustic_kernel(target, song.valence_sd, song.arousal_sd);
    let (dv, da) = (
        song.mean.v() - target.point.v(),
        song.mean.a() - target.point.a(),
    );
    constant - 0.5 * (precision.0 * dv * dv + precision.1 * da * da + 2.0 * precision.2 * dv * da)
}

/// How well the emotion of lyrics fits what was said, in nats; 0 is as the usual song.
///
/// ln B(p, q) − ln B(p, q̄), where B(p, q) = Σ √(pᵢqᵢ) is the coefficient of Bhattacharyya (1943), p
/// what was said, q the lyrics and q̄ the mean lyrics of the library. All have a floor of 0.02.
#[must_use]
pub fn textual(said: &QuadrantProbabilities, lyrics: [f32; 4], usual: [f32; 4]) -> f64 {
    overlap(said, lyrics).ln() - overlap(said, usual).ln()
}

fn overlap(said: &QuadrantProbabilities, lyrics: [f32; 4]) -> f64 {
    let floored = |p: f64| (p + QUADRANT_FLOOR) / (1.0 + 4.0 * QUADRANT_FLOOR);
    let pairs = said.to_array().into_iter().zip(lyrics);
    pairs
        .map(|(p, q)| (floored(p) * floored(q.into())).sqrt())
        .sum()
}

/// What was said, compared once with every keyword of a library.
#[derive(Debug, Clone)]
pub(crate) struct Themes {
    /// `[n_terms, weights.len()]`.
    likeness: Vec<f32>,
    /// Significance of each keyword that was said; their sum is 1.
    weights: Vec<f64>,
}

impl Themes {
    /// `None` where nothing usable was said.
    pub(crate) fn new(lyrics: &Lyrics, said: &[WeightedKeyword]) -> Option<Self> {
        let usable = |k: &&WeightedKeyword| k.weight.is_finite() && k.weight > 0.0;
        let said = said.iter().filter(usable).take(MOST_SAID);
        let said: Vec<WeightedKeyword> = said.cloned().collect();
        let total: f64 = said.iter().map(|k| k.weight).sum();
        (!said.is_empty() && total.is_finite()).then(|| Self {
            likeness: lyrics.likeness(&said),
            weights: said.iter().map(|k| k.weight / total).collect(),
        })
    }

    /// How alike the themes of lyrics are to what was said, in 0..=1; `None` without keywords.
    ///
    /// Precision P = Σₗ wₗ maxₖ c(l, k) over the keywords of the lyrics, recall
    /// R = Σₖ uₖ maxₗ c(l, k) over those that were said, and their harmonic mean: BERTScore with
    /// importance weights (Zhang et al. 2020, section 3) on keywords. The significances of both
    /// sides count.
    pub(crate) fn likeness_of(&self, keywords: &[(u32, f32)]) -> Option<f64> {
        if keywords.is_empty() {
            return None;
        }
        let n = self.weights.len();
        let mut precision = 0.0;
        let mut best = [0.0f32; MOST_SAID];
        for &(term, weight) in keywords {
            let row = &self.likeness[term as usize * n..(term as usize + 1) * n];
            let top = row.iter().fold(0.0f32, |top, &c| top.max(c));
            precision += f64::from(weight) * f64::from(top);
            best.iter_mut().zip(row).for_each(|(b, &c)| *b = b.max(c));
        }
        let recall: f64 = self
            .weights
            .iter()
            .zip(&best)
            .map(|(u, &b)| u * f64::from(b))
            .sum();
        let sum = precision + recall;
        Some(if sum > 0.0 {
            2.0 * precision * recall / sum
        } else {
            0.0
        })
    }

    /// The two keywords that are most alike: of the lyrics, then of what was said, by index.
    pub(crate) fn closest(&self, keywords: &[(u32, f32)]) -> Option<(u32, usize, f32)> {
        let n = self.weights.len();
        let pairs = keywords.iter().flat_map(|&(term, _)| {
            (0..n).map(move |k| (term, k, self.likeness[term as usize * n + k]))
        });
        pairs.reduce(|best, next| if next.2 > best.2 { next } else { best })
    }
}

/// Likeness of themes in nats; 0 is as the usual song of the library: ln((F + 0.2) / (F̄ + 0.2)).
#[must_use]
pub fn semantic(likeness: f64, usual: f64) -> f64 {
    ((likeness + THEME_FLOOR) / (usual + THEME_FLOOR)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Keyword, Words};

    fn place(v: f64, a: f64, sd: f64) -> Place {
        Place {
            mean: Affect::clamped(v, a),
            valence_sd: sd,
            arousal_sd: sd,
        }
    }

    #[track_caller]
    fn prefers(target: &Target, better: Place, worse: Place) {
        let (better, worse) = (acoustic(target, &better), acoustic(target, &worse));
        assert!(better > worse && better <= 0.0, "{better} {worse}");
    }

    #[test]
    fn sound() {
        let middle = Target::certain(Affect::clamped(0.2, 0.1));
        prefers(&middle, place(0.2, 0.1, 0.1), place(0.4, 0.1, 0.1));
        prefers(&middle, place(0.2, 0.1, 0.1), place(0.2, 0.1, 0.5));
        // Far away, not knowing is better than knowing that it is wrong.
        prefers(&middle, place(-0.8, -0.8, 0.6), place(-0.8, -0.8, 0.1));
        // A listener who may be anywhere on one axis cares about the other.
        let unsure_valence = Target {
            covariance: Covariance::independent(1.0, 0.05),
            ..middle
        };
        prefers(&unsure_valence, place(-0.5, 0.1, 0.1), place(0.2, 0.8, 0.1));
    }

    #[test]
    fn words() {
        let sad = QuadrantProbabilities::from_weights([0.0, 0.1, 0.9, 0.0]).unwrap();
        let usual = [0.25; 4];
        let fit = |lyrics| textual(&sad, lyrics, usual);
        assert!(fit([0.0, 0.1, 0.9, 0.0]) > 0.0);
        assert!(fit([1.0, 0.0, 0.0, 0.0]) < 0.0 && fit([1.0, 0.0, 0.0, 0.0]).is_finite());
        assert!(fit(usual).abs() < 1e-12);
    }

    fn words_of(keywords: &[(&str, f32)]) -> Words {
        let keywords = keywords.iter().map(|&(text, weight)| Keyword {
            text: text.to_owned(),
            weight,
        });
        Words {
            quadrants: [0.25; 4],
            language: None,
            keywords: keywords.collect(),
        }
    }

    fn said(keywords: &[(&str, f64)]) -> Vec<WeightedKeyword> {
        let keyword = |&(text, weight): &(&str, f64)| WeightedKeyword {
            text: text.to_owned(),
            weight,
            vector: vector(text),
        };
        keywords.iter().map(keyword).collect()
    }

    fn vector(text: &str) -> Vec<f32> {
        match text {
            "rain" => vec![1.0, 0.0],
            "storm" => vec![0.8, 0.6],
            "dance" => vec![-0.2, 1.0],
            _ => Vec::new(),
        }
    }

    #[track_caller]
    fn check_themes(lyrics: &[(&str, f32)], keywords: &[(&str, f64)], expected: &str) {
        let mut library = Lyrics::default();
        let entry = library.push(&words_of(lyrics));
        let known = |text: &str| Some(vector(text)).filter(|v| !v.is_empty());
        library.set_vectors(known).unwrap();
        let themes = Themes::new(&library, &said(keywords));
        let likeness = themes.and_then(|t| t.likeness_of(library.keywords(entry)));
        let actual = likeness.map_or("none".to_owned(), |f| format!("{f:.2}"));
        assert_eq!(actual, expected);
    }

    #[test]
    fn themes() {
        check_themes(&[("rain", 1.0)], &[("rain", 1.0)], "1.00");
        check_themes(&[("Rain ", 2.0)], &[("RAIN", 0.1)], "1.00");
        check_themes(&[("rain", 1.0)], &[("storm", 1.0)], "0.80");
        check_themes(&[("rain", 1.0)], &[("dance", 1.0)], "0.00");
        check_themes(&[("zither", 1.0)], &[("zither", 1.0)], "1.00");
        check_themes(&[("zither", 1.0)], &[("rain", 1.0)], "0.00");
        check_themes(&[], &[("rain", 1.0)], "none");
        check_themes(&[("rain", 1.0)], &[], "none");
        check_themes(&[("rain", f32::NAN)], &[("rain", 1.0)], "none");
        check_themes(&[("rain", 1.0)], &[("rain", 0.0)], "none");
    }

    #[test]
    fn significance_of_both_sides() {
        // What the lyrics are mostly about.
        check_themes(&[("rain", 0.9), ("xylem", 0.1)], &[("rain", 1.0)], "0.95");
        check_themes(&[("rain", 0.1), ("xylem", 0.9)], &[("rain", 1.0)], "0.18");
        // What was mostly said.
        check_themes(&[("rain", 1.0)], &[("rain", 0.9), ("xylem", 0.1)], "0.95");
        check_themes(&[("rain", 1.0)], &[("rain", 0.1), ("xylem", 0.9)], "0.18");
    }
}
