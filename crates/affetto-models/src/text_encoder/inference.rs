//! Embedding texts.

use std::path::Path;

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::EncoderConfig;
use super::network::{EncoderNetwork, mask_bias};
use super::word_pieces::WordPieces;
use super::{FEATURE_VERSION, TASK};
use crate::training::with_arrays;
use crate::{Error, WeightsFile};

/// The longest text that is read, in bytes.
pub const MAX_TEXT_BYTES: usize = 20_000;

/// Texts that are embedded at once.
const BATCH: usize = 32;

/// The sentence encoder, ready to embed.
#[derive(Debug, Clone)]
pub struct TextEncoder {
    pub(crate) network: EncoderNetwork,
    pub(crate) pieces: WordPieces,
    config: EncoderConfig,
    source: String,
    device: Device,
}

impl TextEncoder {
    /// Reads a converted encoder.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read, [`Error::Weights`] when it is no encoder.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::from_weights(&WeightsFile::load(path)?)
    }

    /// An encoder from its weights.
    ///
    /// # Errors
    /// [`Error::Weights`] when they are for another task or version or do not fit together.
    pub fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        weights.expect_task(TASK, FEATURE_VERSION)?;
        let part = |name: &str| {
            let value = weights.metadata.config.get(name).cloned();
            value.ok_or_else(|| weights.refused(format!("its configuration has no {name}")))
        };
        let config: EncoderConfig = serde_json::from_value(part("encoder")?)
            .map_err(|error| weights.refused(error.to_string()))?;
        config
            .validate()
            .map_err(|error| weights.refused(error.to_string()))?;
        let tokenizer = part("tokenizer")?;
        let json = tokenizer.as_str().unwrap_or_default();
        let pieces = WordPieces::from_json(json, config.n_words, config.n_positions)
            .map_err(|error| weights.refused(error))?;
        let device = Device::flex();
        let network = with_arrays(EncoderNetwork::new(&config, &device), weights, "")?;
        Ok(Self {
            network,
            pieces,
            config,
            source: part("source_sha256")?.as_str().unwrap_or_default().into(),
            device,
        })
    }

    /// The shape of the encoder.
    #[must_use]
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// SHA-256 of the published weights that this encoder was made from, in hexadecimal.
    #[must_use]
    pub fn source_sha256(&self) -> &str {
        &self.source
    }

    /// The embedding of a text: the mean over its tokens, of length 1.
    ///
    /// A text of more than 126 word pieces is cut between sentences into windows whose means
    /// count by their tokens; of a very long one, sixteen windows spread evenly are read.
    ///
    /// # Shapes
    /// - returns: `[n_dimensions]`
    ///
    /// # Errors
    /// [`Error::EmptyText`] when there is no word or sign, [`Error::TextTooLong`] when it has
    /// more than [`MAX_TEXT_BYTES`] bytes.
    pub fn embed(&self, text: &str) -> Result<Vec<f32>, Error> {
        let windows = self.windows(text)?;
        let mut sum = vec![0.0; self.config.n_dimensions];
        for window in &windows {
            let mean = self.means(&[window.as_slice()])?;
            let weight = window.len() as f32;
            sum.iter_mut()
                .zip(&mean[0])
                .for_each(|(sum, value)| *sum += weight * value);
        }
        Ok(normalized(sum))
    }

    /// The embeddings of several short texts, each read up to 126 word pieces.
    ///
    /// # Errors
    /// [`Error::TextTooLong`] when one has more than [`MAX_TEXT_BYTES`] bytes.
    pub fn embed_all(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Error> {
        let mut windows = Vec::with_capacity(texts.len());
        for text in texts {
            check_length(text)?;
            let most = super::word_pieces::MAX_WINDOW;
            windows.push(self.pieces.first_window(text, most)?);
        }
        let mut embeddings = Vec::with_capacity(texts.len());
        for batch in windows.chunks(BATCH) {
            let batch: Vec<&[u32]> = batch.iter().map(Vec::as_slice).collect();
            embeddings.extend(self.means(&batch)?.into_iter().map(normalized));
        }
        Ok(embeddings)
    }

    /// The windows of a text; an error where there is nothing to read or too much.
    pub(crate) fn windows(&self, text: &str) -> Result<Vec<Vec<u32>>, Error> {
        check_length(text)?;
        let windows = self.pieces.windows(text)?;
        if windows.is_empty() {
            return Err(Error::EmptyText {
                limit: MAX_TEXT_BYTES,
            });
        }
        Ok(windows)
    }

    /// The vectors of the tokens of a batch after some layers, padded to the longest window, and
    /// 1 for each token that is there.
    ///
    /// # Shapes
    /// - returns: `[n_windows, n_tokens, n_dimensions]` and `n_windows × n_tokens`
    pub(crate) fn states(&self, windows: &[&[u32]], n_layers: usize) -> (Tensor<3>, Vec<f32>) {
        let n_tokens = windows.iter().map(|w| w.len()).max().unwrap_or(0);
        let shape = [windows.len(), n_tokens];
        let mut ids = vec![0_i32; windows.len() * n_tokens];
        let mut present = vec![0.0_f32; ids.len()];
        for (i, window) in windows.iter().enumerate() {
            for (t, &id) in window.iter().enumerate() {
                ids[i * n_tokens + t] = id as i32;
                present[i * n_tokens + t] = 1.0;
            }
        }
        let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, shape), &self.device);
        let is_padded = present.contains(&0.0);
        let bias = is_padded.then(|| mask_bias(&present, shape, &self.device));
        let states = self.network.forward(ids, bias.as_ref(), n_layers);
        (states, present)
    }

    /// The device that the encoder computes on.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// The mean vector of each window.
    fn means(&self, windows: &[&[u32]]) -> Result<Vec<Vec<f32>>, Error> {
        let (states, present) = self.states(windows, self.config.n_layers);
        let [n_windows, n_tokens, width] = states.dims();
        let values = numbers(states)?;
        let mean = |i: usize| {
            let rows = i * n_tokens..(i + 1) * n_tokens;
            let n: f32 = present[rows.clone()].iter().sum();
            let mut mean = vec![0.0; width];
            for row in rows.filter(|&row| present[row] > 0.0) {
                let values = &values[row * width..][..width];
                mean.iter_mut()
                    .zip(values)
                    .for_each(|(mean, value)| *mean += value / n);
            }
            mean
        };
        Ok((0..n_windows).map(mean).collect())
    }
}

