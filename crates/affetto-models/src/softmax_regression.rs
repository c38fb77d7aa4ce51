//! Linear classification with a softmax and a quadratic penalty (multinomial logistic regression),
//! fitted by L-BFGS (Liu and Nocedal 1989, "On the limited memory BFGS method for large scale
//! optimization").
//!
//! Small problems only: everything is in memory and in one thread, so that the same rows give the
//! same weights.

use std::collections::VecDeque;

/// Pairs of steps that L-BFGS remembers.
const MEMORY: usize = 8;
/// Most steps of the optimizer.
const MAX_STEPS: usize = 200;
/// The optimizer stops where the gradient has shrunk to this share of the first one.
const TOLERANCE: f64 = 1e-4;
/// Halvings of a step that does not lower the loss enough.
const MAX_HALVINGS: usize = 30;
/// Share of the promised decrease that a step must keep (Armijo 1966).
const ARMIJO: f64 = 1e-4;

/// A row to learn from: inputs that are not zero, class and weight.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Example<'a> {
    /// Numbers of the inputs with their values.
    pub(crate) inputs: &'a [(u32, f32)],
    /// The class.
    pub(crate) class: usize,
    /// How much the row counts, ≥ 0.
    pub(crate) weight: f64,
}

/// Weights of inputs for each class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SoftmaxRegression {
    n_classes: usize,
    /// `[n_inputs + 1, n_classes]`, row-major; the last row is the bias.
    weights: Vec<f64>,
}

impl SoftmaxRegression {
    /// A model from its weights.
    ///
    /// # Shapes
    /// - `weights`: `[n_inputs + 1, n_classes]`, row-major; the last row is the bias
    pub(crate) fn new(weights: Vec<f64>, n_classes: usize) -> Self {
        Self { n_classes, weights }
    }

    /// The weights, as [`SoftmaxRegression::new`] takes them.
    pub(crate) fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Minimizes the weighted mean of −ln p(class) plus `ridge` / 2 · ‖weights‖² (bias left out);
    /// `ridge` > 0. Without rows every class is as likely.
    ///
    /// # Shapes
    /// - inputs of `examples`: numbers in `0..n_inputs`
    pub(crate) fn fit(
        examples: &[Example<'_>],
        n_inputs: usize,
        n_classes: usize,
        ridge: f64,
    ) -> Self {
        let mut model = Self {
            n_classes,
            weights: vec![0.0; (n_inputs + 1) * n_classes],
        };
        let total: f64 = examples.iter().map(|example| example.weight).sum();
        if total > 0.0 {
            model.weights = minimize(model.weights.clone(), |weights, gradient| {
                let tried = Weights { weights, n_classes };
                tried.loss(examples, total, ridge, gradient)
            });
        }
        model
    }

    /// Logits of the classes.
    pub(crate) fn logits(&self, inputs: &[(u32, f32)]) -> Vec<f64> {
        let weights = Weights {
            weights: &self.weights,
            n_classes: self.n_classes,
        };
        weights.logits(inputs)
    }

    /// Probabilities of the classes.
    pub(crate) fn probabilities(&self, inputs: &[(u32, f32)]) -> Vec<f64> {
        probabilities(self.logits(inputs))
    }
}

/// Softmax (exponentials that sum to 1).
fn probabilities(mut logits: Vec<f64>) -> Vec<f64> {
    let highest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logits
        .iter_mut()
        .for_each(|logit| *logit = (*logit - highest).exp());
    let sum: f64 = logits.iter().sum();
    logits.iter_mut().for_each(|weight| *weight /= sum);
    logits
}

/// Weights that are being tried.
struct Weights<'a> {
    weights: &'a [f64],
    n_classes: usize,
}

impl Weights<'_> {
    fn logits(&self, inputs: &[(u32, f32)]) -> Vec<f64> {
        let n = self.n_classes;
        let mut logits = self.weights[self.weights.len() - n..].to_vec();
        for &(input, value) in inputs {
            let row = &self.weights[input as usize * n..][..n];
            for (logit, weight) in logits.iter_mut().zip(row) {
                *logit += weight * f64::from(value);
            }
        }
        logits
    }

    /// The loss; `gradient` is overwritten with its slope.
    fn loss(&self, examples: &[Example<'_>], total: f64, ridge: f64, gradient: &mut [f64]) -> f64 {
        let n = self.n_classes;
        let bias = self.weights.len() - n;
        gradient.fill(0.0);
        let mut loss = 0.0;
        for example in examples {
            let mut p = probabilities(self.logits(example.inputs));
            let share = example.weight / total;
            loss -= share * p[example.class].max(f64::MIN_POSITIVE).ln();
            p[example.class] -= 1.0;
            for (input, value) in example
                .inputs
                .iter()
                .map(|&(input, value)| (input as usize * n, f64::from(value)))
                .chain([(bias, 1.0)])
            {
                for (slope, p) in gradient[input..input + n].iter_mut().zip(&p) {
                    *slope += share * p * value;
                }
            }
        }
        for (slope, weight) in gradient[..bias].iter_mut().zip(self.weights) {
            loss += ridge / 2.0 * weight * weight;
            *slope += ridge * weight;
        }
        loss
    }
}

