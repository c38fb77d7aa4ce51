//! Keywords and phrases of a text with their significance.
//!
//! KeyBERT's method (Grootendorst 2020): candidates are the text's n-grams of words, significance
//! is the cosine of a candidate's embedding with the text's, and maximal marginal relevance
//! (Carbonell & Goldstein 1998) keeps the list from repeating itself.

use super::inference::TextEmotion;
use crate::Error;
use crate::settings::check_settings;

/// Most candidates that are embedded; of a long text, spread evenly over it.
const MAX_CANDIDATES: usize = 64;

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct KeywordOptions {
    /// Most keywords returned, 1..=20. Default 5.
    pub n_keywords: usize,
    /// Most words of one keyword, 1..=4. Default 2.
    pub max_words: usize,
    /// How much being unlike the keywords already chosen counts beside being like the text, in
    /// 0..=1. Default 0.4.
    pub diversity: f32,
}

impl Default for KeywordOptions {
    fn default() -> Self {
        Self {
            n_keywords: 5,
            max_words: 2,
            diversity: 0.4,
        }
    }
}

impl KeywordOptions {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        check_settings([
            (
                (1..=20).contains(&self.n_keywords),
                "number of keywords",
                self.n_keywords.to_string(),
                "1..=20",
            ),
            (
                (1..=4).contains(&self.max_words),
                "words of a keyword",
                self.max_words.to_string(),
                "1..=4",
            ),
            (
                (0.0..=1.0).contains(&self.diversity),
                "diversity",
                self.diversity.to_string(),
                "in 0..=1",
            ),
        ])
    }
}

/// A word or phrase of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyword {
    /// In lower case, as it stands in the text.
    pub text: String,
    /// How much of the text's meaning it carries: cosine of the embeddings, in 0..=1.
    pub significance: f32,
}

impl TextEmotion {
    /// The keywords of a text, the most significant first; none where it has only function words.
    ///
    /// Embeddings are the sentence encoder's, or without it the small model's, which know less.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for options outside their ranges, [`Error::EmptyText`] and
    /// [`Error::TextTooLong`] as [`TextEmotion::estimate`].
    pub fn keywords(&self, text: &str, options: &KeywordOptions) -> Result<Vec<Keyword>, Error> {
        options.validate()?;
        let limit = super::MAX_TEXT_BYTES;
        if text.len() > limit {
            return Err(Error::TextTooLong {
                actual: text.len(),
                limit,
            });
        }
        let candidates = candidates(text, options.max_words);
        if candidates.is_empty() {
            return if text.trim().is_empty() {
                Err(Error::EmptyText { limit })
            } else {
                Ok(Vec::new())
            };
        }
        let (whole, vectors) = self.vectors(text, &candidates)?;
        let relevance: Vec<f32> = vectors.iter().map(|v| cosine(v, &whole)).collect();
        let chosen = diverse(&vectors, &relevance, options);
        let mut keywords: Vec<Keyword> = chosen
            .into_iter()
            .map(|i| Keyword {
                text: candidates[i].clone(),
                significance: relevance[i].clamp(0.0, 1.0),
            })
            .collect();
        keywords.sort_by(|a, b| b.significance.total_cmp(&a.significance));
        Ok(keywords)
    }

    /// The embeddings of the text and of its candidates.
    fn vectors(
        &self,
        text: &str,
        candidates: &[String],
    ) -> Result<(Vec<f32>, Vec<Vec<f32>>), Error> {
        let Some(encoder) = self.encoder() else {
            let of = |text: &String| self.ngram_embedding(text);
            return Ok((
                self.ngram_embedding(text),
                candidates.iter().map(of).collect(),
            ));
        };
        let texts: Vec<&str> = candidates.iter().map(String::as_str).collect();
        Ok((encoder.embed(text)?, encoder.embed_all(&texts)?))
    }
}

/// Maximal marginal relevance: what is most like the text and least like what is chosen already.
fn diverse(vectors: &[Vec<f32>], relevance: &[f32], options: &KeywordOptions) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut nearest = vec![0.0_f32; vectors.len()];
    while chosen.len() < options.n_keywords.min(vectors.len()) {
        let gain =
            |i: usize| (1.0 - options.diversity) * relevance[i] - options.diversity * nearest[i];
        let rest = (0..vectors.len()).filter(|i| !chosen.contains(i));
        let Some(next) = rest.max_by(|&a, &b| gain(a).total_cmp(&gain(b)).then(b.cmp(&a))) else {
            break;
        };
        for (nearest, vector) in nearest.iter_mut().zip(vectors) {
            *nearest = nearest.max(cosine(vector, &vectors[next]));
        }
        chosen.push(next);
    }
    chosen
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 {
        dot(a, b) / lengths
    } else {
        0.0
    }
}

