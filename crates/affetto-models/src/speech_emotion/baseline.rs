//! What the network has to beat, on the same folds: a linear model on the statistics of the
//! utterance. (The other baseline, always saying the most frequent class, has an unweighted
//! accuracy of one over the number of classes.)

use super::calibration::{Answer, HeldOut};
use super::data::Item;
use super::input::Moments;
use super::labels::narrow_class;
use super::linear_algebra::solve;
use super::measures::Measured;
use super::model::{N_NARROW, N_WIDE};
use super::statistics::N_STATISTICS;

/// Strength of the ridge as a share of the number of training items.
const RIDGE: f64 = 0.1;
/// Statistics and a constant.
const N_INPUTS: usize = N_STATISTICS + 1;
/// Targets: one of each class.
const N_TARGETS: usize = N_WIDE + N_NARROW;

/// Ridge regression (Hoerl & Kennard 1970) of class indicators on standardized statistics, with
/// items weighted against the frequency of their class; fitted on `train`, asked about `test`.
///
/// # Shapes
/// - `rows`: the statistics of each item, `[n_items][N_STATISTICS]`
pub(crate) fn ridge_answers(
    items: &[Item],
    rows: &[Vec<f32>],
    train: &[usize],
    test: &[HeldOut],
) -> Vec<Measured> {
    let moments = Moments::of(N_STATISTICS, train.iter().map(|&i| rows[i].clone()));
    let inputs = |index: usize| {
        let mut inputs = vec![1.0];
        inputs.extend(moments.apply(&rows[index]).map(f64::from));
        inputs
    };
    let mut counts = [0.0; N_WIDE];
    let classes = train.iter().filter_map(|&i| items[i].recording.class);
    classes.for_each(|class| counts[class] += 1.0);
    let mut gram = vec![0.0; N_INPUTS * N_INPUTS];
    let mut products = vec![0.0; N_INPUTS * N_TARGETS];
    for &index in train {
        let Some(class) = items[index].recording.class else {
            continue;
        };
        let weight = train.len() as f64 / (N_WIDE as f64 * counts[class]);
        let row = inputs(index);
        for (i, a) in row.iter().enumerate() {
            for (cell, b) in gram[i * N_INPUTS..=i * N_INPUTS + i].iter_mut().zip(&row) {
                *cell += weight * a * b;
            }
            products[i * N_TARGETS + class] += weight * a;
            if let Some(narrow) = narrow_class(class) {
                products[i * N_TARGETS + N_WIDE + narrow] += weight * a;
            }
        }
    }
    for i in 0..N_INPUTS {
        gram[i * N_INPUTS + i] += RIDGE * train.len() as f64;
    }
    solve(&mut gram, &mut products, N_INPUTS, N_TARGETS);
    test.iter()
        .map(|row| {
            let item = &items[row.index];
            let mut scores = [0.0; N_TARGETS];
            for (input, weights) in inputs(row.index)
                .iter()
                .zip(products.chunks_exact(N_TARGETS))
            {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += (input * weight) as f32;
                }
            }
            let mut answer = Answer::default();
            answer.wide.copy_from_slice(&scores[..N_WIDE]);
            answer.narrow.copy_from_slice(&scores[N_WIDE..]);
            Measured {
                corpus: item.recording.corpus.clone(),
                speaker: item.recording.speaker.clone(),
                class: row.class,
                answer,
            }
        })
        .collect()
}
