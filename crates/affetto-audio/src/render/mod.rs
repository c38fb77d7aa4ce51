//! Notes to sound: [`Renderer`] block by block for live use, [`render_score`] for whole pieces.

mod renderer;
mod score;

#[cfg(test)]
mod tests;

pub use renderer::{MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ, Renderer};
pub use score::{RenderLimits, presets_of, render_score, render_stems};

use crate::Error;

/// How to render.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderSettings {
    /// Frames a second in 16,000..=192,000. Default 48,000, which Opus wants.
    pub sample_rate_hz: u32,
    /// Most voices at a time in 8..=256; a note may take several. More is slower and loses fewer
    /// notes in dense music. Default 256; live stations use 64.
    pub polyphony: usize,
    /// Reverb and chorus; [`Effects::Off`] is about a tenth faster and dry.
    pub effects: Effects,
}

/// Whether the synthesizer adds room and chorus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effects {
    /// Reverb and chorus as General MIDI sends ask for.
    #[default]
    On,
    /// Neither.
    Off,
}

impl Default for RenderSettings {
    fn default() -> Self {
        Self {
            sample_rate_hz: 48_000,
            polyphony: 256,
            effects: Effects::On,
        }
    }
}

impl RenderSettings {
    /// Settings for live stations: 48 kHz, 64 voices, effects on.
    #[must_use]
    pub fn live() -> Self {
        Self {
            polyphony: 64,
            ..Self::default()
        }
    }

    /// Checks that every number is in its range.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] with the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let rates = f64::from(MIN_SAMPLE_RATE_HZ)..=f64::from(MAX_SAMPLE_RATE_HZ);
        Error::check_range("sample rate in Hz", f64::from(self.sample_rate_hz), rates)?;
        Error::check_range("polyphony in voices", self.polyphony as f64, 8.0..=256.0)
    }
}
