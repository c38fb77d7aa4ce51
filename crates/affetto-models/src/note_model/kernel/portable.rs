//! The arithmetic of decoding in plain Rust.
//!
//! Every sum runs over a fixed number of lanes in a fixed order, so that the compiler may use
//! vectors of any width and the bits stay the same. No function calls the system's mathematics.

use super::{Blocks, GROUP, LANES, Quantized, Scales};

/// Adding and subtracting it rounds a small f32 to a whole number, ties to even: 1.5 · 2²³.
const ROUNDER: f32 = 12_582_912.0;
/// Largest magnitude of a weight as a byte.
const MAX_WEIGHT: f32 = 127.0;

/// The integer products of [`super::products`], one after the other.
pub(super) fn products(blocks: Blocks<'_>, inputs: &[u8], out: &mut [i32]) {
    let n_out = blocks.n_blocks * LANES;
    for b in 0..blocks.n_blocks {
        let rows = inputs.chunks_exact(blocks.n_groups * GROUP);
        for (input, out) in rows.zip(out.chunks_exact_mut(n_out)) {
            // Two sums for each output: compilers know products of neighboring pairs of i16.
            let mut sums = [0_i32; 2 * LANES];
            for (weights, x) in blocks.block(b).iter().zip(input.as_chunks::<GROUP>().0) {
                let x: [i16; LANES * GROUP] = std::array::from_fn(|i| x[i % GROUP].into());
                let weights = weights.map(i16::from);
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum += i32::from(weights[2 * i]) * i32::from(x[2 * i])
                        + i32::from(weights[2 * i + 1]) * i32::from(x[2 * i + 1]);
                }
            }
            let sums: [i32; LANES] = std::array::from_fn(|o| sums[2 * o] + sums[2 * o + 1]);
            out[b * LANES..(b + 1) * LANES].copy_from_slice(&sums);
        }
    }
}

/// Products of one input with blocks of f32 weights `[n_blocks, n_in, LANES]`.
#[inline(always)]
pub(super) fn products_f32(
    values: &[f32],
    first: usize,
    stride: usize,
    input: &[f32],
    out: &mut [f32],
) {
    for (b, out) in out.chunks_mut(LANES).enumerate() {
        let at = first + b * stride;
        let block = values[at..at + input.len() * LANES].as_chunks::<LANES>().0;
        // Four sums in four variables: as an array of arrays they would not stay in registers.
        let [mut a, mut b, mut c, mut d] = [[0.0_f32; LANES]; 4];
        let (fours, rest) = input.as_chunks::<4>();
        let (block_fours, block_rest) = block.as_chunks::<4>();
        for (weights, x) in block_fours.iter().zip(fours) {
            add_scaled(&mut a, &weights[0], x[0]);
            add_scaled(&mut b, &weights[1], x[1]);
            add_scaled(&mut c, &weights[2], x[2]);
            add_scaled(&mut d, &weights[3], x[3]);
        }
        for (weights, &x) in block_rest.iter().zip(rest) {
            add_scaled(&mut a, weights, x);
        }
        for (lane, out) in out.iter_mut().enumerate() {
            *out = (a[lane] + b[lane]) + (c[lane] + d[lane]);
        }
    }
}

#[inline(always)]
fn add_scaled<T: Copy + Into<f32>>(sums: &mut [f32; LANES], x: &[T; LANES], factor: f32) {
    for lane in 0..LANES {
        sums[lane] += x[lane].into() * factor;
    }
}

/// Writes a row as bytes with its scale and zero point: x ≈ scale · (byte − zero).
#[inline(always)]
pub(super) fn quantize(row: &[f32], out: &mut [u8]) -> Quantized {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let (mut low, mut high) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    for chunk in chunks {
        for lane in 0..LANES {
            low[lane] = if chunk[lane] < low[lane] {
                chunk[lane]
            } else {
                low[lane]
            };
            high[lane] = if chunk[lane] > high[lane] {
                chunk[lane]
            } else {
                high[lane]
            };
        }
    }
    let low = rest
        .iter()
        .chain(&low)
        .fold(0.0_f32, |a, &b| if b < a { b } else { a });
    let high = rest
        .iter()
        .chain(&high)
        .fold(0.0_f32, |a, &b| if b > a { b } else { a });
    let scale = ((high - low) / 254.0).max(f32::MIN_POSITIVE);
    let inverse = 1.0 / scale;
    // One level of 255 is spare, so that rounding the zero point cannot leave the byte.
    let zero = ROUNDER - low * inverse - ROUNDER;
    for (byte, &x) in out.iter_mut().zip(row) {
        // The low byte of the mantissa is the rounded number.
        *byte = (x * inverse + zero + ROUNDER).to_bits() as u8;
    }
    Quantized {
        scale,
        zero: zero as i32,
    }
}

