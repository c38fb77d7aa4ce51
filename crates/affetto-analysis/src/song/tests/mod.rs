//! Tests of the whole analysis: against librosa, synthetic truth, and laws.

mod golden;
mod laws;
mod truth;

use std::f64::consts::TAU;

use super::{SAMPLE_RATE_HZ, SongAnalyzer, SongFeatures};

const RATE: f64 = SAMPLE_RATE_HZ as f64;

#[track_caller]
fn analyze(samples: &[f32]) -> SongFeatures {
    SongAnalyzer::new().unwrap().analyze(samples).unwrap()
}

#[track_caller]
fn value(features: &SongFeatures, name: &str) -> f32 {
    features.descriptors.get(name).unwrap()
}

/// A sound by the value at each moment in seconds.
fn sound(seconds: f64, at: impl Fn(f64) -> f64) -> Vec<f32> {
    let n = (seconds * RATE) as usize;
    (0..n).map(|i| at(i as f64 / RATE) as f32).collect()
}

fn sine(hz: f64, t: f64) -> f64 {
    (TAU * hz * t).sin()
}

/// Uniform in −1..1 by a linear congruential generator (Press et al., "Numerical Recipes").
fn noise(n: usize) -> Vec<f64> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 23) - 1.0
    };
    (0..n).map(next).collect()
}

/// A stroke of noise on every beat.
fn clicks(bpm: f64, seconds: f64) -> Vec<f32> {
    let noise = noise(2000);
    let period = 60.0 / bpm;
    sound(seconds, |t| {
        let since = t % period;
        let i = (since * RATE) as usize;
        noise
            .get(i)
            .map_or(0.0, |value| 0.5 * value * (-80.0 * since).exp())
    })
}

/// Notes with four partials, all at once, again every half second.
fn chord(pitches: &[i32], seconds: f64) -> Vec<f32> {
    sound(seconds, |t| {
        let decay = (-2.0 * (t % 0.5)).exp();
        let tones = pitches.iter().map(|pitch| {
            let hz = 440.0 * ((f64::from(*pitch) - 69.0) / 12.0).exp2();
            (1..5)
                .map(|k| sine(hz * f64::from(k), t) / f64::from(k * k))
                .sum::<f64>()
        });
        0.1 * decay * tones.sum::<f64>()
    })
}
