//! Beats: the moments at which a listener taps.
//!
//! Dynamic programming over the onset strength (Ellis 2007, "Beat tracking by dynamic programming",
//! section 2): beats shall fall on onsets and be one tempo period apart; with librosa's tightness,
//! smoothing and trimming.

use super::stats::{Moments, median};

/// How much an uneven beat costs against onsets.
const TIGHTNESS: f64 = 100.0;
/// Onsets are smoothed by a Gaussian of this share of a period.
const SMOOTHNESS: f64 = 1.0 / 32.0;
/// Beats do not begin before this share of the highest strength.
const FIRST_SHARE: f64 = 0.01;

/// Frames with a beat, in ascending order.
///
/// # Shapes
/// - `strength`: `[n_frames]`, onset strength
/// - `period`: frames a beat, at least 1
pub(crate) fn beats(strength: &[f32], period: usize) -> Vec<usize> {
    let deviation = sample_deviation(strength);
    if deviation <= 0.0 || period == 0 {
        return Vec::new();
    }
    let local = smoothed(strength, period, deviation);
    let path = best_paths(&local, period);
    let Some(mut frame) = last_beat(&path.score) else {
        return Vec::new();
    };
    let mut beats = vec![frame];
    while let Some(before) = path.before[frame] {
        beats.push(before);
        frame = before;
    }
    beats.reverse();
    trimmed(beats, &local)
}

fn sample_deviation(values: &[f32]) -> f64 {
    let n = values.len() as f64;
    if values.len() < 2 {
        return 0.0;
    }
    (f64::from(Moments::of(values).variance()) * n / (n - 1.0)).sqrt()
}

/// The strength in units of its deviation, smoothed.
fn smoothed(strength: &[f32], period: usize, deviation: f64) -> Vec<f64> {
    let reach = period as isize;
    let weight = |off: isize| (-0.5 * (off as f64 / (SMOOTHNESS * period as f64)).powi(2)).exp();
    // Beyond a quarter of a period the Gaussian is below 1e-13.
    let reach = reach.min(period.div_ceil(4) as isize);
    let weights: Vec<f64> = (-reach..=reach).map(weight).collect();
    let at = |frame: isize| {
        let inside = usize::try_from(frame).ok();
        inside
            .and_then(|frame| strength.get(frame))
            .map_or(0.0, |value| f64::from(*value))
    };
    (0..strength.len() as isize)
        .map(|frame| {
            let pairs = weights.iter().zip(frame - reach..);
            pairs.map(|(weight, near)| weight * at(near)).sum::<f64>() / deviation
        })
        .collect()
}

/// The best score of beats that end at each frame, and the beat before.
struct Paths {
    score: Vec<f64>,
    before: Vec<Option<usize>>,
}

fn best_paths(local: &[f64], period: usize) -> Paths {
    let nearest = ((period as f64 / 2.0).round_ties_even() as usize).max(1);
    let penalty = |gap: usize| TIGHTNESS * (gap as f64 / period as f64).ln().powi(2);
    let penalties: Vec<f64> = (nearest..=2 * period).map(penalty).collect();
    let threshold = FIRST_SHARE * local.iter().copied().fold(f64::MIN, f64::max);
    let mut paths = Paths {
        score: Vec::with_capacity(local.len()),
        before: Vec::with_capacity(local.len()),
    };
    let mut begun = false;
    for (frame, score) in local.iter().enumerate() {
        let mut best: Option<(f64, usize)> = None;
        for (gap, penalty) in (nearest..=frame).zip(&penalties) {
            let sum = paths.score[frame - gap] - penalty;
            if best.is_none_or(|(best, _)| sum > best) {
                best = Some((sum, frame - gap));
            }
        }
        paths.score.push(score + best.map_or(0.0, |(sum, _)| sum));
        begun |= *score >= threshold;
        let before = best.filter(|_| begun).map(|(_, before)| before);
        paths.before.push(before);
    }
    paths
}

/// The last peak of the scores that reaches half of their peaks' median.
fn last_beat(score: &[f64]) -> Option<usize> {
    let is_peak = |frame: usize| {
        let after = score.get(frame + 1);
        frame > 0
            && score[frame] > score[frame - 1]
            && after.is_none_or(|after| score[frame] >= *after)
    };
    let peaks: Vec<usize> = (0..score.len()).filter(|frame| is_peak(*frame)).collect();
    let mut heights: Vec<f32> = peaks.iter().map(|frame| score[*frame] as f32).collect();
    let threshold = 0.5 * f64::from(median(&mut heights));
    let last = peaks.into_iter().rfind(|frame| score[*frame] >= threshold);
    last.or(score.len().checked_sub(1))
}

/// Without the weak beats at both ends: those below half of the smoothed beats' root mean square.
fn trimmed(beats: Vec<usize>, local: &[f64]) -> Vec<usize> {
    let strength: Vec<f64> = beats.iter().map(|frame| local[*frame]).collect();
    let at = |i: isize| {
        usize::try_from(i)
            .ok()
            .and_then(|i| strength.get(i))
            .copied()
            .unwrap_or(0.0)
    };
    // The beats smoothed by 0.5, 1, 0.5, and one value beyond the last one, as librosa counts.
    let n = strength.len() as isize + 2;
    let smooth = |i: isize| 0.5 * at(i - 1) + at(i) + 0.5 * at(i + 1);
    let power = (0..n).map(|i| smooth(i).powi(2)).sum::<f64>() / n as f64;
    let threshold = 0.5 * power.sqrt();
    let strong = |frame: &usize| local[*frame] > threshold;
    // Weak are all frames before the first strong frame of the sound, and after the last one.
    let first = (0..local.len()).find(strong).unwrap_or(local.len());
    let last = (0..local.len()).rfind(strong).unwrap_or(0);
    beats
        .into_iter()
        .filter(|beat| (first..=last).contains(beat))
        .collect()
}
