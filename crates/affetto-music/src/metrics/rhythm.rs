//! When notes start, and how alike bars are in that.

use std::collections::BTreeSet;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::{Bar, bars, mean};
use crate::{Meter, Score};

/// Positions of a bar that [`Summary`](super::Summary) tells apart: sixteenths in 4/4.
pub const GROOVE_POSITIONS: usize = 16;

/// Most pairs of bars that [`grooving_similarity`] compares.
const MAX_PAIRS: usize = 1000;

/// GS: mean over all pairs of bars of one minus the share of positions at which one of them has an
/// onset and the other has none, in 0..=1 (MusDr, Wu and Yang 2020, who have 64 positions a bar).
///
/// Onsets go to the nearest of `positions` of their bar, or to the start of the next bar. Of more
/// than 1,000 pairs, 1,000 are drawn with `seed`.
#[must_use]
pub fn grooving_similarity(score: &Score, positions: usize, seed: u64) -> Option<f64> {
    let grooves = grooves(score, positions.max(1));
    let n_bars = grooves.len();
    let n_pairs = n_bars * n_bars.saturating_sub(1) / 2;
    let likeness = |number: usize| {
        let (a, b) = pair(number);
        likeness(&grooves[a], &grooves[b])
    };
    if n_pairs <= MAX_PAIRS {
        return mean((0..n_pairs).map(likeness));
    }
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut drawn = BTreeSet::new();
    while drawn.len() < MAX_PAIRS {
        drawn.insert(random.random_range(0..n_pairs));
    }
    mean(drawn.into_iter().map(likeness))
}

/// The pair of bars of a number: 0 is (1, 0), 1 is (2, 0), 2 is (2, 1), 3 is (3, 0) …
fn pair(number: usize) -> (usize, usize) {
    let mut a = ((1.0 + (1.0 + 8.0 * number as f64).sqrt()) / 2.0) as usize;
    // The root may be one off by rounding.
    while a * (a - 1) / 2 > number {
        a -= 1;
    }
    while a * (a + 1) / 2 <= number {
        a += 1;
    }
    (a, number - a * (a - 1) / 2)
}

/// Groove consistency: the same likeness, of neighboring bars only (MusPy, Dong et al. 2020).
#[must_use]
pub fn groove_consistency(score: &Score, positions: usize) -> Option<f64> {
    let grooves = grooves(score, positions.max(1));
    mean(grooves.windows(2).map(|pair| likeness(&pair[0], &pair[1])))
}

/// Share of bars in which nothing starts.
#[must_use]
pub fn empty_bar_rate(score: &Score) -> Option<f64> {
    mean(
        bars(score)
            .iter()
            .map(|bar| f64::from(u8::from(bar.is_empty()))),
    )
}

/// Share of beats (metre's denominator) in which nothing sounds.
///
/// As in MusPy, but a note that ends at a beat does not fill it, and beats follow the metre.
#[must_use]
pub fn empty_beat_rate(score: &Score) -> Option<f64> {
    let beats = beat_lines(score);
    let n_beats = beats.len().checked_sub(1).filter(|count| *count > 0)?;
    // Difference array: where stretches of sounding beats start and end.
    let mut changes = vec![0_i64; n_beats + 1];
    for note in score.tracks.iter().flat_map(|track| &track.notes) {
        let first = beats
            .partition_point(|&beat| beat <= note.onset)
            .saturating_sub(1);
        let end = beats
            .partition_point(|&beat| beat < note.end())
            .clamp(first + 1, n_beats.max(first + 1));
        if first < n_beats {
            changes[first] += 1;
            changes[end.min(n_beats)] -= 1;
        }
    }
    let mut sounding = 0;
    let n_empty = changes[..n_beats]
        .iter()
        .filter(|change| {
            sounding += **change;
            sounding == 0
        })
        .count();
    Some(n_empty as f64 / n_beats as f64)
}

/// Notes of all tracks a beat (metre's denominator) of the score's length.
#[must_use]
pub fn notes_per_beat(score: &Score) -> Option<f64> {
    let n_beats = beat_lines(score)
        .len()
        .checked_sub(1)
        .filter(|count| *count > 0)?;
    Some(n_notes(score) / n_beats as f64)
}

/// Notes of all tracks a second of the score's length.
#[must_use]
pub fn notes_per_second(score: &Score) -> Option<f64> {
    let seconds = score.duration_seconds();
    (seconds > 0.0).then(|| n_notes(score) / seconds)
}

fn n_notes(score: &Score) -> f64 {
    score
        .tracks
        .iter()
        .map(|track| track.notes.len() as f64)
        .sum()
}

/// Ticks at which beats start, and at last the end of the last bar.
fn beat_lines(score: &Score) -> Vec<u32> {
    let bars = score.bar_lines();
    let mut beats = Vec::new();
    let mut meters = score.meters.iter().peekable();
    let mut meter = Meter::COMMON;
    for line in bars.windows(2) {
        while let Some(change) = meters.next_if(|change| change.tick <= line[0]) {
            meter = change.meter;
        }
        let beat = meter.beat_ticks(score.ticks_per_quarter).max(1);
        beats.extend((line[0]..line[1]).step_by(beat as usize));
    }
    beats.extend(bars.last().filter(|_| bars.len() > 1));
    beats
}

/// Where the bars have onsets.
fn grooves(score: &Score, positions: usize) -> Vec<Vec<bool>> {
    let bars = bars(score);
    let mut grooves = vec![vec![false; positions]; bars.len()];
    for (index, bar) in bars.iter().enumerate() {
        for note in bar.notes() {
            match position(bar, note.onset, positions) {
                position if position < positions => grooves[index][position] = true,
                _ => {
                    if let Some(next) = grooves.get_mut(index + 1) {
                        next[0] = true;
                    }
                }
            }
        }
    }
    grooves
}

/// The nearest position of a bar; `positions` is the start of the next bar.
pub(super) fn position(bar: &Bar, onset: u32, positions: usize) -> usize {
    let share = f64::from(onset - bar.start) / f64::from(bar.end - bar.start);
    (share * positions as f64).round() as usize
}

/// Share of positions at which two bars agree.
fn likeness(a: &[bool], b: &[bool]) -> f64 {
    let same = a.iter().zip(b).filter(|(a, b)| a == b).count();
    same as f64 / a.len().max(1) as f64
}
