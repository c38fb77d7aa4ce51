//! Metrics on pieces whose values a musician can work out.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

use affetto_music::metrics::{self, NgramIndex, RepetitionOptions};
use affetto_music::{Chord, ChordSpan, Score, notation};

fn score(text: &str) -> Score {
    notation::parse(text).unwrap()
}

/// Compares a metric of a piece with the value worked out by hand.
#[track_caller]
fn check(metric: impl Fn(&Score) -> Option<f64>, text: &str, expected: impl Into<Option<f64>>) {
    let (actual, expected) = (metric(&score(text)), expected.into());
    let is_same = match (actual, expected) {
        (Some(actual), Some(expected)) => (actual - expected).abs() < 1e-9,
        (actual, expected) => actual == expected,
    };
    assert!(is_same, "{actual:?} is not {expected:?}");
}

#[test]
fn entropy_of_pitch_classes() {
    check(metrics::pitch_class_entropy, "C4:q C5:q C3:h", 0.0);
    check(metrics::pitch_class_entropy, "C4:q E4:q G4:q B4:q", 2.0);
    check(metrics::pitch_class_entropy, "C4:q C4:q E4:q G4:q", 1.5);
    check(metrics::pitch_class_entropy, "drums = kick:w", None);
    check(metrics::pitch_class_entropy, "", None);
}

#[test]
fn entropy_in_windows() {
    let piece = "C4:w | C4:h E4:h | r:w | C4:q E4:q G4:q B4:q";
    check(
        |score| metrics::windowed_pitch_class_entropy(score, 1),
        piece,
        1.0,
    );
    check(
        |score| metrics::windowed_pitch_class_entropy(score, 9),
        "C4:w E4:w",
        1.0,
    );
    let one_in_three: f64 =
        -(2.0 / 3.0_f64 * (2.0 / 3.0_f64).log2() + 1.0 / 3.0 * (1.0 / 3.0_f64).log2());
    let windows = (one_in_three + 1.0 + 2.0) / 3.0;
    check(
        |score| metrics::windowed_pitch_class_entropy(score, 2),
        piece,
        windows,
    );
}

#[test]
fn scales_and_ranges() {
    check(metrics::scale_consistency, "C4:q D4:q E4:q F#4:q", 1.0);
    check(metrics::scale_consistency, "C4:q C#4:q D4:q D#4:q", 0.75);
    check(metrics::scale_consistency, "r:w", None);
    assert_eq!(
        metrics::pitch_range(&score("C4:q G5:q; drums = kick:q")),
        Some(19)
    );
    assert_eq!(metrics::pitch_range(&score("drums = kick:q")), None);
    assert_eq!(metrics::pitches_used(&score("C4:q C5:q C4:q")), 2);
    assert_eq!(metrics::pitch_classes_used(&score("C4:q C5:q D4:q")), 2);
}

#[test]
fn grooves() {
    let groove = |score: &Score| metrics::grooving_similarity(score, 16, 1);
    check(groove, "C4:q C4:q C4:q C4:q | D4:q D4:q D4:q D4:q", 1.0);
    // Two of sixteen positions differ.
    check(groove, "C4:h C4:h | C4:h. C4:q", 14.0 / 16.0);
    // All three pairs of bars, of which one is alike.
    check(
        groove,
        "C4:w | C4:h C4:h | C4:w",
        (1.0 + 2.0 * 15.0 / 16.0) / 3.0,
    );
    check(
        |score| metrics::groove_consistency(score, 16),
        "C4:w | C4:h C4:h | C4:w",
        15.0 / 16.0,
    );
    check(groove, "C4:w", None);
    // A note a little early belongs to the beat it anticipates.
    check(groove, "C4:1910 C4:970 C4:960", 15.0 / 16.0);
}

#[test]
fn many_bars_are_sampled_reproducibly() {
    let piece = score(&"C4:w | C4:h C4:h | ".repeat(60));
    let value = |seed| metrics::grooving_similarity(&piece, 16, seed).unwrap();
    assert_eq!(value(7), value(7));
    assert!((value(7) - 0.968).abs() < 0.005, "{}", value(7));
}

