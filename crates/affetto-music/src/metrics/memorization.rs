//! Whether a piece copies others: n-grams of melody found in a collection, in any transposition.

use std::collections::HashSet;

use crate::{Score, Track};

/// Units a quarter note to which times between onsets are rounded.
const UNITS: u64 = 12;

/// Longest time between onsets that is told apart, in units: two bars of 4/4.
const MAX_IOI: u64 = 96;

/// A step from a note to the next of its track: semitones, and time between the onsets in units.
type Step = (i16, u64);

/// The n-grams of (interval, inter-onset interval) of a collection of pieces.
///
/// A piece gives the steps between successive notes of each pitched track, ordered by onset, then
/// pitch. N-grams are kept as 64-bit hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NgramIndex {
    n: usize,
    grams: HashSet<u64>,
}

/// How much of a piece is found in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Memorization {
    /// Share of the piece's n-grams that are found, in 0..=1.
    pub coverage: f64,
    /// Longest run of steps of which every n-gram is found, in steps; 0 where none is.
    pub longest_run: usize,
}

impl NgramIndex {
    /// The lengths that are reported.
    pub const LENGTHS: [usize; 4] = [4, 8, 12, 16];

    /// An empty collection of n-grams of `n` steps (at least 1).
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self {
            n: n.max(1),
            grams: HashSet::new(),
        }
    }

    /// Adds the n-grams of a piece.
    pub fn insert(&mut self, score: &Score) {
        for track in pitched(score) {
            self.grams
                .extend(steps(track, score).windows(self.n).map(hash));
        }
    }

    /// Number of different n-grams.
    #[must_use]
    pub fn len(&self) -> usize {
        self.grams.len()
    }

    /// Whether no n-gram was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.grams.is_empty()
    }

    /// The n-grams as hashes, in no order.
    pub fn grams(&self) -> impl Iterator<Item = u64> {
        self.grams.iter().copied()
    }

    /// Looks the n-grams of a piece up; `None` where it has none.
    #[must_use]
    pub fn memorization(&self, score: &Score) -> Option<Memorization> {
        let (mut n_grams, mut n_found, mut longest_run) = (0_u32, 0_u32, 0);
        for track in pitched(score) {
            let mut run = 0;
            for gram in steps(track, score).windows(self.n) {
                n_grams += 1;
                if self.grams.contains(&hash(gram)) {
                    n_found += 1;
                    run = if run == 0 { self.n } else { run + 1 };
                    longest_run = longest_run.max(run);
                } else {
                    run = 0;
                }
            }
        }
        let coverage = f64::from(n_found) / f64::from(n_grams);
        (n_grams > 0).then_some(Memorization {
            coverage,
            longest_run,
        })
    }
}

fn pitched(score: &Score) -> impl Iterator<Item = &Track> {
    score.tracks.iter().filter(|track| !track.is_drums())
}

/// The steps of a track.
fn steps(track: &Track, score: &Score) -> Vec<Step> {
    let resolution = u64::from(score.ticks_per_quarter.max(1));
    let units = |ticks: u32| (u64::from(ticks) * UNITS + resolution / 2) / resolution;
    let mut notes = track.notes.clone();
    notes.sort_unstable();
    notes
        .windows(2)
        .map(|pair| {
            let interval = i16::from(pair[1].pitch) - i16::from(pair[0].pitch);
            (interval, units(pair[1].onset - pair[0].onset).min(MAX_IOI))
        })
        .collect()
}

/// FNV-1a over the steps.
fn hash(gram: &[Step]) -> u64 {
    let bytes = gram
        .iter()
        .flat_map(|&(interval, ioi)| [(interval + 256) as u64, ioi]);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, value| {
        (hash ^ value).wrapping_mul(0x0100_0000_01b3)
    })
}
