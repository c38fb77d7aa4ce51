//! Decoding: one token after the other, with what was read before kept in a [`Memory`].

use super::kernel::{Bytes, gelu, rms_norm};
use super::memory::{AttentionBuffers, Memory};
use super::model::{ConditionVector, Layer, NoteModel};
use crate::Error;

/// Keeps normalization from dividing by 0.
const EPSILON: f32 = 1e-5;
/// Tokens that go through the network at a time; more would not fit the caches.
const MAX_ROWS: usize = 32;

/// The next token of one of several independent pieces.
#[derive(Debug)]
pub struct Row<'a> {
    /// What was read before; the token is added to it.
    pub memory: &'a mut Memory,
    /// The token, below [`NoteModel::n_vocabulary`].
    pub token: u16,
    /// The condition of the token's bar.
    pub condition: &'a ConditionVector,
}

/// Where a row of a pass belongs: its memory by index, and its position in it.
#[derive(Clone, Copy)]
struct Place {
    memory: usize,
    position: usize,
}

/// Intermediate results of one pass, `[n_rows, …]`.
struct Buffers {
    normed: Vec<f32>,
    qkv: Vec<f32>,
    mixed: Vec<f32>,
    feed: Vec<f32>,
    added: Vec<f32>,
    bytes: Bytes,
    attention: AttentionBuffers,
}

impl NoteModel {
    /// Reads tokens in order and adds them to a memory; the logits `[n_vocabulary]` of the token
    /// that follows the last. The same as [`NoteModel::step`] for each of them, to the bit.
    ///
    /// # Errors
    /// [`Error::NoteModel`] when there are no tokens or more than the memory has room for, one is
    /// unknown, or memory or condition are of another model; the memory is then as it was.
    pub fn read(
        &self,
        memory: &mut Memory,
        tokens: &[(u16, &ConditionVector)],
    ) -> Result<Vec<f32>, Error> {
        if tokens.is_empty() {
            return Err(refused("there are no tokens, expected at least 1".into()));
        }
        self.check_memory(memory, tokens.len())?;
        for &(token, condition) in tokens {
            self.check_token(token, condition)?;
        }
        let mut last = Vec::new();
        for tokens in tokens.chunks(MAX_ROWS) {
            let first = memory.len();
            memory.extend(tokens.len());
            let places: Vec<Place> = (first..memory.len())
                .map(|position| Place {
                    memory: 0,
                    position,
                })
                .collect();
            let mut x = self.embed(tokens.iter().copied());
            self.run(&mut x, &mut [&mut *memory], &places);
            last = x.split_off(x.len() - self.shape.width);
        }
        let mut logits = vec![0.0; self.shape.n_vocabulary];
        self.write_logits(&last, &mut logits);
        Ok(logits)
    }

