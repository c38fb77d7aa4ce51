//! A song as numbers: [`Descriptors`], tempo, beats, key.
//!
//! Modules are named by musical dimension. All of them look at the same frames: 2,048 samples every
//! 512, at 22,050 Hz, mono, silence beyond both ends.
//!
//! Memory: the samples, mel bands (512 bytes a frame) and a few megabytes of spectra; 20 MB for a
//! song of 210 s, 80 MB at most, for what lies after [`MAX_SECONDS`] is not looked at.

mod beats;
mod chroma;
mod descriptors;
mod dynamics;
mod harmonic;
mod listen;
mod median;
mod onset;
mod spectral;
mod stats;
mod tempo;
mod timbre;
mod tonality;

#[cfg(test)]
mod tests;

pub use descriptors::{
    DESCRIPTOR_NAMES, DESCRIPTORS_VERSION, Descriptors, N_DESCRIPTORS, N_GTZAN, SILENCE_LUFS,
};
pub use listen::{Depth, Heard, Listener, QUICK_WINDOW_SECONDS};
pub use tempo::Tempo;
pub use tonality::SongKey;

use std::borrow::Cow;

use chroma::{ChromaBank, ChromaStats, TuningPeaks};
use dynamics::Dynamics;
use harmonic::{Parts, REACH, Separator, SpectrumRows};
use onset::OnsetStrength;
use spectral::{SpectralShape, SpectralStats};
use stats::Moments;
use tempo::TempoFinder;
use timbre::{MelDb, N_MFCC, Timbre};

use crate::{Error, Framing, Stft, StftOptions};

/// Rate at which songs are analyzed, in Hz.
pub const SAMPLE_RATE_HZ: u32 = 22_050;
/// Longest stretch of a song that is looked at, in seconds; what follows does not count.
pub const MAX_SECONDS: f64 = 600.0;

/// Samples in a window and in its transform.
pub(crate) const FFT_SIZE: usize = 2048;
/// Samples from one frame to the next.
pub(crate) const HOP_SIZE: usize = 512;
/// Frequencies in a spectrum.
pub(crate) const N_BINS: usize = FFT_SIZE / 2 + 1;
/// Frames a second.
pub(crate) const FRAME_RATE_HZ: f64 = SAMPLE_RATE_HZ as f64 / HOP_SIZE as f64;
/// Frames that are separated at once.
const BLOCK_FRAMES: usize = 256;

/// What was heard in a song.
#[derive(Debug, Clone, PartialEq)]
pub struct SongFeatures {
    /// All numbers; loudness is that of silence until [`Descriptors::with_loudness`].
    pub descriptors: Descriptors,
    /// Tempo with its confidence.
    pub tempo: Tempo,
    /// When beats fall, in seconds, ascending.
    pub beats_seconds: Vec<f32>,
    /// Key and mode with their confidence.
    pub key: SongKey,
}

/// Everything that descriptors are made of.
#[derive(Debug, Clone)]
pub(crate) struct FeatureParts {
    pub(crate) chroma: ChromaStats,
    pub(crate) dynamics: Dynamics,
    pub(crate) spectral: SpectralStats,
    pub(crate) separated: Parts,
    pub(crate) mfcc: [Moments; N_MFCC],
    pub(crate) onset_strength: Moments,
    pub(crate) onset_rate_hz: f32,
    pub(crate) beat_rate_hz: f32,
    pub(crate) tuning: f32,
}

/// Analyzes one song after another; plans and buffers are kept.
pub struct SongAnalyzer {
    stft: Stft,
    rows: SpectrumRows,
    power: Vec<f32>,
    separator: Separator,
    shape: SpectralShape,
    timbre: Timbre,
    mel: MelDb,
    peaks: TuningPeaks,
    tempo: TempoFinder,
}

impl std::fmt::Debug for SongAnalyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SongAnalyzer").finish_non_exhaustive()
    }
}

impl SongAnalyzer {
    /// Plans all transforms.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; not expected.
    pub fn new() -> Result<Self, Error> {
        let stft = Stft::new(StftOptions {
            window_size: FFT_SIZE,
            fft_size: FFT_SIZE,
            hop_size: HOP_SIZE,
            framing: Framing::Padded,
        })?;
        Ok(Self {
            stft,
            rows: SpectrumRows::default(),
            power: vec![0.0; N_BINS],
            separator: Separator::new(),
            shape: SpectralShape::new(),
            timbre: Timbre::new(),
            mel: MelDb::default(),
            peaks: TuningPeaks::default(),
            tempo: TempoFinder::new(),
        })
    }

