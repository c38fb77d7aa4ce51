//! The shape of spectra: how bright, wide, noisy and changing a sound is.
//!
//! Definitions as in librosa 0.11, so that numbers of other tables can be compared; each from
//! Peeters (2004), "A large set of audio features for sound description", where no other source is
//! named. All of them ignore the level of the sound.

use super::stats::{Moments, sum};
use super::{FFT_SIZE, N_BINS, SAMPLE_RATE_HZ};

/// Bands of spectral contrast.
pub(crate) const N_CONTRAST_BANDS: usize = 7;
/// Upper edge of the lowest band of spectral contrast in Hz; each further band is an octave.
const CONTRAST_HZ: f64 = 200.0;
/// Share of a band's bins that count as its peak and as its valley (Jiang et al. 2002, section 3).
const CONTRAST_SHARE: f64 = 0.02;
/// Most bins that count as a peak: 2 % of the largest band.
const MAX_PEAK_BINS: usize = 16;
/// Share of the magnitudes below the rolloff (Tzanetakis and Cook 2002, section III.A).
const ROLLOFF_SHARE: f64 = 0.85;
/// Powers below count as this for flatness and contrast.
const FLOOR: f32 = 1e-10;

/// Mean and variance over the frames of a sound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SpectralStats {
    /// Center of gravity in Hz.
    pub(crate) centroid_hz: Moments,
    /// Spread around the centroid in Hz.
    pub(crate) bandwidth_hz: Moments,
    /// Below it lie 85 % of the magnitudes, in Hz.
    pub(crate) rolloff_hz: Moments,
    /// Geometric over arithmetic mean of the power, in 0..=1: 1 is white noise.
    pub(crate) flatness: Moments,
    /// Euclidean distance of neighboring spectra that each sum to 1, in 0..=√2.
    pub(crate) flux: Moments,
    /// Peak over valley of each band in dB (Jiang et al. 2002, "Music type classification by
    /// spectral contrast feature").
    pub(crate) contrast_db: [Moments; N_CONTRAST_BANDS],
}

/// One band of spectral contrast.
#[derive(Debug, Clone, Copy)]
struct ContrastBand {
    first: usize,
    end: usize,
    n_peak: usize,
}

/// Measures one frame after another.
#[derive(Debug)]
pub(crate) struct SpectralShape {
    bands: [ContrastBand; N_CONTRAST_BANDS],
    shares: Vec<f32>,
    previous: Vec<f32>,
    n_frames: usize,
    stats: SpectralStats,
}

impl SpectralShape {
    pub(crate) fn new() -> Self {
        Self {
            bands: std::array::from_fn(contrast_band),
            shares: vec![0.0; N_BINS],
            previous: vec![0.0; N_BINS],
            n_frames: 0,
            stats: SpectralStats::default(),
        }
    }

    /// Begins another sound.
    pub(crate) fn reset(&mut self) {
        self.n_frames = 0;
        self.stats = SpectralStats::default();
    }

    pub(crate) fn stats(&self) -> SpectralStats {
        self.stats
    }

    /// Counts the next frame.
    ///
    /// # Shapes
    /// - `magnitudes`, `power`: `[N_BINS]`
    pub(crate) fn add(&mut self, magnitudes: &[f32], power: &[f32]) {
        let total = sum(N_BINS, |bin| magnitudes[bin]);
        let scale = if total < f32::MIN_POSITIVE {
            1.0
        } else {
            1.0 / total
        };
        for (share, magnitude) in self.shares.iter_mut().zip(magnitudes) {
            *share = magnitude * scale;
        }
        let shares = &self.shares;
        let centroid = sum(N_BINS, |bin| shares[bin] * bin_hz(bin));
        let spread = sum(N_BINS, |bin| {
            let off = bin_hz(bin) - centroid;
            shares[bin] * off * off
        });
        self.stats.centroid_hz.add(centroid);
        self.stats.bandwidth_hz.add(spread.sqrt());
        self.stats.rolloff_hz.add(rolloff_hz(magnitudes));
        self.stats.flatness.add(flatness(power));
        self.add_flux();
        for (band, moments) in self.bands.iter().zip(&mut self.stats.contrast_db) {
            moments.add(band.contrast_db(magnitudes));
        }
        self.n_frames += 1;
    }

