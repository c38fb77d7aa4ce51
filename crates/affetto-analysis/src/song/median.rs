//! Running medians of 31 values, sixteen sequences at a time.
//!
//! A sorted window that loses its oldest value and gains a new one (Huang, Yang and Tang 1979, "A
//! fast two-dimensional median filtering algorithm", but with the values themselves in the place of
//! a histogram). The sixteen windows move in step and without branches, so that the compiler makes
//! vector instructions of it.

/// Values in a window: the length that Fitzgerald (2010) and librosa have.
pub(crate) const WINDOW: usize = 31;
/// Sequences that are filtered in step.
pub(crate) const LANES: usize = 16;
/// One value of each sequence.
pub(crate) type Lanes = [f32; LANES];

/// Sixteen sorted windows.
pub(crate) struct SortedWindows {
    /// The smallest values first; the last row stays infinite.
    sorted: [Lanes; WINDOW + 1],
}

impl SortedWindows {
    /// Windows that hold 31 rows of values.
    pub(crate) fn new(row: impl Fn(usize) -> Lanes) -> Self {
        let mut windows = Self {
            sorted: [[f32::INFINITY; LANES]; WINDOW + 1],
        };
        for i in 0..WINDOW {
            windows.insert(row(i));
        }
        windows
    }

    fn insert(&mut self, mut carried: Lanes) {
        for row in &mut self.sorted[..WINDOW] {
            for (kept, carried) in row.iter_mut().zip(&mut carried) {
                (*kept, *carried) = ordered(*kept, *carried);
            }
        }
    }

    /// Takes one row of values out, which the windows hold, and another one in.
    pub(crate) fn slide(&mut self, old: &Lanes, new: &Lanes) {
        let mut carried = *new;
        for i in 0..WINDOW {
            let above = self.sorted[i + 1];
            let row = self.sorted[i].iter_mut().zip(&above);
            for ((value, above), (old, carried)) in row.zip(old.iter().zip(&mut carried)) {
                // From the old value on, every value moves down by one place.
                let kept = if *value < *old { *value } else { *above };
                (*value, *carried) = ordered(kept, *carried);
            }
        }
    }

    /// The median of each window.
    pub(crate) fn medians(&self) -> &Lanes {
        &self.sorted[WINDOW / 2]
    }
}

fn ordered(a: f32, b: f32) -> (f32, f32) {
    (if a < b { a } else { b }, if a < b { b } else { a })
}

/// The index in `0..n` that stands for one outside: a sequence is mirrored at both ends with its
/// end values doubled, again and again where it is shorter than the window.
pub(crate) fn reflected(index: isize, n: usize) -> usize {
    let n = n.max(1) as isize;
    let folded = index.rem_euclid(2 * n);
    folded.min(2 * n - 1 - folded) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reflects_with_doubled_ends() {
        let places: Vec<usize> = (-4..7).map(|i| reflected(i, 3)).collect();
        assert_eq!(places, [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
        assert_eq!((reflected(-9, 1), reflected(5, 1)), (0, 0));
    }

    proptest! {
        #[test]
        fn equals_sorting(values in proptest::collection::vec(0_u8..40, 31..120)) {
            // Every lane sees the sequence from another place on.
            let at = |i: usize| -> Lanes {
                std::array::from_fn(|lane| f32::from(values[(i + 3 * lane) % values.len()]))
            };
            let mut windows = SortedWindows::new(at);
            for start in 0..values.len() {
                for lane in 0..LANES {
                    let mut sorted: Vec<f32> = (start..start + WINDOW).map(|i| at(i)[lane]).collect();
                    sorted.sort_by(f32::total_cmp);
                    prop_assert_eq!(windows.medians()[lane], sorted[WINDOW / 2]);
                }
                windows.slide(&at(start), &at(start + WINDOW));
            }
        }
    }
}
