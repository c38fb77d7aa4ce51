//! Composing: from a point on the valence–arousal plane, a genre and a texture to music, bar by
//! bar, without end. Output is a [`affetto_music::Score`] or timed notes; no samples, no files.
//!
//! - [`Request`] says what is wanted.
//! - [`BarPlan`] says what the next bar shall be; [`Bar`] is what was composed for it.
//! - [`BarSource`] proposes bars (rules here, a neural model later); [`Listener`] hears them.

pub mod arrange;
mod bar;
mod choose;
mod composer;
pub mod cues;
mod error;
pub mod genre;
mod harmony;
mod loops;
mod melody;
pub mod perform;
mod piece;
mod plan;
mod random;
mod request;
mod rules;
mod soak;
mod source;
mod validate;

pub use bar::{Bar, BarPlan, Cadence, Cues, Layers, Part, Scale, ThemeUse, Tune};
pub use composer::{Composer, LiveControls};
pub use error::Error;
pub use harmony::roman;
pub use loops::MAX_REPEATED;
pub use piece::{Composition, bars_to_score, channel, compose};
pub use plan::{AROUSAL_SLEW, TEMPO_SLEW, VALENCE_SLEW};
pub use request::{Change, CueOffsets, Genre, Length, PerformanceSettings, Request, Texture};
pub use rules::{RuleSource, fallback};
pub use soak::{SoakReport, soak};
pub use source::{BarContext, BarSource, Listener};
pub use validate::{Fault, FaultKind, faults, role_range};
