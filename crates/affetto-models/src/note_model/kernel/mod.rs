//! The arithmetic of decoding: products of 8-bit integers, and the f32 work between them.
//!
//! A weight matrix is cut into blocks of [`LANES`] outputs; inside a block the bytes lie in groups
//! of [`GROUP`] inputs, `[n_blocks, n_groups, LANES, GROUP]`, so that one pass reads memory in
//! order and the products of a block need no sum across a vector. Inputs are unsigned bytes with
//! a zero point, weights signed bytes with a scale for each output.
//!
//! Three kernels give the same integers: AVX-512 VNNI, AVX2 and plain Rust. The f32 parts are one
//! source compiled for each of them, without fused operations and with sums in a fixed order, so
//! their bits are the same as well.

mod portable;
#[cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "instructions that not every processor has; see the SAFETY notes"
    )
)]
mod vector;

#[cfg(test)]
mod tests;

pub use vector::Kernel;
pub(super) use vector::{
    gelu, mix_f32, mix_i8, products, products_f32, quantize, rescale, rms_norm, round_to_bytes,
    softmax,
};

/// Outputs of a block, and lanes of every sum.
pub(super) const LANES: usize = 16;
/// Inputs that one integer instruction multiplies and adds.
pub(super) const GROUP: usize = 4;

/// What a row of bytes stands for: x ≈ scale · (byte − zero).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantized {
    /// Size of one step.
    pub(super) scale: f32,
    /// The byte that stands for 0.
    pub(super) zero: i32,
}

/// Blocks of signed bytes in a larger array.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks<'a> {
    /// The array.
    pub(super) values: &'a [i8],
    /// Where the first block begins.
    pub(super) first: usize,
    /// From one block to the next.
    pub(super) stride: usize,
    /// Number of blocks.
    pub(super) n_blocks: usize,
    /// Groups of inputs of each block.
    pub(super) n_groups: usize,
}

impl<'a> Blocks<'a> {
    /// Weights of one block by group of inputs.
    fn block(&self, b: usize) -> &'a [[i8; LANES * GROUP]] {
        let at = self.first + b * self.stride;
        self.values[at..at + self.n_groups * LANES * GROUP]
            .as_chunks()
            .0
    }
}

/// What each output of some blocks stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scales<'a> {
    /// Sums of the bytes of each output.
    pub(super) sums: &'a [i32],
    /// Scale of each output.
    pub(super) scales: &'a [f32],
    /// Where those of the first block begin.
    pub(super) first: usize,
    /// From one block to the next.
    pub(super) stride: usize,
}

/// A weight matrix of bytes, each output with its scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ByteMatrix {
    n_in: usize,
    n_out: usize,
    values: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl ByteMatrix {
    /// Quantizes a matrix; `weight(o, i)` is the weight from input `i` to output `o`.
    pub(super) fn new(n_out: usize, n_in: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
        let (n_blocks, n_groups) = (n_out.div_ceil(LANES), n_in.div_ceil(GROUP));
        let mut matrix = Self {
            n_in,
            n_out,
            values: vec![0; n_blocks * n_groups * GROUP * LANES],
            scales: vec![0.0; n_blocks * LANES],
            sums: vec![0; n_blocks * LANES],
        };
        let (mut row, mut rounded) = (vec![0.0; n_in], vec![0; n_in]);
        for o in 0..n_out {
            for (i, x) in row.iter_mut().enumerate() {
                *x = weight(o, i);
            }
            let at = (o / LANES) * n_groups * LANES * GROUP + (o % LANES) * GROUP;
            let (scale, sum) = pack(Kernel::SCALAR, &row, &mut rounded, &mut matrix.values[at..]);
            (matrix.scales[o], matrix.sums[o]) = (scale, sum);
        }
        matrix
    }

    /// Products of `n_rows` inputs `[n_rows, n_in]` with all outputs, `[n_rows, n_out]`.
    pub(super) fn apply(&self, kernel: Kernel, inputs: &[f32], bytes: &mut Bytes, out: &mut [f32]) {
        let width = self.n_in.div_ceil(GROUP) * GROUP;
        let blocks = Blocks {
            values: &self.values,
            first: 0,
            stride: width * LANES,
            n_blocks: self.n_out.div_ceil(LANES),
            n_groups: width / GROUP,
        };
        let n_rows = inputs.len() / self.n_in;
        bytes.inputs.resize(n_rows * width, 0);
        bytes.products.resize(n_rows * blocks.n_blocks * LANES, 0);
        bytes.scales.clear();
        for (row, input) in inputs
            .chunks_exact(self.n_in)
            .zip(bytes.inputs.chunks_exact_mut(width))
        {
            bytes.scales.push(quantize(kernel, row, input));
        }
        products(kernel, blocks, &bytes.inputs, &mut bytes.products);
        let of = Scales {
            sums: &self.sums,
            scales: &self.scales,
            first: 0,
            stride: LANES,
        };
        let rows = bytes.products.chunks_exact(blocks.n_blocks * LANES);
        for ((row, &scale), out) in rows
            .zip(&bytes.scales)
            .zip(out.chunks_exact_mut(self.n_out))
        {
            rescale(kernel, row, of, scale, out);
        }
    }
}

/// Writes a row of weights as bytes into the lane of a block that `out` begins with; its scale and
/// the sum of its bytes. `rounded` is a buffer as long as the row.
pub(super) fn pack(kernel: Kernel, row: &[f32], rounded: &mut [i8], out: &mut [i8]) -> (f32, i32) {
    let scale = round_to_bytes(kernel, row, rounded);
    let groups = rounded.chunks(GROUP).zip(out.chunks_mut(LANES * GROUP));
    for (group, out) in groups {
        out[..group.len()].copy_from_slice(group);
    }
    (scale, rounded.iter().map(|&x| i32::from(x)).sum())
}

/// Buffers of [`ByteMatrix::apply`], kept between calls.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    pub(super) inputs: Vec<u8>,
    pub(super) products: Vec<i32>,
    scales: Vec<Quantized>,
}

/// A weight matrix of f32 in blocks `[n_blocks, n_in, LANES]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FloatMatrix {
    n_in: usize,
    n_out: usize,
    values: Vec<f32>,
}

impl FloatMatrix {
    /// A matrix; `weight(o, i)` is the weight from input `i` to output `o`.
    pub(super) fn new(n_out: usize, n_in: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
        let mut values = vec![0.0; n_out.div_ceil(LANES) * LANES * n_in];
        for o in 0..n_out {
            for i in 0..n_in {
                values[(o / LANES * n_in + i) * LANES + o % LANES] = weight(o, i);
            }
        }
        Self {
            n_in,
            n_out,
            values,
        }
    }

    /// As [`ByteMatrix::apply`].
    pub(super) fn apply(&self, kernel: Kernel, inputs: &[f32], out: &mut [f32]) {
        let stride = self.n_in * LANES;
        for (b, block) in self.values.chunks_exact(stride).enumerate() {
            let from = b * LANES;
            let to = (from + LANES).min(self.n_out);
            for (input, out) in inputs
                .chunks_exact(self.n_in)
                .zip(out.chunks_exact_mut(self.n_out))
            {
                products_f32(kernel, block, 0, stride, input, &mut out[from..to]);
            }
        }
    }
}
