//! Rates, inter-onset intervals, lengths, articulation, rests and pulse, all in seconds.

use super::statistics::{entropy_bits, mean_sd, quantile, share, slope_and_correlation, sorted};
use super::view::View;

/// Upper limits of the classes of inter-onset intervals whose entropy is taken, in seconds: half
/// octaves from 44 ms on.
const INTERVAL_CLASSES_S: [f64; 11] = [
    0.0625, 0.088, 0.125, 0.177, 0.25, 0.354, 0.5, 0.707, 1.0, 1.414, 2.0,
];

/// Most one-second windows looked at.
const MAX_WINDOWS: usize = 36_000;

/// Frames a second of the onset curve, and how many of them at most.
const PULSE_RATE_HZ: f64 = 50.0;
const MAX_PULSE_FRAMES: usize = 6_000;

/// Periods of a pulse: 0.24–1.2 s, 250–50 beats a minute, in frames.
const PULSE_LAGS: std::ops::RangeInclusive<usize> = 12..=60;

pub(super) const NAMES: [&str; 30] = [
    "notes_per_s",
    "onsets_per_s",
    // Inter-onset intervals.
    "ioi_mean_s",
    "ioi_sd_s",
    "ioi_median_s",
    "ioi_log_mean",
    "ioi_log_sd",
    "ioi_entropy",
    // Mean contrast of successive intervals, 0..=2 (nPVI / 100; Grabe and Low 2002).
    "ioi_contrast",
    // Share of intervals below 0.15 s, and above 0.6 s.
    "fast_share",
    "slow_share",
    // Notes in windows of one second.
    "density_sd_per_s",
    "density_q10_per_s",
    "density_q90_per_s",
    // Change of the notes a second over the piece, from start to end.
    "density_trend",
    "rest_share",
    "longest_rest_s",
    "note_length_q10_s",
    "note_length_median_s",
    "note_length_q90_s",
    "note_length_log_mean",
    "note_length_log_sd",
    // Share of notes shorter than 0.12 s.
    "short_note_share",
    // Length of an onset's longest note over the time to the next onset, at most 4.
    "articulation_mean",
    "articulation_median",
    // Share of onsets whose notes end before half the time to the next.
    "staccato_share",
    "notes_per_onset",
    // Share of onsets with three notes or more.
    "chord_onset_share",
    // Height of the highest peak in the autocorrelation of onsets, and where it lies.
    "pulse_clarity",
    "pulse_period_s",
];

pub(super) fn values(view: &View) -> [f64; NAMES.len()] {
    let n_onsets = view.onsets.len() as f64;
    let intervals: Vec<f64> = view
        .onsets
        .windows(2)
        .map(|pair| pair[1].time - pair[0].time)
        .collect();
    let by_size = sorted(intervals.iter().copied());
    let (ioi_mean, ioi_sd) = mean_sd(intervals.iter().copied());
    let (log_mean, log_sd) = mean_sd(intervals.iter().map(|interval| interval.max(1e-3).log2()));
    let windows = notes_per_second(view);
    let window_sizes = sorted(windows.iter().copied());
    let trend = slope_and_correlation(
        windows
            .iter()
            .enumerate()
            .map(|(n, &count)| (n as f64, count)),
    )
    .0;
    let lengths = sorted(view.notes.iter().map(|note| note.seconds()));
    let (length_log_mean, length_log_sd) =
        mean_sd(lengths.iter().map(|length| length.max(1e-3).log2()));
    let articulation = sorted(
        view.onsets
            .windows(2)
            .map(|pair| (pair[0].length / (pair[1].time - pair[0].time)).min(4.0)),
    );
    let of = |values: &[f64], test: fn(f64) -> bool| {
        share(
            values.iter().filter(|&&value| test(value)).count() as f64,
            values.len() as f64,
        )
    };
    let (pulse_clarity, pulse_period) = pulse(view);
    [
        view.notes.len() as f64 / view.duration,
        n_onsets / view.duration,
        ioi_mean,
        ioi_sd,
        quantile(&by_size, 0.5),
        log_mean,
        log_sd,
        interval_entropy(&intervals),
        contrast(&intervals),
        of(&intervals, |interval| interval < 0.15),
        of(&intervals, |interval| interval > 0.6),
        mean_sd(windows.iter().copied()).1,
        quantile(&window_sizes, 0.1),
        quantile(&window_sizes, 0.9),
        trend * windows.len() as f64,
        1.0 - (view.sounding.any / view.duration).min(1.0),
        view.sounding.longest_rest,
        quantile(&lengths, 0.1),
        quantile(&lengths, 0.5),
        quantile(&lengths, 0.9),
        length_log_mean,
        length_log_sd,
        of(&lengths, |length| length < 0.12),
        mean_sd(articulation.iter().copied()).0,
        quantile(&articulation, 0.5),
        of(&articulation, |ratio| ratio < 0.5),
        share(view.notes.len() as f64, n_onsets),
        share(
            view.onsets
                .iter()
                .filter(|onset| onset.n_notes >= 3)
                .count() as f64,
            n_onsets,
        ),
        pulse_clarity,
        pulse_period,
    ]
}

