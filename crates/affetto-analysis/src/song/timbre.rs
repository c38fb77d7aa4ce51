//! Timbre: mel-frequency cepstral coefficients (Davis and Mermelstein 1980).
//!
//! 128 mel bands after Slaney, power in dB no lower than 80 dB below the loudest band of the whole
//! sound, cosine transform, the first 20 coefficients. The first one follows the level, the others
//! do not.

use std::f64::consts::PI;

use super::stats::Moments;
use super::{FFT_SIZE, N_BINS, SAMPLE_RATE_HZ};
use crate::mel::{Band, MelOptions, bands};

/// Mel bands.
pub(crate) const N_MELS: usize = 128;
/// Coefficients that are kept.
pub(crate) const N_MFCC: usize = 20;
/// Powers below count as this.
const FLOOR: f32 = 1e-10;
/// What lies further below the loudest band counts as this, in dB.
const RANGE_DB: f32 = 80.0;

/// Mel bands and the cosine transform.
#[derive(Debug)]
pub(crate) struct Timbre {
    bands: Vec<Band>,
    /// `[N_MFCC, N_MELS]`, flat.
    cosines: Vec<f32>,
}

/// Mel power of a whole sound in dB.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct MelDb {
    /// `[n_frames, N_MELS]`, flat.
    pub(crate) values: Vec<f32>,
}

impl MelDb {
    /// Raises everything to 80 dB below the loudest value.
    pub(crate) fn limit_range(&mut self) {
        let loudest = self.values.iter().copied().fold(f32::MIN, f32::max);
        let floor = loudest - RANGE_DB;
        self.values
            .iter_mut()
            .for_each(|value| *value = value.max(floor));
    }

    pub(crate) fn frames(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(N_MELS)
    }
}

impl Timbre {
    pub(crate) fn new() -> Self {
        let options = MelOptions {
            sample_rate_hz: SAMPLE_RATE_HZ,
            window_size: FFT_SIZE,
            fft_size: FFT_SIZE,
            n_mels: N_MELS,
            f_min_hz: 0.0,
            f_max_hz: SAMPLE_RATE_HZ as f32 / 2.0,
            ..MelOptions::default()
        };
        Self {
            bands: bands(&options, N_BINS),
            cosines: cosines(),
        }
    }

    /// Appends the bands of a frame.
    ///
    /// # Shapes
    /// - `power`: `[N_BINS]`
    pub(crate) fn add(&self, power: &[f32], out: &mut MelDb) {
        let db = |band: &Band| 10.0 * band.sum(power).max(FLOOR).log10();
        out.values.extend(self.bands.iter().map(db));
    }

    /// Mean and variance of each coefficient.
    pub(crate) fn mfcc(&self, mel: &MelDb) -> [Moments; N_MFCC] {
        let mut moments = [Moments::default(); N_MFCC];
        for frame in mel.frames() {
            for (moments, row) in moments.iter_mut().zip(self.cosines.chunks_exact(N_MELS)) {
                moments.add(super::stats::sum(N_MELS, |i| row[i] * frame[i]));
            }
        }
        moments
    }
}

/// The orthonormal cosine transform of type II (Ahmed, Natarajan and Rao 1974).
fn cosines() -> Vec<f32> {
    let n = N_MELS as f64;
    let value = |k: usize, i: usize| {
        let scale = if k == 0 { 1.0 / n } else { 2.0 / n }.sqrt();
        (scale * (PI * k as f64 * (i as f64 + 0.5) / n).cos()) as f32
    };
    (0..N_MFCC * N_MELS)
        .map(|at| value(at / N_MELS, at % N_MELS))
        .collect()
}
