//! What the encoder's lower layers say of every token of many texts, computed once, as f16.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use half::slice::HalfFloatSliceExt;

use super::network::StateBatch;
use crate::text_encoder::TextEncoder;
use crate::{Error, ItemHash};

/// Tokens that are computed at once.
const BATCH_TOKENS: usize = 2_048;

/// The states of the tokens of many texts.
pub(super) struct States {
    width: usize,
    /// Where each text starts, in tokens; the last entry is the number of all tokens.
    starts: Vec<usize>,
    values: Vec<f16>,
}

impl States {
    /// The states after `n_layers`, from a file where it holds them already, else computed and
    /// written there. `progress` hears how many of how many tokens are done.
    pub(super) fn cached(
        encoder: &TextEncoder,
        windows: &[Vec<u32>],
        n_layers: usize,
        path: &Path,
        progress: &mut dyn FnMut(usize, usize) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let key = key(encoder, windows, n_layers);
        let width = encoder.config().n_dimensions;
        let starts = starts(windows);
        let n_values = starts.last().copied().unwrap_or(0) * width;
        if let Some(values) = read(path, &key, n_values) {
            return Ok(Self {
                width,
                starts,
                values,
            });
        }
        let mut states = Self {
            width,
            starts,
            values: vec![f16::ZERO; n_values],
        };
        states.compute(encoder, windows, n_layers, progress)?;
        write(path, &key, &states.values).map_err(|source| Error::io(path, source))?;
        Ok(states)
    }

