//! Which instructions are used: the choice of a kernel, and what differs between kernels.
//!
//! All `unsafe` of decoding is in this file.

use super::{Blocks, Quantized, Scales, portable};

/// Instructions that decoding uses; only those that this processor has can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Level);

/// A level other than `Scalar` is only ever made by [`Kernel::available`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Vnni,
}

impl Kernel {
    /// Plain Rust, which every processor runs.
    pub const SCALAR: Self = Self(Level::Scalar);

    /// All kernels that this processor runs, the fastest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let has_avx2 = is_x86_feature_detected!("avx2");
            if has_avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vnni")
            {
                kernels.push(Self(Level::Vnni));
            }
            if has_avx2 {
                kernels.push(Self(Level::Avx2));
            }
        }
        kernels.push(Self::SCALAR);
        kernels
    }

    /// The fastest kernel of this processor.
    #[must_use]
    pub fn detect() -> Self {
        Self::available()[0]
    }

    /// A name for reports, e.g. `"AVX-512 VNNI"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Level::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Level::Vnni => "AVX-512 VNNI",
        }
    }
}

impl Default for Kernel {
    fn default() -> Self {
        Self::detect()
    }
}

/// Integer products of inputs `[n_rows, 4 · n_groups]` with blocks, `[n_rows, 16 · n_blocks]`.
/// They are exact, so the same for every kernel.
pub(crate) fn products(kernel: Kernel, blocks: Blocks<'_>, inputs: &[u8], out: &mut [i32]) {
    match kernel.0 {
        Level::Scalar => portable::products(blocks, inputs, out),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the level is only made where the processor has these instructions.
        Level::Avx2 => unsafe { x86::products_avx2(blocks, inputs, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Vnni => unsafe { x86::products_vnni(blocks, inputs, out) },
    }
}

/// Compiles functions of [`portable`] once for each level; the arithmetic is the same.
macro_rules! compiled_for_each_level {
    ($($(#[$documentation:meta])* fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)?;)*) => {$(
        $(#[$documentation])*
        pub(crate) fn $name(kernel: Kernel, $($argument: $kind),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($argument: $kind),*) $(-> $result)? {
                portable::$name($($argument),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
            fn avx512($($argument: $kind),*) $(-> $result)? {
                portable::$name($($argument),*)
            }
            match kernel.0 {
                Level::Scalar => portable::$name($($argument),*),
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the level is only made where the processor has these instructions.
                Level::Avx2 => unsafe { avx2($($argument),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Level::Vnni => unsafe { avx512($($argument),*) },
            }
        }
    )*};
}

compiled_for_each_level! {
    /// Products of one input with f32 blocks `[n_in, 16]` that lie `stride` apart.
    fn products_f32(values: &[f32], first: usize, stride: usize, input: &[f32], out: &mut [f32]);
    /// Writes a row as bytes with its scale and zero point.
    fn quantize(row: &[f32], out: &mut [u8]) -> Quantized;
    /// Writes a row as signed bytes without a zero point; its scale.
    fn round_to_bytes(row: &[f32], out: &mut [i8]) -> f32;
    /// From integer products to numbers.
    fn rescale(products: &[i32], of: Scales<'_>, input: Quantized, out: &mut [f32]);
    /// Scores become weights that sum to 1.
    fn softmax(scores: &mut [f32]);
    /// The weighted sum of rows of bytes; pages of 16 rows lie `stride` apart.
    fn mix_i8(values: &[i8], first: usize, stride: usize, weights: &[f32], out: &mut [f32]);
    /// The weighted sum of rows of numbers; pages of 16 rows lie `stride` apart.
    fn mix_f32(values: &[f32], first: usize, stride: usize, weights: &[f32], out: &mut [f32]);
    /// Root-mean-square normalization with a gain.
    fn rms_norm(x: &[f32], gain: &[f32], epsilon: f32, out: &mut [f32]);
    /// Adds a bias, then takes the Gaussian error linear unit.
    fn gelu(x: &mut [f32], bias: &[f32]);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::{Blocks, GROUP, LANES};

    /// Weights of one group of inputs for the outputs of a block.
    type Weights = [i8; LANES * GROUP];

    /// Takes rows of inputs in tiles of as many as there are functions for, widest first. A tile
    /// is turned to `[n_groups, rows]`, so that one pass reads weights and inputs in order.
    macro_rules! by_tiles {
        ($blocks:ident, $inputs:ident, $out:ident, $($n:literal => $tile:expr),*) => {
            let mut tile: Vec<i32> = Vec::new();
            let groups = $inputs.as_chunks::<GROUP>().0;
            let (mut rows, mut out) = (groups, $out);
            while !rows.is_empty() && rows.len() >= $blocks.n_groups {
                let n_rows = rows.len() / $blocks.n_groups;
                $(if n_rows >= $n {
                    let (these, others) = rows.split_at($n * $blocks.n_groups);
                    let (sums, other_sums) = out.split_at_mut($n * $blocks.n_blocks * LANES);
                    tile.clear();
                    for g in 0..$blocks.n_groups {
                        for row in these.chunks_exact($blocks.n_groups) {
                            tile.push(i32::from_le_bytes(row[g]));
                        }
                    }
                    $tile($blocks, tile.as_chunks::<$n>().0, sums);
                    (rows, out) = (others, other_sums);
                    continue;
                })*
            }
        };
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    pub(super) fn products_vnni(blocks: Blocks<'_>, inputs: &[u8], out: &mut [i32]) {
        by_tiles!(blocks, inputs, out, 8 => vnni::<8, 1>, 4 => vnni::<4, 2>, 2 => vnni::<2, 4>, 1 => vnni::<1, 4>);
    }

    /// Products with `N` rows; `U` groups at a time keep independent sums.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    fn vnni<const N: usize, const U: usize>(
        blocks: Blocks<'_>,
        inputs: &[[i32; N]],
        out: &mut [i32],
    ) {
        let n_out = blocks.n_blocks * LANES;
        for b in 0..blocks.n_blocks {
            let mut sums = [[_mm512_setzero_si512(); N]; U];
            let (weights, rest) = blocks.block(b).as_chunks::<U>();
            let (x, x_rest) = inputs.as_chunks::<U>();
            for (weights, x) in weights.iter().zip(x) {
                for u in 0..U {
                    let weights = load_64(&weights[u]);
                    for r in 0..N {
                        let x = _mm512_set1_epi32(x[u][r]);
                        sums[u][r] = _mm512_dpbusd_epi32(sums[u][r], x, weights);
                    }
                }
            }
            for (weights, x) in rest.iter().zip(x_rest) {
                let weights = load_64(weights);
                for r in 0..N {
                    let x = _mm512_set1_epi32(x[r]);
                    sums[0][r] = _mm512_dpbusd_epi32(sums[0][r], x, weights);
                }
            }
            for r in 0..N {
                let mut total = sums[0][r];
                for more in &sums[1..] {
                    total = _mm512_add_epi32(total, more[r]);
                }
                let at = r * n_out + b * LANES;
                if let Some(out) = out[at..].first_chunk_mut() {
                    store_64(out, total);
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn store_64(out: &mut [i32; LANES], sums: __m512i) {
        // SAFETY: the array has the 64 bytes that are written; they need no alignment.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), sums) };
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load_64(weights: &Weights) -> __m512i {
        // SAFETY: the array has the 64 bytes that are read; they need no alignment.
        unsafe { _mm512_loadu_si512(weights.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn products_avx2(blocks: Blocks<'_>, inputs: &[u8], out: &mut [i32]) {
        by_tiles!(blocks, inputs, out, 2 => avx2::<2>, 1 => avx2::<1>);
    }

    /// Products with `N` rows. Bytes are widened to 16 bits, where no product of two and no sum
    /// of two products can overflow 32 bits.
    #[target_feature(enable = "avx2")]
    fn avx2<const N: usize>(blocks: Blocks<'_>, inputs: &[[i32; N]], out: &mut [i32]) {
        let n_out = blocks.n_blocks * LANES;
        for b in 0..blocks.n_blocks {
            // Each vector holds two partial sums of four outputs.
            let mut sums = [[_mm256_setzero_si256(); 4]; N];
            for (weights, x) in blocks.block(b).iter().zip(inputs) {
                let weights = widened(weights);
                for r in 0..N {
                    let x = _mm_cvtepu8_epi16(_mm_cvtsi32_si128(x[r]));
                    let x = _mm256_broadcastq_epi64(x);
                    for (sum, weights) in sums[r].iter_mut().zip(weights) {
                        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(weights, x));
                    }
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                let at = r * n_out + b * LANES;
                let halves = out[at..at + LANES].as_chunks_mut().0;
                for (out, sums) in halves.iter_mut().zip(sums.as_chunks::<2>().0) {
                    let pairs = _mm256_hadd_epi32(sums[0], sums[1]);
                    store_32(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(pairs));
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn store_32(out: &mut [i32; LANES / 2], sums: __m256i) {
        // SAFETY: the array has the 32 bytes that are written; they need no alignment.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), sums) };
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn widened(weights: &Weights) -> [__m256i; 4] {
        let mut wide = [_mm256_setzero_si256(); 4];
        for (wide, part) in wide.iter_mut().zip(weights.as_chunks::<16>().0) {
            // SAFETY: the array has the 16 bytes that are read; they need no alignment.
            *wide = _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(part.as_ptr().cast()) });
        }
        wide
    }
}
