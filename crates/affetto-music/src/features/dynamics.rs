//! Loudness as written in MIDI velocities.

use super::statistics::{mean_sd, quantile, slope_and_correlation, sorted};
use super::view::View;

pub(super) const NAMES: [&str; 7] = [
    "velocity_q10",
    "velocity_median",
    "velocity_q90",
    // Correlation of velocity and pitch over the notes: loud tune above a soft accompaniment.
    "velocity_pitch_correlation",
    // Change from start to end.
    "velocity_trend",
    // Mean absolute change from onset to onset.
    "velocity_step",
    // 1 where all velocities are the same, as in files without dynamics.
    "velocity_is_constant",
];

pub(super) fn values(view: &View) -> [f64; NAMES.len()] {
    let velocity = |note: &super::view::Timed| f64::from(note.velocity);
    let by_size = sorted(view.notes.iter().map(velocity));
    let over_pitch = view
        .notes
        .iter()
        .map(|note| (f64::from(note.pitch), velocity(note)));
    let over_time = view.notes.iter().map(|note| (note.on, velocity(note)));
    let steps = view
        .onsets
        .windows(2)
        .map(|pair| (pair[1].velocity - pair[0].velocity).abs());
    let constant = by_size.first() == by_size.last();
    [
        quantile(&by_size, 0.1),
        quantile(&by_size, 0.5),
        quantile(&by_size, 0.9),
        slope_and_correlation(over_pitch).1,
        slope_and_correlation(over_time).0 * view.duration,
        mean_sd(steps).0,
        f64::from(u8::from(constant)),
    ]
}
