//! How many pitches sound together.

use crate::Score;

/// Mean number of different pitches that sound while any does (MusPy).
#[must_use]
pub fn polyphony(score: &Score) -> Option<f64> {
    let sounding = Sounding::of(score);
    (sounding.any > 0).then(|| sounding.pitches as f64 / sounding.any as f64)
}

/// Share of the time up to the last note's end in which two or more pitches sound: MusPy's polyphony
/// rate with threshold 1 (its default counts three or more).
#[must_use]
pub fn polyphony_rate(score: &Score) -> Option<f64> {
    let notes = score.tracks.iter().flat_map(|track| &track.notes);
    let end = notes.map(|note| note.end()).max().filter(|end| *end > 0)?;
    Some(Sounding::of(score).several as f64 / f64::from(end))
}

/// Ticks in which pitched notes sound.
#[derive(Debug, Default)]
struct Sounding {
    /// Ticks with any pitch.
    any: u64,
    /// Ticks with two or more pitches.
    several: u64,
    /// Sum over ticks of the number of pitches.
    pitches: u64,
}

impl Sounding {
    fn of(score: &Score) -> Self {
        let notes = score.pitched_notes();
        let mut changes: Vec<(u32, bool, u8)> = notes
            .flat_map(|note| {
                [
                    (note.onset, true, note.pitch),
                    (note.end(), false, note.pitch),
                ]
            })
            .collect();
        changes.sort_unstable();
        let mut sounding = Self::default();
        let (mut counts, mut n_pitches, mut now) = ([0_u32; 256], 0_u64, 0);
        for (tick, is_start, pitch) in changes {
            let ticks = u64::from(tick - now);
            now = tick;
            sounding.pitches += ticks * n_pitches;
            sounding.any += if n_pitches > 0 { ticks } else { 0 };
            sounding.several += if n_pitches > 1 { ticks } else { 0 };
            let count = &mut counts[usize::from(pitch)];
            if is_start {
                n_pitches += u64::from(*count == 0);
                *count += 1;
            } else {
                // Ends sort before starts, but a note of no length ends before it starts.
                *count = count.saturating_sub(1);
                n_pitches = n_pitches.saturating_sub(u64::from(*count == 0));
            }
        }
        sounding
    }
}