    /// Adds one token to each of several memories; the weights are read once for all of them.
    /// Writes the logits `[rows, n_vocabulary]` of the tokens that follow. A row's numbers do not
    /// depend on the other rows.
    ///
    /// # Errors
    /// [`Error::NoteModel`] when a memory is full, a token is unknown, or memory or condition are
    /// of another model; all memories are then as they were.
    pub fn step(&self, rows: &mut [Row<'_>], logits: &mut Vec<f32>) -> Result<(), Error> {
        for row in &*rows {
            self.check_memory(row.memory, 1)?;
            self.check_token(row.token, row.condition)?;
        }
        let n_vocabulary = self.shape.n_vocabulary;
        logits.resize(rows.len() * n_vocabulary, 0.0);
        let parts = rows
            .chunks_mut(MAX_ROWS)
            .zip(logits.chunks_mut(MAX_ROWS * n_vocabulary));
        for (rows, logits) in parts {
            let mut x = self.embed(rows.iter().map(|row| (row.token, row.condition)));
            let places: Vec<Place> = rows
                .iter()
                .enumerate()
                .map(|(memory, row)| Place {
                    memory,
                    position: row.memory.len(),
                })
                .collect();
            let mut memories: Vec<&mut Memory> =
                rows.iter_mut().map(|row| &mut *row.memory).collect();
            for memory in &mut memories {
                memory.extend(1);
            }
            self.run(&mut x, &mut memories, &places);
            self.write_logits(&x, logits);
        }
        Ok(())
    }

    fn check_memory(&self, memory: &Memory, n_tokens: usize) -> Result<(), Error> {
        if !memory.fits(&self.shape, &self.empty) {
            return Err(refused(
                "the memory is of another model, expected one of this model".into(),
            ));
        }
        if n_tokens > memory.room() {
            return Err(refused(format!(
                "the memory holds {} tokens and {n_tokens} more were given, expected at most {} in all",
                memory.len(),
                self.shape.context
            )));
        }
        Ok(())
    }

    fn check_token(&self, token: u16, condition: &ConditionVector) -> Result<(), Error> {
        if usize::from(token) >= self.shape.n_vocabulary {
            return Err(refused(format!(
                "the token is {token}, expected less than {}",
                self.shape.n_vocabulary
            )));
        }
        if condition.0.len() != self.shape.width {
            return Err(refused(format!(
                "the condition vector has width {}, expected {}",
                condition.0.len(),
                self.shape.width
            )));
        }
        Ok(())
    }

    /// Token vectors plus conditions, `[n_rows, width]`.
    fn embed<'a>(&self, tokens: impl Iterator<Item = (u16, &'a ConditionVector)>) -> Vec<f32> {
        let width = self.shape.width;
        let mut x = Vec::new();
        for (token, condition) in tokens {
            let at = usize::from(token) * width;
            let vector = &self.embedding[at..at + width];
            x.extend(vector.iter().zip(&condition.0).map(|(a, b)| a + b));
        }
        x
    }

    /// All layers on rows `[n_rows, width]`.
    fn run(&self, x: &mut [f32], memories: &mut [&mut Memory], places: &[Place]) {
        let (n, width) = (places.len(), self.shape.width);
        let mut buffers = Buffers {
            normed: vec![0.0; n * width],
            qkv: vec![0.0; n * 3 * width],
            mixed: vec![0.0; n * width],
            feed: vec![0.0; n * self.shape.feed_width],
            added: vec![0.0; n * width],
            bytes: Bytes::default(),
            attention: AttentionBuffers::default(),
        };
        for (i, layer) in self.layers.iter().enumerate() {
            self.attend((i, layer), x, memories, places, &mut buffers);
            self.feed(layer, x, &mut buffers);
        }
    }

    fn attend(
        &self,
        (i, layer): (usize, &Layer),
        x: &mut [f32],
        memories: &mut [&mut Memory],
        places: &[Place],
        buffers: &mut Buffers,
    ) {
        let (shape, kernel) = (&self.shape, self.kernel);
        let (width, head_width) = (shape.width, shape.head_width());
        self.normalize(x, &layer.norm_attention, &mut buffers.normed);
        let (normed, bytes) = (&buffers.normed, &mut buffers.bytes);
        layer.qkv.apply(kernel, normed, bytes, &mut buffers.qkv);
        let scale = 1.0 / (head_width as f32).sqrt();
        for (row, place) in buffers.qkv.chunks_exact_mut(3 * width).zip(places) {
            let angles = self.rotary(place.position);
            let (query, rest) = row.split_at_mut(width);
            let (key, value) = rest.split_at_mut(width);
            rotate(query, angles, scale);
            rotate(key, angles, 1.0);
            let pages = memories[place.memory].layer_mut(i);
            pages.write(kernel, shape, place.position, (key, value));
        }
        let rows = buffers
            .qkv
            .chunks_exact(3 * width)
            .zip(buffers.mixed.chunks_exact_mut(width));
        for ((row, mixed), place) in rows.zip(places) {
            let pages = memories[place.memory].layer(i);
            let heads = row[..width]
                .chunks_exact(head_width)
                .zip(mixed.chunks_exact_mut(head_width));
            for (head, (query, out)) in heads.enumerate() {
                let of = (head, place.position + 1);
                pages.attend(kernel, shape, of, query, &mut buffers.attention, out);
            }
        }
        let (mixed, bytes) = (&buffers.mixed, &mut buffers.bytes);
        layer.out.apply(kernel, mixed, bytes, &mut buffers.added);
        for (x, added) in x.iter_mut().zip(&buffers.added) {
            *x += added;
        }
    }

    fn feed(&self, layer: &Layer, x: &mut [f32], buffers: &mut Buffers) {
        let kernel = self.kernel;
        self.normalize(x, &layer.norm_feed, &mut buffers.normed);
        let (normed, bytes) = (&buffers.normed, &mut buffers.bytes);
        layer.up.apply(kernel, normed, bytes, &mut buffers.feed);
        for row in buffers.feed.chunks_exact_mut(self.shape.feed_width) {
            gelu(kernel, row, &layer.up_bias);
        }
        let (feed, bytes) = (&buffers.feed, &mut buffers.bytes);
        layer.down.apply(kernel, feed, bytes, &mut buffers.added);
        let rows = x
            .chunks_exact_mut(self.shape.width)
            .zip(buffers.added.chunks_exact(self.shape.width));
        for (x, added) in rows {
            for ((x, added), bias) in x.iter_mut().zip(added).zip(&layer.down_bias) {
                *x += added + bias;
            }
        }
    }

    fn normalize(&self, x: &[f32], gain: &[f32], out: &mut [f32]) {
        let rows = x
            .chunks_exact(self.shape.width)
            .zip(out.chunks_exact_mut(self.shape.width));
        for (x, out) in rows {
            rms_norm(self.kernel, x, gain, EPSILON, out);
        }
    }

    fn write_logits(&self, x: &[f32], logits: &mut [f32]) {
        let mut normed = vec![0.0; x.len()];
        self.normalize(x, &self.norm, &mut normed);
        let bytes = &mut Bytes::default();
        self.head.apply(self.kernel, &normed, bytes, logits);
    }
}

/// Turns each pair (i, i + half) of every head by its angle, and scales.
fn rotate(row: &mut [f32], angles: &[(f32, f32)], scale: f32) {
    for head in row.chunks_exact_mut(2 * angles.len()) {
        let (first, second) = head.split_at_mut(angles.len());
        for ((a, b), &(cos, sin)) in first.iter_mut().zip(second).zip(angles) {
            (*a, *b) = ((*a * cos - *b * sin) * scale, (*b * cos + *a * sin) * scale);
        }
    }
}

fn refused(reason: String) -> Error {
    Error::NoteModel { reason }
}
