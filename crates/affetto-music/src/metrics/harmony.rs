//! How varied chord progressions are.

use std::collections::HashSet;

use crate::{Chord, Score};

/// CPI: share of different ones among all trigrams of chords, in `0..=1` (MusDr, Wu and Yang 2020,
/// whose program leaves the last trigram out, which we count).
///
/// `None` with fewer than three chord spans.
#[must_use]
pub fn chord_progression_irregularity(score: &Score) -> Option<f64> {
    let chords: Vec<Chord> = score.chords.iter().map(|span| span.chord).collect();
    let distinct: HashSet<&[Chord]> = chords.windows(3).collect();
    let n_trigrams = chords.len().checked_sub(2).filter(|count| *count > 0)?;
    Some(distinct.len() as f64 / n_trigrams as f64)
}
