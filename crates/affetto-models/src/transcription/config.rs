//! The shape of a Whisper model and what it must not say, from the published `config.json`.

use std::path::Path;

use serde::Deserialize;

use super::load::read_limited;
use crate::Error;

/// Largest configuration file in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The fields of `config.json` that matter, under their published names.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct WhisperConfig {
    /// Mel bands of the input; 80 in all models up to large-v2.
    #[serde(rename = "num_mel_bins")]
    pub n_mels: usize,
    /// Width of the network: 384 in tiny, 512 in base.
    #[serde(rename = "d_model")]
    pub width: usize,
    /// Layers of the encoder: 4 in tiny, 6 in base.
    #[serde(rename = "encoder_layers")]
    pub n_encoder_layers: usize,
    /// Attention heads of each encoder layer.
    #[serde(rename = "encoder_attention_heads")]
    pub n_encoder_heads: usize,
    /// Width inside the encoder's feed-forward networks.
    #[serde(rename = "encoder_ffn_dim")]
    pub encoder_hidden: usize,
    /// Layers of the decoder.
    #[serde(rename = "decoder_layers")]
    pub n_decoder_layers: usize,
    /// Attention heads of each decoder layer.
    #[serde(rename = "decoder_attention_heads")]
    pub n_decoder_heads: usize,
    /// Width inside the decoder's feed-forward networks.
    #[serde(rename = "decoder_ffn_dim")]
    pub decoder_hidden: usize,
    /// Number of tokens.
    #[serde(rename = "vocab_size")]
    pub n_tokens: usize,
    /// Positions of the encoder: 1500, for 30 s.
    #[serde(rename = "max_source_positions")]
    pub n_audio_positions: usize,
    /// Positions of the decoder: 448.
    #[serde(rename = "max_target_positions")]
    pub n_text_positions: usize,
    /// Tokens that are never said: signs of music, speaker changes, special tokens.
    #[serde(default)]
    pub suppress_tokens: Option<Vec<u32>>,
    /// Tokens that do not come first: a blank, and the end.
    #[serde(default)]
    pub begin_suppress_tokens: Option<Vec<u32>>,
}

/// The two lists where newer files keep them.
#[derive(Debug, Default, Deserialize)]
struct GenerationConfig {
    suppress_tokens: Option<Vec<u32>>,
    begin_suppress_tokens: Option<Vec<u32>>,
}

impl WhisperConfig {
    /// Reads `config.json` and, where it is there, `generation_config.json` of a folder.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read, [`Error::Weights`] when it does not describe a
    /// Whisper model of a size that is supported.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("config.json");
        let bytes = read_limited(&path, MAX_BYTES)?;
        let refuse = |reason: String| Error::Weights {
            origin: path.display().to_string(),
            reason,
        };
        let mut config: Self =
            serde_json::from_slice(&bytes).map_err(|error| refuse(error.to_string()))?;
        config.validate().map_err(&refuse)?;
        let path = folder.join("generation_config.json");
        if path.exists() {
            let bytes = read_limited(&path, MAX_BYTES)?;
            let generation: GenerationConfig =
                serde_json::from_slice(&bytes).map_err(|error| refuse(error.to_string()))?;
            config.suppress_tokens = generation.suppress_tokens.or(config.suppress_tokens);
            config.begin_suppress_tokens = generation
                .begin_suppress_tokens
                .or(config.begin_suppress_tokens);
        }
        Ok(config)
    }

    /// Samples at 16 kHz of one window: two mel frames of 10 ms for each position.
    #[must_use]
    pub fn window_samples(&self) -> usize {
        2 * super::features::HOP_SIZE * self.n_audio_positions
    }

    /// Checks every number, so that no shape is a surprise and none too large to hold.
    fn validate(&self) -> Result<(), String> {
        let ranges = [
            ("num_mel_bins", self.n_mels, 1, 128),
            ("d_model", self.width, 1, 1_280),
            ("encoder_layers", self.n_encoder_layers, 1, 32),
            ("encoder_attention_heads", self.n_encoder_heads, 1, 20),
            ("encoder_ffn_dim", self.encoder_hidden, 1, 5_120),
            ("decoder_layers", self.n_decoder_layers, 1, 32),
            ("decoder_attention_heads", self.n_decoder_heads, 1, 20),
            ("decoder_ffn_dim", self.decoder_hidden, 1, 5_120),
            ("vocab_size", self.n_tokens, 16, 60_000),
            ("max_source_positions", self.n_audio_positions, 8, 1_500),
            ("max_target_positions", self.n_text_positions, 8, 448),
        ];
        for (name, actual, min, max) in ranges {
            if !(min..=max).contains(&actual) {
                return Err(format!(
                    "{name} must be between {min} and {max}, but was {actual}"
                ));
            }
        }
        for n_heads in [self.n_encoder_heads, self.n_decoder_heads] {
            if !self.width.is_multiple_of(n_heads) {
                let width = self.width;
                return Err(format!(
                    "d_model {width} must be a multiple of {n_heads} heads"
                ));
            }
        }
        Ok(())
    }
}
