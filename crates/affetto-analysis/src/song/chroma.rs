//! Chroma: how strong each of the twelve pitch classes is, whatever the octave.
//!
//! Bins are shared out to pitch classes by Gaussian bumps (Ellis 2007, "Chroma feature analysis and
//! synthesis"), around 880 Hz most. Before that the tuning of the sound is estimated from the
//! peaks of its spectra, for not everybody tunes to 440 Hz.

use super::spectral::bin_hz;
use super::stats::{Moments, median, sum};
use super::{FFT_SIZE, N_BINS, SAMPLE_RATE_HZ};

/// Pitch classes.
pub(crate) const N_CHROMA: usize = 12;
/// The tuning fork in Hz.
const A4_HZ: f64 = 440.0;
/// Where spectral peaks may tell the tuning, in Hz.
const TUNING_HZ: std::ops::Range<f32> = 150.0..4000.0;
/// Peaks below this share of a frame's highest power do not tell the tuning.
const TUNING_SHARE: f32 = 0.1;
/// Steps of a semitone in which the tuning is counted.
const TUNING_STEPS: usize = 100;
/// Octave above 27.5 Hz (A0) that counts most, and its spread in octaves.
const CENTER_OCTAVE: f64 = 5.0;
const OCTAVE_SPREAD: f64 = 2.0;

/// Collects spectral peaks of a sound.
#[derive(Debug, Default)]
pub(crate) struct TuningPeaks {
    /// Frequency in Hz and height of each.
    peaks: Vec<(f32, f32)>,
}

impl TuningPeaks {
    pub(crate) fn reset(&mut self) {
        self.peaks.clear();
    }

    /// Finds the peaks of a frame, between the bins by a parabola (Smith and Serra 1987, "PARSHL",
    /// section 4), here on power.
    ///
    /// # Shapes
    /// - `power`: `[N_BINS]`
    pub(crate) fn add(&mut self, power: &[f32]) {
        let highest = power.iter().copied().fold(0.0, f32::max);
        let heard = |bin: usize| {
            let value = power[bin];
            if value > TUNING_SHARE * highest {
                value
            } else {
                0.0
            }
        };
        let step = SAMPLE_RATE_HZ as f32 / FFT_SIZE as f32;
        let first = (TUNING_HZ.start / step).ceil() as usize;
        let end = (TUNING_HZ.end / step).ceil() as usize;
        for bin in first..end {
            let here = heard(bin);
            if here > heard(bin - 1) && here >= heard(bin + 1) {
                let (slope, shift) = parabola(power[bin - 1], here, power[bin + 1]);
                let hz = (bin as f32 + shift) * step;
                self.peaks.push((hz, here + 0.5 * slope * shift));
            }
        }
    }

    /// Deviation from 440 Hz in semitones, in −0.5..0.5: the most frequent one among the stronger
    /// half of the peaks; 0 without peaks.
    pub(crate) fn tuning(&self) -> f32 {
        let mut heights: Vec<f32> = self.peaks.iter().map(|(_, height)| *height).collect();
        let threshold = median(&mut heights);
        let mut counts = [0_u32; TUNING_STEPS];
        for (hz, _) in self.peaks.iter().filter(|(_, height)| *height >= threshold) {
            let semitones = 12.0 * octaves(f64::from(*hz), 0.0);
            let off = (semitones + 0.5).rem_euclid(1.0);
            let step = (off * TUNING_STEPS as f64) as usize;
            counts[step.min(TUNING_STEPS - 1)] += 1;
        }
        // The first of equals.
        let best = (0..TUNING_STEPS).rev().max_by_key(|step| counts[*step]);
        match best {
            Some(step) if counts[step] > 0 => step as f32 / TUNING_STEPS as f32 - 0.5,
            _ => 0.0,
        }
    }
}

/// Slope at the middle of three values, and where the parabola through them peaks, in −1..=1; 0
/// where that would lie further away.
fn parabola(before: f32, here: f32, after: f32) -> (f32, f32) {
    let bend = after + before - 2.0 * here;
    let slope = (after - before) / 2.0;
    if slope.abs() >= bend.abs() {
        (slope, 0.0)
    } else {
        (slope, -slope / bend)
    }
}

/// Octaves above A0 at a tuning in semitones.
fn octaves(hz: f64, tuning: f64) -> f64 {
    let a0_hz = A4_HZ * (tuning / 12.0).exp2() / 16.0;
    (hz / a0_hz).log2()
}

/// How much of each bin counts for each pitch class.
#[derive(Debug)]
pub(crate) struct ChromaBank {
    /// `[N_CHROMA, N_BINS]`, flat; the first row is C.
    weights: Vec<f32>,
}

impl ChromaBank {
    /// Weights at a tuning in semitones.
    pub(crate) fn new(tuning: f32) -> Self {
        let semitones = |bin: usize| 12.0 * octaves(f64::from(bin_hz(bin)), f64::from(tuning));
        // The bin of 0 Hz has no pitch: one and a half octaves below the first.
        let place = |bin: usize| {
            if bin == 0 {
                semitones(1) - 18.0
            } else {
                semitones(bin)
            }
        };
        let mut weights = vec![0.0; N_CHROMA * N_BINS];
        for bin in 0..N_BINS {
            let column = column(place(bin), (place(bin + 1) - place(bin)).max(1.0));
            for (class, weight) in column.into_iter().enumerate() {
                // The scale begins at A, our rows at C.
                weights[(class + 9) % N_CHROMA * N_BINS + bin] = weight;
            }
        }
        Self { weights }
    }

    /// Pitch classes of a frame, the strongest one 1; zeros for silence.
    ///
    /// # Shapes
    /// - `power`: `[N_BINS]`
    pub(crate) fn chroma(&self, power: &[f32]) -> [f32; N_CHROMA] {
        let mut chroma = [0.0; N_CHROMA];
        for (value, row) in chroma.iter_mut().zip(self.weights.chunks_exact(N_BINS)) {
            *value = sum(N_BINS, |bin| row[bin] * power[bin]);
        }
        let strongest = chroma.iter().copied().fold(0.0, f32::max);
        if strongest >= f32::MIN_POSITIVE {
            chroma.iter_mut().for_each(|value| *value /= strongest);
        }
        chroma
    }
}

/// Weights of one bin from A on, by its place and width in semitones.
fn column(place: f64, width: f64) -> [f32; N_CHROMA] {
    let bump = |class: usize| {
        let off = (place - class as f64 + 6.0).rem_euclid(12.0) - 6.0;
        (-0.5 * (2.0 * off / width).powi(2)).exp()
    };
    let column: [f64; N_CHROMA] = std::array::from_fn(bump);
    let length = column.iter().map(|value| value * value).sum::<f64>().sqrt();
    let octave = (place / 12.0 - CENTER_OCTAVE) / OCTAVE_SPREAD;
    let loudness = (-0.5 * octave * octave).exp();
    column.map(|value| (value / length.max(f64::MIN_POSITIVE) * loudness) as f32)
}

/// Chroma of a whole sound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ChromaStats {
    /// Over all pitch classes and frames.
    pub(crate) all: Moments,
    /// Over the frames, C first.
    pub(crate) classes: [Moments; N_CHROMA],
}

impl ChromaStats {
    pub(crate) fn add(&mut self, chroma: &[f32; N_CHROMA]) {
        for (moments, value) in self.classes.iter_mut().zip(chroma) {
            self.all.add(*value);
            moments.add(*value);
        }
    }
}