/// The values of a tensor.
pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Error> {
    let values = tensor.into_data().try_to_vec::<f32>();
    values.map_err(|error| Error::Weights {
        origin: "the text encoder".into(),
        reason: format!("{error:?}"),
    })
}

fn check_length(text: &str) -> Result<(), Error> {
    if text.len() <= MAX_TEXT_BYTES {
        return Ok(());
    }
    Err(Error::TextTooLong {
        actual: text.len(),
        limit: MAX_TEXT_BYTES,
    })
}

fn normalized(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::test_support::{golden, pulled, tiny, tiny_weights};
    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        text: String,
        /// With weights rounded to f16, as our file has them.
        embedding: Vec<f32>,
        /// With the weights as they were published.
        #[serde(default)]
        published: Vec<f32>,
    }

    fn read_golden(name: &str) -> Vec<Golden> {
        serde_json::from_str(&std::fs::read_to_string(golden(name)).unwrap()).unwrap()
    }

    #[track_caller]
    fn check(encoder: &TextEncoder, expected: &Golden) {
        let actual = encoder.embed(&expected.text).unwrap();
        assert_eq!(actual.len(), expected.embedding.len());
        let pairs = actual.iter().zip(&expected.embedding);
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-4, "{}: off by {worst}", expected.text);
        if !expected.published.is_empty() {
            let cosine: f32 = actual
                .iter()
                .zip(&expected.published)
                .map(|(a, b)| a * b)
                .sum();
            assert!(cosine > 0.99999, "{}: cosine {cosine}", expected.text);
        }
    }

    #[test]
    fn tiny_encoder_is_the_reference() {
        for expected in read_golden("tiny_expected.json") {
            check(tiny(), &expected);
        }
    }

    #[test]
    fn pulled_encoder_is_the_reference() {
        let Some(path) = pulled() else {
            eprintln!("NOT CHECKED: no pulled text encoder (affetto models pull text-encoder)");
            return;
        };
        let encoder = TextEncoder::load(&path).unwrap();
        for expected in read_golden("minilm_expected.json") {
            check(&encoder, &expected);
        }
    }

    #[test]
    fn padding_changes_nothing() {
        let texts = ["happy", "not so sad, not so happy!", "the day"];
        let together = tiny().embed_all(&texts).unwrap();
        for (text, found) in texts.iter().zip(together) {
            let alone = tiny().embed(text).unwrap();
            let worst = alone.iter().zip(&found).map(|(a, b)| (a - b).abs());
            assert!(worst.fold(0.0, f32::max) < 1e-5, "{text}");
        }
    }

    #[test]
    fn long_texts_are_bounded() {
        let sizes = |text: &str| -> Vec<usize> {
            let windows = tiny().windows(text).unwrap();
            windows.iter().map(Vec::len).collect()
        };
        assert_eq!(sizes(&"day ".repeat(38)), [40]);
        assert_eq!(sizes(&"day ".repeat(39)), [40, 3]);
        // Cut between sentences: eight sentences of four pieces fill a window.
        assert_eq!(sizes(&"so happy day! ".repeat(10)), [38, 6]);
        assert_eq!(sizes(&"day ".repeat(5_000)).len(), 16);
        let length: f32 = tiny()
            .embed(&"sad ".repeat(5_000))
            .unwrap()
            .iter()
            .map(|x| x * x)
            .sum();
        assert!((length - 1.0).abs() < 1e-4, "{length}");
    }

    #[test]
    fn hostile_texts() {
        let error = |text: &str| tiny().embed(text).unwrap_err().to_string();
        assert_eq!(
            error(" \n"),
            "the text is empty, expected between 1 and 20000 bytes"
        );
        let long = "x".repeat(10 << 20);
        let expected = "the text has 10485760 bytes, expected between 1 and 20000";
        assert_eq!(error(&long), expected);
        assert!(tiny().embed(&"x".repeat(20_000)).is_ok());
    }

    #[track_caller]
    fn check_refused(change: impl FnOnce(&mut WeightsFile), expected: &str) {
        let mut weights = tiny_weights();
        change(&mut weights);
        let error = TextEncoder::from_weights(&weights).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn unfit_weights_are_refused() {
        check_refused(
            |w| w.metadata.task = "x".into(),
            "expected task text-encoder",
        );
        check_refused(
            |w| drop(w.arrays.remove("layers.1.qkv.weight")),
            "layers.1.qkv.weight is missing",
        );
        check_refused(
            |w| w.metadata.config["encoder"]["n_heads"] = 3.into(),
            "dimensions must be a multiple of the number of heads, but was 16",
        );
        check_refused(
            |w| w.metadata.config["encoder"]["n_words"] = 8.into(),
            "of the tokenizer, expected 0..8",
        );
        check_refused(
            |w| w.metadata.config["tokenizer"] = "{}".into(),
            "no usable weights",
        );
    }
}
