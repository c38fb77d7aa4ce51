//! Linear regression with a quadratic penalty (Hoerl & Kennard 1970), several outputs at once.

use crate::linear_algebra::Symmetric;

/// Weights of inputs for `K` outputs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ridge<const K: usize> {
    /// `[n_inputs]` of rows with one weight an output.
    pub(crate) weights: Vec<[f64; K]>,
    pub(crate) bias: [f64; K],
}

impl<const K: usize> Ridge<K> {
    /// Minimizes the mean squared error plus `penalty` · ‖weights‖²; `penalty` > 0. Without rows
    /// everything is 0.
    ///
    /// # Shapes
    /// - `rows`: `[n, n_inputs]`, `targets`: `[n, K]`
    pub(crate) fn fit(rows: &[Vec<f64>], targets: &[[f64; K]], penalty: f64) -> Self {
        let n_inputs = rows.first().map_or(0, Vec::len);
        let n = rows.len().max(1) as f64;
        let mut bias = [0.0; K];
        let mut means = vec![0.0; n_inputs];
        for (row, target) in rows.iter().zip(targets) {
            bias.iter_mut().zip(target).for_each(|(b, t)| *b += t / n);
            means.iter_mut().zip(row).for_each(|(m, x)| *m += x / n);
        }
        let mut gram = Symmetric::zeros(n_inputs);
        let mut right = vec![[0.0; K]; n_inputs];
        for (row, target) in rows.iter().zip(targets) {
            let centered: Vec<f64> = row.iter().zip(&means).map(|(x, m)| x - m).collect();
            gram.add_gram(&centered);
            for (sums, x) in right.iter_mut().zip(&centered) {
                for ((sum, t), b) in sums.iter_mut().zip(target).zip(&bias) {
                    *sum += x * (t - b);
                }
            }
        }
        gram.add_diagonal(penalty * n);
        let weights = gram.solve(&right).unwrap_or(vec![[0.0; K]; n_inputs]);
        for (weight, mean) in weights.iter().zip(&means) {
            bias.iter_mut()
                .zip(weight)
                .for_each(|(b, w)| *b -= w * mean);
        }
        Self { weights, bias }
    }

    /// The outputs of a row `[n_inputs]`.
    pub(crate) fn answer(&self, row: &[f64]) -> [f64; K] {
        let mut answer = self.bias;
        for (weight, x) in self.weights.iter().zip(row) {
            answer.iter_mut().zip(weight).for_each(|(a, w)| *a += w * x);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_is_found() {
        let rows: Vec<Vec<f64>> = (0..40)
            .map(|i| vec![f64::from(i % 7), f64::from(i % 5) - 3.0])
            .collect();
        let plane = |row: &Vec<f64>| [2.0 * row[0] - row[1] + 0.5, row[1]];
        let targets: Vec<[f64; 2]> = rows.iter().map(plane).collect();
        let model = Ridge::fit(&rows, &targets, 1e-9);
        let [first, second] = model.answer(&[10.0, 1.0]);
        assert!((first - 19.5).abs() < 1e-5 && (second - 1.0).abs() < 1e-5);
        // A strong penalty leaves the mean.
        let flat = Ridge::fit(&rows, &targets, 1e9);
        let mean = targets.iter().map(|t| t[0]).sum::<f64>() / 40.0;
        assert!((flat.answer(&rows[3])[0] - mean).abs() < 1e-3);
    }
}