/// Lowers a smooth convex function from a start; `function` writes the gradient and returns the
/// value.
fn minimize(start: Vec<f64>, mut function: impl FnMut(&[f64], &mut [f64]) -> f64) -> Vec<f64> {
    let mut x = start;
    let mut gradient = vec![0.0; x.len()];
    let mut value = function(&x, &mut gradient);
    let enough = dot(&gradient, &gradient).sqrt() * TOLERANCE;
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    for _ in 0..MAX_STEPS {
        let direction = direction(&gradient, &memory);
        let slope = dot(&direction, &gradient);
        let mut length = 1.0;
        let mut tried_gradient = vec![0.0; x.len()];
        let step = (0..MAX_HALVINGS).find_map(|_| {
            let tried: Vec<f64> = x
                .iter()
                .zip(&direction)
                .map(|(x, d)| x + length * d)
                .collect();
            let tried_value = function(&tried, &mut tried_gradient);
            let good = tried_value <= value + ARMIJO * length * slope;
            length /= 2.0;
            good.then_some((tried, tried_value))
        });
        let Some((next, next_value)) = step else {
            break;
        };
        let moved = difference(&next, &x);
        let turned = difference(&tried_gradient, &gradient);
        (x, value, gradient) = (next, next_value, tried_gradient);
        if dot(&moved, &turned) > 0.0 {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            memory.push_back((moved, turned));
        }
        if dot(&gradient, &gradient).sqrt() <= enough {
            break;
        }
    }
    x
}

/// The direction to go: minus the gradient times the remembered estimate of the inverse curvature.
fn direction(gradient: &[f64], memory: &VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut factors = Vec::with_capacity(memory.len());
    for (moved, turned) in memory.iter().rev() {
        let factor = dot(moved, &direction) / dot(moved, turned);
        add(&mut direction, turned, -factor);
        factors.push(factor);
    }
    if let Some((moved, turned)) = memory.back() {
        let scale = dot(moved, turned) / dot(turned, turned);
        direction.iter_mut().for_each(|value| *value *= scale);
    }
    for ((moved, turned), factor) in memory.iter().zip(factors.iter().rev()) {
        let back = dot(turned, &direction) / dot(moved, turned);
        add(&mut direction, moved, factor - back);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn add(to: &mut [f64], what: &[f64], factor: f64) {
    for (value, what) in to.iter_mut().zip(what) {
        *value += factor * what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(rows: &[(Vec<(u32, f32)>, usize)], ridge: f64) -> SoftmaxRegression {
        let examples: Vec<Example<'_>> = rows
            .iter()
            .map(|(inputs, class)| Example {
                inputs,
                class: *class,
                weight: 1.0,
            })
            .collect();
        SoftmaxRegression::fit(&examples, 3, 3, ridge)
    }

    #[test]
    fn classes_on_axes_are_told_apart() {
        let rows: Vec<_> = (0..30)
            .map(|i| (vec![(i % 3, 1.0 + i as f32 / 30.0)], i as usize % 3))
            .collect();
        let model = fitted(&rows, 0.01);
        for (inputs, class) in &rows {
            assert!(model.probabilities(inputs)[*class] > 0.6);
        }
    }

    #[test]
    fn the_slope_vanishes_at_the_answer() {
        let rows = [
            (vec![(0, 1.0), (1, -0.5)], 0),
            (vec![(1, 1.0)], 1),
            (vec![(2, 2.0), (0, 0.3)], 2),
            (vec![(0, -1.0)], 0),
        ];
        let model = fitted(&rows, 0.1);
        let examples: Vec<Example<'_>> = rows
            .iter()
            .map(|(inputs, class)| Example {
                inputs,
                class: *class,
                weight: 1.0,
            })
            .collect();
        let weights = Weights {
            weights: &model.weights,
            n_classes: 3,
        };
        let mut gradient = vec![0.0; 12];
        weights.loss(&examples, 4.0, 0.1, &mut gradient);
        assert!(
            gradient.iter().all(|slope| slope.abs() < 1e-3),
            "{gradient:?}"
        );
    }

    #[test]
    fn without_rows_nothing_is_preferred() {
        assert_eq!(fitted(&[], 1.0).logits(&[(0, 1.0)]), [0.0; 3]);
    }
}
