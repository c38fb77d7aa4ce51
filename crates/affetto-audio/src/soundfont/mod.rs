//! SoundFonts: SF2, and SF3 by decoding just the samples that the wanted presets use.
//!
//! [`SoundFont`] is what renderers play. Cloning it is cheap, and [`SoundFont::with_presets`] makes
//! one with more presets that reuses the PCM already decoded.

mod bank;
mod export;
mod load;
mod playable;
mod riff;
mod select;
mod testing;
mod vorbis;
mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::Error;

pub use bank::{Bank, Limits};
pub use export::SampleAudio;
pub use select::{DRUM_BANK, PresetId, PresetInfo, Presets};
pub use testing::test_font;

/// The default font: FluidR3Mono cut to General MIDI and eight drum kits (MIT; see
/// `assets/soundfont/LICENSE.txt`), made by `cargo xtask soundfont`.
static EMBEDDED: &[u8] = include_bytes!("../../../../assets/soundfont/affetto-gm.sf3");

/// The bytes of the default font, an SF3 file.
#[must_use]
pub fn embedded_bytes() -> &'static [u8] {
    EMBEDDED
}

/// A font with some of its presets loaded, ready to play.
#[derive(Debug, Clone)]
pub struct SoundFont {
    bank: Arc<Bank>,
    loaded: BTreeSet<PresetId>,
    /// Where the samples of the bank lie in the PCM of `synth`.
    kept: Arc<BTreeMap<usize, load::Kept>>,
    synth: Arc<rustysynth::SoundFont>,
}

impl SoundFont {
    /// Reads an SF2 or SF3 file and loads presets from it.
    ///
    /// # Errors
    /// [`Error::SoundFont`] and [`Error::Sample`] for what cannot be read or decoded.
    pub fn from_bytes(
        bytes: impl Into<Cow<'static, [u8]>>,
        presets: &Presets,
    ) -> Result<Self, Error> {
        Self::from_bank(Arc::new(Bank::parse(bytes, Limits::default())?), presets)
    }

    /// Loads presets from the font in the program.
    ///
    /// # Errors
    /// As [`SoundFont::from_bytes`]; not expected of a font that is part of the program.
    pub fn embedded(presets: &Presets) -> Result<Self, Error> {
        Self::from_bytes(EMBEDDED, presets)
    }

    /// Reads an SF2 or SF3 file and loads presets from it.
    ///
    /// # Errors
    /// [`Error::Io`] with the path when it cannot be read, else as [`SoundFont::from_bytes`].
    pub fn from_path(path: &Path, presets: &Presets) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::from_bytes(bytes, presets)
    }

    /// Loads presets from tables already parsed.
    ///
    /// # Errors
    /// As [`SoundFont::from_bytes`].
    pub fn from_bank(bank: Arc<Bank>, presets: &Presets) -> Result<Self, Error> {
        let wanted = bank.resolve(presets);
        load::load(bank, wanted, None)
    }

    /// This font with more presets. Samples already decoded are copied, not decoded again; the
    /// PCM of both fonts stays in memory while both are used.
    ///
    /// # Errors
    /// As [`SoundFont::from_bytes`].
    pub fn with_presets(&self, presets: &Presets) -> Result<Self, Error> {
        let wanted = self.bank.resolve(presets);
        if wanted.is_subset(&self.loaded) {
            return Ok(self.clone());
        }
        load::load(Arc::clone(&self.bank), &wanted | &self.loaded, Some(self))
    }

    /// Whether all of `presets`, or what stands in for them, are loaded.
    #[must_use]
    pub fn has(&self, presets: &Presets) -> bool {
        self.bank.resolve(presets).is_subset(&self.loaded)
    }

    /// All presets of the file, loaded or not, in order of bank and program.
    #[must_use]
    pub fn presets(&self) -> Vec<PresetInfo> {
        self.bank.presets()
    }

    /// The presets that are loaded.
    #[must_use]
    pub fn loaded(&self) -> &BTreeSet<PresetId> {
        &self.loaded
    }

    /// Bytes of PCM in memory.
    #[must_use]
    pub fn pcm_bytes(&self) -> usize {
        2 * self.synth.get_wave_data().len()
    }

    /// The font as the synthesizer sees it.
    pub(crate) fn synth(&self) -> &Arc<rustysynth::SoundFont> {
        &self.synth
    }

    /// Which loaded preset sounds when `wanted` is asked for.
    pub(crate) fn sounding(&self, wanted: PresetId) -> Option<PresetId> {
        self.bank
            .resolve(&Presets::from_iter([wanted]))
            .into_iter()
            .next()
    }
}
