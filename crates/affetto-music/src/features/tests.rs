//! Known answers, laws and limits of the features.

use proptest::prelude::*;

use super::*;
use crate::{Bpm, Note, Role, TempoChange, Track, notation};

#[track_caller]
fn check(text: &str, expected: &[(&str, f64)]) {
    let features = symbolic_features(&notation::parse(text).unwrap());
    for &(name, expected) in expected {
        let value = f64::from(features.get(name).unwrap());
        assert!(
            (value - expected).abs() < 1e-4,
            "{name} is {value}, expected {expected}"
        );
    }
}

#[test]
fn names_are_unique_and_known() {
    let mut names = NAMES.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), COUNT);
    assert_eq!(NAMES[13], "groove_consistency");
    let features = symbolic_features(&Score::default());
    assert_eq!(
        (features.get("polyphony"), features.get("valence")),
        (Some(0.0), None)
    );
    assert_eq!(features.iter().count(), COUNT);
}

#[test]
fn nothing_is_all_zeros() {
    check("", &[]);
    check("r:w", &[]);
    assert_eq!(symbolic_features(&Score::default()).values(), &[0.0; COUNT]);
    let drums = symbolic_features(&notation::parse("drums = kick:q snare:q").unwrap());
    assert_eq!(drums.values(), &[0.0; COUNT]);
}

#[test]
fn the_fourteen_of_a_scale() {
    let scale = "tempo = 60; C4:q D4:q E4:q F4:q G4:q A4:q B4:q C5:q";
    check(
        scale,
        &[
            ("note_density_mean", 1.0),
            ("note_density_sd", 0.0),
            ("note_length_mean_s", 1.0),
            ("note_length_sd_s", 0.0),
            ("velocity_mean", 80.0),
            ("velocity_sd", 0.0),
            ("pitch_mean", 66.25),
            ("key_root", 0.0),
            ("key_is_major", 1.0),
            ("pitch_range_80", 71.3 - 61.4),
            ("polyphony", 1.0),
            ("pitch_entropy", 3.0),
            ("groove_consistency", 1.0),
        ],
    );
}

#[test]
fn a_rest_counts_as_no_density() {
    check(
        "C4:q r:h C4:q",
        &[("note_density_mean", 0.5), ("note_density_sd", 0.5)],
    );
}

#[test]
fn rates_are_a_second_not_a_beat() {
    check(
        "tempo = 120; C4:q D4:q E4:q F4:q",
        &[("notes_per_s", 2.0), ("ioi_mean_s", 0.5)],
    );
    check(
        "tempo = 60; C4:q D4:q E4:q F4:q",
        &[("notes_per_s", 1.0), ("ioi_mean_s", 1.0)],
    );
    check(
        "tempo = 60; C4:q r:q E4:h",
        &[("rest_share", 0.25), ("longest_rest_s", 1.0)],
    );
}

#[test]
fn a_pulse_is_found() {
    let steady = "tempo = 100; C4:q D4:q E4:q C4:q C4:q D4:q E4:q C4:q C4:q D4:q E4:q C4:q";
    check(
        steady,
        &[
            ("pulse_period_s", 0.6),
            ("ioi_entropy", 0.0),
            ("ioi_contrast", 0.0),
        ],
    );
}

#[test]
fn chords_and_intervals() {
    check(
        "chords = [C3 E4 G4]:h [A3 C4 E4]:h",
        &[
            ("notes_per_onset", 3.0),
            ("chord_onset_share", 1.0),
            ("polyphony", 3.0),
            ("chord_major", 0.5),
            ("chord_minor", 0.5),
            ("chord_major_minus_minor", 0.0),
            ("interval_class_5", 1.0 / 3.0),
            ("above_bass_7", 1.0),
            ("above_bass_4", 0.5),
            ("root_third", 1.0),
            ("root_position_share", 1.0),
            ("tension", 0.0),
        ],
    );
}

#[test]
fn the_melody_lies_above_the_accompaniment() {
    check(
        "melody = C5:h D5:h; chords = C4:e E4:e G4:e E4:e B3:e D4:e G4:e D4:e",
        &[
            ("melody_onsets_per_s", 1.0),
            ("melody_interval_2", 1.0),
            ("melody_up_share", 1.0),
        ],
    );
}

#[test]
fn minor_and_major_differ() {
    let margin = |text: &str| {
        symbolic_features(&notation::parse(text).unwrap())
            .get("major_minus_minor")
            .unwrap()
    };
    assert!(margin("C4:q E4:q G4:q C5:q F4:q A4:q G4:q C4:q") > 0.1);
    assert!(margin("C4:q Eb4:q G4:q C5:q F4:q Ab4:q G4:q C4:q") < -0.1);
}

fn score(notes: &[(u16, u16, u8, u8)], bpm: f64) -> Score {
    let mut track = Track::new("", Role::Other, 0, 0);
    track.notes = notes
        .iter()
        .map(|&(onset, duration, pitch, velocity)| Note {
            onset: u32::from(onset) * 30,
            duration: u32::from(duration) * 30 + 1,
            pitch,
            velocity,
        })
        .collect();
    let tempos = vec![TempoChange {
        tick: 0,
        bpm: Bpm::clamped(bpm),
    }];
    let mut score = Score {
        tempos,
        tracks: vec![track],
        ..Score::default()
    };
    score.close();
    score
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn always_finite_and_the_same(
        notes in prop::collection::vec((0_u16..999, 0_u16..99, 0_u8..128, 1_u8..128), 0..60),
        bpm in 10.0..400.0,
    ) {
        let score = score(&notes, bpm);
        let features = symbolic_features(&score);
        prop_assert!(features.values().iter().all(|value| value.is_finite()));
        prop_assert_eq!(&features, &symbolic_features(&score));
    }

    #[test]
    fn transposition_leaves_relative_features(
        notes in prop::collection::vec((0_u16..200, 1_u16..20, 55_u8..80, 1_u8..128), 4..40),
        by in 1_u8..12,
    ) {
        let moved: Vec<_> = notes.iter().map(|&(on, len, pitch, vel)| (on, len, pitch + by, vel)).collect();
        let (first, second) = (symbolic_features(&score(&notes, 100.0)), symbolic_features(&score(&moved, 100.0)));
        for name in ["major_minus_minor", "notes_per_s", "pitch_class_entropy", "fourier_5", "interval_class_1", "melody_interval_2", "velocity_mean"] {
            let (Some(a), Some(b)) = (first.get(name), second.get(name)) else { continue };
            prop_assert!((a - b).abs() < 1e-4, "{} {} {}", name, a, b);
        }
    }
}

#[test]
fn hostile_lengths_stay_cheap() {
    let mut endless = score(&[(0, 1, 60, 64), (5, 1, 64, 64)], 10.0);
    endless.ticks_per_quarter = 1;
    for note in &mut endless.tracks[0].notes {
        note.duration = u32::MAX - note.onset;
    }
    let far = Note {
        onset: u32::MAX - 5,
        duration: 5,
        pitch: 67,
        velocity: 64,
    };
    endless.tracks[0].notes.push(far);
    endless.close();
    assert!(
        symbolic_features(&endless)
            .values()
            .iter()
            .all(|value| value.is_finite())
    );
}
