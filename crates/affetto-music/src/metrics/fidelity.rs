//! How close a piece comes to another bar by bar: whether control was obeyed.
//!
//! FIGARO (von Rütte et al. 2023), whose formulas these are: chroma and groove as cosines, and the
//! overlapping area of two normal distributions of pitch, velocity and duration.

use super::rhythm::position;
use super::{Bar, bars, cosine, mean};
use crate::{Note, Score};

/// Positions of a bar that grooves tell apart: 12 a quarter note in 4/4.
const POSITIONS: usize = 48;

/// Least standard deviation, so that equal values have an area.
const LEAST_DEVIATION: f64 = 0.01;

/// Means over the bars of two pieces, all in 0..=1 where 1 is alike. A bar pair in which a value is
/// not defined is left out of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BarFidelity {
    /// Cosine of pitch-class counts.
    pub chroma: Option<f64>,
    /// Cosine of onset counts by position, each spread a little to its neighbors.
    pub groove: Option<f64>,
    /// Overlapping area of pitches.
    pub pitch: Option<f64>,
    /// Overlapping area of velocities.
    pub velocity: Option<f64>,
    /// Overlapping area of durations in quarters.
    pub duration: Option<f64>,
}

/// Compares two pieces bar by bar, up to the end of the shorter.
#[must_use]
pub fn fidelity(wanted: &Score, made: &Score) -> BarFidelity {
    let (a, b) = (bars(wanted), bars(made));
    let pairs: Vec<(&Bar, &Bar)> = a.iter().zip(&b).collect();
    let area = |value: fn(&Note, f64) -> f64| {
        mean(pairs.iter().filter_map(|(a, b)| {
            let of = |bar: &Bar, score: &Score| {
                let quarter = f64::from(score.ticks_per_quarter);
                spread(bar.pitched.iter().map(|note| value(note, quarter)))
            };
            Some(overlapping_area(of(a, wanted)?, of(b, made)?))
        }))
    };
    BarFidelity {
        chroma: mean(pairs.iter().map(|(a, b)| cosine(&chroma(a), &chroma(b)))),
        groove: mean(pairs.iter().map(|(a, b)| cosine(&groove(a), &groove(b)))),
        pitch: area(|note, _| f64::from(note.pitch)),
        velocity: area(|note, _| f64::from(note.velocity)),
        duration: area(|note, quarter| f64::from(note.duration) / quarter),
    }
}

/// Counts of pitch classes; even where there are no notes.
fn chroma(bar: &Bar) -> [f64; 12] {
    if bar.pitched.is_empty() {
        [1.0; 12]
    } else {
        bar.chroma()
    }
}

/// Counts of onsets convolved with 1, 4, 1; even where there are none.
fn groove(bar: &Bar) -> Vec<f64> {
    if bar.is_empty() {
        return vec![1.0; POSITIONS];
    }
    let mut groove = vec![0.0; POSITIONS];
    for note in bar.notes() {
        let position = position(bar, note.onset, POSITIONS).min(POSITIONS - 1);
        groove[position] += 4.0;
        if let Some(before) = position.checked_sub(1) {
            groove[before] += 1.0;
        }
        if let Some(after) = groove.get_mut(position + 1) {
            *after += 1.0;
        }
    }
    groove
}

/// Mean and standard deviation (of the population).
fn spread(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let center = mean(values.clone())?;
    let variance = mean(values.map(|value| (value - center).powi(2)))?;
    Some((center, variance.sqrt().max(LEAST_DEVIATION)))
}

/// Area under the lower of two normal densities given as (mean, deviation), in 0..=1.
fn overlapping_area(a: (f64, f64), b: (f64, f64)) -> f64 {
    let ((mean_a, sd_a), (mean_b, sd_b)) = if a.1 <= b.1 { (a, b) } else { (b, a) };
    let below = |x: f64, mean: f64, sd: f64| 0.5 * (1.0 + erf((x - mean) / (sd * 2_f64.sqrt())));
    if (sd_b / sd_a - 1.0).abs() < 1e-9 {
        let distance = (mean_a - mean_b).abs() / (2.0 * sd_a);
        return 1.0 - erf(distance / 2_f64.sqrt());
    }
    // The densities cross where a quadratic is zero; between, the narrow one is the higher.
    let (va, vb) = (sd_a * sd_a, sd_b * sd_b);
    let gap = mean_b - mean_a;
    let root = sd_a * sd_b * (gap * gap + (vb - va) * (vb / va).ln()).sqrt();
    let center = mean_a * vb - mean_b * va;
    let (left, right) = ((center - root) / (vb - va), (center + root) / (vb - va));
    let narrow = below(right, mean_a, sd_a) - below(left, mean_a, sd_a);
    let wide = below(right, mean_b, sd_b) - below(left, mean_b, sd_b);
    (1.0 - narrow + wide).clamp(0.0, 1.0)
}

/// Error function to 1.2e-7 (Press et al. 1992, "Numerical Recipes in C", section 6.2).
fn erf(x: f64) -> f64 {
    const TERMS: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    let exponent = TERMS.iter().rev().fold(0.0, |sum, term| sum * t + term);
    let complement = t * (-x * x + exponent).exp();
    if x >= 0.0 {
        1.0 - complement
    } else {
        complement - 1.0
    }
}
