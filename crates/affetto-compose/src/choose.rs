//! Choosing among candidate bars.
//!
//! Every candidate that passed the validator is scored by how close the last eight bars with it
//! come to the target in the ears of the listening model, and by what any listener minds: copies of
//! recent bars, jumps at the bar line, stray density and register. One is drawn by softmax rather
//! than the best taken, so that the music does not collapse onto what the model likes most.

use affetto_affect::Affect;
use affetto_music::{Note, Role};
use rand_pcg::Pcg64Mcg;

use crate::melody::RANGE;
use crate::random::weighted;
use crate::{Bar, BarPlan, Part};

/// Weights of the score and heat of the draw.
#[derive(Debug, Clone, Copy)]
struct Weights {
    /// Distance in valence or arousal that costs 1.
    affect: f64,
    /// A bar that copies one of the last four.
    copy: f64,
    /// An octave's jump of the melody over the bar line.
    boundary: f64,
    /// Octaves of distance between the bar's mean pitch and what was asked.
    register: f64,
    /// Softmax temperature.
    temperature: f64,
}

const WEIGHTS: Weights = Weights {
    affect: 0.12,
    copy: 1.2,
    boundary: 0.5,
    register: 0.4,
    temperature: 0.3,
};

/// A candidate and what the listening model heard with it.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) parts: Vec<Part>,
    pub(crate) performed: Vec<Part>,
    pub(crate) heard: Option<Affect>,
}

/// The score of a candidate; larger is better, 0 would be perfect.
pub(crate) fn score(plan: &BarPlan, history: &[Bar], candidate: &Candidate) -> f64 {
    let affect = candidate.heard.map_or(0.0, |heard| {
        ((heard.v() - plan.target.v()).abs() + (heard.a() - plan.target.a()).abs()) / WEIGHTS.affect
    });
    let melody = notes(&candidate.parts, Role::Melody);
    let copies = history
        .iter()
        .rev()
        .take(4)
        .any(|bar| !melody.is_empty() && notes(&bar.parts, Role::Melody) == melody);
    let before = history
        .iter()
        .rev()
        .take(2)
        .find_map(|bar| notes(&bar.parts, Role::Melody).last().copied());
    let jump = match (before, melody.first()) {
        (Some(before), Some(first)) => {
            (f64::from(before.pitch) - f64::from(first.pitch)).abs() / 12.0
        }
        _ => 0.0,
    };
    let stray = if melody.is_empty() {
        0.0
    } else {
        let mean =
            melody.iter().map(|note| f64::from(note.pitch)).sum::<f64>() / melody.len() as f64;
        let asked = f64::from(RANGE.0 + RANGE.1) / 2.0 - 2.0 + plan.cues.register;
        (mean - asked).abs() / 12.0
    };
    -(affect
        + if copies { WEIGHTS.copy } else { 0.0 }
        + WEIGHTS.boundary * jump * jump
        + WEIGHTS.register * stray)
}

/// Index of the candidate to play, drawn by softmax of the scores.
pub(crate) fn draw(scores: &[f64], rng: &mut Pcg64Mcg) -> usize {
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores
        .iter()
        .map(|score| ((score - best) / WEIGHTS.temperature).exp().max(1e-12))
        .collect();
    weighted(rng, &weights)
}

fn notes(parts: &[Part], role: Role) -> &[Note] {
    parts
        .iter()
        .find(|part| part.role == role)
        .map_or(&[], |part| &part.notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_candidates_are_drawn_more_often_but_not_always() {
        let mut counts = [0; 3];
        for seed in 0..1000 {
            counts[draw(&[-0.5, -0.2, -3.0], &mut crate::random::stream(&[seed]))] += 1;
        }
        assert!(
            counts[1] > counts[0] && counts[0] > 100 && counts[2] < 20,
            "{counts:?}"
        );
    }
}