    fn add_flux(&mut self) {
        let (shares, previous) = (&self.shares, &self.previous);
        let squares = sum(N_BINS, |bin| {
            let change = shares[bin] - previous[bin];
            change * change
        });
        if self.n_frames > 0 {
            self.stats.flux.add(squares.sqrt());
        }
        std::mem::swap(&mut self.shares, &mut self.previous);
    }
}

/// Frequency of a bin in Hz.
pub(crate) fn bin_hz(bin: usize) -> f32 {
    bin as f32 * (SAMPLE_RATE_HZ as f32 / FFT_SIZE as f32)
}

fn rolloff_hz(magnitudes: &[f32]) -> f32 {
    let total: f64 = magnitudes.iter().map(|value| f64::from(*value)).sum();
    let mut below = 0.0;
    let reaches = |value: &f32| {
        below += f64::from(*value);
        below >= ROLLOFF_SHARE * total
    };
    bin_hz(magnitudes.iter().position(reaches).unwrap_or(0))
}

/// The logarithm of a product is cheaper than the sum of logarithms: sixteen powers at a time stay
/// within 64 bits, whatever samples in −1..=1 give.
fn flatness(power: &[f32]) -> f32 {
    let floored = |value: &f32| f64::from(value.max(FLOOR));
    let chunks = power.chunks(16);
    let log_sum: f64 = chunks
        .map(|chunk| chunk.iter().map(floored).product::<f64>().ln())
        .sum();
    let n = power.len() as f64;
    let arithmetic = power.iter().map(floored).sum::<f64>() / n;
    ((log_sum / n).exp() / arithmetic) as f32
}

/// Bands overlap by one bin, as librosa has it.
fn contrast_band(band: usize) -> ContrastBand {
    let bin_hz = f64::from(SAMPLE_RATE_HZ) / FFT_SIZE as f64;
    let edge = |octave: usize| CONTRAST_HZ * f64::from(1_u32 << octave);
    let low = if band == 0 { 0.0 } else { edge(band - 1) };
    let first = (low / bin_hz).ceil() as usize;
    let first = first.saturating_sub(usize::from(band > 0));
    let is_last = band + 1 == N_CONTRAST_BANDS;
    let last = if is_last {
        N_BINS
    } else {
        (edge(band) / bin_hz).floor() as usize + 1
    };
    let share = (CONTRAST_SHARE * (last - first) as f64).round_ties_even() as usize;
    ContrastBand {
        first,
        end: if is_last { last } else { last - 1 },
        n_peak: share.clamp(1, MAX_PEAK_BINS),
    }
}

impl ContrastBand {
    fn contrast_db(&self, magnitudes: &[f32]) -> f32 {
        let values = &magnitudes[self.first..self.end];
        let peak = mean_of_largest(values.iter().copied(), self.n_peak);
        let valley = -mean_of_largest(values.iter().map(|value| -value), self.n_peak);
        let db = |value: f32| 10.0 * value.max(FLOOR).log10();
        // As everywhere in librosa, what lies 80 dB below the loudest frame of a band counts as
        // that; contrasts are far from it, so no second pass is made.
        db(peak) - db(valley)
    }
}

/// Mean of the `n` largest values.
fn mean_of_largest(values: impl Iterator<Item = f32>, n: usize) -> f32 {
    let mut largest = [f32::NEG_INFINITY; MAX_PEAK_BINS];
    let largest = &mut largest[..n];
    for mut value in values {
        if value <= largest[n - 1] {
            continue;
        }
        for place in largest.iter_mut() {
            if value > *place {
                std::mem::swap(place, &mut value);
            }
        }
    }
    largest.iter().sum::<f32>() / n as f32
}
