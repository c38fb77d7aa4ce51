//! Mode, key clarity, scale degrees and how colorful the pitch classes are.

use super::statistics::{entropy_bits, mean_sd, normalized, share};
use super::view::View;
use crate::Mode;
use crate::chord_labels::Frame;
use crate::key_finding::{KeyProfile, find_key};

/// Beats in a window of local key and entropy; windows overlap by half.
const WINDOW_BEATS: usize = 16;

pub(super) const NAMES: [&str; 40] = [
    "key_correlation",
    "key_clarity",
    // Highest correlation with a major key less that with a minor key, over sounding time by
    // Krumhansl–Kessler and Temperley, and over counted notes by Krumhansl–Kessler.
    "major_minus_minor",
    "major_minus_minor_temperley",
    "major_minus_minor_notes",
    // The same within windows of 16 beats: mean, spread, and share of windows in major.
    "window_major_minus_minor",
    "window_major_minus_minor_sd",
    "window_major_share",
    "window_key_clarity",
    // Share of successive windows whose keys differ.
    "key_change_share",
    // The tonic's major third against its minor third, and so on: (a − b) / (a + b).
    "contrast_third",
    "contrast_sixth",
    "contrast_seventh",
    "contrast_second",
    "contrast_fourth",
    // Share of sounding time inside the key's scale.
    "scale_share",
    // The best share that any major scale covers.
    "scale_consistency",
    // Entropy of pitch classes, bits: whole, mean over beats groups of 4, and of 16.
    "pitch_class_entropy",
    "pitch_class_entropy_4_beats",
    "pitch_class_entropy_16_beats",
    // Sizes of the discrete Fourier components of the pitch-class distribution (Quinn 2006,
    // "General equal-tempered harmony"): chromaticity, dyads, augmented, octatonic, diatonic,
    // whole-tone.
    "fourier_1",
    "fourier_2",
    "fourier_3",
    "fourier_4",
    "fourier_5",
    "fourier_6",
    // Distance of the pitch-class distribution of neighboring windows, 0..=1.
    "pitch_class_flux",
    // Share of the bass's time on the tonic.
    "bass_tonic_share",
    // Shares of sounding time by semitones above the tonic.
    "degree_0",
    "degree_1",
    "degree_2",
    "degree_3",
    "degree_4",
    "degree_5",
    "degree_6",
    "degree_7",
    "degree_8",
    "degree_9",
    "degree_10",
    "degree_11",
];

pub(super) fn values(view: &View) -> [f64; NAMES.len()] {
    let shares = normalized(view.pitch_classes);
    let mut degrees = [0.0; 12];
    for (pitch_class, &time) in shares.iter().enumerate() {
        degrees[view.degree(pitch_class)] += time;
    }
    let mut counts = [0.0; 12];
    for note in &view.notes {
        counts[usize::from(note.pitch % 12)] += 1.0;
    }
    let contrast =
        |high: usize, low: usize| share(degrees[high] - degrees[low], degrees[high] + degrees[low]);
    let scale: f64 = view
        .key
        .key
        .mode
        .degrees()
        .iter()
        .map(|&degree| degrees[usize::from(degree)])
        .sum();
    let best_scale = (0..12)
        .map(|tonic| {
            Mode::Major
                .degrees()
                .iter()
                .map(|&degree| shares[(tonic + usize::from(degree)) % 12])
                .sum()
        })
        .fold(0.0, f64::max);
    let bass = &view.sounding.bass;
    let tonic = usize::from(view.key.key.tonic.get());
    let head = [
        view.key.correlation,
        view.key.clarity,
        view.key.major_minus_minor,
        find_key(&view.pitch_classes, KeyProfile::Temperley).major_minus_minor,
        find_key(&counts, KeyProfile::KrumhanslKessler).major_minus_minor,
    ];
    let windows = windows(&view.frames, WINDOW_BEATS, WINDOW_BEATS / 2);
    let middle = [
        contrast(4, 3),
        contrast(9, 8),
        contrast(11, 10),
        contrast(2, 1),
        contrast(5, 6),
        scale,
        best_scale,
        entropy_bits(&shares),
        mean_entropy(&view.frames, 4),
        mean_entropy(&view.frames, 16),
    ];
    let mut values = [0.0; NAMES.len()];
    values[..5].copy_from_slice(&head);
    values[5..10].copy_from_slice(&local_keys(&windows));
    values[10..20].copy_from_slice(&middle);
    values[20..26].copy_from_slice(&fourier(&shares));
    values[26] = flux(&windows);
    values[27] = share(bass[tonic], bass.iter().sum());
    values[28..].copy_from_slice(&degrees);
    values
}

/// Pitch-class distributions of windows of so many frames, silent ones left out; one window where
/// there are fewer frames.
fn windows(frames: &[Frame], size: usize, hop: usize) -> Vec<[f64; 12]> {
    let mut starts = (0..=frames.len().saturating_sub(size)).step_by(hop);
    let sum = |start: usize| {
        let mut weights = [0.0; 12];
        for frame in &frames[start..frames.len().min(start + size)] {
            for (sum, weight) in weights.iter_mut().zip(frame.weights) {
                *sum += weight;
            }
        }
        normalized(weights)
    };
    starts
        .by_ref()
        .map(sum)
        .filter(|weights| weights.iter().any(|&weight| weight > 0.0))
        .collect()
}

/// Mean and spread of major-minus-minor, share in major, mean clarity, share of changes.
fn local_keys(windows: &[[f64; 12]]) -> [f64; 5] {
    let keys: Vec<_> = windows
        .iter()
        .map(|weights| find_key(weights, KeyProfile::KrumhanslKessler))
        .collect();
    let (margin, margin_sd) = mean_sd(keys.iter().map(|key| key.major_minus_minor));
    let (major, _) = mean_sd(
        keys.iter()
            .map(|key| f64::from(u8::from(key.key.mode == Mode::Major))),
    );
    let (clarity, _) = mean_sd(keys.iter().map(|key| key.clarity));
    let changes = keys
        .windows(2)
        .filter(|pair| pair[0].key != pair[1].key)
        .count();
    [
        margin,
        margin_sd,
        major,
        clarity,
        share(changes as f64, keys.len() as f64 - 1.0),
    ]
}

/// Mean entropy of the pitch classes in windows of so many beats, bits.
fn mean_entropy(frames: &[Frame], size: usize) -> f64 {
    mean_sd(
        windows(frames, size, size / 2)
            .iter()
            .map(|weights| entropy_bits(weights)),
    )
    .0
}

/// Half the mean absolute difference of successive windows.
fn flux(windows: &[[f64; 12]]) -> f64 {
    let distance = |pair: &[[f64; 12]]| {
        pair[0]
            .iter()
            .zip(&pair[1])
            .map(|(a, b)| (a - b).abs())
            .sum::<f64>()
            / 2.0
    };
    mean_sd(windows.windows(2).map(distance)).0
}

/// Magnitudes of the Fourier components 1 to 6, each 0..=1.
fn fourier(shares: &[f64; 12]) -> [f64; 6] {
    std::array::from_fn(|index| {
        let step = std::f64::consts::TAU * (index + 1) as f64 / 12.0;
        let (sine, cosine) =
            shares
                .iter()
                .enumerate()
                .fold((0.0, 0.0), |(s, c), (pitch_class, &weight)| {
                    let (sin, cos) = (step * pitch_class as f64).sin_cos();
                    (s + weight * sin, c + weight * cos)
                });
        sine.hypot(cosine)
    })
}
