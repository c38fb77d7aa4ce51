//! Which pitches are used, and how evenly.

use super::{bars, entropy, mean};
use crate::{Key, Mode, PitchClass, Score};

/// Entropy of the pitch classes of all notes in bits, in `0..=3.585` (MusPy, Dong et al. 2020).
#[must_use]
pub fn pitch_class_entropy(score: &Score) -> Option<f64> {
    entropy(&class_counts(score))
}

/// H1, H4 …: mean entropy of pitch classes in all windows of some bars, sliding by one bar, in bits
/// (MusDr, Wu and Yang 2020).
///
/// Windows without notes are left out; a piece shorter than the window is one window.
#[must_use]
pub fn windowed_pitch_class_entropy(score: &Score, window_bars: usize) -> Option<f64> {
    let chromas: Vec<[f64; 12]> = bars(score).iter().map(super::Bar::chroma).collect();
    let window = window_bars.clamp(1, chromas.len().max(1));
    mean(chromas.windows(window).filter_map(|window| {
        let mut sum = [0.0; 12];
        for chroma in window {
            for (sum, count) in sum.iter_mut().zip(chroma) {
                *sum += count;
            }
        }
        entropy(&sum)
    }))
}

/// Largest share of notes that one major or natural minor scale holds, in 0..=1 (MusPy).
#[must_use]
pub fn scale_consistency(score: &Score) -> Option<f64> {
    let counts = class_counts(score);
    let sum: f64 = counts.iter().sum();
    let share = |key: Key| {
        let inside = (0..12_u8).filter(|&class| key.contains(PitchClass::new(class)));
        inside.map(|class| counts[usize::from(class)]).sum::<f64>() / sum
    };
    let keys = [Mode::Major, Mode::Minor].into_iter().flat_map(|mode| {
        (0..12).map(move |tonic| Key {
            tonic: PitchClass::new(tonic),
            mode,
        })
    });
    (sum > 0.0).then(|| keys.map(share).fold(0.0, f64::max))
}

/// Semitones from the lowest to the highest note (MusPy).
#[must_use]
pub fn pitch_range(score: &Score) -> Option<u8> {
    let lowest = score.pitched_notes().map(|note| note.pitch).min()?;
    let highest = score.pitched_notes().map(|note| note.pitch).max()?;
    Some(highest - lowest)
}

/// Number of different pitches (MusPy).
#[must_use]
pub fn pitches_used(score: &Score) -> usize {
    let mut used = [false; 256];
    for note in score.pitched_notes() {
        used[usize::from(note.pitch)] = true;
    }
    used.iter().filter(|used| **used).count()
}

/// Number of different pitch classes, in `0..=12` (MusPy).
#[must_use]
pub fn pitch_classes_used(score: &Score) -> usize {
    class_counts(score)
        .iter()
        .filter(|count| **count > 0.0)
        .count()
}

fn class_counts(score: &Score) -> [f64; 12] {
    let mut counts = [0.0; 12];
    for note in score.pitched_notes() {
        counts[usize::from(note.pitch % 12)] += 1.0;
    }
    counts
}
