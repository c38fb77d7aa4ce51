//! The listening model for symbolic music: what valence and arousal a score expresses.
//!
//! Kernel ridge regression (Saunders, Gammerman and Vovk 1998) on the symbolic features of
//! `affetto-music`, one output for valence and one for arousal, each calibrated to a probability
//! (Platt 1999). Trained on two labelled sets that differ in how they were made: piano
//! performances (EMOPIA, Hung et al. 2021) and notated arrangements (VGMIDI, Ferreira and
//! Whitehead 2019). Features are standardized within each set and examples of the other set count
//! less, so that each helps the other without blurring it.
//!
//! - [`SymbolicEmotion`] hears a score.
//! - [`TokenJudge`] hears one by other means, n-grams of tokens, to score composed music.
//! - [`train`] makes the five shipped weights files, [`cross_validate`] measures the method on
//!   the frozen song-grouped folds, [`evaluate`] measures shipped weights on unseen items.
//!
//! ```
//! use affetto_models::symbolic_emotion::{SymbolicEmotion, Which};
//! use affetto_music::notation;
//! let model = SymbolicEmotion::load_embedded(Which::InLoop)?;
//! let gentle = notation::parse("tempo = 60; melody = E4:h G4:h; chords = [C3 G3]:w@40")?;
//! let heard = model.hear(&gentle);
//! assert!(heard.estimate.mean.a() < 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod augmentation;
mod calibration;
mod config;
mod data;
mod evaluation;
mod examples;
mod inference;
mod kernel_machine;
mod model;
mod token_judge;
mod token_ngrams;
mod token_training;
mod training;

pub use augmentation::highest_line;
pub use config::SymbolicEmotionConfig;
pub use data::{Item, MusicSet, read_items};
pub(crate) use data::{emopia_labels, vgmidi_table};
pub use evaluation::evaluate;
pub use examples::learnt_features;
pub use inference::{Heard, Hearing, SymbolicEmotion, Which};
pub use token_judge::TokenJudge;
pub use training::{cross_validate, train};

/// Name of the task in weights, reports and commands.
pub const TASK: &str = "symbolic-emotion";