/// Notes that start in each second; the last, incomplete one is left out unless it is the only one.
fn notes_per_second(view: &View) -> Vec<f64> {
    let n_windows = (view.duration.floor().max(1.0) as usize).min(MAX_WINDOWS);
    let mut counts = vec![0.0; n_windows];
    for note in &view.notes {
        if let Some(count) = counts.get_mut((note.on - view.start) as usize) {
            *count += 1.0;
        }
    }
    counts
}

/// Entropy of the half-octave classes of inter-onset intervals, bits.
fn interval_entropy(intervals: &[f64]) -> f64 {
    let mut histogram = [0.0; INTERVAL_CLASSES_S.len() + 1];
    for interval in intervals {
        histogram[INTERVAL_CLASSES_S.partition_point(|limit| limit <= interval)] += 1.0;
    }
    entropy_bits(&histogram)
}

/// Mean of |a − b| / ((a + b) / 2) over successive intervals.
fn contrast(intervals: &[f64]) -> f64 {
    mean_sd(
        intervals
            .windows(2)
            .map(|pair| share(2.0 * (pair[0] - pair[1]).abs(), pair[0] + pair[1])),
    )
    .0
}

/// Height, 0..=1, and period in seconds of the strongest peak of the autocorrelation of onsets,
/// each onset weighted by the root of its notes and smeared over three frames.
fn pulse(view: &View) -> (f64, f64) {
    let n_frames = ((view.duration * PULSE_RATE_HZ) as usize + 3).min(MAX_PULSE_FRAMES);
    let mut curve = vec![0.0_f32; n_frames];
    for onset in &view.onsets {
        let at = ((onset.time - view.start) * PULSE_RATE_HZ) as usize + 1;
        let weight = (onset.n_notes as f32).sqrt();
        for (offset, share) in [(at - 1, 0.5), (at, 1.0), (at + 1, 0.5)] {
            if let Some(value) = curve.get_mut(offset) {
                *value += weight * share;
            }
        }
    }
    let mean = curve.iter().sum::<f32>() / n_frames as f32;
    for value in &mut curve {
        *value -= mean;
    }
    let energy: f32 = curve.iter().map(|value| value * value).sum();
    let mut best = (0.0, 0.0);
    for lag in PULSE_LAGS.filter(|&lag| 2 * lag <= n_frames) {
        let product: f32 = curve.iter().zip(&curve[lag..]).map(|(a, b)| a * b).sum();
        // Longer lags overlap less; without the correction they could not win.
        let height = share(f64::from(product), f64::from(energy)) * n_frames as f64
            / (n_frames - lag) as f64;
        if height > best.0 {
            best = (height.min(1.0), lag as f64 / PULSE_RATE_HZ);
        }
    }
    best
}