#[test]
fn empty_bars_and_beats() {
    check(metrics::empty_bar_rate, "C4:w | r:w | C4:w~ | C4:w", 0.5);
    check(metrics::empty_bar_rate, "drums = kick:w | r:w", 0.5);
    check(metrics::empty_beat_rate, "C4:q r:q C4:h", 0.25);
    check(
        metrics::empty_beat_rate,
        "meter = 3/4; C4:e r:e r:q r:q",
        2.0 / 3.0,
    );
    check(
        metrics::empty_beat_rate,
        "C4:q+e r:e r:h; bass = r:h C2:s r:s r:q.",
        0.25,
    );
    check(metrics::empty_bar_rate, "", None);
    check(metrics::empty_beat_rate, "", None);
}

#[test]
fn densities() {
    check(metrics::notes_per_beat, "[C4 E4]:h G4:h", 0.75);
    check(
        metrics::notes_per_second,
        "tempo = 60; [C4 E4]:h G4:h",
        0.75,
    );
}

#[test]
fn polyphonies() {
    check(metrics::polyphony, "[C4 E4 G4]:h r:h C4:h r:h", 2.0);
    check(
        metrics::polyphony_rate,
        "[C4 E4 G4]:h r:h C4:h",
        960.0 / 2880.0,
    );
    // The same pitch in two tracks is one; drums do not count.
    check(metrics::polyphony, "C4:w; bass = C4:w; drums = kick:w", 1.0);
    check(metrics::polyphony_rate, "drums = kick:w", 0.0);
    check(metrics::polyphony, "r:w", None);
}

#[test]
fn faults_are_counted() {
    let clean = metrics::faults(&score("C4:w | D4:w; drums = kick:w"));
    assert_eq!((clean, clean.total()), (metrics::Faults::default(), 0));
    let faults = metrics::faults(&score("C4:h. C4:q; melody = r:h C4:w r:h"));
    assert_eq!((faults.overlaps, faults.total()), (2, 2));
    assert_eq!(metrics::faults(&score("C1:w C0:w C9:w")).out_of_range, 2);
    assert_eq!(metrics::faults(&score("C4:w D4:h")).unclosed_bars, 1);
    assert_eq!(metrics::faults(&score("C4:17280 r:1920")).stuck, 1);
}

#[test]
fn repetition_of_windows() {
    let repetition = |text: &str, options| metrics::self_repetition(&score(text), options).unwrap();
    let theme = "C4:w | D4:w | E4:w | F4:w | ";
    let all = RepetitionOptions::default();
    // Windows 0 to 4, of which the last is the first again.
    let twice = repetition(&theme.repeat(2), all);
    assert_eq!((twice.exact, twice.similar), (0.2, 0.2));
    let octave = repetition(&format!("{theme}C5:w | D5:w | E5:w | F5:w"), all);
    assert_eq!((octave.exact, octave.similar), (0.0, 0.2));
    let short = RepetitionOptions {
        lookback_bars: 3,
        ..all
    };
    assert_eq!(repetition(&theme.repeat(2), short).exact, 0.0);
    let loops = repetition(&format!("drums = {}", "kick:h snare:h | ".repeat(6)), all);
    assert_eq!((loops.exact, loops.similar), (2.0 / 3.0, 2.0 / 3.0));
    assert_eq!(
        metrics::self_repetition(&score("r:w r:w r:w r:w"), all),
        None
    );
    assert_eq!(metrics::self_repetition(&score("C4:w"), all), None);
}

#[test]
fn memorization_without_transposition() {
    let mut index = NgramIndex::new(4);
    index.insert(&score("C4:q D4:q E4:q F4:q G4:h A4:h"));
    assert_eq!(index.len(), 2);
    let found = |text: &str| index.memorization(&score(text)).unwrap();
    let same = found("F4:q G4:q A4:q Bb4:q C5:h D5:h");
    assert_eq!((same.coverage, same.longest_run), (1.0, 5));
    let start = found("F4:q G4:q A4:q Bb4:q C5:h Eb5:h");
    assert_eq!((start.coverage, start.longest_run), (0.5, 4));
    let rhythm = found("C4:e D4:q E4:q F4:q G4:h A4:h");
    assert_eq!((rhythm.coverage, rhythm.longest_run), (0.5, 4));
    assert_eq!(found("C4:q B3:q A3:q G3:q F3:q").coverage, 0.0);
    assert_eq!(index.memorization(&score("C4:q D4:q")), None);
    assert!(NgramIndex::new(8).is_empty());
}

