//! Objective metrics of a piece, each as its source defines it, for comparing made music with real.
//!
//! No metric is better because it is larger: report the distance to real music of the same kind,
//! measured with the same function. Where a metric is not defined (no notes, one bar) it is `None`.
//! Drums count where rhythm is measured and not where pitch is. Bars are those of
//! [`Score::bar_lines`]; a note belongs to the bar of its onset.

mod fidelity;
mod harmony;
mod memorization;
mod pitch;
mod repetition;
mod rhythm;
mod texture;
mod validity;

pub use fidelity::{BarFidelity, fidelity};
pub use harmony::chord_progression_irregularity;
pub use memorization::{Memorization, NgramIndex};
pub use pitch::{
    pitch_class_entropy, pitch_classes_used, pitch_range, pitches_used, scale_consistency,
    windowed_pitch_class_entropy,
};
pub use repetition::{Repetition, RepetitionOptions, self_repetition};
pub use rhythm::{
    GROOVE_POSITIONS, empty_bar_rate, empty_beat_rate, groove_consistency, grooving_similarity,
    notes_per_beat, notes_per_second,
};
pub use texture::{polyphony, polyphony_rate};
pub use validity::{Faults, PITCH_RANGE, faults};

use crate::{Note, Score};

/// The metrics that are compared with real music, of one piece.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    /// Mean entropy of pitch classes in one bar, in bits, in `0..=3.585`.
    pub pitch_class_entropy_1: Option<f64>,
    /// The same over four bars.
    pub pitch_class_entropy_4: Option<f64>,
    /// Mean likeness of the onsets of two bars, in 0..=1.
    pub grooving_similarity: Option<f64>,
    /// Largest share of notes in one scale, in 0..=1.
    pub scale_consistency: Option<f64>,
    /// Share of bars without an onset.
    pub empty_bar_rate: Option<f64>,
    /// Share of four-bar windows that were there before note for note.
    pub repetition_exact: Option<f64>,
    /// Share of four-bar windows with nearly the chroma of an earlier one.
    pub repetition_similar: Option<f64>,
    /// Mean number of pitches sounding together.
    pub polyphony: Option<f64>,
    /// Notes a beat.
    pub notes_per_beat: Option<f64>,
    /// Notes a second.
    pub notes_per_second: Option<f64>,
}

impl Summary {
    /// Measures a piece; `seed` chooses the pairs of bars where there are very many.
    #[must_use]
    pub fn of(score: &Score, seed: u64) -> Self {
        let repetition = self_repetition(score, RepetitionOptions::default());
        Self {
            pitch_class_entropy_1: windowed_pitch_class_entropy(score, 1),
            pitch_class_entropy_4: windowed_pitch_class_entropy(score, 4),
            grooving_similarity: grooving_similarity(score, GROOVE_POSITIONS, seed),
            scale_consistency: scale_consistency(score),
            empty_bar_rate: empty_bar_rate(score),
            repetition_exact: repetition.map(|repetition| repetition.exact),
            repetition_similar: repetition.map(|repetition| repetition.similar),
            polyphony: polyphony(score),
            notes_per_beat: notes_per_beat(score),
            notes_per_second: notes_per_second(score),
        }
    }

    /// All metrics with their names, in a fixed order.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<f64>); 10] {
        [
            ("pitch_class_entropy_1", self.pitch_class_entropy_1),
            ("pitch_class_entropy_4", self.pitch_class_entropy_4),
            ("grooving_similarity", self.grooving_similarity),
            ("scale_consistency", self.scale_consistency),
            ("empty_bar_rate", self.empty_bar_rate),
            ("repetition_exact", self.repetition_exact),
            ("repetition_similar", self.repetition_similar),
            ("polyphony", self.polyphony),
            ("notes_per_beat", self.notes_per_beat),
            ("notes_per_second", self.notes_per_second),
        ]
    }
}

/// A bar with the notes that start in it.
#[derive(Debug, Clone, PartialEq, Default)]
struct Bar {
    start: u32,
    end: u32,
    /// Notes of pitched tracks, then of drums, each by onset.
    pitched: Vec<Note>,
    drums: Vec<Note>,
}

impl Bar {
    fn is_empty(&self) -> bool {
        self.pitched.is_empty() && self.drums.is_empty()
    }

    /// All notes.
    fn notes(&self) -> impl Iterator<Item = &Note> {
        self.pitched.iter().chain(&self.drums)
    }

    /// Counts of pitch classes.
    fn chroma(&self) -> [f64; 12] {
        let mut chroma = [0.0; 12];
        for note in &self.pitched {
            chroma[usize::from(note.pitch % 12)] += 1.0;
        }
        chroma
    }
}

/// The bars of a score, none where it has no length.
fn bars(score: &Score) -> Vec<Bar> {
    let lines = score.bar_lines();
    let mut bars: Vec<Bar> = lines
        .windows(2)
        .map(|line| Bar {
            start: line[0],
            end: line[1],
            ..Bar::default()
        })
        .collect();
    for track in &score.tracks {
        for &note in &track.notes {
            let index = bars.partition_point(|bar| bar.end <= note.onset);
            let Some(bar) = bars.get_mut(index) else {
                continue;
            };
            let notes = if track.is_drums() {
                &mut bar.drums
            } else {
                &mut bar.pitched
            };
            notes.push(note);
        }
    }
    for bar in &mut bars {
        bar.pitched.sort_unstable();
        bar.drums.sort_unstable();
    }
    bars
}

/// Entropy of counts in bits; `None` where nothing was counted.
fn entropy(counts: &[f64]) -> Option<f64> {
    let sum: f64 = counts.iter().sum();
    let bits = |count: &f64| -(count / sum) * (count / sum).log2();
    (sum > 0.0).then(|| counts.iter().filter(|count| **count > 0.0).map(bits).sum())
}

/// Mean, `None` of nothing.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// Cosine of two vectors, 0 where one is zero.
fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let norm = (dot(a, a) * dot(b, b)).sqrt();
    if norm > 0.0 { dot(a, b) / norm } else { 0.0 }
}
