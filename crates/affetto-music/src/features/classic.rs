//! The 14 features of the classifier in tohoilam's Emotion-based-Music-Provider, exactly defined.
//!
//! What differs from that code, on purpose: all pitched tracks instead of the first; beats without
//! a note count as zero density; the key comes from Krumhansl–Kessler profiles instead of the best
//! fit to a major or harmonic minor scale, which ties often; the 80 % range is a difference of
//! quantiles, which cannot be negative; groove compares bars instead of beats. The root is kept for
//! display and must not be learnt from: a pitch class is no quantity.

use super::statistics::{entropy_bits, mean_sd, quantile, share, sorted};
use super::view::View;
use crate::Mode;

/// Positions in a stretch of four beats at which onsets are compared.
const GROOVE_POSITIONS: u32 = 16;

/// Longest list of beats and of four-beat stretches looked at.
const MAX_BEATS: usize = 50_000;

pub(super) const NAMES: [&str; 14] = [
    // Notes per quarter-note beat, from the first beat with a note to the last.
    "note_density_mean",
    "note_density_sd",
    // Seconds.
    "note_length_mean_s",
    "note_length_sd_s",
    // MIDI velocity.
    "velocity_mean",
    "velocity_sd",
    // MIDI pitch.
    "pitch_mean",
    "pitch_sd",
    // 0 = C … 11 = B; for display only.
    "key_root",
    // 1 or 0.
    "key_is_major",
    // 90 % less 10 % quantile of pitch, semitones.
    "pitch_range_80",
    // Mean number of sounding notes while any sounds.
    "polyphony",
    // Bits, of the histogram of the 128 pitches.
    "pitch_entropy",
    // Mean over neighboring four-beat stretches of the share of sixteenth positions at which both
    // or neither have an onset (Dong et al. 2020, MusPy `groove_consistency`).
    "groove_consistency",
];

pub(super) fn values(view: &View) -> [f64; NAMES.len()] {
    let notes = || view.notes.iter();
    let (density_mean, density_sd) = mean_sd(notes_per_beat(view).into_iter());
    let (length_mean, length_sd) = mean_sd(notes().map(|note| note.seconds()));
    let (velocity_mean, velocity_sd) = mean_sd(notes().map(|note| f64::from(note.velocity)));
    let (pitch_mean, pitch_sd) = mean_sd(notes().map(|note| f64::from(note.pitch)));
    let pitches = sorted(notes().map(|note| f64::from(note.pitch)));
    let mut histogram = [0.0; 128];
    for note in notes() {
        histogram[usize::from(note.pitch)] += 1.0;
    }
    [
        density_mean,
        density_sd,
        length_mean,
        length_sd,
        velocity_mean,
        velocity_sd,
        pitch_mean,
        pitch_sd,
        f64::from(view.key.key.tonic.get()),
        f64::from(u8::from(view.key.key.mode == Mode::Major)),
        quantile(&pitches, 0.9) - quantile(&pitches, 0.1),
        share(view.sounding.polyphony, view.sounding.any),
        entropy_bits(&histogram),
        groove_consistency(&groove(view)),
    ]
}

/// Notes in each beat from the first beat with an onset to the last.
fn notes_per_beat(view: &View) -> Vec<f64> {
    let beat = |tick: u32| (tick / view.ticks_per_quarter) as usize;
    let Some(first) = view.notes.first().map(|note| beat(note.tick)) else {
        return Vec::new();
    };
    let last = view.notes.last().map_or(first, |note| beat(note.tick));
    let mut counts = vec![0.0; (last - first + 1).min(MAX_BEATS)];
    for note in &view.notes {
        if let Some(count) = counts.get_mut(beat(note.tick) - first) {
            *count += 1.0;
        }
    }
    counts
}

/// Onsets of each four-beat stretch as a set of sixteenth positions, rounded to the nearest.
pub(super) fn groove(view: &View) -> Vec<u16> {
    let sixteenth = |tick: u32| {
        (u64::from(tick) * 4 + u64::from(view.ticks_per_quarter) / 2)
            / u64::from(view.ticks_per_quarter)
    };
    let Some(first) = view
        .notes
        .first()
        .map(|note| note.tick / view.ticks_per_quarter)
    else {
        return Vec::new();
    };
    let mut bars: Vec<u16> = Vec::new();
    for note in &view.notes {
        let position = sixteenth(note.tick) - u64::from(first) * 4;
        let bar = (position / u64::from(GROOVE_POSITIONS)) as usize;
        if bar >= MAX_BEATS {
            break;
        }
        if bar >= bars.len() {
            bars.resize(bar + 1, 0);
        }
        bars[bar] |= 1 << (position % u64::from(GROOVE_POSITIONS));
    }
    bars
}

/// Mean agreement of neighboring stretches, 0..=1; 1 where there is only one.
fn groove_consistency(bars: &[u16]) -> f64 {
    if bars.len() < 2 {
        return 1.0;
    }
    let agreement = |pair: &[u16]| {
        1.0 - f64::from((pair[0] ^ pair[1]).count_ones()) / f64::from(GROOVE_POSITIONS)
    };
    bars.windows(2).map(agreement).sum::<f64>() / (bars.len() - 1) as f64
}
