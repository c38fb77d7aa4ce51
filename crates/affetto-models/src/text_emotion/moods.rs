//! Mood phrases to train on, with the valence and arousal that the authors judge them to have.
//!
//! No corpus has enough of what people type when asked how they feel. The table is our own; none
//! of its phrases equals or nearly equals one of the phrases that test ([`super::phrases`]).

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::data::{AffectTarget, Item, Labels};

static TABLE: &str = include_str!("training_phrases.tsv");

/// Frames that leave the feeling as it is.
const FRAMES: [&str; 18] = [
    "i feel {}",
    "feeling {}",
    "so {}",
    "just {}",
    "i am {}",
    "i'm {}",
    "{}.",
    "{}!",
    "honestly {}",
    "today {}",
    "ok {}",
    "{} right now",
    "{} today",
    "{} lately",
    "kinda {}",
    "really {}",
    "tbh {}",
    "{} and that's it",
];
/// Share of the framed phrases that is shortened by a letter, as hasty fingers do.
const TYPO_SHARE: f64 = 0.15;

/// How much a phrase counts in the loss of valence and arousal.
const WEIGHT: f32 = 1.5;

/// At most `most` phrases as items, each followed by `n_framed` variants in frames.
pub(super) fn mood_items(most: usize, n_framed: usize, seed: u64) -> Vec<Item> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut items = Vec::new();
    for (text, value) in training_phrases().take(most) {
        items.push(item(text.to_owned(), value, false));
        for frame in FRAMES.sample(&mut rng, n_framed) {
            let mut framed = frame.replace("{}", text);
            if rng.random::<f64>() < TYPO_SHARE {
                framed = with_typo(&framed, &mut rng);
            }
            items.push(item(framed, value, true));
        }
    }
    items
}

fn item(text: String, value: [f32; 2], is_made: bool) -> Item {
    let weight = [WEIGHT; 2];
    Item {
        text,
        affect: AffectTarget { value, weight },
        labels: Labels::Mood,
        is_made,
    }
}

/// The table: phrase, then valence and arousal in −1..=1.
pub(super) fn training_phrases() -> impl Iterator<Item = (&'static str, [f32; 2])> {
    TABLE.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        let text = cells.next()?;
        let mut number = || cells.next()?.parse().ok();
        Some((text, [number()?, number()?]))
    })
}

/// Leaves out one letter of the longest word, or swaps it with the next.
fn with_typo(text: &str, rng: &mut Pcg64Mcg) -> String {
    let longest = text.split(' ').max_by_key(|word| word.len());
    let Some(word) = longest.filter(|word| word.len() > 4 && word.is_ascii()) else {
        return text.to_owned();
    };
    let place = rng.random_range(1..word.len() - 2);
    let (start, rest) = word.split_at(place);
    let (letters, end) = rest.split_at(2);
    let typed = if rng.random() {
        letters.chars().rev().collect()
    } else {
        letters[..1].to_owned()
    };
    text.replacen(word, &format!("{start}{typed}{end}"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        let phrases: Vec<_> = training_phrases().collect();
        assert_eq!(phrases.len() + 1, TABLE.lines().count());
        assert!(phrases.len() >= 2_000);
        for (text, value) in &phrases {
            let in_range = value.iter().all(|x| (-1.0..=1.0).contains(x));
            assert!(!text.trim().is_empty() && in_range, "{text} {value:?}");
        }
        // Every quadrant has its share.
        for sides in [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]] {
            let inside = |value: &[f32; 2]| (0..2).all(|axis| value[axis] * sides[axis] > 0.0);
            let n = phrases.iter().filter(|(_, value)| inside(value)).count();
            assert!(6 * n > phrases.len(), "{sides:?}: {n}");
        }
    }

    #[test]
    fn frames_keep_the_feeling() {
        let items = mood_items(100, 2, 1);
        assert_eq!(items.len(), 300);
        assert!(items.chunks(3).all(|variants| {
            !variants[0].is_made && variants.iter().all(|v| v.affect == variants[0].affect)
        }));
        assert_eq!(items, mood_items(100, 2, 1));
    }

    #[test]
    fn typos_are_small() {
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        for _ in 0..50 {
            let typed = with_typo("so exhausted", &mut rng);
            assert!(typed.starts_with("so e") && (11..=12).contains(&typed.len()));
            assert_eq!(with_typo("sad 😢", &mut rng), "sad 😢");
        }
    }
}
