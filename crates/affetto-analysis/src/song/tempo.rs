//! Tempo: how many beats a minute.
//!
//! Autocorrelation of the onset strength in windows of 8 s, averaged over the song (Grosche, Müller
//! and Kurth 2010, "Cyclic tempogram"), weighted by a log-normal prior around 120 BPM (Ellis 2007,
//! "Beat tracking by dynamic programming", section 3.2), with librosa's parameters.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::FRAME_RATE_HZ;
use crate::Error;
use crate::stft::hann;

/// Frames in a window of 8 s.
const WINDOW: usize = 344;
/// Transform that holds a window and its whole autocorrelation: 2⁴ · 3² · 5.
const TRANSFORM: usize = 720;
/// Middle of the prior in BPM, and its spread in octaves.
const PRIOR_BPM: f64 = 120.0;
const PRIOR_OCTAVES: f64 = 1.0;
/// No tempo is faster.
const MAX_BPM: f64 = 320.0;
/// Slowest tempo that counts for confidence.
const MIN_BPM: f64 = 30.0;
/// Weight of the autocorrelation before its logarithm, against 1.
const SHARPNESS: f64 = 1e6;

/// The tempo of a song.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tempo {
    /// Beats a minute in 0.0..=320; 0 where there is no onset. Found between the frames by a
    /// parabola.
    pub bpm: f32,
    /// The same at a whole number of frames a beat, as `librosa.beat.beat_track` says it.
    pub frame_bpm: f32,
    /// How far repetition at this tempo stands out from other tempos, in 0..=1; noise has about 0,
    /// a metronome about 1.
    pub confidence: f32,
}

impl Tempo {
    /// Frames a beat, a whole number; `None` where there is no tempo.
    pub(crate) fn period(&self) -> Option<usize> {
        let period = FRAME_RATE_HZ * 60.0 / f64::from(self.frame_bpm);
        (self.frame_bpm > 0.0).then_some(period.round() as usize)
    }
}

/// Plans of the transforms.
pub(crate) struct TempoFinder {
    forward: Arc<dyn RealToComplex<f32>>,
    scratch: Vec<Complex32>,
    input: Vec<f32>,
    spectrum: Vec<Complex32>,
    window: Vec<f32>,
}

impl TempoFinder {
    pub(crate) fn new() -> Self {
        let forward = RealFftPlanner::new().plan_fft_forward(TRANSFORM);
        Self {
            scratch: forward.make_scratch_vec(),
            input: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            forward,
            window: hann(WINDOW),
        }
    }

    /// The tempo of an onset strength, one value a frame.
    pub(crate) fn find(&mut self, strength: &[f32]) -> Result<Tempo, Error> {
        if strength.iter().all(|value| *value <= 0.0) {
            return Ok(Tempo::default());
        }
        let repetition = self.mean_autocorrelation(strength)?;
        let fastest = (1..WINDOW).find(|lag| bpm(*lag as f64) < MAX_BPM);
        let score = |lag: usize| {
            let octaves = (bpm(lag as f64) / PRIOR_BPM).log2() / PRIOR_OCTAVES;
            (SHARPNESS * f64::from(repetition[lag])).ln_1p() - 0.5 * octaves * octaves
        };
        let first = fastest.unwrap_or(1);
        let best = (first..WINDOW).fold(
            first,
            |best, lag| {
                if score(lag) > score(best) { lag } else { best }
            },
        );
        Ok(Tempo {
            bpm: bpm(between_frames(&repetition, best)) as f32,
            frame_bpm: bpm(best as f64) as f32,
            confidence: confidence(&repetition, first, best),
        })
    }

    /// Autocorrelation of each window, 1 at no lag, averaged over all windows. The mean may be
    /// taken before the inverse transform.
    ///
    /// # Shapes
    /// - returns: `[WINDOW]`, by lag
    fn mean_autocorrelation(&mut self, strength: &[f32]) -> Result<Vec<f32>, Error> {
        let mut mean = vec![0.0_f64; self.spectrum.len()];
        let padded = padded(strength);
        for frame in padded.windows(WINDOW).take(strength.len()) {
            self.input[WINDOW..].fill(0.0);
            let mut energy = 0.0_f64;
            for ((input, value), weight) in self.input.iter_mut().zip(frame).zip(&self.window) {
                *input = value * weight;
                energy += f64::from(*input) * f64::from(*input);
            }
            if energy <= f64::from(f32::MIN_POSITIVE) {
                continue;
            }
            self.forward.process_with_scratch(
                &mut self.input,
                &mut self.spectrum,
                &mut self.scratch,
            )?;
            for (mean, value) in mean.iter_mut().zip(&self.spectrum) {
                *mean += f64::from(value.norm_sqr()) / energy;
            }
        }
        let scale = 1.0 / (strength.len().max(1) as f64 * TRANSFORM as f64);
        let mut spectrum: Vec<Complex32> = mean
            .iter()
            .map(|value| Complex32::new((value * scale) as f32, 0.0))
            .collect();
        let mut lags = vec![0.0; TRANSFORM];
        RealFftPlanner::new()
            .plan_fft_inverse(TRANSFORM)
            .process(&mut spectrum, &mut lags)?;
        lags.truncate(WINDOW);
        lags.iter_mut().for_each(|value| *value = value.max(0.0));
        Ok(lags)
    }
}

fn bpm(lag: f64) -> f64 {
    60.0 * FRAME_RATE_HZ / lag
}

/// Half a window before and after, where the strength rises from and falls to nothing.
fn padded(strength: &[f32]) -> Vec<f32> {
    const HALF: usize = WINDOW / 2;
    let (first, last) = match strength {
        [] => return Vec::new(),
        [first, ..] => (*first, strength[strength.len() - 1]),
    };
    let share = |i: usize| i as f32 / HALF as f32;
    let before = (0..HALF).map(|i| first * share(i));
    let after = (0..HALF).map(|i| last * share(HALF - 1 - i));
    before
        .chain(strength.iter().copied())
        .chain(after)
        .collect()
}

/// The lag of a peak between whole frames, by a parabola.
fn between_frames(repetition: &[f32], lag: usize) -> f64 {
    let at = |lag: usize| f64::from(repetition.get(lag).copied().unwrap_or(0.0));
    let (before, here, after) = (at(lag - 1), at(lag), at(lag + 1));
    let bend = before + after - 2.0 * here;
    let is_peak = lag > 1 && here >= before && here >= after && bend < 0.0;
    let shift = if is_peak {
        0.5 * (before - after) / bend
    } else {
        0.0
    };
    lag as f64 + shift
}

/// Height of the peak above the median of all tempos, as a share of what is possible.
fn confidence(repetition: &[f32], first: usize, best: usize) -> f32 {
    let slowest = (60.0 * FRAME_RATE_HZ / MIN_BPM) as usize;
    let mut tempos = repetition[first..slowest.min(WINDOW)].to_vec();
    let usual = super::stats::median(&mut tempos);
    ((repetition[best] - usual) / (1.0 - usual).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0)
}
