//! The loop detector: notices when music repeats itself more than songs do.

use std::collections::VecDeque;

use affetto_music::Role;

use crate::Part;
use crate::random::mix;

/// Bars looked back upon.
const MEMORY: usize = 64;
/// Bars of a window.
const WINDOW: usize = 4;
/// Share of 4-bar windows in the memory that may stand in it twice: the 95th percentile of 986
/// stretches of 64 bars in 254 songs by genre (exact pitches on a sixteenth grid; 0.475).
pub const MAX_REPEATED: f64 = 0.47;

/// Remembers the last 64 bars by a number each.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoopDetector {
    bars: VecDeque<u64>,
}

impl LoopDetector {
    /// Takes a bar in.
    pub(crate) fn push(&mut self, parts: &[Part]) {
        if self.bars.len() == MEMORY {
            self.bars.pop_front();
        }
        self.bars.push_back(fingerprint(parts));
    }

    /// Share of 4-bar windows in the last 64 bars that stood there before, in 0..=1.
    pub(crate) fn repeated(&self) -> f64 {
        let bars: Vec<u64> = self.bars.iter().copied().collect();
        let windows: Vec<&[u64]> = bars.windows(WINDOW).collect();
        if windows.len() < WINDOW {
            return 0.0;
        }
        let seen = |index: usize| windows[..index].contains(&windows[index]);
        (0..windows.len()).filter(|&index| seen(index)).count() as f64 / windows.len() as f64
    }

    /// Whether the music is stuck. Silent until enough was heard to tell.
    pub(crate) fn is_stuck(&self) -> bool {
        self.bars.len() >= MEMORY / 2 && self.repeated() > MAX_REPEATED
    }

    /// Forgets, so that one alarm is raised once.
    pub(crate) fn reset(&mut self) {
        self.bars.clear();
    }
}

/// A number for the pitched notes of a bar, on the grid; loudness and drums do not count.
fn fingerprint(parts: &[Part]) -> u64 {
    let pitched = parts.iter().filter(|part| part.role != Role::Drums);
    let notes = pitched.flat_map(|part| part.notes.iter().map(move |note| (part.role, note)));
    let numbers: Vec<u64> = notes
        .map(|(role, note)| {
            u64::from(note.onset) << 32
                | u64::from(note.duration) << 12
                | u64::from(note.pitch) << 4
                | role as u64
        })
        .collect();
    mix(&numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use affetto_music::Note;

    fn bar(pitch: u8) -> Vec<Part> {
        let note = Note {
            onset: 0,
            duration: 480,
            pitch,
            velocity: 80,
        };
        let name = String::new();
        vec![Part {
            name,
            role: Role::Melody,
            program: 0,
            volume: 100,
            pan: 64,
            notes: vec![note],
        }]
    }

    /// Bars by their pitches, each twice the text long.
    #[track_caller]
    fn check(bars: impl Iterator<Item = u8>, stuck: bool) {
        let mut detector = LoopDetector::default();
        bars.for_each(|pitch| detector.push(&bar(pitch)));
        assert_eq!(detector.is_stuck(), stuck, "{}", detector.repeated());
    }

    #[test]
    fn loops_are_noticed_and_song_forms_are_not() {
        check((0..64).map(|index| 60 + index % 4), true);
        check((0..64).map(|index| index + 20), false);
        // A A B A of eight bars, exactly repeated.
        check(
            [0, 0, 8, 0]
                .into_iter()
                .flat_map(|from| (0..8).map(move |bar| 50 + from + bar)),
            false,
        );
        check(std::iter::repeat_n(60, 8), false);
    }
}
