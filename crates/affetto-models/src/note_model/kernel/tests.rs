//! The kernels against each other and against sums written out.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;

fn numbers(seed: u64, n: usize) -> Vec<f32> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    (0..n).map(|_| rng.random_range(-2.0..2.0)).collect()
}

/// Integer products of every kernel for one shape, against the sum written out.
#[track_caller]
fn check_products(n_out: usize, n_in: usize, n_rows: usize) {
    let mut rng = Pcg64Mcg::seed_from_u64((n_out * 1_000 + n_in * 10 + n_rows) as u64);
    let (n_blocks, n_groups) = (n_out.div_ceil(LANES), n_in.div_ceil(GROUP));
    // Blocks lie apart and do not begin at once, as those of one head do.
    let (first, stride) = (64, n_groups * GROUP * LANES + 192);
    let values: Vec<i8> = (0..first + n_blocks * stride)
        .map(|_| {
            if rng.random_bool(0.2) {
                -127
            } else {
                rng.random_range(-127..=127)
            }
        })
        .collect();
    let inputs: Vec<u8> = (0..n_rows * n_groups * GROUP)
        .map(|_| {
            if rng.random_bool(0.2) {
                255
            } else {
                rng.random()
            }
        })
        .collect();
    let blocks = Blocks {
        values: &values,
        first,
        stride,
        n_blocks,
        n_groups,
    };
    let width = n_groups * GROUP;
    let mut expected = Vec::new();
    for input in inputs.chunks_exact(width) {
        for o in 0..n_blocks * LANES {
            let weight = |i: usize| {
                let group = first + o / LANES * stride + i / GROUP * LANES * GROUP;
                i32::from(values[group + o % LANES * GROUP + i % GROUP])
            };
            let terms = input.iter().enumerate();
            expected.push(terms.map(|(i, &x)| weight(i) * i32::from(x)).sum::<i32>());
        }
    }
    for kernel in Kernel::available() {
        let mut actual = vec![7; expected.len()];
        products(kernel, blocks, &inputs, &mut actual);
        assert_eq!(actual, expected, "{}", kernel.name());
    }
}

#[test]
fn kernels_give_the_same_integers() {
    check_products(1, 1, 1);
    check_products(16, 4, 1);
    check_products(17, 5, 2);
    check_products(33, 63, 3);
    check_products(48, 64, 5);
    check_products(15, 257, 7);
    check_products(64, 192, 8);
    check_products(70, 190, 13);
    check_products(16, 1_536, 16);
    check_products(3, 4_096, 1);
}

/// The same f32 work by every kernel, to the bit.
#[track_caller]
fn check_bits(name: &str, work: impl Fn(Kernel) -> Vec<f32>) {
    let bits = |kernel| {
        work(kernel)
            .into_iter()
            .map(f32::to_bits)
            .collect::<Vec<_>>()
    };
    let expected = bits(Kernel::SCALAR);
    for kernel in Kernel::available() {
        assert_eq!(bits(kernel), expected, "{name}, {}", kernel.name());
    }
}

#[test]
fn kernels_give_the_same_bits() {
    for n in [1, 6, 16, 31, 64, 257] {
        let x = numbers(n as u64, n);
        let gain = numbers(1, n);
        check_bits("gelu", |kernel| {
            let mut y = x.clone();
            gelu(kernel, &mut y, &gain);
            y
        });
        check_bits("softmax", |kernel| {
            let mut y = x.clone();
            softmax(kernel, &mut y);
            assert!((y.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            y
        });
        check_bits("normalization", |kernel| {
            let mut y = vec![0.0; n];
            rms_norm(kernel, &x, &gain, 1e-5, &mut y);
            y
        });
        check_bits("bytes", |kernel| {
            let (mut bytes, mut signed) = (vec![0; n], vec![0; n]);
            let by = quantize(kernel, &x, &mut bytes);
            let scale = round_to_bytes(kernel, &x, &mut signed);
            for ((&x, &byte), &signed) in x.iter().zip(&bytes).zip(&signed) {
                let read = by.scale * (i32::from(byte) - by.zero) as f32;
                assert!((read - x).abs() <= 0.51 * by.scale, "{read} for {x}");
                let read = scale * f32::from(signed);
                assert!((read - x).abs() <= 0.51 * scale, "{read} for {x}");
            }
            vec![by.scale, by.zero as f32, scale]
        });
        for n_out in [1, 16, 37] {
            let weights = numbers(3, n_out * n);
            let floats = FloatMatrix::new(n_out, n, |o, i| weights[o * n + i]);
            let bytes = ByteMatrix::new(n_out, n, |o, i| weights[o * n + i]);
            check_bits("f32 products", |kernel| {
                let mut y = vec![0.0; n_out];
                floats.apply(kernel, &x, &mut y);
                y
            });
            check_bits("int8 products", |kernel| {
                let mut y = vec![0.0; n_out];
                bytes.apply(kernel, &x, &mut Bytes::default(), &mut y);
                y
            });
        }
    }
}

#[test]
fn matrices_multiply() {
    let (n_out, n_in, n_rows) = (37, 70, 3);
    let (weights, x) = (numbers(5, n_out * n_in), numbers(6, n_rows * n_in));
    let floats = FloatMatrix::new(n_out, n_in, |o, i| weights[o * n_in + i]);
    let bytes = ByteMatrix::new(n_out, n_in, |o, i| weights[o * n_in + i]);
    let kernel = Kernel::detect();
    let (mut exact, mut close) = (vec![0.0; n_rows * n_out], vec![0.0; n_rows * n_out]);
    floats.apply(kernel, &x, &mut exact);
    bytes.apply(kernel, &x, &mut Bytes::default(), &mut close);
    for row in 0..n_rows {
        for o in 0..n_out {
            let terms = (0..n_in).map(|i| weights[o * n_in + i] * x[row * n_in + i]);
            let expected: f32 = terms.sum();
            let at = row * n_out + o;
            assert!(
                (exact[at] - expected).abs() < 1e-4,
                "{} {expected}",
                exact[at]
            );
            assert!(
                (close[at] - expected).abs() < 0.3,
                "{} {expected}",
                close[at]
            );
        }
    }
}

#[test]
fn mixing_is_the_weighted_sum() {
    let (n, width, stride) = (37, 32, LANES * 32 * 2);
    let values = numbers(8, 3 * stride);
    let weights = numbers(9, n);
    let mut expected = vec![0.0_f32; width];
    for (p, weight) in weights.iter().enumerate() {
        let at = LANES * width + p / LANES * stride + p % LANES * width;
        for (sum, x) in expected.iter_mut().zip(&values[at..]) {
            *sum += weight * x;
        }
    }
    check_bits("mixing", |kernel| {
        let mut out = vec![0.0; width];
        mix_f32(kernel, &values, LANES * width, stride, &weights, &mut out);
        for (actual, expected) in out.iter().zip(&expected) {
            assert!((actual - expected).abs() < 1e-4, "{actual} {expected}");
        }
        out
    });
}
