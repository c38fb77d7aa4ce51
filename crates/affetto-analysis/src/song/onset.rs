//! Onset strength: how much new energy enters the mel bands from frame to frame.
//!
//! Spectral flux of a log-mel spectrogram (Böck and Widmer 2013, "Maximum filter vibrato suppression
//! for onset detection", without its maximum filter), with librosa's alignment: two frames late, so
//! that an onset stands where it is heard.

use super::stats::median;
use super::timbre::{MelDb, N_MELS};
use super::{FFT_SIZE, FRAME_RATE_HZ, HOP_SIZE};

/// Frames by which a difference is late: one for the difference, two for half a window.
const DELAY: usize = 1 + FFT_SIZE / (2 * HOP_SIZE);

/// Onset strength of each frame in dB, from 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct OnsetStrength {
    /// Mean over the bands: finds single onsets.
    pub(crate) mean: Vec<f32>,
    /// Median over the bands: ignores what only few bands do, good for beats.
    pub(crate) median: Vec<f32>,
}

impl OnsetStrength {
    pub(crate) fn new(mel: &MelDb) -> Self {
        let n_frames = mel.values.len() / N_MELS;
        let (mut means, mut medians) = (vec![0.0; n_frames], vec![0.0; n_frames]);
        let mut rises = [0.0; N_MELS];
        let pairs = mel.frames().zip(mel.frames().skip(1));
        let places = means.iter_mut().zip(&mut medians).skip(DELAY);
        for ((before, after), (mean, middle)) in pairs.zip(places) {
            for ((rise, before), after) in rises.iter_mut().zip(before).zip(after) {
                *rise = (after - before).max(0.0);
            }
            *mean = rises.iter().sum::<f32>() / N_MELS as f32;
            *middle = median(&mut rises);
        }
        Self {
            mean: means,
            median: medians,
        }
    }
}

/// Onsets a second: peaks of the onset strength that are the highest within 30 ms before and stand
/// out from the mean of 100 ms before and after by 7 % of its range, at least 30 ms apart (Böck,
/// Krebs and Schedl 2012, section 2.3, with librosa's parameters).
pub(crate) fn onset_rate_hz(strength: &[f32]) -> f32 {
    let seconds = strength.len() as f64 / FRAME_RATE_HZ;
    if strength.is_empty() {
        return 0.0;
    }
    (onsets(strength).len() as f64 / seconds) as f32
}

/// Indices of the frames with an onset.
pub(crate) fn onsets(strength: &[f32]) -> Vec<usize> {
    const BEFORE: usize = 1;
    const MEAN_BEFORE: usize = 4;
    const MEAN_AFTER: usize = 5;
    const WAIT: usize = 1;
    const DELTA: f32 = 0.07;
    let highest = strength.iter().copied().fold(f32::MIN, f32::max);
    let lowest = strength.iter().copied().fold(f32::MAX, f32::min);
    let range = highest - lowest;
    let mut found = Vec::new();
    if range.is_nan() || range <= 0.0 {
        return found;
    }
    let mut frame = 0;
    while frame < strength.len() {
        let value = strength[frame];
        let is_peak = strength[frame.saturating_sub(BEFORE)..=frame]
            .iter()
            .all(|before| *before <= value);
        let around = frame.saturating_sub(MEAN_BEFORE)..strength.len().min(frame + MEAN_AFTER);
        let n = around.len() as f32;
        let mean = strength[around].iter().sum::<f32>() / n;
        if is_peak && (value - mean) / range >= DELTA {
            found.push(frame);
            frame += WAIT;
        }
        frame += 1;
    }
    found
}
