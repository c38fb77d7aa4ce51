//! From a file to everything that is heard in it: decoding, features, loudness, fingerprint.

use std::io::{Read, Seek};

use affetto_audio::decode::{DecodeOptions, Found, MonoReader, Note};
use affetto_audio::loudness::SongLoudness;

use super::{MAX_SECONDS, SAMPLE_RATE_HZ, SongAnalyzer, SongFeatures};
use crate::Error;
use crate::fingerprint::Fingerprint;

/// Length of each of the two windows of [`Depth::Quick`], in seconds.
pub const QUICK_WINDOW_SECONDS: f64 = 30.0;
/// Shorter songs are heard from their start, in seconds.
const MIN_SEARCHED_SECONDS: f64 = 75.0;
/// The seam between two windows is faded over this many samples on both sides: 10 ms.
const FADE: usize = 220;
/// Longest file in seconds: a day.
const LONGEST_SECONDS: f64 = 86_400.0;

/// How much of a song is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All of it: features of the first [`MAX_SECONDS`], loudness and length of everything, and the
    /// fingerprint.
    Full,
    /// Two windows of 30 s around the ends of its first two thirds (the first minute, where the
    /// file does not let itself be searched): features and loudness of these, no fingerprint, and
    /// no beats, for they would not be the song's.
    Quick,
}

/// What was heard in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Descriptors (with loudness), tempo, beats, key.
    pub features: SongFeatures,
    /// Loudness of all channels, and ReplayGain.
    pub loudness: SongLoudness,
    /// Empty with [`Depth::Quick`].
    pub fingerprint: Fingerprint,
    /// Length in seconds; what the file promises with [`Depth::Quick`].
    pub seconds: f64,
    /// What was not as it should be with the file; nothing with [`Depth::Quick`].
    pub notes: Vec<Note>,
}

/// Hears one file after another; plans and buffers are kept. Memory: up to 53 MB of samples beside
/// what [`SongAnalyzer`] takes, whatever the length of the file.
#[derive(Debug)]
pub struct Listener {
    analyzer: SongAnalyzer,
    samples: Vec<f32>,
}

impl Listener {
    /// Plans the analysis.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; not expected.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            analyzer: SongAnalyzer::new()?,
            samples: Vec::new(),
        })
    }

    /// Hears a file of any kind that [`affetto_audio::decode`] reads.
    ///
    /// # Errors
    /// [`Error::Audio`] when it is no sound, cannot be decoded or lasts longer than a day.
    pub fn listen(
        &mut self,
        source: impl Read + Seek + Send + Sync,
        depth: Depth,
    ) -> Result<Heard, Error> {
        let options = DecodeOptions {
            sample_rate_hz: SAMPLE_RATE_HZ,
            max_seconds: LONGEST_SECONDS,
        };
        let mut reader = MonoReader::open(source, &options)?;
        reader.measure_loudness()?;
        self.samples.clear();
        match depth {
            Depth::Full => self.hear_all(&mut reader),
            Depth::Quick => self.hear_windows(&mut reader),
        }
    }

    fn hear_all(&mut self, reader: &mut MonoReader<'_>) -> Result<Heard, Error> {
        let n_most = n_samples(MAX_SECONDS);
        while let Some(block) = reader.next_block()? {
            let n_kept = block.len().min(n_most - self.samples.len());
            self.samples.extend_from_slice(&block[..n_kept]);
        }
        let fingerprint = Fingerprint::of(&self.samples, SAMPLE_RATE_HZ)?;
        let (features, loudness) = self.features(reader)?;
        Ok(Heard {
            features,
            loudness,
            fingerprint,
            seconds: reader.seconds(),
            notes: reader.notes(),
        })
    }

    fn hear_windows(&mut self, reader: &mut MonoReader<'_>) -> Result<Heard, Error> {
        let promised = reader.promised_seconds();
        let n_window = n_samples(QUICK_WINDOW_SECONDS);
        let searched = promised.filter(|seconds| *seconds >= MIN_SEARCHED_SECONDS);
        for window in 0..2_usize {
            let middle = searched.map(|seconds| seconds * (window + 1) as f64 / 3.0);
            let start = middle.map(|middle| middle - QUICK_WINDOW_SECONDS / 2.0);
            let found = start.map(|start| reader.seek(start));
            if found == Some(Found::Yes) && window > 0 {
                fade_out(&mut self.samples);
            }
            let from = self.samples.len();
            while self.samples.len() < from + n_window
                && let Some(block) = reader.next_block()?
            {
                self.samples.extend_from_slice(block);
            }
            self.samples.truncate(from + n_window);
            if found == Some(Found::Yes) && window > 0 {
                fade_in(&mut self.samples[from..]);
            }
        }
        let (mut features, loudness) = self.features(reader)?;
        features.beats_seconds.clear();
        Ok(Heard {
            features,
            loudness,
            fingerprint: Fingerprint::default(),
            seconds: promised.unwrap_or_else(|| reader.seconds()),
            notes: Vec::new(),
        })
    }

    fn features(&mut self, reader: &MonoReader<'_>) -> Result<(SongFeatures, SongLoudness), Error> {
        let mut features = self.analyzer.analyze(&self.samples)?;
        let silence = SongLoudness {
            integrated_lufs: None,
            range_lu: 0.0,
            true_peak_dbtp: f64::NEG_INFINITY,
        };
        let loudness = reader.loudness().unwrap_or(silence);
        features.descriptors = features.descriptors.with_loudness(
            loudness.integrated_lufs,
            loudness.range_lu,
            loudness.true_peak_dbtp,
        );
        Ok((features, loudness))
    }
}

fn n_samples(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE_HZ)) as usize
}

fn fade_in(samples: &mut [f32]) {
    for (i, sample) in samples.iter_mut().take(FADE).enumerate() {
        *sample *= i as f32 / FADE as f32;
    }
}

fn fade_out(samples: &mut [f32]) {
    for (i, sample) in samples.iter_mut().rev().take(FADE).enumerate() {
        *sample *= i as f32 / FADE as f32;
    }
}
