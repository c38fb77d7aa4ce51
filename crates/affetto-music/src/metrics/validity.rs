//! Faults: what must not occur at all in music that we make.

use std::ops::RangeInclusive;

use super::bars;
use crate::Score;

/// Pitches of a concert grand: outside of it pitched notes count as out of range.
pub const PITCH_RANGE: RangeInclusive<u8> = 21..=108;

/// Longest note in bars; a longer one counts as stuck.
const MAX_NOTE_BARS: u32 = 8;

/// Numbers of faults; all are 0 in a valid piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Notes that start while a note of their pitch sounds in the same track.
    pub overlaps: usize,
    /// Notes longer than eight bars of their bar's length, or that end behind the score.
    pub stuck: usize,
    /// Pitched notes outside [`PITCH_RANGE`], drum keys above 127, velocities outside `1..128`, and
    /// notes without length.
    pub out_of_range: usize,
    /// Bars whose length is not that of their metre: the last where the score ends within it.
    pub unclosed_bars: usize,
}

impl Faults {
    /// Number of all faults.
    #[must_use]
    pub fn total(self) -> usize {
        self.overlaps + self.stuck + self.out_of_range + self.unclosed_bars
    }
}

/// Counts the faults of a piece.
#[must_use]
pub fn faults(score: &Score) -> Faults {
    let mut faults = Faults::default();
    for track in &score.tracks {
        let mut cut = track.clone();
        cut.cut_overlaps();
        let durations = |notes: &[crate::Note]| -> Vec<_> {
            let mut notes: Vec<_> = notes
                .iter()
                .map(|n| (n.onset, n.pitch, n.duration))
                .collect();
            notes.sort_unstable();
            notes
        };
        let (before, after) = (durations(&track.notes), durations(&cut.notes));
        faults.overlaps += before
            .iter()
            .filter(|note| after.binary_search(note).is_err())
            .count();
        let range = if track.is_drums() {
            0..=127
        } else {
            PITCH_RANGE
        };
        let is_odd = |note: &&crate::Note| {
            !range.contains(&note.pitch) || !(1..128).contains(&note.velocity) || note.duration == 0
        };
        faults.out_of_range += track.notes.iter().filter(is_odd).count();
    }
    for bar in bars(score) {
        let longest = (bar.end - bar.start).saturating_mul(MAX_NOTE_BARS);
        let is_stuck = |note: &&crate::Note| note.duration > longest || note.end() > score.length;
        faults.stuck += bar.notes().filter(is_stuck).count();
    }
    faults.unclosed_bars = usize::from(score.bar_lines().last() != Some(&score.length));
    faults
}
