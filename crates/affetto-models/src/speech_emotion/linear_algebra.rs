//! Solving symmetric systems.

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
}
