//! What is done to the frames of a recording before a step: other speakers, rooms and microphones
//! are imagined by cheap changes of mel frames; no sound is computed again.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::config::SpeechAugmentationConfig;
use super::frames::{Frames, N_COLUMNS, N_MELS, band_at_hz, band_center_hz};

/// Level of added noise, in nepers of power against the mean of the speech.
const NOISE_LEVEL: std::ops::Range<f32> = -6.0..-1.0;
/// Number of bands and of stretches that are hidden.
const N_MASKS: usize = 2;

/// A random part of a recording, changed at random: tempo, frequencies, equalizer, noise.
///
/// At most `max_frames` frames are returned.
pub(crate) fn augmented(
    frames: &Frames,
    max_frames: usize,
    config: &SpeechAugmentationConfig,
    rng: &mut Pcg64Mcg,
) -> Frames {
    let tempo = 1.0 + config.tempo * symmetric(rng);
    let factor = 1.0 + config.frequency * symmetric(rng);
    let n_whole = ((frames.len() as f32 / tempo) as usize).max(1);
    let n_frames = n_whole.min(max_frames);
    let start = rng.random_range(0..=n_whole - n_frames);
    let sources = band_sources(factor);
    let curve = equalizer(config.equalizer, rng);
    let noise = rng.random_bool(config.noise).then(|| {
        let level = rng.random_range(NOISE_LEVEL);
        let tilt = symmetric(rng);
        (level, tilt)
    });
    let mut values = Vec::with_capacity(n_frames * N_COLUMNS);
    for i in 0..n_frames {
        let place = (start + i) as f32 * tempo;
        let row = between(frames, place);
        for band in 0..N_MELS {
            let (low, share) = sources[band];
            let high = (low + 1).min(N_MELS - 1);
            let mut value = row[low] + share * (row[high] - row[low]) + curve[band];
            if let Some((level, tilt)) = noise {
                let floor = level + tilt * (band as f32 / N_MELS as f32 - 0.5);
                value = log_sum(value, floor);
            }
            values.push(value);
        }
        values.push(row[N_MELS] + factor.ln());
        values.push(row[N_MELS + 1]);
    }
    Frames { values }
}

/// Which bands and frames of a standardized part are hidden: those values become 0, the mean.
pub(crate) fn hide(mel: &mut [f32], config: &SpeechAugmentationConfig, rng: &mut Pcg64Mcg) {
    let n_frames = mel.len() / N_MELS;
    for _ in 0..N_MASKS {
        let width = rng.random_range(0..=config.mask_bands);
        let first = rng.random_range(0..=N_MELS - width);
        for row in mel.chunks_exact_mut(N_MELS) {
            row[first..first + width].fill(0.0);
        }
        // Never more than a fifth of a short utterance.
        let length = rng.random_range(0..=config.mask_frames.min(n_frames / 5));
        let first = rng.random_range(0..=n_frames - length);
        mel[first * N_MELS..(first + length) * N_MELS].fill(0.0);
    }
}

/// A number in −1..1.
fn symmetric(rng: &mut Pcg64Mcg) -> f32 {
    rng.random_range(-1.0..1.0)
}

/// The frame between two frames, by straight lines; the pitch is the nearer one's.
fn between(frames: &Frames, place: f32) -> [f32; N_COLUMNS] {
    let last = frames.len().saturating_sub(1);
    let low = (place as usize).min(last);
    let high = (low + 1).min(last);
    let share = (place - low as f32).clamp(0.0, 1.0);
    let row = |i: usize| &frames.values[i * N_COLUMNS..][..N_COLUMNS];
    let (a, b) = (row(low), row(high));
    let mut out = [0.0; N_COLUMNS];
    for (out, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
        *out = a + share * (b - a);
    }
    if share < 0.5 {
        out[N_MELS..].copy_from_slice(&a[N_MELS..]);
    } else {
        out[N_MELS..].copy_from_slice(&b[N_MELS..]);
    }
    out
}

/// Where each band is read from when all frequencies are multiplied by a factor: a band and the
/// share of the next one.
fn band_sources(factor: f32) -> [(usize, f32); N_MELS] {
    std::array::from_fn(|band| {
        let place = band_at_hz(band_center_hz(band) / factor);
        let place = place.clamp(0.0, (N_MELS - 1) as f32);
        (place as usize, place.fract())
    })
}

/// A smooth random curve over the bands: a tilt and two waves.
fn equalizer(sd: f32, rng: &mut Pcg64Mcg) -> [f32; N_MELS] {
    // A uniform number of that standard deviation is within ±√3 of it.
    let mut draw = |sd: f32| 3.0_f32.sqrt() * sd * symmetric(rng);
    let (tilt, first, second) = (draw(2.0 * sd), draw(0.6 * sd), draw(0.6 * sd));
    std::array::from_fn(|band| {
        let x = band as f32 / (N_MELS - 1) as f32;
        tilt * (x - 0.5)
            + first * (std::f32::consts::TAU * x).sin()
            + second * (std::f32::consts::TAU * 1.5 * x).cos()
    })
}

/// ln(eᵃ + eᵇ)
fn log_sum(a: f32, b: f32) -> f32 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    high + (low - high).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn ramp(n: usize) -> Frames {
        let values = (0..n * N_COLUMNS).map(|i| {
            let (frame, column) = (i / N_COLUMNS, i % N_COLUMNS);
            0.01 * frame as f32 + 0.05 * column as f32
        });
        Frames {
            values: values.collect(),
        }
    }

    #[test]
    fn nothing_asked_nothing_changed() {
        let config = SpeechAugmentationConfig {
            tempo: 0.0,
            frequency: 0.0,
            equalizer: 0.0,
            noise: 0.0,
            mask_bands: 0,
            mask_frames: 0,
            mixup: 0.0,
        };
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        let same = augmented(&ramp(100), 256, &config, &mut rng);
        assert_eq!(same.len(), 100);
        for (a, b) in same.values.iter().zip(&ramp(100).values) {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
        let mut mel = vec![1.0; 10 * N_MELS];
        hide(&mut mel, &config, &mut rng);
        assert!(mel.iter().all(|&value| value == 1.0));
    }

    #[test]
    fn lengths_and_values_stay_sound() {
        let config = SpeechAugmentationConfig::default();
        let mut rng = Pcg64Mcg::seed_from_u64(2);
        for n in [1, 2, 5, 80, 400] {
            for _ in 0..20 {
                let part = augmented(&ramp(n), 256, &config, &mut rng);
                assert!((1..=256).contains(&part.len()), "{n} gave {}", part.len());
                assert!(part.values.iter().all(|value| value.is_finite()));
                let mut mel = vec![1.0; part.len() * N_MELS];
                hide(&mut mel, &config, &mut rng);
            }
        }
    }

    #[test]
    fn same_seed_same_frames() {
        let config = SpeechAugmentationConfig::default();
        let run = || augmented(&ramp(90), 64, &config, &mut Pcg64Mcg::seed_from_u64(3));
        assert_eq!(run(), run());
    }
}
