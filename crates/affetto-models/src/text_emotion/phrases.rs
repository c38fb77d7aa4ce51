//! Short mood phrases that people type, with the sides of the axes that they are surely on.
//!
//! Never trained on. Each line of a table is a phrase and the side of valence and of arousal:
//! `+`, `-`, or `0` (in the older table `.`) where both sides are right. The newer table was
//! written before any training on the sentence encoder; the hash of a phrase puts it into the
//! half that is looked at while developing or into the half that is only counted.

use std::collections::BTreeSet;

use super::inference::TextEmotion;
use crate::{Error, ItemHash};

static PHRASES: &str = include_str!("mood_phrases.tsv");
static OLDER: &str = include_str!("everyday_phrases.tsv");

/// Half of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhraseHalf {
    /// Looked at while developing.
    Development,
    /// Only counted.
    HeldOut,
}

/// How many phrases of a half are on their sides.
#[derive(Debug, Clone, PartialEq)]
pub struct PhraseScore {
    /// Phrases of the half.
    pub n: usize,
    /// Phrases with no axis on the wrong side.
    pub n_right: usize,
    /// Sides that are named, and how many of them are right, for valence and for arousal.
    pub sides: [(usize, usize); 2],
    /// The wrong phrases with the sides expected and the valence and arousal found; empty for
    /// the half that is only counted.
    pub wrong: Vec<String>,
}

/// A phrase with its sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Phrase {
    pub(crate) text: &'static str,
    sides: [&'static str; 2],
}

impl Phrase {
    fn half(&self) -> PhraseHalf {
        let hash = ItemHash::of(self.text.to_lowercase().as_bytes());
        if hash.tail().is_multiple_of(2) {
            PhraseHalf::Development
        } else {
            PhraseHalf::HeldOut
        }
    }
}

fn read(table: &'static str) -> impl Iterator<Item = Phrase> {
    table.lines().filter_map(|line| {
        let mut cells = line.split('\t');
        Some(Phrase {
            text: cells.next()?,
            sides: [cells.next()?, cells.next()?],
        })
    })
}

/// Every phrase of both tables: training must not see them.
pub(crate) fn all_phrases() -> impl Iterator<Item = &'static str> {
    read(OLDER).chain(read(PHRASES)).map(|phrase| phrase.text)
}

/// Tells which texts are phrases that test, however they are spelled.
pub(super) struct Guard {
    texts: BTreeSet<String>,
}

impl Guard {
    pub(super) fn new() -> Self {
        Self {
            texts: all_phrases().map(plain_spelling).collect(),
        }
    }

    /// Whether a text is one of the phrases but for case, punctuation, spaces and lengthening.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.texts.contains(&plain_spelling(text))
    }
}

/// A text in lower case, without punctuation and with no character twice in a row; a text of
/// signs alone keeps them.
fn plain_spelling(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut plain = String::with_capacity(lower.len());
    for c in lower.chars().filter(|c| !['\'', '’'].contains(c)) {
        let is_sign = c.is_whitespace() || (c.is_ascii() && !c.is_ascii_alphanumeric());
        let c = if is_sign { ' ' } else { c };
        if c.is_ascii_digit() || !plain.ends_with(c) {
            plain.push(c);
        }
    }
    match plain.trim() {
        "" => lower.split_whitespace().collect(),
        plain => plain.to_owned(),
    }
}

/// Counts the phrases of a half that a model puts on their sides.
///
/// # Errors
/// As [`TextEmotion::estimate`].
pub fn score_phrases(model: &TextEmotion, half: PhraseHalf) -> Result<PhraseScore, Error> {
    let mut score = score(model, read(PHRASES).filter(|phrase| phrase.half() == half))?;
    if half == PhraseHalf::HeldOut {
        score.wrong.clear();
    }
    Ok(score)
}

