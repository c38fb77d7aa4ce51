//! The same numbers as librosa 0.11 for the same sound: `test_data/song/make.py` wrote them.
//!
//! Tolerances: both compute in 32 bits, in another order. One part in a thousand of a number's size
//! holds for nearly all; what is left over from cancelling (the mean of the samples of a part, a
//! variance far below its mean's square) is compared with the size of what cancels.

use std::collections::BTreeMap;

use super::super::onset::onsets;
use super::super::timbre::MelDb;
use super::super::{FRAME_RATE_HZ, OnsetStrength};
use super::*;

const EXPECTED: &str = include_str!("../../../test_data/song/expected.csv");

fn band() -> Vec<f32> {
    const CHORDS: [[f64; 3]; 4] = [
        [57.0, 60.0, 64.0],
        [53.0, 57.0, 60.0],
        [48.0, 52.0, 55.0],
        [55.0, 59.0, 62.0],
    ];
    let noise = noise((8.0 * RATE) as usize);
    let at = |(i, noise): (usize, &f64)| {
        let t = i as f64 / RATE;
        let beat = (t * 2.0).floor();
        let since = t - beat / 2.0;
        let chord = CHORDS[(beat / 4.0).floor() as usize % 4];
        let mut sample = 0.3 * (-40.0 * since).exp() * noise;
        for pitch in chord {
            let hz = 440.0 * ((pitch + 0.23 - 69.0) / 12.0).exp2();
            for k in 1..6 {
                let k = f64::from(k);
                sample += (-3.0 * since).exp() * 0.15 / k.powf(1.5) * sine(hz * k, t);
            }
        }
        sample as f32
    };
    noise.iter().enumerate().map(at).collect()
}

fn hum() -> Vec<f32> {
    let noise = noise((5.0 * RATE) as usize);
    let at = |(i, noise): (usize, &f64)| {
        let t = i as f64 / RATE;
        let phase = TAU * (180.0 * t + 40.0 * t * t);
        let tone = phase.sin() + 0.5 * (2.0 * phase).sin() + 0.2 * (5.0 * phase).sin();
        let mut sample = (0.05 + 0.08 * t) * tone + 0.01 * noise;
        for stroke in [0.7, 1.1, 1.9, 2.3, 3.5, 3.9, 4.4] {
            if t >= stroke {
                sample += 0.4 * (-60.0 * (t - stroke)).exp() * sine(3000.0, t);
            }
        }
        sample as f32
    };
    noise.iter().enumerate().map(at).collect()
}

fn short() -> Vec<f32> {
    (0..1102)
        .map(|i| (0.4 * sine(523.0, f64::from(i) / RATE)) as f32)
        .collect()
}

/// Row name → text of one sound's column.
fn column(sound: &str) -> BTreeMap<&'static str, &'static str> {
    let mut rows = EXPECTED
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let index = head.iter().position(|name| *name == sound).unwrap();
    rows.map(|row| (row[0], row[index])).collect()
}

/// How far a number may be off.
fn tolerance(name: &str, expected: &BTreeMap<&str, &str>) -> f64 {
    let number = |name: &str| expected[name].parse::<f64>().unwrap();
    let size = number(name).abs();
    match name {
        // Means of samples: against the root mean square of the part.
        "harmony_mean" | "perceptr_mean" => {
            1e-6 + 1e-5 * number(&name.replace("mean", "var")).sqrt()
        }
        // dB; the mean of a coefficient may cancel.
        _ if name.starts_with("mfcc") && name.ends_with("mean") => 2e-3 * size + 0.02,
        _ if name.starts_with("mfcc") => 2e-3 * size + 0.05,
        // Where a synthetic sound is silent, the valleys of the highest bands are the rounding of the
        // transform, which differs from processor to processor.
        "contrast6" | "contrast7" => 0.06 * size + 0.05,
        _ if name.starts_with("contrast") => 0.02 * size + 0.05,
        // A frame more or less at the threshold is one bin of 10.8 Hz in one frame.
        "rolloff_mean" => 1e-3 * size + 0.1,
        _ if name.ends_with("_var") => 3e-3 * size + 1e-9,
        _ => 1e-3 * size + 1e-7,
    }
}

#[track_caller]
fn check(name: &str, samples: &[f32]) {
    let expected = column(name);
    let total: f64 = samples.iter().map(|sample| f64::from(*sample)).sum();
    let off = (total - expected["sum_of_samples"].parse::<f64>().unwrap()).abs();
    assert!(off < 1e-3, "{name} is another sound: {off}");
    let features = analyze(samples);
    let mut wrong = Vec::new();
    let mut compare = |row: &str, actual: f32| {
        let wanted: f64 = expected[row].parse().unwrap();
        if (f64::from(actual) - wanted).abs() > tolerance(row, &expected) {
            wrong.push(format!("{row}: {actual} instead of {wanted}"));
        }
    };
    for (row, actual) in super::super::DESCRIPTOR_NAMES
        .iter()
        .zip(features.descriptors.gtzan())
    {
        compare(row, *actual);
    }
    compare("tuning", value(&features, "tuning_semitones"));
    compare("flatness", value(&features, "spectral_flatness_mean"));
    for band in 1..8 {
        compare(
            &format!("contrast{band}"),
            value(&features, &format!("contrast{band}_mean")),
        );
    }
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    let frame = |seconds: &f32| (f64::from(*seconds) * FRAME_RATE_HZ).round() as usize;
    let beats: Vec<usize> = features.beats_seconds.iter().map(frame).collect();
    assert_eq!(beats, frames(expected["beats"]), "beats of {name}");
}

fn frames(text: &str) -> Vec<usize> {
    text.split_whitespace()
        .map(|frame| frame.parse().unwrap())
        .collect()
}

#[test]
fn a_band_as_librosa_hears_it() {
    check("band", &band());
}

#[test]
fn a_hum_as_librosa_hears_it() {
    check("hum", &hum());
}

#[test]
fn three_frames_as_librosa_hears_them() {
    check("short", &short());
}

#[test]
fn silence_as_librosa_hears_it() {
    check("silence", &vec![0.0; RATE as usize]);
}

#[test]
fn onsets_as_librosa_hears_them() {
    for (name, samples) in [("band", band()), ("hum", hum())] {
        let mut analyzer = SongAnalyzer::new().unwrap();
        analyzer.read_spectra(&samples).unwrap();
        let mut mel = MelDb::default();
        std::mem::swap(&mut mel, &mut analyzer.mel);
        mel.limit_range();
        let found = onsets(&OnsetStrength::new(&mel).mean);
        assert_eq!(found, frames(column(name)["onsets"]), "onsets of {name}");
    }
}
