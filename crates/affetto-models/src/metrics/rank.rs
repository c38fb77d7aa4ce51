//! Correlation of ranks.

use super::pearson;

/// Rank correlation (Spearman 1904): Pearson's correlation of ranks, ties sharing their mean rank;
/// not a number when either side does not vary.
#[must_use]
pub fn spearman(pairs: &[(f64, f64)]) -> f64 {
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let pairs: Vec<(f64, f64)> = ranks(&x).into_iter().zip(ranks(&y)).collect();
    pearson(&pairs)
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
        let pairs: Vec<_> = x.iter().copied().zip(y.iter().copied()).collect();
        let rho = spearman(&pairs);
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
}
