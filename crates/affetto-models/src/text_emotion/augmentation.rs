//! Short texts made from lexicon words: how moods are typed, which no corpus has enough of.
//!
//! Words, emoticons and emoji alone; words that people use of their own state in sentences with
//! negation, intensifiers and softeners. These are training data only: at inference the model
//! gets n-grams and knows no list of words and no rule.

use std::collections::BTreeMap;
use std::path::Path;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::data::{AffectTarget, Item, Labels, LexiconEntry, read_emoji, read_glasgow, read_vader};
use crate::Error;

/// Weights in the loss of valence and arousal.
const WORD_WEIGHT: f32 = 0.6;
const TEMPLATE_WEIGHT: f32 = 0.8;
/// Negation is the hardest: one n-gram must turn what all others say.
const NEGATED_WEIGHT: f32 = 1.5;
const EMOJI_WEIGHT: f32 = 0.8;

/// How often a word must follow "feel", "so" and the like to count as a word for a state.
const MIN_STATE_USES: usize = 2;
/// Sentences made for each word of the lexicons, beside the word alone.
const N_ANY: usize = 2;
/// Sentences made for each word of state.
const N_PLAIN: usize = 6;
const N_STRONGER: usize = 4;
const N_WEAKER: usize = 2;
const N_NEGATED: usize = 12;
const N_JOINED: usize = 2;

/// Frames around any word of the lexicons.
const ANY: [&str; 6] = [
    "{}.",
    "{} today",
    "so {}",
    "{} tonight",
    "feeling {}",
    "{}, {}",
];
/// Frames around an emoji.
const EMOJI: [&str; 6] = [
    "{}",
    "{}{}",
    "{} {}",
    "today {}",
    "me right now {}",
    "feeling {}",
];
/// Frames around a word of state; `{}` is the word.
const PLAIN: [&str; 22] = [
    "i feel {}",
    "i am {}",
    "i'm {}",
    "im {}",
    "feeling {}",
    "i'm feeling {}",
    "i feel {} today",
    "i am {} right now",
    "{} today",
    "{} mood",
    "i've been {} all day",
    "feeling {} tonight",
    "a {} day",
    "it makes me feel {}",
    "i just feel {}",
    "feel {}",
    "we are {}",
    "she is {}",
    "everything is {}",
    "that was {}",
    "this is {}",
    "{}.",
];
const STRONGER: [&str; 16] = [
    "so {}",
    "very {}",
    "really {}",
    "i'm so {}",
    "i feel so {}",
    "i am very {}",
    "i feel really {} today",
    "extremely {}",
    "super {}",
    "incredibly {}",
    "totally {}",
    "{}!",
    "{}!!",
    "{}!!!",
    "so {} right now!",
    "i am absolutely {}",
];
const WEAKER: [&str; 10] = [
    "a bit {}",
    "a little {}",
    "slightly {}",
    "kind of {}",
    "somewhat {}",
    "i'm a bit {}",
    "i feel a little {}",
    "sort of {} today",
    "fairly {}",
    "i'm feeling kinda {}",
];
const NEGATED: [&str; 23] = [
    "not {} anymore",
    "i'm not {} anymore",
    "i don't feel {} anymore",
    "not {}",
    "not {} at all",
    "i'm not {}",
    "i am not {}",
    "im not {}",
    "i don't feel {}",
    "i dont feel {}",
    "i do not feel {}",
    "not feeling {}",
    "i'm not feeling {}",
    "i don't feel {} at all",
    "never {}",
    "no longer {}",
    "not very {}",
    "not really {}",
    "i'm not very {} today",
    "isn't {}",
    "it's not {}",
    "not so {}",
    "i wasn't {}",
];
const JOINED: [&str; 6] = [
    "{} and {}",
    "so {} and {}",
    "i feel {} and {}",
    "{}, {}",
    "i'm {} and {}",
    "{} but also {}",
];
/// Frames around something pleasant that one fails to do.
const UNABLE: [&str; 6] = [
    "can't {}",
    "i cant {}",
    "i can't {} at all",
    "i can't {} today",
    "unable to {}",
    "struggling to {}",
];

/// What is felt: valence, and arousal where it is known.
type Felt = (f32, Option<f32>);

/// The words of all lexicons; where two know a word, valence is their mean.
struct Lexicon {
    words: BTreeMap<String, Felt>,
}

impl Lexicon {
    fn new(entries: impl Iterator<Item = LexiconEntry>) -> Self {
        let mut words: BTreeMap<String, Felt> = BTreeMap::new();
        for entry in entries {
            let felt = words
                .entry(entry.text)
                .or_insert((entry.valence, entry.arousal));
            felt.0 = f32::midpoint(felt.0, entry.valence);
            felt.1 = felt.1.or(entry.arousal);
        }
        Self { words }
    }

