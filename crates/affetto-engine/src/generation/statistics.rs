//! The statistics of the comparison: rank correlation, slope, distance between distributions.

/// Rank correlation (Spearman 1904): Pearson's correlation of ranks, ties sharing their mean rank.
pub(crate) fn spearman(x: &[f64], y: &[f64]) -> f64 {
    let [xx, yy, xy] = moments(&ranks(x), &ranks(y));
    xy / (xx * yy).sqrt()
}

/// Slope of the line of least squares of `y` over `x`.
pub(crate) fn slope(x: &[f64], y: &[f64]) -> f64 {
    let [xx, _, xy] = moments(x, y);
    xy / xx
}

/// Sums of squares and products around the means.
fn moments(x: &[f64], y: &[f64]) -> [f64; 3] {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    x.iter().zip(y).fold([0.0; 3], |[xx, yy, xy], (x, y)| {
        let (dx, dy) = (x - mean_x, y - mean_y);
        [xx + dx * dx, yy + dy * dy, xy + dx * dy]
    })
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = order[from..]
            .iter()
            .take_while(|&&i| values[i] == values[order[from]])
            .count();
        for &i in &order[from..from + same] {
            ranks[i] = from as f64 + (same as f64 - 1.0) / 2.0;
        }
        from += same;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(x: &[f64], y: &[f64], expected: f64) {
        let rho = spearman(x, y);
        assert!((rho - expected).abs() < 1e-9, "{rho} is not {expected}");
    }

    #[test]
    fn rank_correlation() {
        check(&[1.0, 2.0, 3.0], &[10.0, 20.0, 1000.0], 1.0);
        check(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0], -1.0);
        // Ties: ranks 0.5 0.5 2 3 against 0 1 2 3.
        check(
            &[1.0, 1.0, 2.0, 3.0],
            &[1.0, 2.0, 3.0, 4.0],
            4.5 / (4.5_f64 * 5.0).sqrt(),
        );
    }

    #[test]
    fn slopes() {
        assert!((slope(&[0.0, 1.0, 2.0], &[1.0, 1.5, 2.0]) - 0.5).abs() < 1e-12);
    }
}
