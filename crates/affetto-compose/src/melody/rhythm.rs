//! Rhythm of tunes: which sixteenths of a bar carry a note.
//!
//! A cell orders the slots of half a bar by importance; a rhythm of `n` notes takes the first `n`.
//! So a tune keeps its rhythm when it gets busier or sparser: notes come in between or fall away.

use affetto_music::Meter;
use affetto_music::score::TICKS_PER_QUARTER;
use rand_pcg::Pcg64Mcg;

use crate::random::{pick, weighted};

/// Ticks of a sixteenth, the grid of tunes.
pub(crate) const SLOT: u32 = TICKS_PER_QUARTER / 4;

/// Order of the eight sixteenths of half a 4/4 bar.
struct Cell {
    order: [u8; 8],
    /// How syncopated it is, 0..=1; genres weigh by it.
    syncopation: f64,
    weight: f64,
}

const CELLS: [Cell; 10] = [
    // Even: half, two quarters, quarter and two eighths, four eighths.
    Cell {
        order: [0, 4, 6, 2, 7, 3, 5, 1],
        syncopation: 0.0,
        weight: 1.4,
    },
    Cell {
        order: [0, 4, 2, 6, 3, 7, 5, 1],
        syncopation: 0.0,
        weight: 1.2,
    },
    // Dotted quarter and eighth.
    Cell {
        order: [0, 6, 4, 2, 7, 5, 3, 1],
        syncopation: 0.15,
        weight: 1.0,
    },
    // Dotted eighth and sixteenth at rich densities.
    Cell {
        order: [0, 4, 3, 7, 6, 2, 5, 1],
        syncopation: 0.2,
        weight: 0.5,
    },
    // Tresillo, 3 + 3 + 2.
    Cell {
        order: [0, 3, 6, 4, 2, 7, 5, 1],
        syncopation: 0.8,
        weight: 0.9,
    },
    // Charleston.
    Cell {
        order: [0, 6, 3, 4, 2, 7, 5, 1],
        syncopation: 0.6,
        weight: 0.7,
    },
    // Eighth, quarter, eighth.
    Cell {
        order: [0, 2, 6, 4, 3, 7, 5, 1],
        syncopation: 0.7,
        weight: 0.9,
    },
    // Begins with a rest: upbeat figures.
    Cell {
        order: [4, 6, 2, 7, 0, 3, 5, 1],
        syncopation: 0.3,
        weight: 0.6,
    },
    Cell {
        order: [2, 4, 6, 7, 3, 5, 0, 1],
        syncopation: 0.5,
        weight: 0.6,
    },
    // Off the beat throughout.
    Cell {
        order: [2, 6, 4, 3, 7, 0, 5, 1],
        syncopation: 0.9,
        weight: 0.5,
    },
];

const THREES: [[u8; 12]; 4] = [
    [0, 4, 8, 10, 2, 6, 11, 3, 7, 9, 5, 1],
    [0, 8, 4, 6, 10, 2, 7, 3, 11, 9, 5, 1],
    [0, 6, 8, 4, 10, 2, 11, 7, 3, 9, 5, 1],
    [0, 2, 4, 8, 10, 6, 3, 7, 11, 9, 5, 1],
];

/// The rhythm of one bar of a motif at every density.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rhythm {
    /// Groups of the bar: first slot and slots by importance.
    groups: Vec<(u8, Vec<u8>)>,
    /// Of how many parts of 8 the first group takes, in 3..=5.
    lean: u8,
}

impl Rhythm {
    /// A rhythm of the pool for this metre; `syncopation` in 0..=1 weighs the cells.
    pub(crate) fn draw(meter: Meter, syncopation: f64, rng: &mut Pcg64Mcg) -> Self {
        let slots = (meter.bar_ticks(TICKS_PER_QUARTER) / SLOT).clamp(1, 128) as u8;
        let mut groups = Vec::new();
        let mut first = 0;
        while first < slots {
            let left = slots - first;
            let order = if left == 12 && meter.denominator == 4 {
                pick(rng, &THREES).to_vec()
            } else if left >= 8 {
                let fit = |cell: &Cell| {
                    cell.weight * (1.15 - (cell.syncopation - syncopation * 1.3).abs()).max(0.05)
                };
                let weights: Vec<f64> = CELLS.iter().map(fit).collect();
                CELLS[weighted(rng, &weights)].order.to_vec()
            } else {
                (0..left).step_by(2).chain((1..left).step_by(2)).collect()
            };
            let size = order.len() as u8;
            groups.push((first, order));
            first += size;
        }
        Self {
            groups,
            lean: pick(rng, &[3, 4, 4, 5]),
        }
    }

    /// The onset slots for about `count` notes, rising; odd slots only where `sixteenths` are fine.
    pub(crate) fn onsets(&self, count: usize, sixteenths: Grid) -> Vec<u8> {
        let mut onsets = Vec::new();
        let groups = self.groups.len();
        let mut left = count.max(1);
        for (index, (first, order)) in self.groups.iter().enumerate() {
            let share = match (index, groups) {
                (_, 1) => left,
                (0, 2) => (count * usize::from(self.lean)).div_ceil(8),
                (_, _) if index + 1 == groups => left,
                _ => count.div_ceil(groups),
            };
            let allowed = order
                .iter()
                .filter(|&&slot| sixteenths == Grid::Sixteenths || slot % 2 == 0);
            let taken: Vec<u8> = allowed
                .take(share.min(left))
                .map(|slot| first + slot)
                .collect();
            left -= taken.len().min(left);
            onsets.extend(taken);
        }
        onsets.sort_unstable();
        onsets
    }
}

/// Finest notes of a tune.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grid {
    /// Eighths; swing and shuffle bend them in performance.
    Eighths,
    /// Sixteenths.
    Sixteenths,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busier_versions_contain_sparser_ones_mostly() {
        let mut rng = crate::random::stream(&[4]);
        for _ in 0..50 {
            let rhythm = Rhythm::draw(Meter::COMMON, 0.3, &mut rng);
            let sparse = rhythm.onsets(4, Grid::Sixteenths);
            let busy = rhythm.onsets(9, Grid::Sixteenths);
            assert_eq!((sparse.len(), busy.len()), (4, 9));
            assert!(
                sparse.iter().all(|slot| busy.contains(slot)),
                "{sparse:?} {busy:?}"
            );
        }
    }

    #[test]
    fn eighths_stay_on_eighths_in_every_metre() {
        let mut rng = crate::random::stream(&[5]);
        for (numerator, denominator) in [(4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (2, 4), (12, 8)] {
            let meter = Meter {
                numerator,
                denominator,
            };
            let slots = meter.bar_ticks(TICKS_PER_QUARTER) / SLOT;
            for count in 1..12 {
                let onsets = Rhythm::draw(meter, 0.5, &mut rng).onsets(count, Grid::Eighths);
                assert!(!onsets.is_empty());
                assert!(
                    onsets
                        .iter()
                        .all(|&slot| u32::from(slot) < slots && slot % 2 == 0)
                );
            }
        }
    }
}