    /// A word or a form of it: "crying" and "stressed" are found by "cry" and "stress" too.
    ///
    /// Valence is that of the first form that is known, arousal that of the first form that has
    /// one.
    fn find(&self, word: &str) -> Option<Felt> {
        let stem = |ending: &str, plus: &str| {
            word.strip_suffix(ending)
                .map(|stem| format!("{stem}{plus}"))
        };
        let forms = [
            Some(word.to_owned()),
            stem("ing", ""),
            stem("ing", "e"),
            stem("ed", ""),
            stem("ed", "e"),
            stem("s", ""),
        ];
        let mut known = forms
            .iter()
            .flatten()
            .filter_map(|form| self.words.get(form));
        let (valence, arousal) = *known.next()?;
        Some((valence, arousal.or_else(|| known.find_map(|felt| felt.1))))
    }

    /// The mean over the words of a description that the lexicon knows.
    fn describe(&self, text: &str) -> Option<Felt> {
        let words = text
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| word.len() > 3);
        let known: Vec<Felt> = words
            .filter(|word| *word != "face")
            .filter_map(|word| self.find(word))
            .collect();
        let mean = |values: &[f32]| {
            (!values.is_empty()).then(|| values.iter().sum::<f32>() / values.len() as f32)
        };
        let valences: Vec<f32> = known.iter().map(|felt| felt.0).collect();
        let arousals: Vec<f32> = known.iter().filter_map(|felt| felt.1).collect();
        Some((mean(&valences)?, mean(&arousals)))
    }
}

/// Items made from the lexicons of a folder; none where there is no folder.
///
/// `corpus` tells which words people use of their own state.
pub(crate) fn lexicon_items(folder: &Path, corpus: &[Item], seed: u64) -> Result<Vec<Item>, Error> {
    let path = |name: &str| folder.join(name);
    if !path("glasgow_norms_vad.tsv").is_file() || !path("vader_lexicon.txt").is_file() {
        return Ok(Vec::new());
    }
    let entries = [
        read_glasgow(&path("glasgow_norms_vad.tsv"))?,
        read_vader(&path("vader_lexicon.txt"))?,
    ];
    let lexicon = Lexicon::new(entries.into_iter().flatten());
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut items = Vec::new();
    for (word, &own) in &lexicon.words {
        let felt = lexicon.find(word).unwrap_or(own);
        items.push(Item {
            is_made: false,
            ..item(word.clone(), felt, WORD_WEIGHT)
        });
        let texts = ANY
            .sample(&mut rng, N_ANY)
            .map(|frame| frame.replace("{}", word));
        items.extend(texts.map(|text| item(text, felt, WORD_WEIGHT)));
    }
    if path("vader_emoji_utf8_lexicon.txt").is_file() {
        items.extend(emoji_items(
            &read_emoji(&path("vader_emoji_utf8_lexicon.txt"))?,
            &lexicon,
        ));
    }
    items.extend(template_items(&lexicon, corpus, seed));
    Ok(items)
}

fn item(text: String, (valence, arousal): Felt, weight: f32) -> Item {
    let clamped = |value: f32| value.clamp(-1.0, 1.0);
    let value = [clamped(valence), clamped(arousal.unwrap_or_default())];
    let weight = [weight, if arousal.is_some() { weight } else { 0.0 }];
    Item {
        text,
        affect: AffectTarget { value, weight },
        labels: Labels::None,
        is_made: true,
    }
}

fn emoji_items(signs: &[(String, String)], lexicon: &Lexicon) -> Vec<Item> {
    let is_plain = |sign: &str| {
        !sign
            .chars()
            .any(|c| ('\u{1f3fb}'..='\u{1f3ff}').contains(&c))
    };
    signs
        .iter()
        .filter(|(sign, _)| is_plain(sign))
        .filter_map(|(sign, words)| Some((sign, lexicon.describe(words)?)))
        .flat_map(|(sign, felt)| {
            EMOJI.map(|frame| item(frame.replace("{}", sign), felt, EMOJI_WEIGHT))
        })
        .collect()
}

