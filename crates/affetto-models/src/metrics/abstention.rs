//! Whether it pays to say nothing when unsure.

use serde::{Deserialize, Serialize};

/// A point of a risk–coverage curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CoveragePoint {
    /// Share of the items that are answered, in 0..=1, the surest first.
    pub coverage: f64,
    /// Mean loss over them.
    pub risk: f64,
}

/// The mean loss over the surest items, for growing shares of them (El-Yaniv & Wiener 2010).
///
/// `items` are pairs of confidence (higher is surer) and loss, such as 1 for a wrong class and 0
/// for a right one; `n_points` points are spread evenly over coverage. Nothing gives no points.
#[must_use]
pub fn risk_coverage(items: &[(f64, f64)], n_points: usize) -> Vec<CoveragePoint> {
    let mut items = items.to_vec();
    items.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n = items.len();
    let mut sums = Vec::with_capacity(n);
    let mut sum = 0.0;
    for (_, loss) in &items {
        sum += loss;
        sums.push(sum);
    }
    let mut ends: Vec<usize> = (1..=n_points)
        .map(|point| (point * n).div_ceil(n_points.max(1)))
        .filter(|&end| end > 0)
        .collect();
    ends.dedup();
    let point = |end: usize| CoveragePoint {
        coverage: end as f64 / n as f64,
        risk: sums[end - 1] / end as f64,
    };
    ends.into_iter().map(point).collect()
}

/// The mean risk over all coverages (area under the risk–coverage curve): lower is better, and
/// lower than the risk at full coverage where abstaining pays. Not a number without items.
#[must_use]
pub fn area_under_risk(items: &[(f64, f64)]) -> f64 {
    let points = risk_coverage(items, items.len());
    points.iter().map(|point| point.risk).sum::<f64>() / points.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_come_first() {
        let items = [(0.2, 1.0), (0.9, 0.0), (0.5, 1.0), (0.8, 0.0)];
        let curve = risk_coverage(&items, 2);
        let expected = [(0.5, 0.0), (1.0, 0.5)];
        let measured: Vec<_> = curve.iter().map(|p| (p.coverage, p.risk)).collect();
        assert_eq!(measured, expected);
        // Risks 0, 0, 1/3 and 1/2.
        assert!((area_under_risk(&items) - (1.0 / 3.0 + 0.5) / 4.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_has_no_curve() {
        assert!(risk_coverage(&[], 10).is_empty());
        assert!(area_under_risk(&[]).is_nan());
        assert_eq!(risk_coverage(&[(1.0, 0.0)], 10).len(), 1);
    }
}
