//! Correlation, and F1 of labels of which several may hold.

/// Pearson's correlation; not a number when either side does not vary.
pub(crate) fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |side: fn(&(f64, f64)) -> f64| pairs.iter().map(side).sum::<f64>() / n;
    let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
    let sum =
        |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| f(p.0 - mx, p.1 - my)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// F1 of one label: twice the hits over what was said plus what is so; 0 where neither is.
pub(crate) fn f1(pairs: impl Iterator<Item = (bool, bool)>) -> f64 {
    let (mut hits, mut sum) = (0_u32, 0_u32);
    for (said, so) in pairs {
        hits += u32::from(said && so);
        sum += u32::from(said) + u32::from(so);
    }
    if sum == 0 {
        0.0
    } else {
        2.0 * f64::from(hits) / f64::from(sum)
    }
}

/// The mean of F1 over the labels (scikit-learn's `f1_score` with `average="macro"`).
///
/// # Shapes
/// - `said`, `so`: `[n_items][n_labels]`
pub(crate) fn macro_f1(said: &[Vec<bool>], so: &[Vec<bool>], indices: &[usize]) -> f64 {
    let n_labels = so.first().map_or(0, Vec::len);
    let label = |l: usize| f1(indices.iter().map(|&i| (said[i][l], so[i][l])));
    (0..n_labels).map(label).sum::<f64>() / n_labels as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation() {
        assert!((pearson(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]) - 1.0).abs() < 1e-12);
        // numpy.corrcoef([1, 2, 3, 4], [1, 3, 2, 5])[0, 1]
        let r = pearson(&[(1.0, 1.0), (2.0, 3.0), (3.0, 2.0), (4.0, 5.0)]);
        assert!((r - 0.831_521_840_620_300_9).abs() < 1e-9, "{r}");
        assert!(pearson(&[(1.0, 1.0), (1.0, 2.0)]).is_nan());
    }

    #[test]
    fn f1_of_labels() {
        // Two hits, one false alarm, one miss: 4 / 6.
        let pairs = [
            (true, true),
            (true, true),
            (true, false),
            (false, true),
            (false, false),
        ];
        assert!((f1(pairs.into_iter()) - 4.0 / 6.0).abs() < 1e-12);
        assert_eq!(f1([(false, false)].into_iter()), 0.0);
        let (said, so) = (
            [vec![true, false], vec![true, true]],
            [vec![true, false], vec![true, false]],
        );
        assert_eq!(macro_f1(&said, &so, &[0, 1]), 0.5);
    }
}
