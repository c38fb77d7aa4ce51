//! One class an item: the confusion matrix and what follows from it.

use serde::{Deserialize, Serialize};

/// How often each class was taken for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Names of the classes.
    pub labels: Vec<String>,
    /// Number of items, `[so][said]`.
    pub counts: Vec<Vec<u32>>,
}

impl Confusion {
    /// Counts pairs of what is so and what was said, indices into `labels`; pairs outside are
    /// left out.
    #[must_use]
    pub fn of<S: AsRef<str>>(
        labels: &[S],
        pairs: impl IntoIterator<Item = (usize, usize)>,
    ) -> Self {
        let n = labels.len();
        let mut counts = vec![vec![0_u32; n]; n];
        for (so, said) in pairs {
            if let Some(count) = counts.get_mut(so).and_then(|row| row.get_mut(said)) {
                *count += 1;
            }
        }
        let labels = labels.iter().map(|name| name.as_ref().to_owned()).collect();
        Self { labels, counts }
    }

    /// Number of items counted.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.counts.iter().flatten().map(|&n| u64::from(n)).sum()
    }

    /// Share of the items that were said right, in 0..=1; not a number without items.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right = (0..self.counts.len()).map(|i| u64::from(self.counts[i][i]));
        right.sum::<u64>() as f64 / self.n() as f64
    }

    /// The recall of each class, in 0..=1; not a number for classes without items.
    #[must_use]
    pub fn recalls(&self) -> Vec<f64> {
        let recall = |(i, row): (usize, &Vec<u32>)| {
            let n: u64 = row.iter().map(|&n| u64::from(n)).sum();
            f64::from(row[i]) / n as f64
        };
        self.counts.iter().enumerate().map(recall).collect()
    }

    /// The mean recall over the classes that have items, in 0..=1 (unweighted accuracy, Schuller
    /// et al. 2009); not a number without items.
    #[must_use]
    pub fn unweighted_accuracy(&self) -> f64 {
        mean(self.recalls().into_iter().filter(|recall| !recall.is_nan()))
    }

    /// The mean F1 over the classes that have items or were said, in 0..=1; not a number without
    /// items.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        let f1 = |i: usize| {
            let so: u64 = self.counts[i].iter().map(|&n| u64::from(n)).sum();
            let said: u64 = self.counts.iter().map(|row| u64::from(row[i])).sum();
            2.0 * f64::from(self.counts[i][i]) / (so + said) as f64
        };
        mean((0..self.counts.len()).map(f1).filter(|f1| !f1.is_nan()))
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    sum / f64::from(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: accuracy, unweighted accuracy, macro F1 by scikit-learn's `accuracy_score`,
    /// `balanced_accuracy_score` and `f1_score(average="macro")`.
    #[track_caller]
    fn check(pairs: &[(usize, usize)], expected: [f64; 3]) {
        let confusion = Confusion::of(&["a", "b", "c"], pairs.iter().copied());
        let measured = [
            confusion.accuracy(),
            confusion.unweighted_accuracy(),
            confusion.macro_f1(),
        ];
        for (measured, expected) in measured.iter().zip(expected) {
            assert!((measured - expected).abs() < 1e-9, "{measured} {expected}");
        }
    }

    #[test]
    fn what_scikit_learn_says() {
        check(&[(0, 0), (1, 1), (2, 2)], [1.0, 1.0, 1.0]);
        check(
            &[(0, 0), (0, 0), (0, 1), (1, 1), (2, 0), (2, 2)],
            [4.0 / 6.0, (2.0 / 3.0 + 1.0 + 0.5) / 3.0, 2.0 / 3.0],
        );
        // A class that is never so, but said, counts in F1 alone.
        check(&[(0, 0), (1, 2)], [0.5, 0.5, 1.0 / 3.0]);
    }

    #[test]
    fn nothing_is_no_number() {
        let confusion = Confusion::of(&["a"], [(3, 0), (0, 3)]);
        assert_eq!(confusion.n(), 0);
        assert!(confusion.accuracy().is_nan() && confusion.macro_f1().is_nan());
        assert!(confusion.unweighted_accuracy().is_nan());
    }
}
