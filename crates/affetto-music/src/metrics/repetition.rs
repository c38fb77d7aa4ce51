//! How much of a piece was there before.

use super::{Bar, bars, cosine};
use crate::Score;

/// Units a quarter note on which bars are compared note for note.
const UNITS: u64 = 12;

/// What counts as a repetition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RepetitionOptions {
    /// Length of the compared windows in bars; 4 by default.
    pub window_bars: usize,
    /// How far back a window looks, in bars; 512 by default. The time grows with this times the
    /// number of bars.
    pub lookback_bars: usize,
    /// Cosine of the windows' chroma above which they count as similar; 0.98 by default.
    pub least_cosine: f64,
}

impl Default for RepetitionOptions {
    fn default() -> Self {
        Self {
            window_bars: 4,
            lookback_bars: 512,
            least_cosine: 0.98,
        }
    }
}

/// Shares of windows that repeat an earlier one, in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Repetition {
    /// The same notes (pitch, onset and duration to a twelfth of a quarter, pitched or drum).
    pub exact: f64,
    /// Nearly the same chroma, bar by bar.
    pub similar: f64,
}

/// Compares each window of some bars, sliding by one bar, with those that start before it. Windows
/// without notes are left out; windows without pitched notes are similar where they are the same.
///
/// `None` where no window has notes.
#[must_use]
pub fn self_repetition(score: &Score, options: RepetitionOptions) -> Option<Repetition> {
    let bars = bars(score);
    let window = options.window_bars.max(1);
    let resolution = u64::from(score.ticks_per_quarter.max(1));
    let prints: Vec<Vec<Print>> = bars.iter().map(|bar| print(bar, resolution)).collect();
    let chromas: Vec<[f64; 12]> = bars.iter().map(Bar::chroma).collect();
    let n_windows = (bars.len() + 1).saturating_sub(window);
    let (mut n_full, mut n_exact, mut n_similar) = (0_u32, 0_u32, 0_u32);
    for now in 0..n_windows {
        let is_full = |start: usize| {
            bars[start..start + window]
                .iter()
                .any(|bar| !bar.is_empty())
        };
        if !is_full(now) {
            continue;
        }
        n_full += 1;
        let mut earlier = now.saturating_sub(options.lookback_bars)..now;
        let same = |then: usize| prints[then..then + window] == prints[now..now + window];
        let chroma = |start: usize| chromas[start..start + window].as_flattened();
        let like = |then: usize| cosine(chroma(then), chroma(now)) > options.least_cosine;
        let is_exact = earlier.clone().any(same);
        n_exact += u32::from(is_exact);
        n_similar += u32::from(is_exact || earlier.any(like));
    }
    let share = |count: u32| f64::from(count) / f64::from(n_full);
    (n_full > 0).then(|| Repetition {
        exact: share(n_exact),
        similar: share(n_similar),
    })
}

/// A note as compared: is a drum, onset in the bar, pitch, duration.
type Print = (bool, u64, u8, u64);

/// The notes of a bar on the grid.
fn print(bar: &Bar, resolution: u64) -> Vec<Print> {
    let units = |ticks: u32| (u64::from(ticks) * UNITS + resolution / 2) / resolution;
    let note = |is_drum: bool| {
        move |note: &crate::Note| {
            (
                is_drum,
                units(note.onset - bar.start),
                note.pitch,
                units(note.duration),
            )
        }
    };
    let mut print: Vec<Print> = bar
        .pitched
        .iter()
        .map(note(false))
        .chain(bar.drums.iter().map(note(true)))
        .collect();
    print.sort_unstable();
    print.dedup();
    print
}