/// Writes a row as signed bytes without a zero point; its scale.
#[inline(always)]
pub(super) fn round_to_bytes(row: &[f32], out: &mut [i8]) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut largest = [0.0_f32; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            let size = chunk[lane].abs();
            largest[lane] = if size > largest[lane] {
                size
            } else {
                largest[lane]
            };
        }
    }
    let largest = rest
        .iter()
        .chain(&largest)
        .fold(0.0_f32, |a, &b| if b.abs() > a { b.abs() } else { a });
    let scale = (largest / MAX_WEIGHT).max(f32::MIN_POSITIVE);
    let inverse = 1.0 / scale;
    for (byte, &x) in out.iter_mut().zip(row) {
        *byte = (x * inverse + ROUNDER).to_bits() as i8;
    }
    scale
}

/// From integer products to numbers.
#[inline(always)]
pub(super) fn rescale(products: &[i32], of: Scales<'_>, input: Quantized, out: &mut [f32]) {
    let blocks = products.chunks_exact(LANES).zip(out.chunks_mut(LANES));
    for (b, (products, out)) in blocks.enumerate() {
        let at = of.first + b * of.stride;
        let (sums, scales) = (&of.sums[at..at + LANES], &of.scales[at..at + LANES]);
        let products = products.iter().zip(sums).zip(scales);
        for (out, ((&product, &sum), &scale)) in out.iter_mut().zip(products) {
            let product = product.wrapping_sub(input.zero.wrapping_mul(sum));
            *out = product as f32 * (scale * input.scale);
        }
    }
}

/// Scores become weights that sum to 1.
#[inline(always)]
pub(super) fn softmax(scores: &mut [f32]) {
    let (chunks, rest) = scores.as_chunks::<LANES>();
    let mut highest = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            highest[lane] = if chunk[lane] > highest[lane] {
                chunk[lane]
            } else {
                highest[lane]
            };
        }
    }
    let highest = rest
        .iter()
        .chain(&highest)
        .fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
    let mut sums = [0.0_f32; LANES];
    let (chunks, rest) = scores.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            chunk[lane] = exp(chunk[lane] - highest);
            sums[lane] += chunk[lane];
        }
    }
    for (x, sum) in rest.iter_mut().zip(&mut sums) {
        *x = exp(*x - highest);
        *sum += *x;
    }
    let inverse = 1.0 / sum_lanes(sums);
    for x in scores {
        *x *= inverse;
    }
}

/// The weighted sum of the value rows of one head; pages of [`LANES`] rows lie `stride` apart.
#[inline(always)]
pub(super) fn mix<T: Copy + Into<f32>>(
    values: &[T],
    first: usize,
    stride: usize,
    weights: &[f32],
    out: &mut [f32],
) {
    let (width, n_parts) = (out.len(), out.len() / LANES);
    for (part, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let [mut a, mut b, mut c, mut d] = [[0.0_f32; LANES]; 4];
        for (p, weights) in weights.chunks(LANES).enumerate() {
            let at = first + p * stride;
            let page = values[at..at + LANES * width].as_chunks::<LANES>().0;
            let row = |slot: usize| &page[slot * n_parts + part];
            let (fours, rest) = weights.as_chunks::<4>();
            for (i, weights) in fours.iter().enumerate() {
                add_scaled(&mut a, row(4 * i), weights[0]);
                add_scaled(&mut b, row(4 * i + 1), weights[1]);
                add_scaled(&mut c, row(4 * i + 2), weights[2]);
                add_scaled(&mut d, row(4 * i + 3), weights[3]);
            }
            for (i, &weight) in rest.iter().enumerate() {
                add_scaled(&mut a, row(4 * fours.len() + i), weight);
            }
        }
        for (lane, out) in out.iter_mut().enumerate() {
            *out = (a[lane] + b[lane]) + (c[lane] + d[lane]);
        }
    }
}