    /// Analyzes mono samples at 22,050 Hz. Any sound has features: silence and nothing give zeros
    /// and floors, what is not a number counts as 0.
    ///
    /// # Shapes
    /// - `samples`: `[n_samples]`; those after [`MAX_SECONDS`] are ignored
    ///
    /// # Errors
    /// [`Error::Transform`]; not expected.
    pub fn analyze(&mut self, samples: &[f32]) -> Result<SongFeatures, Error> {
        let n_most = (MAX_SECONDS * f64::from(SAMPLE_RATE_HZ)) as usize;
        let samples = cleaned(&samples[..samples.len().min(n_most)]);
        self.read_spectra(&samples)?;
        let tuning = self.peaks.tuning();
        let chroma = self.chroma(&samples, tuning)?;
        self.mel.limit_range();
        let onsets = OnsetStrength::new(&self.mel);
        let tempo = self.tempo.find(&onsets.median)?;
        let beats_seconds = beats_seconds(&onsets.median, tempo);
        let key = SongKey::find(&chroma.classes.map(|class| class.mean()));
        let seconds = samples.len() as f32 / SAMPLE_RATE_HZ as f32;
        let parts = FeatureParts {
            chroma,
            dynamics: Dynamics::of(&samples),
            spectral: self.shape.stats(),
            separated: self.separator.parts(),
            mfcc: self.timbre.mfcc(&self.mel),
            onset_strength: Moments::of(&onsets.mean),
            onset_rate_hz: onset::onset_rate_hz(&onsets.mean),
            beat_rate_hz: beats_seconds.len() as f32 / seconds.max(1.0),
            tuning,
        };
        Ok(SongFeatures {
            descriptors: Descriptors::new(&parts, tempo, &key),
            tempo,
            beats_seconds,
            key,
        })
    }

    /// One pass over all frames: the shape of each spectrum, its mel bands and peaks, and the
    /// separation, which sees a block of frames at once.
    fn read_spectra(&mut self, samples: &[f32]) -> Result<(), Error> {
        self.rows.clear();
        self.mel.values.clear();
        self.peaks.reset();
        self.shape.reset();
        self.separator.reset();
        let n_frames = self.stft.n_frames(samples.len());
        for start in (0..n_frames).step_by(BLOCK_FRAMES) {
            let end = n_frames.min(start + BLOCK_FRAMES);
            self.rows.drop_before(start.saturating_sub(REACH));
            for frame_idx in self.rows.end_frame()..n_frames.min(end + REACH) {
                self.read_frame(samples, frame_idx)?;
            }
            self.separator
                .process(&self.rows, samples, (start, end), n_frames)?;
        }
        Ok(())
    }

    fn read_frame(&mut self, samples: &[f32], frame_idx: usize) -> Result<(), Error> {
        let magnitudes = self.rows.push(self.stft.spectrum(samples, frame_idx)?);
        for (power, magnitude) in self.power.iter_mut().zip(magnitudes) {
            *power = magnitude * magnitude;
        }
        self.shape.add(magnitudes, &self.power);
        self.timbre.add(&self.power, &mut self.mel);
        self.peaks.add(&self.power);
        Ok(())
    }

    /// A second pass, once the tuning is known: transforming again costs less than keeping all
    /// spectra.
    fn chroma(&mut self, samples: &[f32], tuning: f32) -> Result<ChromaStats, Error> {
        let bank = ChromaBank::new(tuning);
        let mut stats = ChromaStats::default();
        for frame_idx in 0..self.stft.n_frames(samples.len()) {
            stats.add(&bank.chroma(self.stft.power(samples, frame_idx)?));
        }
        Ok(stats)
    }
}

/// The samples with zeros for what is not a number.
fn cleaned(samples: &[f32]) -> Cow<'_, [f32]> {
    // Louder than any sound; keeps squares within 32 bits.
    const LOUDEST: f32 = 1e3;
    let good = |sample: &f32| sample.abs() <= LOUDEST;
    if samples.iter().all(good) {
        return Cow::Borrowed(samples);
    }
    let clean = |sample: &f32| {
        if sample.is_finite() {
            sample.clamp(-LOUDEST, LOUDEST)
        } else {
            0.0
        }
    };
    Cow::Owned(samples.iter().map(clean).collect())
}

fn beats_seconds(strength: &[f32], tempo: Tempo) -> Vec<f32> {
    let Some(period) = tempo.period() else {
        return Vec::new();
    };
    let seconds = |frame: usize| (frame as f64 / FRAME_RATE_HZ) as f32;
    let beats = beats::beats(strength, period);
    beats.into_iter().map(seconds).collect()
}