fn score(model: &TextEmotion, phrases: impl Iterator<Item = Phrase>) -> Result<PhraseScore, Error> {
    let mut score = PhraseScore {
        n: 0,
        n_right: 0,
        sides: [(0, 0); 2],
        wrong: Vec::new(),
    };
    for phrase in phrases {
        let mean = model.estimate(phrase.text)?.estimate.mean;
        let mut right = true;
        for (axis, value) in [mean.v(), mean.a()].into_iter().enumerate() {
            let on_side = match phrase.sides[axis] {
                "+" => value > 0.0,
                "-" => value < 0.0,
                _ => continue,
            };
            score.sides[axis].0 += 1;
            score.sides[axis].1 += usize::from(on_side);
            right &= on_side;
        }
        score.n += 1;
        score.n_right += usize::from(right);
        if !right {
            let Phrase { text, sides } = phrase;
            let (v, a) = (mean.v(), mean.a());
            score
                .wrong
                .push(format!("{text}\t{}{}\t{v:.2} {a:.2}", sides[0], sides[1]));
        }
    }
    Ok(score)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::data::text_hash;
    use super::super::moods::training_phrases;
    use super::*;
    use crate::text_encoder::TextEncoder;
    use crate::text_encoder::test_support::pulled;

    fn shipped() -> &'static TextEmotion {
        TextEmotion::load_embedded().unwrap()
    }

    #[test]
    fn tables_are_sound() {
        let phrases: Vec<Phrase> = read(PHRASES).collect();
        assert_eq!(phrases.len(), PHRASES.lines().count());
        assert!(phrases.len() >= 300 && read(OLDER).count() >= 40);
        let distinct: BTreeSet<String> = all_phrases().map(str::to_lowercase).collect();
        assert_eq!(distinct.len(), all_phrases().count());
        for half in [PhraseHalf::Development, PhraseHalf::HeldOut] {
            let n = phrases
                .iter()
                .filter(|phrase| phrase.half() == half)
                .count();
            assert!(5 * n > 2 * phrases.len(), "{half:?}: {n}");
        }
    }

    #[test]
    fn phrases_were_not_trained_on() {
        for phrase in all_phrases() {
            assert!(!shipped().was_trained_on(text_hash(phrase)), "{phrase}");
        }
    }

    #[track_caller]
    fn check_spelling(text: &str, expected: &str) {
        assert_eq!(plain_spelling(text), expected, "{text}");
    }

    #[test]
    fn spellings_are_one() {
        check_spelling("Sooo  TIRED!!", "so tired");
        check_spelling("I can’t sleep...", "i cant slep");
        check_spelling(" :( ", ":(");
        check_spelling("😤😤", "😤");
        check_spelling("day 11", "day 11");
    }

    #[test]
    fn training_phrases_are_others() {
        let words = |text: &str| -> BTreeSet<String> {
            let plain = plain_spelling(text);
            plain.split_whitespace().map(str::to_owned).collect()
        };
        let guard = Guard::new();
        let tests: Vec<BTreeSet<String>> = all_phrases().map(words).collect();
        for (text, _) in training_phrases() {
            assert!(!guard.holds(text), "{text}");
            let own = words(text);
            let is_near = |test: &BTreeSet<String>| {
                let both = own.intersection(test).count();
                5 * both >= 4 * (own.len() + test.len() - both)
            };
            assert!(!tests.iter().any(is_near), "{text}");
        }
    }

    /// Both halves and the older table are said aloud; the shares are what is promised.
    #[track_caller]
    fn check(model: &TextEmotion, least: [f64; 3]) {
        let older = score(model, read(OLDER)).unwrap();
        let scores = [
            ("older table", older),
            (
                "development",
                score_phrases(model, PhraseHalf::Development).unwrap(),
            ),
            (
                "held out",
                score_phrases(model, PhraseHalf::HeldOut).unwrap(),
            ),
        ];
        for ((name, score), least) in scores.into_iter().zip(least) {
            let share = score.n_right as f64 / score.n as f64;
            eprintln!(
                "{}, {name}: {} of {} right ({share:.3}), sides of valence {:?}, arousal {:?}",
                model.model().name(),
                score.n_right,
                score.n,
                score.sides[0],
                score.sides[1]
            );
            for wrong in &score.wrong {
                eprintln!("  {wrong}");
            }
            assert!(share >= least, "{name}: {share:.3}, expected {least}");
        }
    }

    #[test]
    fn small_model_knows_moods() {
        check(shipped(), [0.9, 0.85, 0.8]);
    }

    #[test]
    fn encoder_knows_moods() {
        let Some(path) = pulled() else {
            eprintln!("NOT CHECKED: no pulled text encoder (affetto models pull text-encoder)");
            return;
        };
        let encoder = Arc::new(TextEncoder::load(&path).unwrap());
        let model = TextEmotion::with_encoder(encoder).unwrap();
        check(&model, [0.85, 0.75, 0.7]);
    }
}
