//! Drawing symbols.

use rand_pcg::Pcg64Mcg;

use crate::random::unit;
use crate::tokens::{Grammar, N_TOKENS, Token};

/// How symbols are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Above 1 more variety, below 1 less, in 0.1..=3; 1 by default.
    pub temperature: f64,
    /// Nucleus: symbols are drawn from the likeliest that together have this probability
    /// (Holtzman et al. 2020), in 0.1..=1; 0.95 by default.
    pub top_p: f64,
    /// How far emotion leads away from what would be written without it, in 0..=4; 1 takes the
    /// model as it is; 1.5 by default.
    pub guidance: f64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_p: 0.95,
            guidance: 1.5,
        }
    }
}

impl Sampling {
    /// Whether texts without emotion have to be read too.
    pub(super) fn is_guided(&self) -> bool {
        (self.guidance - 1.0).abs() > 1e-9
    }
}

/// Leads `logits` away from `plain`: plain + guidance (logits − plain), both as log-probabilities.
/// What opens voices and closes bars stays as it is.
pub(super) fn mixed(logits: &mut [f32], plain: &[f32], guidance: f64) {
    let (a, b) = (log_sum(logits), log_sum(plain));
    let guidance = guidance as f32;
    for (id, (value, plain)) in logits.iter_mut().zip(plain).enumerate() {
        let (with, without) = (*value - a, *plain - b);
        let is_structure = matches!(
            Token::from_id(id as u16),
            Some(Token::Bar | Token::Voice(_))
        );
        *value = if is_structure {
            with
        } else {
            without + guidance * (with - without)
        };
    }
}

fn log_sum(logits: &[f32]) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    most + logits.iter().map(|x| (x - most).exp()).sum::<f32>().ln()
}

/// Space that drawing needs again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Draw {
    mask: Vec<bool>,
    kept: Vec<(f32, u16)>,
}

impl Draw {
    /// Draws one of the symbols that the grammar allows; `Bar` ends the bar.
    pub(super) fn next(
        &mut self,
        logits: &[f32],
        grammar: &Grammar,
        sampling: Sampling,
        rng: &mut Pcg64Mcg,
    ) -> u16 {
        self.mask.resize(usize::from(N_TOKENS), false);
        grammar.mark(&mut self.mask);
        let temperature = sampling.temperature.clamp(0.1, 3.0) as f32;
        self.kept.clear();
        let allowed = (0..N_TOKENS).filter(|&id| self.mask[usize::from(id)]);
        for id in allowed {
            let value = logits
                .get(usize::from(id))
                .copied()
                .unwrap_or(f32::NEG_INFINITY);
            if value.is_finite() {
                self.kept.push((value / temperature, id));
            }
        }
        // Ties are broken by the symbol, so that the order never depends on the sort.
        self.kept
            .sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let Some(&(most, _)) = self.kept.first() else {
            return 0;
        };
        let mut sum = 0.0;
        for (value, _) in &mut self.kept {
            *value = (*value - most).exp();
            sum += f64::from(*value);
        }
        let (nucleus, mut mass) = (sampling.top_p.clamp(0.1, 1.0) * sum, 0.0);
        let n = self
            .kept
            .iter()
            .take_while(|(value, _)| {
                let goes_on = mass < nucleus;
                mass += f64::from(*value);
                goes_on
            })
            .count();
        let kept = &self.kept[..n.max(1)];
        let mut left = unit(rng) * kept.iter().map(|(value, _)| f64::from(*value)).sum::<f64>();
        for (value, id) in kept {
            left -= f64::from(*value);
            if left < 0.0 {
                return *id;
            }
        }
        kept[kept.len() - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guidance_leads_away() {
        let plain: Vec<f32> = vec![0.0; usize::from(N_TOKENS)];
        let mut logits = plain.clone();
        logits[500] = 1.0;
        let mut once = logits.clone();
        mixed(&mut once, &plain, 1.0);
        let mut twice = logits.clone();
        mixed(&mut twice, &plain, 2.0);
        let lead = |logits: &[f32]| logits[500] - logits[501];
        assert!((lead(&once) - 1.0).abs() < 1e-4);
        assert!((lead(&twice) - 2.0).abs() < 1e-4);
    }

    #[test]
    fn only_allowed_symbols_are_drawn() {
        let mut grammar = Grammar::new(48, None, [Some((55, 88)), None, None]);
        grammar.push(Token::Bar);
        let logits = vec![0.0; usize::from(N_TOKENS)];
        let mut draw = Draw::default();
        for seed in 0..50 {
            let mut rng = crate::random::stream(&[seed]);
            let id = draw.next(&logits, &grammar, Sampling::default(), &mut rng);
            assert!(matches!(
                Token::from_id(id),
                Some(Token::Chord { .. } | Token::NoChord)
            ));
        }
    }
}
