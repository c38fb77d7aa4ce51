//! Random numbers that follow from a place in the music instead of from a state.

use crate::random::mix;

/// Evenly distributed in −1..=1.
pub(super) fn white(place: &[u64]) -> f64 {
    (mix(place) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// 1/f noise of variance 1 at a time step: octaves of held random numbers added up (the algorithm
/// of Voss, in Gardner 1978), here without state.
pub(super) fn pink(seed: u64, step: u64) -> f64 {
    const OCTAVES: u64 = 8;
    let sum: f64 = (0..OCTAVES)
        .map(|octave| white(&[seed, octave, step >> octave]))
        .sum();
    // White noise in −1..=1 has variance 1/3.
    sum / (OCTAVES as f64 / 3.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pink_noise_has_unit_variance_and_long_memory() {
        let values: Vec<f64> = (0..20_000).map(|step| pink(5, step)).collect();
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let at_lag = |lag: usize| {
            values
                .iter()
                .zip(&values[lag..])
                .map(|(a, b)| (a - mean) * (b - mean))
                .sum::<f64>()
                / 20_000.0
        };
        assert!((at_lag(0) - 1.0).abs() < 0.1, "{}", at_lag(0));
        assert!(at_lag(1) > 0.6 && at_lag(16) > 0.2 && at_lag(16) < at_lag(4));
    }
}
