//! Key and mode of a sound, by the key profiles of [`affetto_music`].

use affetto_music::key_finding::{KeyProfile, find_key};
use affetto_music::{Key, Mode};

use super::chroma::N_CHROMA;

/// Lead of the best key over the second at which we are sure: what a piece in one key without
/// modulation has.
const SURE_CLARITY: f64 = 0.1;

/// The key of a song.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SongKey {
    /// Tonic and mode; C major where nothing sounds.
    pub key: Key,
    /// In 0..=1: correlation with the key's profile, less where another key fits nearly as well.
    pub confidence: f32,
    /// Highest correlation of a major key less the highest of a minor key, in −2..=2.
    pub major_minus_minor: f32,
}

impl SongKey {
    /// Finds the key of pitch classes, C first, in any unit.
    pub(crate) fn find(chroma: &[f32; N_CHROMA]) -> Self {
        let found = find_key(&chroma.map(f64::from), KeyProfile::KrumhanslKessler);
        let lead = (found.clarity / SURE_CLARITY).clamp(0.0, 1.0);
        Self {
            key: found.key,
            confidence: (found.correlation.max(0.0) * lead) as f32,
            major_minus_minor: found.major_minus_minor as f32,
        }
    }

    /// 1 for major, −1 for minor.
    pub(crate) fn mode_sign(&self) -> f32 {
        match self.key.mode {
            Mode::Major => 1.0,
            Mode::Minor => -1.0,
        }
    }
}
