//! What the network remembers of a piece: keys and values of every layer, so that a new token
//! costs one pass and not one for each token before it.
//!
//! Positions lie in pages of [`LANES`]. With byte weights the keys and values are bytes too, each
//! with a scale for its position and head; the keys of a page are a block of weights as the
//! kernels read it, so scores are integer products.

use super::NoteShape;
use super::kernel::{
    Blocks, Bytes, GROUP, Kernel, LANES, Scales, mix_f32, mix_i8, pack, products, products_f32,
    quantize, rescale, round_to_bytes, softmax,
};

/// What the network remembers of one piece; made by [`super::NoteModel::memory`].
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    len: usize,
    shape: NoteShape,
    layers: Vec<Pages>,
}

impl Memory {
    pub(super) fn new(shape: NoteShape, empty: &Pages) -> Self {
        Self {
            len: 0,
            shape,
            layers: vec![empty.clone(); shape.n_layers],
        }
    }

    /// Number of tokens that were read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many more tokens it can hold.
    #[must_use]
    pub fn room(&self) -> usize {
        self.shape.context - self.len
    }

    /// Forgets all but the first `n` tokens; does nothing where there are no more.
    pub fn truncate(&mut self, n: usize) {
        if n < self.len {
            self.len = n;
            self.set_pages();
        }
    }

    /// Whether it was made for this shape and kind of numbers.
    pub(super) fn fits(&self, shape: &NoteShape, empty: &Pages) -> bool {
        let same_kind = |pages| std::mem::discriminant(pages) == std::mem::discriminant(empty);
        self.shape == *shape && self.layers.iter().all(same_kind)
    }

    /// Makes room for `n` more tokens, whose keys and values are written next.
    pub(super) fn extend(&mut self, n: usize) {
        self.len += n;
        self.set_pages();
    }

    pub(super) fn layer(&self, i: usize) -> &Pages {
        &self.layers[i]
    }

    pub(super) fn layer_mut(&mut self, i: usize) -> &mut Pages {
        &mut self.layers[i]
    }

    fn set_pages(&mut self) {
        let n_pages = self.len.div_ceil(LANES);
        for pages in &mut self.layers {
            pages.resize(n_pages, &self.shape);
        }
    }
}

/// Keys and values of one layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pages {
    /// Bytes with scales.
    Bytes(BytePages),
    /// Numbers as they are.
    Floats(FloatPages),
}

/// Keys and values as bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct BytePages {
    /// `[n_pages, n_heads, n_groups, LANES, GROUP]`
    keys: Vec<i8>,
    /// `[n_pages, n_heads, LANES]`
    key_scales: Vec<f32>,
    /// `[n_pages, n_heads, LANES]`
    key_sums: Vec<i32>,
    /// `[n_pages, n_heads, LANES, value width]`
    values: Vec<i8>,
    /// `[n_pages, n_heads, LANES]`
    value_scales: Vec<f32>,
}

/// Keys and values as numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FloatPages {
    /// `[n_pages, n_heads, head width, LANES]`
    keys: Vec<f32>,
    /// `[n_pages, n_heads, LANES, value width]`
    values: Vec<f32>,
}

/// Buffers of [`Pages::attend`], kept between calls.
#[derive(Debug, Default)]
pub(super) struct AttentionBuffers {
    bytes: Bytes,
    scores: Vec<f32>,
    mixed: Vec<f32>,
}

/// Width of a head's values, filled up to whole vectors.
fn value_width(shape: &NoteShape) -> usize {
    shape.head_width().next_multiple_of(LANES)
}

/// Width of a head's keys, filled up to whole groups.
fn key_width(shape: &NoteShape) -> usize {
    shape.head_width().next_multiple_of(GROUP)
}

impl Pages {
    fn resize(&mut self, n_pages: usize, shape: &NoteShape) {
        let n_rows = n_pages * shape.n_heads * LANES;
        match self {
            Self::Bytes(pages) => {
                pages.keys.resize(n_rows * key_width(shape), 0);
                pages.key_scales.resize(n_rows, 0.0);
                pages.key_sums.resize(n_rows, 0);
                pages.values.resize(n_rows * value_width(shape), 0);
                pages.value_scales.resize(n_rows, 0.0);
            }
            Self::Floats(pages) => {
                pages.keys.resize(n_rows * shape.head_width(), 0.0);
                pages.values.resize(n_rows * value_width(shape), 0.0);
            }
        }
    }

