//! The little dense linear algebra that kernel ridge regression needs.

use rayon::prelude::*;

/// A symmetric matrix of which the upper triangle is kept, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Symmetric {
    n: usize,
    values: Vec<f64>,
}

impl Symmetric {
    /// Zeros, `n` × `n`.
    pub(crate) fn zeros(n: usize) -> Self {
        Self {
            n,
            values: vec![0.0; n * n],
        }
    }

    /// Adds `factor` to the diagonal.
    pub(crate) fn add_diagonal(&mut self, factor: f64) {
        for index in 0..self.n {
            self.values[index * self.n + index] += factor;
        }
    }

    /// Adds a value to an entry of the upper triangle, `row <= column`.
    pub(crate) fn add(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.n + column] += value;
    }

    /// Adds B⊤B.
    ///
    /// # Shapes
    /// - `block`: `[any, n]`, row-major; short enough to stay in a cache
    pub(crate) fn add_gram(&mut self, block: &[f64]) {
        let n = self.n;
        self.values
            .par_chunks_mut(n)
            .enumerate()
            .for_each(|(index, sums)| {
                for row in block.chunks_exact(n) {
                    let factor = row[index];
                    for (sum, value) in sums[index..].iter_mut().zip(&row[index..]) {
                        *sum += factor * value;
                    }
                }
            });
    }

    /// Solves A X = B by Cholesky's decomposition A = U⊤U; `None` where A is not positive
    /// definite.
    ///
    /// # Shapes
    /// - `right`: `[n]` of rows with one value a right-hand side
    pub(crate) fn solve<const K: usize>(mut self, right: &[[f64; K]]) -> Option<Vec<[f64; K]>> {
        let n = self.n;
        for pivot in 0..n {
            let (done, below) = self.values.split_at_mut((pivot + 1) * n);
            let row = &mut done[pivot * n..];
            let root = row[pivot].sqrt();
            if !(root > 0.0 && root.is_finite()) {
                return None;
            }
            for value in &mut row[pivot..] {
                *value /= root;
            }
            let row = &*row;
            below
                .par_chunks_mut(n)
                .with_min_len(64)
                .enumerate()
                .for_each(|(offset, lower)| {
                    let first = pivot + 1 + offset;
                    let factor = row[first];
                    for (value, above) in lower[first..].iter_mut().zip(&row[first..]) {
                        *value -= factor * above;
                    }
                });
        }
        Some(self.substitute(right))
    }

    /// Solves U⊤U X = B, `self` holding U.
    fn substitute<const K: usize>(&self, right: &[[f64; K]]) -> Vec<[f64; K]> {
        let n = self.n;
        let mut x = right.to_vec();
        for row in 0..n {
            let upper = &self.values[row * n + row..(row + 1) * n];
            let (done, later) = x.split_at_mut(row + 1);
            let solved = done[row].map(|value| value / upper[0]);
            done[row] = solved;
            for (values, factor) in later.iter_mut().zip(&upper[1..]) {
                for (value, solved) in values.iter_mut().zip(solved) {
                    *value -= factor * solved;
                }
            }
        }
        for row in (0..n).rev() {
            let upper = &self.values[row * n + row..(row + 1) * n];
            let (open, later) = x.split_at_mut(row + 1);
            let mut sums = open[row];
            for (values, factor) in later.iter().zip(&upper[1..]) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum -= factor * value;
                }
            }
            open[row] = sums.map(|sum| sum / upper[0]);
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_known_system() {
        // A = [[4, 2], [2, 3]], B = [[2], [1]]: X = [[.5], [0]].
        let mut matrix = Symmetric::zeros(2);
        for (row, column, value) in [(0, 0, 4.0), (0, 1, 2.0), (1, 1, 3.0)] {
            matrix.add(row, column, value);
        }
        let x = matrix.solve(&[[2.0], [1.0]]).unwrap();
        assert!((x[0][0] - 0.5).abs() < 1e-12 && x[1][0].abs() < 1e-12);
    }

    #[test]
    fn what_is_not_positive_definite_has_no_solution() {
        assert_eq!(Symmetric::zeros(2).solve(&[[1.0], [1.0]]), None);
    }

    proptest! {
        #[test]
        fn solving_inverts_multiplying(
            block in prop::collection::vec(-1.0..1.0_f64, 5 * 4),
            x in prop::array::uniform4(-3.0..3.0_f64),
        ) {
            let mut matrix = Symmetric::zeros(4);
            matrix.add_gram(&block);
            matrix.add_diagonal(0.5);
            let entry = |row: usize, column: usize| matrix.values[row.min(column) * 4 + row.max(column)];
            let right: Vec<[f64; 1]> =
                (0..4).map(|row| [(0..4).map(|column| entry(row, column) * x[column]).sum::<f64>()]).collect();
            let solved: Vec<[f64; 1]> = matrix.solve(&right).unwrap();
            for (solved, expected) in solved.iter().zip(x) {
                prop_assert!((solved[0] - expected).abs() < 1e-9);
            }
        }
    }
}