    /// Fills in the values, batch by batch of texts of one length, so that nothing is padded.
    fn compute(
        &mut self,
        encoder: &TextEncoder,
        windows: &[Vec<u32>],
        n_layers: usize,
        progress: &mut dyn FnMut(usize, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut order: Vec<usize> = (0..windows.len()).collect();
        order.sort_by_key(|&i| windows[i].len());
        let n_all = self.starts.last().copied().unwrap_or(0);
        let mut n_done = 0;
        for same in order.chunk_by(|&a, &b| windows[a].len() == windows[b].len()) {
            let length = windows[same[0]].len();
            for texts in same.chunks((BATCH_TOKENS / length.max(1)).max(1)) {
                let batch: Vec<&[u32]> = texts.iter().map(|&i| windows[i].as_slice()).collect();
                let (states, _) = encoder.states(&batch, n_layers);
                let values = crate::text_encoder::numbers(states)?;
                let rows = values.chunks_exact(length * self.width);
                for (&text, row) in texts.iter().zip(rows) {
                    let start = self.starts[text] * self.width;
                    self.values[start..start + row.len()].convert_from_f32_slice(row);
                }
                n_done += length * texts.len();
                progress(n_done, n_all)?;
            }
        }
        Ok(())
    }

    /// Number of tokens of a text.
    pub(super) fn n_tokens(&self, text: usize) -> usize {
        self.starts[text + 1] - self.starts[text]
    }

    /// A batch of texts, padded to the longest.
    pub(super) fn batch(&self, texts: &[usize], device: &Device) -> StateBatch {
        let n_tokens = texts.iter().map(|&i| self.n_tokens(i)).max().unwrap_or(0);
        let row = n_tokens * self.width;
        let mut values = vec![0.0_f32; texts.len() * row];
        let mut present = vec![0.0_f32; texts.len() * n_tokens];
        for (i, &text) in texts.iter().enumerate() {
            let found =
                &self.values[self.starts[text] * self.width..self.starts[text + 1] * self.width];
            found.convert_to_f32_slice(&mut values[i * row..i * row + found.len()]);
            present[i * n_tokens..i * n_tokens + self.n_tokens(text)].fill(1.0);
        }
        let shape = [texts.len(), n_tokens, self.width];
        StateBatch {
            states: Tensor::from_data(TensorData::new(values, shape), device),
            present,
        }
    }
}

fn starts(windows: &[Vec<u32>]) -> Vec<usize> {
    let mut starts = Vec::with_capacity(windows.len() + 1);
    let mut n = 0;
    starts.push(n);
    for window in windows {
        n += window.len();
        starts.push(n);
    }
    starts
}

/// What the states depend on, as a hash.
fn key(encoder: &TextEncoder, windows: &[Vec<u32>], n_layers: usize) -> ItemHash {
    let mut bytes = format!("{} {n_layers}", encoder.source_sha256()).into_bytes();
    for window in windows {
        bytes.extend(window.len().to_le_bytes());
        bytes.extend(window.iter().flat_map(|id| id.to_le_bytes()));
    }
    ItemHash::of(&bytes)
}

/// Values in one piece of a file.
const CHUNK: usize = 1 << 16;

/// The values of a file with this key; nothing where it is another's or damaged.
fn read(path: &Path, key: &ItemHash, n_values: usize) -> Option<Vec<f16>> {
    let mut file = BufReader::new(File::open(path).ok()?);
    let mut found = [0; ItemHash::LEN];
    file.read_exact(&mut found).ok()?;
    if found != *key.bytes() {
        return None;
    }
    let mut values = Vec::with_capacity(n_values);
    let mut bytes = vec![0; 2 * CHUNK];
    while values.len() < n_values {
        let piece = &mut bytes[..2 * CHUNK.min(n_values - values.len())];
        file.read_exact(piece).ok()?;
        values.extend(
            piece
                .chunks_exact(2)
                .map(|b| f16::from_le_bytes([b[0], b[1]])),
        );
    }
    Some(values)
}

fn write(path: &Path, key: &ItemHash, values: &[f16]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension("part");
    let mut file = BufWriter::new(File::create(&unfinished)?);
    file.write_all(key.bytes())?;
    for piece in values.chunks(CHUNK) {
        let bytes: Vec<u8> = piece.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.write_all(&bytes)?;
    }
    file.flush()?;
    std::fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_encoder::numbers;
    use crate::text_encoder::test_support::tiny;

    const TEXTS: [&str; 4] = ["happy day", "not so sad, not so happy!", "sad", "so happy"];

    fn cached(path: &Path, n_layers: usize) -> (States, usize) {
        let windows: Vec<Vec<u32>> = TEXTS
            .iter()
            .map(|text| tiny().pieces.first_window(text, 16).unwrap())
            .collect();
        let mut n_reports = 0;
        let states = States::cached(tiny(), &windows, n_layers, path, &mut |_, _| {
            n_reports += 1;
            Ok(())
        });
        (states.unwrap(), n_reports)
    }

    #[test]
    fn states_are_the_encoders_and_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache/states.f16");
        let (states, n_reports) = cached(&path, 1);
        assert!(n_reports > 1);
        let batch = states.batch(&[1, 2], tiny().device());
        let windows: Vec<Vec<u32>> = [1, 2]
            .map(|i: usize| tiny().pieces.first_window(TEXTS[i], 16).unwrap())
            .to_vec();
        let windows: Vec<&[u32]> = windows.iter().map(Vec::as_slice).collect();
        let (expected, present) = tiny().states(&windows, 1);
        assert_eq!(batch.present, present);
        let width = tiny().config().n_dimensions;
        let pairs = numbers(batch.states)
            .unwrap()
            .into_iter()
            .zip(numbers(expected).unwrap());
        for (i, (actual, expected)) in pairs.enumerate() {
            // Tokens that are not there hold anything.
            if present[i / width] > 0.0 {
                assert!((actual - expected).abs() < 5e-3, "{i}: {actual} {expected}");
            }
        }
        let (again, n_reports) = cached(&path, 1);
        assert_eq!((n_reports, again.values), (0, states.values));
        assert!(cached(&path, 2).1 > 1, "another layer is another key");
        std::fs::write(&path, b"damaged").unwrap();
        assert!(cached(&path, 1).1 > 1);
    }
}
