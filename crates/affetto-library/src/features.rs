//! Features of a track as tables in Spotify's manner give them.

use serde::{Deserialize, Serialize};

/// What tables in Spotify's manner say of a track.
///
/// Meanings and ranges are those of Spotify's public description of its audio features. A table
/// may lack some of them. For a classifier of moods; no mood by itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Features {
    /// How suitable for dancing, in 0..=1.
    pub danceability: Option<f32>,
    /// Perceived intensity and activity, in 0..=1.
    pub energy: Option<f32>,
    /// How positive it sounds, in 0..=1: Spotify's number, not a valence of ours.
    pub valence: Option<f32>,
    /// Tempo in beats a minute, above 0.
    pub tempo_bpm: Option<f32>,
    /// Mean loudness in dB, usually in −60..=0.
    pub loudness_db: Option<f32>,
    /// Confidence that it is acoustic, in 0..=1.
    pub acousticness: Option<f32>,
    /// Confidence that it has no vocals, in 0..=1.
    pub instrumentalness: Option<f32>,
    /// Confidence that an audience was there, in 0..=1.
    pub liveness: Option<f32>,
    /// Share of spoken words, in 0..=1.
    pub speechiness: Option<f32>,
    /// Pitch class of the tonic, in 0..12, 0 is C.
    pub key: Option<u8>,
    /// 1 for major, 0 for minor.
    pub mode: Option<u8>,
    /// Beats a bar, in 1..=16.
    pub time_signature: Option<u8>,
    /// Popularity in 0..=100.
    pub popularity: Option<f32>,
}

impl Features {
    /// Whether the table said nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same features without those that are not numbers or outside their ranges.
    #[must_use]
    pub fn checked(mut self) -> Self {
        let unit = 0.0..=1.0;
        for share in [
            &mut self.danceability,
            &mut self.energy,
            &mut self.valence,
            &mut self.acousticness,
            &mut self.instrumentalness,
            &mut self.liveness,
            &mut self.speechiness,
        ] {
            *share = share.filter(|x| unit.contains(x));
        }
        self.tempo_bpm = self.tempo_bpm.filter(|x| *x > 0.0 && *x < 1000.0);
        self.loudness_db = self.loudness_db.filter(|x| (-200.0..=30.0).contains(x));
        self.popularity = self.popularity.filter(|x| (0.0..=100.0).contains(x));
        self.key = self.key.filter(|key| *key < 12);
        self.mode = self.mode.filter(|mode| *mode < 2);
        self.time_signature = self.time_signature.filter(|beats| (1..=16).contains(beats));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_left_out() {
        let wild = Features {
            energy: Some(1.5),
            valence: Some(f32::NAN),
            tempo_bpm: Some(0.0),
            key: Some(12),
            mode: Some(1),
            ..Features::default()
        };
        let kept = Features {
            mode: Some(1),
            ..Features::default()
        };
        assert_eq!(wild.checked(), kept);
        assert!(!kept.is_empty());
    }
}
