//! Symmetric matrices: products, systems, eigenvectors.

/// Solves `A X = B` for a symmetric positive definite A (lower triangle, row-major) by Cholesky
/// decomposition; X takes the place of B.
///
/// # Shapes
/// - `a`: `[n, n]`, `b`: `[n, m]`
pub(crate) fn solve(a: &mut [f64], b: &mut [f64], n: usize, m: usize) {
    for i in 0..n {
        for j in 0..=i {
            let product = dot(&a[j * n..j * n + j], &a[i * n..i * n + j]);
            let rest = a[i * n + j] - product;
            a[i * n + j] = if i == j {
                rest.max(1e-12).sqrt()
            } else {
                rest / a[j * n + j]
            };
        }
    }
    for i in 0..n {
        let (done, rest) = b.split_at_mut(i * m);
        let row = &mut rest[..m];
        for (k, known) in done.chunks_exact(m).enumerate() {
            subtract(row, known, a[i * n + k]);
        }
        row.iter_mut().for_each(|value| *value /= a[i * n + i]);
    }
    for i in (0..n).rev() {
        let (head, done) = b.split_at_mut((i + 1) * m);
        let row = &mut head[i * m..];
        for (k, known) in done.chunks_exact(m).enumerate() {
            subtract(row, known, a[(i + 1 + k) * n + i]);
        }
        row.iter_mut().for_each(|value| *value /= a[i * n + i]);
    }
}

/// The products of all pairs of rows: `G = A Aᵀ`, the lower triangle.
///
/// # Shapes
/// - `rows`: `[n, width]`
/// - returns: `[n, n]`
pub(crate) fn gram(rows: &[f32], width: usize) -> Vec<f64> {
    /// Rows that stay near while all others pass.
    const TILE: usize = 32;
    let n = rows.len() / width.max(1);
    let row = |i: usize| &rows[i * width..][..width];
    let mut gram = vec![0.0; n * n];
    for start in (0..n).step_by(TILE) {
        let end = (start + TILE).min(n);
        for j in 0..end {
            for i in start.max(j)..end {
                gram[i * n + j] = f64::from(dot32(row(i), row(j)));
            }
        }
    }
    gram
}

/// The eigenvalues and eigenvectors of a symmetric matrix, the largest eigenvalue first, by
/// Jacobi's rotations (Golub & Van Loan 2013, section 8.5).
///
/// # Shapes
/// - `a`: `[n, n]`
/// - returns: `[n]` and `[n, n]`, an eigenvector a row
pub(crate) fn eigenvectors(a: &mut [f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    const MAX_SWEEPS: usize = 30;
    let mut vectors = vec![0.0; n * n];
    (0..n).for_each(|i| vectors[i * n + i] = 1.0);
    for _ in 0..MAX_SWEEPS {
        let pairs = (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q)));
        let size: f64 = (0..n).map(|i| a[i * n + i].abs()).sum();
        let mut rest = 0.0;
        for (p, q) in pairs {
            rest += a[p * n + q].abs();
            if a[p * n + q].abs() > 1e-15 * size {
                rotate(a, &mut vectors, n, (p, q));
            }
        }
        if rest <= 1e-12 * size {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j * n + j].total_cmp(&a[i * n + i]));
    let values = order.iter().map(|&i| a[i * n + i]).collect();
    let rows = order.iter().flat_map(|&i| vectors[i * n..][..n].to_vec());
    (values, rows.collect())
}

/// Turns two axes so that their product vanishes.
fn rotate(a: &mut [f64], vectors: &mut [f64], n: usize, (p, q): (usize, usize)) {
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
    let tan = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cos = 1.0 / (tan * tan + 1.0).sqrt();
    let sin = tan * cos;
    let turn = |values: &mut [f64], i: usize, j: usize| {
        let (x, y) = (values[i], values[j]);
        values[i] = cos * x - sin * y;
        values[j] = sin * x + cos * y;
    };
    for k in 0..n {
        turn(a, k * n + p, k * n + q);
    }
    for k in 0..n {
        turn(a, p * n + k, q * n + k);
        turn(vectors, p * n + k, q * n + k);
    }
}

fn subtract(row: &mut [f64], known: &[f64], factor: f64) {
    for (value, known) in row.iter_mut().zip(known) {
        *value -= factor * known;
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    // Sums side by side, so that the compiler can use vector registers.
    let mut sums = [0.0; LANES];
    let (mut a, mut b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (a, b) in a.by_ref().zip(b.by_ref()) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest = a.remainder().iter().zip(b.remainder());
    sums.iter().sum::<f64>() + rest.map(|(a, b)| a * b).sum::<f64>()
}

/// The product of two vectors.
pub(crate) fn dot32(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    let (mut a, mut b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (a, b) in a.by_ref().zip(b.by_ref()) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest = a.remainder().iter().zip(b.remainder());
    sums.iter().sum::<f32>() + rest.map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved() {
        // A = [[4, 2], [2, 3]]; X = [[1, 0], [2, 1]]; B = A X.
        let mut a = [4.0, 0.0, 2.0, 3.0];
        let mut b = [8.0, 2.0, 8.0, 3.0];
        solve(&mut a, &mut b, 2, 2);
        for (found, expected) in b.iter().zip([1.0, 0.0, 2.0, 1.0]) {
            assert!((found - expected).abs() < 1e-9, "{b:?}");
        }
    }

    #[test]
    fn larger_systems_are_solved() {
        let n = 21;
        let full = |i: usize, j: usize| {
            if i == j {
                5.0
            } else {
                1.0 / (1.0 + i.abs_diff(j) as f64)
            }
        };
        let mut a: Vec<f64> = (0..n * n).map(|k| full(k / n, k % n)).collect();
        let x: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let mut b: Vec<f64> = (0..n)
            .map(|i| (0..n).map(|j| full(i, j) * x[j]).sum())
            .collect();
        solve(&mut a, &mut b, n, 1);
        assert!(b.iter().zip(&x).all(|(found, x)| (found - x).abs() < 1e-9));
    }

    #[test]
    fn products_of_rows() {
        let rows: Vec<f32> = (0..70 * 3).map(|i| (i % 5) as f32).collect();
        let found = gram(&rows, 3);
        for i in 0..70 {
            for j in 0..=i {
                let expected: f32 = (0..3).map(|k| rows[i * 3 + k] * rows[j * 3 + k]).sum();
                assert_eq!(found[i * 70 + j], f64::from(expected));
            }
        }
    }

    #[test]
    fn eigenvectors_are_kept_by_the_matrix() {
        let n = 12;
        let value = |i: usize, j: usize| 1.0 / (1.0 + (i + j) as f64) + f64::from(u8::from(i == j));
        let matrix: Vec<f64> = (0..n * n).map(|k| value(k / n, k % n)).collect();
        let (values, vectors) = eigenvectors(&mut matrix.clone(), n);
        assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
        for (value, vector) in values.iter().zip(vectors.chunks_exact(n)) {
            for (row, x) in matrix.chunks_exact(n).zip(vector) {
                assert!((dot(row, vector) - value * x).abs() < 1e-9);
            }
        }
    }
}
