//! Sounds whose properties are known.

use super::*;

#[track_caller]
fn check_tempo(bpm: f64) {
    let features = analyze(&clicks(bpm, 20.0));
    let found = f64::from(features.tempo.bpm);
    assert!(
        (found / bpm - 1.0).abs() < 0.015,
        "{found} instead of {bpm}"
    );
    assert!(features.tempo.confidence > 0.5, "{:?}", features.tempo);
    let gaps: Vec<f32> = features
        .beats_seconds
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect();
    let mean = gaps.iter().sum::<f32>() / gaps.len() as f32;
    assert!(
        (f64::from(mean) * bpm / 60.0 - 1.0).abs() < 0.02,
        "{mean} s apart at {bpm}"
    );
}

#[test]
fn click_tracks() {
    for bpm in [60.0, 90.0, 120.0, 174.0] {
        check_tempo(bpm);
    }
}

#[test]
fn beats_fall_on_clicks() {
    let features = analyze(&clicks(100.0, 15.0));
    for beat in &features.beats_seconds {
        let off = (beat / 0.6 - (beat / 0.6).round()) * 0.6;
        assert!(off.abs() < 0.05, "{off} s beside a click");
    }
    assert!((23..=25).contains(&features.beats_seconds.len()));
}

#[test]
fn noise_has_no_sure_tempo() {
    let samples: Vec<f32> = noise(RATE as usize * 10)
        .iter()
        .map(|v| 0.2 * *v as f32)
        .collect();
    let features = analyze(&samples);
    assert!(features.tempo.confidence < 0.3, "{:?}", features.tempo);
}

#[track_caller]
fn check_key(pitches: &[i32], expected: &str) {
    let key = analyze(&chord(pitches, 4.0)).key;
    assert_eq!(key.key.to_string(), expected, "{pitches:?}: {key:?}");
}

#[test]
fn triads_have_their_key() {
    check_key(&[60, 64, 67, 72], "C major");
    check_key(&[57, 60, 64, 69], "A minor");
    check_key(&[62, 66, 69, 74], "D major");
    check_key(&[55, 58, 62, 67], "G minor");
    check_key(&[63, 67, 70, 75], "Eb major");
}

#[test]
fn a_sine_has_its_frequency_for_center() {
    for hz in [440.0, 1000.0, 3000.0] {
        let features = analyze(&sound(3.0, |t| 0.5 * sine(hz, t)));
        let centroid = f64::from(value(&features, "spectral_centroid_mean"));
        assert!((centroid / hz - 1.0).abs() < 0.05, "{centroid} Hz for {hz}");
        let crossings = f64::from(value(&features, "zero_crossing_rate_mean"));
        assert!(
            (crossings * RATE / (2.0 * hz) - 1.0).abs() < 0.02,
            "{crossings}"
        );
        assert!((value(&features, "crest_db") - 3.01).abs() < 0.05);
        assert!(value(&features, "percussive_share") < 0.05);
    }
}

#[test]
fn noise_is_flat_and_clicks_are_percussive() {
    let samples: Vec<f32> = noise(RATE as usize * 3)
        .iter()
        .map(|v| 0.3 * *v as f32)
        .collect();
    let flat = analyze(&samples);
    assert!(value(&flat, "spectral_flatness_mean") > 0.5);
    assert!((value(&flat, "spectral_centroid_mean") / 5512.5 - 1.0).abs() < 0.02);
    let beaten = analyze(&clicks(120.0, 4.0));
    assert!(value(&beaten, "percussive_share") > 0.8);
    assert!((value(&beaten, "onset_rate_hz") - 2.0).abs() < 0.3);
}

#[test]
fn the_tuning_is_heard() {
    for cents in [-30.0_f64, 0.0, 15.0, 42.0] {
        let hz = 440.0 * (cents / 1200.0).exp2();
        let features = analyze(&sound(2.0, |t| 0.2 * (sine(hz, t) + sine(1.5 * hz, t))));
        let off = f64::from(value(&features, "tuning_semitones")) * 100.0 - cents;
        assert!(off.abs() < 6.0, "{off} cents beside {cents}");
    }
}
