//! The use cases of Affetto as plain functions over plain data: sense, compose, render, judge,
//! live stations, train and evaluate. No HTTP, no JSON on the wire, no terminal.
//!
//! - [`Engine`] owns the settings, the SoundFont and the models, each loaded once, on first use.
//! - [`MusicRequest`] is what somebody asks for, [`Piece`] a composed piece.
//! - [`Settings`] is everything that can be configured; [`Error`] says whose fault it is.
//!
//! ```
//! use affetto_engine::{Engine, FileFormat, LoudnessMode, MusicRequest, Settings};
//! let engine = Engine::new(Settings::default())?;
//! let request = MusicRequest { text: Some("calm and hopeful".into()), bars: Some(2), ..Default::default() };
//! let piece = engine.compose(&request)?;
//! let midi = engine.export(&piece, FileFormat::Midi, LoudnessMode::Normalized)?;
//! assert!(midi.starts_with(b"MThd"));
//! # Ok::<(), affetto_engine::Error>(())
//! ```

pub mod env_vars;
mod error;
pub mod settings;
pub mod station;

pub mod choices;
mod engine;
pub mod feedback;
pub mod files;
pub mod folders;
mod listener;
pub mod models;
pub mod notes;
pub mod styles;

pub mod bridge;
pub mod compose;
pub mod judge;
pub mod redo;
pub mod request;
pub mod sense;
pub mod songs;
pub mod stems;

pub mod bench;
pub mod describe;
pub mod evaluate;
pub mod experiments;
pub mod generation;
pub mod reproduce;
pub mod soak;
pub mod train;

pub mod whisper;

pub use affetto_affect::{
    Affect, Choice, Covariance, Estimate, FocusMode, Pace, Preset, Quadrant, QuadrantProbabilities,
    Question, Reliabilities, Sense, Strategy,
};
pub use affetto_compose::channel as midi_channel;
pub use affetto_compose::rework::Harmony;
pub use affetto_compose::{CueOffsets, Genre, PerformanceSettings, Texture, Writer};
pub use affetto_models::{
    DeviceChoice, Evaluated, Evaluation, EvaluationOptions, RunOptions, TrainingEvent,
};
pub use bridge::Bridged;
pub use compose::{LoudnessMode, Piece};
pub use engine::Engine;
pub use error::Error;
pub use feedback::{Feedback, Preferences};
pub use files::{FileFormat, write_atomic};
pub use judge::Judgement;
pub use redo::Redo;
pub use request::{DefaultStrategy, MusicRequest, Understood};
pub use sense::{Media, Mood, MoodSources, Sensed};
pub use settings::Settings;
pub use songs::Songs;
