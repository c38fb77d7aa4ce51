//! Choosing tokens one after another: the likeliest, or, where that goes astray, with chance.

use rand::{RngExt as _, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::config::WhisperConfig;
use super::network::{Decoder, DecoderState};
use super::tokens::Tokens;
use crate::Error;

/// Temperatures tried in turn until the outcome is plausible (Radford et al. 2022, section 4.5
/// takes six steps; three keep the wait short).
const TEMPERATURES: [f32; 3] = [0.0, 0.4, 0.8];
/// A mean logarithm of probability below this is mostly guessing (as published).
const GUESSING: f32 = -1.0;
/// Words in a loop: fewer than this share of all runs of three tokens are different. In place of
/// the published ratio of compression, which means the same.
const LEAST_VARIETY: f32 = 0.4;
/// Runs of three tokens from which variety is judged.
const FEWEST_RUNS: usize = 10;

/// Tokens of one window.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Generated {
    /// The tokens after the prompt, without the end.
    pub(super) tokens: Vec<u32>,
    /// Sum of the logarithms of their probabilities, the end's included.
    pub(super) log_probability: f32,
    /// How many probabilities that sums.
    pub(super) n_chosen: usize,
}

impl Generated {
    pub(super) fn mean_log_probability(&self) -> f32 {
        self.log_probability / self.n_chosen.max(1) as f32
    }

    fn is_plausible(&self) -> bool {
        self.mean_log_probability() > GUESSING && variety(&self.tokens) > LEAST_VARIETY
    }
}

/// The rules of one model.
pub(super) struct Generator<'m> {
    pub(super) decoder: &'m Decoder,
    pub(super) tokens: &'m Tokens,
    pub(super) config: &'m WhisperConfig,
}

impl Generator<'_> {
    /// Chooses tokens after a prompt that `state` already holds, whose scores are given, until
    /// the end or the limit. Lower temperatures are tried first.
    pub(super) fn generate(
        &self,
        state: &DecoderState,
        scores: &[f32],
        max_tokens: usize,
    ) -> Result<Generated, Error> {
        let mut best: Option<Generated> = None;
        for (i, temperature) in TEMPERATURES.into_iter().enumerate() {
            let mut rng = Pcg64Mcg::seed_from_u64(i as u64);
            let mut state = state.clone();
            let generated = self.at(&mut state, scores, max_tokens, temperature, &mut rng)?;
            if generated.is_plausible() {
                return Ok(generated);
            }
            let is_better = best.as_ref().is_none_or(|best| {
                (
                    variety(&generated.tokens) > LEAST_VARIETY,
                    generated.mean_log_probability(),
                ) > (
                    variety(&best.tokens) > LEAST_VARIETY,
                    best.mean_log_probability(),
                )
            });
            if is_better {
                best = Some(generated);
            }
        }
        Ok(best.unwrap_or(Generated {
            tokens: Vec::new(),
            log_probability: 0.0,
            n_chosen: 0,
        }))
    }

    /// The likeliest tokens, whatever they are.
    #[cfg(test)]
    pub(super) fn greedy(
        &self,
        state: &DecoderState,
        scores: &[f32],
        max_tokens: usize,
    ) -> Result<Generated, Error> {
        let mut rng = Pcg64Mcg::seed_from_u64(0);
        self.at(&mut state.clone(), scores, max_tokens, 0.0, &mut rng)
    }

    fn at(
        &self,
        state: &mut DecoderState,
        scores: &[f32],
        max_tokens: usize,
        temperature: f32,
        rng: &mut Pcg64Mcg,
    ) -> Result<Generated, Error> {
        let mut generated = Generated {
            tokens: Vec::new(),
            log_probability: 0.0,
            n_chosen: 0,
        };
        let mut scores = scores.to_vec();
        loop {
            self.suppress(&mut scores, generated.tokens.is_empty());
            let log_probabilities = log_softmax(&scores);
            let token = choose(&log_probabilities, temperature, rng);
            generated.log_probability += log_probabilities[token as usize];
            generated.n_chosen += 1;
            if token == self.tokens.end {
                return Ok(generated);
            }
            generated.tokens.push(token);
            if generated.tokens.len() >= max_tokens {
                return Ok(generated);
            }
            scores = self.decoder.step(state, &[token])?;
        }
    }

    /// Takes away what must not be said: all signs but the end, the published list, and, at the
    /// beginning, what must not come first.
    fn suppress(&self, scores: &mut [f32], is_first: bool) {
        for (token, score) in (0_u32..).zip(scores.iter_mut()) {
            if self.tokens.is_sign(token) && token != self.tokens.end {
                *score = f32::NEG_INFINITY;
            }
        }
        let listed = self.config.suppress_tokens.iter().flatten();
        let first = self.config.begin_suppress_tokens.iter().flatten();
        for token in listed.chain(first.filter(|_| is_first)) {
            if let Some(score) = scores.get_mut(*token as usize) {
                *score = f32::NEG_INFINITY;
            }
        }
    }
}

