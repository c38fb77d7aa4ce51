//! Small statistics with defined answers for empty input.

/// Mean and population standard deviation; zeros for no values.
pub(crate) fn mean_sd(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (count, sum) = values
        .clone()
        .fold((0.0, 0.0), |(n, s), value| (n + 1.0, s + value));
    if count == 0.0 {
        return (0.0, 0.0);
    }
    let mean = sum / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// Quantile of sorted values by linear interpolation between neighbors; 0 for no values.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let position = share * last as f64;
    let (below, above) = (position.floor() as usize, position.ceil() as usize);
    sorted[below] + (sorted[above.min(last)] - sorted[below]) * (position - position.floor())
}

/// Values in ascending order.
pub(crate) fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Shannon entropy of a histogram in bits; 0 for an empty one.
pub(crate) fn entropy_bits(histogram: &[f64]) -> f64 {
    let total: f64 = histogram.iter().sum();
    if total <= 0.0 {
        return 0.0;
    }
    let bits = |&weight: &f64| {
        let share = weight / total;
        if share > 0.0 {
            -share * share.log2()
        } else {
            0.0
        }
    };
    histogram.iter().map(bits).sum()
}

/// `part / whole`, or 0 where the whole is not positive.
pub(crate) fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// A histogram scaled to sum 1; zeros stay zeros.
pub(crate) fn normalized<const N: usize>(histogram: [f64; N]) -> [f64; N] {
    let total: f64 = histogram.iter().sum();
    histogram.map(|weight| share(weight, total))
}

/// Slope of `y` over `x` by least squares and their Pearson correlation; zeros where `x` (or, for
/// the correlation, `y`) does not vary.
pub(crate) fn slope_and_correlation(
    points: impl Iterator<Item = (f64, f64)> + Clone,
) -> (f64, f64) {
    let (mean_x, sd_x) = mean_sd(points.clone().map(|point| point.0));
    let (mean_y, sd_y) = mean_sd(points.clone().map(|point| point.1));
    let (products, _) = mean_sd(points.map(|(x, y)| (x - mean_x) * (y - mean_y)));
    let slope = if sd_x > 1e-9 {
        products / (sd_x * sd_x)
    } else {
        0.0
    };
    (
        slope,
        if sd_x > 1e-9 && sd_y > 1e-9 {
            products / (sd_x * sd_y)
        } else {
            0.0
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_quantile(values: &[f64], at: f64, expected: f64) {
        assert!((quantile(values, at) - expected).abs() < 1e-12);
    }

    #[test]
    fn quantiles_interpolate() {
        check_quantile(&[], 0.5, 0.0);
        check_quantile(&[3.0], 0.9, 3.0);
        check_quantile(&[1.0, 2.0], 0.5, 1.5);
        check_quantile(&[0.0, 10.0, 20.0], 0.9, 18.0);
    }

    #[test]
    fn known_entropies() {
        assert_eq!(entropy_bits(&[1.0; 4]), 2.0);
        assert_eq!(entropy_bits(&[0.0, 5.0]), 0.0);
        assert_eq!(entropy_bits(&[]), 0.0);
    }

    #[test]
    fn a_line_has_its_slope() {
        let (slope, correlation) =
            slope_and_correlation((0..5).map(|x| (f64::from(x), 3.0 - 2.0 * f64::from(x))));
        assert!((slope + 2.0).abs() < 1e-12 && (correlation + 1.0).abs() < 1e-12);
        assert_eq!(slope_and_correlation([(1.0, 2.0)].into_iter()), (0.0, 0.0));
    }
}