/// The distinct n-grams of words within a clause that neither start nor end with a function word.
fn candidates(text: &str, max_words: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let lower = text.to_lowercase();
    for clause in lower.split(|c: char| !c.is_alphanumeric() && !is_joint(c) && !c.is_whitespace())
    {
        let words: Vec<&str> = clause
            .split_whitespace()
            .map(|word| word.trim_matches(is_joint))
            .filter(|word| !word.is_empty())
            .collect();
        for n in 1..=max_words {
            for gram in words.windows(n) {
                let (first, last) = (gram[0], gram[n - 1]);
                let starts = !is_function_word(first) || (n > 1 && NEGATIONS.contains(&first));
                let has_letters = gram.iter().any(|w| w.chars().any(char::is_alphabetic));
                if starts && !is_function_word(last) && has_letters {
                    found.push(gram.join(" "));
                }
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|candidate| seen.insert(candidate.clone()));
    let n = found.len();
    if n <= MAX_CANDIDATES {
        return found;
    }
    (0..MAX_CANDIDATES)
        .map(|i| std::mem::take(&mut found[i * n / MAX_CANDIDATES]))
        .collect()
}

/// Apostrophes and hyphens hold a word together.
fn is_joint(c: char) -> bool {
    matches!(c, '\'' | '’' | '-')
}

fn is_function_word(word: &str) -> bool {
    let plain: String = word.chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    FUNCTION_WORDS.contains(&plain.as_str()) || NEGATIONS.contains(&word)
}

/// Words that may open a phrase but say nothing alone.
const NEGATIONS: [&str; 6] = ["not", "no", "never", "can't", "don't", "without"];

/// Articles, pronouns, prepositions, auxiliaries, conjunctions and fillers of English.
const FUNCTION_WORDS: &[&str] = &[
    "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at",
    "be", "because", "been", "before", "being", "but", "by", "can", "cant", "cannot", "could",
    "couldnt", "did", "didnt", "do", "does", "doesnt", "doing", "dont", "down", "during", "each",
    "few", "for", "from", "get", "got", "had", "has", "have", "having", "he", "her", "here",
    "hers", "him", "his", "how", "i", "id", "if", "ill", "im", "in", "into", "is", "isnt", "it",
    "its", "ive", "just", "like", "me", "more", "most", "much", "my", "myself", "of", "off", "on",
    "once", "one", "only", "or", "other", "our", "out", "over", "own", "really", "same", "she",
    "should", "so", "some", "such", "than", "that", "thats", "the", "their", "them", "then",
    "there", "these", "they", "theyre", "this", "those", "through", "to", "too", "under", "until",
    "up", "us", "very", "was", "wasnt", "we", "were", "weve", "what", "when", "where", "which",
    "while", "who", "whom", "why", "will", "with", "wont", "would", "wouldnt", "yet", "you",
    "your", "youre", "yours", "yourself", "were", "still", "even", "ever", "every", "rn",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shipped() -> &'static TextEmotion {
        TextEmotion::load_embedded().unwrap()
    }

    #[track_caller]
    fn check_candidates(text: &str, expected: &str) {
        assert_eq!(candidates(text, 2).join(" | "), expected);
    }

    #[test]
    fn candidates_are_phrases() {
        check_candidates("the rain in my garden", "rain | garden");
        check_candidates(
            "I can't focus today!",
            "focus | today | can't focus | focus today",
        );
        check_candidates(
            "Old friends, new songs.",
            "old | friends | old friends | new | songs | new songs",
        );
        check_candidates("so over it", "");
        check_candidates("😤 42", "");
        let long: String = (0..500).map(|i| format!("word{i} ")).collect();
        assert_eq!(candidates(&long, 2).len(), MAX_CANDIDATES);
    }

    #[test]
    fn keywords_are_few_and_ranked() {
        let text = "I miss my old friends and the long summer evenings by the river";
        let found = shipped()
            .keywords(text, &KeywordOptions::default())
            .unwrap();
        assert_eq!(found.len(), 5);
        assert!(found.is_sorted_by(|a, b| a.significance >= b.significance));
        assert!(found.iter().all(|keyword| text.contains(&keyword.text)));
    }

    #[test]
    fn diversity_avoids_repetition() {
        let vectors = vec![vec![1.0, 0.1], vec![1.0, 0.12], vec![0.1, 1.0]];
        let pick = |diversity| {
            let options = KeywordOptions {
                n_keywords: 2,
                diversity,
                ..KeywordOptions::default()
            };
            diverse(&vectors, &[0.9, 0.89, 0.3], &options)
        };
        assert_eq!(pick(0.0), [0, 1]);
        assert_eq!(pick(0.7), [0, 2]);
    }

    #[test]
    fn bad_options_and_texts_are_named() {
        let error = |text: &str, options: &KeywordOptions| {
            shipped().keywords(text, options).unwrap_err().to_string()
        };
        let none = KeywordOptions {
            n_keywords: 0,
            ..KeywordOptions::default()
        };
        assert_eq!(
            error("x", &none),
            "number of keywords must be 1..=20, but was 0"
        );
        let fine = KeywordOptions::default();
        assert!(error(" ", &fine).contains("the text is empty"));
        assert!(error(&"x".repeat(10 << 20), &fine).contains("10485760 bytes"));
        assert!(shipped().keywords("it is so", &fine).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,200}") {
            if let Ok(found) = shipped().keywords(&text, &KeywordOptions::default()) {
                prop_assert!(found.len() <= 5);
                prop_assert!(found.iter().all(|k| (0.0..=1.0).contains(&k.significance)));
            }
        }
    }
}
