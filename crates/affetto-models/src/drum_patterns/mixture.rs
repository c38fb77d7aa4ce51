//! A mixture of Bernoulli distributions over the places of a bar, by expectation–maximization with
//! Beta priors (Bishop 2006, "Pattern recognition and machine learning", 9.3.3).

use std::collections::BTreeMap;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::N_PLACES;
use super::data::Bar;

/// Probabilities stay this far from 0 and 1.
pub(super) const MARGIN: f64 = 0.004;
/// Rounds of expectation and maximization.
const N_ROUNDS: usize = 40;

/// How many components a fit may have, and on what they rest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Components at most.
    pub(super) n_components: usize,
    /// Recordings that each rests on at least, counted as the inverse sum of squared shares.
    pub(super) min_recordings: f64,
}

/// A probability for each place.
pub(super) type Probabilities = [f64; N_PLACES];

/// One component.
#[derive(Debug, Clone)]
pub(super) struct Component {
    pub(super) share: f64,
    pub(super) probabilities: Probabilities,
}

/// A component prepared for likelihoods: that of an empty bar, and what each stroke adds.
pub(super) struct Prepared {
    empty: f64,
    gains: Probabilities,
}

impl Prepared {
    pub(super) fn new(component: &Component) -> Self {
        let mut empty = component.share.max(1e-9).ln();
        let gains = std::array::from_fn(|place| {
            let p = component.probabilities[place].clamp(MARGIN, 1.0 - MARGIN);
            empty += (1.0 - p).ln();
            (p / (1.0 - p)).ln()
        });
        Self { empty, gains }
    }

    /// Logarithm of share times likelihood of a bar.
    pub(super) fn log_joint(&self, bar: &Bar) -> f64 {
        let gains = bar
            .hits
            .iter()
            .map(|hit| self.gains[usize::from(hit.place)]);
        self.empty + gains.sum::<f64>()
    }
}

/// Logarithm of a sum of exponentials.
pub(super) fn log_sum(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + values
        .iter()
        .map(|value| (value - most).exp())
        .sum::<f64>()
        .ln()
}

/// Mean probabilities of weighted bars, drawn towards `prior` by `strength` bars.
pub(super) fn mean_pattern<'a>(
    bars: impl Iterator<Item = (&'a Bar, f64)>,
    prior: &Probabilities,
    strength: f64,
) -> Probabilities {
    let mut sum = prior.map(|p| p * strength);
    let mut n = strength;
    for (bar, weight) in bars {
        n += weight;
        for hit in &bar.hits {
            sum[usize::from(hit.place)] += weight;
        }
    }
    sum.map(|sum| (sum / n.max(1e-9)).clamp(MARGIN, 1.0 - MARGIN))
}

/// The responsibilities of components for bars, times the weights of the bars; a row a bar.
pub(super) fn responsibilities(components: &[Component], bars: &[(&Bar, f64)]) -> Vec<Vec<f64>> {
    let prepared: Vec<Prepared> = components.iter().map(Prepared::new).collect();
    let row = |(bar, weight): &(&Bar, f64)| {
        let logs: Vec<f64> = prepared.iter().map(|p| p.log_joint(bar)).collect();
        let all = log_sum(&logs);
        logs.iter().map(|log| weight * (log - all).exp()).collect()
    };
    bars.iter().map(row).collect()
}

/// Fits components. Those that rest on too few recordings are given up one by one, so
/// that none is the portrait of one recording while another is left.
pub(super) fn fit(
    bars: &[(&Bar, f64)],
    prior: &Probabilities,
    strength: f64,
    limits: Limits,
    rng: &mut Pcg64Mcg,
) -> Vec<Component> {
    let mut components = start(bars, prior, limits.n_components, rng);
    loop {
        for _ in 0..N_ROUNDS {
            let shares = responsibilities(&components, bars);
            components = maximized(bars, &shares, prior, strength, components.len());
        }
        let shares = responsibilities(&components, bars);
        let supports: Vec<f64> = (0..components.len())
            .map(|k| n_recordings(bars, &shares, k))
            .collect();
        let weakest = (0..components.len()).min_by(|&a, &b| supports[a].total_cmp(&supports[b]));
        match weakest {
            Some(k) if supports[k] < limits.min_recordings && components.len() > 1 => {
                components.remove(k);
            }
            _ => return components,
        }
    }
}

/// Components around bars that differ (k-means++; Arthur and Vassilvitskii 2007).
fn start(
    bars: &[(&Bar, f64)],
    prior: &Probabilities,
    n: usize,
    rng: &mut Pcg64Mcg,
) -> Vec<Component> {
    let mut distances: Vec<f64> = bars.iter().map(|(_, weight)| *weight).collect();
    let mut components: Vec<Component> = Vec::new();
    while components.len() < n.max(1) {
        let mut left = rng.random::<f64>() * distances.iter().sum::<f64>();
        let chosen = distances.iter().position(|distance| {
            left -= distance;
            left < 0.0
        });
        let Some((center, _)) = chosen.map(|index| bars[index]) else {
            break;
        };
        components.push(Component {
            share: 1.0 / n as f64,
            probabilities: mean_pattern([(center, 1.0)].into_iter(), prior, 1.0),
        });
        for (distance, (bar, weight)) in distances.iter_mut().zip(bars) {
            *distance = distance.min(weight * difference(bar, center));
        }
    }
    if components.is_empty() {
        components.push(Component {
            share: 1.0,
            probabilities: *prior,
        });
    }
    components
}

/// In how many places two bars differ.
fn difference(a: &Bar, b: &Bar) -> f64 {
    let shared = a
        .hits
        .iter()
        .filter(|hit| b.hits.iter().any(|other| other.place == hit.place));
    (a.hits.len() + b.hits.len() - 2 * shared.count()) as f64
}

fn maximized(
    bars: &[(&Bar, f64)],
    shares: &[Vec<f64>],
    prior: &Probabilities,
    strength: f64,
    n: usize,
) -> Vec<Component> {
    let sums: Vec<f64> = (0..n)
        .map(|k| shares.iter().map(|row| row[k]).sum::<f64>() + 1.0)
        .collect();
    let all: f64 = sums.iter().sum();
    (0..n)
        .map(|k| Component {
            // A Dirichlet prior: each component has one bar more than it was given.
            share: sums[k] / all,
            probabilities: mean_pattern(
                bars.iter()
                    .zip(shares)
                    .map(|((bar, _), row)| (*bar, row[k])),
                prior,
                strength,
            ),
        })
        .collect()
}

/// On how many recordings a component rests.
fn n_recordings(bars: &[(&Bar, f64)], shares: &[Vec<f64>], k: usize) -> f64 {
    let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
    for ((bar, _), row) in bars.iter().zip(shares) {
        *sums.entry(bar.recording).or_default() += row[k];
    }
    let all: f64 = sums.values().sum();
    let squares: f64 = sums.values().map(|sum| sum * sum).sum();
    if squares > 0.0 {
        all * all / squares
    } else {
        0.0
    }
}
