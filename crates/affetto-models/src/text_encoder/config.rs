//! The shape of an encoder.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::settings::{check_settings, count};

/// The shape of a BERT encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderConfig {
    /// Number of word pieces, 1..=65536.
    pub n_words: usize,
    /// Width of a vector, 1..=1024, a multiple of `n_heads`.
    pub n_dimensions: usize,
    /// Number of layers, 1..=24.
    pub n_layers: usize,
    /// Attention heads of a layer, 1..=32.
    pub n_heads: usize,
    /// Width of the middle of a layer's feed-forward part, 1..=4096.
    pub n_middle: usize,
    /// Most tokens of one window that have a position, 8..=512.
    pub n_positions: usize,
    /// Keeps layer normalization from dividing by 0.
    pub epsilon: f64,
}

impl EncoderConfig {
    /// all-MiniLM-L6-v2.
    #[must_use]
    pub fn minilm_l6() -> Self {
        Self {
            n_words: 30_522,
            n_dimensions: 384,
            n_layers: 6,
            n_heads: 12,
            n_middle: 1_536,
            n_positions: 512,
            epsilon: 1e-12,
        }
    }

    /// Checks every number.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the number, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        check_settings([
            count("words", self.n_words, 1..=65_536, "1..=65536"),
            count("dimensions", self.n_dimensions, 1..=1_024, "1..=1024"),
            count("layers", self.n_layers, 1..=24, "1..=24"),
            count("heads", self.n_heads, 1..=32, "1..=32"),
            count("middle", self.n_middle, 1..=4_096, "1..=4096"),
            count("positions", self.n_positions, 8..=512, "8..=512"),
        ])?;
        if !self.n_dimensions.is_multiple_of(self.n_heads) {
            return Err(Error::InvalidSetting {
                name: "dimensions",
                actual: self.n_dimensions.to_string(),
                expected: "a multiple of the number of heads",
            });
        }
        if !(self.epsilon > 0.0 && self.epsilon < 1e-3) {
            return Err(Error::InvalidSetting {
                name: "epsilon",
                actual: self.epsilon.to_string(),
                expected: "above 0 and below 0.001",
            });
        }
        Ok(())
    }
}
