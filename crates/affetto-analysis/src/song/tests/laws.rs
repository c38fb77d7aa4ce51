//! What holds for any sound.

use proptest::prelude::*;

use super::*;
use crate::song::{DESCRIPTOR_NAMES, N_DESCRIPTORS};

/// Numbers that may change when a sound is made louder.
fn follows_level(name: &str) -> bool {
    let prefixes = ["rms_", "harmony_", "perceptr_", "mfcc1_mean"];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

#[track_caller]
fn check_finite(samples: &[f32]) {
    let features = analyze(samples);
    assert_eq!(features.descriptors.as_slice().len(), N_DESCRIPTORS);
    for (name, value) in DESCRIPTOR_NAMES.iter().zip(features.descriptors.as_slice()) {
        assert!(value.is_finite(), "{name} of {} samples", samples.len());
    }
    let key = features.key;
    assert!(
        (0.0..=1.0).contains(&key.confidence) && (0.0..=1.0).contains(&features.tempo.confidence)
    );
    let last = samples.len() as f32 / SAMPLE_RATE_HZ as f32;
    assert!(
        features
            .beats_seconds
            .iter()
            .all(|beat| (0.0..=last).contains(beat))
    );
}

#[test]
fn odd_sounds_have_finite_numbers() {
    check_finite(&[]);
    check_finite(&[0.5]);
    check_finite(&[0.0; 100]);
    check_finite(&[1.0; 30_000]);
    check_finite(&[f32::NAN; 5000]);
    check_finite(&[f32::INFINITY, -f32::INFINITY, 1e30, -1e-30]);
    check_finite(&[1e-30; 20_000]);
    check_finite(&clicks(120.0, 0.7));
}

#[test]
fn one_analyzer_keeps_nothing_of_the_song_before() {
    let mut analyzer = SongAnalyzer::new().unwrap();
    let song = clicks(130.0, 6.0);
    let first = analyzer.analyze(&song).unwrap();
    analyzer.analyze(&chord(&[60, 64, 67], 3.0)).unwrap();
    assert_eq!(analyzer.analyze(&song).unwrap(), first);
}

#[test]
fn only_ten_minutes_count() {
    let n = (super::super::MAX_SECONDS * RATE) as usize;
    let tone: Vec<f32> = (0..2000)
        .map(|i| sine(440.0, f64::from(i) / RATE) as f32)
        .collect();
    let mut song: Vec<f32> = tone.iter().copied().cycle().take(n).collect();
    let without = analyze(&song);
    song.extend(noise(50_000).iter().map(|value| *value as f32));
    assert_eq!(analyze(&song), without);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn short_sounds_have_finite_numbers(samples in proptest::collection::vec(-1.0_f32..1.0, 0..6000)) {
        check_finite(&samples);
    }

    #[test]
    fn level_changes_only_what_it_may(gain in 0.2_f32..5.0, bpm in 70.0..160.0_f64) {
        let quiet: Vec<f32> = clicks(bpm, 5.0)
            .iter()
            .zip(chord(&[60, 64, 67], 5.0))
            .map(|(click, tone)| 0.15 * (click + tone))
            .collect();
        let loud: Vec<f32> = quiet.iter().map(|sample| gain * sample).collect();
        let (quiet, loud) = (analyze(&quiet), analyze(&loud));
        for (i, name) in DESCRIPTOR_NAMES.iter().enumerate() {
            let (a, b) = (quiet.descriptors.as_slice()[i], loud.descriptors.as_slice()[i]);
            // This sound is silent in the highest bands: their valleys are the rounding of the
            // transform.
            if name.starts_with("contrast6") || name.starts_with("contrast7") {
                continue;
            }
            let near = (a - b).abs() <= 0.02 * a.abs().max(b.abs()) + 0.05;
            prop_assert!(near || follows_level(name), "{name}: {a} and {b} at gain {gain}");
        }
    }
}