    /// Writes key and value `[width]` of a position that there is room for.
    pub(super) fn write(
        &mut self,
        kernel: Kernel,
        shape: &NoteShape,
        at: usize,
        (key, value): (&[f32], &[f32]),
    ) {
        let rounded = &mut vec![0; shape.head_width()];
        let heads = key
            .chunks_exact(shape.head_width())
            .zip(value.chunks_exact(shape.head_width()));
        let slot = at % LANES;
        for (h, (key, value)) in heads.enumerate() {
            // Heads of all pages, counted through.
            let head = at / LANES * shape.n_heads + h;
            let row = head * LANES + slot;
            match self {
                Self::Bytes(pages) => {
                    let first = head * LANES * key_width(shape) + slot * GROUP;
                    let (scale, sum) = pack(kernel, key, rounded, &mut pages.keys[first..]);
                    (pages.key_scales[row], pages.key_sums[row]) = (scale, sum);
                    let first = row * value_width(shape);
                    let out = &mut pages.values[first..first + value.len()];
                    pages.value_scales[row] = round_to_bytes(kernel, value, out);
                }
                Self::Floats(pages) => {
                    let first = head * LANES * shape.head_width();
                    let lanes = pages.keys[first..].chunks_exact_mut(LANES);
                    for (lanes, &x) in lanes.zip(key) {
                        lanes[slot] = x;
                    }
                    let first = row * value_width(shape);
                    pages.values[first..first + value.len()].copy_from_slice(value);
                }
            }
        }
    }

    /// What the first `n` positions answer to a query of one head, already scaled.
    pub(super) fn attend(
        &self,
        kernel: Kernel,
        shape: &NoteShape,
        (head, n): (usize, usize),
        query: &[f32],
        buffers: &mut AttentionBuffers,
        out: &mut [f32],
    ) {
        let AttentionBuffers {
            bytes,
            scores,
            mixed,
        } = buffers;
        let (n_heads, width) = (shape.n_heads, value_width(shape));
        let (first, stride) = (head * LANES * width, n_heads * LANES * width);
        scores.resize(n, 0.0);
        mixed.resize(width, 0.0);
        match self {
            Self::Bytes(pages) => {
                pages.score(kernel, shape, head, query, bytes, scores);
                softmax(kernel, scores);
                let scales = pages.value_scales[head * LANES..].chunks(n_heads * LANES);
                for (weights, scales) in scores.chunks_mut(LANES).zip(scales) {
                    for (weight, scale) in weights.iter_mut().zip(scales) {
                        *weight *= scale;
                    }
                }
                mix_i8(kernel, &pages.values, first, stride, scores, mixed);
            }
            Self::Floats(pages) => {
                let page = LANES * shape.head_width();
                let (first_key, key_stride) = (head * page, n_heads * page);
                products_f32(kernel, &pages.keys, first_key, key_stride, query, scores);
                softmax(kernel, scores);
                mix_f32(kernel, &pages.values, first, stride, scores, mixed);
            }
        }
        out.copy_from_slice(&mixed[..out.len()]);
    }
}

impl BytePages {
    fn score(
        &self,
        kernel: Kernel,
        shape: &NoteShape,
        head: usize,
        query: &[f32],
        bytes: &mut Bytes,
        scores: &mut [f32],
    ) {
        let (n_heads, width) = (shape.n_heads, key_width(shape));
        let blocks = Blocks {
            values: &self.keys,
            first: head * LANES * width,
            stride: n_heads * LANES * width,
            n_blocks: scores.len().div_ceil(LANES),
            n_groups: width / GROUP,
        };
        bytes.inputs.resize(width, 0);
        bytes.products.resize(blocks.n_blocks * LANES, 0);
        let scale = quantize(kernel, query, &mut bytes.inputs);
        products(kernel, blocks, &bytes.inputs, &mut bytes.products);
        let of = Scales {
            sums: &self.key_sums,
            scales: &self.key_scales,
            first: head * LANES,
            stride: n_heads * LANES,
        };
        rescale(kernel, &bytes.products, of, scale, scores);
    }
}