/// [`mix`] of bytes.
#[inline(always)]
pub(super) fn mix_i8(values: &[i8], first: usize, stride: usize, weights: &[f32], out: &mut [f32]) {
    mix(values, first, stride, weights, out);
}

/// [`mix`] of numbers.
#[inline(always)]
pub(super) fn mix_f32(
    values: &[f32],
    first: usize,
    stride: usize,
    weights: &[f32],
    out: &mut [f32],
) {
    mix(values, first, stride, weights, out);
}

/// Root-mean-square normalization (Zhang & Sennrich 2019) with a gain.
#[inline(always)]
pub(super) fn rms_norm(x: &[f32], gain: &[f32], epsilon: f32, out: &mut [f32]) {
    let (chunks, rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += chunk[lane] * chunk[lane];
        }
    }
    for (sum, &x) in sums.iter_mut().zip(rest) {
        *sum += x * x;
    }
    let scale = 1.0 / (sum_lanes(sums) / x.len() as f32 + epsilon).sqrt();
    for ((out, &x), &gain) in out.iter_mut().zip(x).zip(gain) {
        *out = x * scale * gain;
    }
}

/// Adds a bias, then takes the Gaussian error linear unit (Hendrycks & Gimpel 2016), erf form.
#[inline(always)]
pub(super) fn gelu(x: &mut [f32], bias: &[f32]) {
    for (x, &bias) in x.iter_mut().zip(bias) {
        let y = *x + bias;
        *x = 0.5 * y * (1.0 + erf(y * std::f32::consts::FRAC_1_SQRT_2));
    }
}

/// The error function after Abramowitz & Stegun 1964, 7.1.26; error below 3e-7 in f32.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let series = t
        * (0.254_829_6
            + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    (1.0 - series * exp(-size * size)).copysign(x)
}

/// e to the power of x after Moshier's Cephes (1989); x is kept in −87..=88.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let series =
        ((((1.987_569_2e-4 * r + 1.398_199_9e-3) * r + 8.333_452e-3) * r + 4.166_579_6e-2) * r
            + 1.666_666_5e-1)
            * r
            + 0.5;
    let power = shifted
        .to_bits()
        .wrapping_sub(ROUNDER.to_bits())
        .wrapping_add(127);
    (series * (r * r) + r + 1.0) * f32::from_bits(power << 23)
}

/// Sums lanes as a tree.
#[inline(always)]
fn sum_lanes(lanes: [f32; LANES]) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|i| lanes[i] + lanes[i + 8]);
    let four: [f32; 4] = std::array::from_fn(|i| eight[i] + eight[i + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_and_error_function_are_close() {
        for i in -8_700..=8_800 {
            let x = i as f32 / 100.0;
            let expected = f64::from(x).exp();
            let error = (f64::from(exp(x)) - expected).abs() / expected;
            assert!(error < 2e-7, "exp({x}) is off by {error}");
        }
        // Values of the error function from Abramowitz & Stegun 1964, table 7.1.
        let known = [
            (0.0, 0.0),
            (0.5, 0.520_499_9),
            (1.0, 0.842_700_8),
            (2.0, 0.995_322_3),
        ];
        for (x, expected) in known {
            assert!((erf(x) - expected).abs() < 3e-7, "erf({x}) is {}", erf(x));
            assert!((erf(-x) + expected).abs() < 3e-7, "erf(-{x})");
        }
    }

    #[test]
    fn odd_numbers_do_no_harm() {
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38, -1e38] {
            let mut bytes = [0_u8; 3];
            let _ = quantize(&[x, 1.0, -1.0], &mut bytes);
            let mut scores = [x, 0.0];
            softmax(&mut scores);
            let mut unit = [x];
            gelu(&mut unit, &[0.0]);
        }
    }
}
