//! Composing: from a point on the valence–arousal plane, a genre and a texture to music, bar by
//! bar, without end. Output is a [`affetto_music::Score`] or timed notes; no samples, no files.
//!
//! - [`Request`] says what is wanted.
//! - [`BarPlan`] says what the next bar shall be; [`Bar`] is what was composed for it.
//! - [`BarSource`] proposes bars (rules here, a neural model later); [`Listener`] hears them.

mod bar;
pub mod cues;
mod error;
pub mod genre;
mod request;
mod source;

pub use bar::{Bar, BarPlan, Cadence, Cues, Layers, Part, Scale, ThemeUse, Tune};
pub use error::Error;
pub use request::{Change, CueOffsets, Genre, Length, PerformanceSettings, Request, Texture};
pub use source::{BarContext, BarSource, Listener};
