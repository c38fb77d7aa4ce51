//! Seeded randomness: every bar and candidate has a stream of its own, so that the same request
//! gives the same notes whatever was composed or thrown away before.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Mixes numbers into one well-spread number (SplitMix64, Steele, Lea & Flood 2014).
pub(crate) fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |state, &part| {
        let mut z = state.wrapping_add(part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// The stream of random numbers that belongs to these numbers.
pub(crate) fn stream(parts: &[u64]) -> Pcg64Mcg {
    Pcg64Mcg::seed_from_u64(mix(parts))
}

/// A number in 0..1.
pub(crate) fn unit(rng: &mut Pcg64Mcg) -> f64 {
    rng.random::<f64>()
}

/// Whether something with this probability happens; draws always, so that streams stay aligned.
pub(crate) fn chance(rng: &mut Pcg64Mcg, probability: f64) -> bool {
    unit(rng) < probability
}

/// One of the items with equal chance; `items` must not be empty.
pub(crate) fn pick<T: Copy>(rng: &mut Pcg64Mcg, items: &[T]) -> T {
    items[(unit(rng) * items.len() as f64) as usize % items.len()]
}

/// Index of one weight, chosen in proportion to it; `weights` must not be empty.
pub(crate) fn weighted(rng: &mut Pcg64Mcg, weights: &[f64]) -> usize {
    let mut left = unit(rng) * weights.iter().sum::<f64>();
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    weights.len() - 1
}
