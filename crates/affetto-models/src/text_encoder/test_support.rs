//! Encoders for tests: a tiny one that is always there, and the pulled one.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::convert::{Published, convert};
use super::{EncoderConfig, FILE_NAME, TextEncoder};
use crate::WeightsFile;

/// Where the golden embeddings and the script that made them are.
pub(crate) fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("test_data/text_encoder")
        .join(name)
}

/// The weights of a BERT of random numbers, as they come back from our file.
pub(crate) fn tiny_weights() -> WeightsFile {
    let config = EncoderConfig {
        n_words: 16,
        n_dimensions: 16,
        n_layers: 2,
        n_heads: 4,
        n_middle: 24,
        n_positions: 40,
        epsilon: 1e-12,
    };
    let weights = std::fs::read(golden("tiny_model.safetensors")).unwrap();
    let tokenizer = std::fs::read_to_string(golden("tiny_tokenizer.json")).unwrap();
    let published = Published {
        weights: &weights,
        tokenizer: &tokenizer,
        origin: "tiny",
    };
    let bytes = convert(&published, &config).unwrap().to_bytes();
    WeightsFile::from_bytes(&bytes.unwrap(), "tiny").unwrap()
}

/// The encoder with these weights.
pub(crate) fn tiny() -> &'static TextEncoder {
    static TINY: OnceLock<TextEncoder> = OnceLock::new();
    TINY.get_or_init(|| TextEncoder::from_weights(&tiny_weights()).unwrap())
}

/// The pulled encoder: `AFFETTO_TEXT_ENCODER`, else the user's data folder.
pub(crate) fn pulled() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let data =
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")));
    let candidates = [
        folder("AFFETTO_TEXT_ENCODER"),
        data.map(|data| data.join("affetto/models").join(FILE_NAME)),
    ];
    candidates.into_iter().flatten().find(|path| path.is_file())
}
