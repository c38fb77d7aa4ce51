//! Where the notes lie and how the highest line moves.

use super::statistics::{mean_sd, normalized, quantile, share, slope_and_correlation, sorted};
use super::view::View;

pub(super) const NAMES: [&str; 37] = [
    "pitch_q10",
    "pitch_median",
    "pitch_q90",
    "pitch_lowest",
    "pitch_highest",
    // Mean pitch weighted by sounding time.
    "pitch_mean_sounding",
    // Share of notes below E3 (52), below E2 (40), and above C5 (72).
    "low_share",
    "very_low_share",
    "high_share",
    "pitch_trend",
    // Mean distance of the highest and lowest sounding note, semitones.
    "span_mean",
    "polyphony_sd",
    // Lowest note of each onset.
    "bass_pitch_mean",
    "bass_pitch_sd",
    // The highest line.
    "melody_pitch_mean",
    "melody_pitch_sd",
    "melody_range",
    "melody_onsets_per_s",
    // Mean highest less mean lowest note of the onsets.
    "melody_bass_gap",
    // Share of melody steps upwards, and of steps that change direction.
    "melody_up_share",
    "melody_turn_share",
    "melody_interval_mean",
    // Share of onsets that repeat the whole onset before: same highest, lowest and count.
    "repeated_onset_share",
    // Shares of melody intervals of 0 … 12 semitones and more, either direction.
    "melody_interval_0",
    "melody_interval_1",
    "melody_interval_2",
    "melody_interval_3",
    "melody_interval_4",
    "melody_interval_5",
    "melody_interval_6",
    "melody_interval_7",
    "melody_interval_8",
    "melody_interval_9",
    "melody_interval_10",
    "melody_interval_11",
    "melody_interval_12_up",
    // Share of melody intervals of one or two semitones.
    "melody_step_share",
];

pub(super) fn values(view: &View) -> [f64; NAMES.len()] {
    let pitch = |note: &super::view::Timed| f64::from(note.pitch);
    let by_size = sorted(view.notes.iter().map(pitch));
    let of_notes = |test: fn(f64) -> bool| {
        share(
            by_size.iter().filter(|&&pitch| test(pitch)).count() as f64,
            by_size.len() as f64,
        )
    };
    let (sounding, seconds) = view.notes.iter().fold((0.0, 0.0), |(sum, seconds), note| {
        (sum + pitch(note) * note.seconds(), seconds + note.seconds())
    });
    let over_time = view.notes.iter().map(|note| (note.on, pitch(note)));
    let lows = view.onsets.iter().map(|onset| f64::from(onset.low));
    let highs = view.onsets.iter().map(|onset| f64::from(onset.high));
    let (bass_mean, bass_sd) = mean_sd(lows);
    let (high_mean, _) = mean_sd(highs);
    let line: Vec<f64> = view
        .melody
        .iter()
        .map(|onset| f64::from(onset.high))
        .collect();
    let (line_mean, line_sd) = mean_sd(line.iter().copied());
    let line_by_size = sorted(line.iter().copied());
    let repeated = view.onsets.windows(2).filter(|pair| {
        let shape = |index: usize| (pair[index].low, pair[index].high, pair[index].n_notes);
        shape(0) == shape(1)
    });
    let steps: Vec<f64> = line.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let intervals = interval_histogram(&steps);
    let moves: Vec<f64> = steps.iter().copied().filter(|step| *step != 0.0).collect();
    let up = moves.iter().filter(|step| **step > 0.0).count() as f64;
    let turns = moves
        .windows(2)
        .filter(|pair| pair[0] * pair[1] < 0.0)
        .count() as f64;
    let head = [
        quantile(&by_size, 0.1),
        quantile(&by_size, 0.5),
        quantile(&by_size, 0.9),
        quantile(&by_size, 0.0),
        quantile(&by_size, 1.0),
        share(sounding, seconds),
        of_notes(|pitch| pitch < 52.0),
        of_notes(|pitch| pitch < 40.0),
        of_notes(|pitch| pitch > 72.0),
        slope_and_correlation(over_time).0 * view.duration,
        share(view.sounding.span, view.sounding.any),
        polyphony_sd(view),
        bass_mean,
        bass_sd,
        line_mean,
        line_sd,
        quantile(&line_by_size, 0.95) - quantile(&line_by_size, 0.05),
        view.melody.len() as f64 / view.duration,
        high_mean - bass_mean,
        share(up, moves.len() as f64),
        share(turns, moves.len() as f64 - 1.0),
        mean_sd(steps.iter().map(|step| step.abs().min(24.0))).0,
        share(repeated.count() as f64, view.onsets.len() as f64 - 1.0),
    ];
    let mut values = [0.0; NAMES.len()];
    values[..23].copy_from_slice(&head);
    values[23..36].copy_from_slice(&intervals);
    values[36] = intervals[1] + intervals[2];
    values
}

/// Shares of absolute intervals, 12 and more together.
fn interval_histogram(steps: &[f64]) -> [f64; 13] {
    let mut histogram = [0.0; 13];
    for step in steps {
        histogram[(step.abs() as usize).min(12)] += 1.0;
    }
    normalized(histogram)
}

/// Standard deviation of the number of sounding notes while any sounds.
fn polyphony_sd(view: &View) -> f64 {
    let sounding = &view.sounding;
    let mean = share(sounding.polyphony, sounding.any);
    (share(sounding.polyphony_squared, sounding.any) - mean * mean)
        .max(0.0)
        .sqrt()
}
