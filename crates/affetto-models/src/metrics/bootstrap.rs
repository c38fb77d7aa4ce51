//! Intervals by resampling.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::EvaluationOptions;

/// The 95 % percentile bootstrap interval (Efron 1979) of a statistic over `n` items.
///
/// `statistic` gets the indices of a resample, each in `0..n`. Resamples on which the statistic
/// is not a number are left out; `None` when none is left.
pub fn bootstrap_interval(
    n: usize,
    options: &EvaluationOptions,
    mut statistic: impl FnMut(&[usize]) -> f64,
) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let mut rng = Pcg64Mcg::seed_from_u64(options.seed);
    let mut indices = vec![0; n];
    let mut values: Vec<f64> = (0..options.resamples)
        .map(|_| {
            indices
                .iter_mut()
                .for_each(|index| *index = rng.random_range(0..n));
            statistic(&indices)
        })
        .filter(|value| !value.is_nan())
        .collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| values[(share * last as f64).round() as usize];
    Some((at(0.025), at(0.975)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_of_a_mean() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let mean = |indices: &[usize]| {
            indices.iter().map(|&i| values[i]).sum::<f64>() / indices.len() as f64
        };
        let (low, high) = bootstrap_interval(400, &EvaluationOptions::default(), mean).unwrap();
        // The standard error is √(.25 / 400) = .025, so about .5 ± .049.
        assert!(
            (low - 0.451).abs() < 0.01 && (high - 0.549).abs() < 0.01,
            "{low} {high}"
        );
    }

    #[test]
    fn nothing_has_no_interval() {
        assert_eq!(
            bootstrap_interval(0, &EvaluationOptions::default(), |_| 1.0),
            None
        );
        assert_eq!(
            bootstrap_interval(3, &EvaluationOptions::default(), |_| f64::NAN),
            None
        );
    }
}
