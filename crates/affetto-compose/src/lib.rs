//! Composing: from a point on the valence–arousal plane, a genre and a texture to music, bar by
//! bar, without end. Output is a [`affetto_music::Score`] or timed notes; no samples, no files.
//!
//! - [`Request`] says what is wanted; [`compose`] makes a piece of it, [`Composer`] a stream of
//!   bars that takes a [`Change`] at any time.
//! - [`BarPlan`] says what the next bar shall be; [`Bar`] is what was composed for it.
//! - [`rework`] writes bars of a piece that is there anew, and bars between two pieces.
//! - [`BarSource`] proposes bars (rules here, a neural model later); [`Listener`] hears them.
//!
//! The way of a bar: target → slew limits → form, key and chords (`plan`, `harmony`) → [`cues`] →
//! melody (`melody`) → band ([`arrange`], by [`genre`]) → validator ([`faults`]) → choice among
//! candidates (`choose`) → performance ([`perform`]).
//!
//! ```
//! use affetto_affect::Affect;
//! use affetto_compose::{Genre, Length, Request, compose};
//!
//! let mut request = Request::new(Affect::new(0.7, 0.4)?);
//! (request.genre, request.length) = (Genre::Jazz, Length::Bars(12));
//! let piece = compose(&request, None)?;
//! assert_eq!(piece.bars.len(), 12);
//! println!("{} at {:.0} bpm", piece.key, piece.bpm.get());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod arrange;
mod bar;
mod choose;
mod composer;
mod correction;
pub mod cues;
mod error;
pub mod genre;
mod harmony;
mod loops;
mod melody;
mod neural;
pub mod perform;
mod piece;
mod plan;
mod random;
mod request;
pub mod rework;
mod rules;
mod soak;
mod source;
pub mod tokens;
mod validate;

pub use arrange::{DrumHit, DrumPattern, DrumPatterns, DrumRole};
pub use bar::{Bar, BarPlan, Cadence, Cues, Layers, Part, Scale, ThemeUse, Tune};
pub use composer::{Composer, LiveControls};
pub use error::Error;
pub use harmony::roman;
pub use loops::MAX_REPEATED;
pub use neural::{AnySource, NeuralSource, NoteModel, Row, Sampling};
pub use piece::{Composition, bars_to_score, channel, compose};
pub use plan::{AROUSAL_SLEW, TEMPO_SLEW, VALENCE_SLEW};
pub use request::{
    Change, CueOffsets, Genre, Length, PerformanceSettings, Request, TargetOffset, Texture,
    Weights, Writer,
};
pub use rules::{RuleSource, fallback};
pub use soak::{SoakReport, soak};
pub use source::{BarContext, BarSource, Listener};
pub use validate::{Fault, FaultKind, faults, role_range};
