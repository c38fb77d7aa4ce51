//! The note model: writes music symbol by symbol. It knows neither notes nor emotions, only
//! numbers of symbols and a vector of numbers (the condition) for each bar.
//!
//! - [`NoteCorpus`] holds songs as symbols; [`train`] fits a network to it.
//! - [`NoteModel`] runs a trained one, a symbol at a time: its weights and what it remembers are
//!   bytes, and products are taken by the fastest [`Kernel`] of the processor.
//! - [`Memory`] is what it has read of one piece; it can be cloned to try several ways on, and
//!   cut to go back.
//! - [`ConditionVector`] is what the condition of a bar (mood, genre, attributes) adds to its
//!   symbols.

mod config;
mod corpus;
mod inference;
mod kernel;
mod memory;
mod model;
mod network;
mod shape;
mod training;

#[cfg(test)]
mod tests;

pub use config::{NoteModelConfig, NoteTrainingConfig};
pub use corpus::{CorpusSong, HiddenGroup, NoteCorpus};
pub use inference::Row;
pub use kernel::Kernel;
pub use memory::Memory;
pub use model::{ConditionVector, InferenceOptions, NoteModel, Precision};
pub use shape::NoteShape;
pub use training::train;

/// The task in weights files and runs.
pub const TASK: &str = "notes";
/// Version of the symbols and conditions; weights of another version are refused.
pub const FEATURE_VERSION: u32 = 1;

/// The weights inside the program.
///
/// # Errors
/// [`crate::Error::Weights`] when they are damaged.
pub fn embedded() -> Result<crate::WeightsFile, crate::Error> {
    const BYTES: &[u8] = include_bytes!("../../../../weights/note_model/notes.safetensors");
    crate::WeightsFile::from_bytes(BYTES, "the note model inside the program")
}

/// The weights trained on permissively licensed data alone, in builds that hold them:
/// `Some(include_bytes!("../../../../weights/note_model/notes_free.safetensors"))`.
const FREE: Option<&[u8]> = None;

/// The weights inside the program that were trained on permissively licensed data alone; `None`
/// where the build holds none.
///
/// # Errors
/// [`crate::Error::Weights`] when they are damaged.
pub fn embedded_free() -> Result<Option<crate::WeightsFile>, crate::Error> {
    let origin = "the free note model inside the program";
    let weights = FREE.map(|bytes| crate::WeightsFile::from_bytes(bytes, origin));
    weights.transpose()
}