fn template_items(lexicon: &Lexicon, corpus: &[Item], seed: u64) -> Vec<Item> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let states = words_after(
        corpus,
        &[
            "feel", "feeling", "felt", "so", "very", "im", "i'm", "am", "really", "too",
        ],
    );
    let states: Vec<(&str, Felt)> = states
        .iter()
        .filter_map(|word| Some((word.as_str(), lexicon.find(word)?)))
        .filter(|(_, (v, a))| v.abs() > 0.15 || a.is_some_and(|a| a.abs() > 0.25))
        .collect();
    let mut items = Vec::new();
    for &(word, felt) in &states {
        let mut add = |frames: &[&str], n: usize, felt: Felt, weight: f32| {
            for frame in frames.sample(&mut rng, n) {
                items.push(item(frame.replace("{}", word), felt, weight));
            }
        };
        let weaker = (0.6 * felt.0, felt.1.map(|a| 0.6 * a));
        add(&PLAIN, N_PLAIN, felt, TEMPLATE_WEIGHT);
        add(&STRONGER, N_STRONGER, stronger(felt), TEMPLATE_WEIGHT);
        add(&WEAKER, N_WEAKER, weaker, TEMPLATE_WEIGHT);
        add(&NEGATED, N_NEGATED, negated(felt), NEGATED_WEIGHT);
        for _ in 0..N_JOINED {
            let (other, also) = states[rng.random_range(0..states.len())];
            let frame = JOINED[rng.random_range(0..JOINED.len())];
            let text = frame.replacen("{}", word, 1).replacen("{}", other, 1);
            let arousal = felt.1.zip(also.1).map(|(one, two)| f32::midpoint(one, two));
            items.push(item(
                text,
                (f32::midpoint(felt.0, also.0), arousal),
                TEMPLATE_WEIGHT,
            ));
        }
    }
    for word in words_after(corpus, &["cant", "can't", "cannot", "couldn't"]) {
        if let Some(&(valence, _)) = lexicon.words.get(&word).filter(|felt| felt.0 > 0.15) {
            let felt = (-0.3 - 0.4 * valence, Some(0.2));
            let texts = UNABLE
                .sample(&mut rng, 4)
                .map(|frame| frame.replace("{}", &word));
            items.extend(texts.map(|text| item(text, felt, TEMPLATE_WEIGHT)));
        }
    }
    items
}

/// An intensifier makes valence larger and what is not calm more aroused.
fn stronger((valence, arousal): Felt) -> Felt {
    (
        1.25 * valence,
        arousal.map(|a| if a < -0.1 { 1.2 * a } else { a + 0.15 }),
    )
}

/// Negation weakens and turns: "not happy" is less bad than sad, "not sad" only mildly good.
fn negated((valence, arousal): Felt) -> Felt {
    let turned = if valence > 0.0 {
        -0.6 * valence
    } else {
        -0.45 * valence
    };
    (turned, arousal.map(|a| -0.4 * a))
}

/// Words that follow one of `before` often enough, in order.
fn words_after(corpus: &[Item], before: &[&str]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for item in corpus {
        let lower = item.text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        for pair in words.windows(2).filter(|pair| before.contains(&pair[0])) {
            let word = pair[1].trim_matches(|c: char| !c.is_alphanumeric());
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|(_, n)| *n >= MIN_STATE_USES)
        .map(|(word, _)| word)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus() -> Vec<Item> {
        let text = "i feel happy so sad i feel happy so sad i cant sleep and cant sleep";
        vec![Item {
            text: text.into(),
            affect: AffectTarget::default(),
            labels: Labels::None,
            is_made: false,
        }]
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let norms = "word\tvalence_1_9\tarousal_1_9\nhappy\t8.2\t6.9\nsad\t2.2\t3.9\nsleep\t8\t2\nsmile\t8\t6\n";
        std::fs::write(folder.path().join("glasgow_norms_vad.tsv"), norms).unwrap();
        std::fs::write(folder.path().join("vader_lexicon.txt"), ":)\t2.0\t1\t[]\n").unwrap();
        let emoji = "😀\tsmiling face\n🧱\tbrick\n";
        std::fs::write(folder.path().join("vader_emoji_utf8_lexicon.txt"), emoji).unwrap();
        folder
    }

    fn made() -> BTreeMap<String, AffectTarget> {
        let items = lexicon_items(folder().path(), &corpus(), 1).unwrap();
        items
            .into_iter()
            .map(|item| (item.text, item.affect))
            .collect()
    }

    /// Checks the side of valence of all texts with a word, by whether they are negated.
    #[track_caller]
    fn check_side(word: &str, plain: bool) {
        let negations = ["not", "n't", "dont", "never", "no longer"];
        let mut found = 0;
        for (text, target) in made().iter().filter(|(text, _)| text.contains(word)) {
            let is_joined = ["happy", "sad", "sleep"]
                .iter()
                .filter(|w| text.contains(**w))
                .count();
            if is_joined < 2 {
                let negated = negations.iter().any(|negation| text.contains(negation));
                assert_eq!(
                    target.value[0] > 0.0,
                    plain != negated,
                    "{text}: {target:?}"
                );
                found += 1;
            }
        }
        assert!(found > 5, "{word}: {found}");
    }

    #[test]
    fn negation_turns_and_intensity_keeps() {
        check_side("happy", true);
        check_side("sad", false);
    }

    #[test]
    fn signs_feel_as_their_descriptions() {
        assert!(made()["😀"].value[0] > 0.3);
        assert!(!made().contains_key("🧱"));
    }

    #[test]
    fn entries_alone_are_items() {
        assert!(made().contains_key("happy") && made().contains_key(":)"));
    }

    #[test]
    fn without_lexicons_there_is_nothing() {
        let nothing = lexicon_items(Path::new("none"), &corpus(), 1).unwrap();
        assert!(nothing.is_empty());
    }
}
