//! The note model: writes music symbol by symbol. It knows neither notes nor emotions, only
//! numbers of symbols and a vector of numbers (the condition) for each bar.

mod config;
mod corpus;
mod network;
mod training;

pub use config::{NoteModelConfig, NoteTrainingConfig};
pub use corpus::{CorpusSong, HiddenGroup, NoteCorpus};
pub use training::train;

/// The task in weights files and runs.
pub const TASK: &str = "notes";
/// Version of the symbols and conditions.
pub const FEATURE_VERSION: u32 = 1;