/// The share of all runs of three tokens that are different; 1 for short texts.
fn variety(tokens: &[u32]) -> f32 {
    let runs: Vec<&[u32]> = tokens.windows(3).collect();
    if runs.len() < FEWEST_RUNS {
        return 1.0;
    }
    let different: std::collections::BTreeSet<&[u32]> = runs.iter().copied().collect();
    different.len() as f32 / runs.len() as f32
}

/// The logarithm of the softmax.
pub(super) fn log_softmax(scores: &[f32]) -> Vec<f32> {
    let top = scores.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    if !top.is_finite() {
        // Nothing may be said, or the scores are no numbers: all are equally likely.
        return vec![-(scores.len().max(1) as f32).ln(); scores.len()];
    }
    let sum: f64 = scores
        .iter()
        .map(|score| f64::from(score - top).exp())
        .sum();
    let log_sum = top + sum.ln() as f32;
    scores.iter().map(|score| score - log_sum).collect()
}

/// The likeliest token at temperature 0, else one by chance.
fn choose(log_probabilities: &[f32], temperature: f32, rng: &mut Pcg64Mcg) -> u32 {
    if temperature <= 0.0 {
        let mut best = 0;
        for (i, value) in log_probabilities.iter().enumerate() {
            if *value > log_probabilities[best] {
                best = i;
            }
        }
        return best as u32;
    }
    let heated: Vec<f32> = log_probabilities
        .iter()
        .map(|value| value / temperature)
        .collect();
    let mut left = rng.random::<f32>();
    for (i, value) in log_softmax(&heated).into_iter().enumerate() {
        left -= value.exp();
        if left <= 0.0 {
            return i as u32;
        }
    }
    choose(log_probabilities, 0.0, rng)
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn loops_have_no_variety() {
        let varied: Vec<u32> = (0..40).collect();
        assert_eq!(variety(&varied), 1.0);
        assert!(variety(&[5, 6].repeat(20)) < 0.1);
        assert_eq!(variety(&[5; 11]), 1.0);
    }

    #[test]
    fn probabilities_sum_to_one_and_hostile_scores_are_survived() {
        let sum = |scores: &[f32]| log_softmax(scores).iter().map(|v| v.exp()).sum::<f32>();
        assert!((sum(&[1.0, 2.0, 800.0, -5.0]) - 1.0).abs() < 1e-5);
        assert!((sum(&[f32::NEG_INFINITY; 4]) - 1.0).abs() < 1e-5);
        assert!((sum(&[f32::NAN; 4]) - 1.0).abs() < 1e-5);
        assert_eq!(
            log_softmax(&[f32::NEG_INFINITY, 3.0]),
            [f32::NEG_INFINITY, 0.0]
        );
    }

    #[test]
    fn the_likeliest_is_chosen_when_cold_and_most_often_when_warm() {
        let log_probabilities = log_softmax(&[0.0, 2.0, 1.0, f32::NEG_INFINITY]);
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        assert_eq!(choose(&log_probabilities, 0.0, &mut rng), 1);
        let mut counts = [0; 4];
        for _ in 0..1000 {
            counts[choose(&log_probabilities, 0.8, &mut rng) as usize] += 1;
        }
        assert!(
            counts[1] > counts[2] && counts[2] > counts[0] && counts[3] == 0,
            "{counts:?}"
        );
    }
}
