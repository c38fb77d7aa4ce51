//! Pitch of speech: fundamental frequency and how voiced each frame is.
//!
//! Normalized cross-correlation (Talkin 1995, "A robust algorithm for pitch tracking") on the
//! signal at 4 kHz, without the path search: the model gets the voicing and learns what to trust.

/// Sample rate that the correlation runs at, in Hz.
const RATE_HZ: usize = 4_000;
/// Samples at 16 kHz for one at 4 kHz.
const DECIMATION: usize = 4;
/// Half length of the low-pass filter, in samples at 16 kHz.
const FILTER_HALF: usize = 32;
/// Cutoff of the low-pass filter in Hz.
const CUTOFF_HZ: f32 = 900.0;
/// Samples compared, 40 ms at 4 kHz.
const WINDOW: usize = 160;
/// Samples at 4 kHz from frame to frame, 10 ms.
const HOP: usize = 40;
/// Shortest lag, 500 Hz.
const MIN_LAG: usize = 8;
/// Longest lag, about 60 Hz.
const MAX_LAG: usize = 66;
/// How much a lag of one sample more counts against a candidate: octave errors go down.
const LAG_COST: f32 = 0.0005;
/// The first candidate that reaches this share of the best one wins.
const NEAR_BEST: f32 = 0.93;

/// Pitch of one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pitch {
    /// Natural logarithm of the fundamental frequency in Hz, in ln 60..=ln 540.
    pub(crate) log_f0: f32,
    /// Correlation at that lag, in 0..=1: near 1 for voiced speech.
    pub(crate) voicing: f32,
}

/// The pitch of `n_frames` frames, 10 ms apart, of samples at 16 kHz.
///
/// Frame `i` starts at sample `160 i − 320` and looks 40 ms (and the longest lag) ahead; outside
/// there is silence.
pub(crate) fn pitch_track(samples: &[f32], n_frames: usize) -> Vec<Pitch> {
    let low = decimated(samples);
    let mut padded = vec![0.0; WINDOW / 2];
    padded.extend_from_slice(&low);
    padded.resize(padded.len().max(n_frames * HOP) + WINDOW + MAX_LAG + 1, 0.0);
    (0..n_frames)
        .map(|i| pitch(&padded[i * HOP..][..WINDOW + MAX_LAG + 1]))
        .collect()
}

/// Low-pass (windowed sinc, Hamming) and every fourth sample.
fn decimated(samples: &[f32]) -> Vec<f32> {
    let taps: Vec<f32> = (0..=2 * FILTER_HALF)
        .map(|i| {
            let t = i as f32 - FILTER_HALF as f32;
            let x = 2.0 * CUTOFF_HZ / 16_000.0;
            let phase = std::f32::consts::PI * t * x;
            let sinc = if t == 0.0 { 1.0 } else { phase.sin() / phase };
            let angle = std::f32::consts::PI * i as f32 / FILTER_HALF as f32;
            x * sinc * (0.54 - 0.46 * angle.cos())
        })
        .collect();
    (0..samples.len().div_ceil(DECIMATION))
        .map(|i| {
            let center = i * DECIMATION;
            let start = center.saturating_sub(FILTER_HALF);
            let end = (center + FILTER_HALF + 1).min(samples.len());
            let skipped = start + FILTER_HALF - center;
            let part = samples[start..end].iter().zip(&taps[skipped..]);
            part.map(|(sample, tap)| sample * tap).sum()
        })
        .collect()
}

/// The pitch of one frame of `WINDOW + MAX_LAG + 1` samples.
fn pitch(frame: &[f32]) -> Pitch {
    let still = &frame[..WINDOW];
    let energy: f32 = still.iter().map(|x| x * x).sum();
    let mut moved_energy: f32 = frame[MIN_LAG..MIN_LAG + WINDOW].iter().map(|x| x * x).sum();
    let correlations: Vec<f32> = (MIN_LAG..=MAX_LAG)
        .map(|lag| {
            let moved = &frame[lag..lag + WINDOW];
            let product: f32 = still.iter().zip(moved).map(|(a, b)| a * b).sum();
            let norm = (energy * moved_energy.max(0.0) + 1e-12).sqrt();
            moved_energy += frame[lag + WINDOW].powi(2) - frame[lag].powi(2);
            product / norm
        })
        .collect();
    let cost = |i: usize| correlations[i] - LAG_COST * (MIN_LAG + i) as f32;
    let n = correlations.len();
    let best = (0..n).map(cost).fold(f32::NEG_INFINITY, f32::max);
    let mut place = (0..n).find(|&i| cost(i) >= NEAR_BEST * best).unwrap_or(0);
    while place + 1 < n && correlations[place + 1] > correlations[place] {
        place += 1;
    }
    let lag = (MIN_LAG + place) as f32 + parabola(&correlations, place);
    Pitch {
        log_f0: (RATE_HZ as f32 / lag).ln(),
        voicing: correlations[place].clamp(0.0, 1.0),
    }
}

/// Where the top of the parabola through a value and its neighbors is, in ±½.
fn parabola(values: &[f32], place: usize) -> f32 {
    if place == 0 || place + 1 == values.len() {
        return 0.0;
    }
    let (left, top, right) = (values[place - 1], values[place], values[place + 1]);
    let bend = left - 2.0 * top + right;
    if bend < -1e-9 {
        (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice-like tone: eight harmonics falling by 6 dB an octave.
    fn tone(f0_hz: f32) -> Vec<f32> {
        (0..16_000)
            .map(|i| {
                let phase = std::f32::consts::TAU * f0_hz * i as f32 / 16_000.0;
                (1..=8)
                    .map(|k| (phase * k as f32).sin() / k as f32)
                    .sum::<f32>()
                    * 0.1
            })
            .collect()
    }

    #[track_caller]
    fn check(f0_hz: f32) {
        let track = pitch_track(&tone(f0_hz), 100);
        for pitch in &track[10..90] {
            let cents = 1200.0 * (pitch.log_f0.exp() / f0_hz).log2();
            assert!(
                cents.abs() < 50.0 && pitch.voicing > 0.9,
                "{f0_hz} Hz: {pitch:?}"
            );
        }
    }

    #[test]
    fn tones_are_found() {
        [80.0, 110.0, 150.0, 200.0, 270.0, 350.0]
            .into_iter()
            .for_each(check);
    }

    #[test]
    fn silence_and_short_sounds_have_no_voice() {
        assert!(pitch_track(&[], 3).iter().all(|pitch| pitch.voicing == 0.0));
        let silence = pitch_track(&[0.0; 800], 5);
        assert!(
            silence
                .iter()
                .all(|p| p.voicing == 0.0 && p.log_f0.is_finite())
        );
        assert_eq!(pitch_track(&[0.5; 10], 1).len(), 1);
    }
}
