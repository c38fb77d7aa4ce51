//! Means and variances of what comes in pieces, and sums that processors add in parallel.

/// Mean and variance of values that come one after another.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Moments {
    n: u64,
    sum: f64,
    sum_of_squares: f64,
}

impl Moments {
    /// The moments of a slice.
    pub(crate) fn of(values: &[f32]) -> Self {
        let mut moments = Self::default();
        values.iter().for_each(|value| moments.add(*value));
        moments
    }

    pub(crate) fn add(&mut self, value: f32) {
        let value = f64::from(value);
        self.n += 1;
        self.sum += value;
        self.sum_of_squares += value * value;
    }

    /// Adds values that lie around zero, such as samples.
    pub(crate) fn add_all(&mut self, values: &[f32]) {
        let (mut sums, mut squares) = ([0.0_f64; 4], [0.0_f64; 4]);
        let chunks = values.chunks_exact(4);
        for value in chunks.remainder() {
            self.add(*value);
        }
        for chunk in chunks {
            for ((value, sum), square) in chunk.iter().zip(&mut sums).zip(&mut squares) {
                let value = f64::from(*value);
                *sum += value;
                *square += value * value;
            }
        }
        self.n += (values.len() / 4 * 4) as u64;
        self.sum += sums.iter().sum::<f64>();
        self.sum_of_squares += squares.iter().sum::<f64>();
    }

    /// The mean; 0 of nothing.
    pub(crate) fn mean(&self) -> f32 {
        (self.sum / self.n.max(1) as f64) as f32
    }

    /// The variance of the population; 0 of nothing.
    pub(crate) fn variance(&self) -> f32 {
        let n = self.n.max(1) as f64;
        let mean = self.sum / n;
        (self.sum_of_squares / n - mean * mean).max(0.0) as f32
    }

    /// Mean of the squares; 0 of nothing.
    pub(crate) fn power(&self) -> f32 {
        (self.sum_of_squares / self.n.max(1) as f64) as f32
    }
}

/// Sum of `term(i)` for `i` in `0..n`, eight at a time.
pub(crate) fn sum(n: usize, term: impl Fn(usize) -> f32) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0_f32; LANES];
    let whole = n / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += term(start + lane);
        }
    }
    sums.iter().sum::<f32>() + (whole..n).map(term).sum::<f32>()
}

/// The median of values that are all numbers, the mean of both middle ones where their number is
/// even; 0 of nothing. Reorders them.
pub(crate) fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    let even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    if even {
        let lower = below.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        0.5 * (lower + *upper)
    } else {
        *upper
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_known_values() {
        let moments = Moments::of(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!((moments.mean(), moments.variance()), (3.0, 3.5));
        let mut same = Moments::default();
        same.add_all(&[1.0, 2.0, 3.0, 6.0, 3.0]);
        assert_eq!((same.mean(), same.power()), (3.0, 59.0 / 5.0));
        let nothing = Moments::default();
        assert_eq!((nothing.mean(), nothing.variance()), (0.0, 0.0));
    }

    #[test]
    fn medians() {
        assert_eq!(median(&mut []), 0.0);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 9.0]), 3.0);
    }

    #[test]
    fn sums() {
        let values: Vec<f32> = (0..21).map(|i| i as f32).collect();
        assert_eq!(sum(values.len(), |i| values[i]), 210.0);
    }
}
