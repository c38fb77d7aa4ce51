//! Dynamics: level of short windows, zero crossings, crest.

use super::stats::Moments;
use super::{FFT_SIZE, HOP_SIZE};

/// Samples nearer to zero than this have no sign.
const ZERO: f32 = 1e-10;
/// Frames below this level do not count for the dynamic range, in dB of full scale.
const SILENCE_DB: f32 = -60.0;

/// Levels of a sound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dynamics {
    /// Root mean square of each window of 2,048 samples.
    pub(crate) rms: Moments,
    /// Sign changes of each window as a share of its samples (Kedem 1986).
    pub(crate) zero_crossing_rate: Moments,
    /// Highest sample over the root mean square of the whole, in dB; 3 for a sine.
    pub(crate) crest_db: f32,
    /// 95th less 10th percentile of the windows' levels, in dB.
    pub(crate) range_db: f32,
}

impl Dynamics {
    /// Measures windows around every 512th sample. Beyond both ends there is silence for the
    /// level, and the sound's first and last sample for zero crossings, as librosa has it.
    pub(crate) fn of(samples: &[f32]) -> Self {
        let steps = Steps::of(samples);
        let n_frames = if samples.is_empty() {
            0
        } else {
            1 + samples.len() / HOP_SIZE
        };
        let mut dynamics = Self::default();
        let mut levels_db = Vec::with_capacity(n_frames);
        for frame_idx in 0..n_frames {
            let power = steps.window_power(frame_idx);
            dynamics.rms.add(power.sqrt() as f32);
            let crossings = steps.window_crossings(frame_idx);
            dynamics
                .zero_crossing_rate
                .add((crossings / FFT_SIZE as f64) as f32);
            levels_db.push(10.0 * power.max(1e-20).log10() as f32);
        }
        dynamics.crest_db = crest_db(samples);
        dynamics.range_db = range_db(levels_db);
        dynamics
    }
}

/// Energy and sign changes of every stretch of 512 samples: a window is four of them.
struct Steps {
    energy: Vec<f64>,
    crossings: Vec<u32>,
    /// Whether the sign changes at the first sample of each stretch.
    at_start: Vec<u32>,
}

impl Steps {
    fn of(samples: &[f32]) -> Self {
        let negative = |sample: f32| sample < -ZERO;
        let mut before = samples.first().copied().is_some_and(negative);
        let mut steps = Self {
            energy: Vec::new(),
            crossings: Vec::new(),
            at_start: Vec::new(),
        };
        for step in samples.chunks(HOP_SIZE) {
            let squares = |sample: &f32| f64::from(*sample) * f64::from(*sample);
            steps.energy.push(step.iter().map(squares).sum());
            steps.at_start.push(u32::from(negative(step[0]) != before));
            let mut changes = 0;
            for sample in step {
                changes += u32::from(negative(*sample) != before);
                before = negative(*sample);
            }
            steps.crossings.push(changes);
        }
        steps
    }

    /// The stretches of a window whose middle is at the start of stretch `frame_idx`.
    fn window(&self, frame_idx: usize) -> std::ops::Range<usize> {
        const HALF: usize = FFT_SIZE / HOP_SIZE / 2;
        let n = self.energy.len();
        frame_idx.saturating_sub(HALF).min(n)..(frame_idx + HALF).min(n)
    }

    fn window_power(&self, frame_idx: usize) -> f64 {
        let energy: f64 = self.energy[self.window(frame_idx)].iter().sum();
        energy / FFT_SIZE as f64
    }

    /// A change at the very first sample of a window is not one inside it.
    fn window_crossings(&self, frame_idx: usize) -> f64 {
        const HALF: usize = FFT_SIZE / HOP_SIZE / 2;
        let window = self.window(frame_idx);
        let all: u32 = self.crossings[window.clone()].iter().sum();
        let first = if frame_idx >= HALF {
            self.at_start.get(window.start).copied().unwrap_or(0)
        } else {
            0
        };
        f64::from(all.saturating_sub(first))
    }
}

fn crest_db(samples: &[f32]) -> f32 {
    let peak = samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
    let mut moments = Moments::default();
    moments.add_all(samples);
    let rms = moments.power().sqrt();
    if rms > f32::MIN_POSITIVE {
        20.0 * (peak / rms).log10()
    } else {
        0.0
    }
}

fn range_db(mut levels_db: Vec<f32>) -> f32 {
    levels_db.retain(|level| *level > SILENCE_DB);
    levels_db.sort_by(f32::total_cmp);
    let Some(last) = levels_db.len().checked_sub(1) else {
        return 0.0;
    };
    let at = |share: f64| levels_db[(share * last as f64).round() as usize];
    at(0.95) - at(0.1)
}
