//! Intervals that sound together, chords and their succession, tension.

use super::statistics::{mean_sd, normalized, share};
use super::view::View;
use crate::ChordQuality;

pub(super) const NAMES: [&str; 49] = [
    // Shares of the time that pairs of pitch classes sound, by interval class 1 … 6 semitones.
    "interval_class_1",
    "interval_class_2",
    "interval_class_3",
    "interval_class_4",
    "interval_class_5",
    "interval_class_6",
    // Mean number of sounding pairs of notes a semitone, and a tone, apart.
    "semitone_pairs",
    "tone_pairs",
    // Mean number of pairs up to four semitones apart below E3.
    "low_clusters",
    // Share of sounding time a pitch class 1 … 11 semitones above the bass sounds too.
    "above_bass_1",
    "above_bass_2",
    "above_bass_3",
    "above_bass_4",
    "above_bass_5",
    "above_bass_6",
    "above_bass_7",
    "above_bass_8",
    "above_bass_9",
    "above_bass_10",
    "above_bass_11",
    // Shares of sounding beats by chord quality.
    "chord_major",
    "chord_minor",
    "chord_diminished",
    "chord_augmented",
    "chord_suspended",
    "chord_dominant_7",
    "chord_major_7",
    "chord_minor_7",
    "chord_half_diminished_7",
    "chord_diminished_7",
    // Major-like less minor-like beats over both, −1..=1.
    "chord_major_minus_minor",
    "chords_per_s",
    // Different chords among the changes.
    "chord_variety",
    // Motion of the root at changes of chord: up a fourth, down a fourth, by a third, by a
    // second, by a tritone.
    "root_fourth_up",
    "root_fourth_down",
    "root_third",
    "root_second",
    "root_tritone",
    // Share of beats on the chord of the tonic, fourth, fifth, minor sixth or sixth, flat seventh.
    "chord_on_tonic",
    "chord_on_fourth",
    "chord_on_fifth",
    "chord_on_sixth",
    "chord_on_flat_seventh",
    // Share of beats on a chord with a root outside the scale.
    "chord_outside_scale",
    "root_position_share",
    // Share of sounding time outside the beat's chord; outside the scale; on interval classes 1,
    // 2 and 6; and the mean of the three: tension.
    "nonchord_share",
    "nonscale_share",
    "dissonant_interval_share",
    "tension",
];

pub(super) fn values(view: &View) -> [f64; NAMES.len()] {
    let sounding = &view.sounding;
    let classes = normalized(sounding.interval_classes);
    let qualities = quality_shares(view);
    let of = |wanted: &[ChordQuality]| {
        wanted
            .iter()
            .map(|quality| qualities[quality_index(*quality)])
            .sum::<f64>()
    };
    let major = of(&[
        ChordQuality::Major,
        ChordQuality::Major7,
        ChordQuality::Dominant7,
    ]);
    let minor = of(&[ChordQuality::Minor, ChordQuality::Minor7]);
    let dissonant = classes[0] + classes[1] + classes[5];
    let (nonchord, nonscale) = (nonchord_share(view), nonscale_share(view));
    let mut values = [0.0; NAMES.len()];
    values[..6].copy_from_slice(&classes);
    values[6] = share(sounding.semitone_pairs, sounding.any);
    values[7] = share(sounding.tone_pairs, sounding.any);
    values[8] = share(sounding.low_clusters, sounding.any);
    for (value, time) in values[9..20].iter_mut().zip(&sounding.above_bass[1..]) {
        *value = share(*time, sounding.any);
    }
    values[20..30].copy_from_slice(&qualities);
    values[30] = share(major - minor, major + minor);
    values[31..38].copy_from_slice(&progression(view));
    values[38..45].copy_from_slice(&functions(view));
    values[45..].copy_from_slice(&[
        nonchord,
        nonscale,
        dissonant,
        (nonchord + nonscale + dissonant) / 3.0,
    ]);
    values
}

/// Qualities in the order of their features.
const QUALITIES: [ChordQuality; 10] = [
    ChordQuality::Major,
    ChordQuality::Minor,
    ChordQuality::Diminished,
    ChordQuality::Augmented,
    ChordQuality::Suspended4,
    ChordQuality::Dominant7,
    ChordQuality::Major7,
    ChordQuality::Minor7,
    ChordQuality::HalfDiminished7,
    ChordQuality::Diminished7,
];

fn quality_index(quality: ChordQuality) -> usize {
    QUALITIES
        .iter()
        .position(|&known| known == quality)
        .unwrap_or(0)
}

/// Shares of sounding frames by chord quality.
fn quality_shares(view: &View) -> [f64; 10] {
    let mut shares = [0.0; 10];
    for chord in view.chords.iter().flatten() {
        shares[quality_index(chord.quality())] += 1.0;
    }
    normalized(shares)
}

/// Chords a second, variety, and shares of the five kinds of root motion.
fn progression(view: &View) -> [f64; 7] {
    let chords = view.chord_changes();
    let mut motion = [0.0; 5];
    for pair in chords.windows(2) {
        match (pair[1].root() + 12 - pair[0].root()) % 12 {
            5 => motion[0] += 1.0,
            7 => motion[1] += 1.0,
            3 | 4 | 8 | 9 => motion[2] += 1.0,
            1 | 2 | 10 | 11 => motion[3] += 1.0,
            6 => motion[4] += 1.0,
            _ => {}
        }
    }
    let n_changes = chords.len() as f64;
    let mut distinct = chords;
    distinct.sort_unstable();
    distinct.dedup();
    let mut values = [
        share(n_changes, view.duration),
        share(distinct.len() as f64, n_changes),
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
    ];
    values[2..].copy_from_slice(&normalized(motion));
    values
}

/// Shares of sounding frames by the degree of the root, outside the scale, and in root position.
fn functions(view: &View) -> [f64; 7] {
    let mut counts = [0.0; 7];
    let mut n_frames = 0.0;
    for (chord, frame) in view.chords.iter().zip(&view.frames) {
        let Some(chord) = chord else { continue };
        n_frames += 1.0;
        let degree = view.degree(chord.root());
        let slot = match degree {
            0 => Some(0),
            5 => Some(1),
            7 => Some(2),
            8 | 9 => Some(3),
            10 => Some(4),
            _ => None,
        };
        if let Some(slot) = slot {
            counts[slot] += 1.0;
        }
        counts[5] += f64::from(u8::from(
            !view.key.key.mode.degrees().contains(&(degree as u8)),
        ));
        counts[6] += f64::from(u8::from(usize::from(frame.lowest) % 12 == chord.root()));
    }
    counts.map(|count| share(count, n_frames))
}

/// Mean over sounding frames of the share of time outside the frame's chord.
fn nonchord_share(view: &View) -> f64 {
    let outside = view
        .frames
        .iter()
        .zip(&view.chords)
        .filter_map(|(frame, chord)| {
            let chord = (*chord)?;
            let inside: f64 = (0..12)
                .filter(|&class| chord.contains(class))
                .map(|class| frame.weights[class])
                .sum();
            Some(1.0 - share(inside, frame.weights.iter().sum()))
        });
    mean_sd(outside.collect::<Vec<_>>().into_iter()).0
}

/// Share of sounding time outside the scale of the key.
fn nonscale_share(view: &View) -> f64 {
    let outside: f64 = (0..12)
        .filter(|&class| {
            !view
                .key
                .key
                .mode
                .degrees()
                .contains(&(view.degree(class) as u8))
        })
        .map(|class| view.pitch_classes[class])
        .sum();
    share(outside, view.pitch_classes.iter().sum())
}