#[test]
fn chord_trigrams() {
    let cpi = metrics::chord_progression_irregularity;
    check(cpi, "harmony = Am:h F:h C:h G:h", 1.0);
    let chords: Vec<Chord> = "Am F C G Am F C G"
        .split(' ')
        .map(|symbol| symbol.parse().unwrap())
        .collect();
    let chords = (0..)
        .zip(chords)
        .map(|(index, chord)| ChordSpan {
            onset: index * 960,
            duration: 960,
            chord,
        })
        .collect();
    let score = Score {
        chords,
        ..Score::default()
    };
    assert_eq!(cpi(&score), Some(4.0 / 6.0));
    check(cpi, "harmony = Am:h F:h", None);
}

#[test]
fn fidelity_to_itself_and_to_others() {
    let piece = score("C4:q D4:q E4:q F4:q | G4:w; drums = kick:q snare:q kick:q snare:q");
    let itself = metrics::fidelity(&piece, &piece);
    let values = [
        itself.chroma,
        itself.groove,
        itself.pitch,
        itself.velocity,
        itself.duration,
    ];
    for value in values {
        assert!((value.unwrap() - 1.0).abs() < 1e-6, "{values:?}");
    }
    let other = metrics::fidelity(&score("C4:w"), &score("C#4:w@90"));
    assert_eq!(other.chroma, Some(0.0));
    assert!((other.groove.unwrap() - 1.0).abs() < 1e-12);
    assert!(other.pitch.unwrap() < 1e-6 && other.velocity.unwrap() < 1e-6);
    assert_eq!(metrics::fidelity(&piece, &score("")).chroma, None);
    // Deviations 1 and 2, one apart and equal in mean: Python's NormalDist.overlap.
    let wide = metrics::fidelity(&score("C4:h D4:h"), &score("Bb3:h D4:h"));
    assert!((wide.pitch.unwrap() - 0.609_934_3).abs() < 1e-5, "{wide:?}");
    let even = metrics::fidelity(&score("C4:h D4:h"), &score("D4:h E4:h"));
    assert!((even.pitch.unwrap() - 0.317_310_5).abs() < 1e-5, "{even:?}");
}

#[test]
fn summary_names_everything_once() {
    let summary = metrics::Summary::of(&score("C4:q D4:q E4:q F4:q | G4:w"), 1);
    let mut names: Vec<&str> = summary.named().iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 10);
    assert_eq!(summary.empty_bar_rate, Some(0.0));
    assert_eq!(
        metrics::Summary::of(&Score::default(), 1),
        metrics::Summary::default()
    );
}

/// MusPy's values on files of `test_data/metrics`, made by the script there.
#[test]
fn agrees_with_muspy() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/metrics");
    let expected = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    for (name, values) in expected.as_object().unwrap() {
        let bytes = std::fs::read(folder.join(format!("{name}.mid"))).unwrap();
        let score = affetto_music::midi::read(&bytes).unwrap();
        let actual = [
            ("pitch_class_entropy", metrics::pitch_class_entropy(&score)),
            ("scale_consistency", metrics::scale_consistency(&score)),
            // Without pitches MusPy gives the range of its initial values, −127.
            (
                "pitch_range",
                metrics::pitch_range(&score).map_or(Some(-127.0), |r| Some(r.into())),
            ),
            ("n_pitches_used", Some(metrics::pitches_used(&score) as f64)),
            (
                "n_pitch_classes_used",
                Some(metrics::pitch_classes_used(&score) as f64),
            ),
            ("polyphony", metrics::polyphony(&score)),
            ("polyphony_rate", metrics::polyphony_rate(&score)),
            ("empty_beat_rate", metrics::empty_beat_rate(&score)),
            (
                "groove_consistency",
                metrics::groove_consistency(&score, 96),
            ),
        ];
        for (metric, actual) in actual {
            let expected = values[metric].as_f64();
            // Sums of doubles in another order.
            let is_same = match (actual, expected) {
                (Some(actual), Some(expected)) => (actual - expected).abs() < 1e-12,
                (actual, expected) => actual == expected,
            };
            assert!(
                is_same,
                "{metric} of {name} is {actual:?}, MusPy has {expected:?}"
            );
        }
    }
}
