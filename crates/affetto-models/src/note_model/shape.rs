//! The shape of the note network: what training builds and inference allocates by.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::settings::{check_settings, count};

/// The shape of the note network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteShape {
    /// Number of layers, 1..=16.
    pub n_layers: usize,
    /// Width of a vector, 4..=1024; each head takes an even part of it.
    pub width: usize,
    /// Attention heads of a layer, 1..=16.
    pub n_heads: usize,
    /// Width of the middle of a layer's feed-forward part, 1..=4096.
    pub feed_width: usize,
    /// Number of tokens, 2..=8192.
    pub n_vocabulary: usize,
    /// Length of the condition of a bar, 1..=512.
    pub n_condition: usize,
    /// Most tokens that a memory holds, 2..=4096.
    pub context: usize,
}

impl NoteShape {
    /// Checks every number.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the number, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let pairs = 2 * self.n_heads.max(1);
        check_settings([
            count("layers", self.n_layers, 1..=16, "1..=16"),
            count("width", self.width, 4..=1_024, "4..=1024"),
            count("heads", self.n_heads, 1..=16, "1..=16"),
            count("feed width", self.feed_width, 1..=4_096, "1..=4096"),
            count("vocabulary", self.n_vocabulary, 2..=8_192, "2..=8192"),
            count("condition", self.n_condition, 1..=512, "1..=512"),
            count("context", self.context, 2..=4_096, "2..=4096"),
            (
                self.width.is_multiple_of(pairs),
                "width",
                self.width.to_string(),
                "a multiple of twice the number of heads",
            ),
        ])
    }

    /// Width of one attention head.
    #[must_use]
    pub fn head_width(&self) -> usize {
        self.width / self.n_heads
    }

    /// Names and shapes of all arrays of a weights file; matrices are `[in, out]`.
    #[must_use]
    pub fn arrays(&self) -> Vec<(String, Vec<usize>)> {
        let (width, feed) = (self.width, self.feed_width);
        let mut arrays = vec![
            ("embedding".to_owned(), vec![self.n_vocabulary, width]),
            (
                "condition.0.weight".to_owned(),
                vec![self.n_condition, width],
            ),
            ("condition.0.bias".to_owned(), vec![width]),
            ("condition.1.weight".to_owned(), vec![width, width]),
            ("condition.1.bias".to_owned(), vec![width]),
            ("norm".to_owned(), vec![width]),
        ];
        for i in 0..self.n_layers {
            let layer = [
                ("norm_attention", vec![width]),
                ("qkv", vec![width, 3 * width]),
                ("out", vec![width, width]),
                ("norm_feed", vec![width]),
                ("up.weight", vec![width, feed]),
                ("up.bias", vec![feed]),
                ("down.weight", vec![feed, width]),
                ("down.bias", vec![width]),
            ];
            arrays.extend(layer.map(|(name, shape)| (format!("layers.{i}.{name}"), shape)));
        }
        arrays
    }

    /// Number of weights.
    #[must_use]
    pub fn n_parameters(&self) -> usize {
        let sizes = self.arrays();
        sizes.iter().map(|(_, s)| s.iter().product::<usize>()).sum()
    }
}
